"""The popover that shows what publishing will do: steps and remarks in words; nothing goes out before its button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QDateTime, QEvent, QPoint, Qt, QTimeZone, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.ui.overlay import Overlay
from postdesk.ui.theme import Theme

WIDTH = 372  # px at 100 %
_MARKS = {"ok": "✓", "warning": "!", "error": "✕", "waiting": "·", "running": "…"}
_KINDS = {"ok": "good", "warning": "warn", "error": "bad", "waiting": "faint", "running": "soft"}
_SPOKEN = {
    "ok": _("Fine"),
    "warning": _("Warning"),
    "error": _("Must be mended"),
    "waiting": _("To do"),
    "running": _("Now"),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One line. `level` is "ok", "warning", "error", "waiting" or "running"; `action` names what its link does
    (sent back by `PublishPopover.asked`), with `label` on it; both "" for none."""

    level: str
    sentence: str
    action: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """All that the popover shows. `button` is what pressing it does ("Publish now"); "" while nothing can go out."""

    heading: str
    below: str
    remarks: tuple[Remark, ...]
    button: str
    can_schedule: bool = False


class PublishPopover(Overlay):
    """A panel over the window's corner. `confirmed(when)` carries a datetime with offset for a schedule, else None."""

    confirmed = Signal(object)
    asked = Signal(str)
    closed = Signal()

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host, theme, name="popover", radius=12)
        self.setAccessibleName(_("Publish"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card.setFixedWidth(WIDTH)
        self._corner = QPoint()
        column = QVBoxLayout(self.card)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        self._heading = _words("heading")
        self._below = _words("soft")
        column.addWidget(self._heading)
        column.addWidget(self._below)
        column.addSpacing(6)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        column.addLayout(self._lines)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(4)
        self._progress.setAccessibleName(_("Looking"))
        column.addWidget(self._progress)
        self._when = QDateTimeEdit()
        self._when.setCalendarPopup(True)
        self._when.setDisplayFormat(_("d MMM yyyy, HH:mm"))
        self._when.setAccessibleName(_("Publish at"))
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
        self._look = Look("", "", (), "")

    def open_at(self, corner: QPoint) -> None:
        """Show it with its upper right corner there (in the host's coordinates), and give it the keyboard."""
        self._when.hide()
        self._corner = corner
        self.float_up()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_looking(self, heading: str) -> None:
        """While the plan is made: the heading and a moving line."""
        self.set_look(Look(heading, _("Looking at what there is to do…"), (), ""))
        self._progress.show()

    def set_look(self, look: Look) -> None:
        """Show what will happen."""
        self._look = look
        if self.isVisible():
            # A button that is hidden would pass the keyboard on to the preview.
            self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._progress.hide()
        self._heading.setText(look.heading)
        self._below.setText(look.below)
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for remark in look.remarks:
            line = self._line(remark)
            self._lines.addWidget(line)
            line.show()  # a layout counts only what is shown, and shows what is new one turn later
        self._schedule.setVisible(look.can_schedule)
        self._confirm.setVisible(bool(look.button))
        self._name_button()
        self.place()
        if self.isVisible() and look.button:
            self._confirm.setFocus(Qt.FocusReason.PopupFocusReason)

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
        self._when.setFocus()
        self._name_button()
        self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, Return confirms."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_popover()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._confirm.isVisible():
            self._go()
        else:
            super().keyPressEvent(event)

    def close_popover(self) -> None:
        """Hide it; nothing goes out."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def place(self) -> None:
        """Below the button, as tall as what it says."""
        inside = self.card.layout()
        if inside is not None:
            inside.activate()
            tall = (
                inside.totalHeightForWidth(WIDTH)
                if inside.hasHeightForWidth()
                else inside.sizeHint().height()
            )
            self.card.setFixedHeight(tall)
            self.resize(WIDTH + 2 * self.margin, tall + 2 * self.margin)
        left = self._corner.x() - self.width() + self.margin
        self.move(max(8 - self.margin, left), self._corner.y() + 6 - self.margin)

    def changeEvent(self, event: QEvent) -> None:
        """A change of the theme may change its size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self.place()

    def _name_button(self) -> None:
        self._confirm.setText(_("Schedule") if self._when.isVisibleTo(self) else self._look.button)

    def _go(self) -> None:
        when: datetime | None = None
        if self._when.isVisibleTo(self):
            when = datetime.fromtimestamp(self._when.dateTime().toSecsSinceEpoch()).astimezone()
        self.hide()
        self.confirmed.emit(when)

    def _line(self, remark: Remark) -> QWidget:
        line = QWidget(self.card)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        mark = QLabel(_MARKS[remark.level])
        mark.setProperty("kind", _KINDS[remark.level])
        mark.setFixedWidth(18)
        mark.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        mark.setAccessibleName(_SPOKEN[remark.level])
        row.addWidget(mark)
        text = _words("")
        text.setText(remark.sentence)
        row.addWidget(text, 1)
        if remark.action:
            link = QPushButton(remark.label)
            link.setProperty("kind", "link")
            link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            link.clicked.connect(lambda: self.asked.emit(remark.action))
            row.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
        return line


def _words(kind: str) -> QLabel:
    """A label for text that may come from a post or a server: never read as rich text."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if kind:
        label.setProperty("kind", kind)
    return label
