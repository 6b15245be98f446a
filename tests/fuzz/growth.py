"""How the cost of a text grows with its length: measured here, in the processor's time, and never asserted."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.fuzz.targets import Target

LIMIT = 8.0  # seconds for one text; what takes longer is cut off


class Stuck(BaseException):
    """A target did not come to an end within the limit. No `Exception`: the targets catch those."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The cost of a text and of one four times as long, in s; `output` is how many times longer what came out is."""

    short: float
    long: float
    output: float

    @property
    def ratio(self) -> float:
        """How many times longer the longer text takes; about 4 when the cost grows as the text does."""
        return self.long / max(self.short, 1e-4)

    @property
    def is_steep(self) -> bool:
        """Whether somebody would wait because of it."""
        return self.long > 1 and self.ratio > 8


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises Stuck inside after so many seconds of the processor's time."""

    def stop(_number: int, _frame: object) -> None:
        raise Stuck

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cost(target: Target, text: str, limit: float = LIMIT) -> tuple[float, int]:
    """Seconds of the processor's time for one text, the limit where it is reached, and how long what came out is."""
    start = time.process_time()
    try:
        with limited(limit):
            result = target(text)
    except Stuck:
        return limit, 0
    return time.process_time() - start, len(result) if isinstance(result, str | bytes) else 0


def growth(target: Target, pattern: Callable[[int], str], length: int) -> Growth:
    """The growth from `length` characters to four times as many."""
    short, _ = cost(target, pattern(length))
    text = pattern(4 * length)
    long, came = cost(target, text)
    return Growth(short, long, came / max(1, len(text)))
