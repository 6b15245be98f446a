"""The journal: what was asked for and every step towards it, on the disk before anything is sent (SQLite).

One row per job with its snapshot, one per attempt of a step (written before the request leaves, completed by its
answer), the ledger of uploaded media, what is still to be swept, and what happened, for people (`events`). It is a
memory, not the truth: a journal that is lost is rebuilt empty, and the engine then finds on the blog and in the
receipts what was already done.

One connection, guarded by a lock: any thread may call, each call is one short transaction. Times are seconds since
the epoch. Long because each statement stands beside what it means.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from postdesk.core.receipt import MediaReceipt
from postdesk.publishing import events
from postdesk.publishing.events import Event, EventKind
from postdesk.publishing.job import Attempt, Job, JobState, Reason, Sweep, new_job_id
from postdesk.publishing.journal_file import JournalFile

_JOB = (
    "id, post_id, account_id, title, intent, state, reason, sentence, snapshot, later, remote_id, before, accepted,"
    " uncertain, tries, made, due, remarks, address, since"
)
_MARKS = ",".join("?" * 20)
_LIGHT = _JOB.replace("snapshot, later,", "'', '',").replace("before,", "'',")
_UNFINISHED = "state not in ('done', 'taken back')"
_KEPT_DONE = 500  # finished jobs kept for undo, and for what arrives late


class Journal:
    """The journal file at `path`; made when missing, set aside when it cannot be read (`remark` then says so).

    `clock` gives seconds since the epoch. `on_begin(job_id, step)` is told before an attempt is written down, and may
    raise to prevent it. `on_write` is told "before <what>" and "after <what>" around every commit
    (tests end the process there). Every method raises `PublishError` when the disk or the file fails: no journal, no
    request.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float], on_write: Callable[[str], None] = lambda _moment: None
    ) -> None:
        self.path = path
        self._clock = clock
        self.on_begin: Callable[[str, str], None] = lambda _job_id, _step: None
        self._file = JournalFile(path, clock, on_write, f"select {_JOB} from jobs limit 1")  # noqa: S608  constants
        self.remark = self._file.remark

    # --- jobs ---------------------------------------------------------------------------------------------------

    def submit(self, job: Job) -> Job:
        """Write the job down and return it as it is now. An unfinished one of the same post and blog takes the new text
        instead (it goes out once): at once when it does not run, as `later` when it does."""
        with self._file.write("submit") as db:
            row = db.execute(
                f"select {_JOB} from jobs where post_id=? and account_id=? and {_UNFINISHED}",  # noqa: S608  constants
                (job.post_id, job.account_id),
            ).fetchone()
            if row is None:
                self._insert(db, job)
                return job
            there = _job(row)
            merged = there.reason is Reason.CONFLICT
            events.add(db, self._clock(), there, EventKind.MERGED if merged else EventKind.RENEWED)
            if there.state is JobState.RUNNING:
                db.execute("update jobs set later=? where id=?", (job.snapshot, there.id))
            else:
                db.execute(
                    "update jobs set title=?, intent=?, snapshot=?, state=?, reason=?, sentence='', due=?, tries=0,"
                    " accepted=?, later='', since=? where id=?",
                    (
                        job.title,
                        job.intent,
                        job.snapshot,
                        job.state.value,
                        job.reason.value,
                        job.due,
                        job.accepted,
                        self._clock(),
                        there.id,
                    ),
                )
            return self._get(db, there.id)

    def renew(self, job_id: str, title: str, snapshot: str, due: float, reason: Reason) -> bool:
        """A newer text for a job that has not gone out; where it waits, it waits for `reason` until `due` now. False
        when it runs, is over, or is a conflict to be decided."""
        with self._file.write("renew") as db:
            row = db.execute(
                f"select {_JOB} from jobs where id=? and state in ('waiting', 'paused', 'failed')"  # noqa: S608  constants
                " and reason not in ('conflict', 'gone', 'trashed')",
                (job_id,),
            ).fetchone()
            if row is None:
                return False
            db.execute(
                "update jobs set title=?, snapshot=?, later='', due=?,"
                " reason=case when state='waiting' then ? else reason end where id=?",
                (title, snapshot, due, reason.value, job_id),
            )
            last = db.execute(
                "select kind from events where job_id=? order by id desc limit 1", (job_id,)
            ).fetchone()
            if last is None or last[0] != EventKind.RENEWED.value:  # every pause in her typing is no news
                events.add(db, self._clock(), _job(row), EventKind.RENEWED)
            return True

    def jobs(self, *, unfinished: bool = False, texts: bool = True) -> tuple[Job, ...]:
        """All jobs, oldest first; `unfinished`: only those that something is still to happen with. Without `texts`,
        `snapshot`, `later` and `before` are left out ("")."""
        where = f"where {_UNFINISHED}" if unfinished else ""
        columns = _JOB if texts else _LIGHT
        with self._file.read() as db:
            rows = db.execute(f"select {columns} from jobs {where} order by made, rowid").fetchall()  # noqa: S608  constants
        return tuple(_job(r) for r in rows)

    def job(self, job_id: str) -> Job | None:
        """The job, or None."""
        with self._file.read() as db:
            row = db.execute(f"select {_JOB} from jobs where id=?", (job_id,)).fetchone()  # noqa: S608  constants
        return _job(row) if row else None

    def unfinished(self, post_id: str, account_id: str) -> Job | None:
        """The one unfinished job of a post on a blog, or None."""
        with self._file.read() as db:
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
        told: EventKind | None = None,
        words: str | None = None,
    ) -> None:
        """Move a job on; `due` and `tries` stay as they are when None. A newer text that came while it ran takes
        the place of the one that did not go out. `told` is the timeline's entry where it is not the usual one, `words`
        what it says where that is not `sentence`."""
        with self._file.write(f"state {state.value}") as db:
            job = self._get(db, job_id)
            if job.later:
                values = json.loads(job.later)
                db.execute(
                    "update jobs set snapshot=later, later='', title=?, intent=? where id=?",
                    (values["post"]["title"], values["intent"], job_id),
                )
            kind, since = told or events.kind_of(state, reason), self._clock()
            if kind is not None:
                since = events.add(db, since, job, kind, sentence if words is None else words)
            db.execute(
                "update jobs set state=?, reason=?, sentence=?, due=coalesce(?, due), tries=coalesce(?, tries),"
                " since=? where id=?",
                (state.value, reason.value, sentence, due, tries, since, job_id),
            )

    def claim(self, job_id: str) -> Job | None:
        """Take a waiting job to run it; None when it is not waiting any more (taken back a moment ago)."""
        with self._file.write("claim") as db:
            changed = db.execute(
                "update jobs set state='running', reason='', sentence='' where id=? and state='waiting'",
                (job_id,),
            ).rowcount
            return self._get(db, job_id) if changed else None

    def take_back(self, job_id: str) -> bool:
        """End a job that does not run; False when it runs, or is finished."""
        with self._file.write("take back") as db:
            changed = db.execute(
                "update jobs set state='taken back', reason='', sentence='' where id=?"
                " and state in ('waiting', 'paused', 'failed')",
                (job_id,),
            ).rowcount
            if changed:
                events.add(db, self._clock(), self._get(db, job_id), EventKind.TAKEN_BACK)
            return bool(changed)

    def release_running(self) -> None:
        """What an ended process left running waits again. Only for the one process that holds the outbox's lock."""
        with self._file.write("release") as db:
            now = self._clock()
            for row in db.execute(f"select {_LIGHT} from jobs where state='running'").fetchall():  # noqa: S608  constants
                events.add(db, now, _job(row), EventKind.INTERRUPTED)
            db.execute(
                "update jobs set state='waiting', reason='unknown', due=?, since=? where state='running'",
                (now, now),
            )

    def move_account(
        self, account_id: str, states: tuple[JobState, ...], to: JobState, reason: Reason, sentence: str
    ) -> None:
        """Move every job of an account that is in one of `states`, due now."""
        marks = ",".join("?" * len(states))
        with self._file.write(f"account {to.value}") as db:
            now = self._clock()
            db.execute(
                "update jobs set state=?, reason=?, sentence=?, due=?, since=? where account_id=?"  # noqa: S608  question marks
                f" and state in ({marks})",
                (to.value, reason.value, sentence, now, now, account_id, *(s.value for s in states)),
            )

    def put_off(self, account_id: str, reason: Reason, sentence: str, due: float) -> None:
        """What is due on an account would meet what a job of it has met just now: it waits for the same, as long."""
        with self._file.write("put off") as db:
            now = self._clock()
            db.execute(
                "update jobs set since=case when reason=? then since else ? end, reason=?, sentence=?, due=?"
                " where account_id=? and state='waiting' and due<=?",
                (reason.value, now, reason.value, sentence, due, account_id, now),
            )

    def wake(self, reasons: tuple[Reason, ...], account_id: str = "") -> None:
        """Every job that waits for one of `reasons` is due now; with `account_id` only those of that account."""
        marks = ",".join("?" * len(reasons))
        with self._file.write("wake") as db:
            db.execute(
                f"update jobs set due=? where state='waiting' and reason in ({marks})"  # noqa: S608  question marks
                " and account_id=coalesce(nullif(?, ''), account_id)",
                (self._clock(), *(r.value for r in reasons), account_id),
            )

    def finish(
        self, job_id: str, remarks: tuple[str, ...], address: str, sweep: Sweep | None = None
    ) -> Job | None:
        """The job is done. A newer text that came meanwhile becomes a job of its own, which is returned."""
        with self._file.write("finish") as db:
            job = self._get(db, job_id)
            db.execute(
                "update jobs set state='done', reason='', sentence='', remarks=?, address=?, later='' where id=?",
                (json.dumps(remarks, ensure_ascii=False), address, job_id),
            )
            events.add(
                db, self._clock(), job, events.DONE.get(job.intent, EventKind.PUBLISHED), " ".join(remarks)
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
                Reason.NEW, "", job.later, "", job.remote_id, "", "", False, 0, now, now, (), "", now,
            )  # fmt: skip
            self._insert(db, following)
            return following

    def add_remarks(self, job_id: str, remarks: tuple[str, ...]) -> None:
        """Write down what was seen of a job after it was done."""
        with self._file.write("remarks") as db:
            row = db.execute("select remarks from jobs where id=?", (job_id,)).fetchone()
            if row is not None:
                kept = tuple(dict.fromkeys((*json.loads(row[0]), *remarks)))
                db.execute(
                    "update jobs set remarks=? where id=?", (json.dumps(kept, ensure_ascii=False), job_id)
                )

    def last_done(self, post_id: str, account_id: str) -> Job | None:
        """The newest job of a post on a blog that came to its end, or None."""
        with self._file.read() as db:
            row = db.execute(
                f"select {_JOB} from jobs where post_id=? and account_id=? and state='done'"  # noqa: S608  constants
                " order by made desc, rowid desc limit 1",
                (post_id, account_id),
            ).fetchone()
        return _job(row) if row else None

    def note(self, job_id: str, *, remote_id: str | None = None, before: str | None = None, accepted: str | None = None,
             uncertain: bool | None = None) -> None:  # fmt: skip
        """Remember about a job what is not None."""
        with self._file.write("note") as db:
            db.execute(
                "update jobs set remote_id=coalesce(?, remote_id), before=coalesce(?, before),"
                " accepted=coalesce(?, accepted), uncertain=coalesce(?, uncertain) where id=?",
                (remote_id, before, accepted, uncertain, job_id),
            )
            if accepted:
                events.add(db, self._clock(), self._get(db, job_id), EventKind.KEPT_MINE)

    # --- steps --------------------------------------------------------------------------------------------------

    def begin(self, job_id: str, step: str, sent: str = "") -> int:
        """Write down that a step is about to be sent; returns the attempt's number for `end`."""
        self.on_begin(job_id, step)
        with self._file.write(f"begin {step}") as db:
            cursor = db.execute(
                "insert into attempts(job_id, step, began, sent) values(?,?,?,?)",
                (job_id, step, self._clock(), sent),
            )
            return int(cursor.lastrowid or 0)

    def end(self, attempt: int, outcome: str, answer: str = "", *, remote_id: str | None = None) -> None:
        """Write down how it ended ("done", "unknown", "unsent", "refused"), and in the same commit what post it
        made."""
        with self._file.write(f"end {outcome}") as db:
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
        with self._file.read() as db:
            rows = db.execute(
                "select id, job_id, step, outcome, sent, answer from attempts where job_id=? order by id",
                (job_id,),
            ).fetchall()
        return tuple(Attempt(*r) for r in rows)

    def tried(self, job: Job) -> tuple[str, ...]:
        """What this job may have set on the blog (JSON, oldest first), and what earlier jobs of the post set
        without ever hearing an answer: it may arrive late."""
        with self._file.read() as db:
            rows = db.execute(
                "select a.sent from attempts a join jobs j on j.id = a.job_id where j.post_id=? and j.account_id=?"
                " and a.sent != '' and a.outcome not in ('unsent', 'refused')"
                " and (a.job_id=? or a.outcome in ('', 'unknown')) order by a.id",
                (job.post_id, job.account_id, job.id),
            ).fetchall()
        return tuple(r[0] for r in rows)

    # --- what happened ------------------------------------------------------------------------------------------

    def events(self, post_id: str) -> tuple[Event, ...]:
        """The timeline of a post on all blogs, oldest first."""
        with self._file.read() as db:
            return events.of_post(db, post_id)

    def last_event(self, job_id: str) -> int:
        """The number of the newest entry of a job, 0 for none."""
        with self._file.read() as db:
            return events.last_of_job(db, job_id)

    def jobs_of(self, post_id: str) -> tuple[str, ...]:
        """The ids of the jobs that the timeline of a post speaks of, oldest first."""
        with self._file.read() as db:
            rows = db.execute(
                "select job_id from events where post_id=? group by job_id order by min(id)", (post_id,)
            ).fetchall()
        return tuple(r[0] for r in rows)

    # --- media and sweeps ---------------------------------------------------------------------------------------

    def media(self, account_id: str, content_hash: str) -> MediaReceipt | None:
        """The ledger's entry for a content on a blog, or None."""
        with self._file.read() as db:
            row = db.execute(
                "select content_hash, remote_id, address, width, height from media"
                " where account_id=? and content_hash=?",
                (account_id, content_hash),
            ).fetchone()
        return MediaReceipt(*row) if row else None

    def put_media(self, account_id: str, media: MediaReceipt) -> None:
        """Enter a file into the ledger."""
        with self._file.write("media") as db:
            db.execute(
                "insert or replace into media values(?,?,?,?,?,?)",
                (account_id, media.content_hash, media.remote_id, media.address, media.width, media.height),
            )

    def drop_media(self, account_id: str, content_hash: str) -> None:
        """Take a file out of the ledger: the blog does not have it any more."""
        with self._file.write("drop media") as db:
            db.execute("delete from media where account_id=? and content_hash=?", (account_id, content_hash))

    def add_sweep(self, sweep: Sweep) -> None:
        """Remember to look for twins later (`id` is given here)."""
        with self._file.write("sweep") as db:
            self._add_sweep(db, sweep)

    def sweeps(self) -> tuple[Sweep, ...]:
        """The looks that are still to come, soonest first."""
        with self._file.read() as db:
            rows = db.execute(
                "select id, account_id, post_id, marker, keep, hashes, due, left from sweeps order by due"
            ).fetchall()
        return tuple(Sweep(r[0], r[1], r[2], r[3], r[4], tuple(json.loads(r[5])), r[6], r[7]) for r in rows)

    def swept(self, sweep: Sweep, again: float | None = None) -> None:
        """One look is over; `again` is when to look once more (None: never)."""
        with self._file.write("swept") as db:
            if again is None:
                db.execute("delete from sweeps where id=?", (sweep.id,))
            else:
                db.execute("update sweeps set due=?, left=? where id=?", (again, sweep.left - 1, sweep.id))

    # --- what was learnt ----------------------------------------------------------------------------------------

    def learn(self, account_id: str, name: str, value: str) -> None:
        """Remember something about a blog that only its answers tell, in the place of what was known of it."""
        with self._file.write("learn") as db:
            db.execute("insert or replace into learnt values(?,?,?)", (account_id, name, value))

    def learnt(self, account_id: str, name: str) -> str:
        """What is known of a blog by that name, "" for nothing."""
        with self._file.read() as db:
            row = db.execute(
                "select value from learnt where account_id=? and name=?", (account_id, name)
            ).fetchone()
        return str(row[0]) if row else ""

    # --- holds --------------------------------------------------------------------------------------------------

    def hold(self, account_id: str, until: float) -> None:
        """Send nothing to that blog before `until`."""
        with self._file.write("hold") as db:
            db.execute("insert or replace into holds values(?,?)", (account_id, until))

    def held_until(self, account_id: str) -> float:
        """Until when nothing is sent to that blog; 0.0 for no hold."""
        with self._file.read() as db:
            row = db.execute("select until from holds where account_id=?", (account_id,)).fetchone()
        return float(row[0]) if row else 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # --- how ----------------------------------------------------------------------------------------------------

    def _insert(self, db: sqlite3.Connection, job: Job) -> None:
        db.execute(f"insert into jobs({_JOB}) values({_MARKS})", _values(job))
        events.add(db, self._clock(), job, EventKind.SUBMITTED)

    @staticmethod
    def _get(db: sqlite3.Connection, job_id: str) -> Job:
        return _job(db.execute(f"select {_JOB} from jobs where id=?", (job_id,)).fetchone())  # noqa: S608  constants

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
        job.due, json.dumps(job.remarks, ensure_ascii=False), job.address, job.since,
    )  # fmt: skip


def _job(row: tuple[Any, ...]) -> Job:
    values: list[Any] = list(row)
    values[5], values[6], values[13] = JobState(row[5]), Reason(row[6]), bool(row[13])
    values[17] = tuple(json.loads(row[17]))
    return Job(*values)
