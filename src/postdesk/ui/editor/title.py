"""The post's title: large, over as many lines as it needs, but one line of text."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from postdesk.core.language import _
from postdesk.ui.editor.exact import from_document, one_line_end, to_document
from postdesk.ui.editor.spacing import SpacedLayout
from postdesk.ui.theme import TEXT_FAMILY
from postdesk.ui.viewport import give_viewport

_LINE_HEIGHT = 1.28
_MOST_LINES = 6  # a longer headline scrolls


class TitleField(QPlainTextEdit):
    """One paragraph; Return, Tab, and Down in the last line go to the text."""

    changed = Signal(str)
    left_downwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        give_viewport(self)
        document = QTextDocument(self)
        self._layout = SpacedLayout(document, tight=1.0)
        document.setDocumentLayout(self._layout)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        document.setDefaultTextOption(option)
        self.setDocument(document)
        self._setting = False
        self._laid = -1
        self._margins = (0, 0)
        self.setObjectName("title")
        self.setAccessibleName(_("Title"))
        self.setPlaceholderText(_("Title"))
        self.setTabChangesFocus(True)
        self.setCursorWidth(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_text_size(25)
        self.textChanged.connect(self._tell)
        self._layout.documentSizeChanged.connect(self._fit)

    def set_title(self, title: str) -> None:
        """Shows another post's title, without undo to the one before."""
        if title == self.title():
            return
        self._setting = True
        self.setPlainText(to_document(_in_one_line(title)))
        self._setting = False
        self._fit()

    def title(self) -> str:
        return from_document(self.document().toRawText()).replace("\n", " ")

    def set_text_size(self, pixels: float) -> None:
        """The size in px at 100 %."""
        font = QFont(TEXT_FAMILY)
        font.setPointSizeF(pixels * 72 / self.logicalDpiY())
        font.setBold(True)
        self.setFont(font)
        self._layout.step = round(pixels * _LINE_HEIGHT)
        self.document().markContentsDirty(0, self.document().characterCount())
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Down and self._in_last_line()):
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.textCursor().insertText(to_document(_in_one_line(source.text())))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def set_margins(self, left: int, right: int) -> None:
        """The room beside the title, in px."""
        self._margins = (left, right)
        self._put_margins()
        self._relay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._laid = event.size().width()
        self._relay()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._laid = -1
        self._relay()

    def _relay(self) -> None:
        # Qt misses margins that were set while it was hidden, as in the text's field.
        size = self.viewport().size()
        if size.width() != self._laid:
            self._laid = size.width()
            super().resizeEvent(QResizeEvent(size, QSize(0, 0)))
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.ensureCursorVisible()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever does not write in it reads it from its beginning."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.verticalScrollBar().setValue(0)

    def _put_margins(self) -> None:
        """The scroll bar takes its room from the margin, so that the lines break where they did without it."""
        left, right = self._margins
        bar = self.verticalScrollBar().sizeHint().width() if self._scrolls else 0
        self.setViewportMargins(left, 0, max(0, right - bar), 0)

    @property
    def _scrolls(self) -> bool:
        return self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOn

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def _in_last_line(self) -> bool:
        cursor = QTextCursor(self.textCursor())
        layout = cursor.block().layout()
        line = layout.lineForTextPosition(cursor.positionInBlock())
        return not cursor.hasSelection() and line.lineNumber() == layout.lineCount() - 1

    def _fit(self) -> None:
        block = self.document().firstBlock()
        whole = self._layout.blockBoundingRect(block).height()
        lines = max(1, block.layout().lineCount())
        line = (whole - self.document().documentMargin()) / lines
        scrolls = lines > _MOST_LINES
        if scrolls != self._scrolls:
            on, off = Qt.ScrollBarPolicy.ScrollBarAlwaysOn, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            self.setVerticalScrollBarPolicy(on if scrolls else off)
            self._put_margins()
        # Where more lines follow, the margin below the last one would show the tops of their letters.
        around = (1 if scrolls else 2) * self.document().documentMargin()
        height = round(min(lines, _MOST_LINES) * line + around)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _tell(self) -> None:
        self._fit()
        if not self._setting:
            self.changed.emit(self.title())


def _in_one_line(text: str) -> str:
    lines = one_line_end(text).split("\n")
    return lines[0] if len(lines) == 1 else " ".join(part.strip() for part in lines if part.strip())
