"""The header: what state the post is in, in words, and the one button that says what it will do."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from postdesk.core.language import _
from postdesk.ui.actions import Actions
from postdesk.ui.icons import icon
from postdesk.ui.style import restyle
from postdesk.ui.theme import Theme, ui_font

_HEIGHT, _ARROW, _LONGEST = 32, 28, 220  # px


class _Half(QAbstractButton):
    """One half of the publish button: the label, or the arrow beside it."""

    def __init__(self, parent: PublishButton, *, first: bool) -> None:
        super().__init__(parent)
        self._whole = parent
        self._first = first
        self.setFont(ui_font(13, QFont.Weight.DemiBold))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Qt asks."""
        if self._first:
            return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 14 + 9, _HEIGHT)
        return QSize(_ARROW, _HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it, as the space bar does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (
            not self._first and event.key() == Qt.Key.Key_Down
        ):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks. Both halves paint the same rounded box, each its part of it."""
        theme, whole = self._whole.theme, self._whole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.x(), 0)
        painter.setClipRect(self.geometry().translated(0, -self.y()))
        able = self.isEnabled()
        ground = theme.accent_hover if self.underMouse() else theme.accent
        ink = QColor(theme.accent_ink)
        if whole.running:
            ground, ink = theme.pick, QColor(theme.accent)
        elif not able:
            ground, ink = theme.hover, QColor(theme.soft)
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, whole.width(), _HEIGHT), 8, 8)
        painter.fillPath(path, QColor(ground))
        if whole.fraction is not None and self._first:
            painter.save()
            painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
            painter.fillRect(QRectF(0, _HEIGHT - 3, self.width() * whole.fraction, 3), ink)
            painter.restore()
        painter.setPen(ink)
        painter.setFont(self.font())
        box = self.geometry().translated(0, -self.y())
        if self._first:
            painter.drawText(box.adjusted(4, 0, 0, 0), int(Qt.AlignmentFlag.AlignCenter), self.text())
        else:
            self._paint_sign(painter, box, ink)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.ink), 1.5))
            painter.drawRoundedRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)

    def _paint_sign(self, painter: QPainter, box: QRect, ink: QColor) -> None:
        centre = box.center() + QPoint(-1, 1)
        ink.setAlphaF(ink.alphaF() * 0.85)
        painter.setPen(
            QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        x, y = centre.x(), centre.y()
        if self._whole.running:
            painter.drawLine(x - 4, y - 4, x + 4, y + 4)
            painter.drawLine(x - 4, y + 4, x + 4, y - 4)
        else:
            painter.drawPolyline([QPoint(x - 4, y - 2), QPoint(x, y + 2), QPoint(x + 4, y - 2)])


class PublishButton(QWidget):
    """A label from outside and an arrow with the other ways. While something runs, the label says what, and leads to
    more about it; the arrow is a cross that stops it.

    `cancelled`: she pressed the cross. `asked`: she wants to see more.
    """

    cancelled = Signal()
    asked = Signal()

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("publishButton")
        self.theme = theme
        self.fraction: float | None = None
        self.running = False
        self._actions = actions
        self._label = ""
        self._can_stop = True
        self.main = _Half(self, first=True)
        self.main.setObjectName("publishMain")
        self.arrow = _Half(self, first=False)
        self.arrow.setObjectName("publishArrow")
        self.menu = actions.menu("button", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.main)
        row.addWidget(self.arrow)
        self.main.clicked.connect(self._on_main)
        self.arrow.clicked.connect(self._on_arrow)
        actions.action("publish").changed.connect(self._tell)
        self.set_label(_("Publish"))

    def set_label(self, label: str) -> None:
        """What a click will do, or what is waited for; the menu and the palette say the same."""
        self._label = label
        self._actions.set_text("publish", label.replace("&", "&&"))
        self._tell()

    def set_progress(self, words: str, fraction: float | None, *, can_stop: bool = True) -> None:
        """While something runs: its words and how much is done (0 to 1, None: unknown). "" when nothing runs."""
        self.running = bool(words)
        self._can_stop = can_stop
        words = self.main.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, _LONGEST)
        self.fraction = min(max(fraction, 0.0), 1.0) if words and fraction is not None else None
        self._tell(words)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.theme = theme
        self.update()

    def _tell(self, words: str = "") -> None:
        # The action's own change comes here, too, while something runs: its words stay.
        words = words or (self.main.text() if self.running else self._label)
        if self.main.text() != words:
            self.main.setText(words)
            self.main.setAccessibleName(words)
            self.main.updateGeometry()
        self.main.setEnabled(self.running or self._actions.action("publish").isEnabled())
        tip = _("Show it in the outbox") if self.running else self._actions.tooltip("publish")
        self.main.setToolTip(html.escape(tip))
        self.arrow.setEnabled(not self.running or self._can_stop)
        self.arrow.setAccessibleName(_("Stop") if self.running else _("Other ways to publish"))
        self.arrow.setToolTip(self.arrow.accessibleName())
        self.main.update()
        self.arrow.update()

    def _on_main(self) -> None:
        if self.running:
            self.asked.emit()
        else:
            self._actions.trigger("publish")

    def _on_arrow(self) -> None:
        if self.running:
            self.cancelled.emit()
        else:
            width = self.menu.sizeHint().width()
            self.menu.popup(self.mapToGlobal(QPoint(self.width() - width, self.height() + 4)))


class _Words(QLabel):
    """A label that gives way to what is beside it and ends in an ellipsis."""

    def minimumSizeHint(self) -> QSize:
        """Qt asks."""
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt asks."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(
            self.rect(), int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter), text
        )


class Header(QWidget):
    """The strip above editor and preview. `cancelled`: she stops what runs; `asked`: she wants to see how far it is."""

    cancelled = Signal()
    asked = Signal()

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Post"))
        self.setFixedHeight(48)
        self._actions = actions
        self._tools = {name: self._tool(name) for name in ("sidebar", "new", "preview", "details")}
        self.dot = QLabel(self)
        self.dot.setObjectName("statusDot")
        self.state = _Words(self)
        self.state.setObjectName("state")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.publish = PublishButton(actions, theme, self)
        self.publish.cancelled.connect(self.cancelled)
        self.publish.asked.connect(self.asked)
        # That the sidebar is there can be seen; a ground behind its button would be one thing more to look at.
        self._tools["sidebar"].setStyleSheet("QToolButton:checked:!hover { background: transparent; }")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(10)
        row.addWidget(self._tools["sidebar"])
        row.addWidget(self._tools["new"])
        row.addSpacing(2)
        row.addWidget(self.dot)
        row.addWidget(self.state, 1)
        row.addWidget(self._tools["preview"])
        row.addWidget(self._tools["details"])
        row.addSpacing(2)
        row.addWidget(self.publish)
        self.set_state("", "idle")
        self.set_theme(theme)

    def set_state(self, words: str, level: str = "ok") -> None:
        """The post's state in words, and its dot: "ok", "warn", "bad" or "idle"; "" hides both."""
        self.state.setText(words)
        self.state.setAccessibleName(words)
        self.state.setToolTip(html.escape(words))
        self.dot.setProperty("level", level)
        restyle(self.dot)
        self.dot.setVisible(bool(words))

    def set_button(self, label: str) -> None:
        """What the one button will do; it can be pressed while `publishable` is among the conditions of the actions."""
        self.publish.set_label(label)

    def set_progress(self, words: str, fraction: float | None = None, *, can_stop: bool = True) -> None:
        """While the open post is sent: what, how much is done (0 to 1, None: unknown), and whether it can be stopped
        yet; "" when it is over."""
        self.publish.set_progress(words, fraction, can_stop=can_stop)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        names = {"sidebar": "panel-left", "new": "plus", "preview": "panel-right", "details": "info"}
        for name, tool in self._tools.items():
            active = theme.soft if name == "sidebar" else theme.accent
            drawing: QIcon = icon(names[name], theme.soft, active=active)
            self._actions.action(name).setIcon(drawing)
            tool.setIconSize(QSize(18, 18))
        self.publish.set_theme(theme)

    def tool(self, name: str) -> QToolButton:
        """The button of the action "sidebar", "new", "preview" or "details"."""
        return self._tools[name]

    def _tool(self, name: str) -> QToolButton:
        tool = QToolButton(self)
        tool.setObjectName(f"tool_{name}")
        tool.setProperty("kind", "icon")
        action = self._actions.action(name)
        action.setIconVisibleInMenu(False)
        action.setToolTip(html.escape(self._actions.tooltip(name)))
        tool.setDefaultAction(action)
        tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.setAccessibleName(self._actions.tooltip(name))
        return tool
