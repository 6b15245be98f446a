"""The parts of a link: its label, its address, its title, and the definitions that name them.

As CommonMark 0.31.2 has them (https://spec.commonmark.org/0.31.2/#links). Times are linear in the text's length.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

LONGEST_LABEL = 999  # characters
_DEEPEST = 32  # brackets in brackets in an address

_ESCAPABLE = re.compile(
    r"\\([!-/:-@\[-`{-~])|(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_POINTED = re.compile(r"<((?:[^<>\n\\]|\\.)*+)>")
_PLAIN = re.compile(r"[^\\()\x00-\x20\x7f]+")
_TITLE = re.compile(
    r"\"((?:[^\"\\]|\\.|\\)*+)\"|'((?:[^'\\]|\\.|\\)*+)'|\(((?:[^()\\]|\\.|\\(?=\)))*+)\)", re.DOTALL
)
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.|\\)*+)\]", re.DOTALL)
_SPACE = re.compile(r"[ \t]*\n?[ \t]*")
_LINE_END = re.compile(r"[ \t]*(?:\n|\Z)")


def label_key(label: str) -> str:
    """How two labels are compared: letters alike whatever their case, white space of any kind and number as one."""
    return " ".join(label.split()).casefold()


def plain(text: str) -> str:
    """`text` without the backslashes of escapes, its entities as characters."""
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPABLE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    return match[1] or entity(match[2])


def entity(written: str) -> str:
    """The characters of an entity such as `&amp;`; what is none stays as it is."""
    if written[1] == "#":
        number = int(written[3:-1], 16) if written[2] in "xX" else int(written[2:-1])
        # STX and ETX are marks of the renderer.
        if number in (0, 2, 3) or 0xD800 <= number <= 0xDFFF or number > 0x10FFFF:
            return "\ufffd"
        return chr(number)
    return html.unescape(written) if written[1:] in html5 else written


def read_label(text: str, place: int) -> tuple[str, int] | None:
    """The label in brackets at `place`, as written, and the place after it."""
    match = _LABEL.match(text, place)
    if match is None or len(match[1]) > LONGEST_LABEL or not match[1].strip():
        return None
    return match[1], match.end()


def read_address(text: str, place: int) -> tuple[str, int] | None:
    """The address at `place` and the place after it. It may be empty only in pointed brackets."""
    if text.startswith("<", place):
        match = _POINTED.match(text, place)
        return (plain(match[1]), match.end()) if match is not None else None
    at, depth = place, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2 if at + 1 < len(text) and text[at + 1] > " " else 1
        elif character == "(":
            depth += 1
            if depth > _DEEPEST:
                return None
            at += 1
        elif character == ")":
            if depth == 0:
                break
            depth -= 1
            at += 1
        else:
            match = _PLAIN.match(text, at)
            if match is None:
                break
            at = match.end()
    if depth or at == place:
        return None
    return plain(text[place:at]), at


def read_title(text: str, place: int) -> tuple[str, int] | None:
    """The title in quotes or brackets at `place` and the place after it."""
    match = _TITLE.match(text, place)
    if match is None:
        return None
    return plain(match[match.lastindex or 1]), match.end()


def read_target(text: str, place: int) -> tuple[str, str | None, int] | None:
    """What stands in the round brackets of a link, from after the first on: address, title, place after the last."""
    at = _skip(text, place)
    address = ""
    found = read_address(text, at)
    if found is not None:
        address, at = found
    elif text.startswith("<", at):
        return None
    title = None
    after = _skip(text, at)
    if found is not None and after > at:
        named = read_title(text, after)
        if named is not None:
            title, after = named
            after = _skip(text, after)
    if not text.startswith(")", after):
        return None
    return address, title, after + 1


def read_definition(text: str, place: int) -> tuple[str, str, str | None, int] | None:
    """The definition at `place`, a line's start: label (as written), address, title, and where the next line starts."""
    labelled = read_label(text, place)
    if labelled is None or not text.startswith(":", labelled[1]):
        return None
    label, at = labelled
    found = read_address(text, _skip(text, at + 1))
    if found is None:
        return None
    address, at = found
    after = _skip(text, at)
    if after > at:
        named = read_title(text, after)
        if named is not None:
            end = _LINE_END.match(text, named[1])
            if end is not None:
                return label, address, named[0], end.end()
    end = _LINE_END.match(text, at)
    if end is None:
        return None
    return label, address, None, end.end()


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match is not None else place
