"""Forgives a slip of the finger in a searched word: one letter too many, missing, another one, or two exchanged.

After Norvig, "How to Write a Spelling Corrector" (https://norvig.com/spell-correct.html): all words at a distance of
one are made, and those are kept that there are.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

from postdesk.library.context import fold

SHORTEST = 4  # letters; of shorter words too many are neighbours
_LONGEST = 40
_PART = 2000  # titles that are taken apart at once, in some ms
_WORDS = re.compile(r"\w+")


def split(title: str) -> list[str]:
    """The words of a title."""
    return _WORDS.findall(title)


class Words:
    """The words of all titles, which are given folded."""

    def __init__(self, titles: Sequence[str]) -> None:
        words: set[str] = set()
        for first in range(0, len(titles), _PART):
            words.update(_WORDS.findall("\n".join(titles[first : first + _PART])))
        self._words = frozenset(words)
        self._lines = _lines(self._words)
        self._letters = "".join(sorted(frozenset("".join(self._words))))

    def with_more(self, titles: Sequence[str]) -> Words:
        """These words and those of more titles."""
        more, made = Words(titles), Words(())
        made._words = self._words | more._words
        made._lines = _lines(made._words) if len(made._words) > len(self._words) else self._lines
        made._letters = "".join(sorted({*self._letters, *more._letters}))
        return made

    def near(self, word: str) -> frozenset[str]:
        """The words that `word` may be meant for; none when it is one of them, or begins one."""
        word = fold(word)
        if not SHORTEST <= len(word) <= _LONGEST or f"\n{word}" in self._lines:
            return frozenset()
        return frozenset(_slips(word, self._letters[:200]) & self._words)


def _lines(words: Collection[str]) -> str:
    """To be looked through for a beginning in a tenth of the time that each word for itself would take."""
    return "\n" + "\n".join(words)


def _slips(word: str, letters: str) -> set[str]:
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    made = {left + right[1:] for left, right in parts if right}
    made.update(left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1)
    made.update(left + letter + right[1:] for left, right in parts if right for letter in letters)
    made.update(left + letter + right for left, right in parts for letter in letters)
    return made


class Joined:
    """Titles, which are given folded, as one text: looked through in a tenth of the time that each for itself takes."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._text = "\n".join(titles)
        self._behind = array("q", accumulate(len(title) + 1 for title in titles))

    def with_words(self, words: Collection[str]) -> set[int]:
        """The places of the titles that have one of `words` (folded) as a word."""
        text, behind = self._text, self._behind
        found = set()
        for word in words:
            at = text.find(word)
            while at >= 0:
                end = at + len(word)
                if not (_is_letter(text[at - 1 : at]) or _is_letter(text[end : end + 1])):
                    found.add(bisect_right(behind, at))
                at = text.find(word, end)
        return found


def _is_letter(letter: str) -> bool:
    return letter == "_" or letter.isalnum()
