"""The beginning of the list: the posts that were changed last, as the last run knew them, shown before the rest of the
program is there.

What waits to be sent, and what has changed since a post was published, comes with the rest of the list. Called in a
task; nothing of Qt here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from postdesk.backends.base import RemotePost
from postdesk.library.columns import Listed
from postdesk.library.filed import Filed, Filing
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.archive import Archive
from postdesk.publishing.job import Job
from postdesk.ui.gathering import FIRST, Gathered, gather


@dataclass(frozen=True)
class _Remembered:
    """What is there without a desk, and at once: of the receipts only those of the posts that are shown."""

    library: Library
    listed: Listed
    receipts: Receipts
    accounts: Accounts
    archive: Archive

    def told(self) -> Filed:
        return self.receipts.told_of(self.listed.ids, [account.id for account in self.accounts.all()])

    def remote(self, told: Filed, account_id: str, is_here: Callable[[str], bool]) -> tuple[RemotePost, ...]:
        """The newest of them, when it is known which of those are here: else they come with the rest of the list."""
        newest = self.archive.newest(account_id, FIRST)
        ours = self.receipts.filings.remembered(account_id, newest) if newest else None
        if ours is None:
            return ()
        # What went out since it was remembered is among the posts that were changed last.
        ours |= {remote_id for remote_id, post_id in told.remotes(account_id) if is_here(post_id)}
        others = self.archive.others(account_id, ours, FIRST)
        return tuple(post for post in others if post.remote_id in newest)

    def jobs(self, *, texts: bool) -> tuple[Job, ...]:
        return ()

    def is_changed(self, path: Path, digest: int, filing: Filing) -> bool:
        return False


def first_rows(
    library: Library, accounts: Accounts, archive: Archive, blog: str, order: str
) -> Gathered | None:
    """The first rows for one blog ("" for all), sorted by one of `core.settings.ORDERS`; None when nothing is
    remembered."""
    listed = library.first_listed(FIRST)
    if listed is None:
        return None
    remembered = _Remembered(library, listed, Receipts(library.root, library.cache), accounts, archive)
    there = blog if accounts.get(blog) is not None else ""
    return gather(remembered, there, order, listed=listed)
