"""What of something pasted or dropped is a picture for the post."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QFileInfo, QIODevice, QMimeData
from PySide6.QtGui import QImage

# What blogs take and browsers show. SVG is a document with scripts, which WordPress refuses with reason.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".gif", ".webp", ".avif", ".heic", ".heif"})

Picture = tuple[str, bytes | Path]


@dataclass(frozen=True, slots=True)
class Brought:
    """The pictures (a name and its bytes, or the file), and whether files came that are none."""

    pictures: tuple[Picture, ...] = ()
    refused: bool = False


def may_hold_pictures(mime: QMimeData) -> bool:
    """Whether files or image values are in it (cheap; asked while something is dragged)."""
    return mime.hasImage() or any(url.isLocalFile() for url in mime.urls())


def brought(mime: QMimeData) -> Brought:
    """The pictures in `mime`. Files by their suffix, never a folder; nothing is read from disk here.

    An image value counts only when no text came with it: word processors add a picture of the text they copy.
    """
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        good = [path for path in files if path.suffix.lower() in SUFFIXES and QFileInfo(str(path)).isFile()]
        return Brought(tuple((path.name, path) for path in good), refused=len(good) < len(files))
    if mime.hasImage() and not mime.text().strip():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Brought((("picture.png", _png(image)),))
    return Brought()


def _png(image: QImage) -> bytes:
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(written.data())
