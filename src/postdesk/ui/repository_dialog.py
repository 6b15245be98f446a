"""The window that makes the library a git repository: what that means, and where to back up to, if anywhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.labels import plain_label


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
        column.addWidget(plain_label(_("Make this library a git repository"), "heading"))
        words = _(
            "Then Sync keeps it in step with your other machines, and every version of every post is kept. "
            "Your files stay the plain files that they are. What is in the trash stays on this machine."
        )
        column.addWidget(plain_label(words, "soft"))
        column.addSpacing(6)
        label = plain_label(_("Address to back up to"), "field")
        self.address = QLineEdit(self)
        self.address.setPlaceholderText(_("git@example.com:me/posts.git, or a folder; may be left empty"))
        self.address.setAccessibleName(_("Address to back up to"))
        label.setBuddy(self.address)
        column.addWidget(label)
        column.addWidget(self.address)
        column.addWidget(
            plain_label(
                _("An empty repository anywhere. How you sign in to it is between git and its server."),
                "small",
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
