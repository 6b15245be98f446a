"""The beginning of the list: the posts that were changed last, as the last run knew them, shown before the rest of the
program is there.

What waits to be sent, and what has changed since a post was published, comes with the rest of the list. Called in a
task; nothing of Qt here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def here(self, told: Filed, wanted: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]] | None:
        found = self.receipts.filings.remembered(wanted)
        if (
            found is not None
        ):  # what went out since it was remembered is among the posts that were changed last
            for account_id, posts in told.here(wanted).items():
                found[account_id] |= posts
        return found

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
