"""The line below the list while a large library is read for the first time: how many posts can be searched."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from postdesk.core.language import _


class ReadingLine(QWidget):
    """Hidden while there is nothing to say. Nobody can click it: reading goes on beside everything else."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reading")
        self.words = QLabel(self)
        self.words.setProperty("kind", "soft")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName(_("Posts that can be searched"))
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 10)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        self.hide()

    def tell(self, done: int, of: int) -> None:
        """So many of the posts can be searched; all of them: there is nothing more to say."""
        if done < of:
            number = QLocale().toString
            words = _("Reading your posts: {done} of {all} can be searched")
            self.words.setText(words.format(done=number(done), all=number(of)))
            self.bar.setRange(0, of)
            self.bar.setValue(done)
        self.setVisible(done < of)
