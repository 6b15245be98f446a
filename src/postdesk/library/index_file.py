"""The SQLite file of the full-text index: its tables, and how the window and the process that learns open it.

The words lie in an FTS5 table without content (https://sqlite.org/fts5.html, "Contentless Tables"): SQLite 3.40 cannot
delete from one, so a post that changed gets a new number, and the hits of old numbers fall out as no post has them.
When there are many of these, the file is made anew.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from postdesk.library.made_file import open_made

VERSION = 3
_TABLES = """
CREATE TABLE posts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, marks INTEGER NOT NULL,
    hash INTEGER NOT NULL, changed INTEGER NOT NULL, date INTEGER NOT NULL, words INTEGER NOT NULL, id TEXT NOT NULL,
    own TEXT NOT NULL, title TEXT NOT NULL, problem TEXT NOT NULL, tags TEXT NOT NULL, categories TEXT NOT NULL,
    labels TEXT NOT NULL, details TEXT NOT NULL, picture INTEGER NOT NULL, links TEXT NOT NULL
);
CREATE TABLE agreed (ids TEXT NOT NULL);
CREATE INDEX changes ON posts (changed DESC);
CREATE INDEX labelled ON posts (labels);
CREATE VIRTUAL TABLE words USING fts5(
    title, body, tags, categories, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
INSERT INTO words (words, rank) VALUES ('automerge', 0);
INSERT INTO words (words, rank) VALUES ('crisismerge', 1000);
INSERT INTO words (words, rank) VALUES ('usermerge', 16);
INSERT INTO words (words, rank) VALUES ('pgsz', 8100);
"""
# All labels are looked through for a part of them: in an index, which is a tenth of the table.
# The last lines: so many bytes of words are gathered before they are written. What was written is not merged by the
# commit that wrote it, but by `merge`, when there are sixteen pieces of one size (decision 038). A leaf of its tree
# fills a page of the file.
_PAGE = 8192  # bytes
# Of a connection. Pages that are committed until they go to their places, for which the disk is waited for. Some builds
# of SQLite write zeros over all that is merged; the words are in the posts' own files as well.
_SETTINGS = ("wal_autocheckpoint = 4000", "synchronous = NORMAL", "secure_delete = OFF")
_MOST_DEAD = 5000  # numbers without a post, and more of them than posts, until the words are made anew


def open_index(path: Path) -> tuple[sqlite3.Connection, bool]:
    """The file, made where there is none, and whether it was made. Raises `sqlite3.Error` for one that is damaged, of
    another version, or to be made anew; OSError."""
    page = f"page_size = {_PAGE}"  # of a file that is new
    database, made = open_made(path, VERSION, _TABLES, (page, *_SETTINGS), any_thread=True)
    try:
        (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
        if last > _MOST_DEAD:
            (count,) = database.execute("SELECT count(*) FROM posts").fetchone()
            if last - count > max(_MOST_DEAD, count):
                raise sqlite3.DatabaseError(f"{last - count} numbers without a post")
    except BaseException:
        database.close()
        raise
    return database, made


def join_index(path: Path) -> sqlite3.Connection:
    """The file that another process has open and made. Raises `sqlite3.Error` when it is not there, or not the same."""
    place = os.fsencode(path.absolute().as_posix())
    # Two strokes and nothing between them and the path, which has another two where it begins with a computer's name.
    address = f"file://{'' if place.startswith(b'/') else '/'}{quote(place)}?mode=rw"
    database = sqlite3.connect(address, uri=True, timeout=5)
    try:
        for setting in _SETTINGS:
            database.execute(f"PRAGMA {setting}")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
    except BaseException:
        database.close()
        raise
    return database
