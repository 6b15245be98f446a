"""Keeps one server process and its children no longer than whoever started it.

Run as a program of its own in a new session: starts the command that follows, and ends the whole process group when its
standard input closes. That happens when the tests end it, and also when the tests themselves are killed.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time

GRACE_S = 10.0


def _end_group() -> None:
    """TERM to all in this group but this process, which still has to wait for them."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)


def main() -> int:
    """The exit code of the command, or 0 when it was ended from outside."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    wake, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.set_wakeup_fd(wake_writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    events = selectors.DefaultSelector()
    events.register(sys.stdin.fileno(), selectors.EVENT_READ, "owner")
    events.register(wake, selectors.EVENT_READ, "signal")
    while command.poll() is None:
        ready = [key.data for key, _ in events.select()]
        if "owner" in ready and not os.read(sys.stdin.fileno(), 1024):
            break
        if "signal" in ready and signal.SIGTERM in os.read(wake, 64):
            break
    if command.poll() is not None:
        _end_group()  # children that it left behind
        return command.returncode
    _end_group()
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline:
        try:
            command.wait(0.1)
            return 0
        except subprocess.TimeoutExpired:
            continue
    os.killpg(0, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
