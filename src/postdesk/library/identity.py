"""Which post a file is: the one whose id it holds, or, for a copy and for a file without an id, one of its own.

A file that comes or goes is told by itself as long as nothing is doubtful; where two files have one id, or a name is
that of a conflict copy, all of them are looked at together. A library may have such files for years: what has nothing
to do with them is told by itself all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from postdesk.library.columns import Columns
from postdesk.library.copies import conflict_copies, is_copy_of, may_be_copy, originals, problems_of


class Identity:
    """Gives the posts in `columns` their ids. `stored` gives the ids by name as they were known at the last run."""

    def __init__(self, columns: Columns, stored: Callable[[], Mapping[str, str]]) -> None:
        self._columns = columns
        self._load = stored
        self._loaded: Mapping[str, str] | None = None
        self._gone: dict[str, str] = {}  # the ids of files that went, where the files did not say them
        self._newer: Mapping[str, str] = {}
        self._entangled: set[int] = set()  # slots of copies, and of what they are copies of
        self._torn = False  # one of these went, or one whose id another may have
        self._wanted: set[str] = set()  # names of which a file that is there would be a copy
        self.changed = False

    @property
    def stored(self) -> Mapping[str, str]:
        """The ids of the last run by name."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def settled(self) -> None:
        """All files were looked into: the columns have what was stored."""
        if self._loaded is not None:
            there = self._columns.slots
            self._gone.update({name: i for name, i in self._loaded.items() if name not in there})
            self._loaded = {}
        self._load = dict
        self._newer = {}

    def recalled(self) -> set[int]:
        """What is remembered was put into the columns; returns the slots that have another id for it."""
        all_ = self._columns
        if "" in all_.paths or any(all_.own.values()) or any(map(may_be_copy, all_.slots)):
            return self.name_all()
        return set()

    def correct(self, ids: Mapping[str, str]) -> set[int]:
        """These ids by name are newer than those that were remembered, for what the first look finds, too. Returns the
        slots that have another id for it."""
        all_ = self._columns
        self._newer = ids
        changed = set()
        for name, post_id in ids.items():
            slot = all_.slots.get(name)
            if slot is not None and all_.ids[slot] != post_id:
                all_.own[slot] = all_.own_of(slot)
                all_.ids[slot] = post_id
                changed.add(slot)
        return changed | self.name_all() if changed else changed

    def name(self, slots: Iterable[int], *, anew: bool = False) -> set[int]:
        """Name the posts in these files, which came or hold another id than before; `anew`: others went. Returns the
        slots that have another id than before."""
        all_ = self._columns
        slots = tuple(slots)
        owns = {slot: all_.own_of(slot) for slot in slots}
        holders: dict[str, int] = {}
        # Nothing is named before it is sure that none of these is doubtful: who was known as the post decides.
        if self._torn or any(self._is_doubtful(slot, own, holders) for slot, own in owns.items()):
            changed = self.name_all()
        else:
            named = [slot for slot in slots if owns[slot]] + [slot for slot in slots if not owns[slot]]
            changed = {
                slot for slot in named if all_.set_id(slot, owns[slot] or self.own_id(all_.names[slot], slot))
            }
        self.changed = self.changed or anew or bool(changed)
        return changed

    def _is_doubtful(self, slot: int, own: str, holders: dict[str, int]) -> bool:
        """Whether all have to be looked at to name this one. `holders` are those that were asked about before, by the
        ids that they hold."""
        all_, name = self._columns, self._columns.names[slot]
        if own and (all_.paths.get(own, slot) != slot or holders.setdefault(own, slot) != slot):
            return True
        if self._newer and all_.ids[slot] not in ("", own):
            return True  # the id that it had may be that of a post that was named before
        return slot in self._entangled or name in self._wanted or may_be_copy(name)

    def name_all(self) -> set[int]:
        """Name every post; returns the slots that have another id than before."""
        all_ = self._columns
        holders: dict[str, list[int]] = {}
        for slot in all_.slots.values():
            holders.setdefault(all_.own_of(slot), []).append(slot)
        nameless = holders.pop("", [])
        owners: dict[str, int] = {}
        pairs: list[tuple[str, str]] = []
        same_id: list[int] = []
        for post_id, slots in holders.items():
            owner = slots[0] if len(slots) == 1 else self._owner(post_id, slots)
            owners[post_id] = owner
            for slot in slots:
                if slot != owner:
                    same_id.append(slot)
                    pairs.append((all_.names[slot], all_.names[owner]))
        before = {slot: self._known(slot) for slot in (*nameless, *same_id)}
        all_.paths.clear()
        changed = {slot for post_id, slot in owners.items() if all_.set_id(slot, post_id)}

        def turn(slot: int) -> tuple[bool, str]:
            return all_.names[slot] not in self._newer, all_.names[slot]

        for slot in sorted(nameless, key=turn) + sorted(same_id, key=turn):
            if all_.set_id(slot, self._free(all_.names[slot], before[slot], slot)):
                changed.add(slot)
        conflicts = conflict_copies(all_.slots, pairs)
        all_.copies = {all_.slots[name]: original for name, original in conflicts.items()}
        all_.troubles = {all_.slots[name]: words for name, words in problems_of(pairs, conflicts).items()}
        tied = {name for pair in (*pairs, *conflicts.items()) for name in pair}
        self._entangled, self._torn = {all_.slots[name] for name in tied}, False
        self._wanted = {original for name in all_.slots for original in originals(name)}
        self.changed = self.changed or bool(changed)
        return changed

    def own_id(self, name: str, slot: int) -> str:
        """An id for a file that has none of its own; the same on every machine that has the folder. `slot` is that of
        the file, -1 while it has none."""
        return self._free(name, self._known(slot) if slot >= 0 else self._of_last_time(name), slot)

    def moved(self, old: int, name: str) -> None:
        """The post in a file that goes is the one in the file `name` that came."""
        self._gone[name] = self._columns.ids[old]

    def went(self, slot: int) -> None:
        """To be told before a file is taken out of the columns."""
        all_ = self._columns
        self._torn = self._torn or bool(self._newer) or slot in self._entangled
        if slot in all_.own:
            self._gone[all_.names[slot]] = all_.ids[slot]

    def _known(self, slot: int) -> str:
        name = self._columns.names[slot]
        return self._newer.get(name) or self._columns.ids[slot] or self._of_last_time(name)

    def _of_last_time(self, name: str) -> str:
        return self._gone.get(name) or self.stored.get(name, "")

    def _free(self, name: str, known: str, slot: int) -> str:
        paths = self._columns.paths
        number = 0
        while not known or paths.get(known, slot) != slot:
            known = hashlib.sha256(f"{number} {name}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
            number += 1
        return known

    def _owner(self, post_id: str, slots: list[int]) -> int:
        """Which of several files with one id is the post: the one known as such, else the oldest."""
        all_ = self._columns
        names = [all_.names[slot] for slot in slots]

        def rank(slot: int) -> tuple[bool, bool, int, int, str]:
            name = all_.names[slot]
            is_copy = any(is_copy_of(name, other) for other in names)
            return is_copy, self._known(slot) != post_id, all_.changed[slot], len(name), name

        return min(slots, key=rank)
