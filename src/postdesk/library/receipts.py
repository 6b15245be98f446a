"""Receipts and bases in the library's hidden folder: what blogs said, and what was last in step with them.

They are files, one per post and blog, so that they travel with the folder (git, a synchroniser).
"""

from __future__ import annotations

import json
import logging
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from postdesk.core import receipt as receipts
from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.files import ANY, Save, content_hash, read_file, save_file
from postdesk.core.language import _
from postdesk.core.receipt import Receipt
from postdesk.library.columns import YOUNG
from postdesk.library.connected import HIDDEN, Connected
from postdesk.library.filed import Filed, filing_of
from postdesk.library.filings import NAME, Filings, ReceiptBroken
from postdesk.library.names import names_in

log = logging.getLogger(__name__)

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST_BASE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Packed:
    """A base as it is kept: under its hash, compressed."""

    digest: str
    data: bytes


def packed_base(text: str) -> Packed:
    """A base to be kept. Takes its time: another process may do it."""
    data = text.encode("utf-8", "surrogatepass")
    return Packed(content_hash(data), zlib.compress(data))


class Receipts:
    """The receipts of one library; `root` is the library's folder, `cache` where what they say to the list is
    remembered, None for nowhere. `filings` is that. May be used from any thread."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._receipts = root / HIDDEN / "receipts"
        self._bases = root / HIDDEN / "bases"
        self._connected = Connected(root)
        self.filings = Filings(self._receipts, self._read, self._connected.expect, cache)

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        """What that blog said about that post, None when it never said anything.

        Raises LibraryError when there is a receipt that cannot be read, or the library is not there: the post must not
        be taken for one that was never published.
        """
        return self._read(_name(post_id, account_id))

    def all(self) -> tuple[Receipt, ...]:
        """Every receipt that can be read; the others are named in the log. 100,000 take seconds."""
        names = sorted(name for name in names_in(self._receipts) if NAME.fullmatch(name))
        return tuple(one for name in names if (one := self._readable(name)) is not None)

    def _readable(self, name: str) -> Receipt | None:
        try:
            return self._read(name)
        except LibraryError as error:
            log.warning("%s %s", error.happened, error.details)
            return None

    def told_of(self, post_ids: Iterable[str], account_ids: Sequence[str]) -> Filed:
        """What the receipts of some posts and blogs alone say to the list, read now."""
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

    def for_post(self, post_id: str) -> tuple[Receipt, ...]:
        """The receipts of one post, one per blog. Raises LibraryError like `get`."""
        found = (self.get(post_id, account_id) for account_id in self.filings.accounts_of(post_id))
        return tuple(one for one in found if one is not None)

    def put(self, receipt: Receipt) -> None:
        """Store a receipt in place of the last one for its post and blog. Raises DiskFull, NotWritable,
        LibraryError.
        """
        self._connected.expect()
        save = self.as_save(receipt)
        save_file(save.path, save.data, expected=ANY, parents=True)
        self.filings.saw(receipt)

    def as_save(self, receipt: Receipt) -> Save:
        """What `put` saves, for many that are saved together; `filings.saw` has to follow for each."""
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
        self.filings.went(post_id, account_id)

    def put_base(self, text: str) -> str:
        """Store a content that is in step with a blog and return its name, its hash."""
        self._connected.expect()
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
        return self._receipts / _name(post_id, account_id)

    def _read(self, name: str) -> Receipt | None:
        """The one in the file of that name. There may be 100,000: no object is made for each path."""
        path = f"{self._receipts}{os.sep}{name}"
        try:
            data, _hash = read_file(path, limit=4 * 1024 * 1024)
        except FileGone:
            self._connected.expect()
            return None
        try:
            receipt = receipts.from_json(json.loads(data))
            if f"{receipt.post_id}.{receipt.account_id}.json" != name:
                raise ValueError("it is for another post")
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
            raise ReceiptBroken(
                _("The receipt of a published post cannot be read."),
                _("Until it can, the post is not sent, so that it does not go out twice."),
                _("Bring “{path}” back from a copy of the library, or delete it to publish anew.").format(
                    path=path
                ),
                details=f"{type(error).__name__}: {error}",
            ) from error
        return receipt


def _name(post_id: str, account_id: str) -> str:
    """What a receipt's file is called. Raises ValueError for ids that no receipt has."""
    name = f"{post_id}.{account_id}.json"
    if not NAME.fullmatch(name):
        raise ValueError(f"no ids for a receipt: {name!r}")
    return name


def _in_lines(values: dict[str, Any]) -> str:
    """As JSON with a line for each name, so that two machines' receipts merge by line. Whatever has indents, the
    standard library writes in Python, which takes ten times as long; few receipts have more than one level."""
    if any(isinstance(value, list | tuple | dict) and value for value in values.values()):
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)
    rows = [f' "{name}": {json.dumps(values[name], ensure_ascii=False)}' for name in sorted(values)]
    return "{\n" + ",\n".join(rows) + "\n}"
