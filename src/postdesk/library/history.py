"""The history: every version of a post that was written over, on this machine, outside the library.

As versions grow older some of them go (`thinning`), and when all of them take more than their budget of disk, the
oldest go first. What went out to a blog stays however old it is, and goes last for the budget; the newest version of
each post always stays. Ages are counted on a clock of the history's own, so that a computer's clock that was set wrong
lets nothing go.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.library.history_file import is_damage, moment_of, move_aside, put_back, which
from postdesk.library.thinning import superfluous

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
_LONGEST_STEP = 86_400.0  # seconds: what a pause counts at most, as it may be a clock that was set
_AT_ONCE = 300  # versions that go in one transaction
_PAGES = 500  # given back to the disk in one step, as a save waits for it


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post's file: `at` is when it was replaced (for the one of now: saved), as the computer's clock
    said then; `size` is in bytes. The order of versions is that of their numbers."""

    number: int
    post_id: str
    hash: str
    at: datetime
    size: int


class History:
    """Versions in one SQLite file, compressed, equal ones stored once. May be used from any thread. `clock` gives
    seconds since the epoch."""

    def __init__(self, data_folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._path = data_folder / "history.sqlite"
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None  # the file that it is of

    def keep(self, post_id: str, data: bytes) -> None:
        """Keep a version; of the one kept last for this post only the moment moves on. Raises LibraryError."""
        try:
            self._keep(post_id, data)
        except LibraryError as error:
            if not is_damage(error.__cause__):
                raise
            self._set_aside()
            self._keep(post_id, data)

    def _keep(self, post_id: str, data: bytes) -> None:
        digest = content_hash(data)
        with self._database() as database, database:
            now, own = self._tick(database)
            at = datetime.fromtimestamp(now, UTC).isoformat()
            last = database.execute(
                "SELECT number, hash FROM versions WHERE post = ? ORDER BY number DESC LIMIT 1", (post_id,)
            ).fetchone()
            if last is not None and last[1] == digest:
                database.execute("UPDATE versions SET at = ?, own = ? WHERE number = ?", (at, own, last[0]))
                return
            # Written anew although it may be there: that copy may be damaged.
            database.execute(
                "INSERT OR REPLACE INTO contents (hash, data) VALUES (?, ?)", (digest, zlib.compress(data))
            )
            database.execute(
                "INSERT INTO versions (post, hash, at, size, own) VALUES (?, ?, ?, ?, ?)",
                (post_id, digest, at, len(data), own),
            )

    def _tick(self, database: sqlite3.Connection) -> tuple[float, float]:
        """The time on the computer's clock and on the history's own, which runs alike but never back, and no more than
        a day at once: a clock that is set ahead by years and back again has aged no version by more than that."""
        now = self._clock()
        database.execute(
            "UPDATE clock SET own = own + min(max(? - at, 0), ?), at = ?", (now, _LONGEST_STEP, now)
        )
        return now, database.execute("SELECT own FROM clock").fetchone()[0]

    def versions(self, post_id: str) -> tuple[Version, ...]:
        """The versions of a post, newest first. Raises LibraryError."""
        with self._database() as database:
            rows = database.execute(
                "SELECT number, post, hash, at, size FROM versions WHERE post = ? ORDER BY number DESC",
                (post_id,),
            ).fetchall()
        return tuple(Version(n, post, digest, moment_of(at), size) for n, post, digest, at, size in rows)

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

    def went_out(self, contents: Iterable[tuple[str, str]]) -> None:
        """Note what was sent to a blog, as pairs of a post's id and `Post.content_hash`: versions that say this stay.
        Raises LibraryError."""
        with self._database() as database, database:
            database.executemany("INSERT OR IGNORE INTO sent VALUES (?, ?)", contents)

    def tidy(
        self,
        budget: int,
        on_blogs: Callable[[], Iterable[tuple[str, str]]] = tuple,
    ) -> int:
        """Let old versions go by their age, then the oldest ones until all of them take at most `budget` bytes (0: no
        limit), and give the space back to the disk. `on_blogs` is asked for what blogs have (see `went_out`) before
        anything goes. Returns how many went. May take seconds, in which versions can be kept. Raises LibraryError."""
        aged = self._aged()
        if not aged and (not budget or self._total() <= budget):
            return 0
        self.went_out(on_blogs())
        sent = _Sent(self)
        gone = self._drop([number for number, post, digest in aged if not sent.has(post, digest)])
        if budget:
            gone += self._drop(self._over(budget, sent))
        sent.remember()
        self._give_back()
        return gone

    def _aged(self) -> list[tuple[int, str, str]]:
        with self._database() as database:
            with database:
                _now, own = self._tick(database)
            rows = database.execute(
                "SELECT number, post, hash, own FROM versions ORDER BY post, number DESC"
            ).fetchall()
        found: list[tuple[int, str, str]] = []
        for _post, group in groupby(rows, key=itemgetter(1)):
            versions = list(group)
            found += [versions[place][:3] for place in superfluous([row[3] for row in versions], own)]
        return found

    def _total(self) -> int:
        with self._database() as database:
            (total,) = database.execute("SELECT coalesce(sum(length(data)), 0) FROM contents").fetchone()
        return int(total)

    def _over(self, budget: int, sent: _Sent) -> list[int]:
        """What goes for the budget: the oldest first, what went out after all others, and never the last of a post."""
        total = self._total()
        with self._database() as database:
            rows = database.execute(
                "SELECT number, post, hash, (SELECT length(data) FROM contents WHERE hash = versions.hash)"
                " FROM versions WHERE number NOT IN (SELECT max(number) FROM versions GROUP BY post)"
                " ORDER BY number"
            ).fetchall()
            kept = Counter(digest for (digest,) in database.execute("SELECT hash FROM versions"))
        numbers: list[int] = []
        spared: list[tuple[int, str, str, int]] = []
        for sparing in (True, False):
            for row in rows if sparing else spared:
                number, post, digest, size = row
                if total <= budget:
                    return numbers
                if sparing and sent.has(post, digest):
                    spared.append(row)
                    continue
                numbers.append(number)
                kept[digest] -= 1
                if not kept[digest]:
                    total -= size or 0
        return numbers

    def _drop(self, numbers: Sequence[int]) -> int:
        """Versions and the contents that nobody else has, some in each transaction: all of these, or none. In between a
        save can keep its version."""
        for start in range(0, len(numbers), _AT_ONCE):
            with self._database() as database, database:
                for number in numbers[start : start + _AT_ONCE]:
                    database.execute(
                        "DELETE FROM contents WHERE hash = (SELECT hash FROM versions WHERE number = ?1) AND NOT"
                        " EXISTS (SELECT 1 FROM versions WHERE hash = contents.hash AND number <> ?1)",
                        (number,),
                    )
                    database.execute("DELETE FROM versions WHERE number = ?", (number,))
        return len(numbers)

    def _give_back(self) -> None:
        free = -1
        while free:
            with self._database() as database:
                before, free = free, database.execute("PRAGMA freelist_count").fetchone()[0]
                if free == before:
                    break  # another program has the file
                # As a script: `execute` takes one step of it, and each step gives one page back.
                database.executescript(f"PRAGMA incremental_vacuum({_PAGES});")
        with self._database() as database:
            database.executescript("PRAGMA wal_checkpoint(TRUNCATE);")

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
                if self._connection is not None and which(self._path) != self._opened:
                    old, self._connection = self._connection, None
                    put_back(old, self._path)
                if self._connection is None:
                    self._connection = self._open()
                    self._opened = which(self._path)
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
            if not is_damage(error):
                raise
            move_aside(self._path)
            return self._connect()

    def _set_aside(self) -> None:
        self.close()
        try:
            move_aside(self._path)
        except OSError as error:
            log.warning("A damaged history could not be set aside: %s", error)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5, check_same_thread=False)
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
        self._path.chmod(0o600)
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
                own += min(max(moment - (last or moment), 0.0), _LONGEST_STEP)
                last = moment
                connection.execute("UPDATE versions SET own = ? WHERE number = ?", (own, number))
        if connection.execute("SELECT 1 FROM clock").fetchone() is None:
            connection.execute("INSERT INTO clock VALUES (?, ?)", (own, last or self._clock()))


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


class _Sent:
    """Tells which versions went out. A version is read for it once, and only when it is to go."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._found: dict[str, str] = {}  # by the hash of the bytes
        with history._database() as database:
            self._sent = set(database.execute("SELECT post, post_hash FROM sent"))
            self._known: dict[str, str] = dict(
                database.execute("SELECT hash, post_hash FROM contents WHERE post_hash IS NOT NULL")
            )
        self._posts = {post for post, _hash in self._sent}

    def has(self, post_id: str, digest: str) -> bool:
        """Whether the version of that post with these bytes went out to a blog as it is."""
        if post_id not in self._posts:
            return False
        if digest not in self._known:
            self._known[digest] = self._found[digest] = self._read(post_id, digest)
        return (post_id, self._known[digest]) in self._sent

    def remember(self) -> None:
        """Write down what was read."""
        with self._history._database() as database, database:
            database.executemany(
                "UPDATE contents SET post_hash = ? WHERE hash = ?",
                [(post_hash, digest) for digest, post_hash in self._found.items()],
            )

    def _read(self, post_id: str, digest: str) -> str:
        from postdesk.library.document import read_document

        try:
            data = self._history.read(Version(0, post_id, digest, datetime.now(UTC), 0))
        except LibraryError:
            return ""  # damaged: nothing that could be kept
        return read_document(Path(), data, post_id).post.content_hash
