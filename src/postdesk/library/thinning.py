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
    """The places of those versions that may go. `moments`: when each was replaced, the one kept last first; instants.

    The newest and the oldest one always stay, and so does whatever a clock that went wrong says of the future. While
    a clock is set back, versions look older than those before them: such a one may go only when it may by the moment
    of the next one as well.
    """
    gone = _superfluous(moments, now)
    likely = _in_order(moments, now)
    if likely == list(moments):
        return gone
    also = set(_superfluous(likely, now))
    return [place for place in gone if place in also]


def _in_order(moments: Sequence[datetime], now: datetime) -> list[datetime]:
    """The moments, and for each that lies before that of an older version the one of the next version, or `now`."""
    wrong = set()
    latest: datetime | None = None
    for place in reversed(range(len(moments))):
        if moments[place] > now:
            continue
        if latest is not None and moments[place] < latest:
            wrong.add(place)
        else:
            latest = moments[place]
    likely: list[datetime] = []
    for place, moment in enumerate(moments):
        likely.append(moment if place not in wrong else likely[-1] if likely else now)
    return likely


def _superfluous(moments: Sequence[datetime], now: datetime) -> list[int]:
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
