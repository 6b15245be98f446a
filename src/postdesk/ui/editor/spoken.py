"""Says to who listens what the cursor is on: a closed card has no words of its own in the field."""

from __future__ import annotations

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from postdesk.core.language import _


def tell(field: QWidget, kind: str, words: str) -> None:
    """The cursor came to a card of this kind, or left one (""). A screen reader reads it at once, and again when the
    field is asked about."""
    said = ""
    if kind:
        said = _("Block of the blog: {kind}. Enter shows its source.").format(kind=kind)
        said = f"{said} {words}" if words else said
    if field.accessibleDescription() == said:
        return
    field.setAccessibleDescription(said)
    if said and QAccessible.isActive():
        from PySide6.QtGui import QAccessibleAnnouncementEvent

        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(field, said))
