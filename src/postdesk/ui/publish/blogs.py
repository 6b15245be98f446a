"""The popover for several blogs: where the post stands on each, and which of them it goes to now."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.labels import plain_label
from postdesk.ui.overlay import Overlay
from postdesk.ui.theme import Theme

WIDTH = 340  # px at 100 %


@dataclass(frozen=True, slots=True)
class BlogRow:
    """One blog. `words` say where the post stands there, `does` what sending it comes to ("Update"); `remark` what to
    know before; `problem` why it cannot go there ("" when it can)."""

    key: str
    name: str
    words: str
    does: str
    chosen: bool = False
    problem: str = ""
    remark: str = ""


class BlogsPopover(Overlay):
    """A panel below the button. `confirmed(keys)` carries the chosen ones, in their order."""

    confirmed = Signal(object)
    closed = Signal()

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host, theme, name="popover", radius=12)
        self.setAccessibleName(_("Publish to several blogs"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card.setFixedWidth(WIDTH)
        self._corner = QPoint()
        self._boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self.card)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        self._heading = plain_label(_("Publish to Several Blogs"), "heading")
        column.addWidget(self._heading)
        column.addWidget(plain_label(_("Each goes out by itself; one that fails holds up no other."), "soft"))
        column.addSpacing(8)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(10)
        column.addLayout(self._rows)
        column.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self.confirm = QPushButton()
        self.confirm.setProperty("kind", "primary")
        self.confirm.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.confirm.setAutoDefault(True)
        self.confirm.clicked.connect(self._go)
        buttons.addWidget(self.confirm)
        column.addLayout(buttons)

    @property
    def boxes(self) -> tuple[QCheckBox, ...]:
        """The check boxes, in the order of the blogs."""
        return tuple(self._boxes.values())

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the blogs that are ticked."""
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def open_at(self, corner: QPoint, rows: tuple[BlogRow, ...]) -> None:
        """Show these blogs, with the upper right corner there (in the host's coordinates), and give it the keyboard."""
        self._corner = corner
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._boxes.clear()
        for row in rows:
            line = self._line(row)
            self._rows.addWidget(line)
            line.show()
        self._name_button()
        self.float_up()
        first = next((b for b in self.boxes if b.isEnabled()), self)
        (self.confirm if self.chosen else first).setFocus(Qt.FocusReason.PopupFocusReason)

    def close_popover(self) -> None:
        """Hide it; nothing goes out."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes, Return confirms."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_popover()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.confirm.isEnabled():
            self._go()
        else:
            super().keyPressEvent(event)

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

    def _go(self) -> None:
        chosen = self.chosen
        if chosen:
            self.hide()
            self.confirmed.emit(chosen)

    def _name_button(self) -> None:
        count = len(self.chosen)
        self.confirm.setEnabled(count > 0)
        self.confirm.setText(
            ngettext("Send to {count} Blog", "Send to {count} Blogs", count).format(count=count)
            if count
            else _("Choose a Blog")
        )

    def _line(self, row: BlogRow) -> QWidget:
        line = QWidget(self.card)
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        box = QCheckBox(row.name.replace("&", "&&"), line)
        box.setChecked(row.chosen and not row.problem)
        box.setEnabled(not row.problem)
        says = row.problem or " · ".join(w for w in (row.words, row.does) if w)
        box.setAccessibleName(f"{row.name}: {says}")
        box.toggled.connect(self._name_button)
        column.addWidget(box)
        below = plain_label(says, "bad" if row.problem else "soft")
        below.setContentsMargins(26, 0, 0, 0)
        column.addWidget(below)
        if row.remark and not row.problem:
            remark = plain_label(row.remark, "warn")
            remark.setContentsMargins(26, 0, 0, 0)
            column.addWidget(remark)
        self._boxes[row.key] = box
        return line
