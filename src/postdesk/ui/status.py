"""The status bar: words, reading time, line, selection; at the right a notice, the backup and the connection."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.style import restyle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionButton


def count_words(one: str, many: str, count: int) -> str:
    """`ngettext` with the number as the writer's locale writes it, e.g. "1,312 words"."""
    return ngettext(one, many, count).replace(str(count), QLocale().toString(count), 1)


_AROUND = 8  # px: what the style sheet puts around the words of a link


class _Notice(QPushButton):
    """Wants the room of its whole sentence, and ends it with an ellipsis where it has less."""

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        """Qt asks what is drawn."""
        super().initStyleOption(option)
        room = self.width() - _AROUND
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room, int(Qt.TextFlag.TextShowMnemonic)
        )
        option.text = shown


class StatusBar(QWidget):
    """Told values, never asks. `notice_clicked` carries the name that the notice was given; `backup_clicked` asks for a
    sync, or for its end; `work_clicked` for the end of the work that is told."""

    notice_clicked = Signal(str)
    backup_clicked = Signal()
    work_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Status"))
        self.setFixedHeight(28)
        self.words = self._label("words")
        self.minutes = self._label("minutes")
        self.line = self._label("line")
        self.selection = self._label("selection")
        self.card = self._label("card")
        self.notice = self._link("notice", _Notice(self))
        self.notice.setMinimumWidth(60)
        self._notice_name = ""
        self.notice.clicked.connect(lambda: self.notice_clicked.emit(self._notice_name))
        self.work = self._link("work")
        self.work.setAccessibleName(_("Work in the background"))
        self.work.clicked.connect(self.work_clicked)
        self.backup = self._link("backup")
        self.backup.setAccessibleName(_("Backup"))
        self.backup.clicked.connect(self.backup_clicked)
        self.dot = QLabel(self)
        self.dot.setObjectName("statusDot")
        self.connection = self._label("connection")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(18)
        for part in (self.words, self.minutes, self.line, self.selection, self.card):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.notice)
        row.addWidget(self.work)
        row.addWidget(self.backup)
        together = QHBoxLayout()
        together.setSpacing(6)
        together.addWidget(self.dot)
        together.addWidget(self.connection)
        row.addLayout(together)
        self.set_connection("", "")
        self.set_selection(0, 0)
        self.set_card("")

    def set_counts(self, words: int | None, minutes: int = 0) -> None:
        """Words of the open post and minutes to read them; None when no post is open."""
        self._say(self.words, "" if words is None else count_words("{count} word", "{count} words", words))
        reading = ngettext("{count} min to read", "{count} min to read", minutes)
        self._say(self.minutes, reading if words and minutes else "")

    def set_line(self, line: int) -> None:
        """The line that the cursor is in, counted from 1; 0 when there is none."""
        text = _("Line {number}").format(number=QLocale().toString(line))
        self._say(self.line, text if line > 0 else "")

    def set_selection(self, words: int, characters: int) -> None:
        """How much is selected; 0 characters for nothing."""
        text = ""
        if characters > 0:
            text = _("{words}, {characters} selected").format(
                words=count_words("{count} word", "{count} words", words),
                characters=count_words("{count} character", "{count} characters", characters),
            )
        self._say(self.selection, text)

    def set_card(self, kind: str) -> None:
        """The kind of the closed card that the cursor is on; "" for none."""
        self._say(self.card, _("{kind}: Enter shows its source").format(kind=kind) if kind else "")

    def set_notice(self, sentence: str, name: str = "") -> None:
        """A sentence that she can click, e.g. that the keyring is locked; "" takes it away."""
        self._notice_name = name
        self.notice.setText(sentence.replace("&", "&&"))
        self.notice.setAccessibleName(sentence)
        self.notice.setToolTip(html.escape(sentence))
        self.notice.setVisible(bool(sentence))

    def set_work(self, words: str) -> None:
        """What is being done meanwhile and how far it is; a click stops it. "" when it is over."""
        self.work.setText(words.replace("&", "&&"))
        self.work.setAccessibleName(words)
        self.work.setToolTip(_("Stop it"))
        self.work.setVisible(bool(words))

    def set_backup(self, words: str, level: str = "") -> None:
        """Whether the library is backed up, or what a sync is at; "" where it is no repository. `level` is "warn" where
        something is in the way."""
        self.backup.setProperty("level", level)
        restyle(self.backup)
        self.backup.setText(words.replace("&", "&&"))
        self.backup.setAccessibleName(_("Backup: {words}").format(words=words))
        self.backup.setToolTip(_("Sync with other machines, or stop it"))
        self.backup.setVisible(bool(words))

    def set_connection(self, level: str, words: str) -> None:
        """The dot's level ("ok", "warn", "bad" or "idle") and the word beside it; "" hides both."""
        self.dot.setProperty("level", level or "idle")
        restyle(self.dot)
        self.dot.setVisible(bool(words))
        self._say(self.connection, words)

    def _link(self, name: str, button: QPushButton | None = None) -> QPushButton:
        button = button or QPushButton(self)
        button.setObjectName(name)
        button.setProperty("kind", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.hide()
        return button

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _say(self, label: QLabel, text: str) -> None:
        if label.text() != text:
            label.setText(text)
        label.setVisible(bool(text))
