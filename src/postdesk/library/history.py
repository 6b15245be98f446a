"""The history: every version of a post that was written over, on this machine, outside the library.

As versions grow older some of them go (`thinning`), and when all of them take more than their budget of disk, the
oldest go first; the newest version of each post always stays.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.library.thinning import superfluous

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY, post TEXT NOT NULL, hash TEXT NOT NULL REFERENCES contents, at TEXT NOT NULL,
    size INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_of_post ON versions (post, number);
"""

_PAUSE = timedelta(
    days=7
)  # after it nothing gets older: what was written in the week before keeps one an hour
_INCREMENTAL = 2  # SQLite's number for it


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post's file: `at` is when it was replaced (for the one of now: saved), `size` is in bytes."""

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
        self._opened: tuple[int, int] | None = None  # the file that it is of

    def keep(self, post_id: str, data: bytes) -> None:
        """Keep a version; of the one kept last for this post only the moment moves on. Raises LibraryError."""
        try:
            self._keep(post_id, data)
        except LibraryError as error:
            if not _is_damage(error.__cause__):
                raise
            self._set_aside()
            self._keep(post_id, data)

    def _keep(self, post_id: str, data: bytes) -> None:
        digest, at = content_hash(data), datetime.now(UTC).isoformat()
        with self._database() as database, database:
            last = database.execute(
                "SELECT number, hash FROM versions WHERE post = ? ORDER BY number DESC LIMIT 1", (post_id,)
            ).fetchone()
            if last is not None and last[1] == digest:
                database.execute("UPDATE versions SET at = ? WHERE number = ?", (at, last[0]))
                return
            # Written anew although it may be there: that copy may be damaged.
            database.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (digest, zlib.compress(data)))
            database.execute(
                "INSERT INTO versions (post, hash, at, size) VALUES (?, ?, ?, ?)",
                (post_id, digest, at, len(data)),
            )

    def versions(self, post_id: str) -> tuple[Version, ...]:
        """The versions of a post, newest first. Raises LibraryError."""
        with self._database() as database:
            rows = database.execute(
                "SELECT number, post, hash, at, size FROM versions WHERE post = ? ORDER BY number DESC",
                (post_id,),
            ).fetchall()
        return tuple(Version(n, post, digest, _moment(at), size) for n, post, digest, at, size in rows)

    def read(self, version: Version) -> bytes:
        """The file's bytes in that version. Raises LibraryError when they are not there or not the same any
        more.
        """
        with self._database() as database:
            row = database.execute("SELECT data FROM contents WHERE hash = ?", (version.hash,)).fetchone()
        try:
            data = zlib.decompress(row[0]) if row else b""
        except (zlib.error, TypeError):  # bits that changed on the disk
            data = b""
        if content_hash(data) != version.hash:
            raise LibraryError(
                _("This version cannot be read any more: its copy is damaged."),
                _("The post itself and its other versions are not affected."),
                _("Choose another version."),
            )
        return data

    @property
    def size(self) -> int:
        """The bytes that the history takes on the disk; 0 while there is none."""
        total = 0
        for ending in ("", "-wal"):
            try:
                total += self._path.with_name(self._path.name + ending).stat().st_size
            except OSError:
                continue  # there is none yet
        return total

    def tidy(self, budget: int, now: datetime | None = None) -> int:
        """Let old versions go by their age, then the oldest ones until all of them take at most `budget` bytes (0: no
        limit), and give the space back to the disk. Returns how many went. May take seconds. Raises LibraryError."""
        with self._database() as database:
            gone = self._thin(database, now or datetime.now(UTC))
            gone += self._cut(database, budget) if budget else 0
            if gone:
                # As a script: `execute` takes one step of it, and each step gives one page back.
                database.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
            return gone

    @staticmethod
    def _thin(database: sqlite3.Connection, now: datetime) -> int:
        rows = database.execute("SELECT number, post, at FROM versions ORDER BY post, number DESC").fetchall()
        numbers: list[int] = []
        # A clock that is years ahead must not make old what was written today.
        newest = max((_moment(at) for _number, _post, at in rows), default=now)
        now = min(now, newest + _PAUSE)
        for _post, found in groupby(rows, key=itemgetter(1)):
            versions = list(found)
            moments = [_moment(at) for _number, _post, at in versions]
            numbers += [versions[place][0] for place in superfluous(moments, now)]
        return _drop(database, numbers)

    @staticmethod
    def _cut(database: sqlite3.Connection, budget: int) -> int:
        (total,) = database.execute("SELECT coalesce(sum(length(data)), 0) FROM contents").fetchone()
        # The oldest first, and never the last one of a post.
        rows = database.execute(
            "SELECT number, hash, (SELECT length(data) FROM contents WHERE hash = versions.hash) FROM versions"
            " WHERE number NOT IN (SELECT max(number) FROM versions GROUP BY post) ORDER BY number"
        ).fetchall()
        kept = Counter(digest for (digest,) in database.execute("SELECT hash FROM versions"))
        numbers = []
        for number, digest, size in rows:
            if total <= budget:
                break
            numbers.append(number)
            kept[digest] -= 1
            if not kept[digest]:
                total -= size or 0
        return _drop(database, numbers)

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
                if self._connection is not None and self._file() != self._opened:
                    self._move_over()
                if self._connection is None:
                    self._connection = self._open()
                    self._opened = self._file()
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
            if not _is_damage(error):
                raise
            self._move_aside()
            return self._connect()

    def _file(self) -> tuple[int, int] | None:
        """Which file is there, None for none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _move_over(self) -> None:
        """The file was deleted or replaced while it was open: what is kept from now on would go with it. What it has
        is put where it was, unless there is another one by now."""
        old, self._connection = self._connection, None
        if old is None:
            return
        rescued = self._path.with_suffix(".rescued")
        try:
            if self._file() is None:
                log.info("The history was deleted while it was open: %s", self._path)
                self._path.parent.mkdir(parents=True, exist_ok=True)
                rescued.unlink(missing_ok=True)
                with closing(sqlite3.connect(rescued)) as copy:
                    old.backup(copy)
        finally:
            old.close()
        if rescued.exists():
            for ending in ("-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            rescued.replace(self._path)

    def _set_aside(self) -> None:
        self.close()
        try:
            self._move_aside()
        except OSError as error:
            log.warning("A damaged history could not be set aside: %s", error)

    def _move_aside(self) -> None:
        """What is damaged may still be rescued by hand; it must not stop new versions from being kept."""
        log.warning("Set aside a damaged history: %s", self._path)
        aside = self._path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(2)}")
        for ending in (
            "-wal",
            "-shm",
            "",
        ):  # the newest versions may be in the log alone, which a new file would end
            part = self._path.with_name(self._path.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5, check_same_thread=False)
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table is made
            connection.execute("PRAGMA journal_mode = WAL")
            # A file is saved over as soon as its version is kept: that must outlast a power cut, too.
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_TABLES)
            if (
                connection.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL
            ):  # made by an earlier version
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("VACUUM")
        except sqlite3.Error:
            connection.close()
            raise
        self._path.chmod(0o600)
        return connection


def _moment(at: object) -> datetime:
    """When a version was replaced; what cannot be read counts as long ago, so that the version is still there."""
    try:
        found = datetime.fromisoformat(str(at))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_damage(error: BaseException | None) -> bool:
    """Whether the file itself is broken, and not only busy, full or locked."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.OperationalError | sqlite3.IntegrityError
    )


def _drop(database: sqlite3.Connection, numbers: Sequence[int]) -> int:
    """Versions and the contents that nobody else has, in one transaction: all of it, or nothing."""
    if numbers:
        with database:
            database.executemany("DELETE FROM versions WHERE number = ?", [(number,) for number in numbers])
            database.execute("DELETE FROM contents WHERE hash NOT IN (SELECT hash FROM versions)")
    return len(numbers)
