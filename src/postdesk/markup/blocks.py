"""Splits a post into its top-level blocks: the pieces that the preview renders, caches and replaces one by one.

A block is whatever Python-Markdown can render without looking at its neighbours (all but the definitions that the
whole text shares). Where that is not certain neighbours are put into one block: a block too large costs a few
milliseconds, a block too small would be a wrong page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from postdesk.markup import source, starts
from postdesk.markup.dialect import is_contained

_TAGGED = re.compile(r"<[A-Za-z/!?]|```|~~~")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the source. Lines count from 0, both ends inclusive. `kind` is one of text, heading, list, quote,
    code, fence, html, definition, description, and `unclosed`: markup that is never closed, to be shown as it was
    typed.
    """

    text: str
    first_line: int
    last_line: int
    kind: str

    @property
    def markdown(self) -> str:
        """The block as Python-Markdown is to get it."""
        return _markdown(self.text, self.kind)


def split(text: str) -> tuple[Block, ...]:
    """The blocks of `text` in order; blank lines between them belong to none. Any line ends are taken."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return tuple(_joined(_chunks(lines), lines))


@lru_cache(maxsize=30_000)
def _markdown(text: str, kind: str) -> str:
    if kind == "unclosed":
        return source.as_typed(text) if source.too_heavy(text) else _contained(source.literal(text))
    return _contained(source.normalise(text))


def _contained(markdown: str) -> str:
    """`markdown`, as typed if it would reach into what follows."""
    if markdown.startswith('<pre class="as-typed"'):
        return markdown
    if _TAGGED.search(markdown) and not is_contained(markdown):
        plain = source.literal(markdown)
        return plain if is_contained(plain) else source.as_typed(markdown)
    return markdown


@dataclass(slots=True)
class _Chunk:
    """Lines first..last without a blank one at the top level (fences and raw HTML have what they have)."""

    first: int
    last: int
    kind: str


def _chunks(lines: list[str]) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    unclosed: set[tuple[str, int]] = set()
    budget = [sum(map(len, lines)) + 50_000]
    position = 0
    count = len(lines)
    while position < count:
        line = lines[position]
        if not line or line.isspace():
            position += 1
            continue
        start = position
        kind = _kind(line)
        if kind == "html":
            end = _html_end(lines, position, budget)
            if end is None:
                kind, end = "unclosed", _paragraph_end(lines, position, unclosed)
        elif kind == "fence":
            closing = starts.fence_end(lines, position, unclosed)
            if closing is None:
                kind, end = "text", _paragraph_end(lines, position, unclosed)
            else:
                end = closing + 1
                if end < count and lines[end].strip():
                    end = _paragraph_end(lines, end, unclosed)
        else:
            end = _paragraph_end(lines, position, unclosed)
        chunks.append(_Chunk(start, end - 1, kind))
        position = end
    return chunks


def _kind(line: str) -> str:
    first = line.lstrip(" \t")
    if len(line) - len(first) >= starts.TAB or line.startswith("\t"):
        return "code"
    character = first[0]
    if character in "`~" and starts.fence_opening(line) is not None:
        return "fence"
    if character == "<" and starts.HTML_START.match(line):
        return "html"
    if character == ">":
        return "quote"
    if character == "#":
        return "heading"
    if (character in "-*+" or character.isdigit()) and starts.item_start(line) is not None:
        return "list"
    if character in "[*" and starts.DEFINITION.match(line):
        return "definition"
    if character == ":" and starts.DESCRIPTION.match(line):
        return "description"
    return "text"


def _paragraph_end(lines: list[str], start: int, unclosed: set[tuple[str, int]]) -> int:
    """The line after the run of lines with text that begins at `start`; a fence inside goes on over blank lines."""
    position = start
    while position < len(lines):
        line = lines[position]
        if not line or line.isspace():
            break
        if "```" in line or "~~~" in line:
            end = starts.fence_end(lines, position, unclosed)
            if end is not None:
                position = end
        position += 1
    return position


def _html_end(lines: list[str], start: int, budget: list[int]) -> int | None:
    """The line after the raw HTML that begins at `start`: the first blank line (or more) where everything is closed.

    None when it never is. `budget` (characters) bounds what a hopeless text may cost altogether.
    """
    ends = _blank_ends(lines, start)
    step = 1
    while True:
        end = None
        for _ in range(step):
            end = next(ends, None)
            if end is None:
                break
        at = end if end is not None else len(lines)
        markdown = "\n".join(lines[start:at])
        budget[0] -= len(markdown)
        if source.too_heavy(markdown):
            return None
        if is_contained(markdown):
            return at
        if end is None or budget[0] < 0:
            return None
        step *= 2


def _blank_ends(lines: list[str], start: int) -> Iterator[int]:
    for position in range(start + 1, len(lines)):
        if not lines[position].strip():
            yield position


def _joined(chunks: list[_Chunk], lines: list[str]) -> list[Block]:
    """Puts together what Python-Markdown would read as one, and makes blocks of it."""
    blocks: list[Block] = []
    first, last, kind = -1, -1, ""
    holds: set[str] = set()
    for chunk in chunks:
        inside = _kinds(lines, chunk)
        if kind and _belongs(holds, chunk.kind, inside, indented=lines[chunk.first].startswith(" ")):
            last = chunk.last
            holds |= inside
            if chunk.kind == "unclosed":
                kind = "unclosed"
            continue
        if kind:
            blocks.append(_block(lines, first, last, kind))
        first, last, kind, holds = chunk.first, chunk.last, chunk.kind, inside
    if kind:
        blocks.append(_block(lines, first, last, kind))
    return blocks


def _kinds(lines: list[str], chunk: _Chunk) -> set[str]:
    """The kinds of all lines of a chunk: a list may follow a paragraph without a blank line."""
    return {chunk.kind} | {
        _kind(line) for line in lines[chunk.first : chunk.last + 1] if line and not line.isspace()
    }


# What goes on over a blank line when more of the same follows.
_RUNS_ON = frozenset(["list", "quote", "code", "description"])
# Definitions leave nothing behind, so that what stands before and after them meets.
_MEETS = _RUNS_ON | {"definition"}


def _belongs(holds: set[str], following: str, inside: set[str], *, indented: bool) -> bool:
    if following == "code":  # four spaces: a list's, a footnote's, or a block of code after anything
        return True
    if indented and not holds.isdisjoint(("list", "definition", "description")):
        return True
    if following in ("html", "unclosed"):
        return "description" in holds and "description" in inside
    return (
        (following in _RUNS_ON and following in holds)
        or following == "description"
        or ("description" in holds and "description" in inside)
        or (following == "definition" and not holds.isdisjoint(_MEETS))
        or ("definition" in holds and following in _MEETS)
    )


def _block(lines: list[str], first: int, last: int, kind: str) -> Block:
    return Block("\n".join(lines[first : last + 1]), first, last, kind)
