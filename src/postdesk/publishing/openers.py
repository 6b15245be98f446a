"""Opens the posts of a pull in processes beside it (`opener.py`), as many as there are processors.

Whatever happens to a process, its posts are opened: here, as if there were none. They are started by `begin`, or
when there is enough to do, and ended by `close`.
"""

from __future__ import annotations

import logging
import os
import select
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from postdesk.core.cancel import Cancel
from postdesk.core.messages import receive, send
from postdesk.core.processes import end, started
from postdesk.publishing.opener import Ready, Unopened, open_posts

log = logging.getLogger(__name__)

MODULE = "postdesk.publishing.opener"
_MOST = 4
_FEW = 60_000  # characters: less is opened here before a process has started
_LOOK_S = 0.2  # between two looks whether she stopped it


@dataclass(slots=True)
class _Share:
    """What one process has to do; without one it is done here."""

    process: subprocess.Popen[bytes] | None
    posts: list[Unopened] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    size: int = 0


class Openers:
    """For one pull: `give` some posts, do something else, `take` them. One lot at a time."""

    def __init__(self, most: int = 0) -> None:
        self._most = most or min(_MOST, os.cpu_count() or 1)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._failed = False
        self._shares: list[_Share] = []
        self._count = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that run."""
        return tuple(process.pid for process in self._processes)

    def begin(self) -> None:
        """Start the processes now, as there will be much to do; what they load takes as long as a page."""
        self._start()

    def give(self, posts: Sequence[Unopened]) -> None:
        """Let these be opened."""
        self._count = len(posts)
        if sum(len(post.content) for post in posts) >= _FEW:
            self._start()
        self._shares = [_Share(process) for process in self._processes] or [_Share(None)]
        # The longest first, each to whoever has least: what takes longest is what all wait for.
        for place in sorted(range(len(posts)), key=lambda n: -len(posts[n].content)):
            share = min(self._shares, key=lambda one: one.size)
            share.posts.append(posts[place])
            share.places.append(place)
            share.size += len(posts[place].content) + 500
        for share in self._shares:
            if share.process is not None and share.posts and share.process.stdin is not None:
                try:
                    send(share.process.stdin, [tuple(post) for post in share.posts])
                except (OSError, ValueError) as error:
                    self._lose(share, error)

    def take(self, cancel: Cancel) -> list[Ready]:
        """The posts in the order in which they were given, opened. Raises `Cancelled`; then only `close` is left."""
        found: list[Ready | None] = [None] * self._count
        # Those of the processes first: they are at work already.
        for share in sorted(self._shares, key=lambda one: one.process is None):
            opened = self._answer(share, cancel) if share.process is not None and share.posts else None
            if opened is None:
                opened = []
                for post in share.posts:
                    cancel.check()
                    opened += open_posts([post])
            for place, ready in zip(share.places, opened, strict=True):
                found[place] = ready
        self._shares, self._count = [], 0
        return [ready for ready in found if ready is not None]

    def close(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes:
            end(process)
        self._processes = []

    # --- how ---

    def _start(self) -> None:
        while len(self._processes) < self._most and not self._failed:
            try:
                self._processes.append(started(MODULE))
            except OSError as error:
                log.info("A process to open posts cannot be started: %r", error)
                self._failed = True

    def _answer(self, share: _Share, cancel: Cancel) -> list[Ready] | None:
        process = share.process
        if process is None or process.stdout is None:
            return None
        while os.name == "posix" and not select.select([process.stdout], [], [], _LOOK_S)[0]:
            cancel.check()
        try:
            said = receive(process.stdout)
            if len(said) == len(share.posts):
                return [Ready(*one) for one in said]
            raise ValueError(f"{len(said)} answers")
        except (OSError, EOFError, ValueError, TypeError, MemoryError, OverflowError) as error:
            self._lose(share, error)
            return None

    def _lose(self, share: _Share, error: Exception) -> None:
        log.info("A process that opens posts is gone: %r", error)
        if share.process is not None:
            end(share.process)
            self._processes = [one for one in self._processes if one is not share.process]
        share.process = None
        self._failed = True
