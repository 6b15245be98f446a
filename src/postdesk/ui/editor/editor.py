"""The editor as the window sees it: told a post, it says what the writer does to it.

Long because it is all that the window may say to the editor, mostly in methods of one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from postdesk.markup.formatting import make_link
from postdesk.markup.outline import Heading
from postdesk.markup.pictures import description_place, find_pictures
from postdesk.ui.editor import commands
from postdesk.ui.editor.banner import Banners, Choice, Level
from postdesk.ui.editor.exact import to_document, units
from postdesk.ui.editor.find import FindBar
from postdesk.ui.editor.finder import Finder
from postdesk.ui.editor.search import Wanted
from postdesk.ui.editor.sheets import Left, give_up
from postdesk.ui.editor.text import MarkdownEdit
from postdesk.ui.editor.title import TitleField
from postdesk.ui.theme import Theme

_MARKS = re.compile(r"([\\\[\]*`<])")  # what would be more than a letter in the words of a link
_TITLE_LARGER = 25 / 15.5
_SLICE = 0.004  # s that the words of a long text are counted before the next key gets its turn
_MUCH = 20_000  # UTF-16 units of a selection whose words are counted when it stays
_COUNT = 200  # ms from the last key to the words being counted


@dataclass(frozen=True, slots=True)
class Place:
    """A selection in UTF-16 units (`position` is the cursor's end), and the scroll bar's value."""

    anchor: int
    position: int
    scroll: int


class Editor(QWidget):
    """Title and text of one post. Lines are 0-based; positions are UTF-16 units of the document.

    Signals are cheap: what changed, never the whole text. `body_edited` carries position, removed and added;
    `lines_edited` comes with it, and before it; `pictures_dropped` a list of (name, bytes | Path) and the position;
    `refused` a sentence for the writer.
    """

    title_changed = Signal(str)
    body_edited = Signal(int, int, int)
    lines_edited = Signal(int, int, object)  # first line, how many went, the lines that came (a list of str)
    words_counted = Signal(int)  # the words of the text, when she pauses
    cursor_moved = Signal(int)
    selection_changed = Signal(int, int)  # words, characters
    pictures_dropped = Signal(object, int)
    refused = Signal(str)
    card_reached = Signal(str, str)  # kind and first words of the card that the cursor is on; "" when it left
    picture_wanted = Signal(str)  # the `src` of a picture that a card would show: `set_picture` answers
    scrolled = Signal(int)  # the first line that shows
    undo_available = Signal(bool)
    redo_available = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("editor")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banners = Banners(self)
        self.find_bar = FindBar(self)
        self.title_field = TitleField(self)
        self.text = MarkdownEdit(self)
        self._finder = Finder(self.find_bar, self.text)
        self._key = ""
        self._left = Left()
        self._line = -1
        self._count = QTimer(self, singleShot=True)
        self._count.timeout.connect(self._count_words)
        self._measure = QTimer(self, singleShot=True, interval=_COUNT)
        self._measure.timeout.connect(self._measure_selection)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banners)
        column.addWidget(self.find_bar)
        column.addSpacing(22)
        column.addWidget(self.title_field)
        column.addSpacing(12)
        column.addWidget(self.text, 1)
        self.setFocusProxy(self.text)
        self.text.viewport().installEventFilter(self)
        self._connect()

    # --- the post ---

    def set_post(
        self, title: str, body: str, *, read_only: bool = False, cursor: int = 0, key: str = ""
    ) -> None:
        """Shows a post; nothing is told by signals but where the cursor is, and what can be undone. `key` is its id:
        where she has left a post of that id with these words, undo goes on from there, else it starts anew."""
        again = bool(key) and key == self._key
        kept_title, kept_text = self._left.take(key)
        left_title = left_text = None
        if not again or title != self.title():
            left_title = self.title_field.put_title(title, kept_title)
        if not again or body != self.body():
            left_text = self.text.set_body(body, cursor, kept_text)
        else:
            self.text.forget_pictures()
            self.text.go_to(cursor)
        if again or not self._key:
            give_up(left_title, left_text)
        else:
            self._left.keep(self._key, left_title, left_text)
        self._key = key
        for field in (self.title_field, self.text):
            field.setReadOnly(read_only)
            field.document().setModified(False)
        self._line = -1
        self._tell_cursor()
        self._finder.search_anew()
        self._count.start(0)
        self.undo_available.emit(self.text.document().isUndoAvailable())
        self.redo_available.emit(self.text.document().isRedoAvailable())

    def rename_post(self, old: str, new: str) -> None:
        """A post has another key than was known; what can be undone in it stays."""
        if self._key == old:
            self._key = new
        self._left.rename(old, new)

    def title(self) -> str:
        """The title, without line breaks."""
        return self.title_field.title()

    def body(self) -> str:
        """The text exactly as it stands, lines ended by LF."""
        return self.text.body()

    def count_words(self, seconds: float = 0.01) -> int | None:
        """The words of the text, if they can be counted in about so long; else None, and `words_counted` will come."""
        source = self.text.source
        if source.words.step(source.lines, seconds):
            return source.count()
        self._count.start(0)
        return None

    def headings(self) -> tuple[Heading, ...]:
        """The headings of the text in order."""
        return self.text.source.headings()

    def set_title(self, title: str) -> None:
        """Shows another title, as when the file was changed outside: one step to undo."""
        self.title_field.set_title(title)

    def replace_body_keeping_place(self, text: str) -> None:
        """An outside change: one step to undo, cursor and scroll stay where they were."""
        self.text.replace_keeping_place(text)

    def cursor_position(self) -> int:
        return self.text.textCursor().position()

    def set_cursor(self, position: int) -> None:
        self.text.go_to(position)

    def scroll_position(self) -> int:
        return self.text.verticalScrollBar().value()

    def set_scroll(self, value: int) -> None:
        self.text.verticalScrollBar().setValue(value)

    def place(self) -> Place:
        """Where she is, to come back to."""
        cursor = self.text.textCursor()
        return Place(cursor.anchor(), cursor.position(), self.scroll_position())

    def go_back_to(self, place: Place) -> None:
        """Selection and scroll as they were at a place."""
        self.text.select(place.anchor, place.position)
        self.set_scroll(place.scroll)

    def show_line(self, line: int) -> None:
        """Puts the cursor at the start of a line and shows it a little below the middle; the keyboard stays."""
        self.text.go_to(self.text.start_of(line))
        self.text.scroll_to_height(0.55)

    def go_to_line(self, line: int) -> None:
        """Puts the cursor at the start of a line and gives the text the keyboard."""
        self.text.go_to(self.text.start_of(line))
        self.text.setFocus()

    def go_to_words(self, words: str) -> None:
        """Selects the first place where these words stand in the text, if they do."""
        self._finder.select(words)
        self.text.setFocus()

    def describe_picture(self, ref: str) -> None:
        """Puts the cursor to where the description of a picture without one is written."""
        body = self.body()
        for picture in find_pictures(body):
            if picture.ref == ref and not picture.alt.strip():
                place = description_place(body, picture)
                position = units(to_document(body[: place.position]))
                if place.before:
                    self.text.select(position, position)
                    self.text.textCursor().insertText(place.before + place.behind)
                    position += units(place.before)
                self.text.go_to(position)
                break
        self.text.setFocus()

    def focus_title(self) -> None:
        self.title_field.setFocus()

    def focus_text(self) -> None:
        self.text.setFocus()

    def undo(self) -> None:
        self._with_keyboard().undo()

    def redo(self) -> None:
        self._with_keyboard().redo()

    def turn_card(self) -> bool:
        """Shows the source of the card that the cursor is on, or closes the one that it is in; False without one."""
        return self.text.turn_card()

    def set_picture(self, src: str, image: QImage | None) -> None:
        """The picture that a card wanted, made small; None where there is none on this machine."""
        self.text.set_picture(src, image)

    # --- the look ---

    def set_theme(self, theme: Theme) -> None:
        self.text.set_theme(theme)
        self._finder.set_theme(theme)

    def set_text_size(self, pixels: float) -> None:
        """The text's size in px at 100 % (15.5 is the usual); the title follows."""
        self.text.set_text_size(pixels)
        self.title_field.set_text_size(pixels * _TITLE_LARGER)
        self._align()

    def set_typewriter(self, on: bool) -> None:
        """Whether the line that is typed in stays where it is, about the middle."""
        self.text.set_typewriter(on)

    def set_dimmed(self, on: bool) -> None:
        """Whether all but the paragraph that is typed in is dimmed."""
        self.text.set_dimmed(on)

    def set_measure(self, characters: int) -> None:
        """How many characters a line holds at most."""
        self.text.set_measure(characters)
        self._align()

    # --- commands ---

    def run(self, name: str) -> None:
        """A formatting command by its name in `commands.COMMANDS`, or "rule" or "picture". KeyError for another."""
        if not self.text.isReadOnly():
            commands.run_named(self.text, name)
            self.text.setFocus()

    def insert_picture(self, ref: str, alt: str, caption: str = "", position: int | None = None) -> None:
        """Puts a picture into a paragraph of its own, at `position` or the cursor."""
        if position is not None:
            self.text.go_beside(position)
        commands.insert_paragraph(self.text, commands.picture_text(ref, alt, caption))

    def insert_text(self, text: str) -> None:
        """Puts `text` in place of the selection."""
        self.text.make_room()
        self.text.textCursor().insertText(to_document(text))

    def link_to(self, address: str, words: str) -> None:
        """Links what is selected, or `words` (plain text) put at the cursor, to `address`."""
        if self.text.isReadOnly():
            return
        self.text.make_room()
        if not self.text.textCursor().hasSelection():
            start = self.text.textCursor().position()
            text = to_document(_MARKS.sub(r"\\\1", words))
            self.text.textCursor().insertText(text)
            cursor = self.text.textCursor()
            cursor.setPosition(start)
            cursor.setPosition(start + len(text.encode("utf-16-le")) // 2, cursor.MoveMode.KeepAnchor)
            self.text.setTextCursor(cursor)
        end, before = self.text.textCursor().selectionEnd(), self.text.document().characterCount()
        self._link_to(address)
        cursor = self.text.textCursor()
        cursor.setPosition(end + self.text.document().characterCount() - before)  # behind the whole link
        self.text.setTextCursor(cursor)
        self.text.setFocus()

    # --- notices ---

    def show_banner(self, key: str, level: Level, sentence: str, choices: Sequence[Choice] = ()) -> None:
        """A notice above the text with buttons; the same key again replaces it."""
        self.banners.show_banner(key, level, sentence, choices)

    def hide_banner(self, key: str) -> None:
        self.banners.hide_banner(key)

    # --- finding ---

    def open_find(self) -> None:
        """Opens the find bar with what is selected, or closes in on it when it is open."""
        self._finder.open()

    def close_find(self) -> None:
        self._finder.close()

    def mark(self, wanted: Wanted | None, *, show: bool = False) -> None:
        """Mark what the list was searched for, and `show` its first place; None marks nothing any more."""
        self._finder.mark(wanted, show=show)

    def find_next(self) -> None:
        self._finder.go(forward=True)

    def find_previous(self) -> None:
        self._finder.go(forward=False)

    def replace(self) -> None:
        """Replaces the hit that is selected, and goes to the next one."""
        self._finder.replace()

    def replace_all(self) -> int:
        """Replaces every hit as one step to undo; returns how many."""
        return self._finder.replace_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.find_bar.isVisible():
            self.close_find()
        elif event.key() == Qt.Key.Key_F3:
            self._finder.go(forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._align()
        return False

    # --- how ---

    def _connect(self) -> None:
        self.banners.chosen.connect(self.focus_text)
        self.title_field.changed.connect(self.title_changed)
        self.title_field.left_downwards.connect(self.text.setFocus)
        self.text.margins_changed.connect(self._align)
        self.text.left_upwards.connect(self.title_field.setFocus)
        self.text.lines_edited.connect(self.lines_edited)
        self.text.edited.connect(self._edited)
        self.text.pictures_dropped.connect(self.pictures_dropped)
        self.text.refused.connect(self.refused)
        self.text.card_reached.connect(self.card_reached)
        self.text.picture_wanted.connect(self.picture_wanted)
        self.text.address_pasted.connect(self._link_to)
        self.text.cursorPositionChanged.connect(self._tell_cursor)
        self.text.selectionChanged.connect(self._tell_selection)
        self.text.undoAvailable.connect(self.undo_available)
        self.text.redoAvailable.connect(self.redo_available)
        self.text.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _align(self) -> None:
        """The title begins where the text's lines do and wraps where they do."""
        margin = int(self.title_field.document().documentMargin())
        left = self.text.text_left() - margin
        right = self.text.width() - left - self.text.text_width() - 2 * margin
        self.title_field.set_margins(left, max(right, 0))

    def _with_keyboard(self) -> TitleField | MarkdownEdit:
        return self.title_field if self.title_field.hasFocus() else self.text

    def _edited(self, position: int, removed: int, added: int) -> None:
        self.body_edited.emit(position, removed, added)
        self._count.start(_COUNT)

    def _count_words(self) -> None:
        count = self.count_words(_SLICE)
        if count is not None:
            self.words_counted.emit(count)

    def _link_to(self, address: str) -> None:
        commands.run(self.text, lambda text, start, end: make_link(text, start, end, address))

    def _tell_cursor(self) -> None:
        line = self.text.textCursor().blockNumber()
        if line != self._line:
            self._line = line
            self.cursor_moved.emit(line)

    def _tell_selection(self) -> None:
        cursor = self.text.textCursor()
        if cursor.selectionEnd() - cursor.selectionStart() > _MUCH:
            self._measure.start()
        else:
            self._measure.stop()
            self._measure_selection()

    def _measure_selection(self) -> None:
        chosen = self.text.selected_text()
        self.selection_changed.emit(len(chosen.split()), len(chosen))

    def _scrolled(self) -> None:
        self.scrolled.emit(self.text.firstVisibleBlock().blockNumber())
