"""The preview where the web engine cannot be: a text browser, made to look like the page as far as it can.

It knows no script and no network. Qt's own `loadResource` would read any local file, so it is replaced whole.
"""

from __future__ import annotations

import html
from collections import OrderedDict
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QImage,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QWidget

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.markup.render import Rendered, highlight_css
from postdesk.ui.preview.content import Content, block_of, cleaned, line_of
from postdesk.ui.preview.links import outgoing
from postdesk.ui.preview.plain import QUOTE_STEP, rewrite, style_sheet
from postdesk.ui.theme import PAGE_FAMILY, Theme

_MEASURE = 700  # px; the widest line of text
_CACHED_PICTURES = 40
_BAR = 3


class SimpleSurface(QTextBrowser):
    """Shows `Content` as a text document; the same signals as the web engine's surface."""

    line_activated = Signal(int)
    link_clicked = Signal(str)
    shown = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Preview"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Links are told to the window; the browser itself goes nowhere.
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.anchorClicked.connect(self._clicked)
        self._theme = theme
        self._content: Content | None = None
        self._drawn = -1
        self._blocks: dict[str, str] = {}
        self._fits = (0, 0)
        self._positions: list[int] | None = None
        self._pictures: OrderedDict[str, QImage] = OrderedDict()
        self._wish: tuple[int, float | None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw)
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit)
        self.set_theme(theme)

    # --- what the preview says -----------------------------------------------------------------------------------

    def show_content(self, content: Content) -> None:
        """Make the document this content at the next turn of the event loop; the newest wins."""
        if self._content is None or self._content.serial != content.serial:
            self._blocks.clear()
            self._pictures.clear()
        self._content = content
        self._soon.start()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.paper))
        palette.setColor(QPalette.ColorRole.Text, QColor(theme.ink))
        palette.setColor(QPalette.ColorRole.Highlight, QColor(theme.select))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(theme.ink))
        palette.setColor(QPalette.ColorRole.Dark, QColor(theme.line))  # of horizontal rules
        self.setPalette(palette)
        self._soon.start()

    def show_line(self, line: int, at: float | None) -> None:
        """Bring `line` (from 0) into view, or to `at` (0 to 1) of the view's height."""
        self._wish = (line, at)
        if not self._soon.isActive():
            self._grant()

    def shut(self) -> None:
        """Nothing runs beside this view."""
        self._soon.stop()

    # --- the document --------------------------------------------------------------------------------------------

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """A picture that the post's library holds; nothing else, whatever Qt asks for."""
        # An empty answer, not None: on None the document would ask once more by itself.
        if type != QTextDocument.ResourceType.ImageResource.value or self._content is None:
            return ""
        address = QUrl(name).toString(QUrl.ComponentFormattingOption.FullyEncoded)
        known = self._pictures.get(address)
        if known is not None:
            self._pictures.move_to_end(address)
            return known
        try:
            _kind, content = self._content.pictures.content(address, as_it_is=False)
        except (PostDeskError, KeyError):
            return QImage()
        image = QImage.fromData(content)
        self._pictures[address] = image
        while len(self._pictures) > _CACHED_PICTURES:
            self._pictures.popitem(last=False)
        return image

    def _draw(self) -> None:
        content = self._content
        if content is None:
            return
        same = self._drawn == content.serial
        bar = self.verticalScrollBar()
        place = bar.value() if same else 0
        margin, width = self._room()
        if width != self._fits[1]:
            self._blocks.clear()
        self._fits = (margin, width)
        parts = []
        if content.title:
            parts.append(f'<p class="title" dir="auto">{html.escape(content.title)}</p>')
        if content.byline:
            parts.append(f'<p class="byline">{html.escape(content.byline)}</p>')
        fresh: dict[str, str] = {}
        for number, block in enumerate(content.rendered.blocks):
            known = self._blocks.get(block.html)
            if known is None:
                known = rewrite(
                    cleaned(block.html, content.pictures), "pd-HERE", content.pictures.size, width
                )
            fresh[block.html] = known
            parts.append(known.replace('name="pd-HERE"', f'name="pd-{number}"', 1))
        self._blocks = fresh
        if content.rendered.tail:
            tail = cleaned(content.rendered.tail, content.pictures)
            parts.append(f"<hr>{rewrite(tail.replace('<hr>', '', 1), '', content.pictures.size, width)}")
        document = self.document()
        font = QFont(PAGE_FAMILY)
        font.setPixelSize(17)
        document.setDefaultFont(font)
        document.setDocumentMargin(0)
        document.setDefaultStyleSheet(style_sheet(self._theme, highlight_css(self._theme.dark)))
        self.setHtml("".join(parts))
        frame = document.rootFrame().frameFormat()
        frame.setLeftMargin(margin)
        frame.setRightMargin(margin)
        frame.setTopMargin(26)
        frame.setBottomMargin(72)
        document.rootFrame().setFrameFormat(frame)
        self._positions = None
        self._drawn = content.serial
        bar.setValue(place)
        if self._wish is not None:
            self._grant()
        elif same and content.typed and content.edited is not None:
            self._reveal(content.edited, None)
        self.shown.emit()

    def _room(self) -> tuple[int, int]:
        """Margin at each side and width of the text in px."""
        space = max(160, self.viewport().width())
        margin = 46 if space > 460 else 22
        width = min(_MEASURE, space - 2 * margin)
        return max(margin, (space - width) // 2), width

    # --- lines ---------------------------------------------------------------------------------------------------

    def _grant(self) -> None:
        if self._wish is not None:
            line, at = self._wish
            self._wish = None
            self._reveal(line, at)

    def _reveal(self, line: int, at: float | None) -> None:
        found = block_of(self._rendered(), line)
        starts = self._starts()
        if found is None or found[0] >= len(starts):
            return
        upper = self._y(starts[found[0]])
        lower = (
            self._y(starts[found[0] + 1]) if found[0] + 1 < len(starts) else self.document().size().height()
        )
        place = upper + found[1] * max(0.0, lower - upper)
        bar, view = self.verticalScrollBar(), self.viewport().height()
        edge = min(56, view // 6)
        if at is not None:
            bar.setValue(round(place - at * view))
        elif place < bar.value() + edge:
            bar.setValue(round(place - edge))
        elif place > bar.value() + view - edge:
            bar.setValue(round(place - view + edge))

    def _rendered(self) -> Rendered:
        return self._content.rendered if self._content is not None else Rendered()

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
                        if name.startswith("pd-"):
                            found.setdefault(int(name[3:]), fragment.position())
                    fragments += 1
                block = block.next()
            starts: list[int] = []
            last = 0
            for number in range(len(self._rendered().blocks)):
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
        starts = self._starts()
        at = max((number for number, start in enumerate(starts) if start <= position), default=-1)
        if at < 0:
            return
        end = starts[at + 1] if at + 1 < len(starts) else self.document().characterCount()
        line = line_of(self._rendered(), at, (position - starts[at]) / max(1, end - starts[at]))
        if line is not None:
            self.line_activated.emit(line)

    # --- looks ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitting.start()

    def _fit(self) -> None:
        # Asked after the event: while a document is set the scroll bar goes and comes, and changes nothing.
        if self._content is not None and self._room() != self._fits:
            self._draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._draw_bars(painter, event)
        painter.end()

    def _draw_bars(self, painter: QPainter, event: QPaintEvent) -> None:
        """A bar for each level of quotation, as on the page; Qt's documents know none."""
        top = self.verticalScrollBar().value()
        layout = self.document().documentLayout()
        colours = (QColor(self._theme.quote), QColor(self._theme.quote2), QColor(self._theme.line))
        left = self._room()[0] - self.horizontalScrollBar().value()
        # The margin between two paragraphs belongs to neither: start above what is to be drawn.
        block = self.cursorForPosition(event.rect().topLeft()).block()
        if block.previous().isValid():
            block = block.previous()
        while block.isValid():
            box = layout.blockBoundingRect(block).translated(0, -top)
            if box.top() > event.rect().bottom() + 40:
                break
            depth = _depth(block)
            follows = _depth(block.next()) if block.next().isValid() else 0
            for level in range(1, depth + 1):
                bottom = box.bottom()
                if follows >= level:
                    bottom = layout.blockBoundingRect(block.next()).top() - top
                right_to_left = block.textDirection() is Qt.LayoutDirection.RightToLeft
                x = left + QUOTE_STEP * (level - 1)
                if right_to_left:
                    x = self.viewport().width() - x - _BAR
                painter.fillRect(
                    round(x),
                    round(box.top()),
                    _BAR,
                    max(1, round(bottom - box.top())),
                    colours[min(level, len(colours)) - 1],
                )
            block = block.next()

    # --- the pointer ---------------------------------------------------------------------------------------------

    def _clicked(self, url: QUrl) -> None:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if address.startswith("#"):
            self.scrollToAnchor(url.fragment(QUrl.ComponentFormattingOption.FullyDecoded))
            return
        allowed = outgoing(address)
        if allowed:
            self.link_clicked.emit(allowed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        link = self.anchorAt(event.pos())
        if outgoing(link):
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


def _depth(block: QTextBlock) -> int:
    return round(block.blockFormat().leftMargin() / QUOTE_STEP)
