"""Which words of two versions of a paragraph differ, as places in either text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from postdesk.markup.matching import matching

Span = tuple[int, int]
"""From, to: characters of the text."""

LONGEST = 20_000  # characters of each text that are compared
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w")
_ALIKE = 0.2  # with a smaller share of words in common the two are simply different


def differing(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where `old` has other words than `new`, and the other way round. Words with nothing but white space between them
    are one place. None of two texts that have hardly anything in common, as then all of it differs."""
    a, b = (list(_TOKEN.finditer(text[:LONGEST])) for text in (old, new))
    pairs = matching([token[0] for token in a], [token[0] for token in b])
    common = sum(_WORD.match(a[i][0]) is not None for i, _j in pairs)
    most = max(sum(_WORD.match(token[0]) is not None for token in tokens) for tokens in (a, b))
    if common < _ALIKE * most:
        return (), ()
    return _spans(a, {i for i, _j in pairs}), _spans(b, {j for _i, j in pairs})


def _spans(tokens: Sequence[re.Match[str]], common: Iterable[int]) -> tuple[Span, ...]:
    same = set(common)
    found: list[Span] = []
    joined = False  # only white space since the last one
    for place, token in enumerate(tokens):
        if token[0].isspace():
            continue
        if place in same:
            joined = False
            continue
        if found and (joined or found[-1][1] == token.start()):
            found[-1] = (found[-1][0], token.end())
        else:
            found.append(token.span())
        joined = True
    return tuple(found)
