"""The beginning of the list: the posts that were changed last, as the last run knew them, shown before the rest of the
program is there.

What waits to be sent, and what has changed since a post was published, comes with the rest of the list. Called in a
task; nothing of Qt here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from postdesk.core.folders import Folders
from postdesk.core.receipt import Receipt
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.archive import Archive
from postdesk.publishing.job import Job
from postdesk.ui.gathering import FIRST, Gathered, gather


@dataclass(frozen=True)
class _Remembered:
    """What is there without a desk."""

    library: Library
    receipts: Receipts
    accounts: Accounts
    archive: Archive

    def jobs(self, *, texts: bool) -> tuple[Job, ...]:
        return ()

    def is_changed(self, path: Path, digest: int, receipt: Receipt) -> bool:
        return False


def beginning(folders: Folders, library: Library, blog: str, order: str) -> Gathered | None:
    """The first rows for one blog ("" for all), sorted by one of `core.settings.ORDERS`; None when nothing is
    remembered."""
    listed = library.first_listed(FIRST)
    if listed is None:
        return None
    remembered = _Remembered(library, Receipts(library.root), Accounts(folders), Archive(folders.data))
    there = blog if remembered.accounts.get(blog) is not None else ""
    return gather(remembered, there, order, listed=listed)
