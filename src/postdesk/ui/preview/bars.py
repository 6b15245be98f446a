"""A bar for each level of quotation in the simpler preview, as on the page; Qt's documents know none."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock
from PySide6.QtWidgets import QTextBrowser

from postdesk.ui.preview.plain import QUOTE_STEP
from postdesk.ui.theme import Theme

_BAR = 3


def draw_bars(browser: QTextBrowser, painter: QPainter, part: QRect, theme: Theme, left: int) -> None:
    """Draws those in `part` of the viewport; the text begins at `left`."""
    top = browser.verticalScrollBar().value()
    layout = browser.document().documentLayout()
    colours = (QColor(theme.quote), QColor(theme.quote2), QColor(theme.line))
    # The margin between two paragraphs belongs to neither: start above what is to be drawn.
    block = browser.cursorForPosition(part.topLeft()).block()
    if block.previous().isValid():
        block = block.previous()
    while block.isValid():
        box = layout.blockBoundingRect(block).translated(0, -top)
        if box.top() > part.bottom() + 40:
            break
        depth = _depth(block)
        follows = _depth(block.next()) if block.next().isValid() else 0
        for level in range(1, depth + 1):
            bottom = box.bottom()
            if follows >= level:
                bottom = layout.blockBoundingRect(block.next()).top() - top
            right_to_left = block.textDirection() is Qt.LayoutDirection.RightToLeft
            x = left + QUOTE_STEP * (level - 1)
            if right_to_left:
                x = browser.viewport().width() - x - _BAR
            painter.fillRect(
                round(x),
                round(box.top()),
                _BAR,
                max(1, round(bottom - box.top())),
                colours[min(level, len(colours)) - 1],
            )
        block = block.next()


def _depth(block: QTextBlock) -> int:
    return round(block.blockFormat().leftMargin() / QUOTE_STEP)
