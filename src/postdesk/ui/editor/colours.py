"""Colours the text as it changes: the lines that were touched at once, the rest when it comes into view.

QSyntaxHighlighter goes over the whole text when it is set (a second for 1 MB); here nothing is done but for the lines
that are about to be painted. What is coloured lies in the block's layout, never in the document, so undo knows nothing
of it. Giving a layout its formats costs laying it out anew, so that is done where they differ from those it has.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

from postdesk.ui.editor.exact import points, to_document, utf16_offsets
from postdesk.ui.editor.marks import HEADING_SHIFT, LONGEST, NOTHING, Look, Range, Where, colour
from postdesk.ui.editor.source import Source
from postdesk.ui.theme import CODE_FAMILY, Theme

# How much larger a heading of each level is than the text (levels 4 to 6 are as large as it is).
_LARGER = {1: 1.3, 2: 1.19, 3: 1.1}
_AT_ONCE = 60  # lines coloured with the edit itself; a larger paste is coloured when it is seen
_PART = 2_500  # code points of a very long line that are coloured on either side of what is seen
_UNSEEN = (0, 0)

_Looks = tuple[Range, ...] | None


class Colours:
    """Keeps the formats of a document's blocks in step with its text, which `source` holds."""

    def __init__(self, document: QTextDocument, source: Source) -> None:
        self._document = document
        self._source = source
        self._theme: Theme | None = None
        self._points = 12.0
        self._formats: dict[int, QTextCharFormat] = {}
        self._looks: list[_Looks] = [None]  # of every line, as its layout has them; None: not known
        self._sure = bytearray(1)  # 1: nothing changed around the line since
        self._parts: dict[int, tuple[int, int]] = {}  # of very long lines, what is coloured

    def set_look(self, theme: Theme, points: float) -> None:
        """The colours, and the text's size in points. Every line is coloured anew when it is seen."""
        self._theme, self._points = theme, points
        self._formats.clear()
        self.put()

    def follow(self, document: QTextDocument) -> None:
        """Another document shows; `put` follows when its text is known."""
        self._document = document

    def put(self) -> None:
        """Another text was set, or other colours."""
        count = len(self._source.lines)
        self._looks = [None] * count
        self._sure = bytearray(count)
        self._parts.clear()

    def changed(self, first: int, removed: int, added: int, *, everywhere: bool) -> None:
        """To be called from the document's `contentsChange` after the source has taken it: lines from `first` on were
        replaced. `everywhere`: what the others stand in may be something else, too."""
        self._looks[first : first + removed] = [None] * added
        self._sure[first : first + removed] = bytes(added)
        if self._parts:
            moved = added - removed
            self._parts = {
                (at + moved if at >= first + removed else at): part
                for at, part in self._parts.items()
                if at < first or at >= first + removed or (removed == added == 1)
            }
        if everywhere:
            self._sure[:] = bytes(len(self._sure))
        else:
            top, bottom = self._source.touched(first, first + added - 1)
            self._sure[top : bottom + 1] = bytes(bottom + 1 - top)
        if added <= _AT_ONCE:
            block = self._document.findBlockByNumber(first)
            for number in range(first, first + added):
                self._colour(block, number)
                block = block.next()

    def ensure(self, block: QTextBlock, number: int) -> None:
        """Colours a block (`number` is its own) that is about to be seen, unless it is coloured already."""
        if not self._sure[number] and self._colour(block, number):
            self._document.markContentsDirty(block.position(), block.length())

    def ensure_part(self, block: QTextBlock, number: int, first: int, last: int) -> None:
        """Of a very long line, colours what is seen: UTF-16 units from `first` to `last`."""
        line = to_document(self._source.lines[number])
        if len(line) < LONGEST:  # longer in units, and not in code points
            return
        first, last = points(line, first), points(line, last)
        known = self._parts.get(number)
        if known is not None and known[0] <= first and last <= known[1]:
            return
        self._parts[number] = (max(0, first - _PART), last + _PART)
        self._sure[number] = 0
        self.ensure(block, number)

    def again(self, block: QTextBlock) -> None:
        """Colours a block whose formats somebody else replaced (an input method does)."""
        number = block.blockNumber()
        self._looks[number] = None
        self._sure[number] = 0
        self.ensure(block, number)

    def _colour(self, block: QTextBlock, number: int) -> bool:
        """Gives the block the formats it should have; False where it has them."""
        self._sure[number] = 1
        text = to_document(self._source.lines[number])
        where = self._source.where(number)
        around = self._source.around(number) if where in (Where.TEXT, Where.COMMENT_START) else NOTHING
        looks = tuple(colour(text, where, around, self._parts.get(number, _UNSEEN)))
        if looks == self._looks[number] or self._theme is None:
            return False
        self._looks[number] = looks
        offsets = utf16_offsets(text) if looks else None
        formats = []
        for first, end, look in looks:
            shown = QTextLayout.FormatRange()
            shown.start = offsets[first] if offsets else first
            shown.length = (offsets[end] if offsets else end) - shown.start
            shown.format = self._format(look)
            formats.append(shown)
        layout = block.layout()
        if formats or layout.formats():
            layout.setFormats(formats)
            return True
        return False

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
