"""Starts server processes of our own, waits until they answer, and ends exactly those."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_KEEPER = Path(__file__).with_name("keeper.py")


class ServerProblem(RuntimeError):
    """A test's server could not be started, or died; the text holds the end of its log."""


class Process:
    """A running server with its children, in a process group of its own that ends with this process at the latest."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Starts `command`; what it prints is appended to `log`. `env` is added to the environment."""
        self.log = log
        with log.open("ab") as output:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", _KEEPER, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self._keeper.poll() is None

    def end(self) -> None:
        """Ends the process group and waits for it. May be called again."""
        if self._keeper.stdin is not None and not self._keeper.stdin.closed:
            self._keeper.stdin.close()
        self._keeper.wait(30)

    def wait_until(self, answers: Callable[[], bool], *, seconds: float = 60) -> None:
        """Returns as soon as `answers()` is true; raises `ServerProblem` when the process dies or time is up."""
        deadline = time.monotonic() + seconds
        while not answers():
            if not self.running:
                raise ServerProblem(f"The server ended while it started.\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ServerProblem(f"The server gave no answer in {seconds:.0f} s.\n{self.tail()}")
            time.sleep(0.05)

    def tail(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
