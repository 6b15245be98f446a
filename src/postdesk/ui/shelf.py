"""The list of posts as values: the library's files and each blog's own posts, with where each of them stands.

Everything here is gathered in tasks; the sidebar is told the rows. Other programs' changes to the library are
noticed by a look every moment (a walk over the files' times and sizes) and by the system's own notices where it
has them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.core.receipt import Receipt, Status
from postdesk.library.library import Changes, Summary
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.plan import LIVE
from postdesk.ui.sidebar.rows import Row
from postdesk.ui.sidebar.switcher import Blog
from postdesk.ui.tasks import Tasks

LOOK = 1500  # ms between two looks at the library
_FILE, _BLOG = "file:", "blog:"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one look brought together."""

    rows: tuple[Row, ...]
    titles: tuple[tuple[str, str], ...]
    tags: frozenset[str]
    categories: frozenset[str]
    waiting: int


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


class Shelf(QObject):
    """Gathers the rows. `gathered(Gathered)` after every change; `changed_outside(Changes)` when other programs
    did something to the library; `found(query, keys)` answers a search; `told(sentence)` is a notice."""

    gathered = Signal(object)
    changed_outside = Signal(object)
    found = Signal(str, object)
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
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon)
        self._hint = QTimer(self, singleShot=True, interval=150)
        self._hint.timeout.connect(self.look)

    def start(self) -> None:
        """Gather for the first time, and look at the library from now on."""
        self._watcher.addPath(str(self._desk.library.root))
        self.refresh()
        self._timer.start()

    def stop(self) -> None:
        """At quit."""
        self._timer.stop()
        self._hint.stop()

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
        blog = self._blog
        self._tasks.run(lambda: gather(self._desk, blog), self._show, self._failed)

    def look(self) -> None:
        """See what other programs did to the library."""
        if self._looking:
            return
        self._looking = True
        self._tasks.run(self._desk.library.look, self._looked, self._look_failed, lane="library")

    def search(self, query: str) -> None:
        """Find posts by their text too; the answer comes as `found`, for the newest query only."""
        self._query = query
        words = query.casefold().split()
        if not words:
            self.found.emit(query, frozenset())
            return
        self._tasks.run(
            lambda: _search(self._desk.library.summaries(), words, lambda: self._query != query),
            lambda keys: self.found.emit(query, keys) if self._query == query else None,
            self._failed,
        )

    def blogs(self) -> tuple[Blog, ...]:
        """The blogs for the switcher."""
        return tuple(
            Blog(a.id, a.name, a.options.get("address") or a.address) for a in self._desk.accounts.all()
        )

    def _soon(self, _folder: str) -> None:
        self._hint.start()

    def _show(self, gathered: Gathered) -> None:
        self._busy = False
        self.gathered.emit(gathered)
        if self._again:
            self._again = False
            self.refresh()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._say(error)

    def _say(self, error: Exception) -> None:
        self.told.emit(error.sentence if isinstance(error, PostDeskError) else str(error))

    def _looked(self, changes: Changes) -> None:
        self._looking = self._missing = False
        if changes:
            self.changed_outside.emit(changes)
            self.refresh()

    def _look_failed(self, error: Exception) -> None:
        self._looking = False
        if not self._missing:  # not at every look
            self._missing = True
            self._say(error)


def gather(desk: Desk, blog: str) -> Gathered:
    """All rows for one blog ("" for all), newest first. Reads the library's list, the receipts and the archives."""
    accounts = {a.id: a for a in desk.accounts.all()}
    summaries = desk.library.summaries()
    receipts = [r for r in desk.receipts.all() if r.account_id in accounts]
    jobs = desk.jobs()
    by_post: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        if not blog or receipt.account_id == blog:
            by_post.setdefault(receipt.post_id, []).append(receipt)
    waiting = {j.post_id: j for j in jobs if not blog or j.account_id == blog}
    rows = [_file_row(s, by_post.get(s.id, ()), waiting.get(s.id), accounts) for s in summaries]
    here = {(r.account_id, r.remote_id) for r in receipts}
    for account in accounts.values():
        if not blog or account.id == blog:
            posts = desk.archive.posts(account.id)
            rows += [_blog_row(p, account, accounts) for p in posts if (account.id, p.remote_id) not in here]
    rows.sort(key=lambda r: r.when or 0.0, reverse=True)
    return Gathered(
        tuple(rows),
        tuple((r.key, r.title) for r in rows),
        frozenset(t for s in summaries for t in s.tags),
        frozenset(c for s in summaries for c in s.categories),
        sum(j.state is JobState.WAITING for j in jobs),
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
    if summary.problem:
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


def _search(summaries: Iterable[Summary], words: Sequence[str], outdated: object) -> frozenset[str]:
    keys = set()
    for summary in summaries:
        if callable(outdated) and outdated():
            break
        try:
            text = summary.path.read_text("utf-8", errors="replace").casefold()
        except OSError:
            continue  # gone since the list was made; the next look says so
        if all(w in text for w in words):
            keys.add(file_key(summary.path))
    return frozenset(keys)
