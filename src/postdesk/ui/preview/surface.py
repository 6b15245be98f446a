"""What the preview's pane needs of a view that shows the page: the web engine's, or the simpler one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance

from postdesk.ui.preview.content import Change, Spot
from postdesk.ui.preview.look import Look
from postdesk.ui.theme import Theme


class PictureSource(Protocol):
    """Serves what the page asks for by the addresses that it made itself; KeyError for any other address."""

    def content(self, address: str, *, as_it_is: bool = True) -> tuple[str, bytes]: ...
    def size(self, address: str) -> tuple[int, int] | None: ...


class Cards(PictureSource, Protocol):
    """Puts cards in the place of bare addresses of videos and posts (ui/embeds.py)."""

    @property
    def changed(self) -> SignalInstance: ...

    def placed(self, markup: str) -> str: ...


class Sources:
    """Several sources as one."""

    def __init__(self, *sources: PictureSource) -> None:
        self._sources = sources

    def content(self, address: str, *, as_it_is: bool = True) -> tuple[str, bytes]:
        """Media type and bytes; fit for a worker thread."""
        for source in self._sources:
            try:
                return source.content(address, as_it_is=as_it_is)
            except KeyError:
                continue
        raise KeyError(address)

    def size(self, address: str) -> tuple[int, int] | None:
        """Width and height in px of a picture that can be shown."""
        return next((size for source in self._sources if (size := source.size(address))), None)


class Surface(Protocol):
    """What the pane needs of the view that shows the page. Heights are 0 (the view's upper edge) to 1 (the lower).

    `place_activated(Spot)`: a double click. `scrolled(piece, part, height)`: `part` down in a piece is at this height;
    piece -1 at the page's top; the piece after the last one are the footnotes. `show_place` takes the same.
    """

    @property
    def place_activated(self) -> SignalInstance: ...
    @property
    def link_clicked(self) -> SignalInstance: ...
    @property
    def lost(self) -> SignalInstance: ...
    @property
    def scrolled(self) -> SignalInstance: ...
    @property
    def touched(self) -> SignalInstance: ...

    def show_head(self, title: str, byline: str, shown: Callable[[], None]) -> None: ...
    def show_change(self, change: Change, landed: Callable[[], None]) -> None: ...
    def show_spot(self, spot: Spot) -> None: ...
    def show_place(self, at: int, part: float, height: float) -> None: ...
    def set_pictures(self, pictures: PictureSource) -> None: ...
    def set_theme(self, theme: Theme) -> None: ...
    def set_highlighting(self, light: str, dark: str) -> None: ...
    def set_look(self, look: Look | None) -> None: ...
    def shut(self) -> None: ...
