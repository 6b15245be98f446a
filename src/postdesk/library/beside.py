"""Two processes that do slow work on many files beside the window: one reads what the list shows (`reader.py`), one
reads what the posts say and writes it into the index (`learner.py`).

Whatever happens to such a process, the work is done: by whoever asked, as if there were none. It is started when it is
needed first, and ended by `rest` when nothing is left to be done.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from postdesk.core.messages import receive, send
from postdesk.core.processes import end, started
from postdesk.library.columns import Entry, Found
from postdesk.library.entries import read_entries
from postdesk.library.lessons import Lesson
from postdesk.library.plain import of_lesson

log = logging.getLogger(__name__)

_DEATHS = 3  # after so many it is not started again
_AHEAD = 2  # lots: one is written, one is read, one waits
_PIPE = 1 << 18  # bytes: each turn of a smaller one would be a wait for the interpreter's lock


class _Beside:
    """One process, for one question at a time. May be used from any thread."""

    module = ""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._over = threading.Event()

    @property
    def pid(self) -> int:
        """The process' id, 0 while there is none."""
        process = self._process
        return process.pid if process is not None else 0

    @property
    def is_over(self) -> bool:
        """Whether it was closed: nobody waits any more for what is done."""
        return self._over.is_set()

    def rest(self) -> None:
        """End the process until it is needed again; waits for a question that it was asked."""
        with self._turn:
            self._drop()

    def close(self) -> None:
        """End the process, whatever it does, and start no other one."""
        self._over.set()
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for its answer waits no longer
        self.rest()

    def _ask(self, questions: Iterable[object], *, ahead: int = 0) -> Generator[Any, None, None]:
        """The answers in turn, as they come; none any more when the process is gone. So many questions are asked before
        those in front of them are answered. A process whose answers nobody waits for is ended."""
        with self._turn:
            if self._over.is_set() or self._deaths >= _DEATHS:
                return
            waiting = 0
            try:
                process = self._process = self._process or started(self.module, pipe=_PIPE)
                if process.stdin is None or process.stdout is None:
                    return
                for question in chain(questions, repeat(None, ahead)):
                    if self._over.is_set():  # since the process was started, perhaps
                        return
                    if question is not None:
                        waiting += 1
                        send(process.stdin, question)
                    if waiting > ahead or (question is None and waiting):
                        said = receive(process.stdout)
                        waiting -= 1
                        yield said
            except (OSError, EOFError, ValueError, TypeError) as error:
                if not self._over.is_set():
                    self._deaths += 1
                    log.info("%s is gone: %r", self.module, error)
            finally:
                if waiting:
                    self._drop()

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)


class Reader(_Beside):
    """Reads what the list shows."""

    module = "postdesk.library.reader"

    def entries(self, root: str, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        """As `read_entries`."""
        for said in list(self._ask([(root, [(name, tuple(marks)) for name, marks in found])])):
            if isinstance(said, list) and len(said) == len(found):
                return [None if values is None else Entry(*values) for values in said]
        return read_entries(root, found)


class Learner(_Beside):
    """Reads what the posts say, and writes it into the index."""

    module = "postdesk.library.learner"

    def learn(
        self, index: Path, root: str, lots: Iterable[Sequence[Lesson]]
    ) -> Generator[list[int | None], None, None]:
        """Put these files into the `index`, which nobody else writes to. For each lot, when it is in: the number of
        each of its first files, None for one that is no file any more or another; what is missing was not put. There
        are no more when the process is gone or could not write: what is in the index of the next lot nobody knows.
        `lots` are asked for some time ahead."""
        place = os.fspath(index)
        questions = ((place, root, [of_lesson(one) for one in lot]) for lot in lots)
        with closing(self._ask(questions, ahead=_AHEAD)) as answers:
            for numbers in answers:
                if not isinstance(numbers, list) or not numbers:
                    self._deaths += 1  # one that cannot write is as good as none
                    return
                yield numbers
