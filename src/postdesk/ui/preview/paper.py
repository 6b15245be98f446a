"""What stands in the preview's pane until there is something to show."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from postdesk.ui.theme import Theme


class Paper(QWidget):
    """Nothing but the ground that the post will stand on. `painted` comes after its first time on the screen."""

    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = QColor(theme.paper)
        self._told = False

    def set_theme(self, theme: Theme) -> None:
        """Another ground."""
        self._ground = QColor(theme.paper)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._ground)
        painter.end()
        if not self._told:
            self._told = True
            QTimer.singleShot(0, self, self.painted.emit)
