"""A home for a program under the bench: made once, and as it was then before every start."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tests.bench.picture import Picture
from tests.bench.program import Program
from tests.bench.screen import Screen
from tests.bench.subjects import Subject

LIMIT = 15.0  # s; who has not answered by then does not answer
_GONE = 10.0  # s


class Home:
    """One home of `subject` in `folder`, with the post of `size` bytes; its path never changes."""

    def __init__(self, screen: Screen, subject: Subject, size: int, folder: Path) -> None:
        self.screen = screen
        self.subject = subject
        self.size = size
        self.path = folder / "home"
        self._kept = folder / "kept"
        self.path.mkdir(parents=True)
        subject.prepare(self.path, size)

    def patience(self) -> float:
        """How many seconds without a change mean that nothing more is to come."""
        if self.subject.name in ("Post Desk", "bare Qt window"):
            return 1.0
        return 2.0 if self.size < 100_000 else 5.0

    def settle_in(self) -> None:
        """Its very first start, which makes settings and caches; what it leaves is what each later start finds."""
        program = self.start(first=True)
        try:
            self.wait_for_window()
            self.rest()
            if self.subject.quit(self.screen):
                program.wait(LIMIT)
        finally:
            self.end(program)
        shutil.copytree(self.path, self._kept, symlinks=True)

    def renew(self) -> None:
        """As it was after `settle_in`."""
        shutil.rmtree(self.path)
        shutil.copytree(self._kept, self.path, symlinks=True)

    def start(self, *, first: bool = False) -> Program:
        """Start the program with its post, the pointer out of the way."""
        self.screen.park()
        return Program(
            self.subject.command(self.path, self.size, first=first),
            self.screen.name, self.path, self.subject.environment,
        )  # fmt: skip

    def end(self, program: Program) -> None:
        """End it, and wait until its window is gone."""
        program.end()
        self.screen.until(lambda: self.screen.window() is None, _GONE)

    def wait_for_window(self) -> None:
        """Until there is one, and it has the keyboard."""
        self.screen.until(lambda: self.screen.window() is not None, LIMIT)
        self.screen.focus()

    def rest(self) -> Picture:
        """Until nothing has changed in the window for a while; returns what is seen then."""
        window = self.screen.window()
        if window is None:
            raise TimeoutError("the window has gone")
        end = time.perf_counter() + 2.0  # a program may look finished before its engine has even started
        while time.perf_counter() < end:
            self.screen.focus()
            time.sleep(0.05)
        return self.screen.settled(self.screen.window() or window, self.patience(), 2 * LIMIT)
