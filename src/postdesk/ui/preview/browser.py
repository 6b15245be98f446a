"""A text browser that looks like the page as far as it can, and knows no script, no network and no file."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QWidget

from postdesk.core.language import _
from postdesk.ui.preview.bars import draw_bars
from postdesk.ui.preview.links import followed
from postdesk.ui.preview.plain import style_sheet
from postdesk.ui.theme import PAGE_FAMILY, Theme, load_page_fonts

_MEASURE = 700  # px; the widest line of text
_TOP, _BOTTOM = 26, 72  # px above and below the text


class GuardedBrowser(QTextBrowser):
    """`link_clicked`: what `followed` allows; the browser itself goes nowhere."""

    link_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        load_page_fonts()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.anchorClicked.connect(self._clicked)
        self.paint_in(theme)

    def paint_in(self, theme: Theme) -> None:
        """Take the colours of this theme, but for what is in the document."""
        self.theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.paper))
        palette.setColor(QPalette.ColorRole.Text, QColor(theme.ink))
        palette.setColor(QPalette.ColorRole.Highlight, QColor(theme.select))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(theme.ink))
        palette.setColor(QPalette.ColorRole.Dark, QColor(theme.line))  # of horizontal rules
        self.setPalette(palette)

    def prepare(self, document: QTextDocument, highlighting: str = "") -> None:
        """Make a document that is still empty look like the page."""
        font = QFont(PAGE_FAMILY)
        font.setPixelSize(17)
        document.setDefaultFont(font)
        document.setDocumentMargin(0)
        document.setDefaultStyleSheet(style_sheet(self.theme, highlighting))

    def frame_text(self, document: QTextDocument, margin: int) -> None:
        """Put room around the text."""
        frame = document.rootFrame().frameFormat()
        frame.setLeftMargin(margin)
        frame.setRightMargin(margin)
        frame.setTopMargin(_TOP)
        frame.setBottomMargin(_BOTTOM)
        document.rootFrame().setFrameFormat(frame)

    def room(self) -> tuple[int, int]:
        """Margin at each side and width of the text in px."""
        space = max(160, self.space())
        margin = 46 if space > 460 else 22
        width = min(_MEASURE, space - 2 * margin)
        return max(margin, (space - width) // 2), width

    def space(self) -> int:
        """The width in px in which the text and its margins are laid out."""
        return self.viewport().width()

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """Nothing, whatever Qt asks for: its own would read any local file."""
        # An empty answer, not None: on None the document would ask once more by itself.
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        left = self.room()[0] - self.horizontalScrollBar().value()
        draw_bars(self, painter, event.rect(), self.theme, left)
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        link = self.anchorAt(event.pos())
        if followed(link):
            menu.addAction(_("Open link")).triggered.connect(lambda _checked=False: self._clicked(QUrl(link)))
            menu.addSeparator()
        copy = menu.addAction(_("Copy"))
        copy.triggered.connect(lambda _checked=False: self.copy())
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setEnabled(self.textCursor().hasSelection())
        every = menu.addAction(_("Select all"))
        every.triggered.connect(lambda _checked=False: self.selectAll())
        every.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
        menu.popup(event.globalPos())

    def _clicked(self, url: QUrl) -> None:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if address.startswith("#"):
            self.scrollToAnchor(url.fragment(QUrl.ComponentFormattingOption.FullyDecoded))
            return
        allowed = followed(address)
        if allowed:
            self.link_clicked.emit(allowed)
