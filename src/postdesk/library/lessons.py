"""What the full-text index has still to learn of the library's files, and which of its numbers means which post."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from postdesk.library.columns import Columns, Entry


class Lesson(NamedTuple):
    """A file to be read for the index: its name, the id of its post, and what was read of it last."""

    name: str
    id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Lot:
    """The files in these `slots`, to be learnt at once. `more`: there were others."""

    slots: tuple[int, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    more: bool = False


class Lessons:
    """Of the posts in `columns`."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._learn: dict[int, None] = {}
        self._renew: dict[int, None] = {}
        self._forget: dict[str, None] = {}
        self._details: dict[int, str] = {}  # of what is not learnt yet
        self._missed: set[int] = set()  # slots of files that were away when they should have been learnt
        self._slot_of: array[int] = array("l")  # by number; -1 for none
        self._number_of: array[int] = array("l")  # by slot

    # --- what is to be done ---

    def learn(self, slot: int, details: str) -> None:
        """A file that was read has to be learnt."""
        self._details[slot] = details
        self._missed.discard(slot)
        self._learn[slot] = None
        self._forget.pop(self._columns.names[slot], None)

    def renew(self, slots: Iterable[int]) -> None:
        """What is remembered of these files is another, but not what they say."""
        self._renew.update((slot, None) for slot in slots if slot not in self._learn)

    def rename(self, slot: int, name: str) -> None:
        """To be told before a file gets another name."""
        self._forget[self._columns.names[slot]] = None
        self._forget.pop(name, None)
        self._learn[slot] = None

    def forget(self, slot: int) -> None:
        """To be told before a file is taken out of the columns."""
        self._forget[self._columns.names[slot]] = None
        for kept in (self._learn, self._renew, self._details):
            kept.pop(slot, None)
        self._missed.discard(slot)

    def begin_anew(self) -> None:
        """The full-text index knows nothing any more."""
        self._slot_of, self._number_of = array("l"), array("l")
        self._learn = dict.fromkeys(self._columns.slots.values())

    @property
    def count(self) -> int:
        """How many files are to be learnt, without those that are given out."""
        return len(self._learn)

    @property
    def are_over(self) -> bool:
        """Whether nothing is due."""
        return not (self._learn or self._renew or self._forget)

    def postpone(self, slots: Iterable[int]) -> None:
        """These files were due, and are still to be learnt."""
        live = self._columns.live
        self._learn.update(dict.fromkeys(slot for slot in slots if live[slot]))

    def lot(self, most: int) -> Lot:
        """The files that the full-text index has to learn next, at most so many, the newest first. They count as learnt
        from now on."""
        ids = self._columns.ids
        slots = [slot for slot in self._learn if ids[slot]]  # the others are not named yet
        more = len(slots) > most
        if more:
            slots = heapq.nlargest(most, slots, key=self._columns.changed.__getitem__)
        lot = Lot(tuple(slots), self._lessons(slots), more)
        for slot in slots:
            del self._learn[slot]
        return lot

    def others(self) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        """The files of which the full-text index has to renew its rows, and the names that it has to forget. They count
        as such from now on."""
        renew = self._lessons(self._renew.keys() - self._learn.keys())
        forget = tuple(self._forget)
        self._renew, self._forget = {}, {}
        return renew, forget

    # --- what was done ---

    def missed(self, slots: Iterable[int]) -> None:
        """These files could not be read as they were read last."""
        self._missed.update(slots)

    def was_missed(self, slot: int) -> bool:
        """Whether a file is still to be learnt though it is as it was."""
        return slot in self._missed

    def learnt(self, slots: Iterable[int], numbers: Iterable[int]) -> None:
        """The full-text index has these posts under these numbers."""
        slot_of, number_of = self._slot_of, self._number_of
        for slot, number in zip(slots, numbers, strict=True):
            if number >= len(slot_of):
                slot_of.extend([-1] * (number + 1000 - len(slot_of)))
            if slot >= len(number_of):
                number_of.extend([-1] * (slot + 1000 - len(number_of)))
            if (before := number_of[slot]) >= 0:
                slot_of[before] = -1
            number_of[slot] = number
            slot_of[number] = slot
            if slot not in self._learn:
                self._details.pop(slot, None)

    def slots_of(self, numbers: Iterable[int]) -> list[int]:
        """The slots of posts by their numbers in the full-text index; numbers of no post fall out."""
        slot_of, live = self._slot_of, self._columns.live
        most = len(slot_of)
        return [n for number in numbers if number < most and (n := slot_of[number]) >= 0 and live[n]]

    def details(self, slot: int) -> str:
        """The details of a post that is not learnt yet, "" for others."""
        return self._details.get(slot, "")

    @property
    def unlearnt(self) -> tuple[str, ...]:
        """The details of all posts that are not learnt yet."""
        return tuple(self._details.values())

    def _lessons(self, slots: Iterable[int]) -> tuple[Lesson, ...]:
        names, ids = self._columns.names, self._columns.ids
        return tuple(Lesson(names[slot], ids[slot], self._entry(slot)) for slot in slots)

    def _entry(self, slot: int) -> Entry:
        """What was read of a file last; its details only as long as they are not learnt."""
        all_ = self._columns
        return Entry(
            all_.marks[slot], all_.hashes[slot], all_.own_of(slot), all_.titles[slot], all_.changed[slot],
            all_.dates[slot], all_.words[slot], all_.problems.get(slot, ""), self._details.get(slot, ""),
        )  # fmt: skip
