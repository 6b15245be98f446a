"""The log of what was asked and answered while publishing: a file of its own beside the journal, which may be lost.

It holds no secret (`backends.record` takes them out) and never more than 500 exchanges or some 20 MB; the oldest go
first. Publishing does not depend on it: what cannot be written is dropped, and a file that cannot be read is made anew.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from threading import Lock

from postdesk.backends.record import RECORDER, Exchange
from postdesk.publishing.job import Job

_log = logging.getLogger(__name__)

MOST = 500
MOST_BYTES = 20_000_000
_NAMES = tuple(f.name for f in fields(Exchange))
_TABLE = f"""
create table if not exists exchanges(
  id integer primary key autoincrement, job_id text not null, account_id text not null, after integer not null,
  {", ".join(_NAMES)}
);
create index if not exists of_job on exchanges(job_id, id);
"""  # of columns without a type, as SQLite allows
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange of a job. `after` is the number of the job's newest entry in the timeline when its run began: it
    belongs to the entry that follows."""

    job_id: str
    account_id: str
    after: int
    exchange: Exchange


class ExchangeLog:
    """The log at `path`. Any thread may call; no method raises."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None
        self._broken = False

    @contextmanager
    def recording(self, job: Job, after: int) -> Iterator[None]:
        """Keep what this thread asks from now on as the job's."""
        token = RECORDER.set(lambda exchange: self.add(Kept(job.id, job.account_id, after, exchange)))
        try:
            yield
        finally:
            RECORDER.reset(token)

    def add(self, kept: Kept) -> None:
        """Keep an exchange; dropped when that cannot be."""
        with self._open() as db:
            if db is None:
                return
            marks = ",".join("?" * (3 + len(_NAMES)))
            number = (
                db.execute(
                    f"insert into exchanges(job_id, account_id, after, {', '.join(_NAMES)}) values({marks})",
                    (kept.job_id, kept.account_id, kept.after, *astuple(kept.exchange)),
                ).lastrowid
                or 0
            )
            db.execute("delete from exchanges where id<=?", (number - MOST,))
            if number % 20 == 0:
                self._shrink(db)

    def of_jobs(self, job_ids: tuple[str, ...]) -> tuple[Kept, ...]:
        """What is kept of these jobs, oldest first."""
        found: list[Kept] = []
        with self._open() as db:
            if db is not None:
                for job_id in job_ids:
                    rows = db.execute(
                        f"select job_id, account_id, after, {', '.join(_NAMES)} from exchanges"  # noqa: S608  constants
                        " where job_id=? order by id",
                        (job_id,),
                    ).fetchall()
                    found += [Kept(r[0], r[1], r[2], Exchange(*r[3:])) for r in rows]
        return tuple(found)

    def forget(self, account_id: str) -> None:
        """Remove what is kept of an account."""
        with self._open() as db:
            if db is not None:
                db.execute("delete from exchanges where account_id=?", (account_id,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    # --- how ---

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """The file, opened at its first use; None when it cannot be had. What fails inside is dropped."""
        with self._lock:
            db = self._connection()
            try:
                yield db
            except (sqlite3.Error, OSError, TypeError) as error:
                _log.info("What was asked and answered is not kept: %s", error)

    def _connection(self) -> sqlite3.Connection | None:
        if self._db is None and not self._broken:
            for _try in ("as it is", "anew"):
                try:
                    self._db = self._connect()
                    break
                except sqlite3.OperationalError:  # in use, or a disk that is full: perhaps not for long
                    return None
                except sqlite3.DatabaseError:
                    self._remove()
                except OSError:
                    return None
            self._broken = self._db is None
        return self._db

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        # It is no memory that anything depends on: not for a power cut, and not worth waiting for another process.
        db = sqlite3.connect(self._path, timeout=0.2, isolation_level=None, check_same_thread=False)
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("pragma synchronous=off")
            db.execute("pragma secure_delete=on")
            version = db.execute("pragma user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"version {version}")
            db.executescript(_TABLE)
            db.execute(f"pragma user_version={_VERSION}")
        except BaseException:
            db.close()
            raise
        return db

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            try:
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            except OSError:
                return

    @staticmethod
    def _shrink(db: sqlite3.Connection) -> None:
        """Hold the file to its size: an exchange has at most some 30 KB, so this is rarely needed."""
        size = "length(asked)+length(asked_plain)+length(answer)+length(answer_plain)+length(answer_headers)"
        total = db.execute(f"select coalesce(sum({size}), 0) from exchanges").fetchone()[0]  # noqa: S608  constants
        if total > MOST_BYTES // 2:  # letters may take more than a byte
            db.execute("delete from exchanges where id < (select avg(id) from exchanges)")
