"""What the library holds, kept in step with a folder that any other program may change at any time.

A look walks the folder and asks for sizes and times only; a file whose marks moved is read, and its content
decides. What the full-text index remembers of the last run stands for reading, too. Identity is the id in the file;
which of two files with one id is the copy is remembered from the last time.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from postdesk.core.files import content_hash
from postdesk.library.columns import YOUNG, Columns, Entry, Found, Kept, Marks, marks_of
from postdesk.library.entries import entry_of, read_entry
from postdesk.library.identity import Identity
from postdesk.library.lessons import Lessons
from postdesk.library.scan import scan
from postdesk.library.walk import Walk


@dataclass(frozen=True, slots=True)
class Changes:
    """What other programs did since the last look. `added`: how many files came; `moved` holds pairs of old and new
    path."""

    added: int = 0
    changed: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    moved: tuple[tuple[Path, Path], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.moved)

    def __add__(self, later: Changes) -> Changes:
        return Changes(
            self.added + later.added,
            self.changed + later.changed,
            self.removed + later.removed,
            self.moved + later.moved,
        )


class Index:
    """The posts below `root`. `stored` gives the ids by relative path (with slashes) as they were known at the last
    run; it is asked when it has to be.
    """

    def __init__(self, root: Path, stored: Callable[[], Mapping[str, str]]) -> None:
        self._root = root
        self._base = os.fspath(root)
        self.columns = Columns()
        self._identity = Identity(self.columns, stored)
        self._todo: dict[str, Found] = {}  # found by a walk, and not looked into yet
        self._gone: dict[
            int, None
        ] = {}  # slots of files that the last walk did not find, until all is looked into
        self._added: list[int] = []  # slots of those that came since that walk
        self._others: list[
            int
        ] = []  # slots of those that name another id than before, and are still to be named
        self._folders: tuple[str, ...] = ()
        self._seen = 0  # files, by the last walk
        self.lessons = Lessons(self.columns)

    # --- what is remembered ---

    @property
    def ids(self) -> dict[str, str]:
        """The ids by relative path, to be remembered."""
        return {name: self.columns.ids[slot] for name, slot in self.columns.slots.items()}

    @property
    def ids_changed(self) -> bool:
        """Whether `ids` are others than those that are stored."""
        return self._identity.changed

    def ids_stored(self) -> None:
        """They are stored now."""
        self._identity.changed = False

    def recall(self, parts: Iterable[Kept]) -> None:
        """What the full-text index has of each file; to be told before the first look."""
        for kept in parts:
            first = len(self.columns.names)
            self.columns.extend(kept)
            slots = range(first, first + len(kept.names))
            self.lessons.learnt(slots, kept.numbers)
        self.lessons.renew(self._identity.recalled())

    def correct(self, ids: Mapping[str, str]) -> None:
        """These ids by relative path are newer than what was recalled."""
        self.lessons.renew(self._identity.correct(ids))

    # --- looking ---

    @property
    def is_complete(self) -> bool:
        """Whether everything that the last walk found was looked into."""
        return not self._todo

    @property
    def size(self) -> int:
        """How many files there are, as far as is known."""
        return max(self._seen, len(self.columns.slots))

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that the last walk went through."""
        return self._folders

    def look_into(self, budget: float = math.inf) -> Changes:
        """The second part of a look: say what is not as last seen. After `budget` s no other file is looked into:
        `is_complete` says so, and the next look goes on there."""
        end = time.monotonic() + budget
        changed: list[int] = []
        try:
            while self._todo:
                name, found = self._todo.popitem()
                self._put(name, read_entry(self._base, name, found), changed)
                if time.monotonic() > end:
                    break
        finally:  # whatever comes in between, what was added has a name
            told = self.settle()
        return replace(told, changed=self._paths(changed))

    def walk(self, *, tidy: bool = False) -> int:
        """The first part of a look: find what is to be looked into, unless something is left of the last time; returns
        how many files that are. `tidy` removes what killed saves left there long ago.

        Raises LibraryError when the folder itself is not there: its posts are not taken for deleted.
        """
        if not self._todo:
            self._gone = dict.fromkeys(self._walk(tidy=tidy))
        return len(self._todo)

    def next(self, most: int) -> list[tuple[str, Found]]:
        """The next files to be looked into, at most so many. They stay that until `take` is told of them, so that
        they can be read while others look, write and move files."""
        return list(islice(reversed(self._todo.items()), most))

    def take(self, found: Iterable[tuple[str, Marks]], read: Iterable[Entry | None]) -> Changes:
        """What was read of those files, except where somebody was quicker. `settle` has to follow."""
        changed: list[int] = []
        for (name, marks), entry in zip(found, read, strict=True):
            if self._todo.get(name) is marks:
                del self._todo[name]
                self._put(name, entry, changed)
        return Changes(changed=self._paths(changed))

    def _paths(self, slots: Iterable[int]) -> tuple[Path, ...]:
        return tuple(self._root / self.columns.names[slot] for slot in slots)

    def _put(self, name: str, entry: Entry | None, changed: list[int]) -> None:
        columns = self.columns
        slot = columns.slots.get(name)
        if entry is None:
            if slot is not None:
                self._gone[slot] = None
        elif slot is None:
            slot = columns.add(name, entry)
            self.lessons.learn(slot, entry.details)
            self._added.append(slot)
        else:
            if entry.own != columns.own_of(slot):
                self._others.append(slot)
            if entry.hash != columns.hashes[slot]:
                changed.append(slot)
                self.lessons.learn(slot, entry.details)
            elif self.lessons.was_missed(slot) and not entry.problem:
                self.lessons.learn(slot, entry.details)
            else:
                self.lessons.renew([slot])
            columns.put(slot, entry)

    def settle(self) -> Changes:
        """Name what was found, and say what came and went. While files are gone, those that came may be these under
        other names: nothing is said of either before all was looked into."""
        columns = self.columns
        # What came and went again since it was looked into is nothing to be named.
        others = [slot for slot in self._others if columns.live[slot] and slot not in self._gone]
        self._others = []
        if self._gone and self._todo:
            self._name(others, anew=False)
            return Changes()
        gone = [slot for slot in self._gone if columns.live[slot]]
        added = [slot for slot in self._added if columns.live[slot] and slot not in self._gone]
        self._gone, self._added = {}, []
        moved = self._pair(gone, added)
        lost = [columns.names[slot] for slot in gone]
        for slot in gone:
            self._remove(slot)
        self._name([*added, *others], anew=bool(gone))
        if not self._todo:
            self._identity.settled()
        away = {old for old, _new in moved}
        return Changes(
            len(added) - len(moved),
            (),
            tuple(path for name in lost if (path := self._root / name) not in away),
            moved,
        )

    def _walk(self, *, tidy: bool) -> list[int]:
        """Find what is to be looked into, and the slots of the files that are gone."""
        columns = self.columns
        slot_of, marks = columns.slots.get, columns.marks
        seen = bytearray(len(columns.names))
        walk = Walk(self._root, tidy=tidy)
        todo: dict[str, Found] = {}
        files = 0
        for name, found in walk:
            files += 1
            slot = slot_of(name)
            if slot is not None:
                seen[slot] = 1
                if marks[slot] == marks_of(found):
                    continue
            todo[name] = Found.of(found)  # a third of the memory, for 100,000 of them
        self._folders, self._seen = walk.folders, files
        unread = walk.unread
        gone = [
            slot
            for slot in (slot for slot, there in enumerate(seen) if not there)
            if columns.live[slot] and not columns.names[slot].startswith(unread)
        ]
        # The newest come first when there are many to be read.
        self._todo = todo if len(columns) else dict(sorted(todo.items(), key=lambda one: one[1].st_mtime_ns))
        return gone

    def saw(self, path: Path, data: bytes) -> str:
        """Note that the program itself wrote `data` there; returns the post's id."""
        name, found = self._name_of(path), os.lstat(path)
        self._touch(name)
        # Another program may have written since: the next look compares.
        entry = entry_of(found, content_hash(data), scan(data), young=True)
        before = self.columns.slots.get(name)
        # One that a look in parts has found may not be named yet.
        other = before is None or not self.columns.ids[before] or entry.own != self.columns.own_of(before)
        slot = self._take(name, entry)
        if other:
            self._name([slot], anew=True)
        return self.columns.ids[slot]

    def moved(self, old: Path, new: Path) -> None:
        """Note that the program itself moved a file."""
        columns, name = self.columns, self._name_of(new)
        slot = columns.slots.get(self._name_of(old))
        self._touch(self._name_of(old))
        self._touch(name)
        if slot is None:
            return
        if (covered := columns.slots.get(name)) is not None:
            self._remove(covered)
        self._gone.pop(slot, None)
        self.lessons.rename(slot, name)
        columns.rename(slot, name)
        columns.marks[slot] = YOUNG
        self._name([slot], anew=True)

    def came(self, path: Path) -> str:
        """Note that the program itself put a file there that was not in the list; returns the post's id."""
        name = self._name_of(path)
        self._touch(name)
        entry = read_entry(self._base, name, os.lstat(path))
        if entry is None:
            return self._identity.own_id(name, -1)  # gone again already; the next look says so
        slot = self._take(name, entry)
        self.columns.marks[slot] = YOUNG
        self._name([slot], anew=True)
        return self.columns.ids[slot]

    def forget(self, path: Path) -> None:
        """Note that the program itself took a file away."""
        slot = self.columns.slots.get(self._name_of(path))
        self._touch(self._name_of(path))
        if slot is not None:
            self._remove(slot)
            self._name([], anew=True)

    def missed(self, slots: Iterable[int]) -> None:
        """These could not be learnt, as they are not as they were read last: the next look reads them again, whatever
        their marks are."""
        for slot in slots:
            if self.columns.live[slot]:
                self.columns.marks[slot] = YOUNG
                self.lessons.missed([slot])

    def id_for(self, path: Path, own: str) -> str:
        """The id of the post in a file that says it is `own` ("" when it says nothing); nothing is noted."""
        name, columns = self._name_of(path), self.columns
        slot = columns.slots.get(name, -1)
        if self.is_known(path, own):
            return columns.ids[slot]
        if own and columns.paths.get(own, slot) == slot:
            return own
        return self._identity.own_id(name, slot)

    def is_known(self, path: Path, own: str) -> bool:
        """Whether it is known which post is in this file, which says it is `own` ("" when it says nothing)."""
        slot = self.columns.slots.get(self._name_of(path))
        return (
            slot is not None
            and bool(self.columns.ids[slot])
            and (not own or self.columns.own_of(slot) == own)
        )

    def remembered(self, path: Path) -> str:
        """The id that the post in a file had at the last run, "" when it is not known."""
        name = self._name_of(path)
        slot = self.columns.slots.get(name)
        known = self.columns.ids[slot] if slot is not None else ""
        return known or self._identity.stored.get(name, "")

    def find(self, post_id: str) -> Path | None:
        """The file of a post."""
        slot = self.columns.paths.get(post_id)
        return self._root / self.columns.names[slot] if slot is not None else None

    def copies_of(self, path: Path) -> tuple[Path, ...]:
        """The conflict copies of the post in a file."""
        name, columns = self._name_of(path), self.columns
        return tuple(
            self._root / columns.names[copy] for copy, original in columns.copies.items() if original == name
        )

    def original_of(self, path: Path) -> Path | None:
        """The post that a file is a conflict copy of, as far as it was looked at."""
        slot = self.columns.slots.get(self._name_of(path), -1)
        original = self.columns.copies.get(slot)
        return self._root / original if original else None

    # --- how ---

    def _name_of(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _touch(self, name: str) -> None:
        """What somebody is reading of this file at this moment counts no more."""
        if (found := self._todo.get(name)) is not None:
            self._todo[name] = Found.of(found)

    def _name(self, slots: Iterable[int], *, anew: bool) -> None:
        """Name these posts; the full-text index remembers ids, too."""
        self.lessons.renew(self._identity.name(slots, anew=anew))

    def _take(self, name: str, entry: Entry) -> int:
        """What the program itself put into a file; returns its slot, which has to be named when its id is another."""
        slot = self.columns.slots.get(name)
        if slot is None:
            slot = self.columns.add(name, entry)
        else:
            self._gone.pop(slot, None)
            self.columns.put(slot, entry)
        self.lessons.learn(slot, entry.details)
        return slot

    def _remove(self, slot: int) -> None:
        self._identity.went(slot)
        self.lessons.forget(slot)
        self.columns.remove(slot)

    def _pair(self, gone: list[int], added: list[int]) -> tuple[tuple[Path, Path], ...]:
        """Files that went and came are one that moved when they have one id, or, without any, one content."""
        came: dict[tuple[str, int], list[int]] = {}
        names = self.columns.names
        for slot in added if gone else ():
            if (
                names[slot] not in self._identity.stored
            ):  # else it came when the full-text index did not hear of it
                came.setdefault(self._trait(slot), []).append(slot)
        moved = []
        for old in gone:
            trait = self._trait(old)
            candidates = came.get(trait, [])
            if len(candidates) == 1 and trait != ("", 0):
                new = candidates.pop()
                moved.append((self._root / names[old], self._root / names[new]))
                self._identity.moved(old, names[new])
        return tuple(moved)

    def _trait(self, slot: int) -> tuple[str, int]:
        own = self.columns.own_of(slot)
        return (own, 0) if own else ("", self.columns.hashes[slot])
