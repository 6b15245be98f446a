"""The lines of a difference, below each other: those that go and those that come on grounds of their own, and in them
the words that differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QPainter,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from postdesk.core.language import _
from postdesk.publishing.change import Line, Sign
from postdesk.ui.preview.places import units
from postdesk.ui.theme import Theme

_LINE = Qt.ItemDataRole.UserRole + 1
_ACROSS, _DOWN = 8, 3  # px around a line
_SIGNS = {Sign.COMES: "+ ", Sign.GOES: "− ", Sign.STAYS: "  ", Sign.LEFT_OUT: "⋯"}


class ChangeLines(QListWidget):
    """Text from anywhere: nothing in it steers the widget or the direction of letters."""

    def __init__(self, lines: Sequence[Line], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Lines that change"))
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayoutMode(QListWidget.LayoutMode.Batched)  # of thousands, those that show first
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Painter(theme, self))
        for line in lines:
            row = QListWidgetItem(_SIGNS[line.sign] + shown(line.text), self)
            row.setData(Qt.ItemDataRole.AccessibleTextRole, _spoken(line))
            row.setData(_LINE, line)
            if self.currentItem() is None and line.sign in (Sign.COMES, Sign.GOES):
                self.setCurrentItem(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self._grounds = {Sign.COMES: QColor(theme.added), Sign.GOES: QColor(theme.removed)}
        self._ink, self._soft, self._faint = (QColor(c) for c in (theme.ink, theme.soft, theme.faint))
        self._accent = QColor(theme.accent)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        width = self._list.viewport().width()
        return QSize(width, round(self._laid(index, width).boundingRect().height()) + 2 * _DOWN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: Line = index.data(_LINE)
        box: QRectF = option.rect.toRectF()
        painter.save()
        if line.sign in self._grounds:
            painter.fillRect(box, self._grounds[line.sign])
        if self._list.hasFocus() and index.row() == self._list.currentRow():
            painter.setPen(self._accent)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen({Sign.STAYS: self._soft, Sign.LEFT_OUT: self._faint}.get(line.sign, self._ink))
        self._laid(index, int(box.width())).draw(painter, box.topLeft() + QPointF(_ACROSS, _DOWN))
        painter.restore()

    def _laid(self, index: QModelIndex | QPersistentModelIndex, width: int) -> QTextLayout:
        line: Line = index.data(_LINE)
        text: str = index.data()
        layout = QTextLayout(text, self._list.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        before = len(_SIGNS[line.sign])
        marked = []
        for start, end in line.marks:
            words = QTextCharFormat()
            words.setFontWeight(700)
            words.setFontUnderline(line.sign is Sign.COMES)
            words.setFontStrikeOut(line.sign is Sign.GOES)
            part = QTextLayout.FormatRange()
            part.start = units(text[: before + start])
            part.length = units(text[before + start : before + end])
            part.format = words
            marked.append(part)
        layout.setFormats(marked)
        layout.beginLayout()
        height = 0.0
        while (row := layout.createLine()).isValid():
            row.setLineWidth(max(1, width - 2 * _ACROSS))
            row.setPosition(QPointF(0, height))
            height += row.height()
        layout.endLayout()
        return layout


def shown(text: str) -> str:
    """A line of foreign text without what would steer a widget or the direction of letters; as long as it was."""
    return "".join(letter if letter.isprintable() else " " if letter == "\t" else "�" for letter in text)


def _spoken(line: Line) -> str:
    words = {
        Sign.COMES: _("Comes: {line}"),
        Sign.GOES: _("Goes: {line}"),
        Sign.LEFT_OUT: _("Lines in between stay as they are"),
    }.get(line.sign, "{line}")
    return words.format(line=shown(line.text))
