"""Keeps what receipts say to the list (`filed`) in step with their folder, which other programs change, too.

Three things are told apart. What was *remembered* at the last run is there at once, as long as the folder's time says
that nothing came since. *Listing* the folder says which receipts there are. A *look* asks for the marks of each file
and reads what is another.
"""

from __future__ import annotations

import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from postdesk.core.errors import LibraryError
from postdesk.core.receipt import Receipt
from postdesk.library.columns import YOUNG, marks_at
from postdesk.library.filed import Filed, filing_of
from postdesk.library.filed_store import FiledStore
from postdesk.library.names import names_in

log = logging.getLogger(__name__)

_PART = r"[0-9a-z][0-9a-z_-]{0,63}"
NAME: Final = re.compile(rf"({_PART})\.({_PART})\.json")
"""What the file of a receipt is called: post and account."""
_UNSETTLED = -1
_OLD_NS = 2_000_000_000  # since a folder was changed: another change has another time then, whatever the disk
_TRUSTED = (
    60.0  # s that the folder's time is believed, which writing into a file in its place does not change
)
_LOT = 500  # receipts for which the guard is held at once


class ReceiptBroken(LibraryError):
    """A receipt was read, and says nothing that a receipt says."""


class Filings:
    """Of the receipts in `folder`, as `read` reads the one in a file of that name (None: it is gone). `expect` raises
    when all of the library is not there. `cache`: the folder in which they are remembered, None for nowhere. May be
    used from any thread."""

    def __init__(
        self,
        folder: Path,
        read: Callable[[str], Receipt | None],
        expect: Callable[[], None],
        cache: Path | None,
    ) -> None:
        self._folder = folder
        self._read = read
        self._expect = expect
        self._store = FiledStore(cache / "receipts.sqlite") if cache is not None else None
        self._filed = Filed()
        self._guard = threading.Lock()  # for changes of `_filed` and what follows
        self._lists, self._looks = threading.RLock(), threading.Lock()  # for who goes through the folder
        self._touched: dict[tuple[str, str], int] = {}  # written here: after so many writings
        self._writings = 0
        self._unkept: set[tuple[str, str]] = set()  # others than `_store` has
        self._lost = False  # some were dropped since the last look
        self._is_recalled, self._is_known = self._store is None, False
        self._listed = self._looked = _UNSETTLED  # when the folder was changed that was listed, and looked at
        self._looked_at = -math.inf
        self._kept_changed = _UNSETTLED  # what `_store` has as `_looked`
        self._here = threading.local()
        self._is_behind = False
        self._glanced: dict[str, list[str]] = {}  # what glances were told of posts since the last `catch_up`

    # --- for the list ---

    def told(self) -> Filed:
        """What all receipts say to the list: as of the last `look`, and of this machine's own as they are. The first
        time it may take as long as a look. Raises LibraryError when the folder cannot be read then."""
        if not self._is_recalled:
            self._recall()
        if not self._is_known:
            self.look()
        with self._guard:
            return self._filed.copy()

    def remembered(self, account_id: str, remote_ids: Sequence[str]) -> set[str] | None:
        """Those of a blog's posts of which there is a receipt, as it was remembered last; None when nothing was."""
        return self._store.here(account_id, remote_ids) if self._store is not None else None

    def look(self) -> bool:
        """Bring what is told in step with the folder; whether anything is another. Only what changed is read. Raises
        LibraryError when the folder cannot be read."""
        with self._looks:
            self._expect()
            self._recall()
            changed, now = self._changed(), time.monotonic()
            if self._is_known and changed == self._looked and now - self._looked_at < _TRUSTED:
                return False
            settled = _settled(changed)
            with self._guard:
                since = self._writings
            self._list(changed)
            other, self._lost = self._lost, False
            base, filed = f"{self._folder}{os.sep}", self._filed
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
            self._keep(settled)
            return other

    def saw(self, receipt: Receipt) -> None:
        """This one was saved here."""
        whose = receipt.post_id, receipt.account_id
        with self._guard:
            self._touch(whose)
            if self._is_recalled:  # else the first look reads it
                self._filed.put(self._filed.add(*whose), YOUNG, filing_of(receipt))

    def went(self, post_id: str, account_id: str) -> None:
        """This one was removed here."""
        with self._guard:
            self._touch((post_id, account_id))
            if self._is_recalled and (slot := self._filed.slot(post_id, account_id)) >= 0:
                self._filed.drop(slot)

    # --- for one post ---

    def accounts_of(self, post_id: str) -> list[str]:
        """The accounts that have a receipt for a post. The folder is listed again only when it has changed, or so
        lately that it may change without its time saying so; not for a glance."""
        changed = self._changed()
        glances = getattr(self._here, "glances", False)
        if self._listed != changed and not glances:
            self._list(changed)
        with self._guard:
            found = self._filed.accounts_of(post_id)
            if self._listed != changed and glances:
                self._is_behind = True
                self._glanced[post_id] = found
        return found

    @contextmanager
    def at_a_glance(self) -> Iterator[None]:
        """For what is only shown, on this thread: what other machines filed about a post is told as far as it is known,
        as listing 100,000 files takes its time, and waits for the disk while receipts come by the hundred. `is_behind`
        says so afterwards."""
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
        """List the folder for the glances to come; whether there are others for this post than a glance was told. Takes
        its time."""
        with self._guard:
            self._is_behind = False
            before = self._glanced.pop(post_id, self._filed.accounts_of(post_id))
            self._glanced = {}
        self._list(self._changed())
        with self._guard:
            return self._filed.accounts_of(post_id) != before

    # --- how ---

    def _list(self, changed: int) -> None:
        """See which receipts are in the folder now; it was changed at that time."""
        with self._lists:
            self._recall()
            settled = _settled(changed)
            with self._guard:
                since = self._writings
                seen = bytearray(len(self._filed))
            find, most = self._filed.find, len(seen)
            come = []
            names = names_in(self._folder)
            if not names:
                self._expect()
            for name in names:
                slot = find(name)
                if 0 <= slot < most:
                    seen[slot] = 1
                elif slot < 0 and (match := NAME.fullmatch(name)):
                    come.append((match[1], match[2]))
            gone = self._filed.gone(seen)
            for first in range(0, max(len(come), len(gone)), _LOT):
                with self._guard:
                    for whose in come[first : first + _LOT]:
                        if self._touched.get(whose, 0) <= since:
                            self._filed.add(*whose)
                    for slot in gone[first : first + _LOT]:
                        whose = self._filed.whose(slot)
                        if self._filed.name(slot) and self._touched.get(whose, 0) <= since:
                            self._unkept.add(whose)
                            self._filed.drop(slot)
                            self._lost = True
            self._listed = settled

    def _take(self, slot: int, name: str, marks: int, since: int) -> bool:
        """Read one for the list; whether it is another. What was written here after so many writings is known."""
        filing = None
        try:
            receipt = self._read(name)
            filing = filing_of(receipt) if receipt is not None else None
        except LibraryError as error:
            log.warning("%s %s", error.happened, error.details)
            if not isinstance(error, ReceiptBroken):
                marks = YOUNG  # the disk may do better next time
        with self._guard:
            whose = self._filed.whose(slot)
            if self._filed.name(slot) != name or self._touched.get(whose, 0) > since:
                return False  # it is read at the next look
            before = self._filed.row(slot)
            self._filed.put(slot, marks, filing)
            after = self._filed.row(slot)
            if after != before:
                self._unkept.add(whose)
            return after != before._replace(marks=after.marks)

    def _recall(self) -> None:
        """Take what was remembered, once. It is only a beginning when the folder was changed since."""
        with self._lists:
            if self._is_recalled:
                return
            made, changed = Filed(), _UNSETTLED
            if self._store is not None and (kept := self._store.load()) is not None:
                changed, parts = kept
                try:
                    for part in parts:
                        made.recall(part)
                except (ValueError, OverflowError) as error:
                    log.info("What is remembered of the receipts is not believed: %s", error)
                    made, changed = Filed(), _UNSETTLED
            with self._guard:
                self._filed = made
                self._kept_changed = changed if len(made) else _UNSETTLED
                self._is_known = changed != _UNSETTLED and changed == self._changed()
                self._looked = changed
                self._is_recalled = True

    def _keep(self, changed: int) -> None:
        """Remember what is another than last time; the folder was changed at that time."""
        if self._store is None:
            return
        with self._guard:
            whose, self._unkept = self._unkept, set()
        if not whose and changed == self._kept_changed:
            return
        slots = [(one, self._filed.slot(*one)) for one in whose]
        rows = [self._filed.row(slot) for _one, slot in slots if slot >= 0]
        gone = [one for one, slot in slots if slot < 0]
        is_kept = self._store.keep(changed, rows, gone)
        if is_kept is None:  # it is new: all of them
            every = (slot for slot in range(len(self._filed)) if self._filed.name(slot))
            is_kept = self._store.keep_all(changed, [self._filed.row(slot) for slot in every])
        if is_kept:
            self._kept_changed = changed
        else:
            with self._guard:
                self._unkept |= whose

    def _touch(self, whose: tuple[str, str]) -> None:
        """Under the guard: this one was written here."""
        self._writings += 1
        self._touched[whose] = self._writings
        self._unkept.add(whose)

    def _changed(self) -> int:
        """When the folder was changed, in ns; 0 when it is not there."""
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0


def _settled(changed: int) -> int:
    """A time when a folder was changed, `_UNSETTLED` when it may change again without its time saying so, or is not
    there."""
    return changed if changed and time.time_ns() - changed > _OLD_NS else _UNSETTLED
