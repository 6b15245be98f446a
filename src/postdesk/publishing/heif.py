"""HEIC and AVIF files (ISO/IEC 14496-12 and 23008-12): what they say besides the picture is written over in its place,
so that nothing moves and no pixel is touched.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from postdesk.publishing.exif import Broken, Entangled, kept_exif

_EMPTY_EXIF = b"II*\0\x08\0\0\0\0\0\0\0\0\0"


def blanked(data: bytes) -> bytes:
    """The file with place, persons and free words blanked; `data` itself when it has none. Raises `Broken`, and
    `Entangled` where they cannot be reached."""
    out = bytearray(data)
    for name, start, end in _boxes(data, 0, len(data)):
        if name != b"meta":
            continue
        inner = {n: (a, b) for n, a, b in _boxes(data, start + 4, end)}
        if b"iinf" not in inner or b"iloc" not in inner:
            continue
        wanted = dict(_described(data, *inner[b"iinf"]))
        try:
            extents = dict(_extents(data, inner, set(wanted)))
        except (struct.error, IndexError) as error:
            raise Broken from error
        for number, kind in wanted.items():
            spans = extents.get(number, [])
            if not spans or any(a < 0 or a >= b or b > len(data) for a, b in spans):
                raise Entangled
            old = b"".join(data[a:b] for a, b in spans)
            new = _blank(old, kind)
            for a, b in spans:
                out[a:b], new = new[: b - a], new[b - a :]
    return data if out == data else bytes(out)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start of the content and end of each box between two places."""
    at = start
    while at + 8 <= end:
        size, head = int.from_bytes(data[at : at + 4]), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise Broken
        yield data[at + 4 : at + 8], at + head, at + size
        at += size


def _described(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Number and kind of each piece that is words about the picture."""
    skip = 6 if data[start] == 0 else 8
    for name, at, _end in _boxes(data, start + skip, end):
        version = data[at] if name == b"infe" else 0
        if version < 2:
            continue
        size = 2 if version == 2 else 4
        kind = data[at + 4 + size + 2 :][:4]
        if kind in (b"Exif", b"mime", b"uri "):
            yield int.from_bytes(data[at + 4 : at + 4 + size]), kind


def _extents(
    data: bytes, inner: dict[bytes, tuple[int, int]], wanted: set[int]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Where in the file each piece lies."""
    at, end = inner[b"iloc"]
    version = data[at]
    sizes = int.from_bytes(data[at + 4 : at + 6])
    offset_size, length_size, base_size, index_size = (sizes >> s & 15 for s in (12, 8, 4, 0))
    at += 6
    wide = 4 if version == 2 else 2

    def number(size: int) -> int:
        nonlocal at
        if at + size > end:
            raise Broken
        at += size
        return int.from_bytes(data[at - size : at])

    for _each in range(number(wide)):
        which = number(wide)
        method = number(2) & 15 if version else 0
        elsewhere = number(2)
        base = number(base_size)
        spans: list[tuple[int, int]] = []
        if method == 1:
            base += inner.get(b"idat", (len(data), 0))[0]
        for _extent in range(number(2)):
            if version:
                number(index_size)
            start = base + number(offset_size)
            spans.append((start, start + number(length_size)))
        if which in wanted:
            yield which, spans if method < 2 and not elsewhere else []


def _blank(old: bytes, kind: bytes) -> bytes:
    """What is written over a piece: as long as it was."""
    if kind != b"Exif":
        return b" " * len(old)
    start = 4 + int.from_bytes(old[:4])
    exif = old[start:]
    kept = kept_exif(exif)
    if kept is exif:
        return old
    new = b"\0\0\0\0" + (kept or _EMPTY_EXIF)
    return (new if len(new) <= len(old) else b"").ljust(len(old), b"\0")
