"""Where a page leads to: its links to the net, the pictures that it loads from there, and links to places that are not
in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from postdesk.core.tokens import read

MOST = 1000  # links of one page
_LONGEST_WORDS = 80  # characters
_WEB = re.compile(r"(?:https?:)?//[^/?#\s]", re.IGNORECASE)
_SPACE = re.compile(r"[\t\n\r]+")  # what browsers take out of an address
_LOADING = frozenset(("img", "video", "audio", "source", "iframe", "embed"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Places that themes have around the post.
_OF_THE_THEME = frozenset(("", "top", "comments", "respond", "content", "main", "primary", "page", "footer"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the page has it: its address without entities, and its words, of a picture its description."""

    address: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outward:
    """`links` to the net, each address once and complete, in the page's order; `nowhere`: links to a place in the page
    (`#…`) that is not there."""

    links: tuple[Link, ...] = ()
    nowhere: tuple[Link, ...] = ()


def outward(page: str) -> Outward:
    """Where `page` (HTML) leads to. Takes any text; no more than `MOST` links are told."""
    reader = _Reader()
    read(page, reader)
    reader.end("a")
    links: dict[str, Link] = {}
    for link in reader.links:
        if _WEB.match(link.address) and len(links) < MOST:
            # An address without a scheme takes that of the page, which is nearly always this one.
            whole = f"https:{link.address}" if link.address.startswith("//") else link.address
            links.setdefault(whole, Link(whole, link.words))
    places = reader.places | _OF_THE_THEME
    nowhere = {
        link.address: link
        for link in reversed(reader.links)
        if link.address.startswith("#") and not _is_among(link.address[1:], places)
    }
    return Outward(tuple(links.values()), tuple(reversed(nowhere.values())))


def place_of(heading: str) -> str:
    """The name that blogs and their plug-ins give a heading's place: its words in lower case with hyphens."""
    return "-".join(re.findall(r"\w+", heading.casefold()))


def _is_among(place: str, places: set[str] | frozenset[str]) -> bool:
    # "#more-123" is WordPress' own, "#:~:text=" the browser's.
    if place in places or place.startswith(("more-", ":~:")):
        return True
    plain = unquote(place)
    return plain in places or place_of(plain) in places


class _Reader:
    """Collects links and places."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.places: set[str] = set()
        self._open = ""  # the address of the link that is open
        self._words: list[str] = []
        self._heading: list[str] | None = None

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        values = dict(reversed(attributes))  # the first of two wins
        self.places.update(values[name] for name in ("id", "name") if values.get(name))
        if tag == "a":
            self._end_link()
            self._open = _clean(values.get("href", ""))
        elif tag in _LOADING:
            source = _clean(values.get("src", ""))
            if source:
                self.links.append(Link(source, _short(values.get("alt", ""))))
            if tag == "img" and self._open:
                self._words.append(values.get("alt", ""))
        elif tag in _HEADINGS:
            self._heading = []

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "a":
            self._end_link()
        elif tag in _HEADINGS and self._heading is not None:
            self.places.add(place_of("".join(self._heading)))
            self._heading = None

    def text(self, words: str) -> None:
        """Text between tags."""
        if self._open:
            self._words.append(words)
        if self._heading is not None:
            self._heading.append(words)

    def _end_link(self) -> None:
        if self._open:
            self.links.append(Link(self._open, _short("".join(self._words))))
        self._open, self._words = "", []


def _clean(address: str) -> str:
    return _SPACE.sub("", address.strip())


def _short(words: str) -> str:
    plain = " ".join(words[: 20 * _LONGEST_WORDS].split())
    return plain if len(plain) <= _LONGEST_WORDS else plain[: _LONGEST_WORDS - 1].rstrip() + "…"
