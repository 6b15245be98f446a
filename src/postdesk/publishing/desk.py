"""The desk: everything that a window or a shell works with, and the publishing jobs in one place.

Threads: `state_of`, `states`, `jobs`, `take_back`, `retry_now`, `pause`, `stop`, `running`, `due_accounts` and
`network_is_back` are one small read or one short transaction, for the window's thread. `plan`, `preflight`, `submit`,
`renew`, `undo`, `timeline`, `look_on_blog`, `look_at_pictures`, `pull`, `bring_pictures`, `clear_pictures`, `change`,
`capture` and `refresh_archive` read files, pictures or the network: for a task. `run` is for one worker per account; a
second one for that account, in this process or another, returns at once.

Long because a window and a shell find here all that they work with; a method is a line or two to the part that does
it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
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
from postdesk.core.receipt import Receipt, Status
from postdesk.core.settings import Settings
from postdesk.library.filed import Filed, Filing
from postdesk.publishing.accounts import Accounts, is_on
from postdesk.publishing.already import Already, BlogLook
from postdesk.publishing.archive import Archive
from postdesk.publishing.compare import base_values, outgoing_from_json
from postdesk.publishing.connections import Connections, PasswordStore
from postdesk.publishing.content import Collected, broken, collect
from postdesk.publishing.differences import Difference, tell, tell_no_more
from postdesk.publishing.engine import Engine
from postdesk.publishing.exchanges import ExchangeLog
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.journal import Journal
from postdesk.publishing.linked import find_links, missing_links
from postdesk.publishing.links import LinkAnswers
from postdesk.publishing.looks import live_look
from postdesk.publishing.outbox import JobResult, Outbox, snapshot_of
from postdesk.publishing.plan import LIVE, Intent, Plan, Snapshot, Step, StepKind, goes_offline, make_plan
from postdesk.publishing.preflight import GOES_OUT, Level, Remark, check, in_order, unreadable
from postdesk.publishing.pulled import opened_of
from postdesk.publishing.recipe import recipe_of
from postdesk.publishing.replaced import Replaced
from postdesk.publishing.run import Progress
from postdesk.publishing.running import Running
from postdesk.publishing.state import PostState, StateKind, can_renew, in_step, is_same, state_of
from postdesk.publishing.timeline import Entry, timeline
from postdesk.publishing.uploads import Limits, limits_of
from postdesk.publishing.verify import look

_log = logging.getLogger(__name__)

if TYPE_CHECKING:  # their code is loaded by whoever makes them
    from pathlib import Path

    from postdesk.library.document import Document
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts
    from postdesk.library.recovery import Recovery
    from postdesk.publishing.appearances import Appearances, Kept
    from postdesk.publishing.blogs_version import BlogsVersion
    from postdesk.publishing.bringing import At, Brought
    from postdesk.publishing.change import Change
    from postdesk.publishing.clearing import Cleared
    from postdesk.publishing.conflicts import Conflicts
    from postdesk.publishing.converting import Conversion, Form
    from postdesk.publishing.pull import Pulled
    from postdesk.publishing.rendered import Renderings


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
    already: Already
    links: LinkAnswers
    exchanges: ExchangeLog
    clock: Callable[[], float] = time.time
    _without_receipt: set[tuple[str, str]] = field(default_factory=set)
    _looked_for: set[tuple[str, str]] = field(default_factory=set)
    _changed: dict[tuple[str, str, int, int], bool] = field(default_factory=dict)
    _replaced: Replaced = field(default_factory=Replaced)

    # --- planning -------------------------------------------------------------------------------------------------

    def plan(
        self, document: Document, account: Account, intent: Intent, when: datetime | None = None
    ) -> Plan:
        """What a click will do. Reads the post's pictures. Raises `PictureRefused` for the first picture that
        cannot go out, and `NotReady` when the blog cannot do it."""
        collected = self._collect(document, intent, account)
        if collected.refused:
            raise collected.refused[0][1]
        if collected.broken:
            raise broken()
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
        if document.problem and intent in GOES_OUT:
            return unreadable(document.problem)
        collected = self._collect(document, intent, account, made=True)
        missing = find_links(collected.linked, lambda post_id: self.engine.receipt(post_id, account.id))[1]
        remarks = check(
            document.post, account, intent, collected, not_there=missing_links(missing, self.library),
            receipt=self.engine.receipt(document.post.id, account.id), capabilities=self.capabilities(account),
            now=self._now(), when=when, is_there=self._is_there(account), twins=self._twins(document.post, account),
            ask_links=self.settings.ask_links,
            limits=self._limits(account), original=self._original(document),
        )  # fmt: skip
        frames = (Remark(Level.ERROR, broken().happened, "body"),) if collected.broken else ()
        return in_order((*remarks, *frames, *self._taken(document.post, account, intent)))

    def look_on_blog(self, document: Document, account: Account, intent: Intent, cancel: Cancel) -> BlogLook:
        """What the blog knows before the click; raises `Cancelled`, and nothing about the blog."""
        post = document.post
        if intent not in GOES_OUT or document.problem:
            return BlogLook()
        receipt = self.engine.receipt(post.id, account.id)
        return self.already.look(
            post,
            account,
            receipt,
            self.capabilities(account),
            post.date,
            cancel,
            on_the_net=self._is_on_net(account),
        )

    def capabilities(self, account: Account) -> frozenset[Capability]:
        """What the account's kind of blog can do; `SettingsError` when its plug-in is not installed."""
        return self.registry.kind(account.kind).capabilities

    # --- the outbox -----------------------------------------------------------------------------------------------

    def submit(self, plan: Plan) -> str:
        """Journal the plan; see `Outbox.submit`. An empty post is refused with `NotReady`."""
        post = plan.snapshot.post
        goes_out = plan.intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE)
        if goes_out:
            _refuse_empty(post)
        return self.outbox.submit(plan)

    def renew(self, document: Document) -> bool:
        """Let the newest text of a post take the place of those that wait, on every blog; whether one did. See
        `Outbox.renew`. Raises as `plan` and `submit` do: the text from before waits on then."""
        renewed = False
        if document.problem:
            return renewed  # what its fields say cannot be told
        for job in self.outbox.jobs(texts=False):
            account = self.accounts.get(job.account_id)
            if job.post_id != document.post.id or account is None or not can_renew(job):
                continue
            whole = self.journal.job(job.id)
            if whole is not None and not is_same(snapshot_of(whole), document.post):
                renewed = (
                    self.outbox.renew(job.id, self._newer(document, account, snapshot_of(whole))) or renewed
                )
        return renewed

    def _newer(self, document: Document, account: Account, old: Snapshot) -> Plan:
        _refuse_empty(document.post)
        held = old.intent is Intent.PUBLISH and old.when is not None
        intent = Intent.SCHEDULE if held or old.intent is Intent.SCHEDULE else old.intent
        return self.plan(document, account, intent, document.post.date or old.when)

    def jobs(self, *, unfinished: bool = True, texts: bool = True) -> tuple[Job, ...]:
        """The outbox, oldest first; see `Outbox.jobs`."""
        return self.outbox.jobs(unfinished=unfinished, texts=texts)

    def running(self) -> tuple[Running, ...]:
        """What is being sent at this moment."""
        return self.outbox.running()

    def due_accounts(self) -> tuple[str, ...]:
        """The accounts that `run` has something to do for now; see `Outbox.due_accounts`."""
        return self.outbox.due_accounts()

    def run(
        self,
        cancel: Cancel,
        progress: Callable[[Progress], None] = lambda _p: None,
        job_id: str | None = None,
        account_id: str | None = None,
    ) -> tuple[JobResult, ...]:
        """Send what is due; see `Outbox.run`. `progress` is called from the worker's thread."""
        self._without_receipt.clear()
        results = self.outbox.run(cancel, progress, job_id, account_id)
        for result in results:
            if result.receipt is not None:
                self._replaced.forget(result.post_id, result.account_id)
            if result.receipt is not None and result.receipt.sent_hash:
                self.library.went_out(result.post_id, result.receipt.sent_hash)
                self._note_file(result.receipt)
                self.already.forget(result.account_id)
        return results

    def _note_file(self, receipt: Receipt) -> None:
        """Note which file says what is on a blog now, for whoever asks whether it changed."""
        try:
            path = self.library.find(receipt.post_id)
            document = self.library.read(path) if path is not None else None
            if document is not None and in_step(document.post, receipt):
                self.receipts.put(replace(receipt, file_hash=document.hash))
        except LibraryError as error:
            _log.info("Which file went out was not noted: %s", error.details or error)

    def is_changed(self, path: Path, digest: int, filing: Filing) -> bool:
        """Whether the post in a file, whose content `digest` stands for, says something else than what is on a blog.
        Reads the receipt and the file unless the answer is known; where nobody can tell, it does not."""
        if not filing.file or filing.file == digest:
            return False
        key = (filing.post_id, filing.account_id, filing.sent, digest)
        if key not in self._changed:
            receipt = self._own_receipt(filing.post_id, filing.account_id)
            if receipt is None:
                return False
            try:
                self._changed[key] = not in_step(self.library.read(path).post, receipt)
            except LibraryError:
                return False
        return self._changed[key]

    def told(self) -> Filed:
        """What receipts say to the list."""
        return self.receipts.filings.told()

    def remote(self, told: Filed, account_id: str, is_here: Callable[[str], bool]) -> tuple[RemotePost, ...]:
        """The posts of a blog but those of which there is a receipt in `told`, of a post that `is_here`."""
        ours = [remote_id for remote_id, post_id in told.remotes(account_id) if is_here(post_id)]
        return self.archive.others(account_id, ours)

    def take_back(self, job_id: str) -> None:
        """Take a job back; `PublishError` when it is too late."""
        self.outbox.take_back(job_id)

    def retry_now(self, job_id: str) -> None:
        """Try a job at the next `run`."""
        self.outbox.retry_now(job_id)

    def pause(self, job_id: str) -> None:
        """Keep a job until `retry_now`."""
        self.outbox.pause(job_id)

    def stop(self, job_id: str) -> None:
        """Stop a job that is being sent; `PublishError` when it is too late."""
        self.outbox.stop(job_id)

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self.outbox.resume(job_id)

    def network_is_back(self, account_id: str = "") -> None:
        """What waits for the network is due now; with `account_id`, what waits for that blog."""
        self.outbox.network_is_back(account_id)

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

    def restore_there(self, job_id: str) -> None:
        """A post that is in the trash of the blog comes out of it."""
        self.outbox.restore_there(job_id)

    def keep_as_draft(self, job_id: str) -> None:
        """A post that is gone on the blog is a draft here from now on."""
        self.outbox.keep_as_draft(job_id)

    def undo(self, result: JobResult | str) -> str:
        """Submit the way back of a finished job (its result or id) and return the new job's id: what was live
        before is put back, or the post becomes a draft again where nothing was. `NotReady` where there is no way
        back."""
        job = self.journal.job(result if isinstance(result, str) else result.job_id)
        account = self.accounts.get(job.account_id) if job else None
        if job is None or account is None or not self._has_way_back(job, account):
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
                post, account.id, Intent.RESTORE, restore=meant, restore_hash=str(before["sent_hash"]),
                restore_pictures=tuple((str(r), str(h)) for r, h in before.get("pictures", ())),
            )  # fmt: skip
            words = _("Put back what “{blog}” had before").format(blog=account.name)
            return self.outbox.submit(Plan(account, snapshot, (Step(StepKind.WRITE, words),)))
        plan = make_plan(
            post, account, Intent.UNPUBLISH, pictures=(), receipt=self.engine.receipt(post.id, account.id),
            capabilities=self.capabilities(account), now=self._now(),
        )  # fmt: skip
        return self.outbox.submit(plan)

    def undoable(self, post_id: str, account: Account) -> Job | None:
        """What `undo` would take back of a post on a blog: the newest that was done there, None where there is no way
        back. One small read."""
        job = self.journal.last_done(post_id, account.id)
        return job if job is not None and self._has_way_back(job, account) else None

    def way_back(self, post_id: str, account: Account) -> Job | None:
        """What there is to be taken back: a job that waits, else what `undo` would take back; None while one runs."""
        waits = self.journal.unfinished(post_id, account.id)
        if waits is not None:
            return waits if waits.state is not JobState.RUNNING else None
        return self.undoable(post_id, account)

    def goes_offline(self, post: Post, account: Account) -> bool:
        """Whether an update takes a live post away from its readers, as it has a date to come."""
        can = self.capabilities(account)
        return goes_offline(post.date, self._own_receipt(post.id, account.id), can, self._now())

    def older_on(self, post: Post, account: Account) -> tuple[Account, ...]:
        """The other blogs that show an older version of a post. Some small reads."""
        others = ((a, self._own_receipt(post.id, a.id)) for a in self.accounts.all() if a.id != account.id)
        return tuple(a for a, r in others if r is not None and r.status in LIVE and not in_step(post, r))

    def stays_on(self, post_id: str) -> tuple[str, ...]:
        """The names of the blogs on which readers get a post, or will, whatever becomes of its file; none of those of
        which it cannot be read."""
        known = ((account.name, self._own_receipt(post_id, account.id)) for account in self.accounts.all())
        return tuple(name for name, receipt in known if receipt is not None and receipt.status in LIVE)

    def _own_receipt(self, post_id: str, account_id: str) -> Receipt | None:
        try:
            return self.receipts.get(post_id, account_id)
        except LibraryError:
            return None  # said where that blog is looked at

    def _has_way_back(self, job: Job, account: Account) -> bool:
        receipt = self.engine.receipt(job.post_id, account.id)
        if job.state is not JobState.DONE or receipt is None:
            return False
        if job.before:
            return True
        first = job.intent in (Intent.PUBLISH.value, Intent.SCHEDULE.value) and receipt.status in LIVE
        return first and Capability.UNPUBLISH in self.capabilities(account)

    # --- looking at it as a reader --------------------------------------------------------------------------------

    def look_as_reader(self, result: JobResult, cancel: Cancel) -> tuple[Difference, ...]:
        """Look at what was done as somebody who is not signed in gets it, and return what is to be told of it. Writes
        it down with the job; changes nothing else. For a task; raises `Cancelled`."""
        account = self.accounts.get(result.account_id)
        if result.expected is None or account is None:
            return ()
        if not getattr(self.registry.kind(account.kind), "needs_network", True):
            return ()  # a folder: whoever serves it gets it later
        found = look(result.expected, self.connections.visitor(), cancel)
        receipt = self.engine.receipt(result.post_id, account.id)
        if receipt is None or result.receipt is None or receipt.revision != result.receipt.revision:
            return ()  # it was changed again meanwhile
        if found and result.job_id:
            self.journal.add_remarks(result.job_id, tuple(d.sentence for d in found))
        return tell(self.journal, account.id, found)

    def tell_no_more(self, account_id: str, kinds: tuple[str, ...]) -> None:
        """She does not want to hear of these differences from that blog again."""
        tell_no_more(self.journal, account_id, kinds)

    # --- where a post stands --------------------------------------------------------------------------------------

    def state_of(self, post: Post, account: Account) -> PostState:
        """The words for the header and the one button. A receipt that cannot be read makes it FAILED."""
        job = self.journal.unfinished(post.id, account.id)
        try:
            receipt = self.receipts.get(post.id, account.id)
            if receipt is None and (post.id, account.id) not in self._without_receipt:
                receipt = self.engine.receipt(post.id, account.id)
                # Looking at other machines' receipts is slow in a large library.
                if receipt is None and not self.receipts.filings.is_behind:
                    self._without_receipt.add((post.id, account.id))
        except LibraryError as error:
            words = _("Not published: {sentence}").format(sentence=error.sentence)
            return PostState(StateKind.FAILED, words, _("Publish"), None, error.sentence)
        if receipt is not None and receipt.status is Status.SCHEDULED:
            self._look_when_it_is_live(receipt)
        return state_of(post, receipt, job, self._now(), replaced=(post.id, account.id) in self._replaced)

    def look_at_pictures(self, document: Document, account: Account) -> bool:
        """Whether `state_of` has another answer now, as one of the post's pictures was replaced under its name since it
        went out, or is back. Reads the files that changed: for a task."""
        post_id = document.post.id
        receipt = self.receipts.get(post_id, account.id)
        if receipt is None and (post_id, account.id) not in self._without_receipt:
            receipt = self.engine.receipt(post_id, account.id)
        if receipt is None:
            return False
        return self._replaced.look(receipt, lambda ref: self.library.resolve_picture(document.path, ref))

    def _look_when_it_is_live(self, receipt: Receipt) -> None:
        """See to it that a scheduled post is looked up after its moment, whichever machine has scheduled it."""
        key = (receipt.post_id, receipt.remote_id)
        due = receipt.published_at is not None and receipt.published_at <= self._now()
        if not due or key in self._looked_for:
            return
        self._looked_for.add(key)
        if all(s.marker or s.post_id != receipt.post_id for s in self.journal.sweeps()):
            self.journal.add_sweep(live_look(receipt))

    def receipts_came(self, post_id: str) -> None:
        """Another machine has filed something about this post, which may be of a blog that is here too."""
        for known in [pair for pair in self._without_receipt if pair[0] == post_id]:
            self._without_receipt.discard(known)

    def states(self, account: Account, receipts: Iterable[Receipt]) -> dict[str, StateKind]:
        """The state of every post that the account knows, by post id, as these receipts say; CHANGED is not told (it
        needs the text)."""
        found = {
            r.post_id: state_of(
                Post(r.post_id),
                replace(r, sent_hash=Post(r.post_id).content_hash, aside=""),
                None,
                self._now(),
            ).kind
            for r in receipts
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

    def refresh_archive(self, account: Account, cancel: Cancel, *, thorough: bool = False) -> int:
        """Fetch what changed on the blog; see `Archive.refresh`."""
        with closing(self.connections.open(account)) as backend:
            return self.archive.refresh(account, backend, cancel, thorough=thorough)

    def pull(
        self,
        account: Account,
        cancel: Cancel,
        progress: Callable[[int, int], None] = lambda _n, _of: None,
        *,
        everything: bool = False,
        waits: Callable[[float], None] = lambda _seconds: None,
    ) -> Pulled:
        """Bring the blog's posts into the library; see `publishing.pull`. For a task."""
        from postdesk.publishing.pull import pull

        with closing(self.connections.open(account)) as backend:
            return pull(
                account,
                backend,
                self.library,
                self.receipts,
                self.journal,
                cancel,
                progress,
                everything=everything,
                waits=waits,
            )

    def bring_pictures(
        self,
        account: Account,
        cancel: Cancel,
        progress: Callable[[At], None] = lambda _at: None,
        document: Document | None = None,
    ) -> Brought:
        """Bring here the pictures that the blog's posts show, or one of them; see `publishing.bringing`. For a task.
        Raises `NotReady` for a post that the blog does not have."""
        from postdesk.publishing.bringing import Bringing

        bringing = Bringing(
            account, self.library, self.receipts, self.journal, self.connections.client,
            lambda: self.connections.open(account), cancel,
            rendered=lambda remote_id: self.archive.content(account.id, remote_id),
        )  # fmt: skip
        if document is None:
            return bringing.all(progress)
        receipt = self.engine.receipt(document.post.id, account.id)
        if receipt is None:
            raise NotReady(
                _("“{blog}” does not have this post.").format(blog=account.name),
                _("No picture was brought here."),
                _("Choose a blog that has it."),
            )
        return bringing.one(document, receipt, progress)

    def featured_copy(self, post_id: str, account: Account) -> str:
        """What the blog's own featured picture of a post is known by among the library's copies, "" for none."""
        from postdesk.library.blog_pictures import featured_key

        receipt = self.engine.receipt(post_id, account.id)
        base = self.receipts.base(receipt.base_hash) if receipt is not None and receipt.map_hash else None
        return featured_key(account.address, str(base_values(base or "").get("featured") or ""))

    def clear_pictures(self, cancel: Cancel) -> Cleared:
        """Remove copies of blogs' pictures that no post shows; see `publishing.clearing`. For a task."""
        from postdesk.publishing.clearing import clear_unused

        def rendered(receipt: Receipt) -> str:
            return self.archive.content(receipt.account_id, receipt.remote_id)

        return clear_unused(self.library, self.receipts, cancel, rendered)

    def change(self, document: Document, account: Account) -> Change:
        """What publishing would change in the content that the blog has. Reads pictures: for a task. Raises `NotReady`
        for a post that the blog does not have."""
        from postdesk.publishing.change import change_of

        collected = self._collect(document, Intent.UPDATE, account)
        receipt = self.engine.receipt(document.post.id, account.id)
        links = find_links(collected.linked, lambda post_id: self.engine.receipt(post_id, account.id))[0]
        return change_of(
            document.post, account, receipt, self.receipts, collected.pictures,
            lambda digest: self.journal.media(account.id, digest), links,
        )  # fmt: skip

    def conversion(self, document: Document, account: Account, form: Form) -> Conversion:
        """What converting the post would do; see `publishing.converting`. For a task. Raises `NotReady`."""
        from postdesk.publishing.converting import conversion_of, refuse_while_sent

        refuse_while_sent(document.post.id, account.id, self.running(), self.jobs(texts=False))
        receipt = self.engine.receipt(document.post.id, account.id)
        return conversion_of(document.post, account, receipt, self.receipts, form)

    def convert(self, conversion: Conversion) -> None:
        """Do it, once the new text is saved. Raises `NotReady` when the blog said something new meanwhile."""
        from postdesk.publishing.converting import convert, refuse_while_sent

        receipt = conversion.receipt
        refuse_while_sent(receipt.post_id, receipt.account_id, self.running(), self.jobs(texts=False))
        convert(self.receipts, conversion)

    def unconvert(self, post_id: str, account: Account) -> str | None:
        """Take a conversion back that did not go out yet; returns the text from before it, None where there is none."""
        from postdesk.publishing.converting import take_back

        receipt = self.engine.receipt(post_id, account.id)
        return take_back(self.receipts, receipt) if receipt is not None else None

    def follow_text(self, post: Post, account: Account) -> bool:
        """A text was saved: a conversion is taken back with it; whether one was. For a task."""
        from postdesk.publishing.converting import follow_text

        return follow_text(self.receipts, self._own_receipt(post.id, account.id), post.body)

    def blogs_version(
        self, document: Document, account: Account, cancel: Cancel, *, ask: bool = True
    ) -> BlogsVersion:
        """What the blog has of a post, to go back to; see `publishing.blogs_version`. For a task."""
        from postdesk.publishing.blogs_version import blogs_version

        return blogs_version(self, document, account, cancel, ask=ask)

    def settle_receipt(self, before: Receipt, after: Receipt) -> None:
        """Put what is known of a post once its text is saved, unless the blog said something new meanwhile."""
        if self.receipts.get(before.post_id, before.account_id) == before:
            self.receipts.put(after)

    def read_remote(self, account: Account, remote_id: str) -> RemotePost:
        """The post as the blog has it now (for a conflict shown side by side). For a task."""
        with closing(self.connections.open(account)) as backend:
            return backend.read(remote_id)

    # --- how a blog looks ------------------------------------------------------------------------------------------

    def appearances(self) -> Appearances:
        """The looks of blogs that are kept."""
        from postdesk.publishing.appearances import Appearances

        return Appearances(self.folders.data)

    def capture(
        self, account: Account, cancel: Cancel, progress: Callable[[int], None] = lambda _bytes: None
    ) -> Kept:
        """Fetch how the blog looks and keep it; see `publishing.capture`. For a task."""
        from postdesk.publishing.capture import capture

        with closing(self.connections.open(account)) as backend:
            posts = self.archive.posts(account.id) or backend.posts().posts
            captured = capture(account, backend.read, posts, self.connections.visitor(), cancel, progress)
        return self.appearances().put(account.id, captured)

    def kept_rendered(self, post_id: str, account: Account) -> dict[str, str]:
        """What the blog made of a post's cards when it was last asked; see `publishing.rendered`. For a task."""
        receipt = self._own_receipt(post_id, account.id)
        return self._renderings().get(account.id, receipt.remote_id) if receipt is not None else {}

    def kept_map(self, post_id: str, account: Account) -> str:
        """The map of a post that came from the blog (`Opened.to_json`), "" for one that was written here. For a
        task."""
        receipt = self._own_receipt(post_id, account.id)
        if receipt is None or not receipt.map_hash:
            return ""
        kept = self.receipts.base(receipt.map_hash)
        if kept is None:  # it is lost, and made again
            opened = opened_of(self.receipts, receipt)
            kept = opened.to_json() if opened is not None else ""
        return kept

    def fetch_rendered(self, post_id: str, body: str, account: Account) -> dict[str, str]:
        """Ask it again. For a task; nothing for a post that is not there, or has no card."""
        from postdesk.markup.rawcards import sources_in

        receipt = self._own_receipt(post_id, account.id)
        sources = tuple(sources_in(body)) if receipt is not None and self._is_on_net(account) else ()
        if receipt is None or not sources:
            return {}
        with closing(self.connections.open(account)) as backend:
            return self._renderings().fetch(account.id, receipt.remote_id, sources, backend.read)

    def _renderings(self) -> Renderings:
        from postdesk.publishing.rendered import Renderings

        return Renderings(self.folders.cache)

    # --- what happened --------------------------------------------------------------------------------------------

    def timeline(self, post_id: str) -> tuple[Entry, ...]:
        """What happened to a post on its way to its blogs, newest first, with what was asked and answered. Reads the
        history: for a task."""
        try:
            versions = self.library.versions(post_id)
            receipts = self.receipts.for_post(post_id)
        except LibraryError:
            versions, receipts = (), ()  # what can be told is told; where it matters, it is said
        first = min((v.at.timestamp() for v in versions), default=None)
        log = self.exchanges.of_jobs(self.journal.jobs_of(post_id))
        return timeline(post_id, self.journal.events(post_id), receipts, first, self.clock(), log)

    def forget_account(self, account_id: str) -> None:
        """An account was removed: what was asked of it and answered goes, too, and how it looks."""
        self.appearances().forget(account_id)
        self._renderings().forget(account_id)
        self.exchanges.forget(account_id)

    def close(self) -> None:
        """Let go of the journal and the log."""
        self.journal.close()
        self.exchanges.close()

    # --- how ------------------------------------------------------------------------------------------------------

    def _collect(
        self, document: Document, intent: Intent, account: Account, *, made: bool = False
    ) -> Collected:
        if intent not in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
            return Collected(())
        opened = opened_of(self.receipts, self.engine.receipt(document.post.id, account.id))
        return collect(
            document.post, lambda ref: self.library.resolve_picture(document.path, ref), opened,
            recipe=recipe_of(account), made=made,
        )  # fmt: skip

    def _original(self, document: Document) -> str:
        """The title of the post that a file is a conflict copy of, "" for any other file."""
        try:
            path = self.library.original_of(document.path)
            return (self.library.read(path).post.title or path.stem) if path is not None else ""
        except LibraryError:
            return ""  # it is gone meanwhile, or cannot be read: nobody can tell

    def _limits(self, account: Account) -> Limits:
        kind = self.registry.kind(account.kind)
        # A plug-in that was made before this was asked for does not say.
        free = kind.free_space(account) if hasattr(kind, "free_space") else None
        return limits_of(self.journal, account.id, free)

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

    def _taken(self, post: Post, account: Account, intent: Intent) -> tuple[Remark, ...]:
        """Whether its address is taken, as far as that is known here."""
        # The local site is quick to ask, and two posts of different months may have one slug there.
        if intent not in GOES_OUT or not self._is_on_net(account):
            return ()
        try:
            return self.already.taken_here(post, account, self.engine.receipt(post.id, account.id))
        except LibraryError:
            return ()

    def _is_on_net(self, account: Account) -> bool:
        return bool(getattr(self.registry.kind(account.kind), "needs_network", True))

    def _is_there(self, account: Account) -> Callable[[str], bool]:
        return lambda content_hash: self.journal.media(account.id, content_hash) is not None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def _refuse_empty(post: Post) -> None:
    if not post.title.strip() and not post.body.strip():
        raise NotReady(
            _("The post is empty."), _("Nothing was sent."), _("Write a title or some text first.")
        )


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
    exchanges = ExchangeLog(folders.state / "exchanges.db")
    archive = Archive(folders.data)
    outbox = Outbox(
        folders.state, journal, engine, receipts, clock, accounts.get, connections.open, exchanges
    )
    return Desk(
        folders, settings, library, receipts, recovery, accounts, passwords, registry, connections, journal, engine,
        outbox, archive, Already(archive, connections.open), LinkAnswers(http), exchanges, clock,
    )  # fmt: skip
