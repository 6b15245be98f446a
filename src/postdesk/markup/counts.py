"""Words, reading time, outline, plain text and excerpt of a post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from postdesk.markup import starts

WORDS_PER_MINUTE = 230  # silent reading of non-fiction, after Brysbaert 2019 (238), rounded down

# Scripts without spaces between words: each character counts. Han, kana; two of Thai, Lao, Khmer or Burmese letters
# would be nearer to a word, but nobody bills by them.
_CHARACTER = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
# Letters and digits, with marks, and with what stands inside words: it's, well-known, 3.14, l’eau.
_WORD = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u200c\u200d]*['’.,·-]?[^\W_]+)*"
)
_ADDRESSES = re.compile(
    r"(?<=\])\([^()\s]*(?:\s+\"[^\"]*\")?\)|<?https?://[^\s<>)]+>?|^ {0,3}\[[^\]^]+\]:.*$", re.MULTILINE
)
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*(?:\{[^{}]*\})?[ \t]*\Z")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li dt dd blockquote pre tr figure figcaption div table ul ol dl hr br section".split()
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a post: level 1 to 6, its text without marks, its line in the source (from 0)."""

    level: int
    text: str
    line: int


def words(text: str) -> int:
    """How many words `text` (Markdown) has. A Chinese or Japanese character counts as one; addresses and tags do not
    count."""
    if "](" in text or "://" in text or "]:" in text:
        text = _ADDRESSES.sub(" ", text)
    if "<" in text:
        text = _TAGS.sub(" ", text)
    if text.isascii():
        return len(_WORD.findall(text))
    spaced, characters = _CHARACTER.subn(" ", text)
    return len(_WORD.findall(spaced)) + characters


def reading_minutes(words: int) -> int:
    """Minutes for `words` words, rounded up; 0 for none."""
    return -(-words // WORDS_PER_MINUTE)


def outline(text: str) -> tuple[Heading, ...]:
    """The headings of `text` (Markdown, LF) in order, as plain text; those in code or quotations are none."""
    lines = text.split("\n")
    unclosed: set[tuple[str, int]] = set()
    found = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if "```" in line or "~~~" in line:
            end = starts.fence_end(lines, position, unclosed)
            if end is not None:
                position = end + 1
                continue
        match = _HEADING.match(line) if "#" in line[:4] else None
        if match is not None:
            if match[2]:
                found.append(Heading(len(match[1]), _unmarked(match[2]), position))
        elif (
            line[:1] in ("=", "-", " ")
            and position
            and _UNDERLINE.match(line)
            and _can_be_title(lines, position - 1)
        ):
            level = 1 if line.strip()[0] == "=" else 2
            found.append(Heading(level, _unmarked(lines[position - 1]), position - 1))
        position += 1
    return tuple(found)


def _can_be_title(lines: list[str], number: int) -> bool:
    line = lines[number]
    if not line.strip() or starts.indent_of(line) >= starts.TAB or line.startswith("\t"):
        return False
    if starts.starts_something(line) or "|" in line:
        return False
    return number == 0 or not lines[number - 1].strip()


_MARKUP = re.compile(
    r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?|(?<!\\)(?:\*+|~~|`+)|(?<![\w\\])_+|_+(?!\w)|<[^<>]*>"
)


def _unmarked(text: str) -> str:
    """One line of Markdown without its marks."""
    plain = _MARKUP.sub(lambda match: match[1] or "", text)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain).strip()


def plain_text(text: str) -> str:
    """What a reader reads of `text` (Markdown): paragraphs separated by a blank line, no marks, no addresses.
    Footnotes' numbers and their list are left out."""
    reader = _Reader()
    reader.feed(_rendered(text))
    reader.close()
    return reader.text()


def excerpt(text: str, limit: int = 300) -> str:
    """The beginning of `text` (Markdown) as one line of plain text of at most `limit` characters, cut at a word with an
    ellipsis. A `<!--more-->` ends it earlier. Headings and code are left out."""
    before = text.split("<!--more-->", 1)[0] if "<!--more-->" in text else text
    # Enough of the text for the limit, at a block's end: a long post is not rendered for two lines.
    if len(before) > limit * 8:
        end = before.find("\n\n", limit * 8)
        before = before[:end] if end > 0 else before[: limit * 16]
    reader = _Reader(skip=frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "figure"]))
    reader.feed(_rendered(before))
    reader.close()
    line = " ".join(reader.text().split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    if " " in cut and line[limit - 1] != " ":
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:–—-") + "…"


def _rendered(text: str) -> str:
    # Here, so that counting words at the start of the program does not load the renderer.
    from postdesk.markup.render import render_document

    return render_document(text)


class _Reader(HTMLParser):
    """Collects the text of our own HTML."""

    def __init__(self, skip: frozenset[str] = frozenset()) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skip = skip | {"script", "style", "sup-note"}
        self._skipping: list[str] = []

    def text(self) -> str:
        """The text so far."""
        paragraphs = (re.sub(r"[ \t\n]+", " ", part).strip() for part in "".join(self._parts).split("\0"))
        return "\n\n".join(part for part in paragraphs if part)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_note = tag in ("sup", "div") and (
            (values.get("id") or "").startswith("fnref") or values.get("class") == "footnote"
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

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag in _BLOCKS:
            self._parts.append("\0")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._parts.append(data.replace("\0", ""))
