"""The field that a post's text is written in: plain Markdown, at a comfortable measure, coloured as it is typed."""

from __future__ import annotations

import difflib

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFont,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from postdesk.core.language import _
from postdesk.ui.editor import keys
from postdesk.ui.editor.colours import Colours
from postdesk.ui.editor.exact import from_document, one_line_end, to_document
from postdesk.ui.editor.marks import in_code, lead
from postdesk.ui.editor.pictures import brought, may_hold_pictures
from postdesk.ui.editor.spacing import BAR_STEP, SpacedLayout, state_of, x_of
from postdesk.ui.theme import TEXT_FAMILY, Theme

LINE_HEIGHT = 1.6
MEASURE = 68  # characters a line holds in a wide pane
_GUTTER = 44  # px beside the text where there is room
_CURSOR_WIDTH = 2


class MarkdownEdit(QPlainTextEdit):
    """Positions in its signals and methods are the document's: UTF-16 units."""

    edited = Signal(int, int, int)  # position, removed, added
    pictures_dropped = Signal(object, int)  # list of (name, bytes | Path); position
    refused = Signal(str)  # a sentence: what was dropped is not taken
    address_pasted = Signal(str)  # over a selection: becomes a link
    left_upwards = Signal()  # Up in the first line, or Shift+Tab: to the title
    find_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        document = QTextDocument(self)
        self._layout = SpacedLayout(document)
        document.setDocumentLayout(self._layout)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self.setDocument(document)
        self._colours = Colours(document)
        self._theme: Theme | None = None
        self._measure = MEASURE
        self._setting = False
        self._text: str | None = ""
        self._laid = -1
        self._lit = True
        self._over = ""  # marks that Return put there and that she may type herself
        self._over_at = -1
        self._typed_marks = False
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._turn)
        self.setObjectName("text")
        self.setAccessibleName(_("Text"))
        self.setCursorWidth(0)  # Qt's own cursor inverts what is below it; ours has the accent's colour
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_text_size(15.5)
        document.contentsChange.connect(self._changed)
        self.cursorPositionChanged.connect(self._restart_blinking)

    # --- the text ---

    def set_body(self, text: str, cursor: int = 0) -> None:
        """Shows another text, without undo to the one before; `cursor` in UTF-16 units."""
        self._setting = True
        self.setPlainText(to_document(text))
        self._colours.read_all()
        self._setting = False
        self._text = text
        self.go_to(cursor)

    def body(self) -> str:
        """The text exactly, lines ended by LF."""
        if self._text is None:
            self._text = from_document(self.document().toRawText())
        return self._text

    def replace_keeping_place(self, text: str) -> None:
        """Makes `text` of the text as one step to undo; cursor and scroll stay at the words they were at."""
        old, new = self.body().split("\n"), text.split("\n")
        if old == new:
            return
        cursor, bar = self.textCursor(), self.verticalScrollBar()
        column = cursor.positionInBlock()
        top = QTextCursor(self.firstVisibleBlock())
        below = bar.value() - self.firstVisibleBlock().firstLineNumber()
        edit = QTextCursor(self.document())
        edit.beginEditBlock()
        for first, last, lines in reversed(_hunks(old, new)):
            self._put_lines(edit, first, last, lines)
        edit.endEditBlock()
        cursor = self.textCursor()
        block = cursor.block()
        if cursor.positionInBlock() != column:
            cursor.setPosition(block.position() + min(column, block.length() - 1))
            self.setTextCursor(cursor)
        bar.setValue(top.block().firstLineNumber() + below)

    def _put_lines(self, edit: QTextCursor, first: int, last: int, lines: list[str]) -> None:
        """Replaces the lines from `first` up to `last` (exclusive). Only what differs at their ends is touched."""
        document = self.document()
        whole = document.blockCount()
        text = to_document("\n".join(lines))
        if first == last:  # nothing goes, lines come
            if first < whole:
                edit.setPosition(document.findBlockByNumber(first).position())
                edit.insertText(text + "\n")
            else:
                edit.movePosition(QTextCursor.MoveOperation.End)
                edit.insertText("\n" + text)
            return
        start, end = document.findBlockByNumber(first), document.findBlockByNumber(last - 1)
        a, b = start.position(), end.position() + end.length() - 1
        if not lines:  # the line end before or after goes too
            if last < whole:
                b += 1
            else:
                a = max(a - 1, 0)
            edit.setPosition(a)
            edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
            edit.removeSelectedText()
            return
        edit.setPosition(a)
        edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
        put(edit, edit.selectedText().replace("\u2029", "\n"), text)

    def go_to(self, position: int) -> None:
        """Moves the cursor there and shows it."""
        cursor = self.textCursor()
        cursor.setPosition(max(0, min(position, self.document().characterCount() - 1)))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    # --- the look ---

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._recolour()

    def set_text_size(self, pixels: float) -> None:
        """The size of the text in px at 100 %; headings and line height follow."""
        font = QFont(TEXT_FAMILY)
        font.setPointSizeF(pixels * 72 / self.logicalDpiY())
        font.setStyleHint(QFont.StyleHint.Monospace)
        self.setFont(font)
        self._layout.step = round(pixels * LINE_HEIGHT)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * keys.STEP)
        self._recolour()
        self._set_margins()

    def set_measure(self, characters: int) -> None:
        """How many characters of the text's size a line holds at most."""
        self._measure = characters
        self._set_margins()

    def text_left(self) -> int:
        """Where the words begin, in px from the widget's left edge: the title begins there too."""
        return int(self.viewportMargins().left() + self.document().documentMargin())

    def text_width(self) -> int:
        """How wide the lines are, in px."""
        return int(self.viewport().width() - 2 * self.document().documentMargin())

    def _recolour(self) -> None:
        if self._theme is not None:
            self._colours.set_look(self._theme, self.font().pointSizeF())
            self.document().markContentsDirty(0, self.document().characterCount())
            self.viewport().update()

    def _set_margins(self) -> None:
        wide = self.fontMetrics().averageCharWidth() * self._measure
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        gutter = _GUTTER if room > 460 else 24
        beside = max(gutter, (room - wide) // 2)
        self.setViewportMargins(beside - int(self.document().documentMargin()), 0, max(beside - 14, 10), 0)
        self._relay()

    def _relay(self) -> None:
        """Lays the lines out anew when the viewport's width is not the one they were laid out for.

        Qt looks at the widths its resize event tells, and misses margins that were set while it was hidden.
        """
        size = self.viewport().size()
        if size.width() != self._laid:
            self._laid = size.width()
            super().resizeEvent(QResizeEvent(size, QSize(0, 0)))

    # --- what happens ---

    def _changed(self, position: int, removed: int, added: int) -> None:
        # The document counts its closing paragraph in where an edit reaches the end.
        last = self.document().characterCount() - 1
        over = max(0, position + added - last)
        added, removed = added - over, removed - over
        if self._setting:
            return
        self._colours.changed(position, added)
        self._follow(position, removed, added)
        self.edited.emit(position, removed, added)

    def _follow(self, position: int, removed: int, added: int) -> None:
        """Keeps the known text in step by the edit alone: fetching 1 MB anew costs some 5 ms a key."""
        if self._text is None:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        cursor.setPosition(position + added, QTextCursor.MoveMode.KeepAnchor)
        come = cursor.selectedText()
        text = self._text[:position] + from_document(come) + self._text[position + removed :]
        # Equal only while every character is one UTF-16 unit and none has a stand-in of two; else it is read anew.
        plain = len(text) == self.document().characterCount() - 1 and len(
            self._text
        ) - removed + added == len(text)
        self._text = text if plain else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if self._types_over(event.text(), plain):
            return
        if self.isReadOnly() or not plain:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.text() == "\n":  # a line feed key is rare
            self._return(bool(shift))  # Qt would put a line separator for Shift+Return
        elif key == Qt.Key.Key_Tab and not shift:
            self._tab(back=False)
        elif key == Qt.Key.Key_Backtab:
            self._tab(back=True)
        elif key == Qt.Key.Key_Up and not shift and self._in_first_line():
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def _types_over(self, letters: str, plain: bool) -> bool:
        """Whether this key is a mark that Return has put there already: who types every mark herself gets just what
        she typed. The state of it ends with any other key or place.
        """
        if letters in ("\r", "\n") and plain and self._over_at == self.textCursor().position():
            return False  # Return looks at the state itself
        here = self._over and self._over_at == self.textCursor().position() and plain
        if here and letters and self._over.startswith(letters):
            self._over = self._over[len(letters) :]
            self._typed_marks = True
            return True
        if letters or not here:
            self._over, self._typed_marks = "", False
        return False

    def _in_first_line(self) -> bool:
        cursor = self.textCursor()
        if cursor.hasSelection() or cursor.block().blockNumber():
            return False
        return cursor.block().layout().lineForTextPosition(cursor.positionInBlock()).lineNumber() == 0

    def _return(self, simply: bool) -> None:
        cursor = self.textCursor()
        marks = ""
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        block = cursor.block()
        text, column = _before(cursor)
        code = in_code(state_of(block.previous().userState()), state_of(block.userState()))
        if simply or code:
            indent = text[: len(text) - len(text.lstrip(" \t"))] if code else ""
            cursor.insertText("\n" + indent)
        else:
            done = keys.on_return(text, from_document(block.text()[column:]))
            begins = bool(done.cut) and not keys.has_marks(block.previous().text())
            if self._typed_marks or begins:
                # She typed the marks herself: the line is meant, though it has no words.
                cut = len(text) - (len(self._over) if self._typed_marks else 0)
                cursor.setPosition(block.position() + cut, QTextCursor.MoveMode.KeepAnchor)
                done = keys.Return(0, "\n" + text)
            elif done.cut:
                cursor.setPosition(block.position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(done.text)
            marks = done.text.removeprefix("\n")
        cursor.endEditBlock()
        self._over, self._over_at, self._typed_marks = marks, cursor.position(), False
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _tab(self, back: bool) -> None:
        cursor = self.textCursor()
        document = self.document()
        first = document.findBlock(cursor.selectionStart())
        last = document.findBlock(cursor.selectionEnd())
        lines = first != last or keys.is_list(first.text())
        if not lines:
            if back:
                self.left_upwards.emit()
            else:
                cursor.insertText(" " * keys.STEP)
            return
        cursor.beginEditBlock()
        edit = QTextCursor(document)
        block = first
        while block.isValid() and block.blockNumber() <= last.blockNumber():
            line = block.text()
            edit.setPosition(block.position())
            edit.setPosition(block.position() + block.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            put(edit, line, keys.indented(line, back))
            block = block.next()
        cursor.endEditBlock()

    # --- pasted and dropped ---

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or may_hold_pictures(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self._take_files(source, self.textCursor().position()):
            return
        text = one_line_end(source.text())
        if not text:
            return
        if self.textCursor().hasSelection() and _is_address(text):
            self.address_pasted.emit(text.strip())
            return
        self.textCursor().insertText(to_document(text))
        self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        copied = QMimeData()
        copied.setText(self.selected_text())
        return copied

    def selected_text(self) -> str:
        """What is selected, exactly."""
        return from_document(self.textCursor().selectedText())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if may_hold_pictures(event.mimeData()) and not self.isReadOnly():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if may_hold_pictures(event.mimeData()) and not self.isReadOnly():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if may_hold_pictures(event.mimeData()) and not self.isReadOnly():
            at = self.cursorForPosition(self._snapped(event.position()).toPoint()).position()
            if self._take_files(event.mimeData(), at):
                event.acceptProposedAction()
                return
        super().dropEvent(event)

    def _take_files(self, source: QMimeData, position: int) -> bool:
        found = brought(source)
        if found.pictures:
            self.pictures_dropped.emit(list(found.pictures), position)
        if found.refused:
            self.refused.emit(
                _("Only pictures can be put into a post; nothing else was copied or opened. Its text is unchanged. "
                  "To link to a file, upload it to the blog and paste its address.")
            )  # fmt: skip
        return bool(found.pictures) or found.refused

    # --- the mouse: Qt takes a click between two lines for one at a line's end ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(self._on_a_line(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(self._on_a_line(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(self._on_a_line(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(self._on_a_line(event))

    def _on_a_line(self, event: QMouseEvent) -> QMouseEvent:
        return QMouseEvent(
            event.type(),
            self._snapped(event.position()),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )

    def _snapped(self, point: QPointF) -> QPointF:
        """The point moved up or down onto the line whose band it is in."""
        block = self.firstVisibleBlock()
        offset = self.contentOffset().y()
        while block.isValid():
            height = self.blockBoundingRect(block).height()
            if point.y() < offset + height:
                layout = block.layout()
                for number in range(layout.lineCount()):
                    line = layout.lineAt(number)
                    top, bottom = self._layout.band(line)
                    if offset + top <= point.y() < offset + bottom:
                        return QPointF(point.x(), offset + line.y() + line.height() / 2)
                break
            offset += height
            block = block.next()
        return point

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            self._colour_what_shows(event.rect().bottom())
            painter = QPainter(self.viewport())
            painter.setClipRect(event.rect())
            self._paint_below(painter, self._theme, event.rect().top(), event.rect().bottom())
            painter.end()
        super().paintEvent(event)
        if self._theme is not None and self._lit and self.hasFocus() and not self.isReadOnly():
            painter = QPainter(self.viewport())
            rect = self.cursorRect()
            left = max(0, rect.left())
            painter.fillRect(left, rect.top(), _CURSOR_WIDTH, rect.height(), QColor(self._theme.accent))
            painter.end()

    def _colour_what_shows(self, bottom: int) -> None:
        block = self.firstVisibleBlock()
        y = self.contentOffset().y()
        while block.isValid() and y <= bottom:
            self._colours.ensure(block)
            y += self._layout.blockBoundingRect(block).height()
            block = block.next()

    def _paint_below(self, painter: QPainter, theme: Theme, top: int, bottom: int) -> None:
        """What lies under the words: code's ground, quotation bars, and the selection between the lines."""
        block = self.firstVisibleBlock()
        y = self.contentOffset().y()
        cursor = self.textCursor()
        a, b = cursor.selectionStart(), cursor.selectionEnd()
        left, width = self.document().documentMargin(), float(self.text_width())
        before = state_of(block.previous().userState())
        bars = (QColor(theme.quote), QColor(theme.quote2))
        while block.isValid() and y <= bottom:
            height = self._layout.blockBoundingRect(block).height()
            after = state_of(block.userState())
            if y + height >= top:
                depth = lead(block.text()).depth
                code = in_code(before, after)
                if code and (before > 1 or after > 1):
                    inset = depth * BAR_STEP
                    painter.fillRect(
                        QRectF(left + inset - 4, y, width - inset + 8, height), QColor(theme.code_ground)
                    )
                right = depth and block.textDirection() == Qt.LayoutDirection.RightToLeft
                for level in range(min(depth, 12)):
                    x = left + width - level * BAR_STEP - 3 if right else left + level * BAR_STEP
                    painter.fillRect(QRectF(x, y, 3, height), bars[level % 2])
                if a < b and block.position() < b and block.position() + block.length() > a:
                    self._paint_selected(painter, block, y, a - block.position(), b - block.position(), theme)
            before = after
            y += height
            block = block.next()

    def _paint_selected(
        self, painter: QPainter, block: QTextBlock, y: float, a: int, b: int, theme: Theme
    ) -> None:
        layout = block.layout()
        ground = QColor(theme.select)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, end = line.textStart(), line.textStart() + line.textLength()
            if a > end or b <= first:
                continue
            rect = line.naturalTextRect()
            begins, ends = rect.left(), rect.right()
            if a > first:
                begins = x_of(line, a)
            if b < end:
                ends = x_of(line, b)
            elif number == layout.lineCount() - 1 and b > end:
                ends += 6  # the line end is selected too
            top, bottom = self._layout.band(line)
            painter.fillRect(QRectF(min(begins, ends), y + top, abs(ends - begins), bottom - top), ground)

    # --- the cursor ---

    def _restart_blinking(self) -> None:
        self._lit = True
        period = QApplication.cursorFlashTime()
        if period > 0 and self.hasFocus():
            self._blink.start(period // 2)
        self._update_cursor()

    def _turn(self) -> None:
        self._lit = not self._lit
        self._update_cursor()

    def _update_cursor(self) -> None:
        self.viewport().update(self.cursorRect().adjusted(-2, -2, _CURSOR_WIDTH + 2, 2))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._restart_blinking()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._blink.stop()
        self._update_cursor()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        if not event.preeditString():
            self._colours.again(self.textCursor().block())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._laid = event.size().width()
        self._set_margins()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._laid = -1
        self._set_margins()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_layout"):
            self.viewport().update()

    def line_at(self, point: QPoint) -> int:
        """The line (0-based block) at a point of the viewport."""
        return self.cursorForPosition(self._snapped(QPointF(point)).toPoint()).blockNumber()


def put(edit: QTextCursor, old: str, new: str) -> None:
    """Makes `new` of the selected text `old` by its differing middle only, so that other cursors keep their place."""
    start = edit.selectionStart()
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    a = start + _units(old[:head])
    b = start + _units(old[: len(old) - tail])
    edit.setPosition(a)
    edit.setPosition(b, QTextCursor.MoveMode.KeepAnchor)
    come = new[head : len(new) - tail]
    if come:
        edit.insertText(come)
    elif a < b:
        edit.removeSelectedText()


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text) if not text.isascii() else len(text)


def _hunks(old: list[str], new: list[str]) -> list[tuple[int, int, list[str]]]:
    """The lines to replace, from the first to the last; coarse where two long texts have little in common."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(a) * len(b) > 4_000_000:  # comparing every pair would take longer than a glance
        return [(head, head + len(a), b)]
    found = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(head + i, head + j, b[k:m]) for kind, i, j, k, m in found if kind != "equal"]


def _before(cursor: QTextCursor) -> tuple[str, int]:
    """The words before the cursor on its line, and how many UTF-16 units they are."""
    column = cursor.positionInBlock()
    line = QTextCursor(cursor)
    line.setPosition(cursor.block().position(), QTextCursor.MoveMode.KeepAnchor)
    return from_document(line.selectedText()), column


def _is_address(text: str) -> bool:
    words = text.strip()
    return words.startswith(("https://", "http://", "mailto:")) and len(words.split()) == 1
