"""Two versions of a text side by side: she decides where they differ, and the rest is merged.

It takes the place of the editor while she looks, and can be left at any time: nothing is changed before "Use This".
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.ui.conflict.passages import Passages
from postdesk.ui.conflict.question import Question
from postdesk.ui.conflict.rows import Row
from postdesk.ui.conflict.words import plain_label


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to show: the titles of both sides ("Here", which is on the right, and "In the file · changed 15:12"), a
    sentence, and the rows."""

    mine: str
    theirs: str
    sentence: str
    rows: tuple[Row, ...]


class ConflictView(QWidget):
    """`decided` carries a tuple of choices, one for each conflict in order; `closed` when she leaves it for later."""

    decided = Signal(object)
    closed = Signal()

    def __init__(self, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conflict")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Two versions side by side"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._comparison = comparison
        self._current = -1
        self.questions: list[Question] = []
        self.sentence = plain_label("")
        self.previous = _button(_("Previous"), _("Previous difference"))
        self.next = _button(_("Next"), _("Next difference"))
        self.later = _button(_("Not Now"), _("Not now: both versions stay as they are"))
        self.use = _button(_("Use This"), _("Use this text"))
        self.use.setProperty("kind", "primary")
        self._count = sum(row.conflict for row in comparison.rows)
        self._waiting = False  # for the first conflict, which is to have the keyboard
        self.passages = Passages((comparison.mine, comparison.theirs), comparison.rows)
        self.passages.asked.connect(self._asked)
        self._scroll = QScrollArea()
        self._lay()
        self.passages.begin()
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.later.clicked.connect(self.closed)
        self.use.clicked.connect(self._finish)
        self._say()

    def begin(self) -> None:
        """Give the keyboard to the first conflict, once the view is shown."""
        if self.questions:
            self._go_to(0)
        elif self._count:
            self._waiting = True
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """To the next conflict (1) or the one before (-1), and round again."""
        if self.questions:
            self._go_to((self._current + by) % len(self.questions))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it for later."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The conflict whose button has the keyboard is the one that she is at."""
        if event.type() == QEvent.Type.FocusIn:
            place = next((n for n, question in enumerate(self.questions) if question.has_keyboard), -1)
            if place >= 0:
                self._show_current(place)
        return False

    # --- how ---

    def _lay(self) -> None:
        top = QWidget()
        top.setObjectName("conflictTop")
        line = QHBoxLayout(top)
        line.setContentsMargins(24, 8, 16, 8)
        line.setSpacing(8)
        self.sentence.setProperty("kind", "soft")
        line.addWidget(self.sentence, 1)
        for button in (self.previous, self.next, self.later, self.use):
            line.addWidget(button)
        sides = QWidget()
        sides.setObjectName("conflictSides")
        titles = QHBoxLayout(sides)
        titles.setContentsMargins(24, 10, 24, 10)
        titles.setSpacing(24)
        for title in (self._comparison.theirs, self._comparison.mine):
            label = plain_label(title)
            label.setProperty("kind", "subheading")
            titles.addWidget(label, 1)
        self._scroll.setWidget(self.passages)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(sides)
        column.addWidget(self._scroll, 1)
        self.setTabOrder(self.use, self.previous)

    def _asked(self, question: Question) -> None:
        """A conflict is there: it can be decided, and reached by Tab after the one before it."""
        question.decided.connect(self._say)
        last: QWidget = self.questions[-1].last_button if self.questions else self.previous
        for button in question.buttons.values():
            button.installEventFilter(self)
            self.setTabOrder(last, button)
            last = button
        self.questions.append(question)
        if self._waiting and self.hasFocus():
            self._waiting = False
            QTimer.singleShot(0, self, lambda: self._go_to(0))  # once it has its place

    def _go_to(self, place: int) -> None:
        self._show_current(place)
        question = self.questions[place]
        question.take_keyboard()
        for part in (question.bar, question.mine):
            self._scroll.ensureWidgetVisible(part, 0, 40)

    def _show_current(self, place: int) -> None:
        if place == self._current:
            return
        for question in self.questions[self._current : self._current + 1] if self._current >= 0 else []:
            question.set_current(False)
        self._current = place
        self.questions[place].set_current(True)

    def _say(self) -> None:
        """What is left to decide."""
        left = self._count - sum(question.choice is not None for question in self.questions)
        words = (
            ngettext("{count} paragraph to decide", "{count} paragraphs to decide", left).format(count=left)
            if left
            else _("everything is decided")
        )
        self.sentence.setText(f"{self._comparison.sentence} · {words}")
        for button in (self.previous, self.next):
            button.setEnabled(self._count > 1)
        self.use.setEnabled(not left)

    def _finish(self) -> None:
        self.decided.emit(tuple(q.choice for q in self.questions if q.choice is not None))


def _button(label: str, spoken: str) -> QPushButton:
    button = QPushButton(label)
    button.setProperty("kind", "quiet")
    button.setAccessibleName(spoken)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
