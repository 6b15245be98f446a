"""Two versions of a text side by side, mine on the left: she decides where they differ, and the rest is merged.

It takes the place of the editor while she looks, and can be left at any time: nothing is changed before "Use This".
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.ui.conflict.passage import Passage, plain_label
from postdesk.ui.conflict.question import Question
from postdesk.ui.conflict.rows import Row, folded

_MOST = 300  # rows that need no decision


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to show: the titles of both sides ("Here", "In the file · changed 15:12"), a sentence, and the rows."""

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
        self._scroll = QScrollArea()
        self._lay()
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.later.clicked.connect(self.closed)
        self.use.clicked.connect(self._finish)
        self._say()

    def begin(self) -> None:
        """Give the keyboard to the first conflict, once the view is shown."""
        if self.questions:
            self._go_to(0)
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
        for title in (self._comparison.mine, self._comparison.theirs):
            label = plain_label(title)
            label.setProperty("kind", "subheading")
            titles.addWidget(label, 1)
        self._scroll.setWidget(self._passages())
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

    def _passages(self) -> QWidget:
        ground = QWidget()
        ground.setObjectName("passages")
        grid = QGridLayout(ground)
        grid.setContentsMargins(14, 14, 14, 24)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        count = sum(row.conflict for row in self._comparison.rows)
        sides = (self._comparison.mine, self._comparison.theirs)
        at = 0
        for row in folded(self._comparison.rows, _MOST):
            if isinstance(row, int):
                words = ngettext("{count} more paragraph", "{count} more paragraphs", row).format(count=row)
                label = plain_label(f"··· {words} ···")
                label.setProperty("kind", "faint")
                label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                grid.addWidget(label, at, 0, 1, 2)
            elif row.conflict:
                place = _("{number} of {count}").format(number=len(self.questions) + 1, count=count)
                question = Question(row, sides, place, ground)
                question.decided.connect(self._say)
                for button in question.buttons.values():
                    button.installEventFilter(self)
                self.questions.append(question)
                grid.addWidget(question.mine, at, 0)
                grid.addWidget(question.theirs, at, 1)
                grid.addWidget(question.bar, at + 1, 0, 1, 2)
                at += 1
            else:
                here = row.note if row.mine_level in ("added", "removed") else ""
                there = row.note if row.theirs_level in ("added", "removed") else ""
                grid.addWidget(Passage(sides[0], row.mine, here, row.mine_level, row.mine_marks), at, 0)
                grid.addWidget(
                    Passage(sides[1], row.theirs, there, row.theirs_level, row.theirs_marks), at, 1
                )
            at += 1
        grid.setRowStretch(at, 1)
        return ground

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
        left = sum(question.choice is None for question in self.questions)
        words = (
            ngettext("{count} paragraph to decide", "{count} paragraphs to decide", left).format(count=left)
            if left
            else _("everything is decided")
        )
        self.sentence.setText(f"{self._comparison.sentence} · {words}")
        for button in (self.previous, self.next):
            button.setEnabled(len(self.questions) > 1)
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
