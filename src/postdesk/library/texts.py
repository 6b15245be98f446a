"""The texts of posts as the full-text index takes them, and the rows that it makes of them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from postdesk.library.columns import Entry
from postdesk.library.questions import encodable

# Posts that are put in by one statement; SQLite takes 32,766 values in one.
_ROWS, _WORDS = 500, 4000


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be remembered and found of one file; `links` are addresses, `picture`: whether it shows one."""

    name: str
    id: str
    entry: Entry
    body: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    links: tuple[str, ...]
    picture: bool


class Ready(NamedTuple):
    """What the index is given of one file: its name as `kept_name` has it, the hash of what was read (`Entry.hash`),
    its row without the number, and the words of its columns. Plain values, that another process can send."""

    name: str
    hash: int
    row: tuple[object, ...]
    words: tuple[str, str, str, str]


def ready(text: Text) -> Ready:
    """A text as it is put into the index."""
    row = _row(text)
    tags, categories = " ".join(text.tags), " ".join(text.categories)
    words = (encodable(text.entry.title), encodable(text.body), encodable(tags), encodable(categories))
    return Ready(str(row[0]), text.entry.hash, row, words)


def kept_name(name: str) -> str:
    """A name as text that the file can hold; no name begins with a slash."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "/" + os.fsencode(name).hex()
    return name


def name_of(kept: str) -> str:
    """The name that `kept_name` made that text of."""
    if not kept.startswith("/"):
        return kept
    try:
        return os.fsdecode(bytes.fromhex(kept[1:]))
    except ValueError:
        return kept  # no name of a file


def insert(database: sqlite3.Connection, texts: Sequence[Ready]) -> list[int]:
    """Many rows in one statement, as every statement gives the interpreter's lock away and waits for it again, and
    each makes FTS5 write what it has gathered of words as a piece of its own. Returns the numbers."""
    names = json.dumps([text.name for text in texts])
    database.execute("DELETE FROM posts WHERE name IN (SELECT value FROM json_each(?))", (names,))
    (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
    numbered = list(enumerate(texts, last + 1))
    for first in range(0, len(numbered), _ROWS):
        part = numbered[first : first + _ROWS]
        posts = [value for number, text in part for value in (number, *text.row)]
        database.execute(f"INSERT INTO posts VALUES {_marks(len(part), 17)}", posts)  # noqa: S608  question marks
    for first in range(0, len(numbered), _WORDS):
        part = numbered[first : first + _WORDS]
        words = [value for number, text in part for value in (number, *text.words)]
        sql = f"INSERT INTO words (rowid, title, body, tags, categories) VALUES {_marks(len(part), 5)}"  # noqa: S608
        database.execute(sql, words)
    return [number for number, _text in numbered]


def in_turn(texts: Sequence[Ready | None], put: Callable[[list[Ready]], Sequence[int]]) -> list[int | None]:
    """The numbers that `put` gives for those of `texts` that are there, each in its place."""
    numbers = iter(put([text for text in texts if text is not None]))
    return [None if text is None else next(numbers) for text in texts]


def _marks(rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return ", ".join([row] * rows)


def _row(text: Text) -> tuple[object, ...]:
    one = text.entry
    return (
        kept_name(text.name), one.marks, one.hash, one.changed, one.date, one.words,
        *map(encodable, (text.id, one.own, one.title, one.problem)),
        *map(_lines, (text.tags, text.categories, _labels(text))), encodable(one.details), text.picture,
        _lines(text.links),
    )  # fmt: skip


def _labels(text: Text) -> list[str]:
    """Tags and categories as a filter compares them."""
    return [f"t:{tag.casefold()}" for tag in text.tags] + [f"c:{name.casefold()}" for name in text.categories]


def _lines(texts: Sequence[str]) -> str:
    """Between line ends, so that a whole one, or its beginning, can be looked for."""
    return "".join(f"\n{encodable(text)}" for text in texts) + "\n" if texts else ""
