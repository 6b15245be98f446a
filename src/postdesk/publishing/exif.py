"""What a camera notes in a picture (Exif 2.32, a TIFF block): read, and written again without place and persons.

What stays is a list, and all else goes. The decision is made here and not by an imaging library, as the key of a
picture must not change with a library's version. Any bytes may stand there: what makes no sense goes as well.
"""

from __future__ import annotations

import struct

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


class Broken(Exception):
    """The file is cut off, or not what its first bytes say."""


class Entangled(Exception):
    """What should go cannot be taken out without encoding the picture anew."""


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
        if kind == _WORDS:
            said = [words for words in value.split(b"\0") if words.strip()]
            broken = broken or len(said) > (2 if tag == _RIGHTS else 1)
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
