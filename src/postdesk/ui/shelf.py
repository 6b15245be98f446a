"""The list of posts as values: the library's files and each blog's own posts, with where each of them stands.

Everything here is gathered in tasks; the sidebar is told the rows. Other programs' changes to the library are
noticed by a look every moment (a walk over the files' times and sizes) and by the system's own notices where it
has them.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.core.receipt import Receipt, Status
from postdesk.library.context import Context, fold
from postdesk.library.library import Changes, Summary
from postdesk.library.query import read_query
from postdesk.library.slips import Words
from postdesk.library.tags import with_parents
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.plan import LIVE
from postdesk.ui.finding import FILE, Shelved, contexts, find_keys
from postdesk.ui.sidebar.rows import Row
from postdesk.ui.sidebar.switcher import Blog
from postdesk.ui.tasks import Tasks

LOOK = 900  # ms between two looks at the library, and so many times as long as one takes:
_RARELY = 20
_SLICE = (
    0.4  # s for the first part of a library that is looked at for the first time; the next ones are longer
)
_LONGER = 1.5
_LONGEST = 1.0  # s: whatever she saves meanwhile waits for a part
_WATCHED = 1000  # folders whose changes the system tells at once; the looks find those in others
_BLOG = "blog:"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one look brought together."""

    rows: tuple[Row, ...]
    titles: tuple[tuple[str, str], ...]
    tags: frozenset[str]
    categories: frozenset[str]
    waiting: int
    shelved: tuple[Shelved, ...]
    words: Words  # of the titles
    named: Mapping[str, tuple[Path, str]]  # file and title of each post of the library, by its id


ORDERS: Mapping[str, Callable[[Shelved], tuple[object, ...]]] = {
    "changed": lambda one: (-(one.row.when or 0.0),),
    "published": lambda one: (-published(one),),
    "title": lambda one: (one.title, -(one.row.when or 0.0)),
}
"""What the list can be sorted by."""


def published(one: Shelved) -> float:
    """When readers get it, or got it first, as far as that is known: seconds since 1970."""
    return one.facts.date.timestamp() if one.facts.date else one.row.when or 0.0


def file_key(path: Path) -> str:
    """The key of a file's row."""
    return f"{FILE}{path}"


def path_of(key: str) -> Path | None:
    """The file of a row's key, None for a blog's post."""
    return Path(key.removeprefix(FILE)) if key.startswith(FILE) else None


def remote_of(key: str) -> tuple[str, str] | None:
    """Account id and remote id of a blog's row, None for a file."""
    if not key.startswith(_BLOG):
        return None
    account_id, _colon, remote_id = key.removeprefix(_BLOG).partition(":")
    return account_id, remote_id


class Shelf(QObject):
    """Gathers the rows. `gathered(Gathered)` after every change; `changed_outside(Changes)` when other programs
    did something to the library; `found(query, keys)` answers a search, `explained(query, contexts)` says where it was
    found; `told(sentence)` is a notice."""

    gathered = Signal(object)
    changed_outside = Signal(object)
    found = Signal(str, object)
    explained = Signal(str, object)
    told = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._blog = ""
        self._busy = False
        self._again = False
        self._looking = False
        self._missing = False  # the library could not be looked at, and she was told
        self._query = ""
        self._order = desk.settings.order
        self._gathered: Gathered | None = None
        self._slice = _SLICE
        self._shown_at = 0.0  # when rows were asked for last, and
        self._rest = 0.0  # how long that is to be left alone, in s
        self._learning = False
        self._over = False
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon)
        self._hint = QTimer(self, singleShot=True, interval=150)
        self._hint.timeout.connect(self.look)

    def start(self) -> None:
        """Look at the library for the first time, and from now on."""
        self._watcher.addPath(str(self._desk.library.root))
        self.look()

    def stop(self) -> None:
        """At quit."""
        self._over = True
        self._timer.stop()
        self._hint.stop()

    def set_order(self, order: str) -> None:
        """Sort by one of `ORDERS`."""
        if order != self._order:
            self._order = order
            self.refresh()

    def set_blog(self, account_id: str) -> None:
        """Show one blog's view of things, or ("") that of all."""
        self._blog = account_id
        self.refresh()

    def refresh(self) -> None:
        """Gather the rows anew; while one gathering runs, the next waits for it."""
        if self._busy:
            self._again = True
            return
        self._busy = True
        blog, order = self._blog, self._order
        self._tasks.run(lambda: gather(self._desk, blog, order), self._show, self._failed)

    def look(self) -> None:
        """See what other programs did to the library."""
        if self._looking:
            return
        self._looking = True
        self._timer.stop()
        library, budget = self._desk.library, self._slice

        def look() -> tuple[Changes, bool, float]:
            began, first = time.monotonic(), not library.is_complete
            changes = library.look(budget)
            return replace(changes, added=()) if first else changes, first, time.monotonic() - began

        self._tasks.run(look, self._looked, self._look_failed, lane="library")

    def search(self, query: str) -> None:
        """Find posts by their text too; the answer comes as `found`, for the newest query only."""
        self._query = query
        gathered, asked = self._gathered, read_query(query)
        if not asked or gathered is None:
            self.found.emit(query, frozenset())
            return

        def answered(keys: frozenset[str]) -> None:
            if self._query == query:
                self.found.emit(query, keys)

        self._tasks.run(
            lambda: find_keys(
                self._desk.library, gathered.shelved, gathered.words, asked, lambda: self._query != query
            ),
            answered,
            self._failed,
        )

    def explain(self, query: str, keys: Sequence[str]) -> None:
        """Where in these posts `query` was found; the answer comes as `explained`."""
        words = read_query(query).wanted
        paths = {key: path for key in keys if (path := path_of(key)) is not None}

        def answered(lines: dict[str, Context]) -> None:
            if self._query == query:
                self.explained.emit(query, lines)

        if words and paths:
            self._tasks.run(lambda: contexts(paths, words), answered, self._failed)

    def blogs(self) -> tuple[Blog, ...]:
        """The blogs for the switcher."""
        return tuple(
            Blog(a.id, a.name, a.options.get("address") or a.address) for a in self._desk.accounts.all()
        )

    @property
    def is_busy(self) -> bool:
        """Whether rows are being gathered."""
        return self._busy or self._again

    @property
    def is_learning(self) -> bool:
        """Whether the index is being taught."""
        return self._learning

    def _soon(self, _folder: str) -> None:
        self._hint.start()

    def _show(self, gathered: Gathered) -> None:
        self._busy = False
        self._gathered = gathered
        self.gathered.emit(gathered)
        if self._query:
            self.search(self._query)
        if self._again:
            self._again = False
            self.refresh()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._say(error)

    def _say(self, error: Exception) -> None:
        self.told.emit(error.sentence if isinstance(error, PostDeskError) else str(error))

    def _looked(self, looked: tuple[Changes, bool, float]) -> None:
        changes, first, seconds = looked
        self._looking = self._missing = False
        complete = self._desk.library.is_complete
        if changes:
            self.changed_outside.emit(changes)
        if changes or (first and (complete or time.monotonic() - self._shown_at > self._rest)):
            # While a large library comes in parts, its rows are not made anew for each of them.
            self._rest = _LONGER * (self._rest + seconds)
            self._shown_at = time.monotonic()
            self.refresh()
        if self._over:
            return
        self._learn()
        if complete:
            self._watch()
            self._timer.start(max(LOOK, round(_RARELY * 1000 * seconds)))
        else:
            self._slice = min(_LONGEST, _LONGER * self._slice)
            self.look()

    def _learn(self) -> None:
        """Let the index follow, step by step."""
        if self._learning or self._over:
            return
        self._learning = True
        self._tasks.run(self._desk.library.index_more, self._learnt, self._not_learnt, lane="index")

    def _learnt(self, more: bool) -> None:
        self._learning = False
        if more:
            self._learn()
        elif self._query and not self._busy:
            self.search(self._query)

    def _not_learnt(self, error: Exception) -> None:
        self._learning = False
        self._say(error)

    def _watch(self) -> None:
        there = set(self._watcher.directories())
        come = [folder for folder in self._desk.library.watched[:_WATCHED] if folder not in there]
        if come:
            self._watcher.addPaths(come)

    def _look_failed(self, error: Exception) -> None:
        self._looking = False
        self._timer.start(LOOK)
        if not self._missing:  # not at every look
            self._missing = True
            self._say(error)


def gather(desk: Desk, blog: str, order: str = "changed") -> Gathered:
    """All rows for one blog ("" for all), sorted by one of `ORDERS`. Reads the library's list, the receipts and the
    archives."""
    accounts = {a.id: a for a in desk.accounts.all()}
    summaries = desk.library.summaries(so_far=True)
    receipts = [r for r in desk.receipts.all() if r.account_id in accounts]
    jobs = desk.jobs()
    by_post: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        if not blog or receipt.account_id == blog:
            by_post.setdefault(receipt.post_id, []).append(receipt)
    waiting = {j.post_id: j for j in jobs if not blog or j.account_id == blog}
    shelved = []
    for summary in summaries:
        there = by_post.get(summary.id, ())
        row = _file_row(summary, there, waiting.get(summary.id), accounts)
        blogs = tuple(accounts[r.account_id].name for r in there if r.status in LIVE)
        shelved.append(Shelved(row, summary, str(summary.path), fold(summary.title), blogs))
    here = {(r.account_id, r.remote_id) for r in receipts}
    tags = {t for s in summaries for t in s.tags}
    categories = {c for s in summaries for c in s.categories}
    for account in accounts.values():
        if not blog or account.id == blog:
            posts = desk.archive.posts(account.id)
            tags.update(t for p in posts for t in p.tags)
            categories.update(c for p in posts for c in p.categories)
            shelved += [
                Shelved(_blog_row(p, account, accounts), p, "", fold(spoken_title(p)), (account.name,))
                for p in posts
                if (account.id, p.remote_id) not in here
            ]
    shelved.sort(key=ORDERS[order])
    rows = [one.row for one in shelved]
    if order == "published":
        rows = [replace(one.row, moment=published(one)) for one in shelved]
    return Gathered(
        tuple(rows),
        tuple((r.key, r.title) for r in rows),
        frozenset(tags),
        with_parents(categories),
        sum(j.state is JobState.WAITING for j in jobs),
        tuple(shelved),
        Words(row.title for row in rows),
        {s.id: (s.path, s.title or s.path.stem) for s in summaries},
    )


def _file_row(
    summary: Summary, receipts: Sequence[Receipt], job: Job | None, accounts: dict[str, Account]
) -> Row:
    live = [r for r in receipts if r.status in LIVE]
    scheduled = [r for r in live if r.status is Status.SCHEDULED]
    tab = "published" if len(live) > len(scheduled) else "scheduled" if scheduled else "drafts"
    when = summary.modified
    if live and (moment := live[0].published_at) is not None:
        when = max(moment.timestamp(), live[0].updated_at.timestamp() if live[0].updated_at else 0.0)
    state, level = "", ""
    if summary.copy_of is not None:
        state, level = _("Conflict copy"), "warn"
    elif summary.problem:
        state, level = _("Cannot be read"), "warn"
    elif job is not None:
        state, level = _job_words(job)
    name = accounts[live[0].account_id].name if live and len(accounts) > 1 else ""
    return Row(
        file_key(summary.path),
        summary.title or _("Untitled"),
        when,
        tab,
        summary.words,
        name,
        state,
        level,
        waiting=job is not None and job.state is not JobState.DONE,
    )


def _job_words(job: Job) -> tuple[str, str]:
    return {
        JobState.RUNNING: (_("Publishing…"), ""),
        JobState.WAITING: (_("Waiting"), "warn"),
        JobState.PAUSED: (_("Waiting for you"), "warn"),
        JobState.FAILED: (_("Not published"), "bad"),
    }.get(job.state, ("", ""))


def _blog_row(post: RemotePost, account: Account, accounts: dict[str, Account]) -> Row:
    moment = post.date or post.modified
    tab = {Status.DRAFT: "drafts", Status.PENDING: "drafts", Status.SCHEDULED: "scheduled"}.get(
        post.status, "published"
    )
    words = _("On the blog") if tab == "drafts" else ""
    return Row(
        f"{_BLOG}{account.id}:{post.remote_id}",
        spoken_title(post) or _("Untitled"),
        moment.timestamp() if moment else None,
        tab,
        0,
        account.name if len(accounts) > 1 else "",
        words,
    )


def spoken_title(post: RemotePost) -> str:
    """A blog's title as readers see it: it is HTML there, and what authors type comes back with `&amp;` (WordPress
    7.1). Plain text from here on; marks like `<b>` are shown as they are."""
    return html.unescape(post.title)
