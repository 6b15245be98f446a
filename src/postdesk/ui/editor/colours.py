"""Colours the text as it changes: the lines that were touched at once, the rest when it comes into view.

QSyntaxHighlighter goes over the whole text when it is set (a second for 1 MB); here a long text costs a look at its
fences, and each line the moment it is about to be painted. What is coloured lies in the block's layout, never in the
document, so undo knows nothing of it.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

from postdesk.ui.editor.exact import utf16_offsets
from postdesk.ui.editor.marks import HEADING_SHIFT, Look, colour, next_state
from postdesk.ui.editor.spacing import COLOURED, state_of
from postdesk.ui.theme import CODE_FAMILY, Theme

# How much larger a heading of each level is than the text (levels 4 to 6 are as large as it is).
_LARGER = {1: 1.3, 2: 1.19, 3: 1.1}
_AT_ONCE = 60  # lines coloured with the edit itself; a larger paste is coloured when it is seen


class Colours:
    """Keeps the formats and states of a document's blocks in step with its text."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._theme: Theme | None = None
        self._points = 12.0
        self._formats: dict[int, QTextCharFormat] = {}

    def set_look(self, theme: Theme, points: float) -> None:
        """The colours, and the text's size in points. Every line is coloured anew when it is seen."""
        self._theme, self._points = theme, points
        self._formats.clear()
        block = self._document.begin()
        while block.isValid():
            state = block.userState()
            if state >= COLOURED:
                block.setUserState(state & ~COLOURED)
            block = block.next()

    def read_all(self) -> None:
        """Finds the states of a text that was just set."""
        before = 0
        block = self._document.begin()
        while block.isValid():
            after = next_state(block.text(), before)
            if after or block.userState() > 0:
                block.setUserState(after)
            before = after
            block = block.next()

    def changed(self, position: int, added: int) -> None:
        """To be called from the document's `contentsChange`: colours what changed there, carries states on."""
        block = self._document.findBlock(position)
        end = self._document.findBlock(position + added)
        last = end.blockNumber() if end.isValid() else self._document.blockCount() - 1
        at_once = last - block.blockNumber() < _AT_ONCE
        before = state_of(block.previous().userState())
        number = block.blockNumber()
        while block.isValid():
            known = block.userState()
            inside = number <= last
            if inside and at_once:
                before = self._colour(block, before)
            else:
                after = next_state(block.text(), before)
                if not inside and after == state_of(known):
                    # The state runs on as before; only this line may look different, its predecessor having changed.
                    if known >= COLOURED:
                        block.setUserState(after)
                    break
                block.setUserState(after)
                before = after
            block = block.next()
            number += 1

    def ensure(self, block: QTextBlock) -> None:
        """Colours a block that is about to be seen, unless it is coloured already."""
        if block.userState() < COLOURED:
            self._colour(block, state_of(block.previous().userState()))
            self._document.markContentsDirty(block.position(), block.length())

    def again(self, block: QTextBlock) -> None:
        """Colours a block whose formats somebody else replaced (an input method does)."""
        block.setUserState(state_of(block.userState()))
        self.ensure(block)

    def _colour(self, block: QTextBlock, before: int) -> int:
        text = block.text()
        ranges, after = colour(text, before)
        block.setUserState(after | COLOURED)
        if self._theme is None:
            return after
        offsets = utf16_offsets(text)
        formats = []
        for first, end, look in ranges:
            shown = QTextLayout.FormatRange()
            shown.start = offsets[first] if offsets else first
            shown.length = (offsets[end] if offsets else end) - shown.start
            shown.format = self._format(look)
            formats.append(shown)
        layout = block.layout()
        if formats or layout.formats():
            layout.setFormats(formats)
        return after

    def _format(self, look: int) -> QTextCharFormat:
        known = self._formats.get(look)
        if known is None:
            known = self._formats[look] = self._make(look)
        return known

    def _make(self, look: int) -> QTextCharFormat:
        theme = self._theme
        made = QTextCharFormat()
        if theme is None:
            return made
        inks = {Look.FAINT: theme.faint, Look.CODE: theme.code, Look.LINK: theme.link, Look.SOFT: theme.soft}
        for part, ink in inks.items():  # the first that fits: a mark stays faint inside a link
            if look & part:
                made.setForeground(QColor(ink))
                break
        if look & Look.BOLD and not look & Look.MARK:
            made.setFontWeight(QFont.Weight.Bold)
        if look & Look.ITALIC:
            made.setFontItalic(True)
        if look & Look.STRIKE and not look & Look.FAINT:
            made.setFontStrikeOut(True)
        if look & Look.CODE:
            made.setFontFamilies([CODE_FAMILY, "monospace"])
            made.setFontPointSize(self._points * 0.92)
        if larger := _LARGER.get(look >> HEADING_SHIFT):
            made.setFontPointSize(self._points * larger)
        return made
