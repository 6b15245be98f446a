"""The report of a bug before it is saved: she sees what is inside, and decides how much that is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.publishing.report import Wanted
from postdesk.ui.labels import plain_label
from postdesk.ui.style import restyle
from postdesk.ui.theme import CODE_FAMILY

_WIDTH, _HEIGHT = 700, 560  # px


class ReportDialog(QDialog):
    """`make(wanted)` gives the report's text. `save(path, text)`: it is to be written; how that went comes back by
    `show_saved` or `show_failure`."""

    save = Signal(str, str)

    def __init__(self, make: Callable[[Wanted], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Save for a bug report"))
        self.resize(_WIDTH, _HEIGHT)
        self._make = make
        words = plain_label(
            _("This is all that will be in the file. Passwords and other secrets have been taken out."),
            "soft",
        )
        self.texts = QCheckBox(_("With the post's title and beginnings of its text"))
        self.addresses = QCheckBox(_("With the names and addresses of blogs"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(_("What will be in the file"))
        font = QFont(CODE_FAMILY)
        font.setPixelSize(12)
        self.text.setFont(font)
        self.answer = plain_label("", "good")
        self.answer.hide()
        self.closer, self.saver = QPushButton(_("Close")), QPushButton(_("Save…"))
        self.closer.setProperty("kind", "quiet")
        self.closer.setAutoDefault(False)
        self.saver.setProperty("kind", "primary")
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.closer)
        foot.addWidget(self.saver)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        for widget in (words, self.texts, self.addresses):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addWidget(self.answer)
        column.addLayout(foot)
        for box in (self.texts, self.addresses):
            box.toggled.connect(self._show)
        self.saver.clicked.connect(self._choose)
        self.closer.clicked.connect(self.close)
        self.saver.setFocus()
        self._show()

    def show_saved(self, path: str) -> None:
        """It is on the disk."""
        self._say("good", _("Saved as “{name}”.").format(name=Path(path).name))

    def show_failure(self, sentence: str) -> None:
        """It is not."""
        self._say("bad", sentence)

    def _show(self) -> None:
        wanted = Wanted(texts=self.texts.isChecked(), addresses=self.addresses.isChecked())
        self.text.setPlainText(self._make(wanted))

    def _choose(self) -> None:
        suggested = Path.home() / f"{_('Post Desk report')}.txt"
        path, _kind = QFileDialog.getSaveFileName(self, _("Save"), str(suggested), _("Text (*.txt)"))
        if path:
            self.save.emit(path if Path(path).suffix else f"{path}.txt", self.text.toPlainText() + "\n")

    def _say(self, kind: str, words: str) -> None:
        self.answer.setProperty("kind", kind)
        restyle(self.answer)
        self.answer.setText(words)
        self.answer.setVisible(True)
