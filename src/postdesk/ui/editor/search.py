"""Where the words that she looks for stand, line by line: an edit searches the lines it touched and no other.

No Qt here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from postdesk.ui.editor.exact import to_document, utf16_offsets

Hit = tuple[int, int]  # code points of a line

_LONGEST = 20_000  # code points of a line: what a slow expression costs grows with the square of it


class Wanted(Protocol):
    """What is looked for: an expression, or something that finds as one does."""

    def finditer(self, text: str, first: int, behind: int, /) -> Iterator[re.Match[str]]:
        """The matches between two places of the text."""


def hits_in(line: str, wanted: Wanted) -> tuple[Hit, ...]:
    """Where it is found in one line, empty matches left out."""
    return tuple(match.span() for match in wanted.finditer(line, 0, _LONGEST) if match.end() > match.start())


class Search:
    """The hits of one expression in a text that is told line by line; `lines` is that text, always the same list."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._wanted: Wanted | None = None
        self._hits: list[tuple[Hit, ...] | None] = []
        self._left = 0

    @property
    def wanted(self) -> Wanted | None:
        """What is looked for; None for nothing."""
        return self._wanted

    def look_for(self, wanted: Wanted | None) -> None:
        """Looks for something else, or for the same in another text."""
        self._wanted = wanted
        self._hits = [None if wanted is not None else ()] * len(self._lines)
        self._left = len(self._lines) if wanted is not None else 0

    def splice(self, first: int, removed: int, added: int) -> None:
        """The lines from `first` on were replaced: `removed` went, `added` came."""
        if self._wanted is not None:
            self._left += added - self._hits[first : first + removed].count(None)
            self._hits[first : first + removed] = [None] * added

    def step(self, seconds: float) -> bool:
        """Searches for about so long; True when every line was searched."""
        until = time.perf_counter() + seconds
        first = 0
        while self._left:
            first = self._hits.index(None, first)
            for number in range(first, min(first + 64, len(self._hits))):
                self.at(number)
            if time.perf_counter() >= until:
                break
        return not self._left

    def at(self, number: int) -> tuple[Hit, ...]:
        """The hits in a line."""
        if self._wanted is None:
            return ()
        known = self._hits[number]
        if known is None:
            known = self._hits[number] = hits_in(self._lines[number], self._wanted)
            self._left -= 1
        return known

    def shown_at(self, number: int) -> list[Hit]:
        """The hits in a line as UTF-16 units of its block in the document."""
        found = self.at(number)
        if not found:
            return []
        line = self._lines[number]
        raw = to_document(line)
        if len(raw) != len(line):  # some of its characters have a stand-in of two
            return [(len(_encoded(line[:a])), len(_encoded(line[:b]))) for a, b in found]
        offsets = utf16_offsets(line)
        return [(offsets[a], offsets[b]) for a, b in found] if offsets else list(found)

    def total(self) -> int:
        """How many hits there are among the lines that were searched."""
        return sum(len(found) for found in self._hits if found)

    def before(self, number: int) -> int:
        """How many hits there are in the lines before one."""
        return sum(len(found) for found in self._hits[:number] if found)

    def next_from(self, number: int, unit: int) -> tuple[int, Hit] | None:
        """The first hit that begins at a UTF-16 unit of a line or after it, else the first of all: line and units."""
        count = len(self._lines)
        for step in range(count + 1 if self._wanted is not None else 0):
            line = (number + step) % count
            for hit in self.shown_at(line) if self.at(line) else ():
                if step or hit[0] >= unit:
                    return line, hit
        return None

    def last_before(self, number: int, unit: int) -> tuple[int, Hit] | None:
        """The last hit that ends at a UTF-16 unit of a line or before it, else the last of all: line and units."""
        count = len(self._lines)
        for step in range(count + 1 if self._wanted is not None else 0):
            line = (number - step) % count
            for hit in reversed(self.shown_at(line)) if self.at(line) else ():
                if step or hit[1] <= unit:
                    return line, hit
        return None


def _encoded(text: str) -> bytes:
    """One byte for every UTF-16 unit that `text` takes in the document."""
    return to_document(text).encode("utf-16-le")[::2]
