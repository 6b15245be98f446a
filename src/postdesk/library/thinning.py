"""Which versions of a post are kept as they grow older: all of the last days, then fewer and fewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

#: Up to this age, one version in each stretch of this length is kept: the last one in it.
RULES: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(days=2), timedelta(0)),  # all of them
    (timedelta(days=14), timedelta(hours=1)),
    (timedelta(days=90), timedelta(days=1)),
    (timedelta(days=730), timedelta(days=7)),
    (timedelta.max, timedelta(days=30)),
)


def superfluous(moments: Sequence[datetime], now: datetime) -> list[int]:
    """The places of those versions that may go. `moments`: when each was replaced, the newest first; instants.

    The newest and the oldest one always stay, and so does whatever a clock that went wrong says of the future.
    """
    gone = []
    seen: set[tuple[int, int]] = set()
    for place, moment in enumerate(moments):
        age = now - moment
        if age < timedelta(0):
            continue
        rule, stretch = next((n, rule[1]) for n, rule in enumerate(RULES) if age <= rule[0])
        if not stretch:
            continue
        # Stretches are counted from a fixed moment, so that it does not depend on when they are looked at.
        slot = rule, int(moment.timestamp() // stretch.total_seconds())
        if slot in seen and place not in (0, len(moments) - 1):
            gone.append(place)
        seen.add(slot)
    return gone
