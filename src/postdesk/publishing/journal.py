"""The journal: what was asked for and every step towards it, on the disk before anything is sent (SQLite).

One row per job with its snapshot, one per attempt of a step (written before the request leaves, completed by its
answer), the ledger of uploaded media, and what is still to be swept. It is a memory, not the truth: a journal that is
lost is rebuilt empty, and the engine then finds on the blog and in the receipts what was already done.

One connection, guarded by a lock: any thread may call, each call is one short transaction. Times are seconds since
the epoch.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from postdesk.core.errors import PublishError
from postdesk.core.language import _
from postdesk.core.receipt import MediaReceipt
from postdesk.publishing.job import Attempt, Job, JobState, Reason, Sweep, new_job_id

_VERSION = 1
_SCHEMA = """
create table jobs(
  id text primary key, post_id text not null, account_id text not null, title text not null, intent text not null,
  state text not null, reason text not null, sentence text not null default '', snapshot text not null,
  later text not null default '', remote_id text not null default '', before text not null default '',
  accepted text not null default '', uncertain integer not null default 0, tries integer not null default 0,
  made real not null, due real not null, remarks text not null default '[]', address text not null default ''
);
create unique index one_unfinished on jobs(post_id, account_id) where state not in ('done', 'taken back');
create index by_account on jobs(account_id, made);
create table attempts(
  id integer primary key, job_id text not null, step text not null, began real not null, ended real,
  outcome text not null default '', sent text not null default '', answer text not null default ''
);
create index by_job on attempts(job_id);
create table media(
  account_id text not null, content_hash text not null, remote_id text not null, address text not null,
  width integer not null, height integer not null, primary key(account_id, content_hash)
);
create table sweeps(
  id integer primary key, account_id text not null, post_id text not null, marker text not null, keep text not null,
  hashes text not null, due real not null, left integer not null default 0
);
create table holds(account_id text primary key, until real not null);
"""
_JOB = (
    "id, post_id, account_id, title, intent, state, reason, sentence, snapshot, later, remote_id, before, accepted,"
    " uncertain, tries, made, due, remarks, address"
)
_UNFINISHED = "state not in ('done', 'taken back')"
_KEPT_DONE = 500  # finished jobs kept for the timeline


class Journal:
    """The journal file at `path`; made when missing, set aside when it cannot be read (`remark` then says so).

    `clock` gives seconds since the epoch. `on_write` is told "before <what>" and "after <what>" around every commit
    (tests end the process there). Every method raises `PublishError` when the disk or the file fails: no journal, no
    request.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float], on_write: Callable[[str], None] = lambda _moment: None
    ) -> None:
        self.path = path
        self.remark = ""
        self._clock = clock
        self._on_write = on_write
        self._lock = RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._db = self._open()
            except sqlite3.DatabaseError as error:
                # A lock or an unwritable folder is not damage: setting the file aside would forget what waits.
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._set_aside()
                self._db = self._open()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error

    # --- jobs ---------------------------------------------------------------------------------------------------

    def submit(self, job: Job) -> Job:
        """Write the job down and return it as it is now. An unfinished one of the same post and blog takes the new text
        instead (it goes out once): at once when it does not run, as `later` when it does."""
        with self._write("submit") as db:
            row = db.execute(
                f"select {_JOB} from jobs where post_id=? and account_id=? and {_UNFINISHED}",  # noqa: S608  constants
                (job.post_id, job.account_id),
            ).fetchone()
            if row is None:
                marks = ",".join("?" * 19)
                db.execute(f"insert into jobs({_JOB}) values({marks})", _values(job))
                return job
            there = _job(row)
            if there.state is JobState.RUNNING:
                db.execute("update jobs set later=? where id=?", (job.snapshot, there.id))
            else:
                db.execute(
                    "update jobs set title=?, intent=?, snapshot=?, state=?, reason=?, sentence='', due=?, tries=0,"
                    " accepted='', later='' where id=?",
                    (
                        job.title,
                        job.intent,
                        job.snapshot,
                        job.state.value,
                        job.reason.value,
                        job.due,
                        there.id,
                    ),
                )
            return self._get(there.id)

    def jobs(self, *, unfinished: bool = False) -> tuple[Job, ...]:
        """All jobs, oldest first; `unfinished`: only those that something is still to happen with."""
        where = f"where {_UNFINISHED}" if unfinished else ""
        with self._read() as db:
            rows = db.execute(f"select {_JOB} from jobs {where} order by made, rowid").fetchall()  # noqa: S608  constants
        return tuple(_job(r) for r in rows)

    def job(self, job_id: str) -> Job | None:
        """The job, or None."""
        with self._read() as db:
            row = db.execute(f"select {_JOB} from jobs where id=?", (job_id,)).fetchone()  # noqa: S608  constants
        return _job(row) if row else None

    def unfinished(self, post_id: str, account_id: str) -> Job | None:
        """The one unfinished job of a post on a blog, or None."""
        with self._read() as db:
            row = db.execute(
                f"select {_JOB} from jobs where post_id=? and account_id=? and {_UNFINISHED}",  # noqa: S608  constants
                (post_id, account_id),
            ).fetchone()
        return _job(row) if row else None

    def set_state(
        self,
        job_id: str,
        state: JobState,
        reason: Reason = Reason.NONE,
        sentence: str = "",
        *,
        due: float | None = None,
        tries: int | None = None,
    ) -> None:
        """Move a job on; `due` and `tries` stay as they are when None. A newer text that came while it ran takes
        the place of the one that did not go out."""
        with self._write(f"state {state.value}") as db:
            job = self._get(job_id)
            if job.later:
                values = json.loads(job.later)
                db.execute(
                    "update jobs set snapshot=later, later='', title=?, intent=? where id=?",
                    (values["post"]["title"], values["intent"], job_id),
                )
            db.execute(
                "update jobs set state=?, reason=?, sentence=?, due=coalesce(?, due), tries=coalesce(?, tries)"
                " where id=?",
                (state.value, reason.value, sentence, due, tries, job_id),
            )

    def claim(self, job_id: str) -> Job | None:
        """Take a waiting job to run it; None when it is not waiting any more (taken back a moment ago)."""
        with self._write("claim") as db:
            changed = db.execute(
                "update jobs set state='running', reason='', sentence='' where id=? and state='waiting'",
                (job_id,),
            ).rowcount
            return self._get(job_id) if changed else None

    def take_back(self, job_id: str) -> bool:
        """End a job that does not run; False when it runs, or is finished."""
        with self._write("take back") as db:
            return bool(
                db.execute(
                    "update jobs set state='taken back', reason='', sentence='' where id=?"
                    " and state in ('waiting', 'paused', 'failed')",
                    (job_id,),
                ).rowcount
            )

    def release_running(self) -> None:
        """What an ended process left running waits again. Only for the one process that holds the outbox's lock."""
        with self._write("release") as db:
            db.execute(
                "update jobs set state='waiting', reason='unknown', due=? where state='running'",
                (self._clock(),),
            )

    def move_account(
        self, account_id: str, states: tuple[JobState, ...], to: JobState, reason: Reason, sentence: str
    ) -> None:
        """Move every job of an account that is in one of `states`, due now."""
        marks = ",".join("?" * len(states))
        with self._write(f"account {to.value}") as db:
            db.execute(
                f"update jobs set state=?, reason=?, sentence=?, due=? where account_id=? and state in ({marks})",  # noqa: S608
                (to.value, reason.value, sentence, self._clock(), account_id, *(s.value for s in states)),
            )

    def wake(self, reasons: tuple[Reason, ...]) -> None:
        """Every job that waits for one of `reasons` is due now."""
        marks = ",".join("?" * len(reasons))
        with self._write("wake") as db:
            db.execute(
                f"update jobs set due=? where state='waiting' and reason in ({marks})",  # noqa: S608  question marks
                (self._clock(), *(r.value for r in reasons)),
            )

    def finish(
        self, job_id: str, remarks: tuple[str, ...], address: str, sweep: Sweep | None = None
    ) -> Job | None:
        """The job is done. A newer text that came meanwhile becomes a job of its own, which is returned."""
        with self._write("finish") as db:
            job = self._get(job_id)
            db.execute(
                "update jobs set state='done', reason='', sentence='', remarks=?, address=?, later='' where id=?",
                (json.dumps(remarks, ensure_ascii=False), address, job_id),
            )
            if sweep is not None:
                self._add_sweep(db, sweep)
            db.execute(
                f"delete from jobs where not {_UNFINISHED} and id not in"  # noqa: S608  constants
                f" (select id from jobs where not {_UNFINISHED} order by made desc limit {_KEPT_DONE})"
            )
            db.execute("delete from attempts where job_id not in (select id from jobs)")
            if not job.later:
                return None
            values = json.loads(job.later)
            now = self._clock()
            following = Job(
                new_job_id(), job.post_id, job.account_id, values["post"]["title"], values["intent"], JobState.WAITING,
                Reason.NEW, "", job.later, "", job.remote_id, "", "", False, 0, now, now, (), "",
            )  # fmt: skip
            marks = ",".join("?" * 19)
            db.execute(f"insert into jobs({_JOB}) values({marks})", _values(following))
            return following

    def note(self, job_id: str, *, remote_id: str | None = None, before: str | None = None, accepted: str | None = None,
             uncertain: bool | None = None) -> None:  # fmt: skip
        """Remember about a job what is not None."""
        with self._write("note") as db:
            db.execute(
                "update jobs set remote_id=coalesce(?, remote_id), before=coalesce(?, before),"
                " accepted=coalesce(?, accepted), uncertain=coalesce(?, uncertain) where id=?",
                (remote_id, before, accepted, uncertain, job_id),
            )

    # --- steps --------------------------------------------------------------------------------------------------

    def begin(self, job_id: str, step: str, sent: str = "") -> int:
        """Write down that a step is about to be sent; returns the attempt's number for `end`."""
        with self._write(f"begin {step}") as db:
            cursor = db.execute(
                "insert into attempts(job_id, step, began, sent) values(?,?,?,?)",
                (job_id, step, self._clock(), sent),
            )
            return int(cursor.lastrowid or 0)

    def end(self, attempt: int, outcome: str, answer: str = "", *, remote_id: str | None = None) -> None:
        """Write down how it ended ("done", "unknown", "unsent", "refused"), and in the same commit what post it
        made."""
        with self._write(f"end {outcome}") as db:
            db.execute(
                "update attempts set ended=?, outcome=?, answer=? where id=?",
                (self._clock(), outcome, answer[:2000], attempt),
            )
            if remote_id is not None:
                db.execute(
                    "update jobs set remote_id=? where id=(select job_id from attempts where id=?)",
                    (remote_id, attempt),
                )

    def attempts(self, job_id: str) -> tuple[Attempt, ...]:
        """Every attempt of a job's steps, in order."""
        with self._read() as db:
            rows = db.execute(
                "select id, job_id, step, outcome, sent, answer from attempts where job_id=? order by id",
                (job_id,),
            ).fetchall()
        return tuple(Attempt(*r) for r in rows)

    def tried(self, job: Job) -> tuple[str, ...]:
        """What this job may have set on the blog (JSON, oldest first), and what earlier jobs of the post set
        without ever hearing an answer: it may arrive late."""
        with self._read() as db:
            rows = db.execute(
                "select a.sent from attempts a join jobs j on j.id = a.job_id where j.post_id=? and j.account_id=?"
                " and a.sent != '' and a.outcome not in ('unsent', 'refused')"
                " and (a.job_id=? or a.outcome in ('', 'unknown')) order by a.id",
                (job.post_id, job.account_id, job.id),
            ).fetchall()
        return tuple(r[0] for r in rows)

    # --- media and sweeps ---------------------------------------------------------------------------------------

    def media(self, account_id: str, content_hash: str) -> MediaReceipt | None:
        """The ledger's entry for a content on a blog, or None."""
        with self._read() as db:
            row = db.execute(
                "select content_hash, remote_id, address, width, height from media"
                " where account_id=? and content_hash=?",
                (account_id, content_hash),
            ).fetchone()
        return MediaReceipt(*row) if row else None

    def put_media(self, account_id: str, media: MediaReceipt) -> None:
        """Enter a file into the ledger."""
        with self._write("media") as db:
            db.execute(
                "insert or replace into media values(?,?,?,?,?,?)",
                (account_id, media.content_hash, media.remote_id, media.address, media.width, media.height),
            )

    def drop_media(self, account_id: str, content_hash: str) -> None:
        """Take a file out of the ledger: the blog does not have it any more."""
        with self._write("drop media") as db:
            db.execute("delete from media where account_id=? and content_hash=?", (account_id, content_hash))

    def add_sweep(self, sweep: Sweep) -> None:
        """Remember to look for twins later (`id` is given here)."""
        with self._write("sweep") as db:
            self._add_sweep(db, sweep)

    def sweeps(self) -> tuple[Sweep, ...]:
        """The looks that are still to come, soonest first."""
        with self._read() as db:
            rows = db.execute(
                "select id, account_id, post_id, marker, keep, hashes, due, left from sweeps order by due"
            ).fetchall()
        return tuple(Sweep(r[0], r[1], r[2], r[3], r[4], tuple(json.loads(r[5])), r[6], r[7]) for r in rows)

    def swept(self, sweep: Sweep, again: float | None = None) -> None:
        """One look is over; `again` is when to look once more (None: never)."""
        with self._write("swept") as db:
            if again is None:
                db.execute("delete from sweeps where id=?", (sweep.id,))
            else:
                db.execute("update sweeps set due=?, left=? where id=?", (again, sweep.left - 1, sweep.id))

    # --- holds --------------------------------------------------------------------------------------------------

    def hold(self, account_id: str, until: float) -> None:
        """Send nothing to that blog before `until`."""
        with self._write("hold") as db:
            db.execute("insert or replace into holds values(?,?)", (account_id, until))

    def held_until(self, account_id: str) -> float:
        """Until when nothing is sent to that blog; 0.0 for no hold."""
        with self._read() as db:
            row = db.execute("select until from holds where account_id=?", (account_id,)).fetchone()
        return float(row[0]) if row else 0.0

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    # --- how ----------------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # drafts are nobody else's business
        db = sqlite3.connect(self.path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("pragma synchronous=full")
            if db.execute("pragma quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check failed")
            version = db.execute("pragma user_version").fetchone()[0]
            if version == 0:
                db.execute("begin immediate")
                if db.execute("pragma user_version").fetchone()[0] == 0:  # nobody else made it meanwhile
                    for statement in _SCHEMA.split(";\n"):
                        db.execute(statement)
                    db.execute(f"pragma user_version={_VERSION}")
                db.execute("commit")
            elif version != _VERSION:
                raise sqlite3.DatabaseError(f"unknown version {version}")
            db.execute(f"select {_JOB} from jobs limit 1")  # noqa: S608  constants
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self) -> None:
        stamp = f"{int(self._clock())}-{secrets.token_hex(2)}"
        for ending in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + ending)
            if part.exists():
                part.rename(self.path.with_name(f"{self.path.stem}.broken-{stamp}.db{ending}"))
        self.remark = _(
            "The list of what waits to be published could not be read and was put aside. Nothing is sent again by "
            "itself; your texts are safe. Posts that were waiting are drafts again: publish them once more, and what "
            "had already gone out is found on the blog."
        )

    @contextmanager
    def _write(self, what: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._on_write(f"before {what}")
            try:
                self._db.execute("begin immediate")
                try:
                    yield self._db
                    self._db.execute("commit")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("rollback")
                    raise
            except (OSError, sqlite3.Error) as error:
                raise _unusable(self.path, error) from error
            self._on_write(f"after {what}")

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error

    def _get(self, job_id: str) -> Job:
        return _job(self._db.execute(f"select {_JOB} from jobs where id=?", (job_id,)).fetchone())  # noqa: S608  constants

    @staticmethod
    def _add_sweep(db: sqlite3.Connection, sweep: Sweep) -> None:
        db.execute(
            "insert into sweeps(account_id, post_id, marker, keep, hashes, due, left) values(?,?,?,?,?,?,?)",
            (
                sweep.account_id,
                sweep.post_id,
                sweep.marker,
                sweep.keep,
                json.dumps(sweep.hashes),
                sweep.due,
                sweep.left,
            ),
        )


def _values(job: Job) -> tuple[Any, ...]:
    return (
        job.id, job.post_id, job.account_id, job.title, job.intent, job.state.value, job.reason.value, job.sentence,
        job.snapshot, job.later, job.remote_id, job.before, job.accepted, int(job.uncertain), job.tries, job.made,
        job.due, json.dumps(job.remarks, ensure_ascii=False), job.address,
    )  # fmt: skip


def _job(row: tuple[Any, ...]) -> Job:
    values: list[Any] = list(row)
    values[5], values[6], values[13] = JobState(row[5]), Reason(row[6]), bool(row[13])
    values[17] = tuple(json.loads(row[17]))
    return Job(*values)


def _unusable(path: Path, error: Exception) -> PublishError:
    return PublishError(
        _("The list of what waits to be published cannot be written: {reason}.").format(reason=error),
        _("Nothing was sent; your text is safe."),
        _(
            "Make sure that the disk is not full and that the folder {folder} may be written, then try again."
        ).format(folder=path.parent),
        details=repr(error),
    )
