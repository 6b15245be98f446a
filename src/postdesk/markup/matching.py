"""What two sequences have in common, in order, in time that grows with their length and no faster.

What is there once on both sides anchors the rest, which is looked at piece by piece between the anchors ("patience
diff", Bram Cohen, 2006). What repeats itself without end between two anchors is left unmatched: a merge then asks more
than it had to, but never takes long.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

_DEEPEST = 40  # pieces within pieces
_SMALL = 2_500  # pairs that are compared one by one in one piece
_ALL = 1_000_000  # such pairs in all


def matching(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of places with equal members, both rising."""
    pairs: list[tuple[int, int]] = []
    budget = _ALL
    pieces = [(0, len(a), 0, len(b), 0)]
    while pieces:
        a0, a1, b0, b1, depth = pieces.pop()
        while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
            pairs.append((a0, b0))
            a0, b0 = a0 + 1, b0 + 1
        while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
            a1, b1 = a1 - 1, b1 - 1
            pairs.append((a1, b1))
        if a0 == a1 or b0 == b1:
            continue
        anchors = _anchors(a, b, (a0, a1), (b0, b1)) if depth < _DEEPEST else []
        if anchors:
            for i, j in anchors:
                pairs.append((i, j))
                pieces.append((a0, i, b0, j, depth + 1))
                a0, b0 = i + 1, j + 1
            pieces.append((a0, a1, b0, b1, depth + 1))
            continue
        size = (a1 - a0) * (b1 - b0)
        if size > min(_SMALL, budget):
            continue
        budget -= size
        found = SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False).get_matching_blocks()
        pairs += [(a0 + i + n, b0 + j + n) for i, j, count in found for n in range(count)]
    return sorted(pairs)


def rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest series of rising numbers."""
    if all(one < other for one, other in pairwise(numbers)):
        return list(range(len(numbers)))
    tails: list[int] = []
    places: list[int] = []
    before = [-1] * len(numbers)
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before[place] = places[at - 1] if at else -1
        tails[at : at + 1] = [number]
        places[at : at + 1] = [place]
    series = []
    place = places[-1] if places else -1
    while place >= 0:
        series.append(place)
        place = before[place]
    return series[::-1]


def _anchors(
    a: Sequence[Hashable], b: Sequence[Hashable], in_a: tuple[int, int], in_b: tuple[int, int]
) -> list[tuple[int, int]]:
    count_a, count_b = Counter(a[in_a[0] : in_a[1]]), Counter(b[in_b[0] : in_b[1]])
    where = {b[j]: j for j in range(*in_b) if count_b[b[j]] == 1}
    both = [(i, where[a[i]]) for i in range(*in_a) if a[i] in where and count_a[a[i]] == 1]
    return [both[place] for place in rising([j for _i, j in both])]
