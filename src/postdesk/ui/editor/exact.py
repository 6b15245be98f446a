"""Text into Qt's document and out again without losing or changing a character.

A QTextDocument cuts paragraphs at a few characters that a post may really contain (a paragraph separator that came
with pasted text, two noncharacters Qt uses itself, a lone carriage return), and PySide takes a byte order mark in front
of a string for one and drops it. They go in as noncharacters of the same
length and come out as they were; should a post contain those noncharacters too, they are written as two, and so is
half a surrogate pair, which the binding would drop.
`QTextDocument.toPlainText` turns non-breaking spaces into spaces: `toRawText` does not, and is what is used here.
"""

from __future__ import annotations

import re

_STAND_INS = {
    "\u2029": "\ufdd2",
    "\ufdd0": "\ufdd3",
    "\ufdd1": "\ufdd4",
    "\r": "\ufdd5",
    "\ufeff": "\ufdd6",
    "\ufffe": "\ufdd7",
}
_ESCAPE = "\ufdef"
_ESCAPED = {own: _ESCAPE + str(n) for n, own in enumerate((*_STAND_INS.values(), _ESCAPE))}

_HALVES = {chr(half): _ESCAPE + chr(0xE000 + half - 0xD800) for half in range(0xD800, 0xE000)}

_INTO = str.maketrans(_STAND_INS | _ESCAPED | _HALVES)
_BACK = {shown: real for real, shown in (_STAND_INS | _ESCAPED | _HALVES).items()}
_SPECIAL = re.compile("[\u2029\ufdd0-\ufdd7\ufdef\ufeff\ufffe\r\ud800-\udfff]")
_SHOWN = re.compile("\ufdef[0-6\ue000-\ue7ff]|[\ufdd2-\ufdd7]")
_LONG = 400  # code points from which on a few searches for single characters are quicker than one pattern
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")


def to_document(text: str) -> str:
    """What is put into the document for `text` (lines end with LF); the same length but for U+FDD2-7, U+FDEF
    and half surrogate pairs."""
    if text.isascii() and "\r" not in text:
        return text
    if len(text) > _LONG and not _may_be_special(text):
        return text
    return text.translate(_INTO) if _SPECIAL.search(text) else text


def _may_be_special(text: str) -> bool:
    if any(letter in text for letter in _STAND_INS) or any(letter in text for letter in _ESCAPED):
        return True
    try:
        text.encode("utf-16-le")
    except UnicodeEncodeError:  # half a pair
        return True
    return False


def from_document(raw: str) -> str:
    """The text behind `toRawText()`, or behind a part of it such as `selectedText()`."""
    if raw.isascii():
        return raw
    text = raw.replace("\u2029", "\n")
    if len(text) > _LONG and not any(letter in text for letter in (*_STAND_INS.values(), _ESCAPE)):
        return text
    return _SHOWN.sub(lambda found: _BACK[found[0]], text) if _SHOWN.search(text) else text


def one_line_end(text: str) -> str:
    """Text from elsewhere (pasted, dropped) with LF as its only line end."""
    return _LINE_ENDS.sub("\n", text)


def is_inside(before: str, after: str) -> bool:
    """Whether the place between two of the document's UTF-16 units is inside one character of the post."""
    return "\udc00" <= after <= "\udfff" or (before == _ESCAPE and bool(_SHOWN.match(before + after)))


def units(text: str) -> int:
    """How many UTF-16 units `text` has."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def points(text: str, unit: int) -> int:
    """How many code points of `text` lie before a UTF-16 unit."""
    if units(text) == len(text):
        return min(unit, len(text))
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "ignore"))


def utf16_offsets(text: str) -> list[int] | None:
    """For every code point its offset in UTF-16 units (and the length at the end); None where they are the same."""
    if units(text) == len(text):
        return None
    offsets = [0]
    for letter in text:
        offsets.append(offsets[-1] + (2 if letter > "\uffff" else 1))
    return offsets
