"""The field that a post's text is written in: plain Markdown, at a comfortable measure, coloured as it is typed.

Long because all of Qt's events for one widget arrive here; what is done about them is in the modules beside it.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QFont,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from postdesk.core.language import _
from postdesk.ui.editor import keys
from postdesk.ui.editor.card_edits import CardEdits
from postdesk.ui.editor.card_keys import CardKeys, moves
from postdesk.ui.editor.card_look import CardLook, height_for
from postdesk.ui.editor.cards import Card, Cards
from postdesk.ui.editor.caret import Caret
from postdesk.ui.editor.clipboard import from_mime, to_mime
from postdesk.ui.editor.colours import Colours
from postdesk.ui.editor.exact import from_document, is_inside, to_document
from postdesk.ui.editor.folding import By, Folding
from postdesk.ui.editor.hold import Typewriter, scroll_to_height
from postdesk.ui.editor.marks import LONGEST
from postdesk.ui.editor.painting import (
    dim_others,
    hides_much,
    in_view,
    paint_below,
    paint_cards,
    paint_words,
    snapped,
    units_between,
)
from postdesk.ui.editor.pictures import brought, may_hold_pictures
from postdesk.ui.editor.sheets import Sheet, give_up, lay
from postdesk.ui.editor.source import Source
from postdesk.ui.editor.spacing import SpacedLayout
from postdesk.ui.editor.splice import put_text
from postdesk.ui.editor.spoken import tell
from postdesk.ui.editor.typed import Typing, press_tab
from postdesk.ui.theme import TEXT_FAMILY, Theme
from postdesk.ui.viewport import give_viewport

LINE_HEIGHT = 1.6
MEASURE = 68  # characters a line holds in a wide pane
_GUTTER = 44  # px beside the text where there is room


LONGEST_WORD = 2000  # letters; what is longer is none that anybody reads
_ENDLESS = re.compile(rf"\S{{{LONGEST_WORD}}}")


class MarkdownEdit(QPlainTextEdit):
    """Positions in its signals and methods are the document's: UTF-16 units."""

    edited = Signal(int, int, int)  # position, removed, added
    lines_edited = Signal(
        int, int, object
    )  # first line, how many went, the list of those that came; before `edited`
    pictures_dropped = Signal(object, int)  # list of (name, bytes | Path); position
    refused = Signal(str)  # a sentence: what was dropped is not taken
    address_pasted = Signal(str)  # over a selection: becomes a link
    left_upwards = Signal()  # Up in the first line, or Shift+Tab: to the title
    find_asked = Signal()
    margins_changed = Signal()
    card_reached = Signal(
        str, str
    )  # the kind and the first words of the card that the cursor is on; "" for none
    folded = Signal()  # cards were closed or show their source now
    picture_wanted = Signal(str)  # the `src` of a picture that a card would show

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        give_viewport(self)
        self.source = Source()
        self._sheet = self._new_sheet()
        self._layout = self._sheet.layout
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(self.wordWrapMode())
        self._sheet.document.setDefaultTextOption(option)
        self.setDocument(self._sheet.document)
        self._colours = Colours(self._sheet.document, self.source)
        self._theme: Theme | None = None
        self._measure = MEASURE
        self._setting = False
        self._laid = -1
        self._dimmed = False
        self._typewriter = Typewriter(self, lambda: self._layout.step)
        self._typing = Typing(self.source)
        self._caret = Caret(self, self._caret_place)
        self.cards = Cards(self.source)
        self.folding = Folding(self, self.cards, self._folded)
        self.folding.reached.connect(self._on_card)
        self.folding.placed.connect(self._cursor_settled)
        self._card_edits = CardEdits(self, self.cards, self.folding)
        self._card_keys = CardKeys(self, self.cards, self.folding, self._card_edits)
        self._card_look = CardLook(self.cards)
        self.setObjectName("text")
        self.setAccessibleName(_("Text"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_text_size(15.5)
        self._listen()
        self.cursorPositionChanged.connect(self._cursor_moved)

    # --- the text ---

    def set_body(self, text: str, cursor: int = 0, kept: Sheet | None = None) -> Sheet | None:
        """Shows another text, without undo to the one before; `cursor` in UTF-16 units. `kept` is its sheet from last
        time: where its words are still these, its steps can be undone. Gives the sheet of the text that goes where
        something can be undone in that."""
        self._setting = True
        left = self._sheet
        if kept is not None and kept.text() != text:
            give_up(kept)
            kept = None
        if kept is not None or left.has_steps:
            self._lay_aside()
        self.source.put(text)
        self.cards.put()
        hidden = self.cards.wanted()
        self._wrap_for([line for n, line in enumerate(self.source.lines) if not hidden[n]], anew=True)
        if kept is None:
            self._colours.put()
            self.setPlainText(to_document(text))
            self._sheet.written = 0
        else:
            give_up(self._sheet)
            self.cards.hidden = bytearray(kept.hidden)
            self._lay(kept)
            self._colours.put()
        self._setting = False
        self._card_look.forget()
        self._card_look.pictures.clear()
        self.folding.put()
        self.go_to(cursor)
        if left is self._sheet:
            return None
        if left.has_steps:
            return left
        give_up(left)
        return None

    def _new_sheet(self) -> Sheet:
        document = QTextDocument(self)
        layout = SpacedLayout(document, self.source.in_code)
        document.setDocumentLayout(layout)
        return Sheet(document, layout)

    def _lay_aside(self) -> None:
        """Shows an empty sheet, on which nothing is known of the text before, in the place of the one that shows."""
        left = self._sheet
        left.hidden = bytes(self.cards.hidden)
        left.document.contentsChange.disconnect(self._changed)
        left.document.contentsChanged.disconnect(self.folding.settle)
        self.setExtraSelections([])
        self.verticalScrollBar().setValue(0)
        self.source.put("")
        self.cards.put()
        self._lay(self._new_sheet())
        left.rest()

    def _lay(self, sheet: Sheet) -> None:
        left, self._sheet, self._layout = self._sheet, sheet, sheet.layout
        lay(self, sheet, left)
        self._colours.follow(sheet.document)
        self._listen()

    def _listen(self) -> None:
        # After the field itself, which is told first: it must know the lines when the cards are settled.
        self._sheet.document.contentsChange.connect(self._changed)
        self._sheet.document.contentsChanged.connect(self.folding.settle)

    def body(self) -> str:
        """The text exactly, lines ended by LF."""
        return self.source.text()

    def replace_keeping_place(self, text: str) -> None:
        """Makes `text` of the text as one step to undo; cursor and scroll stay at the words they were at."""
        old, new = self.body().split("\n"), text.split("\n")
        if old == new:
            return
        cursor, bar = self.textCursor(), self.verticalScrollBar()
        column = cursor.positionInBlock()
        top = QTextCursor(self.firstVisibleBlock())
        below = bar.value() - self.firstVisibleBlock().firstLineNumber()
        put_text(self.document(), old, new)
        cursor = self.textCursor()
        block = cursor.block()
        if column and not cursor.positionInBlock():  # its whole line was replaced
            cursor.setPosition(block.position() + min(column, block.length() - 1))
            self.setTextCursor(cursor)
        bar.setValue(top.block().firstLineNumber() + below)

    def go_to(self, position: int) -> None:
        """Moves the cursor there and shows it."""
        self.select(position, position)
        self.ensureCursorVisible()
        self._typewriter.hold()

    def select(self, anchor: int, position: int) -> None:
        """Selects from `anchor` to `position`, where the cursor is then; neither is put inside a character."""
        cursor = self.textCursor()
        cursor.setPosition(self._whole(anchor))
        cursor.setPosition(self._whole(position), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def scroll_to_height(self, share: float) -> None:
        """Scrolls until the cursor's line is at `share` (0 to 1) of the field's height, as far as the text allows."""
        scroll_to_height(self, share, self._layout.step)

    def _whole(self, position: int) -> int:
        position = max(0, min(position, self.document().characterCount() - 1))
        before, after = (str(self.document().characterAt(at)) for at in (position - 1, position))
        return position - 1 if position and is_inside(before, after) else position

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
        self._layout.closed_height = height_for(self._layout.step)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * keys.STEP)
        self._recolour()
        self._set_margins()

    def set_measure(self, characters: int) -> None:
        """How many characters of the text's size a line holds at most."""
        self._measure = characters
        self._set_margins()

    def set_typewriter(self, on: bool) -> None:
        """Whether the cursor's line stays where it is while she types."""
        self._typewriter.set_on(on)

    def set_dimmed(self, on: bool) -> None:
        """Whether all but the paragraph with the cursor is dimmed."""
        self._dimmed = on
        self.viewport().update()

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
        self.margins_changed.emit()

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
        self._sheet.written += added
        self._follow(position, added)
        self.edited.emit(position, removed, added)

    def _follow(self, position: int, added: int) -> None:
        """Keeps the known text in step by the lines that the edit touched: fetching 1 MB anew costs some 5 ms a key."""
        document, source = self.document(), self.source
        block, end = document.findBlock(position), document.findBlock(position + added)
        first = block.blockNumber()
        count = end.blockNumber() + 1 - first
        if count == 1:
            come = [from_document(block.text())]
        else:
            cursor = QTextCursor(document)
            cursor.setPosition(block.position())
            cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            come = from_document(cursor.selectedText()).split("\n")
        known = len(source.lines)
        removed = count - (document.blockCount() - known)
        everywhere = source.splice(first, removed, come)
        if len(source.lines) != document.blockCount() or source.length != document.characterCount():
            # The document changed more than it said: no word may hang on that.
            first, removed = 0, known
            source.put(from_document(document.toRawText()))
            self._colours.put()
            come = list(source.lines)
            self.cards.put()
            everywhere = True
        else:
            self._colours.changed(first, removed, count, everywhere=everywhere)
        self.folding.take(first, removed, come, everywhere=everywhere)
        if everywhere:
            self._card_look.forget()
        else:
            self._card_look.forget(first, removed, count)
        self._wrap_for(come)
        self.lines_edited.emit(first, removed, come)

    def _wrap_for(self, lines: list[str], *, anew: bool = False) -> None:
        """A word of thousands of letters (a picture written into the text) is broken anywhere, and with it every line
        of the post: to look for a better place in it takes Qt time in its square, 2.4 s a key at 200,000 letters."""
        endless = any(len(line) > LONGEST_WORD and _ENDLESS.search(line) for line in lines)
        if endless or anew:
            anywhere, words = (
                QTextOption.WrapMode.WrapAnywhere,
                QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere,
            )
            self.setWordWrapMode(anywhere if endless else words)

    # --- cards ---

    def turn_card(self) -> bool:
        """Shows the source of the card that the cursor is on, or closes the card that it is in; False without one."""
        return self.folding.turn()

    def start_of(self, line: int) -> int:
        """Where a line begins in the document, or the closed card that it is in."""
        card = self.cards.closed_at(line)
        return self.document().findBlockByNumber(line if card is None else card.first).position()

    def go_beside(self, position: int) -> None:
        """Moves the cursor there, or behind the closed card that is there."""
        card = self.folding.closed_at(position)
        if card is None:
            self.go_to(position)
        else:
            self.folding.put_on(card, after=True)

    def make_room(self) -> None:
        """Begins a paragraph beside the closed card that the cursor is on, so that something can be put there."""
        self._card_edits.make_room()

    def mark_cards(self, hits: dict[int, int]) -> None:
        """How often the sources of closed cards have what is looked for, by the cards' first lines."""
        if hits != self._card_look.hits:
            self._card_look.hits = hits
            self.viewport().update()

    def set_picture(self, src: str, image: QImage | None) -> None:
        """The picture that was wanted for cards, or None where there is none to be shown."""
        self._card_look.pictures[src] = image
        if image is not None:
            self.viewport().update()

    def forget_pictures(self) -> None:
        """Asks for every picture of a card anew when it is painted."""
        self._card_look.pictures.clear()
        self.viewport().update()

    def _on_card(self, card: Card | None) -> None:
        kind = words = ""
        if card is not None:
            said = self._card_look.words(card)
            kind, words = said.kind, said.words
        tell(self, kind, words)
        self.card_reached.emit(kind, words)
        self.viewport().update()

    def _folded(self, shown: list[range]) -> None:
        """Lines were hidden, or are `shown` now."""
        self._wrap_for([line for run in shown for line in self.source.lines[run.start : run.stop]])
        first = self.firstVisibleBlock()
        if first.isValid() and not first.isVisible():
            card = self.cards.at(first.blockNumber())
            if card is not None:
                self.verticalScrollBar().setValue(
                    self.document().findBlockByNumber(card.first).firstLineNumber()
                )
        self._layout.documentSizeChanged.emit(self._layout.documentSize())
        self.viewport().update()
        self.folded.emit()

    def _caret_place(self) -> QRect:
        card = self.folding.here()
        if card is None:
            return self.cursorRect()
        block = self.document().findBlockByNumber(card.first)
        row = self.blockBoundingGeometry(block).translated(self.contentOffset())
        margin = self.document().documentMargin()
        row.setLeft(margin)
        row.setRight(self.viewport().width() - margin)
        box = self._card_look.box(row).toRect()
        right = self.folding.after != self.isRightToLeft()
        return QRect(box.right() - 4 if right else box.left() + 3, box.top() + 8, 2, box.height() - 16)

    def _card_at(self, point: QPointF) -> tuple[Card | None, int, bool]:
        """The closed card at a point of the viewport; the line there, and whether it is in that line's lower half."""
        number, lower = self.blockCount() - 1, True
        for _block, shown, y, height in in_view(self, self.cards, point.y()):
            number, lower = shown, point.y() > y + height / 2
            if y <= point.y() < y + height:
                return self.cards.closed_at(number), number, lower
        return None, number, lower

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._card_keys.wants(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def cut(self) -> None:
        if self.isReadOnly() or not self._card_edits.cut():
            super().cut()

    def copy(self) -> None:
        card = self.folding.here()
        if card is None:
            super().copy()
        else:
            self._card_edits.copy(card)

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._card_keys.press(event):
            event.accept()
            return
        if moves(event):
            with self.folding.by(By.KEYS):
                self._press(event)
        else:
            self._press(event)

    def _press(self, event: QKeyEvent) -> None:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if key == Qt.Key.Key_Backspace and plain and self._typing.takes_back(self.textCursor()):
            return
        if self._typing.types_over(event.text(), plain, self.textCursor().position()):
            return
        if self.isReadOnly() or not plain:
            super().keyPressEvent(event)
        elif self._typing.closes_fence(event.text(), cursor := self.textCursor()):
            self.setTextCursor(cursor)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.text() == "\n":  # a line feed key is rare
            cursor = self.textCursor()
            self._typing.press_return(cursor, bool(shift))  # Qt would put a line separator for Shift+Return
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
        elif key == Qt.Key.Key_Tab and not shift:
            press_tab(self.textCursor(), False, self.source, self._is_closed)
        elif key == Qt.Key.Key_Backtab:
            if not press_tab(self.textCursor(), True, self.source, self._is_closed):
                self.left_upwards.emit()
        elif key == Qt.Key.Key_Up and not shift and self._in_first_line():
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def _is_closed(self, line: int) -> bool:
        return self.cards.closed_at(line) is not None

    def _in_first_line(self) -> bool:
        cursor = self.textCursor()
        if cursor.hasSelection() or cursor.block().blockNumber():
            return False
        return cursor.block().layout().lineForTextPosition(cursor.positionInBlock()).lineNumber() == 0

    # --- pasted and dropped ---

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or may_hold_pictures(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self._take_files(source, self.textCursor().position()):
            return
        text = from_mime(source)
        if not text:
            return
        if self.textCursor().hasSelection() and _is_address(text):
            self.address_pasted.emit(text.strip())
            return
        if self._card_edits.insert(text):
            return
        self.textCursor().insertText(to_document(text))
        self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        return to_mime(self.selected_text())

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
            at = self.cursorForPosition(self._snapped(event.position())).position()
            if self._take_files(event.mimeData(), at):
                event.acceptProposedAction()
                return
        card, line, lower = self._card_at(event.position())
        if self.isReadOnly() or not self._card_keys.drop(event, line, below=lower):
            self.folding.after = lower if card is not None else self.folding.after
            with self.folding.pause():  # Qt takes out and puts in as one edit
                super().dropEvent(event)

    def _take_files(self, source: QMimeData, position: int) -> bool:
        found = brought(source)
        if found.pictures:
            self.pictures_dropped.emit(list(found.pictures), position)
        if found.refused:
            others = (
                _("Only the pictures were put into the post; nothing else was copied or opened. To link to another "
                  "file, upload it to the blog and paste its address.")
                if found.pictures
                else _("Only pictures can be put into a post; nothing else was copied or opened. Its text is "
                       "unchanged. To link to a file, upload it to the blog and paste its address.")
            )  # fmt: skip
            self.refused.emit(others)
        return bool(found.pictures) or found.refused

    # --- the mouse: Qt takes a click between two lines for one at a line's end ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._typewriter.pressed = True
        card, _line, self.folding.lower = self._card_at(event.position())
        if not self._card_keys.mouse_press(event, card):
            with self.folding.by(By.MOUSE):
                super().mousePressEvent(self._on_a_line(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._card_keys.mouse_move(event):
            _card, _line, self.folding.lower = self._card_at(event.position())
            with self.folding.by(By.MOUSE):
                super().mouseMoveEvent(self._on_a_line(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._card_keys.mouse_release():
            with self.folding.by(By.MOUSE):
                super().mouseReleaseEvent(self._on_a_line(event))
        self._typewriter.pressed = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        card, line, _lower = self._card_at(event.position())
        known = card or self.cards.at(line)
        if card is not None:
            self.folding.show_source(card)
        elif known is not None and known.first == line:
            self.folding.close(known)
        else:
            super().mouseDoubleClickEvent(self._on_a_line(event))

    def _on_a_line(self, event: QMouseEvent) -> QMouseEvent:
        return QMouseEvent(
            event.type(),
            snapped(self, self._layout, self.cards, event.position()),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            self._colour_what_shows(event.rect().bottom())
            painter = QPainter(self.viewport())
            painter.setClipRect(event.rect())
            paint_below(
                self,
                self._layout,
                self.source,
                self.cards,
                painter,
                self._theme,
                event.rect().top(),
                event.rect().bottom(),
            )
            painter.end()
        bottom, has_cards = event.rect().bottom(), 1 in self.cards.hidden
        if has_cards and hides_much(self, self.cards, bottom):
            painter = QPainter(self.viewport())
            painter.setClipRect(event.rect())
            paint_words(self, self.cards, painter, self.getPaintContext(), bottom)
            painter.end()
        else:
            super().paintEvent(event)
        if self._theme is not None and has_cards:
            painter = QPainter(self.viewport())
            painter.setClipRect(event.rect())
            wanted = paint_cards(
                self, self._card_look, self.cards, painter, self._theme, self._layout.step, bottom
            )
            painter.end()
            for src in wanted:
                self._card_look.pictures[src] = None  # asked for once
                self.picture_wanted.emit(src)
        if self._theme is not None and self._dimmed:
            painter = QPainter(self.viewport())
            dim_others(self, self.source, self.cards, painter, self._theme)
            painter.end()
        if self._theme is not None:
            self._caret.paint(self._theme.accent)

    def _colour_what_shows(self, bottom: int) -> None:
        block = self.firstVisibleBlock()
        number = block.blockNumber()
        y = self.contentOffset().y()
        while block.isValid() and y <= bottom:
            self._colours.ensure(block, number)
            if block.length() > LONGEST:
                self._colours.ensure_part(block, number, *units_between(block, -y, bottom - y))
            y += self._layout.blockBoundingRect(block).height()
            below = self.cards.next_shown(number)
            block = block.next() if below == number + 1 else self.document().findBlockByNumber(below)
            number = below

    # --- the cursor ---

    def _cursor_moved(self) -> None:
        self.folding.moved()
        if not self.folding.busy:
            self._cursor_settled()

    def _cursor_settled(self) -> None:
        self._caret.restart()
        self._typewriter.hold()
        if self._dimmed:
            self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._caret.restart()
        self._update_card()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._caret.stop()
        self._update_card()

    def _update_card(self) -> None:
        """A card has a ring where the field has the keyboard."""
        if self.folding.here() is not None or self.folding.selected() is not None:
            self.viewport().update()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.preeditString() or event.commitString():
            self.make_room()
        super().inputMethodEvent(event)
        if not event.preeditString():
            self._colours.again(self.textCursor().block())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._laid = event.size().width()
        self._set_margins()
        self._typewriter.hold()

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
        return self.cursorForPosition(self._snapped(QPointF(point))).blockNumber()

    def _snapped(self, point: QPointF) -> QPoint:
        return snapped(self, self._layout, self.cards, point).toPoint()


def _is_address(text: str) -> bool:
    words = text.strip()
    return words.startswith(("https://", "http://", "mailto:")) and len(words.split()) == 1
