"""What the full-text index learns in one go: lots of files, given out one after the other, and what became of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from threading import RLock

from postdesk.core.cancel import Cancel
from postdesk.library.index import Index
from postdesk.library.lessons import Lesson, Lot

_LOT = 2000  # posts that go into the index at once: many take less time


class Course:
    """Of the files in `index`, whose `guard` it takes for moments. `first` is the first lot, of at most so many files;
    with `until` others follow until it is set. To be ended by `end`."""

    def __init__(self, index: Index, guard: RLock, most: int, until: Cancel | None) -> None:
        self._index = index
        self._guard = guard
        self._until = until
        with guard:
            self.first = index.lessons.lot(most)
        self._out: deque[Lot] = deque([self.first] if self.first.slots else ())
        self.more = self.first.more

    def lots(self) -> Iterator[Sequence[Lesson]]:
        """The first lot, and those that come after it."""
        yield self.first.lessons
        while self.more and self._until is not None and not self._until.is_set:
            with self._guard:
                lot = self._index.lessons.lot(_LOT)
            self.more = lot.more
            if lot.slots:
                self._out.append(lot)
                yield lot.lessons

    @property
    def out(self) -> int:
        """How many files are given out at this moment."""
        return sum(len(lot.slots) for lot in self._out.copy())

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the rest."""
        return self._until is not None and self._until.is_set

    def note(self, numbers: Sequence[int | None]) -> None:
        """The next lot is in the index: the number of each of its first files, 0 where there can be no index, None for
        a file that is not as it was read last."""
        lot, done = self._out[0], len(numbers)
        both = list(zip(lot.slots, numbers, strict=False))
        with self._guard:
            self._index.lessons.learnt([slot for slot, n in both if n], [n for _slot, n in both if n])
            self._index.missed(slot for slot, n in both if n is None)
            self._index.lessons.postpone(lot.slots[done:])
            self._out.popleft()
        self.more = self.more or done < len(lot.slots)

    def end(self) -> None:
        """What was given out, and of which nothing was noted, is still to be learnt."""
        with self._guard:
            for lot in self._out:
                self._index.lessons.postpone(lot.slots)
        self.more = self.more or bool(self._out)
        self._out.clear()
