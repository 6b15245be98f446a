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
from postdesk.ui.editor.sheets import Sheet, give_up, lay
from postdesk.ui.editor.spacing import SpacedLayout
from postdesk.ui.editor.splice import put
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
        self._sheet = self._new_sheet()
        self._layout = self._sheet.layout
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._sheet.document.setDefaultTextOption(option)
        self.setDocument(self._sheet.document)
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
        self._sheet.document.contentsChange.connect(self._written)

    def put_title(self, title: str, kept: Sheet | None = None) -> Sheet | None:
        """Shows another post's title, without undo to the one before. `kept` is its sheet from last time: where its
        words are still these, its steps can be undone. Gives the sheet of the title that goes where something can be
        undone in that."""
        left = self._sheet
        self._setting = True
        if kept is not None and kept.text() != title:
            give_up(kept)
            kept = None
        if kept is not None or left.has_steps:
            self._layout.documentSizeChanged.disconnect(self._fit)
            left.document.contentsChange.disconnect(self._written)
            self._sheet = kept or self._new_sheet()
            self._layout = self._sheet.layout
            lay(self, self._sheet, left)
            self._layout.documentSizeChanged.connect(self._fit)
            self._sheet.document.contentsChange.connect(self._written)
        if kept is None and title != self.title():
            self.setPlainText(to_document(_in_one_line(title)))
            self._sheet.written = 0
        self._setting = False
        self._fit()
        if left is self._sheet:
            return None
        if left.has_steps:
            left.rest()
            return left
        give_up(left)
        return None

    def set_title(self, title: str) -> None:
        """Makes `title` of the title, as one step to undo."""
        if title == self.title():
            return
        self._setting = True
        edit = QTextCursor(self.document())
        edit.select(QTextCursor.SelectionType.Document)
        put(edit, self.document().toRawText(), to_document(_in_one_line(title)))
        self._setting = False
        self._fit()

    def _new_sheet(self) -> Sheet:
        document = QTextDocument(self)
        layout = SpacedLayout(document, tight=1.0)
        document.setDocumentLayout(layout)
        return Sheet(document, layout)

    def _written(self, _position: int, _removed: int, added: int) -> None:
        self._sheet.written += added

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
