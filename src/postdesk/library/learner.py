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
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from postdesk.core.ahead import Ahead
from postdesk.core.messages import serve
from postdesk.library.index_file import join_index
from postdesk.library.plain import lesson_of
from postdesk.library.reading import read_texts
from postdesk.library.texts import Ready, in_turn, insert

log = logging.getLogger(__name__)

_Question = tuple[str, str, Sequence[Any]]


def answers(questions: Iterable[_Question]) -> Iterator[list[int | None]]:
    """What is said to each question."""
    coming: SimpleQueue[_Question | None] = SimpleQueue()
    # All the time: the window would wait for one who takes its question, and this process for one who takes its answer.
    taking = Ahead(partial(_take, questions, coming))
    next_one = Ahead(partial(_read, coming))
    while (read := next_one.result()) is not None:
        next_one = Ahead(partial(_read, coming))
        yield _write(*read)
    taking.result()


def _take(questions: Iterable[_Question], coming: SimpleQueue[_Question | None]) -> None:
    try:
        for question in questions:
            coming.put(question)
    finally:
        coming.put(None)


def _read(coming: SimpleQueue[_Question | None]) -> tuple[Path, list[Ready | None]] | None:
    """What the next question is about; None when there is none any more."""
    question = coming.get()
    if question is None:
        return None
    index, root, lessons = question
    return Path(index), read_texts(root, [lesson_of(one) for one in lessons])


def _write(index: Path, texts: Sequence[Ready | None]) -> list[int | None]:
    try:
        # Opened each time: where the file was made anew meanwhile, this is the new one.
        with closing(join_index(index)) as database, database:
            return in_turn(texts, lambda there: insert(database, there))
    except sqlite3.Error as error:
        log.info("The index was not written: %s", error)
        return []


def main() -> NoReturn:
    """Answer until the window is gone, or something fails that nobody here can do anything about."""
    code = 1
    try:
        code = serve(answers)
    finally:
        os._exit(code)  # a thread that waits for a question would not let Python end


if __name__ == "__main__":
    main()
