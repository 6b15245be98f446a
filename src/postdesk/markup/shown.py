"""Which pictures a post shows, in Markdown and in the HTML that a blog has of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from postdesk.core.tokens import Kind, cut
from postdesk.markup.pictures import find_pictures

_IMAGE = re.compile("<img", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"""background(?:-image)?\s*:[^;"']{0,200}?url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)""",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:\A|\s)wp-image-([1-9][0-9]{0,15})(?:\Z|\s)")
_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})[ \t]*\{=html\}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a text shows it: its reference, and its number on the blog where the text tells it ("" else)."""

    ref: str
    number: str = ""


def shown_pictures(body: str, content: str = "") -> tuple[Shown, ...]:
    """Every picture of `content` (HTML, as a blog has it; those behind its words come last) and `body` (Markdown), each
    reference once and in that order."""
    found: dict[str, str] = {}
    for source in (content, *(body[start:end] for start, end in _fences(body))):
        for _start, _end, attributes in _tags(source):
            values = dict(reversed(attributes))  # the first of two wins, as in browsers
            _note(found, values.get("src", ""), values)
    for values, ref in _behind(content):
        _note(found, ref, values)
    for picture in find_pictures(body):
        found.setdefault(picture.ref, "")
    return tuple(Shown(ref, number) for ref, number in found.items())


def exchange_in_cards(body: str, address_of: Callable[[str], str | None]) -> str:
    """`body` (Markdown) with the `src` of the pictures in its fences of HTML exchanged as `address_of` says; None
    leaves a tag as it is. Of a tag that shows another file its other sizes go, as they are not of that file."""
    pieces: list[str] = []
    place = 0
    for start, end in _fences(body):
        for tag_start, tag_end, attributes in _tags(body[start:end]):
            there = address_of(dict(reversed(attributes)).get("src", "").strip())
            if there is None:
                continue
            kept = [
                ("src", there) if n == "src" else (n, v)
                for n, v in attributes
                if n not in ("srcset", "sizes")
            ]
            written = "".join(f' {name}="{escape(value)}"' for name, value in kept)
            close = " /" if body[start + tag_end - 2] == "/" else ""
            pieces += [body[place : start + tag_start], f"<img{written}{close}>"]
            place = start + tag_end
    return "".join((*pieces, body[place:]))


def _fences(body: str) -> Iterator[tuple[int, int]]:
    """From where to where the HTML of each card is."""
    if "{=html}" not in body:
        return
    place = 0
    while (opening := _FENCE.search(body, place)) is not None:
        mark = opening[1]
        start = min(opening.end() + 1, len(body))
        closing = re.compile(rf"^[ ]{{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
        ended = closing.search(body, start)
        place = len(body) if ended is None else ended.end()
        yield start, len(body) if ended is None else ended.start()


def _note(found: dict[str, str], ref: str, values: dict[str, str]) -> None:
    if ref.strip():
        numbered = _NUMBERED.search(values.get("class", ""))
        found[ref.strip()] = found.get(ref.strip()) or (numbered[1] if numbered else "")


def _behind(source: str) -> Iterator[tuple[dict[str, str], str]]:
    """The elements that have a picture behind what is in them: their attributes, and the picture's reference."""
    if "background" not in source or "url(" not in source:
        return
    for kind, _start, _end, _tag, attributes in cut(source):
        if kind is Kind.START and attributes:
            values = dict(reversed(attributes))
            found = _BACKGROUND.search(values.get("style", ""))
            if found is not None:
                yield values, found[1] or found[2] or found[3] or ""


def _tags(source: str) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """From where to where each `<img>` tag is, and its attributes."""
    if _IMAGE.search(source) is not None:
        for kind, start, end, tag, attributes in cut(source):
            if kind is Kind.START and tag == "img":
                yield start, end, attributes
