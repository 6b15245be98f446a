"""Forgives a slip of the finger in a searched word: one letter too many, missing, another one, or two exchanged.

After Norvig, "How to Write a Spelling Corrector" (https://norvig.com/spell-correct.html): all words at a distance of
one are made, and those are kept that there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from postdesk.library.context import fold

SHORTEST = 4  # letters; of shorter words too many are neighbours
_LONGEST = 40
_WORDS = re.compile(r"\w+")


class Words:
    """The words of all titles, folded."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._words = frozenset(word for title in titles for word in _WORDS.findall(fold(title)))
        self._letters = "".join(sorted(frozenset("".join(self._words))))

    def near(self, word: str) -> frozenset[str]:
        """The words that `word` may be meant for; none when it is one of them, or begins one."""
        word = fold(word)
        if not SHORTEST <= len(word) <= _LONGEST or any(known.startswith(word) for known in self._words):
            return frozenset()
        return frozenset(_slips(word, self._letters[:200]) & self._words)


def _slips(word: str, letters: str) -> set[str]:
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    made = {left + right[1:] for left, right in parts if right}
    made.update(left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1)
    made.update(left + letter + right[1:] for left, right in parts if right for letter in letters)
    made.update(left + letter + right for left, right in parts for letter in letters)
    return made


def has_word(title: str, words: Collection[str]) -> bool:
    """Whether one of `words` (folded) is a word of `title`."""
    return not frozenset(_WORDS.findall(fold(title))).isdisjoint(words)
