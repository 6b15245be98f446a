"""What two versions of a text have in common at their ends, so that only their middle has to be touched."""

from __future__ import annotations

from collections.abc import Sequence


def alike_ends(old: Sequence[str], new: Sequence[str], most: int | None = None) -> tuple[int, int]:
    """How many letters (or lines) are the same at the start and, of the rest, at the end.

    Together they are at most `most`, and never more than the shorter one has.
    """
    limit = min(len(old), len(new)) if most is None else most
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail
