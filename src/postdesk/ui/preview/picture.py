"""Reads pictures of the library for the preview: only real pictures, only of a size that can be decoded."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QImageWriter

from postdesk.core.errors import PictureRefused, PostDeskError
from postdesk.core.language import _
from postdesk.library.pictures import kind_of as ending_of

Resolve = Callable[[str], Path]

LARGEST_FILE = 64 * 1024 * 1024
# What may be decoded at all, in pixels: a JPEG is decoded straight to the smaller size, the others whole
# (4 bytes a pixel).
LARGEST_JPEG = 220_000_000
LARGEST_OTHER = 50_000_000
# Up to here (pixels) the file is handed over as it is; a larger one is shown at this width (px), which is sharp
# on a screen of double density too.
PASSED_ON = 8_000_000
SHOWN_WIDTH = 1600
# Where the size is looked for, in bytes: mostly at the very start, in a JPEG or AVIF behind what the camera noted.
_HEADS = (32 * 1024, 1024 * 1024)

_HEIF = ("image/avif", "image/heic")  # Qt reads neither, and browsers do not show HEIC
_HEIF_SIZE = re.compile(rb"ispe\x00\x00\x00\x00(.{4})(.{4})", re.DOTALL)

_HEIF_TURN = re.compile(rb"irot([\x00-\x03])")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown: its media type as its first bytes tell, its size in px when upright."""

    kind: str
    width: int
    height: int
    stamp: str


def kind_of(head: bytes) -> str:
    """The media type that the first bytes tell; "" for what is no picture we show. SVG is none: it is a document."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return {".avif": "image/avif", ".heic": "image/heic"}.get(ending_of(head[:32]), "")


def look(ref: str, resolve: Resolve) -> Picture:
    """What the picture `ref` of a post is; raises PictureRefused with the reason. Reads only the head of the file."""
    with _open(ref, resolve) as file:
        return _examine(ref, file)


def read(ref: str, resolve: Resolve, *, as_it_is: bool = True) -> tuple[str, bytes]:
    """Media type and bytes of the picture `ref`, made smaller when it is huge; raises PictureRefused.

    Fit for a worker thread. `as_it_is=False` always decodes (for a widget that cannot show every kind).
    """
    with _open(ref, resolve) as file:
        picture = _examine(ref, file)
        os.lseek(file.fd, 0, os.SEEK_SET)
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise _too_large(ref, picture.width, picture.height)
    if as_it_is and picture.kind != "image/heic" and picture.width * picture.height <= PASSED_ON:
        return picture.kind, content
    return _smaller(ref, content, picture)


class _File:
    """An open file descriptor that closes itself."""

    def __init__(self, fd: int, status: os.stat_result) -> None:
        self.fd = fd
        self.status = status

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_unused: object) -> None:
        os.close(self.fd)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0 and (part := os.read(self.fd, min(size, 1 << 20))):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _open(ref: str, resolve: Resolve) -> _File:
    """Opens what `resolve` allows, and nothing that took its place in between."""
    path = resolve(ref)
    flags = os.O_RDONLY
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY", "O_NOCTTY"):
        flags |= getattr(os, name, 0)
    # A named pipe would wait for its writer for ever.
    flags |= getattr(os, "O_NONBLOCK", 0)
    try:
        fd = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise _unreadable(ref) from error
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(ref)
        # The folder may have been swapped for a link between the look and the opening.
        if not os.path.samestat(resolve(ref).stat(), status):
            raise _unreadable(ref)
    except OSError as error:
        os.close(fd)
        raise _unreadable(ref) from error
    except PostDeskError:
        os.close(fd)
        raise
    return _File(fd, status)


def _examine(ref: str, file: _File) -> Picture:
    kind, size = "", QSize()
    for length in _HEADS:
        os.lseek(file.fd, 0, os.SEEK_SET)
        head = file.read(length)
        kind = kind_of(head)
        size = _heif_size(head) if kind in _HEIF else _size(head) if kind else QSize()
        if not kind or not size.isEmpty() or len(head) < length:
            break
    if not kind:
        raise PictureRefused(
            _("“{name}” is not a picture that can be shown.").format(name=ref),
            _("Your text is not affected."),
            _("Use a PNG, JPEG, GIF, WebP, AVIF or HEIC file."),
        )
    width, height = size.width(), size.height()
    if width <= 0 or height <= 0:
        raise _unreadable(ref)
    limit = LARGEST_JPEG if kind == "image/jpeg" else LARGEST_OTHER
    if width * height > limit or file.status.st_size > LARGEST_FILE:
        raise _too_large(ref, width, height)
    return Picture(kind, width, height, f"{file.status.st_mtime_ns:x}-{file.status.st_size:x}")


def _size(head: bytes) -> QSize:
    """The upright size in px as the file's head says, without decoding."""
    buffer = QBuffer()
    buffer.setData(QByteArray(head))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    return size.transposed() if turned else size


def _heif_size(head: bytes) -> QSize:
    """The largest image of an AVIF or HEIC file, upright (ISO/IEC 23008-12, `ispe` and `irot`)."""
    sizes = [(int.from_bytes(w), int.from_bytes(h)) for w, h in _HEIF_SIZE.findall(head)]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    size = QSize(min(width, 1 << 30), min(height, 1 << 30))
    turned = _HEIF_TURN.search(head)
    return size.transposed() if turned is not None and turned[1][0] & 1 else size


def _smaller(ref: str, content: bytes, picture: Picture) -> tuple[str, bytes]:
    if picture.kind in _HEIF:
        from postdesk.publishing.prepare import for_screen  # with it comes all that decodes pictures

        made, kind = for_screen(content, picture.kind, SHOWN_WIDTH, ref)
        return kind, made
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    stored = reader.size()
    if max(stored.width(), stored.height()) > SHOWN_WIDTH:
        reader.setScaledSize(stored.scaled(SHOWN_WIDTH, SHOWN_WIDTH, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise _unreadable(ref)
    out = QBuffer()
    out.open(QIODevice.OpenModeFlag.WriteOnly)
    kind = "image/png" if image.hasAlphaChannel() else "image/jpeg"
    writer = QImageWriter(out, QByteArray(kind.removeprefix("image/").encode("ascii")))
    if kind == "image/jpeg":
        writer.setQuality(88)
    if not writer.write(image):
        raise _unreadable(ref)
    return kind, bytes(out.data().data())


def _unreadable(ref: str) -> PictureRefused:
    return PictureRefused(
        _("The picture “{name}” cannot be read.").format(name=ref),
        _("Your text is not affected."),
        _("Look whether the file is there and whole."),
    )


def _too_large(ref: str, width: int, height: int) -> PictureRefused:
    return PictureRefused(
        _("The picture “{name}” is too large to show ({width} × {height} pixels).").format(
            name=ref, width=width, height=height
        ),
        _("Your text is not affected."),
        _("Make it smaller first."),
    )


def read_image(src: str, resolve: Resolve, factor: Callable[[QSize], float]) -> QImage:
    """A picture to be drawn in the window, upright; `factor` says for its own size (px) how much of that it is wanted
    in, at most 1. Null where it cannot be decoded. Raises as `read`."""
    _kind, content = read(src, resolve, as_it_is=False)
    buffer = QBuffer()
    buffer.setData(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isEmpty() and (by := factor(size)) < 1:
        reader.setScaledSize(size * by)
    return reader.read()
