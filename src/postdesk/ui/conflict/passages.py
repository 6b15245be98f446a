"""The rows of two versions below each other, made a few at a time, so that many of them keep nobody waiting."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.conflict.passage import Passage
from postdesk.ui.conflict.question import Question
from postdesk.ui.conflict.rows import Row, folded
from postdesk.ui.conflict.words import plain_label

_MOST = 300  # rows that need no decision
_FIRST = 10  # rows that are there at once
_TURN = (
    0.005  # seconds in which rows are made, in each turn of the event loop; to show them takes as long again
)
_THEIRS, _MINE = 0, 1  # columns: what is hers is on the right, wherever the other version comes from
_GAP, _BETWEEN = 24, 5  # px between the two versions, and between two rows


class Passages(QWidget):
    """`asked` carries a `Question` as soon as it is there, in the order of the text. `sides`: the versions' titles,
    mine and theirs."""

    asked = Signal(object)

    def __init__(self, sides: tuple[str, str], rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passages")
        self._sides = sides
        self._left = folded(rows, _MOST)
        self._count = sum(row.conflict for row in rows)
        self._asked = 0
        self.is_whole = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 14, 14, 24)
        self._column.setSpacing(_BETWEEN)
        self._column.addStretch(1)
        self._turns = QTimer(self, interval=0)
        self._turns.timeout.connect(lambda: self._make(1))

    def begin(self) -> None:
        """Make what is seen first; the rest comes by itself."""
        self._turns.start()
        self._make(_FIRST)

    def _make(self, least: int) -> None:
        until = time.perf_counter() + _TURN
        part = QWidget()
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(_BETWEEN)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        questions: list[Question] = []
        count = 0
        while count < least or time.perf_counter() < until:
            row = next(self._left, None)
            if row is None:
                self.is_whole = True
                self._turns.stop()
                break
            question = self._put(row, grid)
            questions += [question] if question is not None else []
            count += 1
        self._column.insertWidget(self._column.count() - 1, part)
        for question in questions:
            self.asked.emit(question)

    def _put(self, row: Row | int, grid: QGridLayout) -> Question | None:
        at = grid.rowCount()
        if isinstance(row, int):
            words = ngettext("{count} more paragraph", "{count} more paragraphs", row).format(count=row)
            label = plain_label(f"··· {words} ···")
            label.setProperty("kind", "faint")
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(label, at, 0, 1, 2)
            return None
        if row.conflict:
            self._asked += 1
            place = _("{number} of {count}").format(number=self._asked, count=self._count)
            question = Question(row, self._sides, place, self)
            grid.addWidget(question.mine, at, _MINE)
            grid.addWidget(question.theirs, at, _THEIRS)
            grid.addWidget(question.bar, at + 1, 0, 1, 2)
            return question
        here = row.note if row.mine_level in ("added", "removed") else ""
        there = row.note if row.theirs_level in ("added", "removed") else ""
        mine = Passage(self._sides[0], row.mine, here, row.mine_level, row.mine_marks)
        theirs = Passage(self._sides[1], row.theirs, there, row.theirs_level, row.theirs_marks)
        grid.addWidget(mine, at, _MINE)
        grid.addWidget(theirs, at, _THEIRS)
        return None
