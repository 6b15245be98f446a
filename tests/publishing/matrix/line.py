"""The writer's machine below the HTTP client: where a name leads to, how time passes, and when the program is killed.

Each request has a connection of its own, so the n-th look-up of a name is the n-th request. What is said here holds for
the thread that said it, so that several programs can run at a time.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest

from postdesk.backends import transport


class Killed(BaseException):
    """The program ends here, without a chance to do anything."""


Act = Callable[[], int | None]
"""What happens when a name is looked up; it may raise. A port leads the connection there instead."""


@dataclass
class _Moment:
    act: Act
    skip: int
    times: int | None


class Line:
    """What happens on one machine. `looked_up` counts the connections that were asked for."""

    def __init__(self) -> None:
        self.looked_up = 0
        self._moments: list[_Moment] = []
        self._passed = 0.0
        self._hurry = 0.0
        self._killed = False
        self._dead = socket.socket()  # bound, and never listened at: connections are refused
        self._dead.bind(("127.0.0.1", 0))
        self._deaf = socket.socket()  # its queue is full: nobody picks up
        self._deaf.bind(("127.0.0.1", 0))
        self._deaf.listen(0)
        self._callers: list[socket.socket] = []

    def close(self) -> None:
        """Gives the ports back."""
        for one in (self._dead, self._deaf, *self._callers):
            one.close()

    # --- what goes wrong ---

    def at(self, skip: int, act: Act, *, times: int | None = 1) -> None:
        """After `skip` more look-ups `act` is called, so many times (None: from then on)."""
        self._moments.append(_Moment(act, skip, times))

    def clear(self) -> None:
        """Nothing goes wrong any more; a program that was killed can be started again."""
        self._moments.clear()
        self._killed = False
        self._hurry = 0.0

    def revive(self) -> None:
        """A program that was killed can be started again; all else stays."""
        self._killed = False

    def fails(self, code: int) -> int:
        """The name cannot be looked up."""
        raise socket.gaierror(code, "by order of the test")

    def refuses(self) -> int:
        """A port at which nobody listens."""
        port: int = self._dead.getsockname()[1]
        return port

    def does_not_pick_up(self) -> int:
        """A port at which nobody answers; time passes quickly from now on."""
        while len(self._callers) < 4:  # more than the queue of length 0 takes
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(self._deaf.getsockname())
            self._callers.append(caller)
        self._hurry = 5.0
        port: int = self._deaf.getsockname()[1]
        return port

    def hours_pass(self) -> None:
        """By the clock that counts while a program waits for an answer. Any thread may call."""
        self._passed += 36_000.0

    def kill(self) -> None:
        """The program ends where it is now. Any thread may call."""
        self._killed = True

    # --- what the program meets ---

    def look_up(self, port: int) -> int:
        """The port that this connection leads to."""
        self.looked_up += 1
        for moment in self._moments:
            if moment.times == 0:
                continue
            if moment.skip > 0:
                moment.skip -= 1
                continue
            if moment.times is not None:
                moment.times -= 1
            token = _LINE.set(None)  # whatever it does is not the program's doing
            try:
                return moment.act() or port
            finally:
                _LINE.reset(token)
        return port

    def monotonic(self) -> float:
        """The clock of all waiting."""
        if self._killed:
            raise Killed
        self._passed += self._hurry
        return time.monotonic() + self._passed


_LINE: ContextVar[Line | None] = ContextVar("line", default=None)


@contextmanager
def on(line: Line) -> Iterator[None]:
    """The program of this thread is on that line."""
    token = _LINE.set(line)
    try:
        yield
    finally:
        _LINE.reset(token)


class _Sockets:
    """The module `socket`, but for the look-up of names."""

    def __getattr__(self, name: str) -> Any:
        return getattr(socket, name)

    @staticmethod
    def getaddrinfo(host: str, port: int, **how: Any) -> Any:
        line = _LINE.get()
        if line is None:
            return socket.getaddrinfo(host, port, **how)
        there = line.look_up(port)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", there))]


class _Time:
    """The module `time`, but for the clock that waits are counted by."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def monotonic() -> float:
        line = _LINE.get()
        return line.monotonic() if line else time.monotonic()


@contextmanager
def lines() -> Iterator[None]:
    """While this lasts, programs may be on lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "socket", _Sockets())
        patch.setattr(transport, "time", _Time())
        yield
