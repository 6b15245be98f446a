"""What a file's bytes are as text, and the same bytes again from the text.

Four kinds of files: UTF-8 text; UTF-8 text with a few bytes in it that are none, which can be edited (each such byte
is one stand-in character, and is written back as it was); text in another encoding, which can be read; and files that
are no text at all. The last two are never written.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from postdesk.core.language import _, ngettext

BOM: Final = b"\xef\xbb\xbf"
LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a post; of a longer file only the start is read."""
START: Final = 1 << 17
"""Bytes that are shown of such a file; a whole number of wide characters."""
LONGEST_LINE: Final = 1_000_000
"""Characters of a line; the editor lays a line out as a whole, and a key in ten times as many takes seconds."""

_SAMPLE = 1 << 18  # bytes that decide what kind of file it is
# No font has letters there (the end of the last plane for private use), and unlike lone surrogates they may be
# handed to Qt, to SQLite and to JSON. Where a damaged file really holds one, its bytes are stood in for, too.
_FIRST = 0x10FE00
_STAND_INS = re.compile("[\U0010fe80-\U0010feff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TO_STAND_INS = {0xDC00 + byte: _FIRST + byte for byte in range(0x80, 0x100)}
_FROM_STAND_INS = {stand_in: byte for byte, stand_in in _TO_STAND_INS.items()}
# Control characters that no text holds but by accident.
_NO_TEXT = bytes([*range(9), *range(14, 26), *range(28, 32), 127])
_WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, without its byte order mark. `problem` is a sentence for the writer, or "".

    `stand_ins`: bytes that are no UTF-8 stand in `text` as characters of their own, see `has_stand_ins`.
    """

    text: str
    bom: bool = False
    stand_ins: bool = False
    readonly: bool = False
    problem: str = ""


def decode(data: bytes, *, part: bool = False, writable: bool = False) -> Decoded:
    """The text in a file's bytes. `part`: they are only the file's start; `writable`: they were just written here, so
    they are text in UTF-8 however they look. Never raises.
    """
    bom = data.startswith(BOM)
    raw = data[3:] if bom else data
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        if part and error.start >= len(raw) - 3:
            return decode(data[: len(data) - len(raw) + error.start])  # cut in the middle of a letter
        return _damaged(raw, bom) if writable else _no_utf8(data, raw, bom)
    if (
        not writable and 0 in raw and raw.count(0) * 2 >= len(raw)
    ):  # a few control characters may be in any text
        return _no_text()
    if not writable and _has_endless_line(text):
        return Decoded(text[:START], bom, readonly=True, problem=_endless_line())
    return Decoded(text, bom)


def encode(text: str, *, bom: bool = False, stand_ins: bool = False) -> bytes:
    """The bytes of `text`; what no file can hold (half of a character) becomes U+FFFD."""
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    raw = text.translate(_FROM_STAND_INS).encode("utf-8", "surrogateescape") if stand_ins else text.encode()
    return (BOM if bom else b"") + raw


def has_stand_ins(text: str) -> bool:
    """Whether a part of a text that was decoded with `stand_ins` holds one."""
    return _STAND_INS.search(text) is not None


def _no_utf8(data: bytes, raw: bytes, bom: bool) -> Decoded:
    for mark, name in _WIDE:
        if data.startswith(mark):
            try:
                return _other_encoding(data.decode(name))
            except UnicodeDecodeError:
                break
    sample = raw[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _NO_TEXT))
    bad, letters = _counts(sample)
    if controls and (controls + bad) * 5 >= len(sample):
        return _no_text()
    if bad > 2 * letters and not bom:
        # The table of Windows for the languages of Western Europe, which knows every byte (encoding.spec.whatwg.org).
        return _other_encoding(codecs.charmap_decode(raw, "strict", _WESTERN)[0])
    damaged = _damaged(raw, bom)
    if _has_endless_line(damaged.text):
        return Decoded(damaged.text[:START], bom, readonly=True, problem=_endless_line())
    return damaged


def _damaged(raw: bytes, bom: bool) -> Decoded:
    escaped = _STAND_INS.sub(lambda found: _as_bytes(found[0]), raw.decode("utf-8", "surrogateescape"))
    text = escaped.translate(_TO_STAND_INS)
    count = len(_STAND_INS.findall(text))
    words = ngettext(
        "{count} byte of this file is no UTF-8 text and is shown as a box.",
        "{count} bytes of this file are no UTF-8 text and are shown as boxes.",
        count,
    ).format(count=count)
    todo = _("The rest can be edited; replace the boxes by what they should be before you publish the post.")
    return Decoded(text, bom, stand_ins=True, problem=" ".join((words, _("They stay as they are."), todo)))


def _counts(sample: bytes) -> tuple[int, int]:
    """How many bytes are no UTF-8, and how many letters outside ASCII are; halves of a character, which some
    programs write as three bytes each, are taken for letters."""
    text = sample.decode("utf-8", "surrogateescape")
    bad = len(_SURROGATES.findall(text))
    halves = len(_HALVES.findall(sample))
    ascii_letters = len(sample) - len(sample.translate(None, _ASCII))
    return bad - 3 * halves, len(text) - bad - ascii_letters + halves


_ASCII = bytes(range(128))
_HALVES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_WESTERN = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


def _as_bytes(letter: str) -> str:
    return letter.encode().decode("ascii", "surrogateescape")


def _no_text() -> Decoded:
    problem = _(
        "This file is no text: it is a picture, or belongs to another program. "
        "It stays as it is. Open it with the program that made it."
    )
    return Decoded("", readonly=True, problem=problem)


def _other_encoding(text: str) -> Decoded:
    problem = _(
        "This file is not UTF-8 text. It is shown as well as can be, and stays as it is. "
        "To edit it here, save it as UTF-8 with a text editor first."
    )
    text = text.removeprefix("\ufeff")
    return Decoded(text[:START] if _has_endless_line(text) else text, readonly=True, problem=problem)


def _has_endless_line(text: str) -> bool:
    if len(text) <= LONGEST_LINE:
        return False
    return max(map(len, text.replace("\r", "\n").split("\n"))) > LONGEST_LINE


def _endless_line() -> str:
    return _(
        "A line of this file is longer than a million characters, and only the file's start is shown. "
        "It stays as it is. To edit it here, break its lines with a text editor first."
    )


def too_large() -> str:
    """The sentence for a file of which only the start is shown."""
    return _(
        "This file is larger than {count} MB, and only its start is shown. It stays as it is. "
        "To edit it here, cut it into several with a text editor first."
    ).format(count=LARGEST >> 20)
