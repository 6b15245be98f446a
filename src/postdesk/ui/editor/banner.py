"""Notices above the text: a sentence and what she can do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

Level = Literal["note", "warn", "bad"]
Choice = tuple[str, Callable[[], object]]  # a button's label and what it does


class Banners(QWidget):
    """One row for every key; showing a key again replaces its row. `chosen`: one of the buttons was pressed."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banners")
        self._rows: dict[str, QFrame] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def show_banner(self, key: str, level: Level, sentence: str, choices: Sequence[Choice] = ()) -> None:
        """Shows `sentence` (plain text) with a button for each of `choices`."""
        self.hide_banner(key)
        row = QFrame(self)
        row.setProperty("kind", "banner")
        row.setProperty("level", level)
        row.setAccessibleName(sentence)
        line = QHBoxLayout(row)
        line.setContentsMargins(16, 7, 12, 7)
        line.setSpacing(8)
        words = QLabel(sentence, row)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setMinimumWidth(1)
        line.addWidget(words, 1)
        for label, act in choices:
            button = QPushButton(label, row)
            button.setProperty("kind", "quiet")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, act=act: self._choose(act))
            line.addWidget(button)
        self._rows[key] = row
        self._column.addWidget(row)
        row.show()
        self.show()

    def _choose(self, act: Callable[[], object]) -> None:
        """Carry out a choice; the keyboard, which the button had, goes back to the text and not to what comes next."""
        act()
        self.chosen.emit()

    def hide_banner(self, key: str) -> None:
        """Takes the notice away; a key that is not shown is no error."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))

    def banners(self) -> tuple[str, ...]:
        """The keys of what is shown."""
        return tuple(self._rows)
