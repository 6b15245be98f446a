"""The full-text index: what each post says, and what the list shows of it, in one SQLite file in the cache folder.

Deleting it costs a rescan and nothing else, so whatever is wrong with it is answered by making it anew. What the
file holds is in `index_file`. Where many posts are to be put into it another process does that (`learner`).

Answers of many rows are put together by SQLite: each row that Python fetches gives the interpreter's lock away and
waits for it again, which is felt in the window.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from postdesk.core.memory import give_back_now
from postdesk.library.addresses import POST
from postdesk.library.columns import Kept
from postdesk.library.index_file import open_index
from postdesk.library.lessons import Lesson
from postdesk.library.query import Query, Term
from postdesk.library.questions import ASKED, encodable, match, question
from postdesk.library.texts import Ready, insert, kept_name, name_of

log = logging.getLogger(__name__)

_MERGED = 125  # pages that are merged at once, in some 20 ms
_MANY = 1000  # posts; after as many that is done at once, or the next start would have to read it all
_PART = 4000  # posts that are loaded in one answer
_LISTS = ("name", "title", "id", "nullif(own, id)", "nullif(problem, '')")
_NUMBERS = ("number", "marks", "hash", "words", "changed", "date")
_PART_SQL = (
    f"SELECT {', '.join(f'json_group_array({name})' for name in _LISTS)},"  # noqa: S608  names are ours
    f" {', '.join(f'group_concat({name})' for name in _NUMBERS)}"
    " FROM (SELECT * FROM posts {which})"
)

# What a file that somebody or something changed may lead to.
_DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError)

T = TypeVar("T")


class FullText:
    """Names are relative to the library, with slashes. Posts are found as numbers, which the index of the library
    knows. May be used from any thread; nothing here raises for a file that is damaged, of another version or gone: it
    is made anew, and `load` says what is still known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._new = False
        self._put = 0  # posts since `settle`, or as much that was merged
        self._merged = False  # nothing was put since there was nothing to merge
        self._labels: tuple[frozenset[str], frozenset[str]] | None = None
        self._generation = 0  # counts what changes them

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

    def newest(self, most: int) -> Kept | None:
        """What is known of the files that were changed last; quick, however many there are."""
        rows = self._ask(_PART_SQL.format(which=f"ORDER BY changed DESC LIMIT {int(most)}"), ())
        try:
            return _kept(rows[0]) if rows and rows[0][len(_LISTS)] is not None else None
        except _DAMAGE as error:  # `load` makes it anew
            log.info("The index of the library was not read: %s", error)
            return None

    def load(self) -> list[Kept]:
        """Everything that is known."""
        which = f"WHERE number > :above ORDER BY number LIMIT {_PART}"
        nothing: list[Kept] = []
        return self._do(lambda database: list(_parts(database, which)), nothing)

    @property
    def agreed(self) -> str:
        """What `agree` was told last, "" for nothing."""
        rows = self._ask("SELECT ids FROM agreed", ())
        return str(rows[0][0]) if rows else ""

    def agree(self, ids: str) -> None:
        """The ids here are those in the library's own file, whose hash this is; "": they are older."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("DELETE FROM agreed")
                database.execute("INSERT INTO agreed VALUES (?)", (ids,))

        self._do(write, None)

    def details(self) -> dict[str, tuple[int, str]]:
        """The hash and the details of all files that are known, by name."""
        rows = self._ask("SELECT name, hash, details FROM posts", ())
        return {name_of(str(name)): (digest, str(details)) for name, digest, details in rows}

    def labels(self) -> tuple[frozenset[str], frozenset[str]]:
        """All tags and all categories."""
        kept, generation = self._labels, self._generation
        if kept is None:
            found = []
            for column in ("tags", "categories"):
                rows = self._ask(f"SELECT DISTINCT {column} FROM posts", ())  # noqa: S608  a name of ours
                found.append(frozenset(label for (text,) in rows for label in str(text).split("\n") if label))
            kept = found[0], found[1]
            if generation == self._generation:
                self._labels = kept
        return kept

    def put(self, texts: Sequence[Ready]) -> list[int]:
        """Index these files, in place of what was known of them, in one transaction; returns the number of each, none
        when there is no index."""

        def write(database: sqlite3.Connection) -> list[int]:
            with database:
                return insert(database, texts)

        if not texts:
            return []
        try:
            return self._do(write, [])
        finally:
            self.was_put(len(texts))

    @contextmanager
    def lent(self) -> Iterator[Path | None]:
        """The file, for another process to put posts into it, while nobody here writes to it; None when there can be
        none. To be told of them by `was_put`."""
        with self._guard:
            there = self._try(lambda _database: True, False)  # the other process makes none
            yield self._path if there else None

    def was_put(self, posts: int) -> None:
        """So many posts were put into the file."""
        self._merged = False
        self._put += posts
        self._forget_labels()

    def settle(self) -> None:
        """There is nothing more to put for now."""
        if self._put >= _MANY:
            self._put = 0
            self._do(lambda database: database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall(), [])
            give_back_now()

    def merge(self) -> bool:
        """Merge a few of the pieces that words were written in, which makes searches quicker; whether there is more to
        merge. Quick when there is nothing."""

        def write(database: sqlite3.Connection) -> bool:
            before = database.total_changes
            with database:
                database.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (_MERGED,))
            return database.total_changes - before > 1  # as FTS5 says it ("The 'merge' Command")

        if not self._merged:
            self._merged = True  # unless something is put meanwhile
            if self._do(write, False):
                self._merged, self._put = False, _MANY
            else:
                self.settle()
        return not self._merged

    def renew(self, lessons: Sequence[Lesson]) -> None:
        """What the list shows of these files is another, but not what they say."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany(
                    "UPDATE posts SET id = ?, own = ?, marks = ?, changed = ? WHERE name = ? AND hash = ?",
                    [
                        (
                            encodable(post_id),
                            encodable(one.own),
                            one.marks,
                            one.changed,
                            kept_name(name),
                            one.hash,
                        )
                        for name, post_id, one in lessons
                    ],
                )

        if lessons:
            self._do(write, None)

    def forget(self, names: Sequence[str]) -> None:
        """These files are gone."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("DELETE FROM posts WHERE name = ?", [(kept_name(n),) for n in names])

        if names:
            self._do(write, None)
            self._forget_labels()

    def find(self, query: Query) -> array[int] | None:
        """The numbers of the posts for which all terms of `query` hold, and its filters "has", "links", "tag" and
        "category"; None when none of these is in it, which all posts fulfil. Some numbers may be of no post."""
        filters = [one for one in query.filters if one.operator in ASKED]
        if not query.terms and not filters:
            return None
        sql, values = question(query.terms, filters)
        return _numbers(self._ask(sql, values))

    def knows(self, word: str) -> bool:
        """Whether any post has a word that begins like this."""
        matches = match([Term(word)])
        return bool(matches and self._ask("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", [matches]))

    def titled(self, word: str) -> array[int]:
        """The numbers of the posts that have `word` in their title. Some may be of no post."""
        matches = f"title : {match([Term(word, phrase=True)])}"
        return _numbers(self._ask("SELECT group_concat(rowid) FROM words WHERE words MATCH ?", [matches]))

    def linking(self, addresses: Iterable[str]) -> frozenset[str]:
        """The names of the posts that link to one of these addresses."""
        found: set[str] = set()
        for address in addresses:
            pattern = f"\n{encodable(address)}\n"
            rows = self._ask("SELECT name FROM posts WHERE instr(links, ?)", [pattern])
            found.update(name_of(row[0]) for row in rows)
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
            except _DAMAGE as error:
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
            except (sqlite3.Error, ValueError) as error:
                log.info("The index of the library was not read: %s", error)
                if self._reader is not None:
                    self._reader.close()
                    self._reader = None
                return []

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            self._remove()  # what is left of an index that was deleted while it was in use
        database, is_new = open_index(self._path)
        self._new = self._new or is_new
        return database

    def _shut(self) -> None:
        for database in (self._connection, self._reader):
            if database is not None:
                with suppress(sqlite3.Error):
                    database.close()
        self._connection = self._reader = None
        self._forget_labels()

    def _forget_labels(self) -> None:
        self._generation += 1
        self._labels = None

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()


def _parts(database: sqlite3.Connection, which: str) -> Iterator[Kept]:
    sql, above = _PART_SQL.format(which=which), 0
    (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
    while True:
        found = database.execute(sql, {"above": above}).fetchone()
        if found[len(_LISTS)] is None:
            return
        part = _kept(found)
        if part.numbers[-1] > last:
            raise ValueError(f"a number of {part.numbers[-1]}, and the last is {last}")
        yield part
        if len(part.names) < _PART:
            return
        above = part.numbers[-1]


def _kept(found: Sequence[Any]) -> Kept:
    names, titles, ids, owns, problems = (json.loads(text) for text in found[: len(_LISTS)])
    numbers, marks, hashes, words, changed, dates = map(_integers, found[len(_LISTS) :])
    columns = (names, titles, ids, owns, problems, numbers, marks, hashes, words, changed, dates)
    if len({len(column) for column in columns}) != 1:
        raise ValueError("columns of different lengths")
    if not all(isinstance(text, str) for column in (names, titles, ids) for text in column):
        raise ValueError("no text where there should be one")
    if any(name.startswith("/") for name in names):
        names = [name_of(name) for name in names]
    return Kept(
        names, titles, ids, marks, hashes, array("l", words), changed, dates, numbers,
        {at: own for at, own in enumerate(owns) if own is not None},
        {at: problem for at, problem in enumerate(problems) if problem is not None},
    )  # fmt: skip


def _integers(text: str) -> array[int]:
    return array("q", json.loads(f"[{text}]"))  # in half the time that `int` of each would take


def _numbers(rows: Sequence[Sequence[Any]]) -> array[int]:
    """The numbers of an answer that has them as one text."""
    text = rows[0][0] if rows else None
    return _integers(text) if text else array("q")
