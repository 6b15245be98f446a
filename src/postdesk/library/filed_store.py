"""What receipts say to the list, remembered in one SQLite file in the cache folder, as reading 100,000 receipts takes
seconds.

Deleting it costs that reading and nothing else, so a file that is damaged is made anew, from all receipts. What is
published, and how, is never decided by it.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from postdesk.library.filed import Kept, Row
from postdesk.library.made_file import open_made
from postdesk.library.questions import encodable

log = logging.getLogger(__name__)

_VERSION = 1
_TEXTS = ("post", "account", "remote")
_NUMBERS = ("marks", "status", "published", "updated", "file", "sent", "flags")
_COLUMNS = (*_TEXTS, *_NUMBERS)  # in the order of `Row` and `Kept`
_SCHEMA = """
CREATE TABLE filed (
    post TEXT NOT NULL, account TEXT NOT NULL, remote TEXT NOT NULL, marks INTEGER NOT NULL, status INTEGER NOT NULL,
    published INTEGER NOT NULL, updated INTEGER NOT NULL, file INTEGER NOT NULL, sent INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (post, account)
) WITHOUT ROWID;
CREATE INDEX remotes ON filed (account, remote);
CREATE TABLE folder (changed INTEGER NOT NULL);
"""
_PART = 4000  # rows that come in one answer, see `fulltext`
_PART_SQL = (
    f"SELECT {', '.join(f'json_group_array({name})' for name in _COLUMNS)}"  # noqa: S608  names are ours
    " FROM (SELECT * FROM filed WHERE (post, account) > (?, ?) ORDER BY post, account LIMIT ?)"
)
# What says nothing of the file: it is busy, the disk is full or fails, or is not to be written on.
_PASSING = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM,
)  # fmt: skip
_DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, OverflowError)

T = TypeVar("T")


class FiledStore:
    """In the file at `path`. May be used from any thread; nothing here raises for a file that is damaged, of another
    version or gone. What is in it is all of the receipts, as they were when their folder was changed last at the time
    that is with them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[int, list[Kept]] | None:
        """The folder's time (ns) and everything that is remembered; None for nothing."""

        def read(database: sqlite3.Connection) -> tuple[int, list[Kept]] | None:
            changed = database.execute("SELECT changed FROM folder").fetchone()
            return None if changed is None else (int(changed[0]), list(_parts(database)))

        return self._do(read, None) if self._path.exists() else None

    def here(self, account_id: str, remote_ids: Sequence[str]) -> set[str] | None:
        """Those of these remote ids of a blog of which there is a receipt; None when nothing is remembered."""
        sql = "SELECT remote FROM filed WHERE account = ? AND remote IN (SELECT value FROM json_each(?))"

        def read(database: sqlite3.Connection) -> set[str] | None:
            if database.execute("SELECT changed FROM folder").fetchone() is None:
                return None
            found = database.execute(sql, (account_id, json.dumps(list(remote_ids))))
            return {str(remote) for (remote,) in found}

        return self._do(read, None) if self._path.exists() else None

    def keep(self, changed: int, rows: Sequence[Row], gone: Sequence[tuple[str, str]]) -> bool | None:
        """Remember these, and forget those (post, account); whether that was done, None when nothing is remembered that
        they could be added to."""

        def write(database: sqlite3.Connection) -> bool | None:
            if database.execute("SELECT changed FROM folder").fetchone() is None:
                return None
            with database:
                database.executemany("DELETE FROM filed WHERE post = ? AND account = ?", gone)
                _put(database, changed, rows)
            return True

        nothing: bool | None = False
        return self._do(write, nothing)

    def keep_all(self, changed: int, rows: Sequence[Row]) -> bool:
        """Remember these and nothing else; whether that was done."""

        def write(database: sqlite3.Connection) -> bool:
            with database:
                database.execute("DELETE FROM filed")
                _put(database, changed, rows)
            return True

        return self._do(write, False)

    def _do(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """`work` on the file; when it is damaged, on one that is made anew; `otherwise` when that cannot be."""
        for again in (False, True):
            try:
                with closing(self._open()) as database:
                    return work(database)
            except _DAMAGE as error:
                if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _PASSING:
                    log.info("What is remembered of the receipts is out of reach: %s", error)
                    return otherwise
                log.info("What is remembered of the receipts is made anew: %s", error)
                if not again:
                    for suffix in ("", "-wal", "-shm"):
                        with suppress(OSError):
                            self._path.with_name(self._path.name + suffix).unlink()
        return otherwise

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database, _made = open_made(self._path, _VERSION, _SCHEMA)
        return database


def _put(database: sqlite3.Connection, changed: int, rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(_COLUMNS))
    database.executemany(
        f"INSERT OR REPLACE INTO filed VALUES ({marks})",  # noqa: S608  question marks
        [row._replace(remote_id=encodable(row.remote_id)) for row in rows],
    )
    database.execute("DELETE FROM folder")
    database.execute("INSERT INTO folder VALUES (?)", (changed,))


def _parts(database: sqlite3.Connection) -> Iterator[Kept]:
    last: tuple[str, str] = ("", "")
    while True:
        found = database.execute(_PART_SQL, (*last, _PART)).fetchone()
        columns: list[list[Any]] = [json.loads(text) for text in found]
        if not columns[0]:
            return
        for column, wanted in zip(columns, [str] * len(_TEXTS) + [int] * len(_NUMBERS), strict=True):
            if set(map(type, column)) != {wanted}:
                raise TypeError("another kind of value")
        yield Kept(*columns)
        last = (columns[0][-1], columns[1][-1])
