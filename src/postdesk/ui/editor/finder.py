"""Finds and replaces in the text: what the find bar asks for, carried out on what `search` knows of the lines."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from postdesk.core.language import _
from postdesk.ui.editor.cards import Card, Shown
from postdesk.ui.editor.exact import to_document
from postdesk.ui.editor.find import FindBar
from postdesk.ui.editor.painting import in_view
from postdesk.ui.editor.search import Search, Wanted
from postdesk.ui.editor.text import MarkdownEdit
from postdesk.ui.theme import Theme

_SLICE = 0.004  # s that a long text is searched before the next key gets its turn
_SEARCHED = 400  # lines of a closed card that are searched to mark it
_PATIENCE = 0.012  # s after which what was asked for is done in slices


class Finder(QObject):
    """Made once for a bar and a text."""

    def __init__(self, bar: FindBar, text: MarkdownEdit) -> None:
        super().__init__(text)
        self._bar = bar
        self._text = text
        self._theme: Theme | None = None
        self._search = Search(text.source.lines)
        self._marked: Wanted | None = None  # what the list was searched for
        self._hunt = QTimer(self, singleShot=True)
        self._hunt.timeout.connect(self._search_on)
        text.lines_edited.connect(self._follow)
        text.edited.connect(self._edited)
        # Not while the field scrolls: inside `setTextCursor` Qt 6.11 crashes when its extra selections are exchanged.
        self._marking = QTimer(self, singleShot=True, interval=0)
        self._marking.timeout.connect(self._mark_hits)
        text.verticalScrollBar().valueChanged.connect(lambda _value: self._marking.start())
        text.folded.connect(self._marking.start)
        bar.changed.connect(self._search_from_here)
        bar.next_asked.connect(lambda: self.go(forward=True))
        bar.previous_asked.connect(lambda: self.go(forward=False))
        bar.replace_asked.connect(self.replace)
        bar.replace_all_asked.connect(self.replace_all)
        bar.closed.connect(self.close)

    def set_theme(self, theme: Theme) -> None:
        """Marks the hits in other colours."""
        self._theme = theme
        self._mark_hits()

    def open(self) -> None:
        """Shows the bar, with what is selected as the words to find."""
        chosen = self._text.selected_text()
        self._bar.show()
        if chosen and "\n" not in chosen:
            self._bar.words.setText(chosen)
        self._bar.words.setFocus()
        self._bar.words.selectAll()
        self.search_anew()

    def mark(self, wanted: Wanted | None, *, show: bool = False) -> None:
        """Marks what the list was searched for while nothing is looked for here; `show` brings the first place into
        view, with the cursor before it. None marks nothing any more."""
        self._marked = wanted
        if self._bar.isVisible():
            return
        self._search.look_for(wanted)
        self._mark_hits()
        found = self._search.next_from(0, 0) if show else None
        if found is not None:
            cursor = self._text.textCursor()
            cursor.setPosition(self._text.document().findBlockByNumber(found[0]).position() + found[1][0])
            self._text.setTextCursor(cursor)
            self._text.centerCursor()
            self._marking.start()

    def close(self) -> None:
        """Hides the bar; the keyboard goes to the text."""
        self._bar.hide()
        self._hunt.stop()
        self._marked = None
        self._text.setExtraSelections([])
        self._text.mark_cards({})
        self._text.setFocus()

    def search_anew(self) -> None:
        """Another text is shown, or the bar was opened."""
        self._search.look_for(self._wanted())
        self._mark_hits()
        if self._bar.isVisible():
            self._search_on(_PATIENCE)

    def go(self, *, forward: bool) -> None:
        """Selects the next hit after the selection, or the one before it, round the text."""
        self._follow_wanted()
        cursor = self._text.textCursor()
        edge = cursor.selectionEnd() if forward else cursor.selectionStart()
        block = self._text.document().findBlock(edge)
        look = self._search.next_from if forward else self._search.last_before
        found = look(block.blockNumber(), edge - block.position())
        if found is not None:
            self._select(*found)
            self._text.ensureCursorVisible()
        self._mark_hits()
        self._search_on(_PATIENCE)

    def select(self, words: str) -> None:
        """Selects the first place where these words stand in a line, if they do."""
        search = Search(self._text.source.lines)
        search.look_for(re.compile(re.escape(words)) if words else None)
        found = search.next_from(0, 0)
        if found is not None:
            self._select(*found)

    def replace(self) -> None:
        """Replaces the hit that is selected, and goes to the next one."""
        if self._bar.wanted() is None or self._text.isReadOnly():
            return
        if (place := self._place()) is not None:
            number, index = place
            new = self._replacement(number, self._search.at(number)[index])
            self._text.textCursor().insertText(to_document(new))
        self.go(forward=True)

    def replace_all(self) -> int:
        """Replaces every hit as one step to undo; returns how many."""
        if self._bar.wanted() is None or self._text.isReadOnly():
            return 0
        self._follow_wanted()
        document, search, cards = self._text.document(), self._search, self._text.cards
        count = left = 0
        edit = QTextCursor(document)
        edit.beginEditBlock()
        for number in reversed(range(len(self._text.source.lines))):  # what is still to come keeps its place
            found = search.at(number)
            card = cards.at(number) if found else None
            if card is not None and cards.shown(card) is not Shown.OPEN:
                left += len(found)
            elif found:
                start = document.findBlockByNumber(number).position()
                for hit, (a, b) in reversed(list(zip(found, search.shown_at(number), strict=True))):
                    edit.setPosition(start + a)
                    edit.setPosition(start + b, QTextCursor.MoveMode.KeepAnchor)
                    edit.insertText(to_document(self._replacement(number, hit)))
                    count += 1
        edit.endEditBlock()
        self.search_anew()
        self._hunt.stop()  # what was done is told, until she looks for the next
        words = _("{total} replaced").format(total=count)
        if left:  # nobody changes what she did not open
            words = _("{words}, {left} in closed blocks left alone").format(words=words, left=left)
        self._bar.count.setText(words)
        return count

    # --- how ---

    def _follow(self, first: int, removed: int, come: list[str]) -> None:
        self._search.splice(first, removed, len(come))

    def _wanted(self) -> Wanted | None:
        return self._bar.wanted() if self._bar.isVisible() else self._marked

    def _edited(self) -> None:
        if not self._bar.isVisible():
            if self._marked is not None:
                self._marking.start()
        else:
            self._marking.start()  # later, too: Qt lays the text out after it has told what changed
            self._hunt.start(0)

    def _search_on(self, seconds: float = _SLICE) -> None:
        """Searches a slice of the text; the count is told when all of it was searched."""
        if self._search.step(seconds):
            self._tell_place()
        else:
            self._bar.tell_searching()
            self._hunt.start(0)

    def _follow_wanted(self) -> None:
        if self._search.wanted != self._wanted():
            self._search.look_for(self._wanted())

    def _search_from_here(self) -> None:
        """While the words are typed the first hit from the cursor on is shown."""
        cursor = self._text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._text.setTextCursor(cursor)
        self.go(forward=True)

    def _select(self, number: int, hit: tuple[int, int]) -> None:
        """Selects a hit: its line, and its UTF-16 units there."""
        start = self._text.document().findBlockByNumber(number).position()
        cursor = self._text.textCursor()
        cursor.setPosition(start + hit[0])
        cursor.setPosition(start + hit[1], QTextCursor.MoveMode.KeepAnchor)
        self._text.setTextCursor(cursor)

    def _place(self) -> tuple[int, int] | None:
        """Which hit is selected: its line, and which one of that line's."""
        self._follow_wanted()
        cursor = self._text.textCursor()
        block = self._text.document().findBlock(cursor.selectionStart())
        chosen = cursor.selectionStart() - block.position(), cursor.selectionEnd() - block.position()
        found = self._search.shown_at(block.blockNumber())
        return (block.blockNumber(), found.index(chosen)) if chosen in found else None

    def _tell_place(self) -> None:
        place = self._place()
        here = 0 if place is None else self._search.before(place[0]) + place[1] + 1
        self._bar.tell(here, self._search.total())

    def _mark_hits(self) -> None:
        """Marks the hits that show; the others are marked when they come into view."""
        if self._theme is None or (not self._bar.isVisible() and self._marked is None):
            if self._text.extraSelections():
                self._text.setExtraSelections([])
            self._text.mark_cards({})
            return
        self._follow_wanted()
        text = self._text
        ground = QTextCharFormat()
        ground.setBackground(QColor(self._theme.mark))
        shown = []
        in_cards: dict[int, int] = {}
        for block, number, _y, _height in in_view(text, text.cards, text.viewport().height()):
            card = text.cards.closed_at(number)
            if card is not None:
                in_cards[card.first] = self._hits_in(card)
                continue
            for a, b in self._search.shown_at(number):
                mark = QTextEdit.ExtraSelection()
                cursor = QTextCursor(block)
                cursor.setPosition(block.position() + a)
                cursor.setPosition(block.position() + b, QTextCursor.MoveMode.KeepAnchor)
                mark.cursor, mark.format = cursor, ground
                shown.append(mark)
        text.setExtraSelections(shown)
        text.mark_cards(in_cards)

    def _hits_in(self, card: Card) -> int:
        """How many hits a closed card has in the lines of its source, as far as they are searched at once."""
        lines = range(card.first + 1, min(card.last, card.first + _SEARCHED))
        return sum(len(self._search.at(line)) for line in lines)

    def _replacement(self, number: int, hit: tuple[int, int]) -> str:
        """What takes a hit's place; with a regular expression its groups (`\\1`) are filled in."""
        new = self._bar.replacement.text()
        wanted = self._bar.wanted()
        if wanted is None or not self._bar.regex.isChecked():
            return new
        found = wanted.match(self._text.source.lines[number], hit[0])
        try:
            return found.expand(new) if found else new
        except (IndexError, re.error):  # a group that is not there: taken as it was written
            return new
