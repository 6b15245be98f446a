"""A version as readers would see it: filled in slices from the event loop, so that a long post keeps nobody waiting."""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit, QWidget

from postdesk.ui.preview.browser import GuardedBrowser
from postdesk.ui.preview.plain import rewrite
from postdesk.ui.theme import Theme

_SLICE = 5_000  # letters of HTML: some 5 ms to read and lay out
_PAUSE = 60  # ms without another size, until it is laid out for this one
_HEIGHT = 0.3  # of the view, from the top: where a piece that is shown is put


class VersionPage(GuardedBrowser):
    """Shows pieces of clean HTML below a title. Pieces are counted from 0."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._title = ""
        self._pieces: Sequence[str] = ()
        self._filled = 0  # pieces that are in the document
        self._slices: list[
            tuple[int, int]
        ] = []  # of each its first piece, and where it begins in the document
        self._wish: tuple[int, float | None] | None = (
            None  # a piece, and how far it lies above the view's top in px
        )
        self._still: QPixmap | None = None  # what is seen while the document is filled anew
        # A document of 1 MB must not be laid out at each pixel of a window that is made larger.
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self._fitting = QTimer(self, singleShot=True, interval=_PAUSE)
        self._fitting.timeout.connect(self._again)
        self._scratch = QTextDocument(self)
        self._scratch.setUndoRedoEnabled(False)
        self._turns = QTimer(self, interval=0)
        self._turns.timeout.connect(self._fill)

    @property
    def is_whole(self) -> bool:
        """Whether all pieces are in the document, which is laid out for the size that the page has."""
        return self._has_all and self._still is None and not self._fitting.isActive()

    @property
    def _has_all(self) -> bool:
        return self._filled == len(self._pieces)

    def show_version(self, title: str, pieces: Sequence[str]) -> None:
        """Show another version from its start: what is seen first at once, the rest in the next turns."""
        self._title, self._pieces, self._wish, self._still = title, pieces, None, None
        self._begin()

    def show_piece(self, number: int) -> None:
        """Bring a piece into view, as soon as it is there."""
        self._wish = (number, None)
        self._grant()

    def stop(self) -> None:
        """Leave out what is not there yet."""
        self._turns.stop()
        self._fitting.stop()

    def set_theme(self, theme: Theme) -> None:
        """Other colours, at the same place."""
        self.paint_in(theme)
        self._again()

    def space(self) -> int:
        """With the place of the scroll bar left free, so that nothing is laid out anew when it comes."""
        bar = self.verticalScrollBar()
        return self.viewport().width() - (0 if bar.isVisible() else bar.sizeHint().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.space() != self.lineWrapColumnOrWidth():
            self._fitting.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._still is None:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._still)
        painter.end()

    # --- slices ---

    def _again(self) -> None:
        """Fill it anew, at the same place; what was seen there stands still until that is there again."""
        if not self._slices:
            return
        if self._wish is None:
            first = self._at_top()
            self._wish = (first, self.verticalScrollBar().value() - self._y(first))
            self._still = self.viewport().grab()
        self._begin()

    def _begin(self) -> None:
        document = QTextDocument(self)  # as its child it is deleted when the next one comes
        document.setUndoRedoEnabled(False)
        for one in (document, self._scratch):
            self.prepare(one)
        self.setDocument(document)
        self.setLineWrapColumnOrWidth(self.space())
        self._filled, self._slices = 0, []
        if self._title:
            self._put(f'<p class="title" dir="auto">{html.escape(self._title)}</p>')
        self.frame_text(document, self.room()[0])
        self._turns.start()
        self._fill()

    def _fill(self) -> None:
        first = self._filled
        size = 0
        parts = []
        while self._filled < len(self._pieces) and size < _SLICE:
            piece = self._pieces[self._filled]
            parts.append(rewrite(piece, f"pd-{self._filled}", _no_picture, self.room()[1]))
            size += len(piece)
            self._filled += 1
        if parts:
            self._slices.append((first, self.document().characterCount() - 1))
            self._put("".join(parts))
        if self._has_all:
            self._turns.stop()
        self._grant()

    def _put(self, markup: str) -> None:
        """At the end of the document."""
        document = self.document()
        if document.isEmpty():
            document.setHtml(markup)
            return
        # A fragment's first block takes the form of the one that it is put into: an empty one goes ahead.
        self._scratch.setHtml(markup)
        piece = QTextCursor(self._scratch)
        piece.insertBlock(piece.blockFormat(), piece.blockCharFormat())
        piece.select(QTextCursor.SelectionType.Document)
        end = QTextCursor(document)
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertFragment(piece.selection())

    # --- places ---

    def _grant(self) -> None:
        if self._wish is None or (self._wish[0] >= self._filled and not self._has_all):
            return
        number, above = self._wish
        if above is None:
            above = -_HEIGHT * self.viewport().height()
        bar = self.verticalScrollBar()
        place = round(self._y(min(number, self._filled - 1)) + above)
        if place > bar.maximum() and not self._has_all:
            return  # there is not enough below it yet
        self._wish = self._still = None
        self.viewport().update()
        bar.setValue(place)

    def _at_top(self) -> int:
        """The piece at the top of the view."""
        position = self.cursorForPosition(self.viewport().rect().topLeft()).position()
        at = max(0, bisect_right(self._slices, position, key=_position) - 1)
        last = self._slices[at + 1][0] if at + 1 < len(self._slices) else self._filled
        starts = [self._start(number) for number in range(self._slices[at][0], last)]
        return self._slices[at][0] + max(0, bisect_right(starts, position) - 1)

    def _start(self, number: int) -> int:
        """Where a piece begins in the document, in characters; one that shows nothing where the one before it does."""
        at = bisect_right(self._slices, number, key=_first) - 1
        if at < 0:
            return 0
        end = self._slices[at + 1][1] if at + 1 < len(self._slices) else self.document().characterCount()
        found = self._slices[at][1]
        block = self.document().findBlock(found)
        while block.isValid() and block.position() <= end:
            for place, name in _names(block):
                if name <= number:
                    found = place
            block = block.next()
        return found

    def _y(self, number: int) -> float:
        block = self.document().findBlock(self._start(number))
        return float(self.document().documentLayout().blockBoundingRect(block).top())


def _names(block: QTextBlock) -> list[tuple[int, int]]:
    """Where pieces begin in a block of the document, and which."""
    found = []
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        for name in fragment.charFormat().anchorNames():
            if name.startswith("pd-"):
                found.append((fragment.position(), int(name[3:])))
        fragments += 1
    return found


def _first(one: tuple[int, int]) -> int:
    return one[0]


def _position(one: tuple[int, int]) -> int:
    return one[1]


def _no_picture(_address: str) -> tuple[int, int] | None:
    return None
