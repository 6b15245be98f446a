"""The preview where the web engine cannot be: a text browser, made to look like the page as far as it can.

It knows no script and no network, and reads no file but the post's pictures.
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.ui.preview.browser import GuardedBrowser
from postdesk.ui.preview.content import Change, Spot
from postdesk.ui.preview.look import Look
from postdesk.ui.preview.places import AROUND, find, index_at, letters_around, units
from postdesk.ui.preview.plain import rewrite
from postdesk.ui.preview.surface import PictureSource
from postdesk.ui.theme import Theme

_MEASURE = 700  # px; the widest line of text
_CACHED_PICTURES = 40
_TAIL = "pd-tail"


class SimpleSurface(GuardedBrowser):
    """Shows the same changes as a text document; the same signals as the web engine's surface."""

    place_activated = Signal(object)
    scrolled = Signal(int, float, float)
    touched = Signal()
    lost = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(_("Preview"))
        self._head = ("", "")
        self._pieces: list[str] = []
        self._tail = ""
        self._fresh = True
        self._seen: Spot | None = None
        self._waiting: list[Callable[[], None]] = []
        self._source: PictureSource | None = None
        self._highlighting = ("", "")
        self._rewritten: dict[str, str] = {}
        self._fits = (0, 0)
        self._positions: list[int] | None = None
        self._tail_at = 0
        self._pictures: OrderedDict[str, QImage] = OrderedDict()
        self._wish: tuple[int, float, float] | None = None
        self._drawing = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw)
        self.verticalScrollBar().valueChanged.connect(self._moved)
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit)
        self._soon.start()

    # --- what the preview says -----------------------------------------------------------------------------------

    def show_head(self, title: str, byline: str, shown: Callable[[], None]) -> None:
        """The post's title and what stands below it."""
        self._head = (title, byline)
        self._waiting.append(shown)
        self._soon.start()

    def show_change(self, change: Change, landed: Callable[[], None]) -> None:
        """Make this change at the next turn of the event loop, and say so."""
        if change.fresh:
            self._pieces, self._tail, self._fresh = [], "", True
            self._rewritten.clear()
            self._pictures.clear()
        for splice in change.splices:
            self._pieces[splice.at : splice.at + splice.removed] = splice.pieces
        if change.tail is not None:
            self._tail = change.tail
        self._seen = change.seen or self._seen
        self._waiting.append(landed)
        self._soon.start()

    def show_spot(self, spot: Spot) -> None:
        """Bring a spot into view; nothing moves when it is there."""
        self._seen = spot
        if not self._soon.isActive():
            self._grant()

    def show_place(self, at: int, part: float, height: float) -> None:
        """Bring the place `part` down in a piece to this height of the view."""
        self._wish = (at, part, height)
        if not self._soon.isActive():
            self._grant()

    def set_pictures(self, pictures: PictureSource) -> None:
        """Whom to ask for the pictures of the post."""
        self._source = pictures
        self._rewritten.clear()

    def set_look(self, look: Look | None) -> None:
        """A text browser knows too little of style sheets to look like a blog: this one stays as it is."""

    def set_highlighting(self, light: str, dark: str) -> None:
        """Style sheets for highlighted code."""
        self._highlighting = (light, dark)
        self._soon.start()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.paint_in(theme)
        self._soon.start()

    def shut(self) -> None:
        """Nothing runs beside this view."""
        self._soon.stop()

    # --- the document --------------------------------------------------------------------------------------------

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """A picture that the post's library holds; nothing else, whatever Qt asks for."""
        if type != QTextDocument.ResourceType.ImageResource.value or self._source is None:
            return super().loadResource(type, name)
        address = QUrl(name).toString(QUrl.ComponentFormattingOption.FullyEncoded)
        known = self._pictures.get(address)
        if known is not None:
            self._pictures.move_to_end(address)
            return known
        try:
            _kind, content = self._source.content(address, as_it_is=False)
        except (PostDeskError, KeyError):
            return QImage()
        image = QImage.fromData(content)
        self._pictures[address] = image
        while len(self._pictures) > _CACHED_PICTURES:
            self._pictures.popitem(last=False)
        return image

    def _draw(self) -> None:
        same = not self._fresh
        self._drawing = True  # the bar goes and comes
        bar = self.verticalScrollBar()
        place = bar.value() if same else 0
        margin, width = self.room()
        if width != self._fits[1]:
            self._rewritten.clear()
        self._fits = (margin, width)
        title, byline = self._head
        parts = []
        if title:
            parts.append(f'<p class="title" dir="auto">{html.escape(title)}</p>')
        if byline:
            parts.append(f'<p class="byline">{html.escape(byline)}</p>')
        measure = self._source.size if self._source is not None else _unknown
        fresh: dict[str, str] = {}
        for number, piece in enumerate(self._pieces):
            known = self._rewritten.get(piece)
            if known is None:
                known = rewrite(piece, "pd-HERE", measure, width)
            fresh[piece] = known
            parts.append(known.replace('name="pd-HERE"', f'name="pd-{number}"', 1))
        self._rewritten = fresh
        if self._tail:
            parts.append(f"<hr>{rewrite(self._tail.replace('<hr>', '', 1), _TAIL, measure, width)}")
        document = self.document()
        self.prepare(document, self._highlighting[self.theme.dark])
        self.setHtml("".join(parts))
        self.frame_text(document, margin)
        self._positions = None
        self._fresh = False
        bar.setValue(place)
        self._drawing = False
        self._grant()
        waiting, self._waiting = self._waiting, []
        for landed in waiting:
            landed()

    # --- lines ---------------------------------------------------------------------------------------------------

    def _grant(self) -> None:
        wish, self._wish = self._wish, None
        seen, self._seen = self._seen, None
        if wish is not None:
            self._align(*wish)
        elif seen is not None:
            self._reveal(seen)

    def _reveal(self, spot: Spot) -> None:
        text, start = self._text_of(spot.at)
        if text is None:
            return
        position = start + units(text[: max(0, find(text, spot) - 1)])
        block = self.document().findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        upper = self._y(position) + (line.y() if line.isValid() else 0)
        lower = upper + (line.height() if line.isValid() else 0)
        bar, view = self.verticalScrollBar(), self.viewport().height()
        edge = min(56, view // 6)
        if upper < bar.value() + edge:
            bar.setValue(round(upper - edge))
        elif lower > bar.value() + view - edge:
            bar.setValue(round(lower - view + edge))

    def _align(self, at: int, part: float, height: float) -> None:
        upper, lower = self._span(min(at, len(self._pieces)))
        bar, view = self.verticalScrollBar(), self.viewport().height()
        if height <= 0 or height >= 1:
            bar.setValue(bar.maximum() if height >= 1 else 0)
        else:
            bar.setValue(round(upper + part * (lower - upper) - height * view))

    def _moved(self) -> None:
        if self._drawing or self._fresh or not self._pieces:
            return
        bar, view = self.verticalScrollBar(), self.viewport().height()
        if not bar.value():
            self.scrolled.emit(-1, 0.0, 0.0)
            return
        height = bar.value() / max(1, bar.maximum())
        y = bar.value() + height * view
        starts = self._starts()
        low = bisect_right(starts, y, lo=1, key=self._y) - 1
        at = low + 1 if self._tail and low == len(starts) - 1 and y > self._span(low)[1] else low
        upper, lower = self._span(at)
        self.scrolled.emit(at, min(1.0, max(0.0, (y - upper) / max(1.0, lower - upper))), height)

    def _span(self, at: int) -> tuple[float, float]:
        """Top and bottom of a piece in px; the first one begins and the last one ends with the page; behind it come
        the footnotes."""
        starts, end = self._starts(), float(self.document().size().height())
        tail = self._y(self._tail_at) if self._tail else end
        if at >= len(starts):
            return tail, end
        return self._y(starts[at]) if at else 0.0, self._y(starts[at + 1]) if at + 1 < len(starts) else tail

    def _text_of(self, at: int) -> tuple[str | None, int]:
        """The letters of a piece, or of the footnotes (-1), and where they begin."""
        starts = self._starts()
        if at >= len(starts) or not (starts or self._tail):
            return None, 0
        end = self.document().characterCount() - 1
        start = starts[at] if at >= 0 else self._tail_at
        last = (
            starts[at + 1] if 0 <= at < len(starts) - 1 else self._tail_at if at >= 0 and self._tail else end
        )
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(max(start, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText(), start

    def _starts(self) -> list[int]:
        """Where each block of the page begins in the document, in characters."""
        if self._positions is None:
            found: dict[int, int] = {}
            block = self.document().begin()
            while block.isValid():
                fragments = block.begin()
                while not fragments.atEnd():
                    fragment = fragments.fragment()
                    for name in fragment.charFormat().anchorNames():
                        if name == _TAIL:
                            self._tail_at = fragment.position()
                        elif name.startswith("pd-"):
                            found.setdefault(int(name[3:]), fragment.position())
                    fragments += 1
                block = block.next()
            starts: list[int] = []
            last = 0
            for number in range(len(self._pieces)):
                last = found.get(number, last)
                starts.append(last)
            self._positions = starts
        return self._positions

    def _y(self, position: int) -> float:
        block = self.document().findBlock(position)
        return float(self.document().documentLayout().blockBoundingRect(block).top())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        position = self.cursorForPosition(event.position().toPoint()).position()
        at = bisect_right(self._starts(), position) - 1
        if at < 0:
            return
        text, start = self._text_of(at)
        if text is None:
            return
        before, after = letters_around(text, index_at(text, position - start))
        part = len(before) / max(1, len(before) + len(after))
        self.place_activated.emit(Spot(at, part, before[-AROUND:], after[:AROUND]))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress):
            self.touched.emit()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.touched.emit()
        super().keyPressEvent(event)

    # --- looks ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitting.start()

    def _fit(self) -> None:
        # Asked after the event: while a document is set the scroll bar goes and comes, and changes nothing.
        if not self._fresh and self.room() != self._fits:
            self._draw()


def _unknown(_address: str) -> tuple[int, int] | None:
    return None
