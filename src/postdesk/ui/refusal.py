"""Says at the start why there is no window, and asks whether to begin anew where a library is not there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from postdesk.core.errors import LibraryAway, PostDeskError
from postdesk.core.language import _


def refusal(error: PostDeskError) -> QMessageBox:
    """The notice, to be shown."""
    box = QMessageBox(QMessageBox.Icon.Warning, "Post Desk", error.happened)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(" ".join(part for part in (error.means, error.todo) if part))
    return box


def wants_anew(error: LibraryAway) -> bool:
    """Ask whether an empty library is to be begun where the other one is missing; Quit is what Return and Escape do."""
    box = refusal(error)
    box.setInformativeText(
        " ".join((error.means, error.todo, _("If you emptied the folder yourself, start anew in it.")))
    )
    anew = box.addButton(_("&Start Anew"), QMessageBox.ButtonRole.DestructiveRole)
    leave = box.addButton(_("&Quit"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(leave)
    box.setEscapeButton(leave)
    box.exec()
    return box.clickedButton() is anew
