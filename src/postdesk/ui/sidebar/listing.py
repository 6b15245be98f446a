"""The list of posts as columns: what a hundred thousand rows show, and each row as it is looked at.

A row's slot is that of its file in the library; those of posts that are only on a blog follow behind.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, repeat
from operator import contains
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postdesk.library.slips import Joined, Words

#: The filters in order, by key; `Row.tab` is one of the first three, "outbox" takes what is waiting.
TABS = ("drafts", "scheduled", "published", "all", "outbox")
_PART = 4096  # rows that are compared at once


@dataclass(frozen=True, slots=True)
class Row:
    """One post in the list. `key` is unique and opaque. `when` is seconds since 1970 (UTC) or None. `tab` is "drafts",
    "scheduled" or "published". `state` is said only when there is something to say ("Waiting"), in the colour of
    `level` ("", "warn" or "bad"). `words` counts words, 0 where unknown; `blog` stands in their place when given.
    `moment` is what the list is sorted by when that is not `when`.
    """

    key: str
    title: str
    when: float | None = None
    tab: str = "drafts"
    words: int = 0
    blog: str = ""
    state: str = ""
    level: str = ""
    waiting: bool = False
    moment: float | None = None


@dataclass(frozen=True, slots=True)
class Special:
    """What only some rows say: see `Row`."""

    blog: str = ""
    state: str = ""
    level: str = ""
    waiting: bool = False


class Titles:
    """The titles of all rows, by slot, and what searches make of them once they are asked for."""

    def __init__(self, texts: Sequence[str] = (), before: Titles | None = None) -> None:
        """What was made of other titles, `before`, serves for those that are the same."""
        self.texts = texts
        if before is not None and before.is_ready and len(before.texts) <= len(texts):
            self._follow(before)

    @property
    def is_ready(self) -> bool:
        """Whether a search need not wait for anything here."""
        return "words" in self.__dict__

    def prepare(self) -> None:
        """Make ready for a search what takes its time. To be called beside the window."""
        _ready = self.words

    def _follow(self, before: Titles) -> None:
        folded = before.folded + list(self.texts[len(before.texts) :])
        others = []
        for first in range(0, len(self.texts), _PART):
            part = slice(first, first + _PART)
            if self.texts[part] != before.texts[part]:
                for slot, text in enumerate(self.texts[part], first):
                    if slot >= len(before.texts) or text != before.texts[slot]:
                        folded[slot] = _folded(text)
                        others.append(folded[slot])
        self.folded, self.words = folded, before.words.with_more(others)

    @cached_property
    def folded(self) -> list[str]:
        """The titles in their simplest form."""
        return list(map(_folded, self.texts))

    @cached_property
    def words(self) -> Words:
        """The words of all titles."""
        from postdesk.library.slips import Words

        return Words(self.folded)

    @cached_property
    def joined(self) -> Joined:
        """The titles in their simplest form, as one text."""
        from postdesk.library.slips import Joined

        return Joined(self.folded)


@dataclass(frozen=True, eq=False)
class Listing:
    """By slot: `tabs` (places in `TABS`), `titles`, `when` (seconds since 1970, NaN for never), `words`, `keys` (what
    tells rows apart), and for some `special`. `order` has the slots in the order of the list; the first `files` slots
    are files' in these `columns`. `moments` is by slot, too, where the list is sorted by something else than `when`.
    `key_of` and `slot_of` (-1 for none) tell the keys of rows."""

    order: Sequence[int] = ()
    tabs: bytes = b""
    titles: Titles = field(default_factory=Titles)
    when: Sequence[float] = ()
    words: Sequence[int] = ()
    special: Mapping[int, Special] = field(default_factory=dict)
    keys: Sequence[str] = ()
    files: int = 0
    columns: object = None
    key_of: Callable[[int], str] = str
    slot_of: Callable[[str], int] = lambda _key: -1
    moments: Sequence[float] | None = None
    _titled: list[tuple[tuple[str, ...], Sequence[int]]] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Listing:
        """These rows, in this order."""
        keys = {row.key: slot for slot, row in enumerate(rows)}
        moments = [_or_nan(row.when if row.moment is None else row.moment) for row in rows]
        when = [_or_nan(row.when) for row in rows]
        return cls(
            range(len(rows)), bytes(TABS.index(row.tab) for row in rows), Titles([row.title for row in rows]), when,
            [row.words for row in rows],
            {s: Special(r.blog, r.state, r.level, r.waiting) for s, r in enumerate(rows)},
            list(keys), len(rows), None, lambda slot: rows[slot].key, lambda key: keys.get(key, -1),
            None if moments == when else moments,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.tabs)

    def row(self, slot: int) -> Row:
        """What is shown of one."""
        special = self.special.get(slot, _PLAIN)
        return Row(
            self.key_of(slot), self.titles.texts[slot], _or_none(self.when[slot]), TABS[self.tabs[slot]],
            self.words[slot], special.blog, special.state, special.level, special.waiting,
            None if self.moments is None else _or_none(self.moments[slot]),
        )  # fmt: skip

    def moment(self, slot: int) -> float | None:
        """What it is sorted by, in seconds since 1970."""
        return _or_none((self.when if self.moments is None else self.moments)[slot])

    def titled(self, words: Sequence[str]) -> Sequence[int]:
        """The slots of the rows whose title has every one of `words` (folded) somewhere, in the order of the list. What
        was asked last is narrowed down where that can be, as it is while she types on."""
        asked = tuple(words)
        before, slots = self._titled[0] if self._titled else ((), self.order)
        if not all(any(old in new for new in asked) for old in before):
            before, slots = (), self.order
        folded = self.titles.folded
        for word in asked:
            if word in before:
                continue
            if (
                slots is self.order
            ):  # all in the order of memory, and then in that of the list: in half the time
                slots = flagged(slots, bytes(map(contains, folded, repeat(word))))
            else:
                slots = [slot for slot in slots if word in folded[slot]]
        self._titled[:] = [(asked, slots)]
        return slots

    @cached_property
    def waiting(self) -> frozenset[int]:
        """The slots of what waits."""
        return frozenset(slot for slot, special in self.special.items() if special.waiting)

    def counts(self) -> dict[str, int]:
        """How many rows each tab has."""
        listed = bytes(map(self.tabs.__getitem__, self.order))
        return {
            **{tab: listed.count(place) for place, tab in enumerate(TABS[:3])},
            "all": len(self.order),
            "outbox": len(self.waiting),
        }

    def changed(self, before: Listing) -> Iterator[int]:
        """The slots whose rows show something else than `before`, which has the same slots."""
        pairs = (
            (self.titles.texts, before.titles.texts),
            (self.when, before.when),
            (self.words, before.words),
        )
        told = {
            slot
            for slot in self.special.keys() | before.special.keys()
            if self.special.get(slot) != before.special.get(slot)
        }
        for first in range(0, len(self), _PART):
            part = slice(first, first + _PART)
            if any(new[part] != old[part] for new, old in pairs):
                for slot in range(first, min(first + _PART, len(self))):
                    if slot not in told and any(_differ(new[slot], old[slot]) for new, old in pairs):
                        yield slot
        yield from told


@dataclass(frozen=True, eq=False)
class Found:
    """What a search of `listing` found: 1 at each slot."""

    listing: Listing
    flags: bytes

    def on(self, listing: Listing) -> bytes | None:
        """The flags for another listing of the same columns: what came since is not found yet. None for others, whose
        slots mean other posts."""
        if listing is self.listing:
            return self.flags
        if listing.columns is not self.listing.columns:
            return None
        old, blogs = self.listing.files, self.flags[self.listing.files :]
        files = self.flags[: min(old, listing.files)].ljust(listing.files, b"\0")
        size = len(listing)
        return files + (blogs if len(blogs) == size - listing.files else bytes(size - listing.files))


_PLAIN = Special()


def _folded(text: str) -> str:
    # Loaded with the first search.
    from postdesk.library.context import fold

    folded = fold(text)
    return text if folded == text else folded


def flagged(slots: Sequence[int], flags: bytes) -> list[int]:
    """Those of the slots that have a 1 in `flags`."""
    return list(compress(slots, map(flags.__getitem__, slots)))


def _differ(new: object, old: object) -> bool:
    return new != old and not (new != new and old != old)  # no time at all is NaN


def _or_nan(moment: float | None) -> float:
    return math.nan if moment is None else moment


def _or_none(moment: float) -> float | None:
    return None if moment != moment else moment


def in_order(slots: Sequence[int], key: Callable[[int], object]) -> array[int]:
    """The slots sorted by `key`, in parts and then together: to sort all at once would hold every other thread up."""
    runs: list[int] = []
    for first in range(0, len(slots), _PART):
        runs += sorted(slots[first : first + _PART], key=key)  # type: ignore[arg-type]  # all of one kind
    runs.sort(key=key)  # type: ignore[arg-type]
    return array("i", runs)
