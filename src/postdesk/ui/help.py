"""The three small windows of the Help menu."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from postdesk import __version__
from postdesk.core.language import _
from postdesk.core.resources import resource
from postdesk.ui.actions import ACTIONS, Actions, plain


def show_shortcuts(parent: QWidget, actions: Actions) -> QDialog:
    """Every command that has a key."""
    rows = [
        (
            plain(a.text).rstrip("…"),
            actions.action(a.name).shortcut().toString(QKeySequence.SequenceFormat.NativeText),
        )
        for a in ACTIONS
        if not actions.action(a.name).shortcut().isEmpty()
    ]
    table = QTableWidget(len(rows), 2)
    table.setAccessibleName(_("Keyboard shortcuts"))
    table.setHorizontalHeaderLabels([_("Command"), _("Keys")])
    table.verticalHeader().hide()
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    for number, (words, keys) in enumerate(rows):
        table.setItem(number, 0, QTableWidgetItem(words))
        table.setItem(number, 1, QTableWidgetItem(keys))
    table.resizeColumnsToContents()
    table.horizontalHeader().setStretchLastSection(True)
    return _window(parent, _("Keyboard shortcuts"), table, 460, 560)


def show_licences(parent: QWidget) -> QDialog:
    """The licences of what is shipped with the program."""
    texts = [
        f"{path.parent.name}/{path.name}\n\n{path.read_text('utf-8', errors='replace')}"
        for folder in ("fonts", "icons")
        for path in sorted(resource(folder).glob("*.txt"))
    ]
    text = QPlainTextEdit("\n\n\n".join(texts))
    text.setReadOnly(True)
    text.setAccessibleName(_("Licences"))
    return _window(parent, _("Licences of fonts and icons"), text, 640, 520)


def show_about(parent: QWidget) -> QDialog:
    """What this is."""
    words = QLabel(
        _(
            "Post Desk {version}\n\nA Markdown editor with a live preview that publishes to your "
            "blog exactly once.\n\nFree software "
            "under the MIT licence."
        ).format(version=__version__)
    )
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.setWordWrap(True)
    return _window(parent, _("About Post Desk"), words, 380, 200)


def _window(parent: QWidget, title: str, content: QWidget, width: int, height: int) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.resize(width, height)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 20, 20, 16)
    column.addWidget(content, 1)
    close = QPushButton(_("Close"))
    close.setProperty("kind", "quiet")
    close.setDefault(True)
    close.clicked.connect(dialog.close)
    column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    dialog.show()
    return dialog
