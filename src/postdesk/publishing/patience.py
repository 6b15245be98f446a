"""Asks a blog that is busy again when it wants to be asked, as often as a job has patience for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import inf
from typing import TypeVar

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a job waits for one answer, in seconds. `pauses`: one after the other, where the blog does not say how
    long; after the last of them it is given up. `most`: pauses in all, where it does say. `longest`: a blog that asks
    for more is left alone. `least`: "at once" is no pause."""

    pauses: tuple[float, ...]
    most: int
    longest: float = inf
    least: float = 1.0

    def ask(self, question: Callable[[], T], cancel: Cancel, wait: Callable[[float], object]) -> T:
        """What the blog answers to `question`. `wait` waits so many seconds, or until `cancel` is set. Raises
        Cancelled, Busy when the patience ends, and what `question` raises."""
        for paused in count():
            cancel.check()
            try:
                return question()
            except Busy as busy:
                pause = self._pause(busy, paused)
                if pause is None:
                    raise
            wait(pause)
        raise AssertionError("it counts without an end")

    def _pause(self, busy: Busy, paused: int) -> float | None:
        """How long to wait after so many pauses, None when that is over."""
        if busy.wait is None:
            return self.pauses[paused] if paused < len(self.pauses) else None
        if paused >= self.most or busy.wait > self.longest:
            return None
        return max(busy.wait, self.least)
