"""The full-text index: what each post says, in one SQLite file in the cache folder.

Deleting it costs a rescan and nothing else, so whatever is wrong with it is answered by making it anew. The words lie
in an FTS5 table without content (https://sqlite.org/fts5.html, "Contentless Tables"): SQLite 3.40 cannot delete from
one, so a post that changed gets a new number, and the hits of old numbers fall out as no post has them. When there are
many of these, the file is made anew.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from postdesk.library.addresses import POST
from postdesk.library.kept import Kept
from postdesk.library.query import Filter, Query, Term

log = logging.getLogger(__name__)

VERSION = 1
_TABLES = """
CREATE TABLE posts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, touched INTEGER NOT NULL, inode INTEGER NOT NULL, hash TEXT NOT NULL,
    scan TEXT NOT NULL, picture INTEGER NOT NULL, links TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(
    title, body, tags, categories, content='', tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('hashsize', 16777216);
"""
# The last line: with 16 MB of words gathered before they are written the first index takes half the time (3.40).
_MOST_DEAD = 5000  # numbers without a post, and more of them than posts, until the words are made anew

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be found of one file; `links` are addresses, `picture`: whether it shows one."""

    name: str
    kept: Kept
    title: str
    body: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    links: tuple[str, ...]
    picture: bool


class FullText:
    """Names are relative to the library, with slashes. May be used from any thread; nothing here raises for a file
    that is damaged, of another version or gone: it is made anew, and `load` says what is still known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._new = False

    @property
    def is_new(self) -> bool:
        """Whether the file was made anew since this was asked last: it knows nothing of what was put into it before."""
        with self._guard:
            if self._connection is not None and not self._path.exists():  # somebody emptied the cache
                with self._reading:
                    self._shut()
            if self._connection is None:
                self._try(lambda _database: None, None)
            new, self._new = self._new, False
            return new

    def load(self) -> dict[str, Kept]:
        """Everything that is known, by name."""

        def read(database: sqlite3.Connection) -> dict[str, Kept]:
            rows = database.execute("SELECT name, size, changed, touched, inode, hash, scan FROM posts")
            return {os.fsdecode(row[0]): Kept(row[1:5], row[5], row[6]) for row in rows}

        return self._do(read, {})

    def put(self, texts: Sequence[Text]) -> None:
        """Index these files, in place of what was known of them, in one transaction."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                for text in texts:
                    _insert(database, text)

        self._do(write, None)

    def forget(self, names: Iterable[str]) -> None:
        """These files are gone."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("DELETE FROM posts WHERE name = ?", [(os.fsencode(n),) for n in names])

        self._do(write, None)

    def find(self, query: Query) -> frozenset[str] | None:
        """The names of the posts for which all terms of `query` hold, and its filters "has" and "links"; None when
        neither is in it, which all posts fulfil."""
        filters = [one for one in query.filters if one.operator in ("has", "links")]
        if not query.terms and not filters:
            return None
        sql, values = _question(query.terms, filters)
        return frozenset(os.fsdecode(row[0]) for row in self._ask(sql, values))

    def knows(self, word: str) -> bool:
        """Whether any post has a word that begins like this."""
        matches = _match([Term(word)])
        return bool(matches and self._ask("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", [matches]))

    def linking(self, addresses: Iterable[str]) -> frozenset[str]:
        """The names of the posts that link to one of these addresses."""
        found: set[str] = set()
        for address in addresses:
            pattern = f"\n{address}\n"
            rows = self._ask("SELECT name FROM posts WHERE instr(links, ?)", [pattern])
            found.update(os.fsdecode(row[0]) for row in rows)
        return frozenset(found)

    def linking_to(self, post_id: str) -> frozenset[str]:
        """The names of the posts that have a `post:` link to this one."""
        return self.linking([f"{POST}{post_id}"])

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._guard, self._reading:
            self._shut()

    # --- how ---

    def _do(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """`work` on the file; when that cannot be, on one that is made anew; `otherwise` when there can be none."""
        with self._guard:
            return self._try(work, otherwise)

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        for again in (False, True):
            try:
                if self._connection is None:
                    self._connection = self._open()
                return work(self._connection)
            except (sqlite3.Error, OSError, ValueError, TypeError, KeyError) as error:
                log.info("The index of the library is made anew: %s", error)
                with self._reading:
                    self._shut()
                if not again:
                    self._remove()
        return otherwise

    def _ask(self, sql: str, values: Sequence[object]) -> list[Any]:
        """A question, beside whatever is written meanwhile; no answer when the file cannot be read."""
        with self._reading:
            try:
                if self._reader is None:
                    if not self._path.exists():
                        return []
                    self._reader = sqlite3.connect(self._path, timeout=5, check_same_thread=False)
                    self._reader.execute("PRAGMA query_only = ON")
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                log.info("The index of the library was not read: %s", error)
                if self._reader is not None:
                    self._reader.close()
                    self._reader = None
                return []

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            self._remove()  # what is left of an index that was deleted while it was in use
        database = sqlite3.connect(self._path, timeout=5, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                with database:
                    database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
                self._new = True
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"version {version}")
            (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
            (count,) = database.execute("SELECT count(*) FROM posts").fetchone()
            if last - count > max(_MOST_DEAD, count):
                raise sqlite3.DatabaseError(f"{last - count} numbers without a post")
        except BaseException:
            database.close()
            raise
        self._path.chmod(0o600)
        return database

    def _shut(self) -> None:
        for database in (self._connection, self._reader):
            if database is not None:
                with suppress(sqlite3.Error):
                    database.close()
        self._connection = self._reader = None

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()


def _insert(database: sqlite3.Connection, text: Text) -> None:
    name = os.fsencode(text.name)
    database.execute("DELETE FROM posts WHERE name = ?", (name,))
    # Between line ends, so that a whole address can be looked for.
    links = "".join(f"\n{_encodable(link)}" for link in text.links) + "\n" if text.links else ""
    number = database.execute(
        "INSERT INTO posts (name, size, changed, touched, inode, hash, scan, picture, links)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, *text.kept.marks, text.kept.hash, text.kept.row, text.picture, links),
    ).lastrowid
    words = (text.title, text.body, " ".join(text.tags), " ".join(text.categories))
    database.execute(
        "INSERT INTO words (rowid, title, body, tags, categories) VALUES (?, ?, ?, ?, ?)",
        (number, *map(_encodable, words)),
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _question(terms: Sequence[Term], filters: Sequence[Filter]) -> tuple[str, list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    matches = _match([term for term in terms if not term.excluded])
    if matches:
        conditions.append("number IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(matches)
    for term in terms:
        if term.excluded and (unwanted := _match([term])):
            conditions.append("number NOT IN (SELECT rowid FROM words WHERE words MATCH ?)")
            values.append(unwanted)
    for one in filters:
        condition = "picture" if one.operator == "has" else "instr(lower(links), ?)"
        conditions.append(f"NOT {condition}" if one.excluded else condition)
        if one.operator == "links":
            values.append(one.value)
    return f"SELECT name FROM posts WHERE {' AND '.join(conditions) or '1'}", values  # noqa: S608  conditions are ours


def _match(terms: Iterable[Term]) -> str:
    """The terms in FTS5's own language: each in quotation marks, so that nothing in it is an operator."""
    return " AND ".join(f'"{_encodable(term.words)}"{"" if term.phrase else " *"}' for term in terms)
