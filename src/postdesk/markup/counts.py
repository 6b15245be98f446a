"""Words and reading time of a post."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

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
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_OPEN_TAG = re.compile(r"<[A-Za-z][\w-]*(?:[ \t][^<>]*)?\Z")
_TAG_END = re.compile(r"[<>]")
_TAG_LINES = 20  # a tag longer than that is none
_UNCOUNTED = -1


def words(text: str) -> int:
    """How many words `text` (Markdown) has. A Chinese or Japanese character counts as one; addresses, tags and comments
    do not count."""
    lines = text.split("\n")
    counted = WordCount()
    counted.splice(0, 1, len(lines))
    return counted.total(lines)


class WordCount:
    """The words of a text that is told line by line: an edit counts the lines it touched and no other.

    `step` counts a long text in slices, `total` counts what is left. A tag or comment over several lines is taken out
    where it is closed; one that is not is text, as on the page.
    """

    def __init__(self) -> None:
        self._counts = [_UNCOUNTED]
        self._left = 1
        self._open = bytearray(1)  # 1 where a comment or tag may begin or end beyond the line

    def splice(self, first: int, removed: int, added: int) -> None:
        """The lines from `first` on were replaced: `removed` went, `added` came."""
        self._left += added - self._counts[first : first + removed].count(_UNCOUNTED)
        self._counts[first : first + removed] = [_UNCOUNTED] * added
        self._open[first : first + removed] = bytes(added)

    def step(self, lines: Sequence[str], seconds: float) -> bool:
        """Counts for about so long; True when nothing is left. `lines` is the whole text."""
        until = time.perf_counter() + seconds
        first = 0
        while self._left:
            first = self._counts.index(_UNCOUNTED, first)
            for number in range(first, min(first + 64, len(self._counts))):
                if self._counts[number] == _UNCOUNTED:
                    self._count(number, lines[number])
            if time.perf_counter() >= until:
                break
        return not self._left

    def total(self, lines: Sequence[str]) -> int:
        """How many words there are. `lines` is the whole text."""
        self.step(lines, 1e9)
        number = sum(self._counts)
        at = 0
        while (at := self._open.find(1, at)) >= 0:
            last, together = self._together(lines, at)
            number += together - sum(self._counts[at : last + 1])
            at = last + 1
        return number

    def _count(self, number: int, line: str) -> None:
        self._counts[number] = _words_in(line)
        self._open[number] = "<!--" in line or "-->" in line or _OPEN_TAG.search(line) is not None
        self._left -= 1

    def _together(self, lines: Sequence[str], first: int) -> tuple[int, int]:
        """The last line of what is open at the end of `first` (itself if nothing is), and the words up to there."""
        number, count, rest = first, 0, lines[first]
        while True:
            start = rest.rfind("<!--")
            if start > rest.rfind("-->"):
                end = self._after_comment(lines, number)
            elif tag := _OPEN_TAG.search(rest):
                start, end = tag.start(), _after_tag(lines, number)
            else:
                end = None
            if end is None:
                return number, count + _words_in(rest)
            count += _words_in(rest[:start])
            number, column = end
            rest = lines[number][column:]

    def _after_comment(self, lines: Sequence[str], number: int) -> tuple[int, int] | None:
        """The place after the comment that is open at the end of a line."""
        while (number := self._open.find(1, number + 1)) >= 0:
            column = lines[number].find("-->")
            if column >= 0:
                return number, column + 3
        return None


def _after_tag(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """The place after the tag that is open at the end of a line; it is closed soon, or is none."""
    for below in range(number + 1, min(number + 1 + _TAG_LINES, len(lines))):
        ends = _TAG_END.search(lines[below])
        if ends is not None:
            return (below, ends.end()) if ends[0] == ">" else None
        if not lines[below].strip():
            return None
    return None


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return " ".join(parts) + " " + text[at:] if parts else text


def _words_in(text: str) -> int:
    """How many words one line has."""
    if "](" in text or "://" in text or "]:" in text:
        text = _ADDRESSES.sub(" ", text)
    if "<" in text:
        text = _TAGS.sub(" ", _without_comments(text))
    if text.isascii():
        return len(_WORD.findall(text))
    spaced, characters = _CHARACTER.subn(" ", text)
    return len(_WORD.findall(spaced)) + characters


def reading_minutes(words: int) -> int:
    """Minutes for `words` words, rounded up; 0 for none."""
    return -(-words // WORDS_PER_MINUTE)
