"""Notices above the text: a sentence and what she can do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from postdesk.ui.wrapping import WrappingLayout

Level = Literal["note", "warn", "bad"]
Choice = tuple[str, Callable[[], object]]  # a button's label and what it does

_LEAST = 24  # characters that a line of the sentence always has room for
_BESIDE = 40  # characters; with less room beside them the buttons go below the sentence
_GAP, _BELOW = 8, 6  # px between two buttons, and between lines


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
        words = QLabel(sentence, row)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        line = _NoticeLayout(words, row)
        line.setContentsMargins(16, 7, 12, 7)
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

    def take_keyboard(self, key: str) -> None:
        """Give the keyboard to the first button of a notice, if it is shown and has one."""
        row = self._rows.get(key)
        button = row.findChild(QPushButton) if row is not None else None
        if button is not None:
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons that are shown now: a notice that another one replaced lives until the loop deletes it."""
        return tuple(button for row in self._rows.values() for button in row.findChildren(QPushButton))

    def banners(self) -> tuple[str, ...]:
        """The keys of what is shown."""
        return tuple(self._rows)


class _NoticeLayout(WrappingLayout):
    """A sentence and its buttons: beside it where that leaves it room, else below it, in as many lines as they need."""

    def __init__(self, words: QLabel, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self.addWidget(words)

    def minimumSize(self) -> QSize:
        """A few words of the sentence, or the widest of the buttons."""
        wide = min(self._characters(_LEAST), self._whole())
        wide = max([wide, *(item.sizeHint().width() for item in self._items[1:])])
        margins = self.contentsMargins()
        high = max((item.minimumSize().height() for item in self._items[1:]), default=0)
        high = max(high, self._words.fontMetrics().height())
        return QSize(wide + margins.left() + margins.right(), high + margins.top() + margins.bottom())

    def _characters(self, count: int) -> int:
        return self._words.fontMetrics().averageCharWidth() * count

    def _whole(self) -> int:
        """The width in px of the sentence in one line."""
        metrics = self._words.fontMetrics()
        return max(metrics.horizontalAdvance(line) for line in self._words.text().split("\n")) + 2

    def _lay(self, rect: QRect, *, move: bool) -> int:
        area = rect.marginsRemoved(self.contentsMargins())
        sizes = [item.sizeHint() for item in self._items[1:]]
        taken = sum(size.width() + _GAP for size in sizes)
        beside = area.width() - taken >= min(self._characters(_BESIDE), self._whole())
        wide = area.width() - taken if beside else area.width()
        high = self._words.heightForWidth(max(1, wide))
        places: list[QPoint] = []
        if beside:
            bottom = max([high, *(size.height() for size in sizes)])
            x = wide + _GAP
            for size in sizes:
                places.append(QPoint(x, (bottom - size.height()) // 2))
                x += size.width() + _GAP
            words = QRect(0, (bottom - high) // 2, wide, high)
        else:
            x, y, bottom = 0, high + _BELOW, high
            for size in sizes:
                if x and x + size.width() > area.width():
                    x, y = 0, bottom + _BELOW
                places.append(QPoint(x, y))
                x, bottom = x + size.width() + _GAP, max(bottom, y + size.height())
            words = QRect(0, 0, wide, high)
        if move:
            widths = [size.boundedTo(QSize(max(1, area.width()), size.height())) for size in sizes]
            for item, place in zip(self._items, [words, *map(QRect, places, widths)]):
                left = area.width() - place.right() - 1 if self._words.isRightToLeft() else place.left()
                item.setGeometry(place.translated(area.x() + left - place.left(), area.y()))
        margins = self.contentsMargins()
        return margins.top() + bottom + margins.bottom()
