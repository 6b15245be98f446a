"""What the windows of import and export are both made of: words, buttons, a bar that fills, and news from a task."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton, QWidget

from postdesk.exchange.values import Problem

_PAUSE = 0.05  # seconds between two news of one task
_MOST_SHOWN = 12


class News(QObject):
    """Carries how far a task is to the window's thread: `told(done, of, title)`, `of` -1 where it is not known."""

    told = Signal(int, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last = 0.0

    def tell(self, done: int, of: int | None, title: str) -> None:
        """From the task's own thread."""
        now = time.monotonic()
        if now - self._last >= _PAUSE or done == of:
            self._last = now
            self.told.emit(done, -1 if of is None else of, title)


def label(kind: str, words: str = "") -> QLabel:
    """Words that wrap; they are plain text wherever they come from."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if kind:
        made.setProperty("kind", kind)
    return made


def button(words: str, kind: str) -> QPushButton:
    """A button that takes the keyboard from Tab only."""
    made = QPushButton(words)
    made.setProperty("kind", kind)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAutoDefault(False)
    return made


def bar(name: str) -> QProgressBar:
    """A thin bar that moves until it is known how long it is."""
    made = QProgressBar()
    made.setTextVisible(False)
    made.setFixedHeight(4)
    made.setAccessibleName(name)
    made.setRange(0, 0)
    return made


def move(progress: QProgressBar, done: int, of: int) -> None:
    """Fill the bar."""
    progress.setRange(0, max(of, 0))
    progress.setValue(min(done, of) if of > 0 else 0)


def listed(problems: Sequence[Problem]) -> str:
    """The first problems, one to a line."""
    rows = [f"{one.where}: {one.sentence}" for one in problems[:_MOST_SHOWN]]
    return "\n".join(rows + ["…"] * (len(problems) > _MOST_SHOWN))


def grow(dialog: QDialog) -> None:
    """Make room for words that have come: Qt does not where some of them wrap."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        wanted = layout.totalHeightForWidth(dialog.width())
        if wanted > dialog.height():
            dialog.resize(dialog.width(), wanted)


def show_all(widgets: Sequence[QWidget], shown: bool) -> None:
    """Show or hide some widgets."""
    for widget in widgets:
        widget.setVisible(shown)
