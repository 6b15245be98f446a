"""The outbox: what waits to go out, when it is tried again, and the one process at a time that sends it.

Long because what a job may be told and how it is sent are two halves of one set of rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from threading import Lock

from postdesk.backends.base import Backend, RemotePost, hear
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Busy,
    Cancelled,
    PostDeskError,
    PublishError,
    SettingsError,
)
from postdesk.core.language import _
from postdesk.core.lock import FileLock
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.afterwards import after
from postdesk.publishing.copies import Copies
from postdesk.publishing.differences import Difference
from postdesk.publishing.engine import UNTRASH, Engine
from postdesk.publishing.events import EventKind
from postdesk.publishing.exchanges import ExchangeLog
from postdesk.publishing.job import Job, JobState, Reason, Sweep, new_job_id
from postdesk.publishing.journal import Journal
from postdesk.publishing.looks import again, still_early, still_held
from postdesk.publishing.plan import Intent, Plan, Snapshot, marker_of
from postdesk.publishing.run import ConflictFound, Progress, ReceiptStore
from postdesk.publishing.running import Running, Sending
from postdesk.publishing.verify import Expected, expected_of

_log = logging.getLogger(__name__)

BACK_OFF = (5.0, 15.0, 60.0, 300.0, 900.0)
"""Seconds until the next try, by the number of tries so far; the last one for all that follow."""

_LONG = 3600.0  # a blog that asks for a longer wait than this is left until the writer says so
_OTHERS = 60.0  # seconds between looks whether another process that was sending has ended
_CLOCK_WENT_BACK = 2 * _LONG  # nothing but a chosen moment is due later than this

_SAME_FOR_ALL = (Reason.NETWORK, Reason.BUSY, Reason.SIGN_IN, Reason.UNKNOWN)
"""What the other jobs of a blog would meet too, so that they are left alone for this run."""

ON_THE_LINE = (Reason.NETWORK, Reason.UNKNOWN)
"""What waits for the network, and is tried at once when it is back."""


QUIET = 30.0
"""Seconds after her last change of a post that waits until it goes out: nothing half typed does."""

_PAUSED = "paused"  # what the journal remembers of no account in particular: the whole outbox is paused

WENT_LIVE = "went live"
"""The `intent` of a result that tells of no job: a scheduled post was looked up after its moment."""


class ResultKind(Enum):
    """How one try of a job ended."""

    DONE = "done"
    WAITING = "waiting"
    PAUSED = "paused"
    FAILED = "failed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class JobResult:
    """How one try of a job ended. `sentence` says what happened, whether anything went out and what to do ("" when
    done); `remarks` what the blog made differently, as sentences, and `told` the same as values; `expected` is what
    readers are meant to get, for a look as one of them (None where that cannot be asked). `remote` is the post on the
    blog for a conflict. `next_try` is in seconds since the epoch, None when the writer has to do something first."""

    job_id: str
    post_id: str
    account_id: str
    title: str
    intent: str
    kind: ResultKind
    sentence: str = ""
    remarks: tuple[str, ...] = ()
    address: str = ""
    receipt: Receipt | None = None
    remote: RemotePost | None = None
    next_try: float | None = None
    error: PostDeskError | None = None
    told: tuple[Difference, ...] = ()
    expected: Expected | None = None


class Outbox:
    """The outbox in `folder` (journal, lock, and its own copies of pictures).

    `accounts` gives an account by id; `open_backend` a connection (it raises `PasswordError` without a password).
    `clock` gives seconds since the epoch. All methods but `submit`, `renew` and `run` are one short journal
    transaction (under 5 ms): for the window's thread. `submit` and `renew` copy pictures, `run` talks to blogs: they
    belong into a task. Several threads may `run`, each another account: one account's jobs go one after the other.
    `exchanges` is where what was asked and answered is kept.
    """

    def __init__(
        self, folder: Path, journal: Journal, engine: Engine, receipts: ReceiptStore, clock: Callable[[], float],
        accounts: Callable[[str], Account | None], open_backend: Callable[[Account], Backend],
        exchanges: ExchangeLog | None = None,
    ) -> None:  # fmt: skip
        self.journal = journal
        self._copies = Copies(folder / "outbox", clock)
        self._lock = FileLock(folder / "outbox.lock")
        self._gate = Lock()  # guards the four below
        self._runs = 0
        self._taken: set[str] = set()  # accounts that a run of this process sends to
        self._sendings: dict[str, Sending] = {}
        self._others_at = 0.0  # when to look whether another process that was sending has ended
        self._engine = engine
        self._receipts = receipts
        self._clock = clock
        self._accounts = accounts
        self._open_backend = open_backend
        self._exchanges = exchanges
        journal.on_begin = self._begun
        with self._inside():  # where nobody sends, what is left running is what a crash left
            pass

    def submit(self, plan: Plan, accepted: str = "") -> str:
        """Write the plan down and return its job's id; nothing is sent yet. Pictures are copied, so that the files
        may change or go. `accepted` is a revision that this text was merged with, and may write over. A job of the
        post that has not gone out yet takes this text instead. Raises `PictureRefused` when a picture changed since
        the plan was made, `LibraryError`s, `PublishError`."""
        snapshot = self._copied(plan)
        now = self._clock()
        held = plan.hold_until.timestamp() if plan.hold_until else 0.0
        job = Job(
            new_job_id(), snapshot.post.id, plan.account.id, snapshot.post.title, plan.intent.value, JobState.WAITING,
            Reason.TIME if held else Reason.NEW, "", snapshot.to_json(), "", "", "", accepted, False, 0, now,
            held or now, (), "", now,
        )  # fmt: skip
        return self.journal.submit(job).id

    def renew(self, job_id: str, plan: Plan) -> bool:
        """Let a newer text take the place of the one that waits, which stays what it was in everything else, and goes
        out when she has left it alone for `QUIET` seconds; False when that is no newer one, or it is too late. Raises
        as `submit` does."""
        job = self.journal.job(job_id)
        if job is None:
            return False
        old, snapshot = snapshot_of(job), self._copied(plan)
        snapshot = replace(snapshot, intent=old.intent, keep_status=old.keep_status, map_hash=old.map_hash)
        if snapshot == replace(old, when=snapshot.when):
            return False
        if plan.hold_until is not None:  # she may have chosen another moment
            due, reason = plan.hold_until.timestamp(), Reason.TIME
        else:
            held = job.reason is Reason.TIME
            due = max(0.0 if held else job.due, self._clock() + QUIET)
            reason = Reason.NEW if held else job.reason
        return self.journal.renew(job_id, snapshot.post.title, snapshot.to_json(), due, reason)

    def jobs(self, *, unfinished: bool = True, texts: bool = True) -> tuple[Job, ...]:
        """What waits, runs, is paused or failed, oldest first; with `unfinished=False` also what is done. Without
        `texts` in a moment, however many there are (see `Journal.jobs`)."""
        return self.journal.jobs(unfinished=unfinished, texts=texts)

    def running(self) -> tuple[Running, ...]:
        """What is being sent by this process at this moment."""
        with self._gate:
            return tuple(s.now for s in self._sendings.values())

    def is_sent_elsewhere(self) -> bool:
        """Whether another process is sending: then it is the one that can be told to stop."""
        with self._gate:
            here = self._runs > 0  # then nobody else can
        return not here and any(j.state is JobState.RUNNING for j in self.jobs(texts=False))

    def take_back(self, job_id: str) -> None:
        """Take a job back. A draft that was already made on the blog goes to its trash by itself. Raises
        `PublishError` when it is being sent at this moment, or may be public already; a job that is over is no
        error."""
        job = self.journal.job(job_id)
        if job is None or job.state in (JobState.DONE, JobState.TAKEN_BACK):
            return
        receipt = self._receipts.get(job.post_id, job.account_id)
        never_live = receipt is None or receipt.published_at is None
        if never_live and any(
            a.step == "write" and a.outcome not in ("unsent", "refused")
            for a in self.journal.attempts(job_id)
        ):
            raise PublishError(
                _("“{title}” may be public already: the blog's answer got lost.").format(title=job.title),
                _("It stays in the outbox until that is known."),
                _("Wait for it to finish, then take the post offline."),
            )
        if not self.journal.take_back(job_id):
            raise PublishError(
                _("“{title}” is being sent at this moment.").format(title=job.title),
                _("It can't be taken back in the middle of a step."),
                _("Stop it first, or take the post offline when it is done."),
            )
        created = any(
            a.step == "create" and a.outcome not in ("unsent", "refused")
            for a in self.journal.attempts(job_id)
        )
        if never_live and (created or job.remote_id):
            self._receipts.remove(job.post_id, job.account_id)
            now = self._clock()
            self.journal.add_sweep(
                Sweep(0, job.account_id, job.post_id, marker_of(job.post_id), "", (), now, 1)
            )

    def retry_now(self, job_id: str) -> None:
        """Try a waiting, paused or failed job at the next run. When the account was refused, all its jobs wake up."""
        job = self.journal.job(job_id)
        if job is None or job.state in (JobState.DONE, JobState.TAKEN_BACK, JobState.RUNNING):
            return
        self.journal.hold(job.account_id, 0.0)
        if job.reason is Reason.SIGN_IN:
            self.resume_account(job.account_id)
        else:
            self.journal.set_state(job_id, JobState.WAITING, Reason.NEW, due=self._clock(), tries=0)

    def stop(self, job_id: str) -> None:
        """Stop a job that is being sent before its next step; it is paused then. Raises `PublishError` when the change
        that readers see is on its way already, or when another process sends it; one that does not run is no error."""
        with self._gate:
            sending = self._sendings.get(job_id)
        job = self.journal.job(job_id)
        if job is None or (sending is None and job.state is not JobState.RUNNING):
            return
        if sending is None:
            raise PublishError(
                _("Another Post Desk is sending “{title}” at this moment.").format(title=job.title),
                _("It can't be stopped from here."),
                _("Stop it in that window, or take the post offline when it is done."),
            )
        if not sending.stop():
            raise PublishError(
                _("“{title}” is being changed on the blog at this moment.").format(title=job.title),
                _("It can't be stopped any more; what comes now only looks whether it arrived whole."),
                _("When it is done, undo it, or take the post offline."),
            )

    def pause(self, job_id: str) -> None:
        """Keep a waiting job until the writer wants it to go on."""
        job = self.journal.job(job_id)
        if job is not None and job.state is JobState.WAITING:
            self.journal.set_state(job_id, JobState.PAUSED, Reason.ASKED)

    def resume(self, job_id: str) -> None:
        """Let a job that she paused go on: at once, or at the moment that she chose for it."""
        job = self.journal.job(job_id)
        if job is None or job.state is not JobState.PAUSED:
            return
        snapshot = Snapshot.from_json(job.snapshot)
        when = snapshot.when.timestamp() if snapshot.when and snapshot.intent is Intent.PUBLISH else 0.0
        if job.reason is Reason.ASKED and when > self._clock():
            self.journal.set_state(job_id, JobState.WAITING, Reason.TIME, due=when)
        else:
            self.retry_now(job_id)

    @property
    def is_paused(self) -> bool:
        """Whether nothing goes out by itself until she says so."""
        return self.journal.learnt("", _PAUSED) == "1"

    def pause_all(self) -> None:
        """Let nothing go out by itself, now and after the next start. What is being sent comes to its end."""
        self.journal.learn("", _PAUSED, "1")

    def resume_all(self) -> None:
        """Let the outbox go on."""
        self.journal.learn("", _PAUSED, "")

    def resume_account(self, account_id: str) -> None:
        """The account's password was mended: what was paused for it is due."""
        for job in self.jobs(texts=False):
            if job.account_id == account_id and job.reason is Reason.SIGN_IN:
                self.journal.set_state(job.id, JobState.WAITING, Reason.NEW, due=self._clock(), tries=0)

    def network_is_back(self, account_id: str = "") -> None:
        """What waits for the network is due now; with `account_id`, what waits for that blog."""
        self.journal.wake(ON_THE_LINE, account_id)

    def keep_mine(self, job_id: str, revision: str) -> None:
        """The writer has seen the post on the blog in state `revision` and decided that hers replaces it. Only
        that state is overwritten: a still newer one is a conflict again."""
        self.journal.note(job_id, accepted=revision)
        self.retry_now(job_id)

    def publish_as_new(self, job_id: str) -> None:
        """The post was deleted on the blog, and she wants it there again: forget where it was and make it anew."""
        job = self.journal.job(job_id)
        if job is not None and job.reason in (Reason.GONE, Reason.TRASHED):
            self._receipts.remove(job.post_id, job.account_id)
            self.journal.note(job_id, remote_id="", before="")
            self.journal.hold(job.account_id, 0.0)
            self.journal.set_state(
                job_id, JobState.WAITING, Reason.NEW, due=self._clock(), tries=0, told=EventKind.AS_NEW
            )

    def keep_as_draft(self, job_id: str) -> None:
        """The post was deleted on the blog, and that is how it shall be: it is a draft here again. Published once more,
        one that is in the blog's trash comes out of it."""
        job = self.journal.job(job_id)
        if job is None or job.reason not in (Reason.GONE, Reason.TRASHED):
            return
        receipt = self._receipts.get(job.post_id, job.account_id)
        if not self.journal.take_back(job_id):
            return
        if job.reason is Reason.TRASHED and receipt is not None:
            self._receipts.put(replace(receipt, status=Status.TRASHED))
        else:
            self._receipts.remove(job.post_id, job.account_id)

    def restore_there(self, job_id: str) -> None:
        """The post is in the blog's trash: bring it back there and send the text. Changed there since, it is a conflict
        all the same."""
        job = self.journal.job(job_id)
        if job is not None and job.reason is Reason.TRASHED:
            self.keep_mine(job_id, UNTRASH)

    def next_due(self) -> float | None:
        """When `run` has something to do (seconds since the epoch, may be past), None for never."""
        return min((due for _account_id, due in self._dues()), default=None)

    def due_accounts(self) -> tuple[str, ...]:
        """The accounts that `run` has something to do for at this moment, and that nothing is sent to yet. "" when
        another process that was sending may have ended."""
        now = self._clock()
        with self._gate:
            taken = set(self._taken)
        return tuple(dict.fromkeys(a for a, due in self._dues() if due <= now and a not in taken))

    def run(
        self,
        cancel: Cancel,
        progress: Callable[[Progress], None] = lambda _p: None,
        job_id: str | None = None,
        account_id: str | None = None,
    ) -> tuple[JobResult, ...]:
        """Send what is due, each job once; with `account_id` that of one account; with `job_id` that job alone, due or
        not, and whether the outbox is paused or not. The steps of a job come in their order, and so do the jobs of an
        account.

        Returns () when another process is sending: it will see what was submitted. `cancel` stops between steps; what
        was not finished goes on at the next run. Raises `PublishError` when the journal cannot be written.
        """
        open_ones: dict[str, Backend] = {}
        mine: set[str] = set()
        with self._inside() as sends:
            if not sends or (job_id is None and self.is_paused):
                return ()
            try:
                results: list[JobResult] = []
                tried: set[str] = set()
                down: set[str] = set()
                wanted = {job_id} if job_id else None
                while not cancel.is_set:
                    job = self._next(wanted, account_id, tried, down, mine)
                    if job is None:
                        break
                    tried.add(job.id)
                    result, following = self._try(job, open_ones, cancel, progress)
                    results.append(result)
                    if result.error is not None and after(result.error)[1] in _SAME_FOR_ALL:
                        down.add(job.account_id)
                    if following and wanted is not None:
                        wanted.add(following)
                if not cancel.is_set:
                    results += self._sweep(open_ones, account_id, down, mine, cancel)
                self._copies.tidy(self.jobs())
                return tuple(results)
            finally:
                for backend in open_ones.values():
                    backend.close()
                with self._gate:
                    self._taken -= mine

    # --- how ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _inside(self) -> Iterator[bool]:
        """While this process is the one that sends; False when another one is."""
        sends = self._enter()
        try:
            yield sends
        finally:
            if sends:
                with self._gate:
                    self._runs -= 1
                    if not self._runs:
                        self._lock.release()

    def _enter(self) -> bool:
        with self._gate:
            if not self._runs:
                if not self._lock.acquire():
                    self._others_at = self._clock() + _OTHERS
                    return False
                try:
                    self.journal.release_running()
                except BaseException:
                    self._lock.release()
                    raise
            self._runs += 1
            return True

    def _dues(self) -> list[tuple[str, float]]:
        """When something is due on which account; "" for a look whether another process has ended."""
        if self.is_paused:
            return []
        now = self._clock()
        jobs = self.jobs(texts=False)
        due = [
            (j.account_id, max(self._due(j, now), self._held(j.account_id, now)))
            for j in jobs
            if j.state is JobState.WAITING
        ]
        unfinished = {(j.post_id, j.account_id) for j in jobs}
        due += [
            (s.account_id, max(s.due, self._held(s.account_id, now)))
            for s in self.journal.sweeps()
            if (s.post_id, s.account_id) not in unfinished
        ]
        with self._gate:
            if not self._runs and any(j.state is JobState.RUNNING for j in jobs):
                self._others_at = min(self._others_at or now + _OTHERS, now + _OTHERS)
                due.append(("", self._others_at))
        return due

    def _take(self, account_id: str, mine: set[str]) -> bool:
        """Have an account for this run; False when another run sends to it."""
        with self._gate:
            if account_id not in mine and account_id in self._taken:
                return False
            self._taken.add(account_id)
            mine.add(account_id)
            return True

    def _begun(self, job_id: str, step: str) -> None:
        with self._gate:
            sending = self._sendings.get(job_id)
        if sending is not None:
            sending.begin(step)

    def _copied(self, plan: Plan) -> Snapshot:
        return replace(
            plan.snapshot, pictures=tuple(self._copies.keep(p) for p in plan.snapshot.pictures)
        )  # fmt: skip

    def _next(
        self, wanted: set[str] | None, account_id: str | None, tried: set[str], down: set[str], mine: set[str]
    ) -> Job | None:
        now = self._clock()
        for job in self.jobs(texts=False):
            if job.id in tried or job.state is not JobState.WAITING or job.account_id in down:
                continue
            if account_id is not None and job.account_id != account_id:
                continue
            if wanted is not None:
                ready = job.id in wanted
            else:
                ready = self._due(job, now) <= now and self._held(job.account_id, now) <= now
            if ready and self._take(job.account_id, mine):
                return job
        return None

    @staticmethod
    def _due(job: Job, now: float) -> float:
        # A clock that was set back must not make a job wait for years.
        return job.due if job.reason is Reason.TIME or job.due < now + _CLOCK_WENT_BACK else now

    def _held(self, account_id: str, now: float) -> float:
        until = self.journal.held_until(account_id)
        return until if until < now + _CLOCK_WENT_BACK else 0.0

    def _try(
        self, job: Job, open_ones: dict[str, Backend], cancel: Cancel, progress: Callable[[Progress], None]
    ) -> tuple[JobResult, str]:
        """One try of one job: its result, and the id of the job that a newer text became ("" for none)."""
        claimed = self.journal.claim(job.id)
        if claimed is None:
            return _result(job, ResultKind.WAITING), ""
        job = claimed
        sending = Sending(job, cancel)

        def told(step: Progress) -> None:
            sending.tell(step)
            progress(step)

        with self._gate:
            self._sendings[job.id] = sending
        try:
            backend = self._backend(job.account_id, open_ones, sending.cancel)
            with self._recorded(job):
                outcome = self._engine.run(job, backend, sending.cancel, told)
        except PostDeskError as error:
            return self._failed(job, error, sending), ""
        except Exception as error:  # a fault of the program must not take the other jobs with it
            _log.exception("Publishing stopped at a fault of the program")
            return self._failed(job, _broken(error), sending), ""
        finally:
            with self._gate:
                del self._sendings[job.id]
        address = outcome.receipt.address if outcome.receipt else ""
        following = self.journal.finish(job.id, outcome.written_down, address, outcome.sweep)
        if any(j.account_id == job.account_id and j.reason in ON_THE_LINE for j in self.jobs(texts=False)):
            self.journal.wake(ON_THE_LINE, job.account_id)  # the blog answers
        result = replace(
            _result(job, ResultKind.DONE), remarks=outcome.remarks, address=address, receipt=outcome.receipt,
            told=outcome.told, expected=outcome.expected,
        )  # fmt: skip
        return result, following.id if following else ""

    def _recorded(self, job: Job) -> AbstractContextManager[object]:
        if self._exchanges is None:
            return nullcontext()
        return self._exchanges.recording(job, self.journal.last_event(job.id))

    def _failed(self, job: Job, error: PostDeskError, sending: Sending) -> JobResult:
        state, reason = after(error)
        told: EventKind | None = None
        if sending.stopped and state is JobState.WAITING:
            state, reason, told = JobState.PAUSED, Reason.ASKED, EventKind.STOPPED
            error = _stopped()
        now = self._clock()
        tries = job.tries + 1
        due = now if isinstance(error, Cancelled) else now + BACK_OFF[min(job.tries, len(BACK_OFF) - 1)]
        if isinstance(error, Busy):
            if error.wait is not None:
                due = now + max(1.0, error.wait)
            if due - now > _LONG:
                state = JobState.PAUSED
            else:
                self.journal.hold(job.account_id, due)
        self.journal.set_state(
            job.id, state, reason, error.sentence, due=due, tries=tries, told=told, words=error.happened
        )
        if reason in ON_THE_LINE:
            # Of the others nothing was sent, whatever became of this one.
            others = error.sentence if reason is Reason.NETWORK else _no_clear_answer().sentence
            self.journal.put_off(job.account_id, Reason.NETWORK, others, due)
        if reason is Reason.SIGN_IN:
            self.journal.move_account(job.account_id, (JobState.WAITING,), state, reason, error.sentence)
        kind = ResultKind.CONFLICT if reason is Reason.CONFLICT else ResultKind(state.value)
        return replace(
            _result(job, kind), sentence=error.sentence, error=error,
            remote=error.remote if isinstance(error, ConflictFound) else None,
            next_try=due if state is JobState.WAITING else None,
        )  # fmt: skip

    def _backend(
        self, account_id: str, open_ones: dict[str, Backend], cancel: Cancel | None = None
    ) -> Backend:
        if account_id not in open_ones:
            account = self._accounts(account_id)
            if account is None:
                raise SettingsError(
                    _("The blog that this post was to go to is not in the list any more."),
                    _("Nothing was sent; your text is safe."),
                    _("Add the blog again, or take the post back."),
                )
            open_ones[account_id] = self._open_backend(account)
        backend = open_ones[account_id]
        if cancel is not None:
            hear(backend, cancel)
        return backend

    def _sweep(
        self, open_ones: dict[str, Backend], account_id: str | None, down: set[str], mine: set[str], cancel: Cancel
    ) -> list[JobResult]:  # fmt: skip
        """The looks that are due; what there is to tell of scheduled posts."""
        now = self._clock()
        results: list[JobResult] = []
        for sweep in self.journal.sweeps():
            if account_id not in (None, sweep.account_id):
                continue
            if sweep.due > now and (not sweep.marker or sweep.due < now + _CLOCK_WENT_BACK):
                continue
            if sweep.account_id in down or self._held(sweep.account_id, now) > now:
                continue
            if self.journal.unfinished(sweep.post_id, sweep.account_id):
                continue  # a draft under the marker may be the one that is being made
            if not self._take(sweep.account_id, mine):
                continue
            if self._accounts(sweep.account_id) is None:
                self.journal.swept(sweep)
                continue
            receipt = self._receipts.get(sweep.post_id, sweep.account_id)
            try:
                if not sweep.marker:
                    results += self._look_live(sweep, self._backend(sweep.account_id, open_ones, cancel), now)
                    continue
                keep = receipt.remote_id if receipt else sweep.keep
                self._engine.sweep(
                    replace(sweep, keep=keep), self._backend(sweep.account_id, open_ones, cancel)
                )
            except PostDeskError as error:
                _log.info("Looking for twins failed: %s", error.happened)
                self.journal.swept(replace(sweep, left=sweep.left + 1), now + BACK_OFF[-1])
            else:
                self.journal.swept(sweep, again(sweep, now))
        return results

    def _look_live(self, sweep: Sweep, backend: Backend, now: float) -> tuple[JobResult, ...]:
        """What there is to tell of a scheduled post after its moment."""
        seen = self._engine.went_live(sweep, backend)
        live = seen is not None and seen[0].status is Status.PUBLISHED
        early = 0.0 if seen is None or live else still_early(seen[0], backend, now)
        if early:
            self.journal.swept(sweep, now + early if sweep.left else None)
            return ()
        self.journal.swept(sweep, None if live or seen is None else again(sweep, now))
        if seen is None or not (live or sweep.left == 1):
            return ()
        there, receipt = seen
        late = "" if live else still_held(there, receipt, backend.account.name)
        return (
            JobResult(
                "", sweep.post_id, sweep.account_id, there.title, WENT_LIVE, ResultKind.DONE, late,
                address=receipt.address, receipt=receipt,
                expected=expected_of(there, receipt, "", ()) if live else None,
            ),
        )  # fmt: skip


def snapshot_of(job: Job) -> Snapshot:
    """The newest text that the job has."""
    return Snapshot.from_json(job.later or job.snapshot)


def _result(job: Job, kind: ResultKind) -> JobResult:
    return JobResult(job.id, job.post_id, job.account_id, job.title, job.intent, kind)


def _no_clear_answer() -> PublishError:
    return PublishError(
        _("The blog gives no clear answer at the moment."),
        _("Nothing of this post was sent."),
        _("It goes out by itself when the blog answers."),
    )


def _stopped() -> PublishError:
    return PublishError(
        _("You stopped it."),
        _("Nothing that readers see was changed; pictures that are on the blog already stay there."),
        _("Let it go on, or take it back."),
    )


def _broken(error: Exception) -> PostDeskError:
    return PublishError(
        _("The program met a fault of its own while publishing."),
        _("What was already sent is known; your text is safe, and nothing is repeated blindly."),
        _("Try again; if it happens once more, please report it with the log."),
        details=repr(error),
    )
