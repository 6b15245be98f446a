"""Text on the clipboard and in drags: as plain text for everybody, and exactly, to be put into a post again.

Line ends of text from elsewhere are made LF. In what comes from a post they are signs that its source has.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from postdesk.ui.editor.exact import one_line_end

_EXACT = "application/x-postdesk-text"


def to_mime(text: str) -> QMimeData:
    """What is copied or dragged out of a post."""
    mime = QMimeData()
    mime.setText(text)
    mime.setData(_EXACT, text.encode("utf-8", "surrogatepass"))
    return mime


def from_mime(mime: QMimeData) -> str:
    """The text to be put into a post, lines ended by LF."""
    if mime.hasFormat(_EXACT):
        try:
            return bytes(mime.data(_EXACT).data()).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # somebody else's
            pass
    return one_line_end(mime.text())
