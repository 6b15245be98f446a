"""Draws one post of the list: a title of up to two lines, and below it when, state and blog in small soft type."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from postdesk.core.language import _
from postdesk.ui.sidebar.listing import Row
from postdesk.ui.sidebar.rows import Index, Posts, RowRole
from postdesk.ui.theme import Theme, ui_font

if TYPE_CHECKING:
    from postdesk.library.context import Context

_ACROSS, _DOWN, _GAP, _BETWEEN = (
    10,
    8,
    2,
    1,
)  # px: padding at the sides, above and below; above line two; rows
_MOST = 2  # lines of a title
_LONGEST = 400  # letters of it that are looked at


class RowDelegate(QStyledItemDelegate):
    """`even` gives every row the same height: what a list of very many rows needs to be laid out at once."""

    def __init__(self, theme: Theme, posts: Posts) -> None:
        super().__init__()
        self._posts = posts
        self.theme = theme
        self.even = False
        self.ring = False
        self._title_font = ui_font(13, QFont.Weight.DemiBold)
        self._small_font = ui_font(12)
        self._lines: dict[tuple[str, int], int] = {}

    @cached_property
    def _title_height(self) -> int:
        return max(18, math.ceil(QFontMetricsF(self._title_font).height()))

    @cached_property
    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self._title_font)

    @cached_property
    def _small_height(self) -> int:
        return max(17, math.ceil(QFontMetricsF(self._small_font).height()))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt asks how high a row is."""
        if self.even:
            return QSize(0, self.height(_MOST))
        lines = self._count(index.data(Qt.ItemDataRole.DisplayRole), option.rect.width())
        above = self._heading_height if self._posts.heading(index.row()) else 0
        return QSize(0, self.height(lines) + above)

    @cached_property
    def _heading_height(self) -> int:
        return self._small_height + 10

    def height(self, lines: int) -> int:
        """The height in px of a row with so many lines of title."""
        return 2 * _DOWN + lines * self._title_height + _GAP + self._small_height + _BETWEEN

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt asks for one row."""
        from PySide6.QtWidgets import (
            QStyle,  # it comes with five hundred names, and no list is empty for long
        )

        row: Row = index.data(RowRole)
        theme = self.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(0, 0, 0, -_BETWEEN)
        month = self._posts.heading(index.row())
        if month:
            box = self._paint_heading(painter, box, month, option.direction)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if picked or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pick if picked else theme.hover))
            painter.drawRoundedRect(box, 8, 8)
        elif self.even:  # rows of one height have gaps of several: a line says that each gap is its row's
            painter.fillRect(
                QRectF(box.left() + _ACROSS, box.bottom(), box.width() - 2 * _ACROSS, 1), QColor(theme.line)
            )
        if self.ring and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        inner = box.adjusted(_ACROSS, _DOWN, -_ACROSS, -_DOWN)
        title = row.title or _("Untitled")
        lines = title_lines(title, self._title_font, inner.width(), 1 if month and self.even else _MOST)
        used = len(lines) * self._title_height + _GAP + self._small_height
        top = inner.top() + (max(0.0, (inner.height() - used) / 2) if self.even else 0.0)
        right = option.direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        flags = (
            Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | side
        )
        painter.setFont(self._title_font)
        painter.setPen(QColor(theme.ink))
        for text in lines:
            painter.drawText(QRectF(inner.left(), top, inner.width(), self._title_height), int(flags), text)
            top += self._title_height
        colour = {"warn": theme.warn, "bad": theme.bad}.get(row.level, theme.soft)
        painter.setFont(self._small_font)
        painter.setPen(QColor(colour))
        place = QRectF(inner.left(), top + _GAP, inner.width(), self._small_height)
        found = self._posts.context(row)
        if found is not None:
            self._paint_context(painter, place, found, option.direction)
        else:
            line = QFontMetricsF(self._small_font).elidedText(
                self._posts.line(row), Qt.TextElideMode.ElideRight, inner.width()
            )
            painter.drawText(place, int(flags), line)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, box: QRectF, month: str, direction: Qt.LayoutDirection
    ) -> QRectF:
        """A month above its first post; returns what is left for the post."""
        right = direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        place = QRectF(box.left() + _ACROSS, box.top(), box.width() - 2 * _ACROSS, self._heading_height)
        painter.setFont(self._small_font)
        painter.setPen(QColor(self.theme.faint))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | side
        painter.drawText(place, int(flags), month)
        return box.adjusted(0, self._heading_height, 0, 0)

    def _paint_context(
        self, painter: QPainter, place: QRectF, found: Context, direction: Qt.LayoutDirection
    ) -> None:
        """The line with its hits marked. A layout, not HTML: the words are anybody's."""
        layout = QTextLayout(found.text, self._small_font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(direction)
        layout.setTextOption(option)
        mark = QTextCharFormat()
        mark.setBackground(QColor(self.theme.mark))
        mark.setForeground(QColor(self.theme.ink))
        ranges = []
        for first, behind in found.hits:
            one = QTextLayout.FormatRange()
            one.start, end = _units(found.text, first), _units(found.text, behind)
            one.length, one.format = end - one.start, mark
            ranges.append(one)
        layout.setFormats(ranges)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e6 if direction == Qt.LayoutDirection.LeftToRight else place.width())
        layout.endLayout()
        painter.setClipRect(place)
        top = place.top() + (place.height() - line.height()) / 2
        layout.draw(painter, QPointF(place.left(), top))

    def _count(self, title: str, width: int) -> int:
        known = self._lines.get((title, width))
        if known is None:
            if len(self._lines) > 20_000:
                self._lines.clear()
            # Measuring a title takes a third of the time of breaking it, and tells nearly always how many lines it has.
            room, plain = width - 2 * _ACROSS, " ".join(title.split())[:_LONGEST]
            wide = self._metrics.horizontalAdvance(plain)
            known = (
                len(title_lines(title, self._title_font, room)) if abs(wide - room) < 2 else 1 + (wide > room)
            )
            self._lines[(title, width)] = known
        return known


def _units(text: str, place: int) -> int:
    """A place in `text` in UTF-16 units, as Qt counts."""
    return place if text.isascii() else len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def title_lines(title: str, font: QFont, width: float, most: int = _MOST) -> list[str]:
    """`title` broken into at most `most` lines of `width` px, the last with an ellipsis where words are left over."""
    title = " ".join(title.split())[:_LONGEST]
    layout = QTextLayout(title, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lines: list[str] = []
    layout.beginLayout()
    while len(lines) < most:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(20.0, width))
        line.setPosition(QPointF(0, 0))
        start = line.textStart()
        if len(lines) == most - 1:
            rest = _from_utf16(title, start)
            lines.append(QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, max(20.0, width)))
        else:
            lines.append(_from_utf16(title, start, line.textLength()).rstrip())
    layout.endLayout()
    return lines or [""]


def _from_utf16(text: str, start: int, length: int | None = None) -> str:
    """The part of `text` at an offset that counts UTF-16 units, as Qt counts."""
    if text.isascii():
        return text[start:] if length is None else text[start : start + length]
    units = text.encode("utf-16-le", "surrogatepass")
    end = len(units) if length is None else 2 * (start + length)
    return units[2 * start : end].decode("utf-16-le", "surrogatepass")
