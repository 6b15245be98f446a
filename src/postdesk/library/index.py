"""What the library holds, kept in step with a folder that any other program may change at any time.

A look walks the folder and asks for sizes and times only; a file whose marks moved is read, and its content
decides. What the full-text index remembers of the last run stands for reading, too. Identity is the id in the file;
which of two files with one id is the copy is remembered from the last time.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash, read_file
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.library.copies import conflict_copies, is_copy_of, problems_of
from postdesk.library.encoding import LARGEST, too_large
from postdesk.library.frontmatter import Fields
from postdesk.library.kept import Kept, Marks, scan_of
from postdesk.library.scan import Scan, scan
from postdesk.library.walk import walk

# Within this time after a change a second one may leave the same marks (FAT counts in two seconds).
_YOUNG = 2.0


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the list. `modified` is in seconds since 1970, `size` in bytes; `problem` is a sentence or
    "". `copy_of`: the post that this is a conflict copy of.
    """

    path: Path
    id: str
    title: str
    slug: str
    date: datetime | None
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    visibility: Visibility
    excerpt: str
    modified: float
    size: int
    words: int
    hash: str
    problem: str = ""
    copy_of: Path | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What other programs did since the last look; `moved` holds pairs of old and new path."""

    added: tuple[Path, ...] = ()
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


@dataclass(frozen=True, slots=True)
class _Known:
    """One file as it was last seen. `young`: its marks may stay the same although the content changes."""

    marks: Marks
    young: bool
    hash: str
    scan: Scan
    id: str = ""
    problem: str = ""
    copy_of: str = ""


class Index:
    """The posts below `root`. `ids` are the ids by relative path (with slashes) as they were known at the
    last run.
    """

    def __init__(self, root: Path, ids: dict[str, str]) -> None:
        self._root = root
        self._ids = dict(ids)
        self._kept: dict[str, Kept] = {}
        self._todo: dict[str, os.stat_result] = {}  # found by a walk, and not looked into yet
        self._folders: tuple[str, ...] = ()
        self._outdated: dict[str, bool] = {}  # files that the full-text index has to learn (True) or forget
        self._known: dict[str, _Known] = {}
        self._paths: dict[str, str] = {}
        self._rows: dict[str, tuple[_Known, Summary]] = {}
        self._copies: dict[str, str] = {}  # conflict copies, and of what

    @property
    def ids(self) -> dict[str, str]:
        """The ids by relative path, to be remembered."""
        return {name: post_id for name, post_id in self._ids.items() if name in self._known}

    def recall(self, kept: Mapping[str, Kept]) -> None:
        """What the full-text index has of each file; to be told before the first look."""
        self._kept = dict(kept)

    @property
    def is_complete(self) -> bool:
        """Whether everything that the last walk found was looked into."""
        return not self._todo

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that the last walk went through."""
        return self._folders

    def outdated(self, most: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names that the full-text index has to learn anew, at most so many, the newest files first, and those that it
        has to forget. They count as told from now on."""
        learn = [name for name, there in self._outdated.items() if there]
        if len(learn) > most:
            learn = heapq.nlargest(most, learn, key=lambda name: self._known[name].marks[1])
        forget = [name for name, there in self._outdated.items() if not there]
        for name in (*learn, *forget):
            del self._outdated[name]
        return tuple(learn), tuple(forget)

    def outdate(self) -> None:
        """The full-text index knows nothing any more."""
        self._outdated = dict.fromkeys(self._known, True)

    def look(self, *, tidy: bool = False, budget: float = math.inf) -> Changes:
        """Walk the folder and say what is not as last seen; `tidy` removes what killed saves left there
        long ago. After `budget` s no other file is looked into: `is_complete` says so, and the next look goes on there.

        Raises LibraryError when the folder itself is not there: its posts are not taken for deleted.
        """
        end = time.monotonic() + budget
        gone: list[str] = []
        if not self._todo:
            walked = walk(self._root, tidy=tidy)
            found, self._folders = walked.posts, walked.folders
            gone = [name for name in self._known if name not in found and not name.startswith(walked.unread)]
            self._outdated |= dict.fromkeys((n for n in self._kept if n not in found), False)
            # The newest come first when there are many to be read.
            self._todo = found if self._known else dict(sorted(found.items(), key=_changed))
        added: list[str] = []
        changed: list[str] = []
        while self._todo:
            name, entry = self._todo.popitem()
            marks = marks_of(entry)
            known = self._known.get(name)
            if known is not None and known.marks == marks and not known.young:
                continue
            fresh = self._remembered(name, marks) if known is None else None
            if fresh is None:
                fresh = self._read(name, marks, linked=stat.S_ISLNK(entry.st_mode))
                if fresh is not None and (known is None or known.hash != fresh.hash):
                    self._outdated[name] = True
            if fresh is None:
                if known is not None:
                    gone.append(name)
                continue
            if known is None:
                added.append(name)
            elif known.hash != fresh.hash:
                changed.append(name)
            self._known[name] = fresh if known is None else _like(known, fresh)
            if time.monotonic() > end:
                break
        if not self._todo:
            self._kept = {}
        self._outdated |= dict.fromkeys(gone, False)
        lost = {name: self._known.pop(name) for name in gone}
        moved = self._pair(lost, added)
        if added or changed or lost:
            self._name_all()
        away = {old for old, _new in moved}
        come = {new for _old, new in moved}
        return Changes(
            tuple(self._root / name for name in added if name not in come),
            tuple(self._root / name for name in changed),
            tuple(self._root / name for name in gone if name not in away),
            tuple((self._root / old, self._root / new) for old, new in moved),
        )

    def summaries(self) -> tuple[Summary, ...]:
        """What was seen, newest first: by date, a post without one by its last change."""
        rows: list[tuple[float, str, Summary]] = []
        old, self._rows = self._rows, {}
        for name, known in self._known.items():
            # A row is made anew only when its file was read anew.
            kept = old.get(name)
            row = kept[1] if kept is not None and kept[0] is known else self._summary(name, known)
            self._rows[name] = known, row
            rows.append((row.date.timestamp() if row.date else row.modified, name, row))
        rows.sort(key=lambda one: one[:2], reverse=True)
        return tuple(row for _when, _name, row in rows)

    def saw(self, path: Path, data: bytes) -> str:
        """Note that the program itself wrote `data` there; returns the post's id."""
        name = self._name(path)
        before = self._known.get(name)
        # Another program may have written since: the next look compares.
        fresh = _Known(marks_of(os.lstat(path)), True, content_hash(data), scan(data))
        if before is not None and before.scan.fields.id == fresh.scan.fields.id:
            self._known[name] = _like(before, fresh)
        else:
            self._known[name] = fresh
            self._name_all()
        self._outdated[name] = True
        return self._known[name].id

    def moved(self, old: Path, new: Path) -> None:
        """Note that the program itself moved a file."""
        self._rename(self._name(old), self._name(new))
        known = self._known.pop(self._name(old), None)
        if known is not None:
            self._known[self._name(new)] = replace(known, marks=marks_of(os.lstat(new)), young=True)
            self._outdated |= {self._name(old): False, self._name(new): True}
        self._name_all()

    def came(self, path: Path) -> str:
        """Note that the program itself put a file there that was not in the list; returns the post's id."""
        name = self._name(path)
        known = self._read(name, marks_of(os.lstat(path)), linked=False)
        if known is None:
            return self._own_id(name, self._paths)  # gone again already; the next look says so
        self._known[name] = replace(known, young=True)
        self._outdated[name] = True
        self._name_all()
        return self._known[name].id

    def forget(self, path: Path) -> None:
        """Note that the program itself took a file away."""
        self._known.pop(self._name(path), None)
        self._outdated[self._name(path)] = False
        self._name_all()

    def id_for(self, path: Path, own: str) -> str:
        """The id of the post in a file that says it is `own` ("" when it says nothing); nothing is noted."""
        name = self._name(path)
        known = self._known.get(name)
        if known is not None and (not own or known.scan.fields.id == own):
            return known.id
        if own and self._paths.get(own, name) == name:
            return own
        return self._own_id(name, {i: n for i, n in self._paths.items() if n != name})

    def remembered(self, path: Path) -> str:
        """The id that the post in a file had at the last run, "" when it is not known."""
        return self._ids.get(self._name(path), "")

    def find(self, post_id: str) -> Path | None:
        """The file of a post."""
        name = self._paths.get(post_id)
        return self._root / name if name is not None else None

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _remembered(self, name: str, marks: Marks) -> _Known | None:
        """What the last run knew of a file that has not changed since."""
        kept = self._kept.pop(name, None)
        if kept is None or kept.marks != marks:
            return None
        row = scan_of(kept.row)
        return None if row is None else _Known(marks, False, kept.hash, row)

    def _read(self, name: str, marks: Marks, *, linked: bool) -> _Known | None:
        young = is_young(marks)
        if linked:
            real = Path(os.path.realpath(self._root / name))
            if real.is_relative_to(os.path.realpath(self._root)):
                return None  # the post itself is in the list
            problem = _("This is a link to a file outside the library; it is not opened.")
            return _Known(marks, young, "", Scan(Fields(), 0, "", problem=problem))
        if marks[0] > LARGEST:
            problem = too_large()
            return _Known(marks, young, f"{marks}", Scan(Fields(), 0, "", problem=problem))
        try:
            data, digest = read_file(f"{self._root}{os.sep}{name}")
        except LibraryError as error:
            if not (self._root / name).exists():
                return None
            return _Known(marks, True, "", Scan(Fields(), 0, "", problem=error.sentence))
        return _Known(marks, young, digest, scan(data))

    def _pair(self, lost: dict[str, _Known], added: list[str]) -> list[tuple[str, str]]:
        """Files that went and came are one that moved when they have one id, or, without any, one content."""
        came: dict[tuple[str, str], list[str]] = {}
        for name in added:
            came.setdefault(self._trait(self._known[name]), []).append(name)
        moved = []
        for old, known in lost.items():
            candidates = came.get(self._trait(known), [])
            if len(candidates) == 1 and self._trait(known) != ("", ""):
                new = candidates.pop()
                moved.append((old, new))
                self._rename(old, new)
        return moved

    @staticmethod
    def _trait(known: _Known) -> tuple[str, str]:
        own = known.scan.fields.id
        return (own, "") if own else ("", known.hash)

    def _rename(self, old: str, new: str) -> None:
        if old in self._ids:
            self._ids[new] = self._ids.pop(old)

    def _name_all(self) -> None:
        """Give every file its post's id: the one it holds, or, to a copy and to a file without, one of its
        own.
        """
        holders: dict[str, list[str]] = {}
        for name, known in self._known.items():
            holders.setdefault(known.scan.fields.id, []).append(name)
        nameless = holders.pop("", [])
        owners: dict[str, str] = {}
        copies: list[tuple[str, str]] = []
        for post_id, names in holders.items():
            owner = names[0] if len(names) == 1 else self._owner(post_id, names)
            owners[post_id] = owner
            copies += [(name, owner) for name in names if name != owner]
        self._copies = conflict_copies(self._known, copies)
        problems = problems_of(copies, self._copies)
        same_id = {name for name, _owner in copies}
        for name in sorted(nameless) + sorted(same_id):
            owners[self._own_id(name, owners)] = name
        self._paths = owners
        for post_id, name in owners.items():
            known = self._known[name]
            self._ids[name] = post_id
            problem = problems.get(name, "")
            copy_of = self._copies.get(name, "")
            if (known.id, known.problem, known.copy_of) != (post_id, problem, copy_of):
                self._known[name] = replace(known, id=post_id, problem=problem, copy_of=copy_of)

    def copies_of(self, path: Path) -> tuple[Path, ...]:
        """The conflict copies of the post in a file."""
        name = self._name(path)
        return tuple(self._root / copy for copy, original in self._copies.items() if original == name)

    def _owner(self, post_id: str, names: list[str]) -> str:
        """Which of several files with one id is the post: the one known as such, else the oldest."""

        def rank(name: str) -> tuple[bool, bool, int, int, str]:
            is_copy = any(is_copy_of(name, other) for other in names)
            return is_copy, self._ids.get(name) != post_id, self._known[name].marks[1], len(name), name

        return min(names, key=rank)

    def _own_id(self, name: str, owners: dict[str, str]) -> str:
        """An id for a file that has none of its own; the same on every machine that has the folder."""
        known = self._ids.get(name, "")
        number = 0
        while not known or known in owners:
            known = hashlib.sha256(f"{number} {name}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
            number += 1
        return known

    def _summary(self, name: str, known: _Known) -> Summary:
        fields = known.scan.fields
        return Summary(
            self._root / name, known.id, fields.title, fields.slug, fields.date, fields.tags, fields.categories,
            fields.visibility, known.scan.start, known.marks[1] / 1e9, known.marks[0], known.scan.words, known.hash,
            known.scan.problem or known.problem, self._root / known.copy_of if known.copy_of else None,
        )  # fmt: skip


def _like(known: _Known, fresh: _Known) -> _Known:
    """A file that was read anew is the post that it was."""
    return replace(fresh, id=known.id, problem=known.problem, copy_of=known.copy_of)


def _changed(found: tuple[str, os.stat_result]) -> int:
    return found[1].st_mtime_ns


def is_young(marks: Marks) -> bool:
    """Whether a file changed so short a time ago that it may change again and keep its marks."""
    return abs(time.time() - max(marks[1], marks[2]) / 1e9) < _YOUNG


def marks_of(found: os.stat_result) -> Marks:
    """What moves when a file is written."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
