"""What a reader reads of a post: its plain text, and the beginning of it."""

from __future__ import annotations

import re

from postdesk.core.tokens import read
from postdesk.markup.render import render_document

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd blockquote pre tr figure figcaption div table ul ol dl hr br section".split()
)


def plain_text(text: str) -> str:
    """What a reader reads of `text` (Markdown): paragraphs separated by a blank line, no marks, no addresses.
    Footnotes' numbers and their list are left out."""
    reader = _Reader()
    read(render_document(text), reader)
    return reader.read()


def excerpt(text: str, limit: int = 300) -> str:
    """The beginning of `text` (Markdown) as one line of plain text of at most `limit` characters, cut at a word with an
    ellipsis. A `<!--more-->` ends it earlier. Headings and code are left out."""
    before = text.split("<!--more-->", 1)[0] if "<!--more-->" in text else text
    # Enough of the text for the limit, at a block's end: a long post is not rendered for two lines.
    if len(before) > limit * 8:
        end = before.find("\n\n", limit * 8)
        before = before[:end] if end > 0 else before[: limit * 16]
    reader = _Reader(skip=frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "figure"]))
    read(render_document(before), reader)
    line = " ".join(reader.read().split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    if " " in cut and line[limit - 1] != " ":
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–—-") + "…"


class _Reader:
    """Collects the text of our own HTML."""

    def __init__(self, skip: frozenset[str] = frozenset()) -> None:
        self._parts: list[str] = []
        self._skip = skip | {"script", "style", "sup-note"}
        self._skipping: list[str] = []

    def read(self) -> str:
        """The text so far."""
        paragraphs = (re.sub(r"[ \t\n]+", " ", part).strip() for part in "".join(self._parts).split("\0"))
        return "\n\n".join(part for part in paragraphs if part)

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        values = dict(attributes)
        is_note = tag in ("sup", "div") and (
            values.get("id", "").startswith("fnref") or values.get("class") == "footnote"
        )
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
        elif tag in self._skip or is_note:
            self._skipping.append(tag)
        elif tag in _BLOCKS:
            self._parts.append("\0")
        elif tag in ("td", "th"):
            self._parts.append(" ")

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag in _BLOCKS:
            self._parts.append("\0")

    def text(self, words: str) -> None:
        """Text between tags."""
        if not self._skipping:
            self._parts.append(words.replace("\0", ""))
