"""What the text's field paints under the words, and which line a point of it belongs to."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock
from PySide6.QtWidgets import QPlainTextEdit

from postdesk.ui.editor.marks import lead
from postdesk.ui.editor.source import Source
from postdesk.ui.editor.spacing import BAR_STEP, SpacedLayout, x_of
from postdesk.ui.theme import Theme

_PARAGRAPH = 300  # lines on either side, more than a screen has, that are looked at for its ends
_VEIL = 165  # of 255: how much of the paper covers what is dimmed


def snapped(field: QPlainTextEdit, spaced: SpacedLayout, point: QPointF) -> QPointF:
    """The point moved up or down onto the line whose band it is in."""
    block = field.firstVisibleBlock()
    offset = field.contentOffset().y()
    while block.isValid():
        height = field.blockBoundingRect(block).height()
        if point.y() < offset + height:
            layout = block.layout()
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                top, bottom = spaced.band(line)
                if offset + top <= point.y() < offset + bottom:
                    return QPointF(point.x(), offset + line.y() + line.height() / 2)
            break
        offset += height
        block = block.next()
    return point


def units_between(block: QTextBlock, top: float, bottom: float) -> tuple[int, int]:
    """The first and the last UTF-16 unit of a block whose lines lie between two heights, in the block's px."""
    layout = block.layout()
    count = layout.lineCount()
    if not count:
        return 0, 0
    lines = range(count)
    first = max(0, bisect_left(lines, top, key=lambda n: layout.lineAt(n).y()) - 1)
    last = min(count - 1, bisect_left(lines, bottom, key=lambda n: layout.lineAt(n).y()))
    end = layout.lineAt(last)
    return layout.lineAt(first).textStart(), end.textStart() + end.textLength()


def dim_others(field: QPlainTextEdit, source: Source, painter: QPainter, theme: Theme) -> None:
    """Lays a veil of paper over all paragraphs but those that the selection touches."""
    cursor, document = field.textCursor(), field.document()
    first = document.findBlock(cursor.selectionStart()).blockNumber()
    last = document.findBlock(cursor.selectionEnd()).blockNumber()
    lines = source.lines
    highest, lowest = max(0, first - _PARAGRAPH), min(len(lines) - 1, last + _PARAGRAPH)
    while first > highest and lines[first].strip() and lines[first - 1].strip():
        first -= 1
    while last < lowest and lines[last].strip() and lines[last + 1].strip():
        last += 1
    offset = field.contentOffset()
    rect = QRectF(field.viewport().rect())
    top = field.blockBoundingGeometry(document.findBlockByNumber(first)).translated(offset).top()
    bottom = field.blockBoundingGeometry(document.findBlockByNumber(last)).translated(offset).bottom()
    veil = QColor(theme.paper)
    veil.setAlpha(_VEIL)
    if top > rect.top():
        painter.fillRect(QRectF(0, 0, rect.width(), min(top, rect.height())), veil)
    if bottom < rect.bottom():
        bottom = max(bottom, 0.0)
        painter.fillRect(QRectF(0, bottom, rect.width(), rect.height() - bottom), veil)


def paint_below(
    field: QPlainTextEdit,
    layout: SpacedLayout,
    source: Source,
    painter: QPainter,
    theme: Theme,
    top: int,
    bottom: int,
) -> None:
    """What lies under the words: code's ground, quotation bars, and the selection between the lines."""
    block = field.firstVisibleBlock()
    y = field.contentOffset().y()
    cursor = field.textCursor()
    a, b = cursor.selectionStart(), cursor.selectionEnd()
    left = field.document().documentMargin()
    width = field.viewport().width() - 2 * left
    number = block.blockNumber()
    bars = (QColor(theme.quote), QColor(theme.quote2))
    while block.isValid() and y <= bottom:
        height = layout.blockBoundingRect(block).height()
        if y + height >= top:
            depth = lead(source.lines[number]).depth
            if source.in_code(number):
                inset = depth * BAR_STEP
                painter.fillRect(
                    QRectF(left + inset - 4, y, width - inset + 8, height), QColor(theme.code_ground)
                )
            right = depth and block.textDirection() == Qt.LayoutDirection.RightToLeft
            for level in range(min(depth, 12)):
                x = left + width - level * BAR_STEP - 3 if right else left + level * BAR_STEP
                painter.fillRect(QRectF(x, y, 3, height), bars[level % 2])
            if a < b and block.position() < b and block.position() + block.length() > a:
                _paint_selected(layout, painter, block, y, a - block.position(), b - block.position(), theme)
        y += height
        block = block.next()
        number += 1


def _paint_selected(
    spaced: SpacedLayout, painter: QPainter, block: QTextBlock, y: float, a: int, b: int, theme: Theme
) -> None:
    layout = block.layout()
    ground = QColor(theme.select)
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first, end = line.textStart(), line.textStart() + line.textLength()
        if a > end or b <= first:
            continue
        rect = line.naturalTextRect()
        begins, ends = rect.left(), rect.right()
        if a > first:
            begins = x_of(line, a)
        if b < end:
            ends = x_of(line, b)
        elif number == layout.lineCount() - 1 and b > end:
            ends += 6  # the line end is selected too
        top, bottom = spaced.band(line)
        painter.fillRect(QRectF(min(begins, ends), y + top, abs(ends - begins), bottom - top), ground)
