"""Line height, hanging indents and quotation depth for a QPlainTextEdit, whose own layout has none of them.

Qt's layout puts lines without space between them and keeps its `layoutBlock` to itself; but everything that paints or
measures asks the virtual `blockBoundingRect`. Here it moves the lines of a block apart the first time somebody asks
after Qt laid them out. A first line at y = 0 is Qt's, one below is ours: no other record is kept, so it cannot go
stale. QTextEdit would have line heights, and costs 4 to 13 ms a key at 1 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QTextBlock, QTextDocument, QTextLayout, QTextLine
from PySide6.QtWidgets import QPlainTextDocumentLayout

from postdesk.ui.editor.marks import lead

BAR_STEP = 15.0  # px from one quotation bar to the next, and from the last one to the text
_NOWHERE = QRectF()
_LONG = 5_000  # UTF-16 units of a paragraph whose glyphs are kept
_TIGHT = 1.18  # the least line height, for lines taller than the text's own (headings, emoji, other scripts)


class SpacedLayout(QPlainTextDocumentLayout):
    """Lays lines `step` px apart; indents quotations by depth and hangs the lines after a mark under its words."""

    def __init__(
        self, document: QTextDocument, in_code: Callable[[int], bool] | None = None, *, tight: float = _TIGHT
    ) -> None:
        """`in_code` says of a block's number whether it is code, which nothing hangs in; None: no block hangs."""
        super().__init__(document)
        self.step = 25.0
        self.closed_height = 60.0  # px of a line below which others are hidden: a closed card
        self._in_code = in_code
        self._tight = tight

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        if not block.isVisible() or not block.isValid():  # Qt asks for the one behind the last, too
            return _NOWHERE
        rect = super().blockBoundingRect(block)
        layout = block.layout()
        count = layout.lineCount()
        if not count:
            return rect
        below = block.next()
        if below.isValid() and not below.isVisible():
            self._lower(layout, count)
            rect.setHeight(self.closed_height)
            return rect
        last = layout.lineAt(0)
        top = last.y()
        if top == 0:
            # Else Qt shapes the whole paragraph anew whenever the cursor or a line of it is drawn.
            layout.setCacheEnabled(block.length() > _LONG)
            count = self._arrange(block, layout, count)
            last = layout.lineAt(count - 1)
        elif count > 1:
            last = layout.lineAt(count - 1)
        height = last.height()
        rect.setHeight(math.ceil(last.y() + (height + self._pitch(height)) / 2))
        if not below.isValid():
            rect.setHeight(rect.height() + self.document().documentMargin())
        return rect

    def band(self, line: QTextLine) -> tuple[float, float]:
        """Top and bottom of a line with its share of the space around it, in the block's coordinates."""
        height = line.height()
        space = (self._pitch(height) - height) / 2
        return line.y() - space, line.y() + height + space

    def _pitch(self, height: float) -> float:
        return max(self.step, math.ceil(height * self._tight), math.ceil(height) + 1)

    def _arrange(self, block: QTextBlock, layout: QTextLayout, count: int) -> int:
        """Puts the block's lines where they belong; returns how many there are then."""
        indent, hang = self._indents(block, layout) if self._in_code else (0.0, 0.0)
        from_right = block.textDirection() == Qt.LayoutDirection.RightToLeft
        if from_right and layout.textOption().alignment() != Qt.AlignmentFlag.AlignRight:
            option = layout.textOption()  # Qt's own layout puts it at the left, whichever way it is read
            option.setAlignment(Qt.AlignmentFlag.AlignRight)
            layout.setTextOption(option)
        if not indent and (not hang or count == 1):
            self._part(layout, count)
            return count
        first = layout.lineAt(0)
        x, width = first.x(), first.width()
        y = 0.0
        inset = indent
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLeadingIncluded(True)
            line.setLineWidth(max(width - inset, 40.0))
            height = line.height()
            pitch = self._pitch(height)
            line.setPosition(QPointF(x if from_right else x + inset, y + (pitch - height) / 2))
            y += pitch
            inset = indent + hang
        layout.endLayout()
        count = layout.lineCount()
        if block.lineCount() != count:
            block.setLineCount(count)
        return count

    def _lower(self, layout: QTextLayout, count: int) -> None:
        """Puts the words of a closed card's head, which nobody sees, where the card ends: what scrolls to them shows
        all of the card."""
        line = layout.lineAt(0)
        y = self.closed_height - line.height() - 1
        if line.y() != y:
            for n in range(count):
                line = layout.lineAt(n)
                line.setPosition(QPointF(line.x(), y))

    def _part(self, layout: QTextLayout, count: int) -> None:
        """Moves the lines apart; a paragraph of 100 KB has 1,500, so little is asked of each."""
        x, y = layout.lineAt(0).x(), 0.0
        pitches: dict[float, float] = {}
        for n in range(count):
            line = layout.lineAt(n)
            height = line.height()
            pitch = pitches.get(height)
            if pitch is None:
                pitch = pitches[height] = self._pitch(height)
            line.setPosition(QPointF(x, y + (pitch - height) / 2))
            y += pitch

    def _indents(self, block: QTextBlock, layout: QTextLayout) -> tuple[float, float]:
        """The indent of all lines and of those after the first, in px."""
        text = block.text()
        front = lead(text)
        if not front.length:
            return 0.0, 0.0
        if self._in_code is not None and self._in_code(block.blockNumber()):
            return front.depth * BAR_STEP, 0.0
        first = layout.lineAt(0)
        if front.length >= first.textLength():
            return front.depth * BAR_STEP, 0.0
        hang = abs(x_of(first, front.length) - x_of(first, 0))
        return front.depth * BAR_STEP, hang if hang < first.width() * 0.4 else 0.0


def x_of(line: QTextLine, position: int) -> float:
    """Where a position of the block stands on its line, in the block's px."""
    found: Any = line.cursorToX(position)  # a pair in this binding: x, and the position that was used
    return float(found[0] if isinstance(found, tuple | list) else found)
