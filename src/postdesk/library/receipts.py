"""Receipts and bases in the library's hidden folder: what blogs said, and what was last in step with them.

They are files, one per post and blog, so that they travel with the folder (git, a synchroniser).
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
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
from postdesk.library.names import names_in

log = logging.getLogger(__name__)

_PART = r"[0-9a-z][0-9a-z_-]{0,63}"
_NAME: Final = re.compile(rf"({_PART})\.({_PART})\.json")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST_BASE = 64 * 1024 * 1024
_UNSETTLED = -1
_OLD_NS = 2_000_000_000  # since a folder was changed: another change has another time then, whatever the disk


@dataclass(frozen=True, slots=True)
class Packed:
    """A base as it is kept: under its hash, compressed."""

    digest: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Listed:
    """The names in the folder by post, and when it was changed in ns, `_UNSETTLED` when it may change again without its
    time saying so."""

    changed: int
    by_post: dict[str, list[str]]


def packed_base(text: str) -> Packed:
    """A base to be kept. Takes its time: another process may do it."""
    data = text.encode("utf-8", "surrogatepass")
    return Packed(content_hash(data), zlib.compress(data))


class Receipts:
    """The receipts of one library; `root` is the library's folder."""

    def __init__(self, root: Path) -> None:
        self._receipts = root / ".postdesk" / "receipts"
        self._bases = root / ".postdesk" / "bases"
        self._listed: _Listed | None = None
        self._is_behind = False
        self._here = threading.local()
        self._known: dict[str, tuple[int, Receipt]] = {}  # what `all` read of which marks, by name

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        """What that blog said about that post, None when it never said anything.

        Raises LibraryError when there is a receipt that cannot be read: the post must not be taken for one
        that was never published.
        """
        return self._read(self._path(post_id, account_id))

    def all(self) -> tuple[Receipt, ...]:
        """Every receipt that can be read; the others are named in the log. The list asks for them at each change of the
        library, and there may be 100,000: a file whose marks stay is not read again."""
        found: list[Receipt] = []
        before, known = self._known, dict[str, tuple[int, Receipt]]()
        for name in sorted(names_in(self._receipts)):
            if not _NAME.fullmatch(name):
                continue
            marks = marks_at(
                f"{self._receipts}{os.sep}{name}"
            )  # before it is read: what is written in between has others
            kept, one = before.get(name, (YOUNG, None))
            if marks != kept or marks == YOUNG:
                try:
                    one = self._read(self._receipts / name)
                except LibraryError as error:
                    log.warning("%s %s", error.happened, error.details)
                    continue
            if one is not None:
                known[name] = (marks, one)
                found.append(one)
        self._known = known
        return tuple(found)

    def for_post(self, post_id: str) -> tuple[Receipt, ...]:
        """The receipts of one post, one per blog. Raises LibraryError like `get`."""
        found = (self._read(self._receipts / name) for name in sorted(self._names_of(post_id)))
        return tuple(one for one in found if one is not None)

    def _names_of(self, post_id: str) -> list[str]:
        """The files of a post's receipts. The folder is listed again only when it has changed, or so lately that it may
        change without its time saying so; not for a glance."""
        changed, listed = self._changed(), self._listed
        if listed is not None and listed.changed != changed and getattr(self._here, "glances", False):
            self._is_behind = True
        elif listed is None or listed.changed != changed:
            listed = self._list(changed)
        return listed.by_post.get(post_id, [])

    def _list(self, changed: int) -> _Listed:
        """The folder as it is now; it was changed at that time."""
        now = time.time_ns()
        by_post: dict[str, list[str]] = {}
        for name in names_in(self._receipts):
            match = _NAME.fullmatch(name)
            if match:
                by_post.setdefault(match[1], []).append(name)
        settled = changed and now - changed > _OLD_NS
        self._listed = listed = _Listed(changed if settled else _UNSETTLED, by_post)
        return listed

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
        before = self._listed
        names = self._list(self._changed()).by_post.get(post_id, [])
        return before is None or sorted(names) != sorted(before.by_post.get(post_id, []))

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
        save = self.as_save(receipt)
        save_file(save.path, save.data, expected=ANY, parents=True)

    def as_save(self, receipt: Receipt) -> Save:
        """What `put` saves, for many that are saved together."""
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

    def put_base(self, text: str) -> str:
        """Store a content that is in step with a blog and return its name, its hash."""
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

    def _path(self, post_id: str, account_id: str) -> Path:
        name = f"{post_id}.{account_id}.json"
        if not _NAME.fullmatch(name):
            raise ValueError(f"no ids for a receipt: {name!r}")
        return self._receipts / name

    def _read(self, path: Path) -> Receipt | None:
        try:
            data, _hash = read_file(path, limit=4 * 1024 * 1024)
        except FileGone:
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
