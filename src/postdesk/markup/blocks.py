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
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter

from postdesk.markup import source, starts
from postdesk.markup.dialect import is_contained

HTML_REACH = 100_000
"""Characters over which raw HTML may run on over blank lines until it is closed. Each piece that never is halves it for
those after it, so that a text of a thousand open tags is not read a thousand times."""
_LEAST_REACH = 1_000

_FAR = 1 << 60  # looked at everything up to the text's end
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


def stand_apart(texts: Sequence[str]) -> bool:
    """Whether `split` gives these very texts when a blank line is between any two. It costs less than that, and may say
    False where `split` would have to tell. Law, held by tests/markup/test_blocks.py."""
    before: frozenset[str] = frozenset()
    for text in texts:
        found = alone(text)
        if found is None or _belongs(before, *found, indented=text.startswith(" ")):
            return False
        before = found[1]
    return True


def alone(text: str) -> tuple[str, frozenset[str]] | None:
    """The kind of the block that `text` is, whatever stands around it over a blank line, and the kinds of its lines;
    None where that is not certain."""
    if "\n" in text or "```" in text or "~~~" in text or "\r" in text:
        return _alone(text)
    if not text or text.isspace():
        return None
    kind = _kind(text)
    return (kind, _ALONE[kind]) if kind != "html" else _alone(text)


@lru_cache(maxsize=300)
def _alone(text: str) -> tuple[str, frozenset[str]] | None:
    lines = text.split("\n")
    if not lines[0] or lines[0].isspace() or "\r" in text:
        return None
    chunk = _chunk(lines, 0, 0, set())
    if chunk.last != len(lines) - 1 or chunk.kind == "unclosed":
        return None
    if chunk.kind == "fence":
        certain = starts.is_one_fence(lines)
    else:
        certain = "```" not in text and "~~~" not in text and all(map(str.strip, lines))
    return (chunk.kind, chunk.holds) if certain else None


class Splitter:
    """The blocks of a text that is edited. A block that an edit leaves as it was stays the same object."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self._chunks: list[_Chunk] = []
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

    def _scan(self, start: int, unchanged: int, more: int) -> tuple[list[_Chunk], int]:
        """New chunks from place `start` on, and the place of the old chunk that follows them as it was. `unchanged`
        counts in the lines before the edit, `more` is how many lines have come."""
        lines, old = self.lines, self._chunks
        position = old[start - 1].last + 1 if start else 0
        state = old[start - 1].state_after if start else 0
        place = max(start, bisect_left(old, unchanged, key=_first))
        fresh: list[_Chunk] = []
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
            chunk = _chunk(lines, position, state, unclosed)
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
            if kind and _belongs(holds, chunk.kind, chunk.holds, indented=indented):
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


class _Chunk:
    """Lines first..last without a blank one at the top level (fences and raw HTML have what they have).

    `reach`: the last line that was looked at; an edit up to there may make another chunk of it. `state`: how many
    pieces of HTML before it are never closed. `holds`: the kinds of all its lines, as a list may follow a paragraph
    without a blank line. `heads`: whether a block begins with it.
    """

    __slots__ = ("first", "heads", "holds", "kind", "last", "reach", "state")

    def __init__(
        self, first: int, last: int, kind: str, reach: int, state: int, holds: frozenset[str]
    ) -> None:
        self.first = first
        self.last = last
        self.kind = kind
        self.reach = reach
        self.state = state
        self.holds = holds
        self.heads = False

    @property
    def state_after(self) -> int:
        return self.state + (self.kind == "unclosed")

    def move(self, by: int) -> None:
        self.first += by
        self.last += by
        if self.reach < _FAR:
            self.reach += by


def _chunk(lines: list[str], start: int, state: int, unclosed: set[tuple[str, int]]) -> _Chunk:
    """The chunk that begins in line `start`, which is not blank."""
    line, end = lines[start], start + 1
    kind = begins = _kind(line)
    reach = 0
    if kind not in ("html", "fence") and (end == len(lines) or not lines[end]):  # most are one line
        if "```" not in line and "~~~" not in line:
            return _Chunk(start, start, kind, end, state, _ALONE[kind])
    if kind == "html":
        end, reach = _html_end(lines, start, HTML_REACH >> min(state, 60))
        if end is None:
            kind = "unclosed"
            end, far = _paragraph_end(lines, start, unclosed)
            reach = max(reach, far)
    elif kind == "fence":
        closing = starts.fence_end(lines, start, unclosed)
        if closing is None:
            kind, reach = "text", _FAR
            end, _ = _paragraph_end(lines, start, unclosed)
        else:
            end = closing + 1
            reach = end
            if end < len(lines) and lines[end].strip():
                end, reach = _paragraph_end(lines, end, unclosed)
    else:
        end, reach = _paragraph_end(lines, start, unclosed)
    if end == start + 1:
        return _Chunk(start, start, kind, reach, state, frozenset([begins, kind]))
    kinds = {_kind(line) for line in lines[start:end] if line and not line.isspace()}
    return _Chunk(start, end - 1, kind, reach, state, frozenset(kinds | {kind}))


_ALONE = {
    kind: frozenset([kind])
    for kind in "text heading list quote code fence html definition description unclosed".split()
}


def _kind(line: str) -> str:
    if line[0].isalpha():
        return "text"
    if line.startswith("    "):
        return "code"
    if line.startswith(("- ", "* ", "+ ")) and line[2:3].isalpha():
        return "list"
    first = line.lstrip(" \t")
    if len(line[: len(line) - len(first)].expandtabs(starts.TAB)) >= starts.TAB:
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


def _paragraph_end(lines: list[str], start: int, unclosed: set[tuple[str, int]]) -> tuple[int, int]:
    """The line after the run of lines with text that begins at `start`, and the last line that was looked at; a fence
    inside goes on over blank lines."""
    position = start
    far = False
    while position < len(lines):
        line = lines[position]
        if not line or line.isspace():
            break
        if "```" in line or "~~~" in line:
            end = starts.fence_end(lines, position, unclosed)
            if end is not None:
                position = end
            else:
                far = True
        position += 1
    return position, _FAR if far else position


def _html_end(lines: list[str], start: int, most: int) -> tuple[int | None, int]:
    """The line after the raw HTML that begins at `start`: the first blank line (or more) where everything is closed;
    None when nothing is within `most` characters. And the last line that was looked at."""
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
        if source.too_heavy(markdown):
            return None, at
        if is_contained(markdown):
            return at, at
        if end is None or len(markdown) > most or most < _LEAST_REACH:
            return None, at
        step *= 2


def _blank_ends(lines: list[str], start: int) -> Iterator[int]:
    for position in range(start + 1, len(lines)):
        if not lines[position].strip():
            yield position


# What goes on over a blank line when more of the same follows.
_RUNS_ON = frozenset(["list", "quote", "code", "description"])
# Definitions leave nothing behind, so that what stands before and after them meets.
_MEETS = _RUNS_ON | {"definition"}


def _belongs(holds: frozenset[str], following: str, inside: frozenset[str], *, indented: bool) -> bool:
    """Whether Python-Markdown would read a chunk (its kind, and those of its lines) as one with what stands before it,
    which holds such kinds."""
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
