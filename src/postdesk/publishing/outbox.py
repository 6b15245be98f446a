"""The outbox: what waits to go out, when it is tried again, and the one process at a time that sends it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from postdesk.backends.base import Backend, RemotePost
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
from postdesk.core.receipt import Receipt
from postdesk.publishing.afterwards import after
from postdesk.publishing.copies import Copies
from postdesk.publishing.engine import Engine, sweep_again
from postdesk.publishing.job import Job, JobState, Reason, Sweep, new_job_id
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import Plan, Snapshot, marker_of
from postdesk.publishing.run import ConflictFound, Progress, ReceiptStore

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
    done); `remarks` what the blog made differently. `remote` is the post on the blog for a conflict. `next_try` is
    in seconds since the epoch, None when the writer has to do something first."""

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


class Outbox:
    """The outbox in `folder` (journal, lock, and its own copies of pictures).

    `accounts` gives an account by id; `open_backend` a connection (it raises `PasswordError` without a password).
    `clock` gives seconds since the epoch. All methods but `submit` and `run` are one short journal transaction
    (under 5 ms): for the window's thread. `submit` copies pictures, `run` talks to blogs: both belong into a task.
    """

    def __init__(
        self, folder: Path, journal: Journal, engine: Engine, receipts: ReceiptStore, clock: Callable[[], float],
        accounts: Callable[[str], Account | None], open_backend: Callable[[Account], Backend],
    ) -> None:  # fmt: skip
        self.journal = journal
        self._copies = Copies(folder / "outbox", clock)
        self._lock = folder / "outbox.lock"
        self._engine = engine
        self._receipts = receipts
        self._clock = clock
        self._accounts = accounts
        self._open_backend = open_backend
        self._sending = False
        lock = FileLock(self._lock)
        if lock.acquire():  # nobody sends: what is left running is what a crash left
            try:
                self.journal.release_running()
            finally:
                lock.release()

    def submit(self, plan: Plan, accepted: str = "") -> str:
        """Write the plan down and return its job's id; nothing is sent yet. Pictures are copied, so that the files
        may change or go. `accepted` is a revision that this text was merged with, and may write over. A job of the
        post that has not gone out yet takes this text instead. Raises `PictureRefused` when a picture changed since
        the plan was made, `LibraryError`s, `PublishError`."""
        snapshot = replace(
            plan.snapshot, pictures=tuple(self._copies.keep(p) for p in plan.snapshot.pictures)
        )
        now = self._clock()
        held = plan.hold_until.timestamp() if plan.hold_until else 0.0
        job = Job(
            new_job_id(), snapshot.post.id, plan.account.id, snapshot.post.title, plan.intent.value, JobState.WAITING,
            Reason.TIME if held else Reason.NEW, "", snapshot.to_json(), "", "", "", accepted, False, 0, now,
            held or now, (), "",
        )  # fmt: skip
        return self.journal.submit(job).id

    def jobs(self, *, unfinished: bool = True) -> tuple[Job, ...]:
        """What waits, runs, is paused or failed, oldest first; with `unfinished=False` also what is done."""
        return self.journal.jobs(unfinished=unfinished)

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

    def pause(self, job_id: str) -> None:
        """Keep a waiting job until the writer wants it tried."""
        job = self.journal.job(job_id)
        if job is not None and job.state is JobState.WAITING:
            self.journal.set_state(job_id, JobState.PAUSED, Reason.ASKED)

    def resume_account(self, account_id: str) -> None:
        """The account's password was mended: what was paused for it is due."""
        for job in self.jobs():
            if job.account_id == account_id and job.reason is Reason.SIGN_IN:
                self.journal.set_state(job.id, JobState.WAITING, Reason.NEW, due=self._clock(), tries=0)

    def network_is_back(self) -> None:
        """What waits for the network is due now."""
        self.journal.wake(ON_THE_LINE)

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
            self.retry_now(job_id)

    def next_due(self) -> float | None:
        """When `run` has something to do (seconds since the epoch, may be past), None for never."""
        now = self._clock()
        due = [
            max(self._due(j, now), self._held(j.account_id, now))
            for j in self.jobs()
            if j.state is JobState.WAITING
        ]
        due += [s.due for s in self.journal.sweeps()]
        if not self._sending and any(j.state is JobState.RUNNING for j in self.jobs()):
            due.append(now + _OTHERS)
        return min(due, default=None)

    def run(
        self,
        cancel: Cancel,
        progress: Callable[[Progress], None] = lambda _p: None,
        job_id: str | None = None,
    ) -> tuple[JobResult, ...]:
        """Send what is due, each job once; with `job_id` that one alone, due or not. One job's steps at a time.

        Returns () when another process is sending: it will see what was submitted. `cancel` stops between steps; what
        was not finished goes on at the next run. Raises `PublishError` when the journal cannot be written.
        """
        lock = FileLock(self._lock)
        if not lock.acquire():
            return ()
        open_ones: dict[str, Backend] = {}
        self._sending = True
        try:
            self.journal.release_running()
            results: list[JobResult] = []
            tried: set[str] = set()
            down: set[str] = set()
            wanted = {job_id} if job_id else None
            while not cancel.is_set:
                job = self._next(wanted, tried, down)
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
                self._sweep(open_ones, down)
            self._copies.tidy(self.jobs())
            return tuple(results)
        finally:
            self._sending = False
            for backend in open_ones.values():
                backend.close()
            lock.release()

    # --- how ----------------------------------------------------------------------------------------------------

    def _next(self, wanted: set[str] | None, tried: set[str], down: set[str]) -> Job | None:
        now = self._clock()
        for job in self.jobs():
            if job.id in tried or job.state is not JobState.WAITING or job.account_id in down:
                continue
            if wanted is not None:
                if job.id in wanted:
                    return job
            elif self._due(job, now) <= now and self._held(job.account_id, now) <= now:
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
        try:
            outcome = self._engine.run(
                job, self._backend(job.account_id, open_ones, cancel), cancel, progress
            )
        except PostDeskError as error:
            return self._failed(job, error), ""
        except Exception as error:  # a fault of the program must not take the other jobs with it
            _log.exception("Publishing stopped at a fault of the program")
            return self._failed(job, _broken(error)), ""
        address = outcome.receipt.address if outcome.receipt else ""
        following = self.journal.finish(job.id, outcome.remarks, address, outcome.sweep)
        result = replace(
            _result(job, ResultKind.DONE), remarks=outcome.remarks, address=address, receipt=outcome.receipt
        )
        return result, following.id if following else ""

    def _failed(self, job: Job, error: PostDeskError) -> JobResult:
        state, reason = after(error)
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
        self.journal.set_state(job.id, state, reason, error.sentence, due=due, tries=tries)
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
            backend = self._open_backend(account)
            if cancel is not None and isinstance(getattr(backend, "cancel", None), Cancel):
                backend.cancel = cancel  # type: ignore[attr-defined]  # a backend with slow calls looks at it
            open_ones[account_id] = backend
        return open_ones[account_id]

    def _sweep(self, open_ones: dict[str, Backend], down: set[str]) -> None:
        now = self._clock()
        for sweep in self.journal.sweeps():
            if sweep.due > now and sweep.due < now + _CLOCK_WENT_BACK:
                continue
            if sweep.account_id in down or self.journal.unfinished(sweep.post_id, sweep.account_id):
                continue  # a draft under the marker may be the one that is being made
            if self._accounts(sweep.account_id) is None:
                self.journal.swept(sweep)
                continue
            receipt = self._receipts.get(sweep.post_id, sweep.account_id)
            try:
                keep = receipt.remote_id if receipt else sweep.keep
                self._engine.sweep(replace(sweep, keep=keep), self._backend(sweep.account_id, open_ones))
            except PostDeskError as error:
                _log.info("Looking for twins failed: %s", error.happened)
                self.journal.swept(replace(sweep, left=sweep.left + 1), now + BACK_OFF[-1])
            else:
                self.journal.swept(sweep, sweep_again(sweep, now))


def snapshot_of(job: Job) -> Snapshot:
    """The newest text that the job has."""
    return Snapshot.from_json(job.later or job.snapshot)


def _result(job: Job, kind: ResultKind) -> JobResult:
    return JobResult(job.id, job.post_id, job.account_id, job.title, job.intent, kind)


def _broken(error: Exception) -> PostDeskError:
    return PublishError(
        _("The program met a fault of its own while publishing."),
        _("What was already sent is known; your text is safe, and nothing is repeated blindly."),
        _("Try again; if it happens once more, please report it with the log."),
        details=repr(error),
    )
