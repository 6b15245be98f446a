"""A label for words from anywhere: a post, a server, the name of a file."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def plain_label(text: str = "", kind: str = "") -> QLabel:
    """A label that breaks its lines and is never read as rich text. `kind` is what the style sheet knows it by, "" for
    nothing special."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if kind:
        label.setProperty("kind", kind)
    return label
