"""What the text's field paints under the words, and which line a point of it belongs to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPainter, QPalette, QTextBlock, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit

from postdesk.ui.editor.card_look import CardLook
from postdesk.ui.editor.cards import Cards
from postdesk.ui.editor.marks import lead
from postdesk.ui.editor.source import Source
from postdesk.ui.editor.spacing import BAR_STEP, SpacedLayout, x_of
from postdesk.ui.theme import Theme

_PARAGRAPH = 300  # lines on either side, more than a screen has, that are looked at for its ends
_MANY = 1_500  # lines between the first that shows and another one
_VEIL = 165  # of 255: how much of the paper covers what is dimmed


def in_view(
    field: QPlainTextEdit, cards: Cards, bottom: float
) -> Iterator[tuple[QTextBlock, int, float, float]]:
    """The blocks that show from the view's top to `bottom` (px): each with its number, where it begins and how high it
    is. Hidden lines are passed over in one step, as a card may hide thousands."""
    document, spaced = field.document(), field.document().documentLayout()
    block = field.firstVisibleBlock()
    number, y = block.blockNumber(), field.contentOffset().y()
    while block.isValid() and y <= bottom:
        height = spaced.blockBoundingRect(block).height()
        yield block, number, y, height
        y += height
        below = cards.next_shown(number)
        block = block.next() if below == number + 1 else document.findBlockByNumber(below)
        number = below


def snapped(field: QPlainTextEdit, spaced: SpacedLayout, cards: Cards, point: QPointF) -> QPointF:
    """The point moved up or down onto the line whose band it is in."""
    for block, _number, offset, height in in_view(field, cards, point.y()):
        if point.y() < offset + height:
            layout = block.layout()
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                top, bottom = spaced.band(line)
                if offset + top <= point.y() < offset + bottom:
                    return QPointF(point.x(), offset + line.y() + line.height() / 2)
            break
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


def dim_others(field: QPlainTextEdit, source: Source, cards: Cards, painter: QPainter, theme: Theme) -> None:
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
    first_card, last_card = cards.closed_at(first), cards.closed_at(last)
    first = first if first_card is None else first_card.first
    last = last if last_card is None else last_card.first  # of a closed card the head alone has a height
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
    cards: Cards,
    painter: QPainter,
    theme: Theme,
    top: int,
    bottom: int,
) -> None:
    """What lies under the words: code's ground, quotation bars, and the selection between the lines."""
    cursor = field.textCursor()
    a, b = cursor.selectionStart(), cursor.selectionEnd()
    left = field.document().documentMargin()
    width = field.viewport().width() - 2 * left
    bars = (QColor(theme.quote), QColor(theme.quote2))
    for block, number, y, height in in_view(field, cards, bottom):
        if y + height >= top and not cards.hidden_at(number + 1):  # nothing of a closed card's head is seen
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


def paint_words(
    field: QPlainTextEdit, cards: Cards, painter: QPainter, context: QAbstractTextDocumentLayout.PaintContext,
    bottom: int,
) -> None:  # fmt: skip
    """Paints the words as the field itself would, which asks for the height of every hidden line at each painting."""
    painter.setPen(context.palette.color(QPalette.ColorRole.Text))
    left = field.contentOffset().x()
    for block, number, y, _height in in_view(field, cards, bottom):
        if cards.hidden_at(number + 1):
            continue
        start, length = block.position(), block.length()
        shown = []
        for each in context.selections:
            a, b = each.cursor.selectionStart() - start, each.cursor.selectionEnd() - start
            if a < b and a < length and b > 0:
                part = QTextLayout.FormatRange()
                part.start, part.length, part.format = a, b - a, each.format
                shown.append(part)
        block.layout().draw(painter, QPointF(left, y), shown, QRectF(0, 0, field.width(), bottom + 1))


def hides_much(field: QPlainTextEdit, cards: Cards, bottom: int) -> bool:
    """Whether the cards that show hide so many lines that the field itself would be slow to paint."""
    numbers = [number for _block, number, _y, _height in in_view(field, cards, bottom)]
    return bool(numbers) and numbers[-1] - numbers[0] > _MANY


def paint_cards(
    field: QPlainTextEdit,
    look: CardLook,
    cards: Cards,
    painter: QPainter,
    theme: Theme,
    step: float,
    bottom: int,
) -> list[str]:
    """Paints the closed cards that show over their heads; returns the pictures that they would show."""
    cursor = field.textCursor()
    a, b = cursor.selectionStart(), cursor.selectionEnd()
    end = field.document().findBlock(b).blockNumber()
    left = field.document().documentMargin()
    width = field.viewport().width() - 2 * left
    wanted = []
    for block, number, y, height in in_view(field, cards, bottom):
        card = cards.closed_at(number) if cards.hidden_at(number + 1) else None
        if card is None:
            continue
        start = block.position()
        selected = a < b and a <= start < b
        ringed = field.hasFocus() and a == start and (a == b or number <= end <= card.last)
        wanted.append(
            look.paint(
                painter, theme, QRectF(left, y, width, height), card, step=step,
                selected=selected, ringed=ringed, mirrored=field.isRightToLeft(),
            )
        )  # fmt: skip
    return [each for each in wanted if each]


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
