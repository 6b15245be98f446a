"""A slider through the versions of a post: each is shown as readers would see it, with what has changed since marked,
and comes back whole or by the paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, QTime, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.ui.history.page import VersionPage
from postdesk.ui.sidebar.when import day_words
from postdesk.ui.theme import Theme

_WIDTH, _HEIGHT, _LIST = 1000, 720, 260  # px
_PAUSE = 80  # ms that the slider stands still until a version is read
_MOST = 500  # changes that are listed


@dataclass(frozen=True, slots=True)
class Moment:
    """When a version was replaced, and its size in bytes."""

    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A version beside the text of now. `pieces` are clean HTML, one after the other. `changes`: for each difference a
    word for it ("Changed", "Gone"), the first words of the paragraph, its piece, and whether it can come back."""

    title: str
    pieces: tuple[str, ...]
    changes: tuple[tuple[str, str, int, bool], ...]
    words: int


class HistoryWindow(QDialog):
    """`wanted(place)`: she looks at a version, 0 the oldest. `whole(place)`: it is to come back. `part(place, number)`:
    one of its differences is to come back."""

    wanted = Signal(int)
    whole = Signal(int)
    part = Signal(int, int)

    def __init__(
        self, title: str, moments: Sequence[Moment], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("History of “{title}”").format(title=title or _("Untitled")))
        self.resize(_WIDTH, _HEIGHT)
        self._moments = tuple(moments)
        self._shown: Shown | None = None
        self.when = _label("")
        self.older = _button(_("Older"), _("Older version"))
        self.newer = _button(_("Newer"), _("Newer version"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(_("Version"))
        self.slider.setRange(0, max(0, len(moments) - 1))
        self.slider.setPageStep(max(1, len(moments) // 10))
        self.slider.setValue(len(moments) - 1)
        self.page = VersionPage(theme)
        self.page.setAccessibleName(_("The version"))
        self.changes = QListWidget()
        self.changes.setAccessibleName(_("What has changed since"))
        self.changes.setWordWrap(True)
        self.changes.setSpacing(3)
        self.changes.setFixedWidth(_LIST)
        self.count = _label("")
        self.back = _button(_("Bring This Paragraph Back"), "")
        self.all_back = _button(_("Bring the Whole Version Back"), "")
        self.all_back.setProperty("kind", "primary")
        self.close_button = _button(_("Close"), "")
        self._lay()
        self._still = QTimer(self, singleShot=True, interval=_PAUSE)
        self._still.timeout.connect(lambda: self.wanted.emit(self.slider.value()))
        self.slider.valueChanged.connect(self._slid)
        self.older.clicked.connect(lambda: self.slider.setValue(self.slider.value() - 1))
        self.newer.clicked.connect(lambda: self.slider.setValue(self.slider.value() + 1))
        self.changes.currentRowChanged.connect(self._chosen)
        self.changes.itemActivated.connect(lambda _one: self._bring_back())
        self.back.clicked.connect(self._bring_back)
        self.all_back.clicked.connect(lambda: self.whole.emit(self.slider.value()))
        self.close_button.clicked.connect(self.close)
        self.slider.setFocus()
        self._slid()

    @property
    def place(self) -> int:
        """The version that is looked at, 0 the oldest."""
        return self.slider.value()

    def show_version(self, place: int, shown: Shown) -> None:
        """Show what was read of a version; dropped when she looks at another one by now."""
        if place != self.slider.value():
            return
        self._shown = shown
        self.page.show_version(shown.title, shown.pieces)
        with QSignalBlocker(self.changes):
            self.changes.clear()
            for word, words, _piece, _can in shown.changes[:_MOST]:
                self.changes.addItem(QListWidgetItem(f"{word}: {words}"))
        count = len(shown.changes)
        said = ngettext("{count} difference from now", "{count} differences from now", count)
        self.count.setText(said.format(count=count) if count else _("The same as now."))
        self.all_back.setEnabled(bool(count))
        self._say(shown.words)
        self._chosen(-1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.page.set_theme(theme)

    def closeEvent(self, event: object) -> None:
        self._still.stop()
        self.page.stop()
        super().closeEvent(event)  # type: ignore[arg-type]  # handed on as it came

    # --- how ---

    def _lay(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.older)
        top.addWidget(self.slider, 1)
        top.addWidget(self.newer)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.count)
        side.addWidget(self.changes)
        side.addWidget(self.back)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.page, 1)
        middle.addLayout(side)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.all_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(12)
        column.addWidget(self.when)
        column.addLayout(top)
        column.addLayout(middle, 1)
        column.addLayout(foot)

    def _slid(self) -> None:
        place = self.slider.value()
        self._shown = None
        self.page.stop()
        self.older.setEnabled(place > 0)
        self.newer.setEnabled(place < len(self._moments) - 1)
        self.back.setEnabled(False)
        self.all_back.setEnabled(False)
        self._say(None)
        self._still.start()

    def _say(self, words: int | None) -> None:
        locale, place = QLocale(), self.slider.value()
        moment = self._moments[place].at.astimezone()
        day = day_words(moment, locale, year=True)
        time = locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)
        parts = [_("The text until {day}, {time}").format(day=day, time=time)]
        parts.append(_("version {place} of {count}").format(place=place + 1, count=len(self._moments)))
        if words is not None:
            parts.append(
                ngettext("{count} word", "{count} words", words).format(count=locale.toString(words))
            )
        sentence = " · ".join(parts)
        self.when.setText(sentence)
        self.slider.setAccessibleDescription(sentence)

    def _chosen(self, number: int) -> None:
        shown = self._shown
        there = shown is not None and 0 <= number < len(shown.changes)
        self.back.setEnabled(bool(there and shown is not None and shown.changes[number][3]))
        if there and shown is not None:
            self.page.show_piece(shown.changes[number][2])

    def _bring_back(self) -> None:
        if self.back.isEnabled():
            self.part.emit(self.slider.value(), self.changes.currentRow())


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name or text)
    button.setAutoDefault(False)
    return button
