"""Receipts and bases in the library's hidden folder: what blogs said, and what was last in step with them.

They are files, one per post and blog, so that they travel with the folder (git, a synchroniser).
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from postdesk.core import receipt as receipts
from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.files import ANY, Save, content_hash, read_file, save_file
from postdesk.core.language import _
from postdesk.core.receipt import Receipt
from postdesk.library.columns import YOUNG, marks_at
from postdesk.library.connected import HIDDEN, away, is_away
from postdesk.library.filed import Filed, filing_of
from postdesk.library.filed_store import FiledStore
from postdesk.library.names import names_in

log = logging.getLogger(__name__)

_PART = r"[0-9a-z][0-9a-z_-]{0,63}"
_NAME: Final = re.compile(rf"({_PART})\.({_PART})\.json")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST_BASE = 64 * 1024 * 1024
_UNSETTLED = -1
_OLD_NS = 2_000_000_000  # since a folder was changed: another change has another time then, whatever the disk
_TRUSTED = (
    60.0  # s that the folder's time is believed, which writing into a file in its place does not change
)


@dataclass(frozen=True, slots=True)
class Packed:
    """A base as it is kept: under its hash, compressed."""

    digest: str
    data: bytes


def _settled(changed: int) -> int:
    """A time when a folder was changed, `_UNSETTLED` when it may change again without its time saying so."""
    return changed if time.time_ns() - changed > _OLD_NS else _UNSETTLED


def packed_base(text: str) -> Packed:
    """A base to be kept. Takes its time: another process may do it."""
    data = text.encode("utf-8", "surrogatepass")
    return Packed(content_hash(data), zlib.compress(data))


class Receipts:
    """The receipts of one library; `root` is the library's folder, `cache` where what they say to the list is
    remembered, None for nowhere. May be used from any thread."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._root = root
        self._receipts = root / HIDDEN / "receipts"
        self._bases = root / HIDDEN / "bases"
        self._was_there = (root / HIDDEN).is_dir()
        self._store = FiledStore(cache / "receipts.sqlite") if cache is not None else None
        self._is_behind = False
        self._here = threading.local()
        self._filed = Filed()
        self._guard = threading.Lock()  # for `_filed` and what follows, and for a moment only
        self._lists, self._looks = threading.RLock(), threading.Lock()  # for who goes through the folder
        self._touched: dict[tuple[str, str], int] = {}  # written here: after so many writings
        self._writings = 0
        self._unkept: set[tuple[str, str]] = set()  # others than `_store` has
        self._is_recalled = self._is_known = False
        self._listed = self._looked = _UNSETTLED  # when the folder was changed that was listed, and looked at
        self._looked_at = -math.inf

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        """What that blog said about that post, None when it never said anything.

        Raises LibraryError when there is a receipt that cannot be read, or the library is not there: the post must not
        be taken for one that was never published.
        """
        return self._read(self._path(post_id, account_id))

    def all(self) -> tuple[Receipt, ...]:
        """Every receipt that can be read; the others are named in the log. 100,000 take seconds."""
        names = sorted(name for name in names_in(self._receipts) if _NAME.fullmatch(name))
        return tuple(one for name in names if (one := self._readable(name)) is not None)

    def _readable(self, name: str) -> Receipt | None:
        try:
            return self._read(self._receipts / name)
        except LibraryError as error:
            log.warning("%s %s", error.happened, error.details)
            return None

    # --- for the list ---

    def told(self) -> Filed:
        """What all receipts say to the list, as of the last `look`, and of this machine's own as they are. The first
        time it is what was remembered, or takes its time."""
        self._recall()
        if not self._is_known:
            self.look()
        with self._guard:
            return self._filed.copy()

    def told_of(self, post_ids: Iterable[str], account_ids: Sequence[str]) -> Filed:
        """The same of some posts and blogs alone, read now."""
        made = Filed()
        for post_id in post_ids:
            for account_id in account_ids:
                try:
                    receipt = self.get(post_id, account_id)
                except (LibraryError, ValueError):  # a file may say that it is any post
                    continue
                if receipt is not None:
                    made.put(made.add(post_id, account_id), YOUNG, filing_of(receipt))
        return made

    def remembered_here(self, account_id: str, remote_ids: Sequence[str]) -> list[tuple[str, str]]:
        """(remote id, post id) of those posts of a blog of which there was a receipt at the last run."""
        return self._store.here(account_id, remote_ids) if self._store is not None else []

    def look(self) -> bool:
        """Bring what is told to the list in step with the folder, which other programs change, too; whether anything
        is another. Only what changed is read. Raises LibraryError when the folder cannot be read."""
        with self._looks:
            self._expect_root()
            self._recall()
            changed = self._changed()
            now = time.monotonic()
            if self._is_known and changed == self._looked and now - self._looked_at < _TRUSTED:
                return False
            settled = _settled(changed)
            with self._guard:
                since = self._writings
            other = self._list(changed)
            base = f"{self._receipts}{os.sep}"
            filed = self._filed
            for slot in range(len(filed)):
                name = filed.name(slot)
                if not name:
                    continue
                marks = marks_at(base + name)  # before it is read: what is written in between has others
                if marks != filed.marks[slot] or marks == YOUNG:
                    settled = settled if marks != YOUNG else _UNSETTLED
                    other = self._take(slot, name, marks, since) or other
            self._looked, self._looked_at, self._is_known = settled, now, True
            with self._guard:  # who lists meanwhile began after that
                self._touched = {whose: at for whose, at in self._touched.items() if at > since}
            self._keep()
            return other

    def _take(self, slot: int, name: str, marks: int, since: int) -> bool:
        """Read one for the list; whether it is another. What was written here after so many writings is known."""
        receipt = self._readable(name)
        with self._guard:
            whose = self._filed.whose(slot)
            if self._filed.name(slot) != name or self._touched.get(whose, 0) > since:
                return False  # it is read at the next look
            before = self._filed.row(slot)
            self._filed.put(slot, marks, filing_of(receipt) if receipt is not None else None)
            after = self._filed.row(slot)
            if after != before:
                self._unkept.add(whose)
            return after != before._replace(marks=after.marks)

    def _recall(self) -> None:
        """Take what was remembered, once."""
        if self._is_recalled:
            return
        with self._lists:
            if not self._is_recalled:
                made = Filed()
                if self._store is not None and self._store.load(made.recall):
                    self._filed, self._is_known = made, True
                self._is_recalled = True

    def _keep(self) -> None:
        """Remember what is another than last time."""
        with self._guard:
            whose, self._unkept = self._unkept, set()
            slots = {one: self._filed.slot(*one) for one in whose} if self._store is not None else {}
            rows = [self._filed.row(slot) for slot in slots.values() if slot >= 0]
        if self._store is not None:
            self._store.keep(rows, [one for one, slot in slots.items() if slot < 0])

    def for_post(self, post_id: str) -> tuple[Receipt, ...]:
        """The receipts of one post, one per blog. Raises LibraryError like `get`."""
        found = (self._read(self._receipts / name) for name in sorted(self._names_of(post_id)))
        return tuple(one for one in found if one is not None)

    def _names_of(self, post_id: str) -> list[str]:
        """The files of a post's receipts. The folder is listed again only when it has changed, or so lately that it may
        change without its time saying so; not for a glance."""
        changed = self._changed()
        if self._listed != changed:
            if getattr(self._here, "glances", False):
                self._is_behind = True
            else:
                self._list(changed)
        with self._guard:
            return [f"{post_id}.{account_id}.json" for account_id in self._filed.accounts_of(post_id)]

    def _list(self, changed: int) -> bool:
        """See which receipts are in the folder now; it was changed at that time. Whether others than before."""
        with self._lists:
            self._recall()
            settled = _settled(changed)
            with self._guard:
                since = self._writings
                seen = bytearray(len(self._filed))
            find, most = self._filed.find, len(seen)
            come = []
            names = names_in(self._receipts)
            if not names:
                self._expect_root()
            for name in names:
                slot = find(name)
                if 0 <= slot < most:
                    seen[slot] = 1
                elif slot < 0 and (match := _NAME.fullmatch(name)):
                    come.append((match[1], match[2]))
            gone = self._filed.gone(seen)
            with self._guard:
                for whose in come:
                    if self._touched.get(whose, 0) <= since:
                        self._filed.add(*whose)
                for slot in gone:
                    whose = self._filed.whose(slot)
                    if self._filed.name(slot) and self._touched.get(whose, 0) <= since:
                        self._unkept.add(whose)
                        self._filed.drop(slot)
            self._listed = settled
            return bool(come or gone)

    @contextmanager
    def at_a_glance(self) -> Iterator[None]:
        """For what is only shown, on this thread: what other machines filed about a post is told as it was when the
        folder was listed last, as listing 100,000 files takes its time, and waits for the disk while receipts come by
        the hundred. `is_behind` says so afterwards. What this machine filed is always told as it is."""
        self._here.glances = True
        try:
            yield
        finally:
            self._here.glances = False

    @property
    def is_behind(self) -> bool:
        """Whether a glance was told what may have changed since."""
        return self._is_behind

    def catch_up(self, post_id: str) -> bool:
        """List the folder for the glances to come; whether there are others for this post than when it was listed last.
        Takes its time."""
        self._is_behind = False
        self._recall()
        with self._guard:
            before = self._filed.accounts_of(post_id)
        self._list(self._changed())
        with self._guard:
            return self._filed.accounts_of(post_id) != before

    def _changed(self) -> int:
        """When the folder was changed, in ns; 0 when it is not there."""
        try:
            return self._receipts.stat().st_mtime_ns
        except OSError:
            return 0

    def put(self, receipt: Receipt) -> None:
        """Store a receipt in place of the last one for its post and blog. Raises DiskFull, NotWritable,
        LibraryError.
        """
        self._expect_root()
        save = self.as_save(receipt)
        save_file(save.path, save.data, expected=ANY, parents=True)
        self.saw(receipt)

    def saw(self, receipt: Receipt) -> None:
        """It was saved, as `as_save` says."""
        self._recall()
        whose = receipt.post_id, receipt.account_id
        with self._guard:
            self._touch(whose)
            self._filed.put(self._filed.add(*whose), YOUNG, filing_of(receipt))

    def _touch(self, whose: tuple[str, str]) -> None:
        """Under the guard: this one was written here."""
        self._writings += 1
        self._touched[whose] = self._writings
        self._unkept.add(whose)

    def as_save(self, receipt: Receipt) -> Save:
        """What `put` saves, for many that are saved together; `saw` has to follow for each."""
        text = _in_lines(receipts.to_json(receipt)) + "\n"
        path = self._path(receipt.post_id, receipt.account_id)
        return Save(path, text.encode("utf-8", "backslashreplace"))

    def remove(self, post_id: str, account_id: str) -> None:
        """Forget what that blog said about that post."""
        path = self._path(post_id, account_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, path) from error
        whose = post_id, account_id
        self._recall()
        with self._guard:
            self._touch(whose)
            if (slot := self._filed.slot(*whose)) >= 0:
                self._filed.drop(slot)

    def put_base(self, text: str) -> str:
        """Store a content that is in step with a blog and return its name, its hash."""
        self._expect_root()
        packed = packed_base(text)
        for save in self.bases_as_saves([packed]):
            save_file(save.path, save.data, expected=ANY, parents=True)
        return packed.digest

    def bases_as_saves(self, packed: Iterable[Packed]) -> list[Save]:
        """What `put_base` saves of these, for many that are saved together: those that are not there yet, once each."""
        found = {one.digest: one for one in packed}
        return [
            Save(self._bases / digest[:2] / digest, one.data)
            for digest, one in found.items()
            if self.base(digest) is None
        ]

    def base(self, digest: str) -> str | None:
        """The content of that name; None when it is not there or is not what it was."""
        if not _HASH.fullmatch(digest):
            return None
        try:
            packed, _own = read_file(self._bases / digest[:2] / digest)
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(packed, _LARGEST_BASE)
        except (FileGone, zlib.error):
            return None
        return data.decode("utf-8", "surrogatepass") if content_hash(data) == digest else None

    def _expect_root(self) -> None:
        """Raises LibraryAway when there is nothing where the library was."""
        if self._was_there and is_away(self._root):
            raise away(self._root)

    def _path(self, post_id: str, account_id: str) -> Path:
        name = f"{post_id}.{account_id}.json"
        if not _NAME.fullmatch(name):
            raise ValueError(f"no ids for a receipt: {name!r}")
        return self._receipts / name

    def _read(self, path: Path) -> Receipt | None:
        try:
            data, _hash = read_file(path, limit=4 * 1024 * 1024)
        except FileGone:
            self._expect_root()
            return None
        try:
            receipt = receipts.from_json(json.loads(data))
            if self._path(receipt.post_id, receipt.account_id) != path:
                raise ValueError("it is for another post")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LibraryError(
                _("The receipt of a published post cannot be read."),
                _("Until it can, the post is not sent, so that it does not go out twice."),
                _("Bring “{path}” back from a copy of the library, or delete it to publish anew.").format(
                    path=path
                ),
                details=f"{type(error).__name__}: {error}",
            ) from error
        return receipt


def _in_lines(values: dict[str, Any]) -> str:
    """As JSON with a line for each name, so that two machines' receipts merge by line. Whatever has indents, the
    standard library writes in Python, which takes ten times as long; few receipts have more than one level."""
    if any(isinstance(value, list | tuple | dict) and value for value in values.values()):
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)
    rows = [f' "{name}": {json.dumps(values[name], ensure_ascii=False)}' for name in sorted(values)]
    return "{\n" + ",\n".join(rows) + "\n}"
