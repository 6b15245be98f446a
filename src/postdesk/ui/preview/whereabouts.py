"""Where the page stands, where she types, and where the page is wanted to stand, in lines of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from postdesk.ui.preview.content import Lines, Spot
from postdesk.ui.preview.places import height_of, line_at, place_of, spot_of
from postdesk.ui.preview.surface import Surface


class Text(Protocol):
    """Who has the lines of the text; none for a post as a server has it."""

    @property
    def lines(self) -> Sequence[str]: ...


class Whereabouts:
    """`pieces` is kept by whoever sends changes to the page, and `tail`: whether there are footnotes."""

    def __init__(self, text: Text) -> None:
        self.pieces = Lines()
        self.tail = False
        self._text = text
        self._typed: tuple[int, int] | None = None
        self._wish: tuple[float, float | None] | None = None  # a line, and the height it is to stand at
        self._stand: tuple[int, float, float] | None = None  # as the surface told it
        self._back: tuple[int, float, float] | None = None  # where a page without a text is to go back to

    def forget(self) -> None:
        """Another post is shown."""
        self._typed = self._wish = self._stand = self._back = None
        self.clear()

    def clear(self) -> None:
        """The page is empty."""
        self.pieces.clear()
        self.tail = False

    # --- where she types ---

    def type(self, line: int, column: int) -> None:
        """She typed there; it counts for more than any wish."""
        self._typed = (line, column)
        self._wish = self._back = None

    def typed(self) -> Spot | None:
        """Where the page shows the place that she typed at, until `seen`."""
        return spot_of(self._text.lines, self.pieces, *self._typed) if self._typed is not None else None

    def seen(self) -> None:
        """The page shows the newest text, and that place in it."""
        self._typed = None

    # --- where it is wanted ---

    def want(self, line: float, height: float | None) -> None:
        """`line` is to be seen, or to stand at this height of the view."""
        self._wish = (line, height)
        self._back = None

    def grant(self, surface: Surface, settled: bool) -> None:
        """Scroll to what was asked for last, if the page has it. `settled`: nothing more will come."""
        if not len(self.pieces):
            return
        if self._back is not None:
            surface.show_place(*self._back)
            self._back = None
        if self._wish is None or not (settled or self.pieces.covers(self._wish[0])):
            return
        line, height = self._wish
        if settled:
            self._wish = None  # until then other pieces may still come in between
        lines = self._text.lines
        if height is None:
            number = max(0, min(int(line), len(lines) - 1))
            spot = (
                spot_of(lines, self.pieces, number, round(len(lines[number]) * (line % 1))) if lines else None
            )
            if spot is not None:
                surface.show_spot(spot)
        else:
            place = height_of(lines, self.pieces, line, self.tail)
            if place is not None:
                surface.show_place(*place, height)

    def lose(self) -> int | None:
        """The page was lost: she is to find it where it stood. Returns the line to begin with."""
        if self._wish is None and self._typed is None and self._stand is not None:
            line = self._line(self._stand)
            if line is None:
                self._back = self._stand
            else:
                self._wish = (line, self._stand[2])
        self.clear()
        if self._wish is not None:
            return int(self._wish[0])
        return self._typed[0] if self._typed is not None else None

    # --- where it stands ---

    def stand(self, at: int, part: float, height: float) -> tuple[float, float] | None:
        """The surface says where it stands; returns the line, and the height that it is at."""
        if at < 0:
            self._stand = None
            return 0.0, 0.0
        self._stand = (at, part, height)
        line = self._line(self._stand)
        return None if line is None else (line, height)

    def source_of(self, spot: Spot) -> tuple[int, int] | None:
        """The line, and the characters before the place in it, that the page shows at a spot."""
        return place_of(self._text.lines, self.pieces, spot)

    def _line(self, stand: tuple[int, float, float]) -> float | None:
        lines = self._text.lines
        return line_at(lines, self.pieces, stand[0], stand[1], self.tail) if lines else None
