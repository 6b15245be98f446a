"""The wall round the library's pictures: what a post may show and send is a picture file inside the
library.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Final

from postdesk.core.errors import FileGone, LibraryError, NameTaken, PictureRefused
from postdesk.core.files import content_hash, read_file, save_file
from postdesk.core.language import _
from postdesk.library import names

LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a picture file; what is larger is a mistake or an attack."""

_HEIC: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def kind_of(start: bytes) -> str:
    """The ending that fits a picture's first 32 bytes, "" when they are of no picture that blogs show."""
    if start.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return ".webp"
    if start[4:8] == b"ftyp":
        brands = (start[8:12], *(start[at : at + 4] for at in range(16, 32, 4)))
        if any(brand in (b"avif", b"avis") for brand in brands):
            return ".avif"
        if any(brand in _HEIC for brand in brands):
            return ".heic"
    return ""


def has_end(data: bytes) -> bool:
    """Whether the last bytes of a picture (`kind_of` knows it) are those of its end. Decodes nothing."""
    kind = kind_of(data[:32])
    if kind == ".jpg":
        return b"\xff\xd9" in data[-4096:]  # cameras put notes behind it
    if kind == ".png":
        return b"IEND\xaeB`\x82" in data[-4096:]
    if kind == ".gif":
        return data.rstrip(b"\0").endswith(b";")
    if kind == ".webp":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    place = 0
    while place + 8 <= len(data):  # boxes (ISO/IEC 14496-12), each of which says how long it is
        size = int.from_bytes(data[place : place + 4])
        size = int.from_bytes(data[place + 8 : place + 16]) if size == 1 else size
        if size < 8:  # 0: "to the end", wherever that is
            return False
        place += size
    return place == len(data)


def open_contained(root: Path, folder: Path, reference: str) -> tuple[int, Path]:
    """An open descriptor of the picture that `reference` names from `folder`, and its real path.

    The caller closes it. Raises PictureRefused: missing, outside `root` (also by a link), hidden, no
    regular file, too large, no picture. A reference that begins with a slash starts at `root`.
    """
    text = names.decode_reference(reference.strip())
    if not text or "\0" in text or "\\" in text or text.startswith("//") or _SCHEME.match(text):
        raise _refused(reference, _("it names no file in the library"))
    wall = os.path.realpath(root)
    start = wall if text.startswith("/") else os.fspath(folder)
    try:
        real = os.path.realpath(os.path.join(start, text.lstrip("/")))  # noqa: PTH118  before links are followed
        inside = os.path.relpath(real, wall)
    except (OSError, ValueError) as error:
        raise _refused(reference, _("it names no file in the library")) from error
    parts = Path(inside).parts
    if Path(inside).is_absolute() or ".." in parts or any(names.is_hidden(part) for part in parts):
        raise _refused(reference, _("it lies outside the library"))
    flags = os.O_RDONLY
    for optional in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"):
        flags |= getattr(os, optional, 0)
    try:
        descriptor = os.open(real, flags)
    except OSError as error:
        why = _("it may not be read") if error.errno in (errno.EACCES, errno.EPERM) else _("it is not there")
        raise _refused(reference, why) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _refused(reference, _("it is no picture"))
        if found.st_size > LARGEST:
            raise _refused(reference, _("it is larger than {count} MB").format(count=LARGEST >> 20))
        if not kind_of(os.read(descriptor, 32)):
            raise _refused(
                reference, _("it is no picture that blogs show (JPEG, PNG, GIF, WebP, AVIF, HEIC)")
            )
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        os.close(descriptor)
        raise _refused(reference, _("it could not be read")) from error
    except PictureRefused:
        os.close(descriptor)
        raise
    return descriptor, Path(real)


def copy_beside(folder: Path, name: str, picture: bytes | Path) -> str:
    """Copy a picture into `folder` and return its reference for the text.

    A file there with the same content is used again. `name` is what the picture was called; it may be
    anything. Raises PictureRefused, NotWritable, DiskFull, LibraryError.
    """
    if isinstance(picture, Path):
        try:
            data, digest = read_file(picture, limit=LARGEST)
        except FileGone as error:
            raise _refused(picture.name, _("it is not there")) from error
        except LibraryError as error:
            if picture.is_file() and picture.stat().st_size <= LARGEST:
                raise
            raise _refused(picture.name, _("it is no picture, or a far too large one")) from error
    else:
        data, digest = picture, content_hash(picture)
    suffix = kind_of(data[:32])
    if not suffix or len(data) > LARGEST:
        why = _("it is no picture that blogs show (JPEG, PNG, GIF, WebP, AVIF, HEIC)")
        raise _refused(
            name, why if not suffix else _("it is larger than {count} MB").format(count=LARGEST >> 20)
        )
    while True:
        taken = names.names_in(folder)
        for other in taken:
            if Path(other).suffix.lower() in (suffix, ".jpeg") and _same(folder / other, len(data), digest):
                return names.encode_reference(other)
        last = re.split(r"[/\\]", name)[-1]
        stem, ending = os.path.splitext(last)  # noqa: PTH122  a Path would trip over a NUL
        if ending == ".jpeg" and suffix == ".jpg":
            suffix = ".jpeg"
        chosen = names.free_name(names.file_stem(stem).replace(" ", "-"), suffix, taken).replace(" ", "-")
        try:
            save_file(folder / chosen, data, expected=None)
        except NameTaken:
            if chosen in taken:
                raise
            continue  # taken in this very moment
        return names.encode_reference(chosen)


def _same(path: Path, size: int, digest: str) -> bool:
    try:
        return path.stat().st_size == size and not path.is_symlink() and read_file(path)[1] == digest
    except (OSError, LibraryError):
        return False


def _refused(reference: str, why: str) -> PictureRefused:
    shown = "".join(c if c.isprintable() else "�" for c in reference)[:80]
    return PictureRefused(
        _("The picture “{name}” cannot be used: {why}.").format(name=shown, why=why),
        _("The rest of the post is not affected."),
        _("Drop the picture into the text again, or correct its address."),
    )
