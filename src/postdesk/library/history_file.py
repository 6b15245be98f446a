"""The file of the history: opened when needed, set aside when it is damaged, put back when it is deleted in use."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.language import _

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY, post TEXT NOT NULL, hash TEXT NOT NULL REFERENCES contents, at TEXT NOT NULL,
    size INTEGER NOT NULL, own REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_of_post ON versions (post, number);
CREATE INDEX IF NOT EXISTS versions_of_content ON versions (hash);
CREATE TABLE IF NOT EXISTS sent (post TEXT, post_hash TEXT, PRIMARY KEY (post, post_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock (own REAL NOT NULL, at REAL NOT NULL);
"""
# `post_hash` is `Post.content_hash` of what the bytes say, NULL until it was asked for. `own` is in seconds.
_POST_HASH = "ALTER TABLE contents ADD COLUMN post_hash TEXT"
_OWN = "ALTER TABLE versions ADD COLUMN own REAL NOT NULL DEFAULT 0"

_INCREMENTAL = 2  # SQLite's number for it
LONGEST_STEP = 86_400.0  # seconds: what a pause counts at most, as it may be a clock that was set


class HistoryFile:
    """One SQLite file. May be used from any thread. `clock` gives seconds since the epoch."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.path, self._clock = path, clock
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None  # the file that it is of

    def close(self) -> None:
        """Close it; it is opened again when it is needed."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """The open file, for one thread at a time. Raises LibraryError for whatever fails in between."""
        with self._guard:
            try:
                if self._connection is not None and self._there() != self._opened:
                    self._move_over()
                if self._connection is None:
                    self._connection = self._open()
                    self._opened = self._there()
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                raise LibraryError(
                    _("The history of older versions cannot be read or written."),
                    _("The posts themselves are not affected."),
                    _("Check the space and the permissions of the program's folder."),
                    details=f"{type(error).__name__}: {error} ({self.path})",
                ) from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.move_aside()
            return self._connect()

    def _there(self) -> tuple[int, int] | None:
        """Which file is there, None for none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _move_over(self) -> None:
        """The file was deleted or replaced while it was open: what is kept from now on would go with it. What it has
        is put where it was, unless there is another one by now."""
        old, self._connection = self._connection, None
        if old is None:
            return
        rescued = self.path.with_suffix(".rescued")
        try:
            if self._there() is None:
                log.info("The history was deleted while it was open: %s", self.path)
                self.path.parent.mkdir(parents=True, exist_ok=True)
                rescued.unlink(missing_ok=True)
                with closing(sqlite3.connect(rescued)) as copy:
                    old.backup(copy)
        finally:
            old.close()
        if rescued.exists():
            for ending in ("-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            rescued.replace(self.path)

    def set_aside(self) -> None:
        """As `move_aside`; one that cannot be moved is left, and the log says so."""
        self.close()
        try:
            self.move_aside()
        except OSError as error:
            log.warning("A damaged history could not be set aside: %s", error)

    def move_aside(self) -> None:
        """What is damaged may still be rescued by hand; it must not stop new versions from being kept."""
        log.warning("Set aside a damaged history: %s", self.path)
        aside = self.path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(2)}")
        for ending in (
            "-wal",
            "-shm",
            "",
        ):  # the newest versions may be in the log alone, which a new file would end
            part = self.path.with_name(self.path.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5, check_same_thread=False)
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table is made
            connection.execute("PRAGMA journal_mode = WAL")
            # A file is saved over as soon as its version is kept: that must outlast a power cut, too.
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_TABLES)
            with connection:
                connection.execute("BEGIN IMMEDIATE")  # another program may do the same at this moment
                self._take_over(connection)
            if (
                connection.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL
            ):  # made by an earlier version
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("VACUUM")
        except sqlite3.Error:
            connection.close()
            raise
        self.path.chmod(0o600)
        return connection

    def _take_over(self, connection: sqlite3.Connection) -> None:
        """What files of earlier versions of the program lack."""
        if "post_hash" not in _columns(connection, "contents"):
            connection.execute(_POST_HASH)
        own, last = 0.0, None
        if "own" not in _columns(connection, "versions"):
            connection.execute(_OWN)
            for number, at in connection.execute(
                "SELECT number, at FROM versions ORDER BY number"
            ).fetchall():
                moment = moment_of(at).timestamp()
                own += min(max(moment - (last or moment), 0.0), LONGEST_STEP)
                last = moment
                connection.execute("UPDATE versions SET own = ? WHERE number = ?", (own, number))
        if connection.execute("SELECT 1 FROM clock").fetchone() is None:
            connection.execute("INSERT INTO clock VALUES (?, ?)", (own, last or self._clock()))


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def moment_of(at: object) -> datetime:
    """When a version was replaced; what cannot be read counts as long ago, so that the version is still there."""
    try:
        found = datetime.fromisoformat(str(at))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_damage(error: BaseException | None) -> bool:
    """Whether the file itself is broken, and not only busy, full or locked."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.OperationalError | sqlite3.IntegrityError
    )
