"""What receipts say to the list, remembered in one SQLite file in the cache folder, as reading 100,000 receipts takes
seconds.

Deleting it costs that reading and nothing else, so whatever is wrong with it is answered by making it anew. What is
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
"""
_PART = 4000  # rows that come in one answer, see `fulltext`
_PART_SQL = (
    f"SELECT {', '.join(f'json_group_array({name})' for name in _COLUMNS)}"  # noqa: S608  names are ours
    " FROM (SELECT * FROM filed WHERE (post, account) > (?, ?) ORDER BY post, account LIMIT ?)"
)
_DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, OverflowError)

T = TypeVar("T")


class FiledStore:
    """In the file at `path`. May be used from any thread; nothing here raises for a file that is damaged, of another
    version or gone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, take: Callable[[Kept], None]) -> bool:
        """Give everything that is remembered to `take`; whether there is anything."""

        def read(database: sqlite3.Connection) -> bool:
            found = False
            for part in _parts(database):
                take(part)
                found = True
            return found

        return self._path.exists() and self._do(read, False)

    def here(self, account_id: str, remote_ids: Sequence[str]) -> list[tuple[str, str]]:
        """(remote id, post id) of those posts of a blog of which there is a receipt."""
        sql = (
            "SELECT remote, post FROM filed WHERE account = ? AND remote IN (SELECT value FROM json_each(?))"
        )

        def read(database: sqlite3.Connection) -> list[tuple[str, str]]:
            found = database.execute(sql, (account_id, json.dumps(list(remote_ids)))).fetchall()
            return [(str(remote), str(post)) for remote, post in found]

        return self._do(read, []) if self._path.exists() else []

    def keep(self, rows: Sequence[Row], gone: Sequence[tuple[str, str]]) -> None:
        """Remember these, and forget those (post, account)."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("DELETE FROM filed WHERE post = ? AND account = ?", gone)
                marks = ", ".join("?" * len(_COLUMNS))
                database.executemany(
                    f"INSERT OR REPLACE INTO filed VALUES ({marks})",  # noqa: S608  question marks
                    [row._replace(remote_id=encodable(row.remote_id)) for row in rows],
                )

        if rows or gone:
            self._do(write, None)

    def _do(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """`work` on the file; when that cannot be, on one that is made anew; `otherwise` when there can be none."""
        for again in (False, True):
            try:
                with closing(self._open()) as database:
                    return work(database)
            except _DAMAGE as error:
                log.info("What is remembered of the receipts is made anew: %s", error)
                if not again:
                    for suffix in ("", "-wal", "-shm"):
                        with suppress(OSError):
                            self._path.with_name(self._path.name + suffix).unlink()
        return otherwise

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=5)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                with database:
                    database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version != _VERSION:
                raise sqlite3.DatabaseError(f"version {version}")
        except BaseException:
            database.close()
            raise
        self._path.chmod(0o600)
        return database


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
