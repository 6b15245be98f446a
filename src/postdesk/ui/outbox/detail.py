"""One post of the outbox in whole: its sentence, its steps while it is sent, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.publishing.running import Running
from postdesk.ui.labels import plain_label
from postdesk.ui.outbox.rows import WaitingPost
from postdesk.ui.style import restyle

_MOST = 6  # steps
BUTTONS = (
    ("sign_in", _("Type the Password…"), "primary"),
    ("compare", _("Compare…"), "primary"),
    ("restore", _("Restore and Update"), "primary"),
    ("as_new", _("Publish as New"), "primary"),
    ("keep_draft", _("Keep as Draft"), "quiet"),
    ("resume", _("Go On"), "primary"),
    ("retry", _("Try Now"), "quiet"),
    ("now", _("Publish Now"), "quiet"),
    ("stop", _("Stop"), "quiet"),
    ("pause", _("Pause"), "quiet"),
    ("take_back", _("Take Back"), "quiet"),
    ("open", _("Open Post"), "link"),
    ("history", _("History of Publishing…"), "link"),
)
"""The buttons by name, in their order."""


class Detail(QWidget):
    """Told a row; `pressed(name, key)` says what she wants done with it."""

    pressed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: WaitingPost | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.title, self.blog = plain_label(kind="heading"), plain_label(kind="small")
        self.line, self.sentence = plain_label(kind="soft"), plain_label(kind="soft")
        self.bar = QProgressBar()
        self.bar.setAccessibleName(_("How much is done"))
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self._steps = QGridLayout()
        self._steps.setHorizontalSpacing(8)
        self._steps.setColumnStretch(1, 1)
        self._marks = [(plain_label(kind="soft"), plain_label(kind="soft")) for _n in range(_MOST)]
        for place, (mark, words) in enumerate(self._marks):
            self._steps.addWidget(mark, place, 0)
            self._steps.addWidget(words, place, 1)
        for widget in (self.title, self.blog, self.line, self.sentence):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addLayout(self._steps)
        column.addSpacing(8)
        column.addWidget(self.bar)
        column.addStretch()
        does, leads = QHBoxLayout(), QHBoxLayout()
        does.setSpacing(8)
        self.buttons: dict[str, QPushButton] = {}
        for name, words_, kind in BUTTONS:
            button = QPushButton(words_, self)
            button.setProperty("kind", kind)
            button.setAutoDefault(False)
            button.hide()
            button.clicked.connect(lambda _checked, n=name: self._press(n))
            self.buttons[name] = button
            (leads if kind == "link" else does).addWidget(button)
        for row in (leads, does):
            row.addStretch()
            column.addLayout(row)
        self.show_row(None, "")

    def show_row(self, row: WaitingPost | None, line: str) -> None:
        """Show a row with its line of now; None for nothing."""
        self._row = row
        _say(self.title, (row.title or _("Untitled")) if row else "")
        _say(self.blog, row.blog if row else "")
        _say(self.line, line)
        level = row.level if row else "soft"
        if self.line.property("kind") != level:
            self.line.setProperty("kind", level)
            restyle(self.line)
        _say(self.sentence, row.sentence if row else "")
        running = row.running if row else None
        self._show_steps(running)
        self.bar.setVisible(running is not None)
        if running is not None:
            self.bar.setValue(round(1000 * running.fraction))
        for name, button in self.buttons.items():
            wanted = row is not None and name in row.can
            if button.isHidden() == wanted:
                button.setVisible(wanted)
            if wanted and row is not None:
                button.setAccessibleName(_("{what}: {title}").format(what=button.text(), title=row.title))

    def _show_steps(self, running: Running | None) -> None:
        steps = running.steps if running else ()
        at = running.at if running else 0
        for place, (mark, words) in enumerate(self._marks):
            there = place < len(steps)
            mark.setVisible(there)
            words.setVisible(there)
            if not there:
                continue
            sign, said, kind = (
                ("✓", _("Done: {step}"), "good")
                if place < at
                else ("●", _("Now: {step}"), "")
                if place == at
                else ("○", _("To come: {step}"), "faint")
            )
            _say(mark, sign)
            _say(words, steps[place])
            words.setAccessibleName(said.format(step=steps[place]))
            for label in (mark, words):
                if label.property("kind") != kind:
                    label.setProperty("kind", kind)
                    restyle(label)

    def _press(self, name: str) -> None:
        if self._row is not None:
            self.pressed.emit(name, self._row.key)


def _say(label: QLabel, words: str) -> None:
    if label.text() != words:
        label.setText(words)
        label.setAccessibleName(words)
    if label.isHidden() == bool(words):
        label.setVisible(bool(words))
