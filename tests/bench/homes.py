"""A home for a program under the bench: made once, and as it was then before every start."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tests.bench.panes import NotFound
from tests.bench.picture import Area, Picture
from tests.bench.program import Program
from tests.bench.screen import Screen
from tests.bench.subjects import Subject

LIMIT = 15.0  # s; who has not answered by then does not answer
_GONE = 10.0  # s
_QUIET = 0.8  # s without work and without a change; longer than an editor waits before it renders anew
_IDLE = 0.15  # of a processor: a caret that blinks takes less, and WebKit 0.1 when nothing happens
_LONGEST = 30.0  # s to wait for rest
_RESTLESS = 3.0  # s to wait from then on for a program that was found to be at work for ever


class Home:
    """One home of `subject` in `folder`, with the post of `size` bytes; its path never changes."""

    def __init__(self, screen: Screen, subject: Subject, size: int, folder: Path) -> None:
        self.screen = screen
        self.subject = subject
        self.size = size
        self.path = folder / "home"
        self._kept = folder / "kept"
        self._program: Program | None = None
        self._longest = _LONGEST
        self.path.mkdir(parents=True)
        subject.prepare(self.path, size)

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
        self._program = Program(
            self.subject.command(self.path, self.size, first=first),
            self.screen.name, self.path, self.subject.environment,
        )  # fmt: skip
        return self._program

    def end(self, program: Program) -> None:
        """End it, and wait until its window is gone."""
        program.end()
        self.screen.until(lambda: self.screen.window() is None, _GONE)

    def wait_for_window(self) -> None:
        """Until there is one, and it has the keyboard."""
        self.screen.until(lambda: self.screen.window() is not None, LIMIT)
        self.screen.focus()

    def rest(self) -> Picture:
        """Until the whole window has come to rest; returns what is seen then."""
        self.screen.focus()
        window = self.screen.window()
        if window is None:
            raise NotFound("its window went away")
        return self.settle(window)

    def settle(self, area: Area) -> Picture:
        """What is seen at `area` once the program has nothing more to do: for a while it has neither worked nor
        changed what is seen there, but for a caret. On a busy machine that takes longer, and so does this."""
        end = time.perf_counter() + self._longest
        while True:
            seen, worked, began = self.screen.look(area), self._work(), time.perf_counter()
            time.sleep(_QUIET)
            now = self.screen.look(area)
            share = (self._work() - worked) / (time.perf_counter() - began)
            quiet = share <= _IDLE and not now.differs_by_letter(seen)
            if quiet:
                return now
            if time.perf_counter() > end:
                self._longest = _RESTLESS
                return now

    def _work(self) -> float:
        return self._program.work() if self._program is not None else 0.0
