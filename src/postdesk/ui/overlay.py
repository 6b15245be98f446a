"""What floats above the window's parts (toast, palette): a rounded card with a soft shadow, inside the window.

Inside, because a window of its own cannot be placed on every platform. Editor and preview may be native windows, and
those cover whatever is not: the overlay then becomes native, too, and gives up its shadow.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from postdesk.ui.theme import Theme

_SHADOW = 18  # px around the card


def colour(value: str) -> QColor:
    """A colour of the theme, "#rrggbb" or "#rrggbbaa"."""
    made = QColor(value[:7])
    if len(value) == 9:
        made.setAlpha(int(value[7:], 16))
    return made


class Overlay(QWidget):
    """A card above `host`. Subclasses fill `self.card` and say in `place()` where it lies."""

    def __init__(self, host: QWidget, theme: Theme, *, name: str, radius: int) -> None:
        super().__init__(host)
        self.host = host
        self.theme = theme
        self._radius = radius
        self.card = QFrame(self)
        self.card.setObjectName(name)
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(_SHADOW, _SHADOW, _SHADOW, _SHADOW)
        self._frame.addWidget(self.card)
        host.installEventFilter(self)
        self.hide()

    @property
    def margin(self) -> int:
        """px between this widget's edge and the card's: the room for the shadow."""
        return self._frame.contentsMargins().left()

    def place(self) -> None:
        """Put the card where it belongs in the host."""
        raise NotImplementedError

    def float_up(self) -> None:
        """Show the card above everything in the window."""
        native = any(
            part.testAttribute(Qt.WidgetAttribute.WA_NativeWindow) and not self.isAncestorOf(part)
            for part in self.host.findChildren(QWidget)
            if part is not self
        )
        # Alone: were what surrounds it to become native with it, the editor would lose what it has painted.
        self.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow, native)
        self._frame.setContentsMargins(*[0 if native else _SHADOW] * 4)
        self.place()
        self.show()
        self.raise_()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.theme = theme
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt tells that the host has another size."""
        if watched is self.host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A native window has no transparent corners: they are cut off."""
        super().resizeEvent(event)
        if self.margin:
            self.clearMask()
        else:
            path = QPainterPath()
            path.addRoundedRect(QRectF(self.rect()), self._radius, self._radius)
            self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The shadow: many faint rings are one soft edge."""
        painter = QPainter(self)
        if not self.margin:  # the mask is whole pixels wide: what it leaves of the corners is not left black
            painter.fillRect(self.rect(), colour(self.theme.paper))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = colour(self.theme.shadow)
        shade.setAlphaF(min(1.0, shade.alphaF() * 0.16))
        painter.setBrush(shade)
        for spread in range(2, _SHADOW, 2):
            ring = QRectF(self.card.geometry()).adjusted(-spread, -spread + 5, spread, spread + 3)
            painter.drawRoundedRect(ring, self._radius + spread, self._radius + spread)
