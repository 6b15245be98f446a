"""The popover that shows what publishing will do: steps and remarks in words; nothing goes out before its button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QDateTime, QEvent, QPoint, Qt, QTimeZone, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.ui.labels import plain_label
from postdesk.ui.overlay import Overlay
from postdesk.ui.publish.lines import Lines, Remark
from postdesk.ui.theme import Theme

WIDTH = 372  # px at 100 %
_EDGE = 16  # px around what it says
_ROOM_BELOW = 12  # px between it and the window's lower edge


@dataclass(frozen=True, slots=True)
class Look:
    """All that the popover shows. `button` is what pressing it does ("Publish now"); "" while nothing can go out. What
    was a button when it opened stays where it is, and cannot be pressed."""

    heading: str
    below: str
    remarks: tuple[Remark, ...]
    button: str
    can_schedule: bool = False


class PublishPopover(Overlay):
    """A panel under the one button. `confirmed(when)` carries a datetime with offset for a schedule, else None;
    `timed(when)` the moment that stands there now, before she confirms it.

    What it says may change while it is open. Its buttons do not move under the pointer then: it grows only while the
    pointer is beside none of them, scrolls until then, and never becomes smaller; the keyboard stays where it is.
    """

    timed = Signal(object)
    confirmed = Signal(object)
    asked = Signal(str)
    closed = Signal()

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host, theme, name="popover", radius=12)
        self.setAccessibleName(_("Publish"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._corner = QPoint()
        self._tall = 0  # px of the card since it was opened
        column = QVBoxLayout(self.card)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.setSpacing(4)
        self._heading = plain_label(kind="heading")
        self._below = plain_label(kind="soft")
        column.addWidget(self._heading)
        column.addWidget(self._below)
        column.addSpacing(6)
        self.lines = Lines(self.card)
        column.addWidget(self.lines, 1)
        self._when = QDateTimeEdit()
        self._when.setCalendarPopup(True)
        self._when.setDisplayFormat(_("d MMM yyyy, HH:mm"))
        self._when.setAccessibleName(_("Publish at"))
        self._when.setToolTip(_("By the clock of this computer"))
        self._when.hide()
        self._when.dateTimeChanged.connect(self._tell_time)
        column.addSpacing(6)
        column.addWidget(self._when)
        column.addSpacing(6)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self._schedule = QPushButton(_("Schedule…"))
        self._schedule.setProperty("kind", "quiet")
        self._confirm = QPushButton()
        self._confirm.setProperty("kind", "primary")
        self._confirm.setDefault(True)
        for button in (self._schedule, self._confirm):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            buttons.addWidget(button)
        column.addLayout(buttons)
        self._schedule.clicked.connect(self.choose_time)
        self._confirm.clicked.connect(self._go)
        self.lines.asked.connect(self.asked)
        self._look = Look("", "", (), "")

    def open_at(self, corner: QPoint) -> None:
        """Show it with its upper outer corner there (in the host's coordinates), and give it the keyboard. The outer
        one is the right one, or the left one where text runs from right to left."""
        self._when.hide()
        self._corner = corner
        self._tall = 0
        self.float_up()
        self._take_keyboard()

    def set_look(self, look: Look) -> None:
        """Show what will happen."""
        had_button, self._look = bool(self._look.button), look
        self._heading.setText(look.heading)
        self._below.setText(look.below)
        focused = self._focused()
        holds = focused is not None and (focused is self or self.isAncestorOf(focused))
        if holds and not look.button:
            # A button that cannot be pressed would pass the keyboard on to the preview.
            self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.lines.set_remarks(look.remarks)
        if not self.isVisible() or look.button or not had_button:
            self._schedule.setVisible(look.can_schedule)
            self._confirm.setVisible(bool(look.button))
        self._schedule.setEnabled(look.can_schedule)
        self._confirm.setEnabled(bool(look.button))
        self._name_button()
        self._order_tabs()
        self.place()
        gone = focused is not None and not focused.isVisibleTo(self)
        if holds and (gone or self._focused() in (None, self)):
            self._take_keyboard()

    @property
    def is_ready(self) -> bool:
        """Whether it is shown and its button can be pressed."""
        return self.isVisible() and bool(self._look.button)

    def choose_time(self) -> None:
        """Offer a date and time: the next full hour to begin with."""
        soon = (datetime.now().astimezone() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        self._when.setDateTime(
            QDateTime.fromSecsSinceEpoch(int(soon.timestamp()), QTimeZone.systemTimeZone())
        )
        self._when.show()
        self._tell_time()
        self._when.setFocus()
        self._name_button()
        self._tall = 0
        self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, Return confirms."""
        bar = self.lines.verticalScrollBar()
        if event.key() == Qt.Key.Key_Escape:
            self.close_popover()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self._focused()
            if (
                isinstance(focused, QPushButton)
                and focused is not self._confirm
                and self.isAncestorOf(focused)
            ):
                focused.click()  # a way out that has the keyboard is not the button that sends
            else:
                self._go()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_Down):
            bar.setValue(bar.value() + bar.pageStep() // 2)
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_Up):
            bar.setValue(bar.value() - bar.pageStep() // 2)
        else:
            super().keyPressEvent(event)

    def close_popover(self) -> None:
        """Hide it; nothing goes out."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def place(self) -> None:
        """Below the button, as tall as what it says, and inside the window."""
        wide = min(self._wide(), self.host.width() - 16)
        top = self._corner.y() + 6
        inner = wide - 2 * _EDGE - 2  # px; the card's frame
        self.lines.setFixedHeight(self.lines.height_at(inner))
        inside = self.card.layout()
        if inside is not None:
            self.card.setFixedWidth(wide)
            inside.activate()
            wanted = (
                inside.totalHeightForWidth(wide) if inside.hasHeightForWidth() else inside.sizeHint().height()
            )
            wanted = max(wanted, self._tall)
            if self._tall and self.isVisible() and self._is_pointed_at():
                wanted = self._tall
            tall = min(wanted, max(120, self.host.height() - top - _ROOM_BELOW))
            self.lines.setMinimumHeight(0)
            self.lines.setMaximumHeight(16_777_215)
            self.card.setFixedHeight(tall)
            self.resize(wide + 2 * self.margin, tall + 2 * self.margin)
            if self.isVisible():
                self._tall = tall
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left = min(self._corner.x(), self.host.width() - wide - 8) - self.margin
        else:
            left = max(8 - self.margin, self._corner.x() - self.width() + self.margin)
        self.move(left, top - self.margin)

    def showEvent(self, event: QShowEvent) -> None:
        """From now on it stays as tall as it is."""
        super().showEvent(event)
        self._tall = self.card.height()

    def leaveEvent(self, event: QEvent) -> None:
        """What came while the pointer was in it gets its room."""
        super().leaveEvent(event)
        self.place()

    def changeEvent(self, event: QEvent) -> None:
        """A change of the theme may change its size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self.place()

    def _wide(self) -> int:
        """px; more where letters are larger than usual."""
        return max(WIDTH, self.fontMetrics().averageCharWidth() * 46)

    def _is_pointed_at(self) -> bool:
        """Whether the pointer is at the height of a button, or of a line: what is about to be clicked stays there."""
        at = self.mapFromGlobal(QCursor.pos())
        buttons = [b for b in self.findChildren(QPushButton) if b.isVisible()]
        tops = [b.mapTo(self, QPoint(0, 0)).y() for b in buttons]
        near = any(top - 8 <= at.y() <= top + b.height() + 8 for top, b in zip(tops, buttons, strict=True))
        return near and self.card.geometry().contains(at)

    def _focused(self) -> QWidget | None:
        return self.window().focusWidget() if self.isVisible() else None

    def _take_keyboard(self) -> None:
        """To the button, or where there is none to the first way out."""
        links = self.lines.links
        target = self._confirm if self._look.button else links[0] if links else self
        target.setFocus(Qt.FocusReason.PopupFocusReason)

    def _order_tabs(self) -> None:
        """As it is read: the ways out from the top, the time, the buttons."""
        before: QWidget = self
        for widget in (*self.lines.links, self._when, self._schedule, self._confirm):
            self.setTabOrder(before, widget)
            before = widget

    def _name_button(self) -> None:
        label = _("Schedule") if self._when.isVisibleTo(self) else self._look.button
        if label:
            self._confirm.setText(label)

    def _go(self) -> None:
        if not self._look.button:
            return
        when = self._moment() if self._when.isVisibleTo(self) else None
        self.hide()
        self.confirmed.emit(when)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._when.dateTime().toSecsSinceEpoch()).astimezone()

    def _tell_time(self) -> None:
        if self._when.isVisibleTo(self):
            self.timed.emit(self._moment())


__all__ = ["Look", "PublishPopover", "Remark"]
