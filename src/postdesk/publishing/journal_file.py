"""The journal's file: made when missing, set aside when it cannot be read, written in short whole transactions."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, get_ident

from postdesk.core.errors import PublishError
from postdesk.core.language import _

_FIRST = """
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
_LEARNT = """
create table learnt(
  account_id text not null, name text not null, value text not null, primary key(account_id, name)
);
"""
_TOLD = """
alter table jobs add column since real not null default 0;
create table events(
  id integer primary key autoincrement, began real not null, ended real not null, times integer not null default 1,
  post_id text not null, account_id text not null, job_id text not null, kind text not null,
  words text not null default ''
);
create index of_post on events(post_id, id);
create index of_job on events(job_id, id);
"""
_VERSIONS = (_FIRST, _LEARNT, _TOLD)
"""What makes each version of the file out of the one before: what waits to go out outlives every change of it."""


class JournalFile:
    """Two connections, each guarded by a lock: any thread may call. Whoever reads does not wait for what is being
    written, which waits for the disk; a thread that writes reads what it has written. `probe` is a query that a sound
    file answers.

    `remark` says so when a broken file was set aside. Raises `PublishError` when the disk or the file fails.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float], on_write: Callable[[str], None], probe: str
    ) -> None:
        self.path = path
        self.remark = ""
        self._clock = clock
        self._on_write = on_write
        self._probe = probe
        self._lock = RLock()
        self._writer = 0  # the thread that writes
        self._reading = RLock()
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
            self._reader = _connected(path)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error

    @contextmanager
    def write(self, what: str) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end; `what` is for `on_write`."""
        with self._lock:
            self._on_write(f"before {what}")
            try:
                self._db.execute("begin immediate")
                self._writer = get_ident()
                try:
                    yield self._db
                    self._db.execute("commit")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("rollback")
                    raise
                finally:
                    self._writer = 0
            except (OSError, sqlite3.Error) as error:
                raise _unusable(self.path, error) from error
            self._on_write(f"after {what}")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection, for reading."""
        if self._writer == get_ident():
            yield self._db
            return
        with self._reading:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, self._reading:
            self._db.close()
            self._reader.close()

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # drafts are nobody else's business
        db = _connected(self.path)
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("pragma synchronous=full")
            if db.execute("pragma quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check failed")
            version = db.execute("pragma user_version").fetchone()[0]
            if version < len(_VERSIONS):
                db.execute("begin immediate")
                # Another process may have done it meanwhile.
                version = db.execute("pragma user_version").fetchone()[0]
                for statements in _VERSIONS[version:]:
                    for statement in statements.split(";\n"):
                        db.execute(statement)
                db.execute(f"pragma user_version={max(version, len(_VERSIONS))}")
                db.execute("commit")
            elif version > len(_VERSIONS):
                raise sqlite3.DatabaseError(f"unknown version {version}")
            db.execute(self._probe)
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


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)


def _unusable(path: Path, error: Exception) -> PublishError:
    return PublishError(
        _("The list of what waits to be published cannot be written: {reason}.").format(reason=error),
        _("Nothing was sent; your text is safe."),
        _(
            "Make sure that the disk is not full and that the folder {folder} may be written, then try again."
        ).format(folder=path.parent),
        details=repr(error),
    )
