"""What a picture's file says besides the picture: place, persons and free words are taken out of it without touching a
pixel; colours, the camera, the author and the rights stay.

What stays is a list, and all else goes: a picture tells where it was taken in more ways than anybody can list. The
decision is made here and not by an imaging library, as the key of a picture must not change with a library's version.

Formats: JPEG (ITU-T T.81 annex B), IPTC-IIM 4.2 in Photoshop's resources, PNG (third edition), WebP (RFC 9649), GIF89a;
Exif in `exif.py`, HEIC and AVIF in `heif.py`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from postdesk.publishing import heif
from postdesk.publishing.exif import Broken, kept_exif

_IPTC = frozenset(
    {(1, 90), (2, 0), (2, 80), (2, 85), (2, 110), (2, 115), (2, 116)}
)  # author, credit, source, rights
_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT tIME acTL fcTL fdAT".split()
)
_PNG_WORDS = frozenset({b"Author", b"Copyright", b"Software", b"Creation Time"})
_WEBP = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_GIF_PROGRAMS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_PART = 1 << 20  # bytes that are searched at once
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # ends a run of JPEG's compressed bytes


def bare(data: bytes, kind: str) -> bytes:
    """The file without place, persons and free words; `data` itself when it has none. `kind` is its MIME type.

    Raises `Broken`, also for a file of which nothing would go, and `Entangled`."""
    return _WALKS[kind](data, False)


def pixels_only(data: bytes, kind: str) -> bytes:
    """The file as it is given to a decoder: without Exif too, where that can be taken out. Raises `Broken`."""
    return data if kind in ("image/heic", "image/avif") else _WALKS[kind](data, True)


def exif_of(data: bytes, kind: str) -> bytes:
    """The picture's Exif block (TIFF), b"" for none, or for HEIC and AVIF. Raises `Broken`."""
    if kind == "image/jpeg":
        found = (
            data[a + 10 : b]
            for marker, a, b in _jpeg_segments(data)
            if marker == 0xE1 and data[a + 4 : a + 10] == b"Exif\0\0"
        )
    elif kind == "image/png":
        found = (data[a + 8 : b - 4] for name, a, b in _png_chunks(data) if name == b"eXIf")
    elif kind == "image/webp":
        found = (
            data[a + 8 : b].removeprefix(b"Exif\0\0") for name, a, b in _webp_chunks(data) if name == b"EXIF"
        )
    else:
        return b""
    return next(found, b"")


def is_lossless_webp(data: bytes) -> bool:
    """Whether a WebP keeps every pixel as it was drawn. Raises `Broken`."""
    return any(name == b"VP8L" for name, _start, _end in _webp_chunks(data))


def credit_of(jpeg: bytes, *, keep_all: bool) -> bytes:
    """The JPEG segment with the author and the rights (with `keep_all` all that it has), b"" for none."""
    for marker, start, end in _jpeg_segments(jpeg):
        if marker == 0xED:
            return jpeg[start:end] if keep_all else _kept_iptc(jpeg[start:end])
    return b""


def with_segment(jpeg: bytes, segment: bytes) -> bytes:
    """A JPEG that an encoder made, with one segment more."""
    marker, _start, end = next(_jpeg_segments(jpeg))
    place = end if marker == 0xE0 else 2
    return jpeg[:place] + segment + jpeg[place:]


class _Parts:
    """The file as it will be: what stays of `data`, gathered without copying what lies between two changes."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._from = 0  # where what was kept last began
        self.at = at  # what comes was not looked at yet
        self._done: list[bytes] = []

    def keep(self, end: int) -> None:
        """All up to `end` stays."""
        self.at = end

    def drop(self, end: int) -> None:
        """All up to `end` goes."""
        if end > self.at:
            self._done.append(self._data[self._from : self.at])
            self._from = self.at = end

    def put(self, end: int, old: bytes, new: bytes, written: bytes) -> None:
        """Up to `end` all stays when `new` is `old`, else `written` takes its place, or nothing when `new` is b""."""
        if new is old:
            self.keep(end)
            return
        self.drop(end)
        if new:
            self._done.append(written)

    def joined(self) -> bytes:
        """The file; `data` itself when all of it stayed."""
        if not self._done:
            return self._data
        return b"".join((*self._done, self._data[self._from : self.at]))


# --- JPEG ---------------------------------------------------------------------------------------------------------


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment; the last one (0xDA) has all of the compressed picture, to its end."""
    at = 2
    while True:
        start = at
        while data[at : at + 2] == b"\xff\xff":
            at += 1  # fill bytes
        if len(data) < at + 4 or data[at] != 0xFF:
            raise Broken
        marker = data[at + 1]
        if marker == 0xD9:
            raise Broken  # an end before any picture
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        elif marker == 0xDA:
            yield marker, start, _end_of_jpeg(data, at)
            return
        else:
            at += 2 + _segment_length(data, at)
        yield marker, start, at


def _segment_length(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at + 2 : at + 4])
    if length < 2 or at + 2 + length > len(data):
        raise Broken
    return length


def _end_of_jpeg(data: bytes, scan: int) -> int:
    """Where the picture whose first scan begins at `scan` ends."""
    at = scan + 2 + _segment_length(data, scan)
    while at < len(data):
        # In steps, as other threads wait while the search looks at a part.
        found = _MARK.search(data, at, at + _PART)
        if found is None:
            at += _PART - 1
        elif found[0][1] == 0xD9:
            return found.end()
        else:
            at = found.start() + 2 + _segment_length(data, found.start())
    raise Broken  # cut off: the compressed bytes never end


def _jpeg(data: bytes, without_exif: bool) -> bytes:
    parts = _Parts(data, 2)
    for marker, start, end in _jpeg_segments(data):
        if marker == 0xDA:
            parts.keep(end)
            continue
        part = data[start:end]
        kept = _kept_segment(marker, part, without_exif)
        parts.put(end, part, kept, kept)
    if data[parts.at :].strip(b"\0"):
        parts.drop(len(data))  # films, further pictures: whatever was put behind it
    else:
        parts.keep(len(data))
    return parts.joined()


def _kept_segment(marker: int, part: bytes, without_exif: bool) -> bytes:
    words = part[4:40].lstrip(b"\xff")
    if marker == 0xE1 and words.startswith(b"Exif\0\0"):
        exif = part[10:]
        kept = b"" if without_exif else kept_exif(exif)
        if kept is exif or not kept:
            return part if kept else b""
        return b"\xff\xe1" + (len(kept) + 8).to_bytes(2) + b"Exif\0\0" + kept
    if marker == 0xED:
        kept = b"" if without_exif else _kept_iptc(part)
        return part if kept == part else kept
    if marker == 0xE0 and words.startswith(b"JFIF\0") and len(part) > 18:
        return b"\xff\xe0\0\x10" + part[4:16] + b"\0\0"  # without its thumbnail, which may be uncropped
    needed = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
    if marker in needed:
        return part if words.startswith(needed[marker]) else b""
    return b"" if 0xE1 <= marker <= 0xEF or marker == 0xFE else part


def _kept_iptc(part: bytes) -> bytes:
    """A Photoshop segment with nothing in it but author, credit and rights, b"" when it has none of them."""
    head = b"Photoshop 3.0\0"
    if not part[4:].startswith(head):
        return b""
    at = 4 + len(head)
    while part[at : at + 4] == b"8BIM" and len(part) >= at + 12:
        number = part[at + 4 : at + 6]
        name = part[at + 6] + 1
        at += 6 + name + name % 2
        size = int.from_bytes(part[at : at + 4])
        block = part[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
        if number == b"\x04\x04":
            sets = _datasets(block)
            kept = b"".join(raw for key, raw in sets if key in _IPTC)
            if not any(key in _IPTC and key[0] == 2 and key[1] for key, _raw in sets):
                return b""
            body = head + b"8BIM\x04\x04\0\0" + len(kept).to_bytes(4) + kept + b"\0" * (len(kept) % 2)
            return b"\xff\xed" + (len(body) + 2).to_bytes(2) + body
    return b""


def _datasets(block: bytes) -> list[tuple[tuple[int, int], bytes]]:
    found = []
    at = 0
    while block[at : at + 1] == b"\x1c" and len(block) >= at + 5:
        size = int.from_bytes(block[at + 3 : at + 5])
        if size > 0x7FFF or at + 5 + size > len(block):
            break
        found.append(((block[at + 1], block[at + 2]), block[at : at + 5 + size]))
        at += 5 + size
    return found


# --- PNG ----------------------------------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk."""
    at, name = 8, b""
    while name != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4])
        name = data[at + 4 : at + 8]
        if end > len(data) or (at == 8 and name != b"IHDR"):
            raise Broken
        yield name, at, end
        at = end


def _png(data: bytes, without_exif: bool) -> bytes:
    parts = _Parts(data, 8)
    for name, start, end in _png_chunks(data):
        if name in _PNG or (
            name in (b"tEXt", b"zTXt", b"iTXt")
            and data[start + 8 : start + 100].partition(b"\0")[0] in _PNG_WORDS
        ):
            parts.keep(end)
        elif name == b"eXIf" and not without_exif:
            exif = data[start + 8 : end - 4]
            kept = kept_exif(exif)
            body = b"eXIf" + kept
            chunk = len(kept).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
            parts.put(end, exif, kept, chunk)
        else:
            parts.drop(end)
    parts.drop(len(data))
    return parts.joined()


# --- WebP ---------------------------------------------------------------------------------------------------------


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end (without the byte that fills up) of each chunk."""
    whole = 8 + int.from_bytes(data[4:8], "little")
    if whole > len(data):
        raise Broken
    at = 12
    while at + 8 <= whole:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > whole:
            raise Broken
        yield data[at : at + 4], at, end
        at = end + end % 2


def _webp(data: bytes, without_exif: bool) -> bytes:
    parts = _Parts(data, 12)
    has_exif = False
    for name, start, end in _webp_chunks(data):
        whole = end + end % 2
        if name in _WEBP:
            parts.keep(whole)
        elif name == b"EXIF" and not without_exif:
            exif = data[start + 8 : end].removeprefix(b"Exif\0\0")
            kept = kept_exif(exif)
            has_exif = has_exif or bool(kept)
            chunk = b"EXIF" + len(kept).to_bytes(4, "little") + kept + b"\0" * (len(kept) % 2)
            parts.put(whole, exif, kept, chunk)
        else:
            parts.drop(whole)
    parts.drop(len(data))
    out = parts.joined()
    if out is data:
        return data
    size = (len(out) - 8).to_bytes(4, "little")
    if out[12:16] != b"VP8X" or len(out) < 30:
        return out[:4] + size + out[8:]
    flags = (out[20] & ~0x0C) | (0x08 if has_exif else 0)  # which of the two kinds of words it has
    return out[:4] + size + out[8:20] + bytes([flags]) + out[21:]


# --- GIF ----------------------------------------------------------------------------------------------------------


def _gif(data: bytes, _without_exif: bool) -> bytes:
    if len(data) < 13:
        raise Broken
    at = 13 + _colours(data[10])
    parts = _Parts(data, at)
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            parts.keep(at + 1)
            parts.drop(len(data))
            break
        if kind == 0x2C and len(data) > at + 9:
            at = _sub_blocks(data, at + 11 + _colours(data[at + 9]))
            stays = True
        elif kind == 0x21 and len(data) > at + 2:
            label, words = data[at + 1], data[at + 3 : at + 14]
            at = _sub_blocks(data, at + 2)
            stays = label in (0xF9, 0x01) or (label == 0xFF and words in _GIF_PROGRAMS)
        else:
            raise Broken
        (parts.keep if stays else parts.drop)(at)
    return parts.joined()


def _colours(flags: int) -> int:
    """The bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    if at >= len(data):
        raise Broken
    return at + 1


_WALKS: Final[dict[str, Callable[[bytes, bool], bytes]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/heic": lambda data, _without_exif: heif.blanked(data),
    "image/avif": lambda data, _without_exif: heif.blanked(data),
}
