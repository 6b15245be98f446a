"""What the full-text index has still to learn of the library's files, and which of its numbers means which post."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from postdesk.library.columns import Columns, Entry


@dataclass(frozen=True, slots=True)
class Due:
    """What the full-text index has to do: learn these files (slot, name, id of the post, and what was read last), renew
    the rows of those (name, id, what was read), and forget these names. `more`: there is more to learn."""

    learn: tuple[tuple[int, str, str, Entry], ...]
    renew: tuple[tuple[str, str, Entry], ...]
    forget: tuple[str, ...]
    more: bool


class Lessons:
    """Of the posts in `columns`."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._learn: dict[int, None] = {}
        self._renew: dict[int, None] = {}
        self._forget: dict[str, None] = {}
        self._details: dict[int, str] = {}  # of what is not learnt yet
        self._slot_of: array[int] = array("l")  # by number; -1 for none
        self._number_of: array[int] = array("l")  # by slot

    # --- what is to be done ---

    def learn(self, slot: int, details: str) -> None:
        """A file that was read has to be learnt."""
        self._details[slot] = details
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

    def begin_anew(self) -> None:
        """The full-text index knows nothing any more."""
        self._slot_of, self._number_of = array("l"), array("l")
        self._learn = dict.fromkeys(self._columns.slots.values())

    @property
    def are_over(self) -> bool:
        """Whether nothing is due."""
        return not (self._learn or self._renew or self._forget)

    def postpone(self, slots: Iterable[int]) -> None:
        """These files were due, and are still to be learnt."""
        live = self._columns.live
        self._learn.update(dict.fromkeys(slot for slot in slots if live[slot]))

    def due(self, most: int) -> Due:
        """What the full-text index has to do, of the files to learn at most so many, the newest first. All of it counts
        as done from now on."""
        names, ids = self._columns.names, self._columns.ids
        learn = [slot for slot in self._learn if ids[slot]]  # the others are not named yet
        more = len(learn) > most
        if more:
            learn = heapq.nlargest(most, learn, key=self._columns.changed.__getitem__)
        renew = self._renew.keys() - self._learn.keys()
        due = Due(
            tuple((slot, names[slot], ids[slot], self._entry(slot)) for slot in learn),
            tuple((names[slot], ids[slot], self._entry(slot)) for slot in renew),
            tuple(self._forget),
            more,
        )
        for slot in due.learn:
            del self._learn[slot[0]]
        self._renew = {}
        self._forget = {}
        return due

    # --- what was done ---

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

    def _entry(self, slot: int) -> Entry:
        """What was read of a file last; its details only as long as they are not learnt."""
        all_ = self._columns
        return Entry(
            all_.marks[slot], all_.hashes[slot], all_.own_of(slot), all_.titles[slot], all_.changed[slot],
            all_.dates[slot], all_.words[slot], all_.problems.get(slot, ""), self._details.get(slot, ""),
        )  # fmt: skip
