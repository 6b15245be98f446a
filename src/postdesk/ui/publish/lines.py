"""The lines of the popover: each keeps its place and the keyboard while others come, go or change their words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.style import restyle

_MARKS = {
    "ok": "✓",
    "note": "·",
    "looking": "…",
    "warning": "!",
    "error": "✕",
    "waiting": "·",
    "running": "…",
}
_KINDS = {
    "ok": "good", "note": "faint", "looking": "soft", "warning": "warn", "error": "bad", "waiting": "faint",
    "running": "soft",
}  # fmt: skip
_SPOKEN = {
    "ok": _("Fine"),
    "note": _("Note"),
    "looking": _("Being looked at"),
    "warning": _("Warning"),
    "error": _("Must be mended"),
    "waiting": _("To do"),
    "running": _("Now"),
}
_SPACE = 8  # px between two lines


@dataclass(frozen=True, slots=True)
class Remark:
    """One line. `level` is "ok", "note", "looking", "warning", "error", "waiting" or "running"; `action` names what its
    link does (sent back by `asked`), with `label` on it; both "" for none. A line takes the place of the one before
    with the same `key`, "" for its own sentence. `more` is shown when the pointer rests on it."""

    level: str
    sentence: str
    action: str = ""
    label: str = ""
    key: str = ""
    more: str = ""


class Lines(QScrollArea):
    """All lines, in a column that scrolls where the window is too small for it. `asked(action)` when a link is
    pressed."""

    asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("What publishing will do"))
        self._ground = QWidget(self)
        self._ground.setObjectName("popoverGround")
        self._column = QVBoxLayout(self._ground)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACE)
        self._column.addStretch(1)
        self.setWidget(self._ground)
        self._lines: dict[str, _Line] = {}

    def set_remarks(self, remarks: tuple[Remark, ...]) -> None:
        """Show these, in this order."""
        wanted: dict[str, Remark] = {}
        for number, remark in enumerate(remarks):
            key = remark.key or remark.sentence
            wanted[key if key not in wanted else f"{key}\n{number}"] = remark
        for key in self._lines.keys() - wanted.keys():
            line = self._lines.pop(key)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place, (key, remark) in enumerate(wanted.items()):
            there = self._lines.get(key)
            if there is None:
                there = self._lines[key] = _Line(self._ground)
                there.link.clicked.connect(lambda _checked=False, line=there: self.asked.emit(line.action))
                self._column.insertWidget(place, there)
            elif self._column.indexOf(there) != place:
                self._column.removeWidget(there)
                self._column.insertWidget(place, there)
            there.set_remark(remark)
            there.show()  # a layout counts only what is shown, and shows what is new one turn later
        self._lines = {key: self._lines[key] for key in wanted}
        before = None
        for line in self._lines.values():
            if before is not None:
                QWidget.setTabOrder(before, line.link)
            before = line.link

    @property
    def links(self) -> list[QPushButton]:
        """The links that can be pressed, from the top."""
        return [line.link for line in self._lines.values() if line.action]

    def height_at(self, width: int) -> int:
        """px that all lines take at this width."""
        for line in self._lines.values():
            line.fit(width)
        self._column.invalidate()
        column = self._column
        return column.totalHeightForWidth(width) if column.hasHeightForWidth() else column.sizeHint().height()

    def minimumSizeHint(self) -> QSize:
        """It may be as low as one line."""
        return QSize(0, self.fontMetrics().height())


class _Line(QWidget):
    """A mark, a sentence, and perhaps a link."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.action = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self._mark = QLabel()
        self._mark.setFixedWidth(18)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        row.addWidget(self._text, 1)
        self.link = QPushButton()
        self.link.setProperty("kind", "link")
        self.link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.link.hide()
        row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(0)
        self._row = row
        self._level = ""

    def fit(self, width: int) -> None:
        """The link stands right behind its sentence where both have room in one line of `width` px."""
        for part in (self, self._text, self.link):
            part.ensurePolished()  # letters have their size then
        high = self.fontMetrics().height() + 4
        self.setMinimumHeight(high)
        self._mark.setFixedHeight(high)
        self.link.setFixedHeight(high)
        beside = self._mark.width() + self._row.spacing()
        if self.action:
            beside += self.link.sizeHint().width() + self._row.spacing()
        wraps = self._text.fontMetrics().horizontalAdvance(self._text.text()) + beside + 4 > width
        self._text.setWordWrap(wraps)
        self._text.setMinimumHeight(0 if wraps else high)
        self._row.setStretchFactor(self._text, int(wraps))
        self._row.setStretch(self._row.count() - 1, int(not wraps))

    def set_remark(self, remark: Remark) -> None:
        """Show another remark in this line."""
        turned = remark.level != self._level
        if turned:
            self._level = remark.level
            self._mark.setText(_MARKS[remark.level])
            self._mark.setProperty("kind", _KINDS[remark.level])
            self._mark.setAccessibleName(_SPOKEN[remark.level])
            restyle(self._mark)
        spoken = f"{_SPOKEN[remark.level]}: {remark.sentence}"
        changed = spoken != self._text.accessibleName()
        self._text.setText(remark.sentence)
        self._text.setAccessibleName(spoken)
        self._text.setToolTip(remark.more)
        self.action = remark.action
        self.link.setText(remark.label.replace("&", "&&"))
        self.link.setAccessibleName(f"{remark.label}: {remark.sentence}" if remark.action else "")
        if bool(remark.action) == self.link.isHidden():
            self.link.setVisible(bool(remark.action))
        if changed and self.isVisible() and remark.level in ("warning", "error"):
            QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))
