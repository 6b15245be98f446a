"""Cuts HTML into tags and text as browsers do, in time that grows with its length and no faster.

The standard library's parser looks for the end of each broken tag anew (CPython 3.11: gh-135462 and its like), so that
a megabyte of "<!" takes hours. Source: the HTML standard, 13.2.5 "Tokenization". One thing is otherwise: what browsers
swallow because it never ends (a tag, a comment) is text here, so that nothing typed disappears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from html import unescape
from typing import Protocol


class Kind(Enum):
    """What a token is."""

    TEXT = "text"
    RAW = "raw"  # the text in a script or its like, where an entity is none
    START = "start"
    END = "end"
    COMMENT = "comment"
    OTHER = "other"  # a declaration or its like, which browsers drop


Token = tuple[Kind, int, int, str, list[tuple[str, str]]]
"""The kind; from where to where in the source, in code points; of a tag its name in lower case, and its attributes with
their names in lower case and their values without entities."""

_NOTHING: list[tuple[str, str]] = []


class Reader(Protocol):
    """Who is told. Names of elements and attributes come in lower case, values and text without entities."""

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins. One without a value has ""."""

    def end(self, tag: str) -> None:
        """An element ends, perhaps one that never began."""

    def text(self, words: str) -> None:
        """Text between tags; of an element that holds text only (a script) the whole of it."""


# What is inside of these is text up to their own end.
TEXT_ONLY = frozenset("script style xmp iframe noembed noframes textarea title noscript".split())
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in TEXT_ONLY}
_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*")
_BETWEEN = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE = re.compile(r"=?[^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_BARE = re.compile(r"[^\t\n\f\r >]*")
_PLAIN_ATTRIBUTE = re.compile(r" ([a-z0-9_:-]+)=\"([^\"]*)\"")  # as nearly all people and programs write them
_PLAIN_ATTRIBUTES = re.compile(r"(?: [a-z0-9_:-]+=\"[^\"]*+\")++ ?/?>")
_COMMENT_END = re.compile(r"--!?>")
_LONG_NUMBER = re.compile(r"&#0*[0-9]{8,}")  # no character has it, and Python refuses to read 4,300 digits


def read(source: str, reader: Reader) -> None:
    """Tell `reader` what `source` holds, in order."""
    for kind, start, end, tag, attributes in cut(source):
        if kind is Kind.TEXT:
            reader.text(entities(source[start:end]))
        elif kind is Kind.START:
            reader.start(tag, attributes)
        elif kind is Kind.END:
            reader.end(tag)
        elif kind is Kind.RAW:
            reader.text(source[start:end])


def cut(source: str) -> Iterator[Token]:
    """The tokens of `source`, one after the other; together they are the whole of it."""
    place = shown = 0  # `shown`: up to where everything was told
    ended = len(source)
    comment_ends = True  # whether there is another end of a comment
    while True:
        at = source.find("<", place)
        if at < 0 or at + 1 >= ended:
            break
        letter = source[at + 1]
        kind, tag = Kind.OTHER, ""
        attributes: list[tuple[str, str]] = []
        after: int | None
        closes = letter == "/"
        name = _NAME.match(source, at + 2 if closes else at + 1)
        if name is not None:
            after = name.end() + 1
            if not source.startswith(">", after - 1):  # most tags have no attributes
                plain = _PLAIN_ATTRIBUTES.match(source, after - 1)
                if plain is not None:
                    found = _PLAIN_ATTRIBUTE.findall(source, after - 1, plain.end())
                    attributes, after = [(one, entities(value)) for one, value in found], plain.end()
                else:
                    attributes, after = _attributes(source, after - 1)
            if after is None:
                break  # nothing ends this tag, nor any that follows
            kind, tag = Kind.END if closes else Kind.START, name[0].lower()
        elif letter == "!" and source.startswith("--", at + 2):
            after = _comment(source, at) if comment_ends else None
            if after is None:
                comment_ends = False
                place = at + 4
                continue
            kind = Kind.COMMENT
        elif closes or letter in "!?":
            after = source.find(">", at + 2) + 1
            if not after:
                break
        else:
            place = at + 1
            continue
        if at > shown:
            yield Kind.TEXT, shown, at, "", _NOTHING
        place = shown = after
        yield kind, at, after, tag, attributes
        if kind is Kind.START and tag in TEXT_ONLY:
            over = _ENDS[tag].search(source, after)
            stop = ended if over is None else over.start()
            if stop > after:
                yield Kind.RAW, after, stop, "", _NOTHING
            place = shown = stop
    if shown < ended:
        yield Kind.TEXT, shown, ended, "", _NOTHING


def entities(text: str) -> str:
    """`text` with the characters that its entities stand for."""
    if "&" not in text:
        return text
    return unescape(_LONG_NUMBER.sub("&#xfffd", text) if "&#" in text else text)


def _attributes(source: str, place: int) -> tuple[list[tuple[str, str]], int | None]:
    """The attributes from `place` on, and where their tag is over; None for one that never is."""
    found: list[tuple[str, str]] = []
    ended = len(source)
    while True:
        place = _skip(_BETWEEN, source, place)
        if place >= ended:
            return [], None
        if source[place] == ">":
            return found, place + 1
        start, place = place, _skip(_ATTRIBUTE, source, place)
        name, value = source[start:place].lower(), ""
        equals = _EQUALS.match(source, place)
        if equals is not None:
            place = equals.end()
            quote = source[place : place + 1]
            if quote in ('"', "'"):
                end = source.find(quote, place + 1)
                if end < 0:
                    return [], None
                value, place = source[place + 1 : end], end + 1
            else:
                start, place = place, _skip(_BARE, source, place)
                value = source[start:place]
        found.append((name, entities(value)))


def _skip(letters: re.Pattern[str], source: str, place: int) -> int:
    found = letters.match(source, place)
    return found.end() if found is not None else place


def _comment(source: str, at: int) -> int | None:
    """Where the comment that begins at `at` is over; None when it never is."""
    for empty in ("<!-->", "<!--->"):
        if source.startswith(empty, at):
            return at + len(empty)
    found = _COMMENT_END.search(source, at + 4)
    return found.end() if found is not None else None


def comment_text(written: str) -> str:
    """What stands in a comment, given as a whole."""
    found = _COMMENT_END.search(written, 4)
    return written[4 : found.start()] if found is not None else ""
