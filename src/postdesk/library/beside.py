"""Reads many files in a process of its own (`reader.py`), beside everything else.

Whatever happens to that process, the files are read: here, as if there were none. It is started when it is needed
first, and ended by `rest` when nothing is left to be read.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

from postdesk.core.processes import end, started
from postdesk.library.columns import Entry, Found
from postdesk.library.entries import read_entries
from postdesk.library.reader import plain, receive, send
from postdesk.library.reading import Lesson, read_texts
from postdesk.library.texts import Ready

log = logging.getLogger(__name__)

MODULE = "postdesk.library.reader"
_DEATHS = 3  # after so many it is not started again
_PIPE = 1 << 18  # bytes: each turn of a smaller one would be a wait for the interpreter's lock


class Beside:
    """One process, for one question at a time. May be used from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._over = False

    @property
    def pid(self) -> int:
        """The process' id, 0 while there is none."""
        process = self._process
        return process.pid if process is not None else 0

    def entries(self, root: str, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        """As `read_entries`."""
        said = self._ask("entries", root, [(name, tuple(marks)) for name, marks in found])
        if said is None or len(said) != len(found):
            return read_entries(root, found)
        return [None if values is None else Entry(*values) for values in said]

    def texts(self, root: str, lessons: Sequence[Lesson]) -> list[Ready | None]:
        """As `read_texts`."""
        said = self._ask("texts", root, [(name, post_id, plain(entry)) for name, post_id, entry in lessons])
        if not said:
            return read_texts(root, lessons)
        return [None if values is None else Ready(*values) for values in said]

    def rest(self) -> None:
        """End the process until it is needed again; waits for a question that it was asked."""
        with self._turn:
            self._drop()

    def close(self) -> None:
        """End the process, whatever it does, and start no other one."""
        self._over = True
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for its answer reads the files instead
        self.rest()

    # --- how ---

    def _ask(self, what: str, root: str, asked: Sequence[object]) -> list[Any] | None:
        """None when there was no answer."""
        with self._turn:
            if self._over or self._deaths >= _DEATHS:
                return None
            try:
                process = self._process = self._process or started(MODULE, pipe=_PIPE)
                if process.stdin is None or process.stdout is None:
                    return None
                send(process.stdin, (what, root, asked))
                said = receive(process.stdout)
                return said if isinstance(said, list) else None
            except (OSError, EOFError, ValueError, TypeError) as error:
                if not self._over:
                    self._deaths += 1
                    log.info("The process that reads the library's files is gone: %r", error)
                self._drop()
                return None

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)
