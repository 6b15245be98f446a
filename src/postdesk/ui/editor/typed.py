"""Return and Tab in the text: what `keys` says of a line, carried out in the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtGui import QTextBlock, QTextCursor

from postdesk.ui.editor import keys
from postdesk.ui.editor.exact import from_document
from postdesk.ui.editor.source import Source
from postdesk.ui.editor.splice import put


class Typing:
    """Remembers the marks that Return put there, as she may type them herself."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._over = ""  # marks that Return put there and that she may type herself
        self._over_at = -1
        self._typed_marks = False

    def types_over(self, letters: str, plain: bool, position: int) -> bool:
        """Whether this key is a mark that Return has put there already: who types every mark herself gets just what
        she typed. The state of it ends with any other key or place.
        """
        if letters in ("\r", "\n") and plain and self._over_at == position:
            return False  # Return looks at the state itself
        here = self._over and self._over_at == position and plain
        if here and letters and self._over.startswith(letters):
            self._over = self._over[len(letters) :]
            self._typed_marks = True
            return True
        if letters or not here:
            self._over, self._typed_marks = "", False
        return False

    def press_return(self, cursor: QTextCursor, simply: bool) -> None:
        """Ends the line; a list or quotation goes on in the next, unless `simply`. The cursor is after it then."""
        marks = ""
        cursor.beginEditBlock()
        replaced = cursor.hasSelection()
        cursor.removeSelectedText()
        block = cursor.block()
        text, column = _before(cursor)
        number = block.blockNumber()
        code = self._source.in_code(number) or self._source.in_open_fence(number)
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
                # The next line has the marks of this one as she typed them, which may be fewer than were offered.
                done = keys.Return(0, "\n" + (text if cut == len(text) else text[:cut].rstrip(" ") + " "))
            elif done.cut:
                cursor.setPosition(block.position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(done.text)
            marks = done.text.removeprefix("\n")
            if marks and not self._typed_marks and not replaced:
                self._count_on(cursor, number, marks)
        cursor.endEditBlock()
        self._over, self._over_at, self._typed_marks = marks, cursor.position(), False

    def takes_back(self, cursor: QTextCursor) -> bool:
        """Backspace right after the marks that Return put there takes all of them away, and is spent on that."""
        marks, at = self._over, cursor.position()
        if not marks or self._typed_marks or at != self._over_at or cursor.hasSelection():
            return False
        self._over = ""
        cursor.setPosition(at - len(marks), QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() != marks:
            return False
        cursor.removeSelectedText()
        return True

    def closes_fence(self, letters: str, cursor: QTextCursor) -> bool:
        """Whether this key is the last mark of a fence's end on a line that is indented as the code above it: it goes
        to where the fence begins, as it would be code otherwise, and all words after it."""
        block, column = cursor.block(), cursor.positionInBlock()
        line = block.text()
        marks = line.lstrip(" \t")
        if letters not in ("`", "~") or cursor.hasSelection() or column != len(line) or marks == line:
            return False
        above = self._source.fence_above(block.blockNumber())
        if above is None or marks.strip(letters):
            return False
        fence = above.lstrip(" \t")
        if len(marks) + 1 != len(fence) - len(fence.lstrip(letters)):
            return False
        cursor.beginEditBlock()
        cursor.setPosition(block.position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(above[: len(above) - len(fence)] + marks + letters)
        cursor.endEditBlock()
        return True

    def _count_on(self, cursor: QTextCursor, number: int, marks: str) -> None:
        """Counts the items on that come after a new one, which stands below line `number` (lines as they were)."""
        edit = QTextCursor(cursor.document())
        for place, first, last, text in keys.counted_on(marks, self._source.lines[number + 1 :][:200]):
            start = cursor.document().findBlockByNumber(number + 2 + place).position()
            edit.setPosition(start + first)
            edit.setPosition(start + last, QTextCursor.MoveMode.KeepAnchor)
            edit.insertText(text)


def press_tab(cursor: QTextCursor, back: bool, source: Source, is_closed: Callable[[int], bool]) -> bool:
    """Moves lines or an item in or out, else puts spaces; False where Shift+Tab has nothing to move. Lines that are
    `is_closed` stay as they are, and so do words outside of lists and code, which four spaces would make code of."""
    document = cursor.document()
    first = document.findBlock(cursor.selectionStart())
    last = document.findBlock(cursor.selectionEnd())
    lines = first != last or keys.is_list(first.text())
    if not lines:
        if not back and not _would_be_code(cursor, first, source):
            cursor.insertText(" " * keys.STEP)
        return not back
    numbers = range(first.blockNumber(), last.blockNumber() + 1)
    moved = {number for number in numbers if not is_closed(number) and (back or _can_go_in(number, source))}
    cursor.beginEditBlock()
    edit = QTextCursor(document)
    block = first
    while block.isValid() and block.blockNumber() <= last.blockNumber():
        if block.blockNumber() not in moved:
            block = block.next()
            continue
        line = block.text()
        edit.setPosition(block.position())
        edit.setPosition(block.position() + block.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        put(edit, line, keys.numbered(keys.indented(line, back), _above(block)))
        block = block.next()
    cursor.endEditBlock()
    return True


def _would_be_code(cursor: QTextCursor, block: QTextBlock, source: Source) -> bool:
    number, at = block.blockNumber(), cursor.selectionStart() - block.position()
    line = block.text()
    return keys.stands_before_words(line[:at], line[at:]) and not _can_go_in(number, source)


def _can_go_in(number: int, source: Source) -> bool:
    """Whether a line may be moved in without words becoming code by it: it is an item, a part of one, or code."""
    if source.in_code(number) or source.in_open_fence(number):
        return True
    line = source.lines[number]
    above = (source.lines[n] for n in range(number - 1, -1, -1))
    return keys.is_list(line) or keys.goes_on_list(line, above)


def _above(block: QTextBlock) -> Iterator[str]:
    """The lines above a block as they are now, the nearest first."""
    while (block := block.previous()).isValid():
        yield block.text()


def _before(cursor: QTextCursor) -> tuple[str, int]:
    """The words before the cursor on its line, and how many UTF-16 units they are."""
    column = cursor.positionInBlock()
    line = QTextCursor(cursor)
    line.setPosition(cursor.block().position(), QTextCursor.MoveMode.KeepAnchor)
    return from_document(line.selectedText()), column
