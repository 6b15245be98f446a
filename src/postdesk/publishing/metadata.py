"""What a picture's file says besides the picture: place, persons and free words are taken out of it without touching a
pixel; colours, the camera, the author and the rights stay.

What stays is a list, and all else goes: a picture tells where it was taken in more ways than anybody can list. The
decision is made here and not by an imaging library, as the key of a picture must not change with a library's version.

Formats: JPEG (ITU-T T.81 annex B), Exif 2.32, IPTC-IIM 4.2 in Photoshop's resources, PNG (third edition), WebP
(RFC 9649), GIF89a, and HEIC and AVIF (ISO/IEC 14496-12 and 23008-12), in which what is taken out is blanked, so that
nothing moves.

Long because six formats are walked by the same few rules; a module for each would share them.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

_IFD0 = frozenset(
    # make, model, orientation, resolution, software, date, artist, white point, chromaticities, YCbCr, rights, Exif
    {271, 272, 274, 282, 283, 296, 305, 306, 315, 318, 319, 529, 531, 532, 33432, 34665}
)
_EXIF = frozenset(
    # exposure, sensitivity, dates without their time zone, lens, sizes: the camera's settings. Not its number, its
    # owner, its notes or what it believed to see.
    {33434, 33437, 34850, 34855, 34864, 34865, 34866, 34867, 36864, 36867, 36868, 37121, 37377, 37378, 37379, 37380,
     37381, 37382, 37383, 37384, 37385, 37386, 37520, 37521, 37522, 40960, 40961, 40962, 40963, 41486, 41487, 41488,
     41495, 41728, 41729, 41985, 41986, 41987, 41988, 41989, 41990, 41991, 41992, 41993, 41994, 42034, 42035, 42036,
     42240}
)  # fmt: skip
_ORIENTATION, _EXIF_IFD = 274, 34665
_OF_THE_PIXELS = frozenset({_ORIENTATION, 40962, 40963})
_UNIT = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of an Exif type
_WORDS, _RIGHTS = 2, 33432  # the type of text; the one text that may have two parts
_LONGEST, _LONGEST_WORDS = 64, 1024  # bytes of one Exif value that stays
_IPTC = frozenset(
    {(1, 90), (2, 0), (2, 80), (2, 85), (2, 110), (2, 115), (2, 116)}
)  # author, credit, source, rights
_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT tIME acTL fcTL fdAT".split()
)
_PNG_WORDS = frozenset({b"Author", b"Copyright", b"Software", b"Creation Time"})
_WEBP = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_GIF_PROGRAMS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_EMPTY_EXIF = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # ends a run of JPEG's compressed bytes


class Broken(Exception):
    """The file is cut off, or not what its first bytes say."""


class Entangled(Exception):
    """What should go cannot be taken out without encoding the picture anew."""


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
        found = (p[10:] for m, p in _jpeg_segments(data) if m == 0xE1 and p[4:10] == b"Exif\0\0")
    elif kind == "image/png":
        found = (data[a + 8 : b - 4] for name, a, b in _png_chunks(data) if name == b"eXIf")
    elif kind == "image/webp":
        found = (
            data[a + 8 : b].removeprefix(b"Exif\0\0") for name, a, b in _webp_chunks(data) if name == b"EXIF"
        )
    else:
        return b""
    return next(found, b"")


def orientation(exif: bytes) -> int:
    """How an Exif block says that the picture is to be turned: 1 (upright) to 8."""
    try:
        order, entries, _next = _ifd(exif, None)
    except (Broken, struct.error):
        return 1
    for tag, _kind, _count, value in entries:
        if tag == _ORIENTATION and len(value) >= 2:
            (turn,) = struct.unpack(order + "H", value[:2])
            return int(turn) if 1 <= turn <= 8 else 1
    return 1


def kept_exif(exif: bytes, *, anew: bool = False) -> bytes:
    """An Exif block without place and persons; the same object when it has none, b"" when nothing is left. `anew`: the
    picture is encoded anew and upright, so what it says of its pixels goes as well."""
    gone = _OF_THE_PIXELS if anew else frozenset[int]()
    try:
        order, first, thumbnail = _ifd(exif, None)
        pointer = next((v for t, k, c, v in first if t == _EXIF_IFD and k == 4 and c == 1), None)
        second: list[_Entry] = []
        if pointer is not None:
            _order, second, _next = _ifd(exif, struct.unpack(order + "I", pointer)[0])
    except (Broken, struct.error):
        return b""
    keep = [e for e in first if e[0] in _IFD0 - gone and e[0] != _EXIF_IFD]
    keep_second = [e for e in second if e[0] in _EXIF - gone]
    left_out = len(first) - len(keep) - (pointer is not None) + len(second) - len(keep_second)
    if not left_out and not thumbnail:
        return exif
    return _tiff(order, keep, keep_second) if keep or keep_second else b""


def upright_exif(exif: bytes) -> bytes:
    """An Exif block with all that it says, but that the picture is upright."""
    try:
        order, entries, _next = _ifd(exif, None)
    except (Broken, struct.error):
        return exif
    for number, (tag, kind, count, _value) in enumerate(entries):
        if tag == _ORIENTATION and kind == 3 and count == 1:
            place = struct.unpack(order + "I", exif[4:8])[0] + 2 + 12 * number + 8
            return exif[:place] + struct.pack(order + "H", 1) + exif[place + 2 :]
    return exif


def is_lossless_webp(data: bytes) -> bool:
    """Whether a WebP keeps every pixel as it was drawn. Raises `Broken`."""
    return any(name == b"VP8L" for name, _start, _end in _webp_chunks(data))


def credit_of(jpeg: bytes, *, keep_all: bool) -> bytes:
    """The JPEG segment with the author and the rights (with `keep_all` all that it has), b"" for none."""
    for marker, part in _jpeg_segments(jpeg):
        if marker == 0xED:
            return part if keep_all else _kept_iptc(part)
    return b""


def with_segment(jpeg: bytes, segment: bytes) -> bytes:
    """A JPEG that an encoder made, with one segment more."""
    first = next(_jpeg_segments(jpeg))
    place = 2 + (len(first[1]) if first[0] == 0xE0 else 0)
    return jpeg[:place] + segment + jpeg[place:]


# --- Exif ---------------------------------------------------------------------------------------------------------

_Entry = tuple[int, int, int, bytes]


def _ifd(exif: bytes, at: int | None) -> tuple[str, list[_Entry], int]:
    """Byte order, entries (tag, type, count, value) and the place of the next table; `at` None for the first one."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        raise Broken
    if at is None:
        (at,) = struct.unpack_from(order + "I", exif, 4)
    (count,) = struct.unpack_from(order + "H", exif, at)
    if at + 2 + 12 * count > len(exif):
        raise Broken
    entries: list[_Entry] = []
    for number in range(count):
        place = at + 2 + 12 * number
        tag, kind, amount = struct.unpack_from(order + "HHI", exif, place)
        size = _UNIT.get(kind, 0) * amount
        if size > 4:
            (start,) = struct.unpack_from(order + "I", exif, place + 8)
        else:
            start = place + 8
        value = exif[start : start + size]
        # A value that is not there, too long, or has something behind its end, has no place in a list of what stays.
        broken = not size or len(value) != size or size > (_LONGEST_WORDS if kind == _WORDS else _LONGEST)
        if kind == _WORDS and tag != _RIGHTS:
            broken = broken or bool(value.partition(b"\0")[2].strip(b"\0 "))
        entries.append((0 if broken else tag, kind, amount, value[:_LONGEST_WORDS]))
    following = exif[at + 2 + 12 * count :][:4]
    return order, entries, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0


def _tiff(order: str, first: list[_Entry], second: list[_Entry]) -> bytes:
    """An Exif block of these entries."""
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    if not second:
        return header + _table(order, first, 8)
    pointer = (_EXIF_IFD, 4, 1, b"\0\0\0\0")
    length = len(_table(order, [*first, pointer], 8))
    pointer = (_EXIF_IFD, 4, 1, struct.pack(order + "I", 8 + length))
    return header + _table(order, [*first, pointer], 8) + _table(order, second, 8 + length)


def _table(order: str, entries: list[_Entry], at: int) -> bytes:
    rows, values = b"", b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in sorted(entries):
        if len(value) > 4:
            place = struct.pack(order + "I", behind + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            place = value.ljust(4, b"\0")
        rows += struct.pack(order + "HHI", tag, kind, count) + place
    return struct.pack(order + "H", len(entries)) + rows + b"\0\0\0\0" + values


# --- JPEG ---------------------------------------------------------------------------------------------------------


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole bytes of each segment; the last one (0xDA) has all of the compressed picture, to its end."""
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
            yield marker, data[start : _end_of_jpeg(data, at)]
            return
        else:
            at += 2 + _segment_length(data, at)
        yield marker, data[start:at]


def _segment_length(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at + 2 : at + 4])
    if length < 2 or at + 2 + length > len(data):
        raise Broken
    return length


def _end_of_jpeg(data: bytes, scan: int) -> int:
    """Where the picture whose first scan begins at `scan` ends."""
    at = scan
    while True:
        found = _MARK.search(data, at + 2 + _segment_length(data, at))
        if found is None:
            raise Broken  # cut off: the compressed bytes never end
        if found[0][1] == 0xD9:
            return found.end()
        at = found.start()


def _jpeg(data: bytes, without_exif: bool) -> bytes:
    parts = [data[:2]]
    end = 2
    for marker, part in _jpeg_segments(data):
        end += len(part)
        parts.append(_kept_segment(marker, part, without_exif))
    rest = data[end:]
    parts.append(b"" if rest.strip(b"\0") else rest)  # films, further pictures: whatever was put behind it
    out = b"".join(parts)
    return data if out == data else out


def _kept_segment(marker: int, part: bytes, without_exif: bool) -> bytes:
    words = part[4:40].lstrip(b"\xff")
    if marker == 0xE1 and words.startswith(b"Exif\0\0"):
        exif = part[10:]
        kept = b"" if without_exif else kept_exif(exif)
        if kept is exif or not kept:
            return part if kept else b""
        return b"\xff\xe1" + (len(kept) + 8).to_bytes(2) + b"Exif\0\0" + kept
    if marker == 0xED:
        return b"" if without_exif else _kept_iptc(part)
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
    parts = [data[:8]]
    for name, start, end in _png_chunks(data):
        chunk = data[start:end]
        if name == b"eXIf" and not without_exif:
            exif = chunk[8:-4]
            kept = kept_exif(exif)
            if kept and kept is not exif:
                body = b"eXIf" + kept
                chunk = len(kept).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
            parts.append(chunk if kept else b"")
        elif name in _PNG or (
            name in (b"tEXt", b"zTXt", b"iTXt") and chunk[8:100].partition(b"\0")[0] in _PNG_WORDS
        ):
            parts.append(chunk)
    out = b"".join(parts)
    return data if out == data else out


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
    parts: list[bytes] = []
    has_exif = False
    for name, start, end in _webp_chunks(data):
        chunk = data[start : end + end % 2]
        if name == b"EXIF" and not without_exif:
            exif = data[start + 8 : end].removeprefix(b"Exif\0\0")
            kept = kept_exif(exif)
            if kept and kept is not exif:
                chunk = b"EXIF" + len(kept).to_bytes(4, "little") + kept + b"\0" * (len(kept) % 2)
            has_exif = has_exif or bool(kept)
            parts.append(chunk if kept else b"")
        elif name in _WEBP:
            parts.append(chunk)
    if parts and parts[0].startswith(b"VP8X") and len(parts[0]) >= 18:
        flags = (parts[0][8] & ~0x0C) | (0x08 if has_exif else 0)
        parts[0] = parts[0][:8] + bytes([flags]) + parts[0][9:]
    body = b"WEBP" + b"".join(parts)
    out = b"RIFF" + len(body).to_bytes(4, "little") + body
    return data if out == data else out


# --- GIF ----------------------------------------------------------------------------------------------------------


def _gif(data: bytes, _without_exif: bool) -> bytes:
    if len(data) < 13:
        raise Broken
    at = 13 + _colours(data[10])
    parts = [data[:at]]
    while at < len(data):
        start, kind = at, data[at]
        if kind == 0x3B:
            parts.append(data[at : at + 1])
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
        parts.append(data[start:at] if stays else b"")
    out = b"".join(parts)
    return data if out == data else out


def _colours(flags: int) -> int:
    """The bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    if at >= len(data):
        raise Broken
    return at + 1


# --- HEIC and AVIF ------------------------------------------------------------------------------------------------


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


def _heif(data: bytes, _without_exif: bool) -> bytes:
    """Blanks what is to go: the places of everything else stay true."""
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


_WALKS = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/heic": _heif,
    "image/avif": _heif,
}
