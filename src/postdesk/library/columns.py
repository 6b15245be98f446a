"""What is known of every post of a library, held in columns: a post is a slot, the same in all of them.

An object for each post would take ten times the memory, and the collector of garbage would walk through a hundred
thousand of them again and again while she types. A slot is given once and not again, so that lists made earlier stay
true.
"""

from __future__ import annotations

import os
import time
from array import array
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

YOUNG = -1
"""Marks of a file that may change and keep its marks: it is read again at the next look."""
NO_DATE = -(2**62)
"""Stands for the date of a post that has none."""
_YOUNG_S = 2.0  # after a change a second one may leave the same marks (FAT counts in two seconds)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as it was read. `marks` and `hash` stand for the file's marks and content; `changed` is in ns and `date`
    in µs since 1970; `own` is the id that the file itself names; `details` is what the list does not show
    (`kept.details_of`)."""

    marks: int
    hash: int
    own: str
    title: str
    changed: int
    date: int
    words: int
    problem: str
    details: str


@dataclass(slots=True)
class Columns:
    """`slots` finds the slot of a name (relative, with slashes), `paths` that of a post's id. `changed` are ns and
    `dates` µs since 1970, or `NO_DATE`. `own` has the id that a file names where its post has another one, `problems`
    what is wrong with a file, `troubles` what is wrong beside it, `copies` the slots of conflict copies and the names
    of their posts."""

    names: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    marks: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("q"))
    changed: array[int] = field(default_factory=lambda: array("q"))
    dates: array[int] = field(default_factory=lambda: array("q"))
    words: array[int] = field(default_factory=lambda: array("l"))
    live: bytearray = field(default_factory=bytearray)
    slots: dict[str, int] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    troubles: dict[int, str] = field(default_factory=dict)
    copies: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.slots)

    def add(self, name: str, entry: Entry) -> int:
        """A new slot for a file; it has no id yet."""
        slot = len(self.names)
        self.names.append(name)
        self.titles.append("")
        self.ids.append("")
        for column in (self.marks, self.hashes, self.words, self.changed, self.dates):
            column.append(0)
        self.slots[name] = slot
        self.put(slot, entry)
        self.live.append(1)  # the last, see `listed`
        return slot

    def put(self, slot: int, entry: Entry) -> None:
        """What was read of a file; its post's id stays."""
        self.titles[slot] = entry.title
        self.marks[slot], self.hashes[slot], self.words[slot] = entry.marks, entry.hash, entry.words
        self.changed[slot], self.dates[slot] = entry.changed, entry.date
        if entry.own == self.ids[slot] != "":
            self.own.pop(slot, None)
        else:
            self.own[slot] = entry.own
        if entry.problem:
            self.problems[slot] = entry.problem
        else:
            self.problems.pop(slot, None)

    def remove(self, slot: int) -> None:
        """The file is gone."""
        self.live[slot] = 0
        self.slots.pop(self.names[slot], None)
        if self.paths.get(self.ids[slot]) == slot:
            del self.paths[self.ids[slot]]
        for sparse in (self.own, self.problems, self.troubles, self.copies):
            sparse.pop(slot, None)

    def rename(self, slot: int, name: str) -> None:
        """The file has another name."""
        del self.slots[self.names[slot]]
        self.names[slot] = name
        self.slots[name] = slot

    def own_of(self, slot: int) -> str:
        """The id that the file itself names."""
        return self.own.get(slot, self.ids[slot])

    def set_id(self, slot: int, post_id: str) -> bool:
        """Give a post its id; whether it had another."""
        own, before = self.own_of(slot), self.ids[slot]
        if before == post_id and self.paths.get(post_id) == slot:
            return False
        if before != post_id and self.paths.get(before) == slot:
            del self.paths[before]
        self.ids[slot] = post_id
        self.paths[post_id] = slot
        if own == post_id:
            self.own.pop(slot, None)
        else:
            self.own[slot] = own
        return before != post_id

    def extend(self, kept: Kept) -> None:
        """Put in what was remembered, as it is."""
        first = len(self.names)
        self.names += kept.names
        self.titles += kept.titles
        self.ids += kept.ids
        self.marks.extend(kept.marks)
        self.hashes.extend(kept.hashes)
        self.words.extend(kept.words)
        self.changed.extend(kept.changed)
        self.dates.extend(kept.dates)
        slots = list(range(first, len(self.names)))  # the same numbers in both
        self.slots.update(zip(kept.names, slots, strict=True))
        self.paths.update(zip(kept.ids, slots, strict=True))
        self.own.update({first + at: own for at, own in kept.own.items()})
        self.problems.update({first + at: problem for at, problem in kept.problems.items()})
        self.live.extend(b"\1" * len(slots))

    def listed(self) -> Listed:
        """As they are at this moment, for other threads; may be called while one writes."""
        live = bytes(self.live)
        there = slice(len(live))  # what is longer meanwhile is not whole
        return Listed(
            self.names[there], self.titles[there], self.ids[there], self.changed[there], self.dates[there],
            self.words[there], self.hashes[there], live, {**self.troubles, **self.problems}, dict(self.copies),
            self.slots, self.paths,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of some files, in columns; `numbers` are those of their words in the full-text index."""

    names: list[str]
    titles: list[str]
    ids: list[str]
    marks: array[int]
    hashes: array[int]
    words: array[int]
    changed: array[int]
    dates: array[int]
    numbers: array[int]
    own: dict[int, str]
    problems: dict[int, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows of every post, as it was at one moment; by slot. `live`: 1 where there is a file. `slots` and
    `paths` go on living: what they find may be newer than the rest, and is to be looked for with `slot_of`."""

    names: list[str]
    titles: list[str]
    ids: list[str]
    changed: array[int]
    dates: array[int]
    words: array[int]
    hashes: array[int]
    live: bytes
    problems: dict[int, str]
    copies: dict[int, str]
    slots: dict[str, int]
    paths: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)

    def slot_of(self, name: str) -> int:
        """The slot of a file by its name, -1 for none."""
        return self._there(self.slots.get(name))

    def slot_of_post(self, post_id: str) -> int:
        """The slot of a post by its id, -1 for none."""
        return self._there(self.paths.get(post_id))

    def _there(self, slot: int | None) -> int:
        return slot if slot is not None and slot < len(self.live) and self.live[slot] else -1


class Marks(Protocol):
    """What the system says of a file, as far as it counts here: `os.stat_result`, or the same from elsewhere."""

    @property
    def st_mode(self) -> int: ...
    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime_ns(self) -> int: ...
    @property
    def st_ctime_ns(self) -> int: ...
    @property
    def st_ino(self) -> int: ...


class Found(NamedTuple):
    """A copy of `Marks`, which goes to another process."""

    st_mode: int
    st_size: int
    st_mtime_ns: int
    st_ctime_ns: int
    st_ino: int

    @classmethod
    def of(cls, found: Marks) -> Found:
        """The same as another one says."""
        return cls(found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def changed_at(found: Marks) -> int:
    """When a file was changed, in ns since 1970; what lies outside of what columns hold (before 1678, after 2261) at
    its edge."""
    return max(-(2**63) + 1, min(found.st_mtime_ns, 2**63 - 1))


def marks_of(found: Marks) -> int:
    """One number for what moves when a file is written: size, times, inode."""
    return hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))


def is_young(found: Marks) -> bool:
    """Whether a file changed so short a time ago that it may change again and keep its marks."""
    return abs(time.time() - max(found.st_mtime_ns, found.st_ctime_ns) / 1e9) < _YOUNG_S


def marks_at(path: str) -> int:
    """The marks of a file by which it is known to be the one that was read; `YOUNG` where only reading it tells."""
    try:
        found = os.stat(path)  # noqa: PTH116  in a fifth of the time that an object for each path takes, for 100,000
    except OSError:
        return YOUNG
    return YOUNG if is_young(found) else marks_of(found)


def short_hash(digest: str) -> int:
    """The first 64 bits of a hash in hex, as a signed number."""
    return int.from_bytes(bytes.fromhex(digest[:16]), "big", signed=True)


def stamp(moment: datetime | None) -> int:
    """A moment in µs since 1970, `NO_DATE` for none and for one that cannot be told by every clock."""
    if moment is None or not 2 <= moment.year <= 9998:
        return NO_DATE
    try:
        return round(moment.timestamp() * 1e6)
    except (OverflowError, OSError, ValueError):
        return NO_DATE
