"""One conflict: both paragraphs beside each other, and the buttons that decide it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from postdesk.core.language import _
from postdesk.markup.merge import Choice
from postdesk.ui.conflict.passage import Passage
from postdesk.ui.conflict.rows import Row

_LABELS = {Choice.MINE: _("Keep This"), Choice.THEIRS: _("Keep Theirs"), Choice.BOTH: _("Keep Both")}
_LEVELS = {Choice.MINE: ("added", "out"), Choice.THEIRS: ("out", "added"), Choice.BOTH: ("added", "added")}


class Question(QObject):
    """`decided` when she chose, perhaps anew. `place` is something like "1 of 3"."""

    decided = Signal()

    def __init__(self, row: Row, sides: tuple[str, str], place: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.choice: Choice | None = None
        self.mine = Passage(sides[0], row.mine, row.note, row.mine_level, row.mine_marks)
        self.theirs = Passage(sides[1], row.theirs, row.note, row.theirs_level, row.theirs_marks)
        self.bar = QWidget()
        self.buttons: dict[Choice, QPushButton] = {}
        line = QHBoxLayout(self.bar)
        line.setContentsMargins(10, 0, 10, 8)
        line.setSpacing(6)
        line.addStretch(1)
        for choice, label in _LABELS.items():
            if choice is Choice.BOTH and not row.both:
                continue
            button = QPushButton(label)
            button.setProperty("kind", "tab")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(_("{choice}, {place}").format(choice=label, place=place))
            button.setAccessibleDescription(row.note)
            button.clicked.connect(lambda _on=False, choice=choice: self._choose(choice))
            self.buttons[choice] = button
            line.addWidget(button)

    def _choose(self, choice: Choice) -> None:
        self.choice = choice
        for (
            which,
            button,
        ) in self.buttons.items():  # no group of Qt's, where Tab goes to one of the buttons only
            button.setChecked(which is choice)
        for passage, level in zip((self.mine, self.theirs), _LEVELS[choice]):
            passage.set_level(level)
        self.decided.emit()

    def set_current(self, on: bool) -> None:
        """Whether this is the one that she is at."""
        self.mine.set_current(on)
        self.theirs.set_current(on)

    @property
    def last_button(self) -> QPushButton:
        """The last one in the order of Tab."""
        return list(self.buttons.values())[-1]

    @property
    def has_keyboard(self) -> bool:
        """Whether one of the buttons has it."""
        return any(button.hasFocus() for button in self.buttons.values())

    def take_keyboard(self) -> None:
        """Give it to the button that is pressed, or to the first."""
        self.buttons[self.choice or Choice.MINE].setFocus(Qt.FocusReason.ShortcutFocusReason)
