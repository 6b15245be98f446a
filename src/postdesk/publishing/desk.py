"""The desk: everything that a window or a shell works with, and the publishing jobs in one place.

Threads: `state_of`, `states`, `jobs`, `take_back`, `retry_now`, `pause`, `next_due` and `network_is_back` are one
small read or one short transaction, for the window's thread. `plan`, `preflight`, `submit`, `submit_undo` and
`refresh_archive` read pictures or the network: for a task. `run` is for one worker at a time; a second one, in
this process or another, returns at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from postdesk.backends.base import Capability, Outgoing, RemotePost
from postdesk.backends.registry import Registry
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError, NotReady
from postdesk.core.folders import Folders
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.core.settings import Settings
from postdesk.publishing.accounts import Accounts, is_on
from postdesk.publishing.archive import Archive
from postdesk.publishing.compare import outgoing_from_json
from postdesk.publishing.connections import Connections, PasswordStore
from postdesk.publishing.content import Collected, collect
from postdesk.publishing.engine import Engine
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.journal import Journal
from postdesk.publishing.linked import find_links, titles_of
from postdesk.publishing.outbox import JobResult, Outbox, snapshot_of
from postdesk.publishing.plan import Intent, Plan, Snapshot, Step, StepKind, make_plan
from postdesk.publishing.preflight import Remark, check
from postdesk.publishing.run import Progress
from postdesk.publishing.state import PostState, StateKind, state_of

if TYPE_CHECKING:  # their code is loaded by whoever makes them
    from postdesk.library.document import Document
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts
    from postdesk.library.recovery import Recovery
    from postdesk.publishing.conflicts import Conflicts


@dataclass
class Desk:
    """Made by `open_desk`. `settings` is replaced when they change; everything else stays for the run of the
    program."""

    folders: Folders
    settings: Settings
    library: Library
    receipts: Receipts
    recovery: Recovery
    accounts: Accounts
    passwords: PasswordStore
    registry: Registry
    connections: Connections
    journal: Journal
    engine: Engine
    outbox: Outbox
    archive: Archive
    clock: Callable[[], float] = time.time
    _without_receipt: set[tuple[str, str]] = field(default_factory=set)

    # --- planning -------------------------------------------------------------------------------------------------

    def plan(
        self, document: Document, account: Account, intent: Intent, when: datetime | None = None
    ) -> Plan:
        """What a click will do. Reads the post's pictures. Raises `PictureRefused` for the first picture that
        cannot go out, and `NotReady` when the blog cannot do it."""
        collected = self._collect(document, intent)
        if collected.refused:
            raise collected.refused[0][1]
        return make_plan(
            document.post, account, intent, pictures=collected.pictures,
            receipt=self.engine.receipt(document.post.id, account.id), capabilities=self.capabilities(account),
            now=self._now(), when=when, is_there=self._is_there(account),
            links=find_links(collected.linked, lambda post_id: self.engine.receipt(post_id, account.id))[0],
        )  # fmt: skip

    def preflight(
        self, document: Document, account: Account, intent: Intent, when: datetime | None = None
    ) -> tuple[Remark, ...]:
        """What to know before the click; reads the post's pictures, raises nothing about them."""
        collected = self._collect(document, intent)
        missing = find_links(collected.linked, lambda post_id: self.engine.receipt(post_id, account.id))[1]
        return check(
            document.post, account, intent, collected, not_there=titles_of(missing, self.library),
            receipt=self.engine.receipt(document.post.id, account.id), capabilities=self.capabilities(account),
            now=self._now(), when=when, is_there=self._is_there(account), twins=self._twins(document.post, account),
        )  # fmt: skip

    def capabilities(self, account: Account) -> frozenset[Capability]:
        """What the account's kind of blog can do; `SettingsError` when its plug-in is not installed."""
        return self.registry.kind(account.kind).capabilities

    # --- the outbox -----------------------------------------------------------------------------------------------

    def submit(self, plan: Plan) -> str:
        """Journal the plan; see `Outbox.submit`. An empty post is refused with `NotReady`."""
        post = plan.snapshot.post
        goes_out = plan.intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE)
        if goes_out and not post.title.strip() and not post.body.strip():
            raise NotReady(
                _("The post is empty."), _("Nothing was sent."), _("Write a title or some text first.")
            )
        return self.outbox.submit(plan)

    def jobs(self, *, unfinished: bool = True) -> tuple[Job, ...]:
        """The outbox, oldest first."""
        return self.outbox.jobs(unfinished=unfinished)

    def run(
        self,
        cancel: Cancel,
        progress: Callable[[Progress], None] = lambda _p: None,
        job_id: str | None = None,
    ) -> tuple[JobResult, ...]:
        """Send what is due; see `Outbox.run`. `progress` is called from the worker's thread."""
        self._without_receipt.clear()
        results = self.outbox.run(cancel, progress, job_id)
        for result in results:
            if result.receipt is not None and result.receipt.sent_hash:
                self.library.went_out(result.post_id, result.receipt.sent_hash)
        return results

    def take_back(self, job_id: str) -> None:
        """Take a job back; `PublishError` when it is too late."""
        self.outbox.take_back(job_id)

    def retry_now(self, job_id: str) -> None:
        """Try a job at the next `run`."""
        self.outbox.retry_now(job_id)

    def pause(self, job_id: str) -> None:
        """Keep a job until `retry_now`."""
        self.outbox.pause(job_id)

    def network_is_back(self) -> None:
        """What waits for the network is due now."""
        self.outbox.network_is_back()

    def next_due(self) -> float | None:
        """When `run` has something to do (seconds since the epoch), None for never."""
        return self.outbox.next_due()

    def keep_mine(self, job_id: str, revision: str) -> None:
        """A conflict was decided for the writer's text; `revision` is that of the blog's version that she saw."""
        self.outbox.keep_mine(job_id, revision)

    def with_blog(self) -> Conflicts:
        """What becomes of a post that somebody changed or deleted on a blog. For a task: it brings the renderer."""
        from postdesk.publishing.conflicts import Conflicts

        return Conflicts(self)

    def publish_as_new(self, job_id: str) -> None:
        """A post that is gone on the blog is made there anew."""
        self.outbox.publish_as_new(job_id)

    def undo(self, result: JobResult | str) -> str:
        """Submit the way back of a finished job (its result or id) and return the new job's id: what was live
        before is put back, or the post becomes a draft again where nothing was. `NotReady` where there is no way
        back."""
        job = self.journal.job(result if isinstance(result, str) else result.job_id)
        account = self.accounts.get(job.account_id) if job else None
        if job is None or job.state is not JobState.DONE or account is None:
            raise NotReady(
                _("This can't be undone any more."),
                _("Nothing was changed."),
                _("Edit the post and update it."),
            )
        post = snapshot_of(job).post
        if job.before:
            before = json.loads(job.before)
            meant: Outgoing = outgoing_from_json(before["outgoing"])
            snapshot = Snapshot(
                post, account.id, Intent.RESTORE, restore=meant, restore_hash=str(before["sent_hash"])
            )
            words = _("Put back what “{blog}” had before").format(blog=account.name)
            return self.outbox.submit(Plan(account, snapshot, (Step(StepKind.WRITE, words),)))
        plan = make_plan(
            post, account, Intent.UNPUBLISH, pictures=(), receipt=self.engine.receipt(post.id, account.id),
            capabilities=self.capabilities(account), now=self._now(),
        )  # fmt: skip
        return self.outbox.submit(plan)

    # --- where a post stands --------------------------------------------------------------------------------------

    def state_of(self, post: Post, account: Account) -> PostState:
        """The words for the header and the one button. A receipt that cannot be read makes it FAILED."""
        job = self.journal.unfinished(post.id, account.id)
        try:
            receipt = self.receipts.get(post.id, account.id)
            if receipt is None and (post.id, account.id) not in self._without_receipt:
                receipt = self.engine.receipt(post.id, account.id)
                if receipt is None:  # looking at other machines' receipts is slow in a large library
                    self._without_receipt.add((post.id, account.id))
        except LibraryError as error:
            words = _("Not published: {sentence}").format(sentence=error.sentence)
            return PostState(StateKind.FAILED, words, _("Publish"), None, error.sentence)
        return state_of(post, receipt, job, self._now())

    def states(self, account: Account) -> dict[str, StateKind]:
        """The state of every post that the account knows, by post id, for the list; CHANGED is not told (it needs
        the text). Reads all receipts: for a task when there are thousands."""
        found = {
            r.post_id: state_of(
                Post(r.post_id), replace(r, sent_hash=Post(r.post_id).content_hash), None, self._now()
            ).kind
            for r in self.receipts.all()
            if r.account_id == account.id
        }
        for job in self.jobs():
            if job.account_id == account.id:
                found[job.post_id] = state_of(snapshot_of(job).post, None, job, self._now()).kind
        return found

    def receipt(self, post_id: str, account: Account) -> Receipt | None:
        """What the blog said last about a post, None for never published there."""
        return self.engine.receipt(post_id, account.id)

    def tidy_history(self, budget: int) -> int:
        """Let old versions go, what blogs have last; see `History.tidy`. For a task."""

        def on_blogs() -> list[tuple[str, str]]:
            return [(r.post_id, r.sent_hash) for r in self.receipts.all() if r.sent_hash]

        return self.library.tidy_history(budget, on_blogs)

    # --- the archive ----------------------------------------------------------------------------------------------

    def refresh_archive(
        self, account: Account, cancel: Cancel, progress: Callable[[int, int], None] = lambda _n, _of: None
    ) -> int:
        """Fetch what changed on the blog; see `Archive.refresh`."""
        with closing(self.connections.open(account)) as backend:
            return self.archive.refresh(account, backend, cancel, progress)

    def read_remote(self, account: Account, remote_id: str) -> RemotePost:
        """The post as the blog has it now (for a conflict shown side by side). For a task."""
        with closing(self.connections.open(account)) as backend:
            return backend.read(remote_id)

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    # --- how ------------------------------------------------------------------------------------------------------

    def _collect(self, document: Document, intent: Intent) -> Collected:
        if intent not in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
            return Collected(())
        return collect(document.post, lambda ref: self.library.resolve_picture(document.path, ref))

    def _twins(self, post: Post, account: Account) -> tuple[Receipt, ...]:
        """Receipts of other posts on the blog that were made from this one, as two machines published it before they
        met; those that the blog still had when it was last asked."""
        try:
            own = self.engine.receipt(post.id, account.id)
            return tuple(
                r
                for r in (self.receipts.for_post(post.id) if own is not None else ())
                if own is not None and r.remote_id != own.remote_id
                and self.accounts.get(r.account_id) is None and is_on(r.address, account.address)
                and self.archive.get(account.id, r.remote_id) is not None
            )  # fmt: skip
        except LibraryError:
            return ()  # a receipt that cannot be read is said where it matters

    def _is_there(self, account: Account) -> Callable[[str], bool]:
        return lambda content_hash: self.journal.media(account.id, content_hash) is not None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def open_desk(
    folders: Folders,
    settings: Settings,
    library: Library,
    receipts: Receipts,
    recovery: Recovery,
    accounts: Accounts,
    passwords: PasswordStore,
    registry: Registry,
    http: Callable[[], Any],
    clock: Callable[[], float] = time.time,
) -> Desk:
    """Put the desk together. `http` gives the one HTTP client, made at its first use. Opens the journal (a few ms;
    a broken one is set aside, `desk.journal.remark` then says so). Raises `PublishError` when the state folder
    cannot be written."""

    def same_blog(receipt: Receipt, account_id: str) -> bool:
        account = accounts.get(account_id)
        return (
            account is not None
            and accounts.get(receipt.account_id) is None
            and is_on(receipt.address, account.address)
        )

    journal = Journal(folders.state / "outbox.db", clock)
    engine = Engine(journal, receipts, clock, same_blog)
    connections = Connections(registry, passwords, http)
    outbox = Outbox(folders.state, journal, engine, receipts, clock, accounts.get, connections.open)
    return Desk(
        folders, settings, library, receipts, recovery, accounts, passwords, registry, connections, journal, engine,
        outbox, Archive(folders.data), clock,
    )  # fmt: skip
