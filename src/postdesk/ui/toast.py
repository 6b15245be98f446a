"""The toast: one sentence at the bottom of the window after something happened, with what can be done about it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStyle, QWidget

from postdesk.core.language import _
from postdesk.ui.overlay import Overlay
from postdesk.ui.theme import Theme

_STAYS = 8000  # ms
_MOMENT = 1800  # ms that a toast still has when the next one waits
_RISES = 140  # ms
_WIDEST = 720  # px; a sentence that needs more takes two lines
_FROM_BOTTOM = 44  # px, clear of the status bar
_MOST_WAITING = 5  # sentences; older ones that nobody saw are dropped for what is new


@dataclass(frozen=True, slots=True)
class Toast:
    """What to say. `choices` are a label and what it does; `stays` keeps it until she closes it or chooses. `about`
    names what it speaks of, for `Toasts.take_back`."""

    sentence: str
    choices: tuple[tuple[str, Callable[[], None]], ...] = ()
    stays: bool = False
    about: str = ""


class Toasts(Overlay):
    """Shows toasts one after the other. Each stays for eight seconds, longer while the mouse or the keyboard is in it;
    Escape closes it. `shown` carries the sentence, `closed` comes when none is left.
    """

    shown = Signal(str)
    closed = Signal()

    def __init__(self, host: QWidget, theme: Theme, *, stays: int = _STAYS) -> None:
        super().__init__(host, theme, name="toast", radius=10)
        self.lasts = stays
        """How long a toast is there, in ms."""
        self._stays = False
        self._current: Toast | None = None
        self._queue: deque[Toast] = deque(maxlen=_MOST_WAITING)
        self._buttons: list[QPushButton] = []
        self._before: QWidget | None = None
        self._label = QLabel(self.card)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(False)
        self._row = QHBoxLayout(self.card)
        self._row.setContentsMargins(16, 7, 10, 7)
        self._row.setSpacing(8)
        self._row.addWidget(self._label, 1)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self.close_toast)
        self._rise = QPropertyAnimation(self, b"pos", self)
        self._rise.setEasingCurve(QEasingCurve.Type.OutCubic)

    def say(self, toast: Toast) -> None:
        """Show a toast, now or after those that are there already."""
        self._queue.append(toast)
        if not self.isVisible():
            self._next()
        elif self._stays and self._current is not None:
            # One that stays until it is closed lets the newer ones be read, and comes back after them.
            self._queue.append(self._current)
            self._next()
        else:
            # What is true now must not wait for what was: the one that is shown has a moment left, held or not.
            self.timer.start(min(self.timer.remainingTime() if self.timer.isActive() else _MOMENT, _MOMENT))

    def take_back(self, about: str) -> None:
        """What was said about this is not true any more: it is not shown again, and closed if it is shown now."""
        self._queue = deque((toast for toast in self._queue if toast.about != about), _MOST_WAITING)
        if self.isVisible() and self._current is not None and self._current.about == about:
            self.close_toast()

    @property
    def sentence(self) -> str:
        """What is shown now, or ""."""
        return self._label.text() if self.isVisible() else ""

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons that are shown now."""
        return tuple(self._buttons)

    def holding(self) -> bool:
        """Whether the mouse or the keyboard is in it, so that it waits."""
        return self.underMouse() or any(button.hasFocus() for button in self._buttons)

    def take_keyboard(self) -> bool:
        """Put the keyboard on the first button; False when no toast is there."""
        if not self.isVisible() or not self._buttons:
            return False
        self._before = self.window().focusWidget()
        self._buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def close_toast(self) -> None:
        """Close what is shown; the next one follows."""
        had = any(button.hasFocus() for button in self._buttons)
        self.timer.stop()
        self.hide()
        if had and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        if self._queue:
            self._next()
        else:
            self.closed.emit()

    def place(self) -> None:
        """At the bottom, in the middle."""
        most = max(200, min(self.host.width() - 32, _WIDEST))
        self._label.ensurePolished()
        whole = QFontMetrics(self._label.font()).horizontalAdvance(self._label.text()) + 2
        beside = sum(button.sizeHint().width() + self._row.spacing() for button in self._buttons)
        margins = self._row.contentsMargins()
        room = max(120, most - beside - margins.left() - margins.right())
        self._label.setWordWrap(whole > room)
        self._label.setFixedWidth(min(whole, room))
        if whole > room:
            self._label.setFixedHeight(self._label.heightForWidth(room))
        else:
            self._label.setFixedHeight(self._label.sizeHint().height())
        self._rise.stop()
        self._row.activate()
        self._frame.activate()
        self.resize(self._frame.sizeHint())
        x = (self.host.width() - self.width()) // 2
        y = self.host.height() - _FROM_BOTTOM - self.height() + self.margin
        self.move(x, max(0, y))

    def enterEvent(self, event: QEvent) -> None:
        """The mouse came: it waits."""
        self.timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left: the time starts anew."""
        self._wait()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_toast()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keyboard came to a button or left it."""
        if watched in self._buttons and isinstance(event, QFocusEvent):
            if event.gotFocus():
                self.timer.stop()
            else:
                QTimer.singleShot(0, self, self._wait)
        return super().eventFilter(watched, event)

    # --- how ---

    def _next(self) -> None:
        toast = self._queue.popleft()
        self._current = toast
        self._stays = toast.stays
        for old in self._buttons:
            old.hide()
            old.deleteLater()
        self._buttons = []
        self._label.setText(toast.sentence)
        self.setAccessibleName(toast.sentence)
        for text, choice in toast.choices:
            self._add(text, choice)
        if toast.stays:
            self._add("✕", lambda: None, name=_("Close"))
        self._row.setContentsMargins(16, 7, 10 if self._buttons else 16, 7)
        self.card.setMinimumHeight(38)
        self.float_up()
        duration = min(
            _RISES, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        )
        if duration > 0:  # 0 where the system was told to show less motion
            end = self.pos()
            self._rise.setDuration(duration)
            self._rise.setStartValue(end + QPoint(0, 10))
            self._rise.setEndValue(end)
            self._rise.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._wait()
        self.shown.emit(toast.sentence)

    def _add(self, text: str, choice: Callable[[], None], name: str = "") -> None:
        button = QPushButton(text.replace("&", "&&"), self.card)
        button.setProperty("kind", "toast")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(name or text)
        button.setAutoDefault(True)  # Return presses it

        def chosen() -> None:
            self.close_toast()
            choice()

        button.clicked.connect(chosen)
        button.installEventFilter(self)
        self._row.addWidget(button)
        self._buttons.append(button)

    def _wait(self) -> None:
        if self.isVisible() and not self._stays and not self.holding():
            self.timer.start(self.lasts)
