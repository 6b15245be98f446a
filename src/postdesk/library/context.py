"""Shows what a search found where it stands: letters compared as the index does, without case and diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_BEFORE, _LENGTH = 24, 160  # characters before the first hit, and of the whole context
_MOST = 1 << 20  # characters of a text that are looked through
# Marks of Markdown at the edges of words, which nobody needs to see in a line of the list.
_MARKS = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)|[*_`~]{1,3}|^[ \t]{0,20}(?:[>#]+|[-+*])[ \t]+", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Context:
    """One line around the first hit; `hits` are places in it, first and behind the last character."""

    text: str
    hits: tuple[tuple[int, int], ...]


def fold(text: str) -> str:
    """`text` with every character in its simplest form: lower case, without diacritics. As long as `text`."""
    if text.isascii():
        return text.lower()
    return "".join(map(_simple, text))


@lru_cache(maxsize=4096)
def _simple(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter)[:1].lower()[:1] or letter


def pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Finds, in a folded text, any of `words` where a word begins with it; the blanks of a phrase are any white space.
    None for no words."""
    wanted = sorted({fold(word) for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return None
    each = (r"\s+".join(re.escape(part) for part in word.split()) for word in wanted)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})")


class Wanted:
    """Finds words in any text as the index does: without case and diacritics, at the beginning of a word."""

    def __init__(self, folded: re.Pattern[str]) -> None:
        self._folded = folded

    def finditer(self, text: str, first: int, behind: int, /) -> Iterator[re.Match[str]]:
        """As a pattern's; the matches are of the folded text, which is as long."""
        return self._folded.finditer(fold(text), first, behind)


def context(text: str, words: Sequence[str]) -> Context | None:
    """The first place in `text` (a post's Markdown) where one of `words` stands; None where none does."""
    wanted = pattern(words)
    if wanted is None:
        return None
    text = text[:_MOST]
    first = wanted.search(fold(text))
    if first is None:
        return None
    # The marks of a paragraph's start and end may lie outside: a little more is cleaned than is shown.
    start = max(0, first.start() - 300)
    start = (
        max(start, text.rfind("\n\n", start, first.start()) + 2)
        if "\n\n" in text[start : first.start()]
        else start
    )
    around = text[start : first.end() + 600]
    line = " ".join(_MARKS.sub(r"\1", around).split())
    hit = wanted.search(fold(line))
    if hit is None:  # it stands in an address
        line = " ".join(around.split())
        hit = wanted.search(fold(line))
        if hit is None:
            return None
    cut = 0
    if hit.start() > _BEFORE:
        cut = line.find(" ", hit.start() - _BEFORE, hit.start()) + 1 or hit.start()
    shown = ("…" if cut or start else "") + line[cut : cut + _LENGTH]
    return Context(shown, tuple(found.span() for found in wanted.finditer(fold(shown))))


def beginning(text: str, most: int = 200) -> str:
    """The first words of `text` (a post's Markdown) in one line of at most `most` characters, without its marks."""
    line = " ".join(_MARKS.sub(r"\1", text[: 8 * most]).split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"
