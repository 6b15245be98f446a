"""Which block of a text became which block of a later version of it: unchanged, changed, moved, or both.

Equal blocks in order first, then equal ones elsewhere (moves), then alike ones: those that share many words, looked
for by their rare words, so that the time grows with the length and not with the number of pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from postdesk.markup.matching import matching, rising

_ALIKE_HERE = 0.3  # share of words of two blocks at the same place that makes them one block that changed
_ALIKE_ELSEWHERE = 0.6  # the same for two blocks at different places
_RARE = 20  # blocks that hold a word, at most, for it to tell which block this is
_BEST = 5  # blocks looked at closely for each
_SLICE = 50_000  # letters
_ALL_PAIRS = 100  # pairs at one place that are all looked at
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Correspondence:
    """`to`: for each block of the old text its place in the new one, None when it was removed. `moved`: the old blocks
    that stand elsewhere now. `new`: the places of blocks that were not there before."""

    to: tuple[int | None, ...]
    moved: frozenset[int]
    new: frozenset[int]


def correspond(old: Sequence[str], new: Sequence[str]) -> Correspondence:
    """How the blocks of `old` are found again in `new`."""
    to: dict[int, int] = dict(matching(old, new))
    gaps = _Gaps(to, len(old), len(new))
    _pair_equal(old, new, to)
    _pair_alike(old, new, to, gaps)
    _pair_alone(to, gaps)
    order = sorted(to)
    stay = {order[place] for place in rising([to[i] for i in order])}
    taken = set(to.values())
    return Correspondence(
        tuple(to.get(i) for i in range(len(old))),
        frozenset(to.keys() - stay),
        frozenset(range(len(new))) - taken,
    )


class _Gaps:
    """The places between the blocks that stayed the same, numbered in both texts alike."""

    def __init__(self, to: dict[int, int], old: int, new: int) -> None:
        self.old = self._numbers(set(to), old)
        self.new = self._numbers(set(to.values()), new)

    @staticmethod
    def _numbers(matched: set[int], count: int) -> list[int]:
        number, numbers = 0, []
        for place in range(count):
            number += place in matched
            numbers.append(number)
        return numbers


def _left(count: int, taken: set[int]) -> list[int]:
    return [place for place in range(count) if place not in taken]


def _pair_equal(old: Sequence[str], new: Sequence[str], to: dict[int, int]) -> None:
    """What moved as it was, where there is only one such block on either side."""
    count_old, count_new = Counter(old), Counter(new)
    where = {new[j]: j for j in _left(len(new), set(to.values()))}
    for i in _left(len(old), set(to)):
        text = old[i]
        if count_old[text] == count_new[text] == 1 and text in where:
            to[i] = where[text]


def _words(text: str) -> Counter[str]:
    """How often each is there. In slices, as no other thread runs while one is read."""
    found: Counter[str] = Counter()
    for start in range(0, len(text), _SLICE):
        found.update(_WORD.findall(text[start : start + _SLICE].casefold()))
    return found


def _pair_alike(old: Sequence[str], new: Sequence[str], to: dict[int, int], gaps: _Gaps) -> None:
    left_old, left_new = _left(len(old), set(to)), _left(len(new), set(to.values()))
    if not left_old or not left_new:
        return
    words_old = {i: _words(old[i]) for i in left_old}
    words_new = {j: _words(new[j]) for j in left_new}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    in_gap: defaultdict[int, list[int]] = defaultdict(list)
    for j in left_new:
        in_gap[gaps.new[j]].append(j)
        for word in words_new[j]:
            holders[word].append(j)
    olds_in_gap = Counter(gaps.old[i] for i in left_old)
    scored: list[tuple[float, int, int]] = []
    for i in left_old:
        shared: Counter[int] = Counter()
        for word in words_old[i]:
            found = holders.get(word, ())
            if len(found) <= _RARE:
                shared.update(found)
        candidates = {j for j, _count in shared.most_common(_BEST)}
        near = in_gap[gaps.old[i]]
        if len(near) * olds_in_gap[gaps.old[i]] <= _ALL_PAIRS:
            candidates.update(near)
        for j in candidates:
            here = gaps.old[i] == gaps.new[j]
            score = _alike(words_old[i], words_new[j])
            if score >= (_ALIKE_HERE if here else _ALIKE_ELSEWHERE):
                scored.append((score + here, i, j))
    taken = set(to.values())
    for _score, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if i not in to and j not in taken:
            to[i] = j
            taken.add(j)


def _pair_alone(to: dict[int, int], gaps: _Gaps) -> None:
    """One block went and one came at a place: she wrote it anew."""
    came: defaultdict[int, list[int]] = defaultdict(list)
    went: defaultdict[int, list[int]] = defaultdict(list)
    for j in _left(len(gaps.new), set(to.values())):
        came[gaps.new[j]].append(j)
    for i in _left(len(gaps.old), set(to)):
        went[gaps.old[i]].append(i)
    for gap, lone in went.items():
        if len(lone) == len(came[gap]) == 1:
            to[lone[0]] = came[gap][0]


def _alike(a: Counter[str], b: Counter[str]) -> float:
    """The share of words in common, from 0 to 1 (Dice's coefficient)."""
    total = a.total() + b.total()
    small, large = (a, b) if len(a) <= len(b) else (b, a)
    common = sum(min(count, large[word]) for word, count in small.items() if word in large)
    return 2 * common / total if total else 0.0
