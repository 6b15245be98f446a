"""The one door between threads and the window: slow work is a plain function given to `Tasks`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from postdesk.core.errors import PostDeskError

T = TypeVar("T")
_log = logging.getLogger(__name__)


class _Answer(QObject):
    """Carries a result back to the thread that asked."""

    ready = Signal(object, object)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], Any], answer: _Answer) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self._work = work
        self._answer = answer

    @Slot()
    def run(self) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = self._work()
        except BaseException as caught:
            error = caught
        try:
            self._answer.ready.emit(result, error)
        except RuntimeError:  # the window is gone, and nobody waits for the answer
            _log.debug("answer of a task came after the window was closed")


class Tasks(QObject):
    """Runs functions on worker threads and calls back on the window's thread, in order per lane.

    A lane (a name) runs one job at a time in the order given, e.g. all writes to the library; jobs without a lane run side by side.
    """

    failed = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(8)
        self._lanes: dict[str, list[tuple[_Job, _Answer]]] = {}
        self._running: set[_Job] = set()

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str = "",
    ) -> None:
        """Call `work()` on another thread, then `done(result)` or `failed(error)` on this one.

        Without `failed`, a `PostDeskError` goes out as the signal `failed`, any other exception is logged and goes out too.
        """
        answer = _Answer(self)
        job = _Job(work, answer)

        def finish(result: Any, error: BaseException | None) -> None:
            self._running.discard(job)
            answer.deleteLater()
            if lane:
                queue = self._lanes[lane]
                queue.pop(0)
                if queue:
                    self._pool.start(queue[0][0])
                else:
                    del self._lanes[lane]
            try:
                if error is None:
                    if done is not None:
                        done(result)
                elif isinstance(error, Exception) and failed is not None:
                    failed(error)
                else:
                    if not isinstance(error, PostDeskError):
                        _log.error("a task failed", exc_info=error)
                    self.failed.emit(error)
            finally:
                if not self._running:
                    self.idle.emit()

        answer.ready.connect(finish, Qt.ConnectionType.QueuedConnection)
        self._running.add(job)
        if lane:
            queue = self._lanes.setdefault(lane, [])
            queue.append((job, answer))
            if len(queue) > 1:
                return
        self._pool.start(job)

    @property
    def busy(self) -> int:
        """How many jobs have not called back yet."""
        return len(self._running)

    def wait(self, milliseconds: int) -> bool:
        """At quit: wait for running jobs; callbacks of jobs that finished are still delivered by the event loop."""
        return self._pool.waitForDone(milliseconds)
