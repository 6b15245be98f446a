"""Which lines of a text stand inside a fence or a comment, kept up edit by edit.

Only a line with fence or comment marks can begin or end one, so these lines alone are looked at, however long the text
is. A fence or comment that is never closed encloses nothing: the page shows it as text (`starts.fence_end`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from postdesk.markup import starts

_MARKED_LINE = re.compile(rb"\x01")
_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
_LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})([^\n]*)")
_LOOK_BACK = 60  # lines above a fence that are read for the list it may belong to


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Lines `first` to `last` (from 0, both with the marks), inside `depth` quotations."""

    first: int
    last: int
    kind: Literal["fence", "comment"]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Fence:
    """An opening: its letter, length and depth; `free` where it stands in a list, and any indent may close it."""

    letter: str
    length: int
    depth: int
    free: bool


class Enclosed:
    """The fences and comments of a text that is told line by line."""

    def __init__(self) -> None:
        self._marked = bytearray(1)
        self._found: list[Enclosure] = []
        self._firsts: list[int] = []
        self._hinged = False

    def splice(self, lines: Sequence[str], first: int, removed: int, added: int) -> bool:
        """The lines from `first` on were replaced: `removed` went, `added` came, and `lines` is the whole text now.
        True where lines besides these may be inside something else than before."""
        gone = self._marked[first : first + removed]
        come = bytes(map(_is_marked, lines[first : first + added]))
        self._marked[first : first + removed] = come
        before, moved = self._found, added - removed
        # What ends a quotation ends the fence in it, and an indented fence hinges on the list above it.
        if not (self._hinged or 1 in gone or 1 in come):
            if moved and before and before[-1].last >= first:
                self._take([_moved(each, first, moved) for each in before])
            return False
        self._find(lines)
        return [_moved(each, first, moved) for each in before] != self._found

    def at(self, line: int) -> Enclosure | None:
        """What a line stands in, or None."""
        place = bisect_right(self._firsts, line) - 1
        if place >= 0 and self._found[place].last >= line:
            return self._found[place]
        return None

    def all(self) -> Sequence[Enclosure]:
        """All of them in order; none overlaps another."""
        return self._found

    # --- how ---

    def _take(self, found: list[Enclosure]) -> None:
        self._found = found
        self._firsts = [each.first for each in found]

    def _find(self, lines: Sequence[str]) -> None:
        found: list[Enclosure] = []
        marked = [match.start() for match in _MARKED_LINE.finditer(self._marked)]
        vain: dict[tuple[str, int, bool], tuple[int, int]] = {}
        ends: dict[int, int] = {}
        comments = True  # whether a comment may still be closed
        self._hinged = False
        place = 0
        while place < len(marked):
            first = marked[place]
            line = lines[first]
            last: int | None = None
            fence = _opening(lines, first)
            self._hinged = self._hinged or _hinges(line)
            if fence is not None:
                last = _closing(lines, marked, place, fence, vain, ends)
                if last is not None:
                    found.append(Enclosure(first, last, "fence", fence.depth))
            elif comments and "<!--" in line and line.rfind("<!--") > line.rfind("-->"):
                last = next((n for n in _after(marked, place) if "-->" in lines[n]), None)
                comments = last is not None
                if last is not None:
                    found.append(Enclosure(first, last, "comment"))
            place = bisect_right(marked, last) if last is not None else place + 1
        self._take(found)


def enclosed(lines: Sequence[str]) -> Enclosed:
    """The fences and comments of a whole text."""
    made = Enclosed()
    made.splice(lines, 0, 1, len(lines))
    return made


def _is_marked(line: str) -> bool:
    return "```" in line or "~~~" in line or "<!--" in line or "-->" in line


def _moved(each: Enclosure, first: int, by: int) -> Enclosure:
    """The enclosure after `by` lines came at `first`, which lie inside it or before it, or after it."""
    if not by or each.last < first:
        return each
    return replace(each, first=each.first + by if each.first >= first else each.first, last=each.last + by)


def _opening(lines: Sequence[str], number: int) -> _Fence | None:
    line = lines[number]
    if "```" not in line and "~~~" not in line:
        return None
    start, depth = _quote_end(line)
    marks = _LIST.match(line, start)
    fence = _FENCE.match(line, marks.end() if marks else start)
    if fence is None or (fence[2][0] == "`" and "`" in fence[3]):
        return None
    free = bool(marks) or depth > 0
    if not free and len(fence[1].expandtabs(starts.TAB)) >= starts.TAB:
        if not in_list(lines, number):
            return None  # indented code that shows a fence
        free = True
    return _Fence(fence[2][0], len(fence[2]), depth, free)


def _hinges(line: str) -> bool:
    """Whether a marked line means something else when unmarked lines around it change."""
    return line.startswith(("    ", "\t", " \t", "  \t", "   \t")) or ">" in line[:4]


def _closing(
    lines: Sequence[str],
    marked: list[int],
    place: int,
    fence: _Fence,
    vain: dict[tuple[str, int, bool], tuple[int, int]],
    ends: dict[int, int],
) -> int | None:
    """The line that closes a fence. `vain` remembers what was looked for in vain, and up to which line, and `ends`
    where quotations of each depth end: a text of a thousand open fences is not read a thousand times."""
    key = (fence.letter, fence.depth, fence.free)
    shortest, until = vain.get(key, (0, -1))
    first = marked[place]
    if first < until and fence.length >= shortest:
        return None
    end = len(lines)
    if fence.depth:
        if ends.get(fence.depth, -1) <= first:
            shallow = (n for n in range(first + 1, end) if _quote_end(lines[n])[1] < fence.depth)
            ends[fence.depth] = next(shallow, end)
        end = ends[fence.depth]
    for number in _after(marked, place):
        if number >= end:
            break
        if _closes(lines[number], fence):
            return number
    vain[key] = (fence.length, end)
    return None


def _after(marked: Sequence[int], place: int) -> Iterator[int]:
    for later in range(place + 1, len(marked)):
        yield marked[later]


def _closes(line: str, fence: _Fence) -> bool:
    if not fence.free:
        stripped = line.strip()
        return (
            len(stripped) >= fence.length
            and stripped == fence.letter * len(stripped)
            and starts.indent_of(line.expandtabs(starts.TAB)) < starts.TAB
        )
    found = _FENCE.match(line, _quote_end(line)[0])
    return bool(
        found and not found[3].strip() and found[2][0] == fence.letter and len(found[2]) >= fence.length
    )


def in_list(lines: Sequence[str], number: int) -> bool:
    """Whether an indented line goes on with a list item above it; text between them that is not indented ends a list,
    unless it runs on from the item's own words."""
    after_blank = False
    for above in range(number - 1, max(-1, number - 1 - _LOOK_BACK), -1):
        line = lines[above].expandtabs(starts.TAB)
        if not line.strip():
            after_blank = True
        elif (
            starts.item_start(line) is not None
            or starts.DEFINITION.match(line)
            or starts.DESCRIPTION.match(line)
        ):
            return True
        elif starts.indent_of(line) < starts.TAB:
            if after_blank and not _runs_on(lines, above):
                return False
            after_blank = False
    return False


def _runs_on(lines: Sequence[str], number: int) -> bool:
    """Whether a line that is not indented belongs to the words of a list item right above it."""
    for above in range(number - 1, max(-1, number - 1 - _LOOK_BACK), -1):
        line = lines[above].expandtabs(starts.TAB)
        if not line.strip():
            return False
        if (
            starts.item_start(line) is not None
            or starts.DEFINITION.match(line)
            or starts.DESCRIPTION.match(line)
        ):
            return True
    return False


def _quote_end(text: str) -> tuple[int, int]:
    """Where the quotation marks in front of a line end, and how deep they are."""
    quote = _QUOTE.match(text)
    return (quote.end(), quote[0].count(">")) if quote else (0, 0)
