"""The process that reads what many posts say and puts it into the full-text index: `python -m
postdesk.library.learner`, see `core.messages`.

A process of its own, so that hundreds of megabytes of words pass neither the window's memory nor its interpreter's
lock. It is asked `(index, root, lessons)`, each lesson as plain values, and answers with what `Learner.learn` gives for
them, an empty list when the index could not be written. The window has the index open meanwhile, has made it, and does
not write to it; searches read it as ever. Each question is one transaction: a process that is killed leaves the index
as it was before or after one.

While SQLite writes, with the interpreter's lock given away, the files of the next question are read.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from postdesk.core.ahead import Ahead
from postdesk.core.messages import serve
from postdesk.library.index_file import join_index
from postdesk.library.plain import lesson_of
from postdesk.library.reading import read_texts
from postdesk.library.texts import Ready, in_turn, insert

log = logging.getLogger(__name__)


def answers(questions: Iterable[tuple[str, str, Sequence[Any]]]) -> Iterator[list[int | None]]:
    """What is said to each question."""
    coming = iter(questions)
    next_one = Ahead(partial(_read, coming))
    while (read := next_one.result()) is not None:
        next_one = Ahead(partial(_read, coming))
        yield _write(*read)


def _read(questions: Iterator[tuple[str, str, Sequence[Any]]]) -> tuple[Path, list[Ready | None]] | None:
    """What the next question is about; None when there is none any more."""
    for index, root, lessons in questions:
        return Path(index), read_texts(root, [lesson_of(one) for one in lessons])
    return None


def _write(index: Path, texts: Sequence[Ready | None]) -> list[int | None]:
    try:
        # Opened each time: where the file was made anew meanwhile, this is the new one.
        with closing(join_index(index)) as database, database:
            return in_turn(texts, lambda there: insert(database, there))
    except sqlite3.Error as error:
        log.info("The index was not written: %s", error)
        return []


if __name__ == "__main__":
    sys.exit(serve(answers))
