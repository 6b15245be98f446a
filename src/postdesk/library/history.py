"""The history: every version of a post that was written over, on this machine, outside the library."""

from __future__ import annotations

import logging
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash
from postdesk.core.language import _

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY, post TEXT NOT NULL, hash TEXT NOT NULL REFERENCES contents, at TEXT NOT NULL,
    size INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_of_post ON versions (post, number);
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post's file: `at` is when it was replaced, `size` is in bytes."""

    number: int
    post_id: str
    hash: str
    at: datetime
    size: int


class History:
    """Versions in one SQLite file, compressed, equal ones stored once. May be used from any thread."""

    def __init__(self, data_folder: Path) -> None:
        self._path = data_folder / "history.sqlite"
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def keep(self, post_id: str, data: bytes) -> None:
        """Keep a version, unless it is the one kept last for this post. Raises LibraryError."""
        digest = content_hash(data)
        with self._database() as database:
            last = database.execute(
                "SELECT hash FROM versions WHERE post = ? ORDER BY number DESC LIMIT 1", (post_id,)
            ).fetchone()
            if last is not None and last[0] == digest:
                return
            with database:
                database.execute(
                    "INSERT OR IGNORE INTO contents VALUES (?, ?)", (digest, zlib.compress(data))
                )
                database.execute(
                    "INSERT INTO versions (post, hash, at, size) VALUES (?, ?, ?, ?)",
                    (post_id, digest, datetime.now(UTC).isoformat(), len(data)),
                )

    def versions(self, post_id: str) -> tuple[Version, ...]:
        """The versions of a post, newest first. Raises LibraryError."""
        with self._database() as database:
            rows = database.execute(
                "SELECT number, post, hash, at, size FROM versions WHERE post = ? ORDER BY number DESC",
                (post_id,),
            ).fetchall()
        return tuple(
            Version(n, post, digest, datetime.fromisoformat(at), size) for n, post, digest, at, size in rows
        )

    def read(self, version: Version) -> bytes:
        """The file's bytes in that version. Raises LibraryError when they are not there or not the same any
        more.
        """
        with self._database() as database:
            row = database.execute("SELECT data FROM contents WHERE hash = ?", (version.hash,)).fetchone()
        try:
            data = zlib.decompress(row[0]) if row else b""
        except zlib.error:
            data = b""
        if content_hash(data) != version.hash:
            raise LibraryError(
                _("This version cannot be read any more: its copy is damaged."),
                _("The post itself and its other versions are not affected."),
                _("Choose another version."),
            )
        return data

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            try:
                if self._connection is None:
                    self._connection = self._open()
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                raise LibraryError(
                    _("The history of older versions cannot be read or written."),
                    _("The posts themselves are not affected."),
                    _("Check the space and the permissions of the program's folder."),
                    details=f"{type(error).__name__}: {error} ({self._path})",
                ) from error

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            # What is damaged may still be rescued by hand; it must not stop new versions from being kept.
            log.warning("Set aside a damaged history: %s", self._path)
            self._path.replace(self._path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d%H%M%S}"))
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLES)
        except sqlite3.Error:
            connection.close()
            raise
        self._path.chmod(0o600)
        return connection
