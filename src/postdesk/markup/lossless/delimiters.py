"""Reads the comments that WordPress' block markup is made of, with their exact places in the source.

The grammar and what becomes of a closer too many are those of @wordpress/block-serialization-default-parser; the tests
hold both against each other. An opener that is never closed is told as such, so that nothing is put behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_OPENING = re.compile(r"<!--\s+(/)?wp:([a-z][a-z0-9_-]*/)?([a-z][a-z0-9_-]*)\s+")
_ATTRIBUTES_END = re.compile(r"\}\s+(?=/?-->)")
_CLOSING = re.compile(r"(/)?-->")


@dataclass(slots=True)
class Delimited:
    """A block: from `start` to `end` with its comments, what it holds from `inner_start` to `inner_end` (code points).
    `attributes` is the JSON as it was written, "" for none. `closed` is False for one that never is."""

    name: str
    attributes: str
    start: int
    inner_start: int
    inner_end: int = 0
    end: int = 0
    children: list[Delimited] = field(default_factory=list)
    closed: bool = True


class _Comment(NamedTuple):
    start: int
    end: int
    name: str
    attributes: str
    closer: bool
    void: bool


def top_blocks(source: str) -> list[Delimited]:
    """The blocks of `source` that are in no other, in order; between them is text without delimiters. After a closer
    too many everything is such text."""
    top: list[Delimited] = []
    path: list[Delimited] = []
    for comment in _comments(source):
        if comment.void or not comment.closer:
            block = Delimited(comment.name, comment.attributes, comment.start, comment.end)
            (path[-1].children if path else top).append(block)
            if comment.void:
                block.inner_end = block.end = comment.end
            else:
                path.append(block)
            continue
        if not path:
            return top
        block = path.pop()
        block.inner_end, block.end = comment.start, comment.end
    for block in path:
        block.inner_end = block.end = len(source)
        block.closed = False
    return top


def holds_blocks(source: str) -> bool:
    """Whether `top_blocks` finds any."""
    first = next(_comments(source), None)
    return first is not None and (first.void or not first.closer)


def is_balanced(source: str) -> bool:
    """Whether every block of `source` is closed, and nothing is closed that is not open."""
    depth = 0
    for comment in _comments(source):
        if not comment.void:
            depth += -1 if comment.closer else 1
        if depth < 0:
            return False
    return depth == 0


def _comments(source: str) -> Iterator[_Comment]:
    place = 0
    no_more_attributes = False
    while True:
        found = _OPENING.search(source, place)
        if found is None:
            return
        after, attributes = found.end(), ""
        if source.startswith("{", after):
            end = None if no_more_attributes else _ATTRIBUTES_END.search(source, after)
            if end is None:
                no_more_attributes = True
                place = found.start() + 4
                continue
            attributes = source[after : end.start() + 1]
            after = end.end()
        closing = _CLOSING.match(source, after)
        if closing is None:
            place = found.start() + 4
            continue
        # A closer that says it is void is read as void by WordPress, too.
        yield _Comment(
            found.start(), closing.end(), (found[2] or "core/") + found[3], attributes,
            closer=found[1] is not None and closing[1] is None, void=closing[1] is not None,
        )  # fmt: skip
        place = closing.end()
