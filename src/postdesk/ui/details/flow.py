"""Lays widgets out like words: from left to right (or right to left), breaking into lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

from postdesk.ui.wrapping import WrappingLayout


class FlowLayout(WrappingLayout):
    """Rows of widgets; the last one takes what is left of its row (it is the field to type in)."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._gap = gap

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget before the one at `index`."""
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        self.invalidate()

    def minimumSize(self) -> QSize:
        """The largest of the widgets."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _lay(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        area = rect.adjusted(margins.left(), margins.top(), -margins.right(), -margins.bottom())
        rtl = (p := self.parentWidget()) is not None and p.isRightToLeft()
        x, y, row = area.x(), area.y(), 0
        for item in self._items:
            hint = item.sizeHint().boundedTo(QSize(max(1, area.width()), 10_000))
            last = item is self._items[-1]
            need = item.minimumSize().width() if last else hint.width()
            if x + need > area.right() + 1 and row:
                x, y, row = area.x(), y + row + self._gap, 0
            width = max(1, area.right() + 1 - x) if last else hint.width()
            if move:
                left = area.right() + 1 - (x - area.x()) - width if rtl else x
                item.setGeometry(QRect(QPoint(left, y), QSize(width, hint.height())))
            x += width + self._gap
            row = max(row, hint.height())
        return y + row - rect.y() + margins.bottom()
