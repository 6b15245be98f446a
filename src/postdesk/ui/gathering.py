"""Brings together what the list shows: the library's files, what blogs said of them, each blog's own posts, and what
waits. Called in tasks; nothing of Qt here."""

from __future__ import annotations

import html
import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account
from postdesk.core.language import _
from postdesk.core.receipt import LIVE, Status
from postdesk.library.columns import NO_DATE, Listed, stamp
from postdesk.library.filed import HAS_MAP, HAS_REVISION, NEWER, OF_PAGE, Filed, Filing
from postdesk.library.tags import with_parents
from postdesk.publishing.job import FOR_THE_BLOG, Job, JobState
from postdesk.ui.finding import Blogs, Searchable
from postdesk.ui.sidebar.listing import TABS, Listing, Special, Titles, in_order

if TYPE_CHECKING:
    from postdesk.library.library import Library
    from postdesk.publishing.accounts import Accounts
    from postdesk.publishing.archive import Archive

FIRST = 300
"""Posts that are shown before the rest of the list is there."""
_FILE, _BLOG = "file:", "blog:"
_SCHEDULED, _PUBLISHED = TABS.index("scheduled"), TABS.index("published")
_TABS_OF = {Status.DRAFT: "drafts", Status.PENDING: "drafts", Status.SCHEDULED: "scheduled"}


class Sources(Protocol):
    """Where rows come from: a `Desk` has all of it."""

    @property
    def library(self) -> Library: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def archive(self) -> Archive: ...
    def told(self) -> Filed: ...
    def remote(
        self, told: Filed, account_id: str, is_here: Callable[[str], bool]
    ) -> tuple[RemotePost, ...]: ...
    def jobs(self, *, texts: bool) -> tuple[Job, ...]: ...
    def is_changed(self, path: Path, digest: int, filing: Filing) -> bool: ...


@dataclass(frozen=True, eq=False)
class Gathered:
    """What one look brought together; `listed` is of the library below `root`, `waiting` counts jobs that cannot go out
    because a blog does not answer."""

    searchable: Searchable
    listed: Listed
    root: Path
    tags: frozenset[str]
    categories: frozenset[str]
    waiting: int

    @property
    def listing(self) -> Listing:
        """The rows of the list."""
        return self.searchable.listing

    def post(self, post_id: str) -> tuple[Path, str] | None:
        """The file and the title of a post of the library."""
        slot = self.listed.slot_of_post(post_id)
        return None if slot < 0 else (self.root / self.listed.names[slot], self.title(slot))

    def title_at(self, path: Path) -> str | None:
        """The title of the post in a file of the library."""
        slot = self.listed.slot_of(_name(self.root, path))
        return None if slot < 0 else self.title(slot)

    def title(self, slot: int) -> str:
        """The title of a post of the library, or what its file is called."""
        return self.listed.titles[slot] or Path(self.listed.names[slot]).stem


def file_key(path: Path) -> str:
    """The key of a file's row."""
    return f"{_FILE}{path}"


def path_of(key: str) -> Path | None:
    """The file of a row's key, None for a blog's post."""
    return Path(key.removeprefix(_FILE)) if key.startswith(_FILE) else None


def remote_of(key: str) -> tuple[str, str] | None:
    """Account id and remote id of a blog's row, None for a file."""
    if not key.startswith(_BLOG):
        return None
    account_id, _colon, remote_id = key.removeprefix(_BLOG).partition(":")
    return account_id, remote_id


def gather(
    desk: Sources,
    blog: str,
    order: str = "changed",
    before: Gathered | None = None,
    listed: Listed | None = None,
) -> Gathered:
    """All rows for one blog ("" for all), sorted by one of `core.settings.ORDERS`. Reads the archives; `listed` stands
    for a beginning of the library's list, beside which the blogs' own posts begin, too; what `before` has already
    worked out is taken over."""
    accounts = {a.id: a for a in desk.accounts.all()}
    is_whole = listed is None and desk.library.is_complete  # asked first: it becomes so meanwhile
    there = desk.library.listed() if listed is None else listed
    told = desk.told()
    jobs = desk.jobs(texts=False)
    remote: list[tuple[Account, RemotePost]] = []
    tags, categories = desk.library.labels() if listed is None else (frozenset[str](), frozenset[str]())
    shown = {a.id: a for a in accounts.values() if not blog or a.id == blog}

    def is_here(post_id: str) -> bool:
        # What she threw away here and is still on a blog is one of the blog's posts again.
        return not is_whole or there.slot_of_post(post_id) >= 0

    for account in shown.values():
        remote += [(account, post) for post in desk.remote(told, account.id, is_here)]
        if listed is None:
            more_tags, more_categories = desk.archive.labels(account.id)
            tags, categories = tags | more_tags, categories | more_categories
    columns = _Columns(there, len(remote))
    for post_id, own in told.by_post(shown):
        slot = there.slot_of_post(post_id)
        columns.receive(slot, own, accounts)
        words, level = _words_of(desk, there, slot, own) if slot >= 0 and listed is None else ("", "")
        if words:
            columns.say(slot, words, level)
    for slot, (account, post) in enumerate(remote, len(there)):
        columns.show_remote(slot, post, account, accounts)
    for slot in there.copies:
        columns.say(slot, _("Conflict copy"), "warn")
    for slot in there.problems.keys() - there.copies.keys():
        columns.say(slot, _("Cannot be read"), "warn")
    for job in jobs:
        if not blog or job.account_id == blog:
            columns.wait(there.slot_of_post(job.post_id), job)
    slots = [slot for slot, live in enumerate(there.live) if live] + list(
        range(len(there), len(columns.titles))
    )
    root = desk.library.root
    # Without posts of blogs the library's own columns serve, as they are.
    keys = there.names + [_remote_key(account, post) for account, post in remote] if remote else there.names
    remote_slots = {key: slot for slot, key in enumerate(keys[len(there) :], len(there))}

    def key_of(slot: int) -> str:
        return file_key(root / keys[slot]) if slot < len(there) else keys[slot]

    def slot_of(key: str) -> int:
        path = path_of(key)
        return remote_slots.get(key, -1) if path is None else there.slot_of(_name(root, path))

    known = before.listing.titles if before is not None else None
    titles = known if known is not None and known.texts == columns.titles else Titles(columns.titles, known)
    sorted_by = columns.moments if order == "published" else columns.when
    by_time = in_order(slots, array("d", (-when if when == when else 0.0 for when in sorted_by)).__getitem__)
    listing = Listing(
        in_order(by_time, titles.folded.__getitem__) if order == "title" else by_time,
        bytes(columns.tabs), titles, columns.when, columns.words, columns.special, keys, len(there), there.slots,
        key_of, slot_of, columns.moments if order == "published" else None,
    )  # fmt: skip
    searchable = Searchable(
        listing, columns.moments, columns.blogs, [post for _account, post in remote], is_whole=listed is None
    )
    waiting = sum(j.state is JobState.WAITING and j.reason in FOR_THE_BLOG for j in jobs)
    return Gathered(searchable, there, root, tags, with_parents(categories), waiting)


class _Columns:
    """What the list shows, by slot, while it is put together."""

    def __init__(self, there: Listed, remote: int) -> None:
        self.titles = there.titles + [""] * remote if remote else there.titles
        # ns to seconds
        self.when = array("d", map((1e-9).__mul__, there.changed)) + array("d", [math.nan] * remote)
        self.words = there.words + array("l", [0] * remote) if remote else there.words
        self.tabs = bytearray(len(self.titles))
        self.special: dict[int, Special] = {}
        self.blogs = Blogs(len(self.titles))
        # By account, and the same for all its posts.
        self._one_blog: dict[str, tuple[tuple[str, ...], Special]] = {}
        # When readers get it, or got it first, as far as that is known.
        self._hashes = there.hashes
        self._dates = there.dates + array("q", [NO_DATE] * remote)
        self._moments: array[float] | None = None

    @property
    def moments(self) -> array[float]:
        """To be asked when all is put together."""
        if self._moments is None:
            pairs = zip(self._dates, self.when, strict=True)
            self._moments = array("d", (when if date == NO_DATE else 1e-6 * date for date, when in pairs))
        return self._moments

    def receive(self, slot: int, filings: Sequence[Filing], accounts: Mapping[str, Account]) -> None:
        """What blogs said about the post of a file."""
        live = [f for f in filings if f.status in LIVE]
        if slot >= 0 and not live:
            same = next((f for f in filings if _is_file_of(f, self._hashes[slot])), None)
            if same is not None and same.updated != NO_DATE:  # else what she wrote counts
                # A moment that was still to come when it was taken back has no meaning any more.
                reached = same.published != NO_DATE and same.published <= same.updated
                self.when[slot] = 1e-6 * (same.published if reached else same.updated)
        if slot < 0 or not live:
            return
        first = live[0]
        scheduled = first.status is Status.SCHEDULED and all(f.status is Status.SCHEDULED for f in live)
        self.tabs[slot] = _SCHEDULED if scheduled else _PUBLISHED
        if first.published != NO_DATE:
            self.when[slot] = 1e-6 * max(first.published, 0 if first.updated == NO_DATE else first.updated)
        if first.account_id not in self._one_blog:
            name = accounts[first.account_id].name
            self._one_blog[first.account_id] = ((name,), Special(blog=name))
        names, special = self._one_blog[first.account_id]
        self.blogs.put(slot, names if len(live) == 1 else tuple(accounts[f.account_id].name for f in live))
        if len(accounts) > 1:
            self.special[slot] = special

    def show_remote(
        self, slot: int, post: RemotePost, account: Account, accounts: Mapping[str, Account]
    ) -> None:
        """A post that is only on a blog."""
        moment = post.date or post.modified
        tab = _TABS_OF.get(post.status, "published")
        self.titles[slot] = spoken_title(post)
        self.when[slot] = _seconds(moment)
        self._dates[slot] = stamp(post.date)
        self.tabs[slot] = TABS.index(tab)
        self.blogs.put(slot, (account.name,))
        name, words = account.name if len(accounts) > 1 else "", _("On the blog") if tab == "drafts" else ""
        if name or words:
            self.special[slot] = Special(name, words)

    def say(self, slot: int, state: str, level: str) -> None:
        """What has to be said of a file."""
        if slot < len(self.titles):
            self.special[slot] = replace(self.special.get(slot, Special()), state=state, level=level)

    def wait(self, slot: int, job: Job) -> None:
        """A job for the post of a file."""
        if slot >= 0:
            special = self.special.get(slot, Special())
            state, level = (special.state, special.level) if special.state else _job_words(job)
            self.special[slot] = replace(
                special, state=state, level=level, waiting=job.state is not JobState.DONE
            )


def _words_of(desk: Sources, there: Listed, slot: int, filings: Sequence[Filing]) -> tuple[str, str]:
    """What has to be said of a file that is or was on a blog, and its level; "" for nothing."""
    digest = there.hashes[slot]
    if len(filings) == 1:  # as nearly all are
        only = filings[0]
        if (
            only.status is Status.PUBLISHED
            and only.file == digest != 0
            and not only.flags & (NEWER | OF_PAGE)
        ):
            return "", ""
    flags = 0
    for filing in filings:
        flags |= filing.flags
    page = _("Page") if flags & OF_PAGE else ""
    if flags & NEWER:
        return _joined(page, _("Changed here and there")), "warn"
    live = [f for f in filings if f.status in LIVE]
    others = [f for f in live if not _is_file_of(f, digest)]
    if others and any(desk.is_changed(desk.library.root / there.names[slot], digest, f) for f in others):
        return _joined(page, _("Changed here")), ""
    gone = [f for f in filings if f.status is Status.TRASHED]
    if not live and any(f.flags & HAS_REVISION for f in gone):
        return _joined(page, _("In the blog's trash")), ""
    if not live and gone:
        return _joined(page, _("Gone from the blog")), ""
    if not live and any(f.status is Status.DRAFT and f.flags & HAS_MAP for f in filings):
        return _joined(page, _("On the blog")), ""
    return page, ""


def _is_file_of(filing: Filing, digest: int) -> bool:
    """Whether a file of this content is what is known to be on the blog."""
    return bool(filing.file) and filing.file == digest


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def _seconds(moment: datetime | None) -> float:
    """Since 1970; NaN for none, and for one that cannot be told by every clock."""
    found = stamp(moment)
    return math.nan if found == NO_DATE else 1e-6 * found


def _name(root: Path, path: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return ""


def _remote_key(account: Account, post: RemotePost) -> str:
    return f"{_BLOG}{account.id}:{post.remote_id}"


def _job_words(job: Job) -> tuple[str, str]:
    return {
        JobState.RUNNING: (_("Publishing…"), ""),
        JobState.WAITING: (_("Waiting"), "warn"),
        JobState.PAUSED: (_("Waiting for you"), "warn"),
        JobState.FAILED: (_("Not published"), "bad"),
    }.get(job.state, ("", ""))


def spoken_title(post: RemotePost) -> str:
    """A blog's title as readers see it: it is HTML there, and what authors type comes back with `&amp;` (WordPress
    7.1). Plain text from here on; marks like `<b>` are shown as they are."""
    return html.unescape(post.title)
