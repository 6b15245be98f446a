"""The line at the sidebar's foot: what waits for a connection."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.theme import Theme, ui_font


def waiting_words(count: int) -> str:
    """What the foot says while so many posts wait for a connection; "" for none."""
    if not count:
        return ""
    return ngettext(
        "{count} post waits for a connection · it goes out by itself",
        "{count} posts wait for a connection · they go out by themselves",
        count,
    )


class WaitingBox(QAbstractButton):
    """The line at the foot: what waits for a connection. A click opens the outbox."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("waiting")
        self.setAccessibleName(_("Outbox"))
        self.theme = theme
        self.setFont(ui_font(12))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Qt asks."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt asks: the sentence may take two lines."""
        flags = int(Qt.TextFlag.TextWordWrap)
        return (
            QFontMetrics(self.font()).boundingRect(QRect(0, 0, width - 32, 999), flags, self.text()).height()
            + 19
        )

    def sizeHint(self) -> QSize:
        """Qt asks."""
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.warn_ground))
        painter.fillRect(0, 0, self.width(), 1, QColor(self.theme.line))
        painter.setPen(QColor(self.theme.warn))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(self.rect().adjusted(16, 1, -16, 0), int(flags), self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 1.5))
            painter.drawRect(self.rect().adjusted(1, 2, -2, -2))
