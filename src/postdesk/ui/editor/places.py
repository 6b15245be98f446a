"""Places of the text in the editor's view: which line stands where, and the other way round.

A line with a fraction, 3.25, is a quarter down in the height that line 3 takes with all its wrapped lines. Heights are
0 (the view's upper edge) to 1 (the lower one). Qt scrolls by whole wrapped lines, so a place stands where it should to
half a line.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPlainTextEdit

from postdesk.ui.editor.exact import units
from postdesk.ui.editor.painting import in_view
from postdesk.ui.editor.text import MarkdownEdit


def share(edit: QPlainTextEdit) -> float:
    """How far the view is scrolled, 0 to 1; 0 where all of the text shows."""
    bar = edit.verticalScrollBar()
    return bar.value() / bar.maximum() if bar.maximum() else 0.0


def place_at(edit: MarkdownEdit, height: float) -> float:
    """The line at a height of the view."""
    wanted = height * edit.viewport().height()
    line, down, lines = edit.firstVisibleBlock().blockNumber(), 0.0, 1
    for _block, line, y, tall in in_view(edit, edit.cards, wanted):
        down = (wanted - y) / tall if tall else 0.0
        lines = edit.cards.next_shown(line) - line  # a closed card stands for all of its lines
    return line + min(0.999, max(0.0, down)) * lines


def scroll_to(edit: MarkdownEdit, line: float, height: float) -> None:
    """Scrolls so that `line` stands at this height; at 0 and 1 the text's ends stand at the view's."""
    bar = edit.verticalScrollBar()
    if height <= 0 or height >= 1:
        bar.setValue(bar.maximum() if height >= 1 else 0)
        return
    layout = edit.document().documentLayout()
    number = max(0, min(int(line), edit.blockCount() - 1))
    card = edit.cards.closed_at(number)
    first, last = (number, number) if card is None else (card.first, card.last)
    block = edit.document().findBlockByNumber(first)
    tall = layout.blockBoundingRect(block).height()
    above = height * edit.viewport().height() - (line - first) / (last + 1 - first) * tall
    while above > 0 and block.previous().isValid():
        block = block.previous()
        tall = layout.blockBoundingRect(block).height()
        above -= tall
    lines = max(1, block.lineCount())
    inside = round(max(0.0, -above) / tall * lines) if tall else 0
    bar.setValue(block.firstLineNumber() + min(lines, inside))


def caret(edit: QPlainTextEdit) -> tuple[int, int]:
    """The caret's line, and how many characters (code points) stand before it there."""
    cursor = edit.textCursor()
    text, column = cursor.block().text(), cursor.positionInBlock()
    if not text.isascii():
        column = len(text.encode("utf-16-le", "surrogatepass")[: 2 * column].decode("utf-16-le", "replace"))
    return cursor.blockNumber(), column


def go_to(edit: MarkdownEdit, line: int, column: int) -> None:
    """Puts the caret behind so many characters of a line; where that is out of view, it is scrolled to its middle."""
    line = max(0, min(line, edit.blockCount() - 1))
    card = edit.cards.closed_at(line)
    if card is not None:
        line, column = card.first, 0
    block = edit.document().findBlockByNumber(line)
    cursor = edit.textCursor()
    cursor.setPosition(block.position() + min(units(block.text()[:column]), block.length() - 1))
    view: QRect = edit.viewport().rect()
    if not view.contains(edit.cursorRect(cursor)):
        scroll_to(edit, line + 0.5, 0.4)
    edit.go_to(cursor.position())
