"""What keys and the mouse do at closed cards."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDrag, QDropEvent, QKeyEvent, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from postdesk.ui.editor.card_edits import CardEdits
from postdesk.ui.editor.cards import Card, Cards
from postdesk.ui.editor.folding import Folding

_Key, _Standard = Qt.Key, QKeySequence.StandardKey
_NO_MODIFIERS = ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
_MOVES = frozenset(
    [_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End,
     _Key.Key_PageUp, _Key.Key_PageDown]
)  # fmt: skip
_FORWARD = (_Standard.Delete, _Standard.DeleteEndOfWord, _Standard.DeleteEndOfLine)
_BACKWARD = (_Standard.Backspace, _Standard.DeleteStartOfWord)
_LINE = (_Standard.DeleteCompleteLine,)


def moves(event: QKeyEvent) -> bool:
    """Whether a key moves the cursor and changes nothing."""
    return event.key() in _MOVES


class CardKeys:
    """Made once for a field. Its methods say whether the event was theirs."""

    def __init__(self, field: QPlainTextEdit, cards: Cards, folding: Folding, edits: CardEdits) -> None:
        self._field = field
        self._cards = cards
        self._folding = folding
        self._edits = edits
        self._pressed: Card | None = None
        self._from = QPointF()
        self._dragged: Card | None = None

    # --- keys ---

    def press(self, event: QKeyEvent) -> bool:
        """A key of the field; what is not taken here is everybody's."""
        folding = self._folding
        here = folding.here()
        if here is not None:
            return self._on(here, event)
        if event.key() == _Key.Key_Escape:
            return self._close()
        if self._field.isReadOnly():
            return False
        if event.matches(_Standard.Cut):
            return self._edits.cut()
        ways = _deletes(event)
        if ways == 0:
            return False
        cursor = self._field.textCursor()
        if cursor.hasSelection():
            card = folding.selected()
            if card is not None:
                self._edits.remove(card)
            return card is not None
        return self._deletes_beside(cursor, ways)

    def _close(self) -> bool:
        """Closes the card whose source the cursor is in."""
        card = self._cards.at(self._field.textCursor().blockNumber())
        if card is None or self._folding.selected() is not None:
            return False
        self._folding.close(card)
        return True

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key that may be a shortcut is for the card that the cursor is on."""
        return _is_move(event) and self._folding.here() is not None and not self._field.isReadOnly()

    def _on(self, card: Card, event: QKeyEvent) -> bool:
        """A key while the cursor is on a closed card."""
        folding, key = self._folding, event.key()
        bare = not event.modifiers() & _NO_MODIFIERS
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        writable = not self._field.isReadOnly()
        if key in (_Key.Key_Return, _Key.Key_Enter, _Key.Key_Space) and bare:
            folding.show_source(card)
        elif key in (_Key.Key_Home, _Key.Key_End) and bare and not shift:
            folding.put_on(card, after=key == _Key.Key_End)
        elif key in (_Key.Key_Left, _Key.Key_Up) and bare and shift and folding.after:
            folding.select(card)
        elif event.matches(_Standard.Copy):
            self._edits.copy(card)
        elif event.matches(_Standard.Cut):
            self._edits.cut() if writable else self._edits.copy(card)
        elif _is_move(event):
            if writable:
                self._edits.move(card, up=key == _Key.Key_Up)
        elif _deletes(event):
            if writable:
                folding.select(card)
        elif key == _Key.Key_Tab:
            return True
        elif _types(event):
            if writable:
                self._edits.put_beside(card, event.text())
        else:
            return False
        return True

    def _deletes_beside(self, cursor: QTextCursor, ways: int) -> bool:
        """A key that deletes: a card beside the cursor is selected. (A word never reaches over the end of a line.)"""
        block = cursor.block()
        card: Card | None = None
        if ways == 1 and cursor.atBlockEnd():
            card = self._cards.closed_at(block.blockNumber() + 1)
        elif ways < 0 and cursor.atBlockStart() and block.blockNumber():
            card = self._cards.closed_at(block.blockNumber() - 1)
        if card is not None:
            self._folding.select(card)
            return True
        return False

    # --- the mouse ---

    def mouse_press(self, event: QMouseEvent, card: Card | None) -> bool:
        """A button on a closed card, or elsewhere (`card` is None)."""
        self._pressed = None
        if card is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return False
        self._pressed, self._from = card, event.position()
        right = event.position().x() > self._field.viewport().width() / 2
        self._folding.put_on(card, after=right != self._field.isRightToLeft())
        return True

    def mouse_move(self, event: QMouseEvent) -> bool:
        """The mouse while a button is down on a card drags the card."""
        card = self._pressed
        if card is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        if (event.position() - self._from).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self._drag(card)
        return True

    def mouse_release(self) -> bool:
        """The button went up."""
        pressed, self._pressed = self._pressed, None
        return pressed is not None

    def drop(self, event: QDropEvent, line: int, *, below: bool) -> bool:
        """A card of this text is dropped on a line, in its upper half or `below`."""
        card = self._dragged
        if card is None:
            return False
        copied = event.dropAction() == Qt.DropAction.CopyAction
        event.setDropAction(Qt.DropAction.CopyAction)  # nobody else takes the card away
        event.accept()
        first, last = self._edits.paragraph(line)
        at = last + 1 if below else first
        if copied:
            self._edits.copy_to(card, at)
        else:
            self._edits.move_to(card, at)
        self._dragged = None
        return True

    def _drag(self, card: Card) -> None:
        self._dragged = card
        drag = QDrag(self._field)
        drag.setMimeData(self._edits.mime(card))
        actions = Qt.DropAction.CopyAction
        if not self._field.isReadOnly():
            actions |= Qt.DropAction.MoveAction
        drag.exec(actions, Qt.DropAction.MoveAction)
        self._dragged = None


def _deletes(event: QKeyEvent) -> int:
    """1 for a key that deletes what is behind the cursor, -1 for what is before it, 2 for its line, 0 for another."""
    if any(map(event.matches, _FORWARD)) or event.key() == _Key.Key_Delete:
        return 0 if event.matches(_Standard.Cut) else 1
    if any(map(event.matches, _BACKWARD)) or event.key() == _Key.Key_Backspace:
        return 0 if event.matches(_Standard.Undo) or event.matches(_Standard.Redo) else -1
    return 2 if any(map(event.matches, _LINE)) else 0


def _is_move(event: QKeyEvent) -> bool:
    return (
        event.key() in (_Key.Key_Up, _Key.Key_Down)
        and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.AltModifier
        and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
    )


def _types(event: QKeyEvent) -> bool:
    """Whether a key types a letter, also with AltGr, which is Ctrl and Alt on some systems."""
    text = event.text()
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    held = event.modifiers() & (control | alt)
    return bool(text) and text[0].isprintable() and held in (control | alt, Qt.KeyboardModifier.NoModifier)
