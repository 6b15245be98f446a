"""The text's cursor: Qt's own inverts what is below it, this one has the accent's colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QPlainTextEdit

_WIDTH = 2  # px


class Caret(QObject):
    """Made once for a field, whose own cursor it hides. The field says when to restart, stop and paint."""

    def __init__(self, field: QPlainTextEdit, place: Callable[[], QRect]) -> None:
        """`place` says where in the field's viewport the cursor is, in px."""
        super().__init__(field)
        self._field = field
        self._place = place
        self._lit = True
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._turn)
        field.setCursorWidth(0)

    def restart(self) -> None:
        """It moved, or the field has the keyboard now: lit, and blinking from here on."""
        self._lit = True
        period = QApplication.cursorFlashTime()
        if period > 0 and self._field.hasFocus():
            self._blink.start(period // 2)
        self._update()

    def stop(self) -> None:
        """The field lost the keyboard."""
        self._blink.stop()
        self._update()

    def paint(self, ink: str) -> None:
        """Paints it, where it shows now; to be called from the field's `paintEvent`."""
        if self._lit and self._field.hasFocus() and not self._field.isReadOnly():
            painter = QPainter(self._field.viewport())
            rect = self._place()
            painter.fillRect(max(0, rect.left()), rect.top(), _WIDTH, rect.height(), QColor(ink))
            painter.end()

    def _turn(self) -> None:
        self._lit = not self._lit
        self._update()

    def _update(self) -> None:
        self._field.viewport().update(self._place().adjusted(-2, -2, _WIDTH + 2, 2))
