"""One call that is made beside whatever else is done: a thread of its own, for what waits for somebody else.

Only for work that nobody draws for and that has no window near it: `ui/tasks.py` is where a window's jobs run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Begins `work` at once; `result` waits for it. Whoever begins one must ask for its result, or `leave` it after
    having told the work to stop."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._made: list[T] = []
        self._error: BaseException | None = None
        context = copy_context()  # who records, who watches
        self._thread = Thread(target=context.run, args=(self._run,), name="ahead", daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the call returned. Raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._made[0]

    def leave(self) -> None:
        """Wait for its end and forget what came of it."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._made.append(self._work())
        except BaseException as error:
            self._error = error
