"""The outbox's rows as a list for Qt: changed in place, so that what is chosen stays chosen and nothing flickers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from postdesk.core.language import _
from postdesk.ui.outbox.rows import WaitingPost
from postdesk.ui.theme import Theme, ui_font

Index = QModelIndex | QPersistentModelIndex
_HEIGHT = 52  # px
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class OutboxRows(QAbstractListModel):
    """`clock`: seconds since the epoch, for how long it is until the next try."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._rows: list[WaitingPost] = []
        self._lines: list[str] = []

    def set_rows(self, rows: Sequence[WaitingPost]) -> None:
        """Show these; only what is different changes."""
        keys = {r.key for r in rows}
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].key not in keys:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._rows[place], self._lines[place]
                self.endRemoveRows()
        there = [r.key for r in self._rows]
        new = set(there)
        if there == [r.key for r in rows if r.key in new]:  # jobs come in the order in which they were made
            for place, row in enumerate(rows):
                if row.key not in new:
                    self.beginInsertRows(QModelIndex(), place, place)
                    self._rows.insert(place, row)
                    self._lines.insert(place, row.line(self._clock()))
                    self.endInsertRows()
                elif self._rows[place] != row:
                    self._rows[place] = row
                    self._lines[place] = row.line(self._clock())
                    self._changed(place)
        else:
            self.beginResetModel()
            self._rows = list(rows)
            self._lines = [r.line(self._clock()) for r in rows]
            self.endResetModel()

    def tick(self) -> bool:
        """Time has passed: whether any line reads differently now."""
        now, different = self._clock(), False
        for place, row in enumerate(self._rows):
            if row.next_try is not None and (line := row.line(now)) != self._lines[place]:
                self._lines[place] = line
                self._changed(place)
                different = True
        return different

    def row(self, place: int) -> WaitingPost | None:
        """The row at a place, None where there is none."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def line(self, place: int) -> str:
        """What its second line says now."""
        return self._lines[place]

    def place(self, key: str) -> int:
        """Where the row of a job is, -1 for nowhere."""
        return next((n for n, r in enumerate(self._rows) if r.key == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  as Qt's own
        """Qt asks."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt asks: the title, and for those who hear it, all of the row."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title or _("Untitled")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title or _('Untitled')}, {row.blog}, {self._lines[index.row()]}"
        return None

    def _changed(self, place: int) -> None:
        index = self.index(place)
        self.dataChanged.emit(index, index, list(_ROLES))


class OutboxDelegate(QStyledItemDelegate):
    """Draws a row: the title, and below it why it waits, in the colour of how bad that is."""

    def __init__(self, theme: Theme, rows: OutboxRows) -> None:
        super().__init__()
        self.theme = theme
        self._rows = rows
        self._title, self._small = ui_font(13, QFont.Weight.DemiBold), ui_font(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt asks."""
        return QSize(0, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt asks for one row."""
        row = self._rows.row(index.row())
        if row is None:
            return
        theme, box = self.theme, option.rect.adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pick if chosen else theme.hover))
            painter.drawRoundedRect(box, 7, 7)
        inner = box.adjusted(10, 7, -10, -7)
        half = inner.height() // 2
        colour = {"warn": theme.warn, "bad": theme.bad}.get(row.level, theme.soft)
        self._line(painter, QRect(inner.left(), inner.top(), inner.width(), half), row.title or _("Untitled"),
                   self._title, theme.ink)  # fmt: skip
        self._line(painter, QRect(inner.left(), inner.top() + half, inner.width(), half),
                   self._rows.line(index.row()), self._small, colour)  # fmt: skip
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 7, 7)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, box: QRect, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(box, int(flags), shown)
