"""What is done to closed cards in the document: taken out, moved, copied and put in as one paragraph, each as one step
to undo. Nothing here changes a byte of a card."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from postdesk.ui.editor.cards import Card, Cards, holds_card
from postdesk.ui.editor.clipboard import to_mime
from postdesk.ui.editor.exact import from_document, to_document
from postdesk.ui.editor.folding import KEEP, Folding, closed_around


class CardEdits:
    """Made once for a field."""

    def __init__(self, field: QPlainTextEdit, cards: Cards, folding: Folding) -> None:
        self._field = field
        self._cards = cards
        self._folding = folding

    def cut(self) -> bool:
        """Cuts the card that is selected, or that the cursor is on."""
        card = self._folding.here() or self._folding.selected()
        if card is not None:
            self.copy(card)
            self.remove(card)
        return card is not None

    def copy(self, card: Card) -> None:
        """Puts a card on the clipboard."""
        QApplication.clipboard().setMimeData(self.mime(card))

    def remove(self, card: Card) -> None:
        """Takes a card out, with the blank line that a paragraph takes with it; one step to undo."""
        cursor = QTextCursor(self._field.document())
        cursor.beginEditBlock()
        _take_out(cursor, *self._blocks(card))
        cursor.endEditBlock()
        self._field.setTextCursor(cursor)
        self._field.ensureCursorVisible()

    def move(self, card: Card, *, up: bool) -> None:
        """Moves a card over the paragraph or the card before it or behind it."""
        lines = range(len(self._cards.hidden))
        line = card.first - 1 if up else card.last + 1
        step = -1 if up else 1
        while line in lines and not self._line(line).strip():
            line += step
        if line in lines:
            first, last = self.paragraph(line)
            self.move_to(card, first if up else last + 1)

    def move_to(self, card: Card, line: int) -> None:
        """Moves a card before a line, as one step to undo; it keeps its bytes."""
        if card.first <= line <= card.last + 1:
            return
        document = self._field.document()
        text = self._text(card)
        there = QTextCursor(document)
        there.beginEditBlock()
        if line < len(self._cards.hidden):
            there.setPosition(document.findBlockByNumber(line).position())
            _take_out(QTextCursor(document), *self._blocks(card))
            if there.atBlockStart():
                at = _put_before(there, text)
            else:  # what was taken out was the blank line there
                at = _put_behind(there, text)
        else:
            _take_out(QTextCursor(document), *self._blocks(card))
            there.movePosition(QTextCursor.MoveOperation.End)
            at = _put_behind(there, text)
        there.endEditBlock()
        self._put_on(at)

    def put_beside(self, card: Card, text: str) -> None:
        """Puts `text` before or behind a card as a paragraph of its own; the cursor is behind it."""
        head, last = self._blocks(card)
        self._put(head, last, text)

    def make_room(self) -> None:
        """Begins a paragraph beside the card that the cursor is on; does nothing elsewhere."""
        here = self._folding.here()
        if here is not None and not self._field.isReadOnly():
            self.put_beside(here, "")

    def insert(self, text: str) -> bool:
        """Puts in what was pasted or dropped (lines ended by LF), where a card is at the cursor or in it."""
        cursor = self._field.textCursor()
        around = None if cursor.hasSelection() else closed_around(cursor.block())
        if around is not None:
            self._put(*around, text.strip("\n"))
            return True
        if not holds_card(text):
            return False
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        block, column = cursor.block(), cursor.positionInBlock()
        before, behind = block.text()[:column], block.text()[column:]
        above = block.previous()
        lead = "\n\n" if before.strip() else "\n" if above.isValid() and above.text().strip() else ""
        below = block.next()
        tail = "\n\n" if behind.strip() else "\n" if below.isValid() and below.text().strip() else ""
        cursor.insertText(lead + to_document(text.strip("\n")))
        at = cursor.position()
        cursor.insertText(tail)
        cursor.endEditBlock()
        self._put_on(at)
        return True

    def copy_to(self, card: Card, line: int) -> None:
        """Puts the same card before a line once more."""
        document = self._field.document()
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        if line < len(self._cards.hidden):
            cursor.setPosition(document.findBlockByNumber(line).position())
            at = _put_before(cursor, self._text(card))
        else:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            at = _put_behind(cursor, self._text(card))
        cursor.endEditBlock()
        self._put_on(at)

    def _put(self, head: QTextBlock, last: QTextBlock, text: str) -> None:
        cursor = QTextCursor(self._field.document())
        cursor.beginEditBlock()
        if self._folding.after:
            cursor.setPosition(last.position() + last.length() - 1)
            at = _put_behind(cursor, to_document(text))
        else:
            cursor.setPosition(head.position())
            at = _put_before(cursor, to_document(text))
        cursor.endEditBlock()
        cursor.setPosition(at)
        self._field.setTextCursor(cursor)
        self._field.ensureCursorVisible()

    def _put_on(self, position: int) -> None:
        """Puts the cursor on the card that ends there, or there."""
        card = None if self._folding.paused else self._folding.closed_at(position)
        if card is not None:
            self._folding.put_on(card, after=True)
        else:
            cursor = self._field.textCursor()
            cursor.setPosition(position)
            self._field.setTextCursor(cursor)
        self._field.ensureCursorVisible()

    def paragraph(self, line: int) -> tuple[int, int]:
        """The lines of the paragraph, the card or the fence that a line belongs to."""
        inside = self._cards.enclosing(line)
        if inside is not None:
            return inside
        first = last = line
        if not self._line(line).strip():
            return first, last
        while first > 0 and self._line(first - 1).strip() and self._cards.enclosing(first - 1) is None:
            first -= 1
        end = len(self._cards.hidden) - 1
        while last < end and self._line(last + 1).strip() and self._cards.enclosing(last + 1) is None:
            last += 1
        return first, last

    def _line(self, line: int) -> str:
        return self._cards.line(line)

    def _blocks(self, card: Card) -> tuple[QTextBlock, QTextBlock]:
        document = self._field.document()
        return document.findBlockByNumber(card.first), document.findBlockByNumber(card.last)

    def _text(self, card: Card) -> str:
        """A card's text as the document has it."""
        start, end = self._folding.span(card)
        cursor = QTextCursor(self._field.document())
        cursor.setPosition(start)
        cursor.setPosition(end, KEEP)
        return cursor.selectedText().replace("\u2029", "\n")

    def mime(self, card: Card) -> QMimeData:
        """A card's text for the clipboard and for a drag."""
        return to_mime(from_document(self._text(card)))


def _take_out(cursor: QTextCursor, head: QTextBlock, last: QTextBlock) -> None:
    """Removes these lines, and of the blank lines around them the one that a paragraph takes with it."""
    above, below = head.previous(), last.next()
    start, end = head.position(), last.position() + last.length() - 1
    blank_above = not above.isValid() or not above.text().strip()
    if below.isValid():
        blank_below = not below.text().strip()
        if blank_above or blank_below:  # else what is left is the blank line between two paragraphs
            end = below.position()
        if blank_above and blank_below:
            if below.next().isValid():
                end = below.next().position()
            elif above.isValid():
                start = above.position()
    elif above.isValid():
        start = above.position() - 1 if blank_above and above.previous().isValid() else above.position()
        start = start if blank_above else above.position() + above.length() - 1
    cursor.setPosition(start)
    cursor.setPosition(end, KEEP)
    cursor.removeSelectedText()


def _put_before(cursor: QTextCursor, text: str) -> int:
    """Puts `text` before the line that the cursor begins, as a paragraph; returns where it ends."""
    above = cursor.block().previous()
    if above.isValid() and above.text().strip():
        cursor.insertText("\n")
    cursor.insertText(text)
    at = cursor.position()
    cursor.insertText("\n\n" if cursor.block().text()[cursor.positionInBlock() :].strip() else "\n")
    return at


def _put_behind(cursor: QTextCursor, text: str) -> int:
    """Puts `text` behind the line that the cursor ends, as a paragraph; returns where it ends."""
    if cursor.block().text().strip():
        cursor.insertText("\n\n")
    elif cursor.block().previous().isValid() and cursor.block().previous().text().strip():
        cursor.insertText("\n")
    cursor.insertText(text)
    at = cursor.position()
    below = cursor.block().next()
    if below.isValid() and below.text().strip():
        cursor.insertText("\n")
    return at
