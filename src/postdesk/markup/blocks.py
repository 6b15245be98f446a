"""Splits a post into its top-level blocks: the pieces that the preview renders, keeps and replaces one by one.

A block is whatever Python-Markdown can render without looking at its neighbours (all but the definitions that the
whole text shares). Where that is not certain neighbours are put into one block: a block too large costs a few
milliseconds, a block too small would be a wrong page.

A `Splitter` follows a text while it is typed. What a block is follows from the lines from its first one on, and from
how much unclosed HTML stood before it; so after an edit only the blocks that looked at a changed line are made anew, up
to the first place where an old block begins again. Law, held by tests/markup/test_blocks.py: it always has what `split`
gives.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from postdesk.markup import source, starts
from postdesk.markup.chunks import Chunk, belongs, chunk_at
from postdesk.markup.dialect import is_contained

_TAGGED = re.compile(r"<[A-Za-z/!?]|```|~~~")


class Block:
    """A piece of the source. Lines count from 0, both ends inclusive, and move with the text. `kind` is one of text,
    heading, list, quote, code, fence, html, definition, description, and `unclosed`: markup that is never closed, to be
    shown as it was typed. Equal when text and kind are.
    """

    __slots__ = ("first_line", "kind", "last_line", "text")

    def __init__(self, text: str, first_line: int, last_line: int, kind: str) -> None:
        self.text = text
        self.first_line = first_line
        self.last_line = last_line
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Block) and (self.text, self.kind) == (other.text, other.kind)

    def __hash__(self) -> int:
        return hash((self.text, self.kind))

    def __repr__(self) -> str:
        return f"Block({self.text!r}, {self.first_line}, {self.last_line}, {self.kind!r})"

    @property
    def markdown(self) -> str:
        """The block as Python-Markdown is to get it."""
        return _markdown(self.text, self.kind)


def lines_of(text: str) -> list[str]:
    """The lines of a post; any line ends are taken."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def split(text: str) -> tuple[Block, ...]:
    """The blocks of `text` in order; blank lines between them belong to none. Any line ends are taken."""
    return tuple(Splitter(lines_of(text)).blocks)


class Splitter:
    """The blocks of a text that is edited. A block that an edit leaves as it was stays the same object."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self._chunks: list[Chunk] = []
        self.splice(0, 0, lines)

    def splice(self, first: int, removed: int, new: Sequence[str]) -> tuple[int, list[Block], list[Block]]:
        """Puts `new` in place of `removed` lines from line `first` on.

        Returns the place in `blocks` where they changed, the blocks that went and those that came.
        """
        self.lines[first : first + removed] = new
        more = len(new) - removed
        chunks = self._chunks
        start = next((at for at, chunk in enumerate(chunks) if chunk.reach >= first), len(chunks))
        fresh, end = self._scan(start, first + removed, more)
        if more:
            for chunk in chunks[end:]:
                chunk.move(more)
        chunks[start:end] = fresh
        return self._join(start, start + len(fresh), more)

    # --- chunks ---

    def _scan(self, start: int, unchanged: int, more: int) -> tuple[list[Chunk], int]:
        """New chunks from place `start` on, and the place of the old chunk that follows them as it was. `unchanged`
        counts in the lines before the edit, `more` is how many lines have come."""
        lines, old = self.lines, self._chunks
        position = old[start - 1].last + 1 if start else 0
        state = old[start - 1].state_after if start else 0
        place = max(start, bisect_left(old, unchanged, key=_first))
        fresh: list[Chunk] = []
        unclosed: set[tuple[str, int]] = set()
        count = len(lines)
        while position < count:
            line = lines[position]
            if not line or line.isspace():
                position += 1
                continue
            while place < len(old) and old[place].first + more < position:
                place += 1
            if place < len(old) and old[place].first + more == position and old[place].state == state:
                return fresh, place
            chunk = chunk_at(lines, position, state, unclosed)
            fresh.append(chunk)
            position, state = chunk.last + 1, chunk.state_after
        return fresh, len(old)

    # --- blocks ---

    def _join(self, start: int, end: int, more: int) -> tuple[int, list[Block], list[Block]]:
        """Makes blocks of the chunks `start` to `end`, which are new, and of what they meet."""
        chunks, blocks, lines = self._chunks, self.blocks, self.lines
        at = 0
        if start:  # whether what follows it belongs to it may be another answer now
            at = max(0, bisect_right(blocks, chunks[start - 1].first, key=_first_line) - 1)
            start = bisect_left(chunks, blocks[at].first_line, key=_first)
        made: list[Block] = []
        place = start
        first = last = -1
        kind = ""
        holds: frozenset[str] = frozenset()
        while place < len(chunks):
            chunk = chunks[place]
            indented = lines[chunk.first].startswith(" ")
            if kind and belongs(holds, chunk.kind, chunk.holds, indented=indented):
                chunk.heads = False
                last = chunk.last
                holds |= chunk.holds
                if chunk.kind == "unclosed":
                    kind = "unclosed"
            else:
                if kind:
                    made.append(_block(lines, first, last, kind))
                    kind = ""
                if place >= end and chunk.heads:
                    break  # from here on every block is the one it was
                chunk.heads = True
                first, last, kind, holds = chunk.first, chunk.last, chunk.kind, chunk.holds
            place += 1
        if kind:
            made.append(_block(lines, first, last, kind))
        stop = len(blocks)
        if place < len(chunks):
            stop = bisect_left(blocks, chunks[place].first - more, lo=at, key=_first_line)
            if more:
                for block in blocks[stop:]:
                    block.first_line += more
                    block.last_line += more
        gone = blocks[at:stop]
        blocks[at:stop] = made
        return _keep_alike(blocks, at, gone, made)


def _keep_alike(
    blocks: list[Block], at: int, gone: list[Block], made: list[Block]
) -> tuple[int, list[Block], list[Block]]:
    """The blocks at both ends of a change that are as they were stay the objects that they were."""
    least = min(len(gone), len(made))
    head = 0
    while head < least and gone[head] == made[head]:
        _stay(blocks, at + head, gone[head], made[head])
        head += 1
    tail = 0
    while tail < least - head and gone[-1 - tail] == made[-1 - tail]:
        _stay(blocks, at + len(made) - 1 - tail, gone[-1 - tail], made[-1 - tail])
        tail += 1
    return at + head, gone[head : len(gone) - tail], made[head : len(made) - tail]


def _stay(blocks: list[Block], at: int, old: Block, new: Block) -> None:
    old.first_line, old.last_line = new.first_line, new.last_line
    blocks[at] = old


_first_line = attrgetter("first_line")
_first = attrgetter("first")


@lru_cache(maxsize=300)
def _markdown(text: str, kind: str) -> str:
    if kind == "unclosed":
        return source.as_typed(text) if source.too_heavy(text) else _contained(source.literal(text))
    try:
        return _contained(source.normalise(text))
    except Exception:  # whatever it is: the words are shown
        return source.as_typed(text)


def _contained(markdown: str) -> str:
    """`markdown`, as typed if it would reach into what follows."""
    if markdown.startswith('<pre class="as-typed"'):
        return markdown
    if _TAGGED.search(markdown) and not _is_closed(markdown):
        plain = source.literal(markdown)
        return plain if is_contained(plain) else source.as_typed(markdown)
    return markdown


def _is_closed(markdown: str) -> bool:
    if markdown.startswith(("```", "~~~")) and starts.is_one_fence(markdown.split("\n")):
        return True
    return is_contained(markdown)


def _block(lines: list[str], first: int, last: int, kind: str) -> Block:
    return Block("\n".join(lines[first : last + 1]), first, last, kind)
