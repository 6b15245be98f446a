"""What stands in the preview's pane until there is something to show."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from postdesk.ui.theme import Theme


class Paper(QWidget):
    """Nothing but the ground that the post will stand on."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = QColor(theme.paper)

    def set_theme(self, theme: Theme) -> None:
        """Another ground."""
        self._ground = QColor(theme.paper)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._ground)
        painter.end()
