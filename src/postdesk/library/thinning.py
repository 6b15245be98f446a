"""Which versions of a post are kept as they grow older: all of the last days, then fewer and fewer."""

from __future__ import annotations

from collections.abc import Sequence

_HOUR, _DAY = 3_600, 86_400

#: Up to this age, one version in each stretch of this length is kept: the last one in it. Both are in seconds.
RULES: tuple[tuple[float, int], ...] = (
    (2 * _DAY, 0),  # all of them
    (14 * _DAY, _HOUR),
    (90 * _DAY, _DAY),
    (730 * _DAY, 7 * _DAY),
    (float("inf"), 30 * _DAY),
)


def superfluous(moments: Sequence[float], now: float) -> list[int]:
    """The places of those versions that may go. `moments`: when each was replaced, the newest first; like `now` in
    seconds on a clock that never goes back. The newest and the oldest version always stay.
    """
    gone = []
    seen: set[tuple[int, int]] = set()
    for place, moment in enumerate(moments):
        rule, stretch = next((n, rule[1]) for n, rule in enumerate(RULES) if now - moment <= rule[0])
        if not stretch:
            continue
        # Stretches are counted from a fixed moment, so that it does not depend on when they are looked at.
        slot = rule, int(moment // stretch)
        if slot in seen and place not in (0, len(moments) - 1):
            gone.append(place)
        seen.add(slot)
    return gone
