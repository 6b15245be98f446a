"""The difference between two renderings as a small list of changes for the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from postdesk.markup.render import Rendered, RenderedBlock


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `remove` and `insert` name a place in the list of blocks as it is at that moment; `shift` gives
    the block at `index` new lines; `tail` replaces the footnotes by `html`. Lines count from 0."""

    op: Literal["remove", "insert", "shift", "tail"]
    index: int = 0
    key: str = ""
    html: str = ""
    first_line: int = 0
    last_line: int = 0


@dataclass(frozen=True, slots=True)
class Patch:
    """Changes in the order in which they are to be made. Empty: nothing to do."""

    ops: tuple[Change, ...] = ()

    def to_json(self) -> str:
        """ASCII JSON: a list of objects, fields as in `Change`. Safe inside a script: `<`, U+2028 and such are
        escaped."""
        return json.dumps([asdict(change) for change in self.ops]).replace("<", "\\u003c")


def diff(old: Rendered, new: Rendered) -> Patch:
    """What makes the page of `old` the page of `new`: what both begin and end with stays, the middle is exchanged."""
    before, after = old.blocks, new.blocks
    shortest = min(len(before), len(after))
    start = 0
    while start < shortest and before[start].key == after[start].key:
        start += 1
    end = 0
    while end < shortest - start and before[-1 - end].key == after[-1 - end].key:
        end += 1
    ops = [
        Change("remove", index, before[index].key) for index in range(len(before) - end - 1, start - 1, -1)
    ]
    for index in range(start, len(after) - end):
        block = after[index]
        ops.append(Change("insert", index, block.key, block.html, block.first_line, block.last_line))
    ops.extend(_shifts(before[:start], after[:start], 0))
    ops.extend(_shifts(before[len(before) - end :], after[len(after) - end :], len(after) - end))
    if old.tail != new.tail:
        ops.append(Change("tail", html=new.tail))
    return Patch(tuple(ops))


def _shifts(before: Sequence[RenderedBlock], after: Sequence[RenderedBlock], first: int) -> list[Change]:
    return [
        Change("shift", first + number, new.key, "", new.first_line, new.last_line)
        for number, (old, new) in enumerate(zip(before, after))
        if (old.first_line, old.last_line) != (new.first_line, new.last_line)
    ]


def apply(blocks: list[RenderedBlock], patch: Patch) -> str | None:
    """Makes the changes of `patch` to `blocks`, as the page does. Returns the new tail, None if it stays."""
    tail = None
    for change in patch.ops:
        if change.op == "remove":
            del blocks[change.index]
        elif change.op == "insert":
            blocks.insert(
                change.index, RenderedBlock(change.key, change.html, change.first_line, change.last_line)
            )
        elif change.op == "shift":
            kept = blocks[change.index]
            blocks[change.index] = RenderedBlock(kept.key, kept.html, change.first_line, change.last_line)
        else:
            tail = change.html
    return tail
