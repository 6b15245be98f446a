"""A label for words from anywhere: a post, a server, the name of a file; and a window with room for all its words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(text: str = "", kind: str = "") -> QLabel:
    """A label that breaks its lines and is never read as rich text. `kind` is what the style sheet knows it by, "" for
    nothing special."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if kind:
        label.setProperty("kind", kind)
    return label


def make_room(window: QWidget) -> None:
    """Make `window` as tall as what it says, at the width that it has. Qt's own `adjustSize` guesses the width of
    labels that break their lines, and cuts their last one off."""
    layout = window.layout()
    if layout is None:
        return
    layout.activate()
    width = max(window.minimumWidth(), layout.minimumSize().width())
    if window.isVisible():
        width = max(width, window.width())
    tall = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
    window.resize(width, min(tall, window.screen().availableGeometry().height()))
