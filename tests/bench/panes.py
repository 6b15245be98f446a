"""Finds the editor and the preview of any window by looking: letters are typed, and what grows with them is a line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.bench.picture import Area, Picture
from tests.bench.screen import BACKSPACE, Screen

_LETTERS = 4  # typed twice
_BETWEEN_WORDS = 24  # px; changed columns nearer than this belong to one line of text
_BETWEEN_LINES = 4
_HIGHEST = 60  # px; what is higher is no line of text
_BESIDE = 12  # px; how far a pane's text is from where its columns begin, at least
_BELOW = 50  # px; a preview that keeps step with the caret has moved a little when the letters are seen
_STRIP = Area(0, 0, 420, 180)  # how much of a pane is compared: looking takes a share of the machine


class NotFound(RuntimeError):
    """The typed letters were seen nowhere."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where letters come up: the first of those typed stands at `area.x`. `letter` is one letter's width, in px."""

    area: Area
    letter: float

    def moved(self, origin: Area) -> Line:
        """The same on the screen, where it was seen in a window at `origin`."""
        area = Area(self.area.x + origin.x, self.area.y + origin.y, self.area.width, self.area.height)
        return Line(area, self.letter)

    def room(self, letters: int, pane: Area) -> Area:
        """The part of the line in which the next letters will show, and those typed so far."""
        wide = round(self.letter * (letters + 2))
        return Area(self.area.x - 3, self.area.y - 3, wide + 6, self.area.height + 6).within(pane)


@dataclass(frozen=True, slots=True)
class Panes:
    """The columns of editor and preview, over the whole height of the window. `preview` is None where there is none
    or where it does not show the place that was typed at."""

    window: Area
    editor: Area
    preview: Area | None
    editor_line: Line
    preview_line: Line | None

    def strips(self) -> list[Area]:
        """What is compared to know that a pane shows its text: some lines below the one that was typed at."""
        lines = [(self.editor, self.editor_line)]
        if self.preview is not None and self.preview_line is not None:
            lines.append((self.preview, self.preview_line))
        return [
            Area(pane.x, line.area.bottom + _BELOW, min(pane.width, _STRIP.width), _STRIP.height).within(pane)
            for pane, line in lines
        ]


def regions(changes: Image.Image) -> list[Area]:
    """The rectangles of a picture of changes, cut along empty columns and rows, from left to right."""
    box = changes.getbbox()
    if box is None:
        return []
    found: list[Area] = []
    pending = [box]
    while pending:
        left, top, right, bottom = pending.pop()
        columns, rows = changes.crop((left, top, right, bottom)).getprojection()
        across, down = _runs(columns, _BETWEEN_WORDS), _runs(rows, _BETWEEN_LINES)
        if (across, down) == ([(0, right - left)], [(0, bottom - top)]):
            found.append(Area(left, top, right - left, bottom - top))
            continue
        for x, x_end in across:
            for y, y_end in down:
                part = (left + x, top + y, left + x_end, top + y_end)
                if changes.crop(part).getbbox():
                    pending.append(part)
    return sorted(found, key=lambda one: (one.x, one.y))


def _runs(marks: list[int], gap: int) -> list[tuple[int, int]]:
    """(first, beyond the last) of each run of ones; shorter gaps than `gap` between them do not count."""
    runs: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if not mark:
            continue
        if runs and place - runs[-1][1] < gap:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def growing(first: Image.Image, second: Image.Image) -> list[Line]:
    """The lines of text that went on from the first change to the second, from left to right, in the pictures' own
    coordinates."""
    lines = []
    before = regions(first)
    for after in regions(second):
        for one in before:
            # The first change may be wider than what was typed: a checker of spelling recolours the whole word.
            wide = min(one.width, after.width) >= 8 and one.width >= 0.6 * after.width
            beside = abs(after.x - one.right) <= max(6, after.width / 2) and after.right > one.right
            same_row = min(one.bottom, after.bottom) - max(one.y, after.y) >= 0.5 * min(
                one.height, after.height
            )
            if max(one.height, after.height) <= _HIGHEST and wide and beside and same_row:
                top, bottom = min(one.y, after.y), max(one.bottom, after.bottom)
                left = after.x - after.width
                lines.append(Line(Area(left, top, after.right - left, bottom - top), after.width / _LETTERS))
                break
    return lines


def locate(
    screen: Screen, settle: Callable[[Area], Picture], preview: bool, *, after: str = "", tries: int = 3
) -> Panes:
    """Type letters at the end of a line, see where they come up, and take them back. `settle` waits until an area has
    come to rest and returns it; `after` is the word that stands on that line. Raises `NotFound`."""
    for again in range(tries):
        window = screen.window()
        if window is None:
            raise NotFound("there is no window")
        pictures = [settle(window)]
        for _half in range(2):
            for _letter in range(_LETTERS):
                screen.press(ord("x"))
                time.sleep(0.05)
            pictures.append(settle(window))
        lines = growing(pictures[0].changes(pictures[1]), pictures[1].changes(pictures[2]))
        for _letter in range(2 * _LETTERS):
            screen.press(BACKSPACE)
            time.sleep(0.03)
        settle(window)
        if lines and (len(lines) > 1 or not preview or again == tries - 1):
            return _panes(window, [line.moved(window) for line in lines], preview, len(after))
    raise NotFound("the typed letters were not seen in the window")


def _panes(window: Area, lines: list[Line], preview: bool, letters: int) -> Panes:
    """The last line on the right is the preview's, the one before it the editor's: a list of posts stands left."""
    text, shown = (lines[-2], lines[-1]) if preview and len(lines) > 1 else (lines[-1], None)
    left = _begin(text, letters)
    between = _begin(shown, letters) if shown is not None else window.right
    editor = Area(left, window.y, between - left, window.height).within(window)
    pane = Area(between, window.y, window.right - between, window.height) if shown is not None else None
    return Panes(window, editor, pane, text, shown)


def _begin(line: Line, letters: int) -> int:
    """Where a pane's text begins, a little left of it, as so many letters stand before those that were typed."""
    return round(line.area.x - _BESIDE - letters * line.letter)
