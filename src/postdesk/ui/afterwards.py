"""What a window needs after its first paint, in small steps that give way to her keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

_TURN = 10  # ms of steps in one turn of the event loop; a step that takes longer is alone in its turn
QUIET = 80  # ms after a key in which nothing is done
_LOOK = 15  # ms between two looks at whether it is quiet
_PATIENCE = 1500  # ms that keys are given way; somebody who types without a pause needs the rest, too


class Afterwards(QObject):
    """Runs `steps` in their order once `start` is called, between other events, `quiet` ms after a key at the
    earliest; `done` after the last one."""

    done = Signal()

    def __init__(
        self, steps: Iterable[Callable[[], object]], parent: QObject | None = None, *, quiet: int = QUIET
    ) -> None:
        super().__init__(parent)
        self._quiet = quiet
        self._steps = deque(steps)
        self._clock = QElapsedTimer()
        self._key = QElapsedTimer()
        self._waiting = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        """Begin with the next turn of the event loop."""
        self._clock.start()
        self._timer.start(0)

    def wait(self, most: int) -> None:
        """Leave the interpreter to a task until `go_on`, `most` ms at the longest."""
        self._waiting = True
        self._timer.start(most)

    def go_on(self) -> None:
        """The task is over."""
        if self._waiting:
            self._timer.start(0)

    def stop(self) -> None:
        """Leave what is not done undone."""
        self._steps.clear()
        self._waiting = False
        self._timer.stop()

    def saw_key(self, *_what: object) -> None:
        """She typed: the steps wait a moment."""
        self._key.start()

    def _turn(self) -> None:
        self._waiting = False
        busy = self._key.isValid() and self._key.elapsed() < self._quiet
        if busy and self._clock.elapsed() < _PATIENCE:
            self._timer.start(_LOOK)
            return
        turn = QElapsedTimer()
        turn.start()
        try:
            while self._steps and not self._waiting and turn.elapsed() < _TURN:
                self._steps.popleft()()
        finally:  # what fails keeps nothing else from her
            if self._steps and not self._waiting:
                self._timer.start(0)
            elif not self._waiting:
                self.done.emit()
