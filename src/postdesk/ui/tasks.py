"""The one door between threads and the window: slow work is a plain function given to `Tasks`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QThread, QThreadPool, Signal

from postdesk.core.errors import PostDeskError

T = TypeVar("T")
_THREADS = 24  # a dozen blogs that do not answer must not keep a post from being saved
_log = logging.getLogger(__name__)


class _Job:
    """One call of a function, with whom to tell. A plain object: a QRunnable that Python owns may be freed
    too early.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        lane: str,
        answered: Callable[[object, object, object], None],
    ) -> None:
        self.work = work
        self.done = done
        self.failed = failed
        self.lane = lane
        self._answered = answered

    def __call__(self) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = self.work()
        except BaseException as caught:
            error = caught
        try:
            self._answered(self, result, error)
        except RuntimeError:  # the window is gone, and nobody waits for the answer
            _log.debug("the answer of a task came after the window was closed")


class Tasks(QObject):
    """Runs functions on worker threads and calls back on the window's thread, in order per lane.

    A lane (a name) runs one job at a time in the order given, e.g. all writes to the library; jobs without a
    lane run side by side.
    """

    failed = Signal(object)
    idle = Signal()
    _answered = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)
        self._lanes: dict[str, list[_Job]] = {}
        self._running: set[_Job] = set()
        # One lasting connection: a connection per job, dropped inside its own slot, was seen to crash PySide
        # 6.11.
        self._answered.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str = "",
    ) -> None:
        """Call `work()` on another thread, then `done(result)` or `failed(error)` on this one.

        Without `failed`, an error goes out as the signal `failed`; one that is no `PostDeskError` is logged
        too.
        """
        job = _Job(work, done, failed, lane, self._answered.emit)
        self._running.add(job)
        if lane:
            queue = self._lanes.setdefault(lane, [])
            queue.append(job)
            if len(queue) > 1:
                return
        self._pool.start(job)

    def _finish(self, job: _Job, result: Any, error: BaseException | None) -> None:
        self._running.discard(job)
        if job.lane:
            queue = self._lanes[job.lane]
            queue.pop(0)
            if queue:
                self._pool.start(queue[0])
            else:
                del self._lanes[job.lane]
        try:
            if error is None:
                if job.done is not None:
                    job.done(result)
            elif isinstance(error, Exception) and job.failed is not None:
                job.failed(error)
            else:
                if not isinstance(error, PostDeskError):
                    _log.error("a task failed", exc_info=error)
                self.failed.emit(error)
        finally:
            if not self._running:
                self.idle.emit()

    @property
    def busy(self) -> int:
        """How many jobs have not called back yet."""
        return len(self._running)

    def settle(self, lanes: Collection[str], milliseconds: int) -> bool:
        """At quit: wait until nothing is left in these lanes, and deliver what was answered; whether that was so in
        time. What runs in other lanes, e.g. a request to a slow blog, is not waited for."""
        clock = QElapsedTimer()
        clock.start()
        while any(lane in self._lanes for lane in lanes):
            if clock.elapsed() > milliseconds:
                return False
            QThread.msleep(2)
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        return True

    def wait(self, milliseconds: int) -> bool:
        """At quit: wait for running jobs; what they answer is still delivered by the event loop."""
        return self._pool.waitForDone(milliseconds)
