"""Ranks names for the command palette: the typed letters must come in order, and the better they fit the higher."""

from __future__ import annotations


def score(query: str, text: str) -> float | None:
    """How well `query` fits `text`, higher is better; None when its letters are not in `text` in that order.

    Letters at the beginnings of words and letters in a row count most; the first match of a whole word or the whole
    beginning wins over scattered letters; of equals the shorter text wins. Case and blanks in the query are ignored.
    """
    wanted = "".join(query.casefold().split())
    if not wanted:
        return 0.0
    folded = text.casefold()
    phrase = folded.find(" ".join(query.casefold().split()))
    if phrase == 0:
        return 200.0 - len(text) / 100
    if phrase > 0 and not folded[phrase - 1].isalnum():
        return 150.0 - phrase / 10 - len(text) / 100
    scattered = _scattered(wanted, folded)
    return None if scattered is None else scattered - len(text) / 100


def _scattered(wanted: str, text: str) -> float | None:
    """Prefers for each letter the next beginning of a word; falls back to the next place it is at all."""
    total = 0.0
    at = -1
    for letter in wanted:
        following = at + 1
        if following < len(text) and text[following] == letter:
            found = following
            total += 6.0 if at >= 0 or following == 0 else 0.0
        else:
            found = _beginning(text, letter, following)
            if found < 0:
                found = text.find(letter, following)
                total -= 1.0
        if found < 0:
            return _plain(wanted, text)
        if found == 0 or not text[found - 1].isalnum():
            total += 8.0
        at = found
    return total


def _beginning(text: str, letter: str, start: int) -> int:
    at = text.find(letter, start)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(letter, at + 1)
    return at


def _plain(wanted: str, text: str) -> float | None:
    """The letters in order wherever they are, when jumping to beginnings went past one of them."""
    at = -1
    for letter in wanted:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
    return 0.0
