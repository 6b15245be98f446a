"""What receipts say to the list, held in columns.

There is one receipt for each post and blog, 100,000 and more in a library of many years. An object for each would take
several times the memory of all that the list knows of the posts themselves.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from postdesk.core.post import PAGE
from postdesk.core.receipt import Receipt, Status
from postdesk.library.columns import NO_DATE, YOUNG, short_hash, stamp

_STATUSES = (
    Status.DRAFT, Status.PENDING, Status.PRIVATE, Status.SCHEDULED, Status.PUBLISHED, Status.TRASHED,
)  # fmt: skip
_FIRST, _LAST = (
    -62_103_628_800_000_000,
    253_370_678_400_000_000,
)  # µs: from the year 2 to 9999, less than `stamp` gives
_UNREAD = 255  # in place of a status: a file that was not read yet, or cannot be


#: What else is true of a receipt: it was seen changed there (`Receipt.newer`), it has a revision, it came home with a
#: map, it is of a page. Numbers and no `IntFlag`, which takes ten times as long to ask, 100,000 times.
NEWER, HAS_REVISION, HAS_MAP, OF_PAGE = 1, 2, 4, 8


class Filing(NamedTuple):
    """What the list needs of one receipt. `published` and `updated` are in µs since 1970, or `NO_DATE`; `file` stands
    for the hash of the file that the blog has, 0 for not known, and `sent` for that of the post as it went out."""

    post_id: str
    account_id: str
    remote_id: str
    status: Status
    published: int
    updated: int
    file: int
    sent: int
    flags: int


def filing_of(receipt: Receipt) -> Filing:
    """What the list needs of this receipt."""
    flags = (
        (NEWER if receipt.newer else 0)
        | (HAS_REVISION if receipt.revision else 0)
        | (HAS_MAP if receipt.map_hash else 0)
        | (OF_PAGE if receipt.kind == PAGE else 0)
    )
    return Filing(
        receipt.post_id, receipt.account_id, receipt.remote_id, receipt.status, stamp(receipt.published_at),
        stamp(receipt.updated_at), _short(receipt.file_hash), _token(receipt.sent_hash), flags,
    )  # fmt: skip


def _token(text: str) -> int:
    """A number that is another for another text."""
    found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, usedforsecurity=False)
    return int.from_bytes(found.digest(), "big", signed=True)


def _short(digest: str) -> int:
    """0 also for what is no hash: a receipt may come from anywhere."""
    try:
        return short_hash(digest) if digest else 0
    except ValueError:
        return 0


class Row(NamedTuple):
    """A filing as it is remembered: with the marks of its file, and the number of its status."""

    post_id: str
    account_id: str
    remote_id: str
    marks: int
    status: int
    published: int
    updated: int
    file: int
    sent: int
    flags: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that are remembered, in columns."""

    posts: list[str]
    accounts: list[str]
    remotes: list[str]
    marks: list[int]
    statuses: list[int]
    published: list[int]
    updated: list[int]
    files: list[int]
    sent: list[int]
    flags: list[int]


class Filed:
    """The filings of many receipts. One thread at a time may change them. Meanwhile others may ask for the slot, the
    name or the marks of one: they get it as it was before or after the change."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}  # by post
        self._others: dict[str, list[int]] = {}  # of posts with more than one receipt
        self._free: list[int] = []
        self._accounts: list[str] = []
        self._numbers: dict[str, int] = {}  # of the accounts
        self._endings: list[str] = []  # of the names of their receipts' files
        self._posts: list[str] = []
        self._remotes: list[str] = []
        self._account_of: array[int] = array("L")
        self.marks: array[int] = array("q")
        self._statuses = bytearray()
        self._flags = bytearray()
        self._published: array[int] = array("q")
        self._updated: array[int] = array("q")
        self._files: array[int] = array("q")
        self._sent: array[int] = array("q")

    def __len__(self) -> int:
        """How many slots there are, free ones too."""
        return len(self._posts)

    def slots_of(self, post_id: str) -> tuple[int, ...]:
        """Where a post's receipts are."""
        first = self._first.get(post_id)
        return () if first is None else (first, *self._others.get(post_id, ()))

    def accounts_of(self, post_id: str) -> list[str]:
        """The accounts that have a receipt for a post, whether it can be read or not."""
        return sorted(self._accounts[self._account_of[slot]] for slot in self.slots_of(post_id))

    def slot(self, post_id: str, account_id: str) -> int:
        """Where that receipt is, -1 for nowhere."""
        for slot in self.slots_of(post_id):
            if self._accounts[self._account_of[slot]] == account_id:
                return slot
        return -1

    def find(self, name: str) -> int:
        """Where the receipt in the file of this name is, -1 for nowhere."""
        post_id, _dot, ending = name.partition(".")
        slot = self._first.get(post_id, -1)
        if slot < 0 or self._endings[self._account_of[slot]] == ending:
            return slot
        for other in self._others.get(post_id, ()):
            if self._endings[self._account_of[other]] == ending:
                return other
        return -1

    def name(self, slot: int) -> str:
        """What the file of a receipt is called, "" for a free slot."""
        post_id = self._posts[slot]
        return f"{post_id}.{self._endings[self._account_of[slot]]}" if post_id else ""

    def whose(self, slot: int) -> tuple[str, str]:
        """The post and the account of a receipt."""
        return self._posts[slot], self._accounts[self._account_of[slot]]

    def add(self, post_id: str, account_id: str) -> int:
        """A place for a receipt that is not read yet, or the one it has."""
        found = self.slot(post_id, account_id)
        if found >= 0:
            return found
        account = self._account(account_id)
        if self._free:
            slot = self._free.pop()
            self._posts[slot], self._account_of[slot] = post_id, account
        else:
            slot = len(self._posts)
            self._posts.append(post_id)
            self._account_of.append(account)
            self._remotes.append("")
            for column in (self.marks, self._published, self._updated, self._files, self._sent):
                column.append(0)
            self._statuses.append(_UNREAD)
            self._flags.append(0)
        self.marks[slot] = YOUNG
        if post_id in self._first:
            self._others.setdefault(post_id, []).append(slot)
        else:
            self._first[post_id] = slot
        return slot

    def put(self, slot: int, marks: int, filing: Filing | None) -> None:
        """What was read of a receipt; None for one that cannot be read."""
        self.marks[slot] = marks
        self._statuses[slot] = _UNREAD if filing is None else _STATUSES.index(filing.status)
        if filing is not None:
            self._remotes[slot], self._flags[slot] = filing.remote_id, filing.flags
            self._published[slot], self._updated[slot] = filing.published, filing.updated
            self._files[slot], self._sent[slot] = filing.file, filing.sent

    def drop(self, slot: int) -> None:
        """The receipt is gone."""
        post_id = self._posts[slot]
        left = [one for one in self.slots_of(post_id) if one != slot]
        self._others.pop(post_id, None)
        if left:
            self._first[post_id] = left[0]
        else:
            self._first.pop(post_id, None)
        if len(left) > 1:
            self._others[post_id] = left[1:]
        self._posts[slot] = self._remotes[slot] = ""
        self._statuses[slot] = _UNREAD
        self._free.append(slot)

    def gone(self, seen: bytearray) -> list[int]:
        """The slots of receipts for which `seen` has no 1; those that came after it was made are not looked at."""
        free = set(self._free)
        return [slot for slot, there in enumerate(seen) if not there and slot not in free]

    def row(self, slot: int) -> Row:
        """To be remembered."""
        post_id, account_id = self.whose(slot)
        return Row(
            post_id, account_id, self._remotes[slot], self.marks[slot], self._statuses[slot],
            self._published[slot], self._updated[slot], self._files[slot], self._sent[slot], self._flags[slot],
        )  # fmt: skip

    def recall(self, kept: Kept) -> None:
        """Put in what was remembered, each receipt once; to be told before anything else is put in. Raises ValueError,
        OverflowError for what no `row` has."""
        if any(status != _UNREAD and not 0 <= status < len(_STATUSES) for status in set(kept.statuses)):
            raise ValueError("an unknown status")
        for moments in (kept.published, kept.updated):
            if any(moment != NO_DATE and not _FIRST <= moment <= _LAST for moment in moments):
                raise ValueError("a moment that no clock tells")
        first = len(self._posts)
        flags, statuses = bytes(kept.flags), bytes(kept.statuses)
        columns = (self.marks, self._published, self._updated, self._files, self._sent)
        kept_columns = (kept.marks, kept.published, kept.updated, kept.files, kept.sent)
        values = [array("q", column) for column in kept_columns]
        for column, value in zip(columns, values, strict=True):
            column.extend(value)
        for slot, status in enumerate(kept.statuses, first):
            if status == _UNREAD:
                self.marks[slot] = YOUNG  # it may be read by now
        self._flags += flags
        self._statuses += statuses
        self._posts += kept.posts
        self._remotes += kept.remotes
        self._account_of.extend(map(self._account, kept.accounts))
        for slot, post_id in enumerate(kept.posts, first):
            if self._first.setdefault(post_id, slot) != slot:
                self._others.setdefault(post_id, []).append(slot)

    def copy(self) -> Filed:
        """As they are at this moment."""
        made = Filed()
        for name, value in vars(self).items():
            setattr(made, name, value.copy() if not isinstance(value, array) else value[:])
        made._others = {post_id: slots.copy() for post_id, slots in self._others.items()}
        return made

    def by_post(self, accounts: Collection[str]) -> Iterator[tuple[str, list[Filing]]]:
        """The filings of each post with these accounts, in the order of the accounts' ids."""
        numbers = {number for name, number in self._numbers.items() if name in accounts}
        account_of, statuses, others = self._account_of, self._statuses, self._others
        for post_id, first in self._first.items():
            if post_id not in others:
                if account_of[first] in numbers and statuses[first] != _UNREAD:
                    yield post_id, [self._filing(first)]
                continue
            slots = sorted(self.slots_of(post_id), key=lambda slot: self.whose(slot)[1])
            found = [
                self._filing(slot)
                for slot in slots
                if account_of[slot] in numbers and statuses[slot] != _UNREAD
            ]
            if found:
                yield post_id, found

    def remotes(self, account_id: str) -> Iterator[tuple[str, str]]:
        """(remote id, post) of the receipts of one blog."""
        number = self._numbers.get(account_id)
        columns = zip(self._account_of, self._remotes, self._posts, self._statuses, strict=True)
        return (
            (remote, post)
            for account, remote, post, status in columns
            if account == number and status != _UNREAD
        )

    def _filing(self, slot: int) -> Filing:
        return Filing(
            self._posts[slot], self._accounts[self._account_of[slot]], self._remotes[slot],
            _STATUSES[self._statuses[slot]], self._published[slot], self._updated[slot], self._files[slot],
            self._sent[slot], self._flags[slot],
        )  # fmt: skip

    def _account(self, account_id: str) -> int:
        number = self._numbers.setdefault(account_id, len(self._accounts))
        if number == len(self._accounts):
            self._accounts.append(account_id)
            self._endings.append(f"{account_id}.json")
        return number
