"""How long SQLite's FTS5 alone takes for the words of a library: the least that an index of them can cost on this
machine, whose speed may be another in the next hour."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

_LOT = 2000  # posts
# Nothing is merged, nothing waits for the disk, and there is no way back: less than an index of a program may save.
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE VIRTUAL TABLE words USING fts5(title, body, tags, categories, content='', columnsize=0, tokenize='unicode61');
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
INSERT INTO words (words, rank) VALUES ('automerge', 0);
INSERT INTO words (words, rank) VALUES ('crisismerge', 1000);
"""


def seconds(root: Path, database: Path) -> float:
    """s to put the text of all posts below `root` into a new file `database`; reading and cutting up the posts, which
    an index has to do, too, is not counted."""
    took = 0.0
    with closing(sqlite3.connect(database)) as words:
        words.executescript(_TABLES)
        paths = sorted(root.rglob("*.md"))
        for first in range(0, len(paths), _LOT):
            lot = enumerate(paths[first : first + _LOT], first + 1)
            rows = [(number, *_columns(path.read_text("utf-8"))) for number, path in lot]
            began = time.perf_counter()
            with words:
                words.executemany("INSERT INTO words (rowid, title, body, tags) VALUES (?, ?, ?, ?)", rows)
            took += time.perf_counter() - began
    return took


def _columns(text: str) -> tuple[str, str, str]:
    """Title, body and tags of a post that `archive` made."""
    _nothing, front, body = text.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    return fields["title"], body, fields["tags"].strip("[]")
