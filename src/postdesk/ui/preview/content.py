"""What a preview is told to show, and the small sums between pieces of the page and lines of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postdesk.ui.preview.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Splice:
    """HTML of pieces that come in the place of `removed` pieces from place `at` on, as the page is at that moment."""

    at: int
    removed: int
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place among the letters that the page shows: in piece `at`, or in the footnote called `label` where that is -1;
    `part` (0 to 1) of its letters come before, the nearest of which are `before`, and `after` comes next."""

    at: int
    part: float
    before: str = ""
    after: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change on the page; `count` pieces are there afterwards.

    `fresh`: it is another post, or the page was lost: empty it first. `tail`: the footnotes, None if they stay. `seen`:
    where she types, to be brought into view.
    """

    splices: tuple[Splice, ...] = ()
    tail: str | None = None
    fresh: bool = False
    count: int = 0
    seen: Spot | None = None


def dressed(markup: str, pictures: Pictures) -> str:
    """Cleaned HTML with addresses that the page can ask for in the place of pictures, or words."""
    return pictures.placed(markup)


def values_of(change: Change, revision: int) -> dict[str, Any]:
    """A change as page.js takes it. A piece in the place of another keeps its box on the page."""
    ops: list[list[Any]] = []
    for splice in change.splices:
        kept = min(splice.removed, len(splice.pieces))
        ops += [["set", splice.at + number, splice.pieces[number]] for number in range(kept)]
        if len(splice.pieces) > kept:
            ops.append(["add", splice.at + kept, splice.pieces[kept:]])
        elif splice.removed > kept:
            ops.append(["cut", splice.at + kept, splice.removed - kept])
    values: dict[str, Any] = {"revision": revision, "ops": ops}
    if change.fresh:
        values["fresh"] = True
    if change.tail is not None:
        values["tail"] = change.tail
    if change.seen is not None:
        values["at"] = spot_values(change.seen)
    return values


def spot_values(spot: Spot) -> list[Any]:
    """A spot as page.js takes it."""
    return [spot.at, round(spot.part, 6), spot.before, spot.after, spot.label]


class Lines:
    """Which lines of the text (from 0) each piece of the page shows."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __len__(self) -> int:
        return len(self._firsts)

    def range(self, at: int) -> tuple[int, int]:
        """First and last line of piece `at`."""
        return self._firsts[at], self._lasts[at]

    def clear(self) -> None:
        """The page is empty."""
        self._firsts, self._lasts = [], []

    def splice(self, at: int, removed: int, pieces: Sequence[tuple[int, int]]) -> None:
        """First and last lines of new pieces in the place of `removed` ones."""
        self._firsts[at : at + removed] = [first for first, _last in pieces]
        self._lasts[at : at + removed] = [last for _first, last in pieces]

    def shift(self, shifts: Sequence[tuple[int, int]]) -> None:
        """From each place on, up to the next one's, the pieces have moved by so many lines."""
        ends = [at for at, _by in shifts[1:]] + [len(self._firsts)]
        for (start, by), end in zip(shifts, ends):
            if by:
                self._firsts[start:end] = [line + by for line in self._firsts[start:end]]
                self._lasts[start:end] = [line + by for line in self._lasts[start:end]]

    def place_of(self, line: float) -> tuple[int, float] | None:
        """The piece that shows `line` (with its fraction: 3.5 is the middle of line 3), and how far down in it, 0 to
        1."""
        if not self._firsts:
            return None
        at = max(0, bisect_right(self._firsts, line) - 1)
        length = self._lasts[at] - self._firsts[at] + 1
        return at, min(1.0, max(0.0, (line - self._firsts[at]) / length))

    def covers(self, line: float) -> bool:
        """Whether a piece shows `line`, or one a few lines away."""
        found = self.place_of(line)
        return found is not None and self._firsts[found[0]] - 3 <= line <= self._lasts[found[0]] + 3

    def line_of(self, at: int, part: float) -> float | None:
        """The line shown `part` (0 to 1) down in piece `at`, with its fraction."""
        if not 0 <= at < len(self._firsts):
            return None
        length = self._lasts[at] - self._firsts[at] + 1
        return self._firsts[at] + min(length - 0.001, max(0.0, part) * length)
