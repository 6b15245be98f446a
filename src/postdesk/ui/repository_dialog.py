"""The window that makes the library a git repository: what that means, and where to back up to, if anywhere."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _


class RepositoryDialog(QDialog):
    """`chosen(address)` when she agreed; the address is "" where there is none yet."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setWindowTitle(_("Make a Git Repository"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(10)
        column.addWidget(_label("heading", _("Make this library a git repository")))
        words = _(
            "Then Sync keeps it in step with your other machines, and every version of every post is kept. "
            "Your files stay the plain files that they are. What is in the trash stays on this machine."
        )
        column.addWidget(_label("soft", words))
        column.addSpacing(6)
        label = _label("field", _("Address to back up to"))
        self.address = QLineEdit(self)
        self.address.setPlaceholderText(_("git@example.com:me/posts.git, or a folder; may be left empty"))
        self.address.setAccessibleName(_("Address to back up to"))
        label.setBuddy(self.address)
        column.addWidget(label)
        column.addWidget(self.address)
        column.addWidget(
            _label(
                "small",
                _("An empty repository anywhere. How you sign in to it is between git and its server."),
            )
        )
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(_("Cancel"), self)
        cancel.setProperty("kind", "quiet")
        cancel.clicked.connect(self.reject)
        self.make = QPushButton(_("Make Repository"), self)
        self.make.setProperty("kind", "primary")
        self.make.setDefault(True)
        self.make.clicked.connect(self._agree)
        row.addWidget(cancel)
        row.addWidget(self.make)
        column.addLayout(row)
        self.address.setFocus()

    def _agree(self) -> None:
        self.accept()
        self.chosen.emit(self.address.text().strip())


def _label(kind: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    return label
