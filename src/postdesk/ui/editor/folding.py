"""Shows cards closed: hides the lines of their source in the field, and keeps cursor and selection out of them.

The text stays as it is; a hidden line is a block of the document that is not visible. A cursor is on a closed card or
beside it, never in it: where keys or the mouse would put it inside, it goes over the card as over one letter; where
undo, a search or another part of the window puts it inside, the source shows while it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from postdesk.ui.editor.cards import Card, Cards, Shown

KEEP = QTextCursor.MoveMode.KeepAnchor


class By(Enum):
    """Who moves the cursor."""

    KEYS = 1
    MOUSE = 2
    OTHERS = 3


class Folding(QObject):
    """Made once for a field and the cards of its text. `reached` tells the card that the cursor is on, or None.
    While it is `paused` the cursor is let alone: the text is in the middle of an edit, and what is known of it old."""

    reached = Signal(object)
    placed = Signal()  # the cursor was put on a card, or into one

    def __init__(self, field: QPlainTextEdit, cards: Cards, relay: Callable[[list[range]], None]) -> None:
        """`relay` is called when lines were hidden or shown, with the runs of those that show now."""
        super().__init__(field)
        self._field = field
        self._cards = cards
        self._relay = relay
        self.after = False  # whether the cursor is behind the card that it is on
        self.lower = False  # whether the mouse is in a card's second half
        self._by = By.OTHERS
        self._was = 0
        self._busy = False
        self._paused = False
        self._dirty = False
        self._came = range(0)
        self._told: Card | None = None

    # --- the text changed ---

    def put(self) -> None:
        """Another text is in the field, and the cards know it."""
        self._dirty = False
        self._told = None
        self._apply(self._cards.wanted())

    def take(self, first: int, removed: int, come: list[str], *, everywhere: bool) -> None:
        """To be called from the document's `contentsChange`, after the source has taken it."""
        block = self._field.document().findBlockByNumber(first)
        if len(come) == 1:
            hidden = b"\x00" if block.isVisible() else b"\x01"
        else:
            flags = bytearray(len(come))
            for number in range(len(come)):
                flags[number] = not block.isVisible()
                block = block.next()
            hidden = bytes(flags)
        if self._cards.splice(first, removed, come, hidden) or everywhere:
            self._dirty = True
            self._came = range(first, first + len(come))

    def settle(self) -> None:
        """To be called when the document has laid out what changed: what is a card now is closed, unless she types
        it, and what is none any more shows."""
        if not self._dirty or self._paused:
            return
        self._dirty = False
        cards, wanted = self._cards, self._cards.wanted()
        cursor = self._field.textCursor()
        for place in (cursor.position(), cursor.anchor()):
            card = cards.at(self._line(place))
            if card is None or cards.shown(card) is not Shown.CLOSED or cards.hidden_at(card.first + 1):
                continue
            whole = card.first in self._came and card.last in self._came and len(self._came) > 2
            if not whole or place not in self._span(card):
                cards.show(card, Shown.LENT)
                wanted[card.first + 1 : card.last + 1] = bytes(card.last - card.first)
        self._apply(wanted)
        self.moved()

    # --- cards and the cursor ---

    @property
    def busy(self) -> bool:
        """Whether the cursor is being put where it belongs right now."""
        return self._busy

    def closed_at(self, position: int) -> Card | None:
        """The closed card that a place of the document is in."""
        return self._cards.closed_at(self._line(position))

    def here(self) -> Card | None:
        """The closed card that the cursor is on, without a selection."""
        cursor = self._field.textCursor()
        return None if cursor.hasSelection() else self.closed_at(cursor.position())

    def selected(self) -> Card | None:
        """The closed card that is selected, and nothing else."""
        cursor = self._field.textCursor()
        card = self.closed_at(cursor.selectionStart()) if cursor.hasSelection() else None
        if card is None or self._span(card) != (cursor.selectionStart(), cursor.selectionEnd()):
            return None
        return card

    def span(self, card: Card) -> tuple[int, int]:
        """Where a card begins and ends in the document."""
        return self._span(card)

    def touched(self, first: int, last: int) -> bool:
        """Whether one of these lines belongs to a closed card."""
        hidden = self._cards.hidden
        return 1 in hidden[first : last + 1] or self._cards.closed_at(last) is not None

    def select(self, card: Card) -> None:
        """Selects a card as a whole; the cursor is at its head, which shows."""
        start, end = self._span(card)
        self._set(end, start)
        self.placed.emit()

    def put_on(self, card: Card, *, after: bool) -> None:
        """Puts the cursor on a closed card."""
        start, _end = self._span(card)
        self.after = after
        self._set(start, start)
        self._tell()
        self.placed.emit()

    def show_source(self, card: Card) -> None:
        """Shows the source until she closes it, with the cursor in it."""
        self._cards.show(card, Shown.OPEN)
        self._apply(self._cards.wanted())
        block = self._field.document().findBlockByNumber(card.first + (card.last > card.first + 1))
        place = (
            block.position() if block.blockNumber() > card.first else block.position() + block.length() - 1
        )
        self._set(place, place)
        self._field.ensureCursorVisible()
        self._tell()
        self.placed.emit()

    def close(self, card: Card) -> None:
        """Closes a card; the cursor is on it where it was in it."""
        cursor = self._field.textCursor()
        start, end = self._span(card)
        inside = start <= cursor.position() <= end or start <= cursor.anchor() <= end
        self._cards.show(card, Shown.CLOSED)
        if inside:
            self.after = False
            self._set(start, start)
        self._apply(self._cards.wanted())
        self._field.ensureCursorVisible()
        self._tell()
        self.placed.emit()

    def turn(self) -> bool:
        """Shows the source of the card that the cursor is on, or closes the one that it is in; False without one."""
        place = self._field.textCursor().position()
        closed = self.closed_at(place)
        if closed is not None:
            self.show_source(closed)
            return True
        card = self._cards.at(self._line(place))
        if card is not None:
            self.close(card)
        return card is not None

    @contextmanager
    def by(self, who: By) -> Iterator[None]:
        """Meanwhile the cursor is moved by keys or the mouse."""
        before, self._by = self._by, who
        try:
            yield
        finally:
            self._by = before

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Meanwhile several edits make one, and the cursor is moved between them."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False
        self.settle()
        self.moved()

    @property
    def paused(self) -> bool:
        """Whether the text is in the middle of an edit."""
        return self._paused

    def moved(self) -> None:
        """To be called when the cursor was moved: puts it where it may be."""
        if self._busy or self._paused:
            return
        cursor = self._field.textCursor()
        self._give_back(cursor)
        anchor, position = cursor.anchor(), cursor.position()
        if anchor == position:
            anchor = position = self._resting(position)
        else:
            anchor, position = self._around(anchor, position)
            if anchor == position:
                anchor = position = self._resting(position)
        if (anchor, position) != (cursor.anchor(), cursor.position()):
            self._set(anchor, position)
        self._was = position
        self._tell()

    # --- how ---

    def _resting(self, position: int) -> int:
        """Where a cursor without selection is put instead."""
        card = self.closed_at(position)
        if card is None:
            return position
        start, end = self._span(card)
        was, self_after = self._was, self.after
        if self._by is By.OTHERS:
            if start < position < end:
                self._lend(card)
                return position
            self.after = position == end or (self_after and was == start)
        elif self._by is By.MOUSE:
            self.after = self.lower
        elif position == start:
            self.after = self_after if was == start else was > position
        elif was == start and position > was:
            if card.last + 1 < len(self._cards.hidden):
                self.after = False
                return end + 1
            self.after = True
        else:
            self.after = position < was or position == end
        return start

    def _around(self, anchor: int, position: int) -> tuple[int, int]:
        """Where both ends of a selection are put instead: around whole cards."""
        if self._by is By.OTHERS:
            for place in (anchor, position):
                card = self.closed_at(place)
                if card is not None and self._span(card)[0] < place < self._span(card)[1]:
                    self._lend(card)
        forward = position > anchor
        position = self._edge(position, lower=not forward, moving=True, fixed=anchor)
        if anchor != position:
            anchor = self._edge(anchor, lower=position > anchor, moving=False, fixed=position)
        return anchor, position

    def _edge(self, place: int, *, lower: bool, moving: bool, fixed: int) -> int:
        """Where one end of a selection is put instead; `lower`: it is the one at the smaller position. `fixed` is the
        other end."""
        card = self.closed_at(place)
        if card is None:
            return place
        start, end = self._span(card)
        if place == (start if lower else end):
            return place  # the card is in it as a whole
        beyond = end + 1 if card.last + 1 < len(self._cards.hidden) else end
        outside = beyond if lower else max(start - 1, 0)
        if not moving:
            return outside if place in (start, end) else (start if lower else end)
        if self._by is By.MOUSE:
            taken = not self.lower if lower else self.lower
        elif self._by is By.KEYS and place in (start, end):
            taken = self._was == outside
        else:
            taken = self._by is By.KEYS and (place < self._was if lower else place > self._was)
        if start <= fixed <= end and not taken:  # what was selected is the card, and less of it is nothing
            return fixed
        if taken:
            return start if lower else beyond
        return outside

    def _lend(self, card: Card) -> None:
        self._cards.show(card, Shown.LENT)
        self._apply(self._cards.wanted())

    def _give_back(self, cursor: QTextCursor) -> None:
        """Closes the cards whose source shows while the cursor is in it, where it is no longer."""
        lent = self._cards.lent()
        if not lent or self._dirty:
            return
        lines = self._line(cursor.position()), self._line(cursor.anchor())
        left = [card for card in lent if not any(card.first <= line <= card.last for line in lines)]
        for card in left:
            self._cards.show(card, Shown.CLOSED)
        if left:
            self._apply(self._cards.wanted())

    def _apply(self, wanted: bytearray) -> None:
        """Hides and shows lines until they are as `wanted`."""
        runs = self._cards.unlike(wanted)
        if not runs:
            return
        document = self._field.document()
        for first, behind in runs:
            if first:  # a closed card's head has another height
                document.findBlockByNumber(first - 1).clearLayout()
            block = document.findBlockByNumber(first)
            for number in range(first, behind):
                hide = wanted[number]
                block.setVisible(not hide)
                block.setLineCount(0 if hide else 1)
                block.clearLayout()
                block = block.next()
        self._cards.hidden = wanted
        self._relay([range(first, behind) for first, behind in runs if not wanted[first]])

    def _set(self, anchor: int, position: int) -> None:
        self._busy = True
        cursor = self._field.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(position, KEEP)
        self._field.setTextCursor(cursor)
        self._was = position
        self._busy = False

    def _tell(self) -> None:
        card = self.here() or self.selected()
        if card != self._told:
            self._told = card
            self.reached.emit(card)

    def _line(self, position: int) -> int:
        return self._field.document().findBlock(position).blockNumber()

    def _span(self, card: Card) -> tuple[int, int]:
        document = self._field.document()
        last = document.findBlockByNumber(card.last)
        return document.findBlockByNumber(card.first).position(), last.position() + last.length() - 1


def closed_around(block: QTextBlock) -> tuple[QTextBlock, QTextBlock] | None:
    """The first and the last block of the closed card that a block belongs to, as the document itself has them: good
    in the middle of an edit, too."""
    head = block
    while not head.isVisible() and head.previous().isValid():
        head = head.previous()
    last = head
    while last.next().isValid() and not last.next().isVisible():
        last = last.next()
    return None if last == head else (head, last)
