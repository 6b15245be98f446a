"""Processes that do slow work beside the window: a module of this program, spoken to over its standard streams."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress


def started(module: str, *, buffer: int = -1, pipe: int = -1) -> subprocess.Popen[bytes]:
    """Run `module` with this Python; what it says on its standard error is nobody's. `buffer`: bytes of ours in front
    of each stream (0 for none), `pipe`: bytes that a pipe holds; -1 as usual. Raises OSError."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],  # -P: never a module of the folder that we happen to stand in
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=buffer,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        pipesize=pipe,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End such a process, whatever it does, and close its streams."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what it was not told any more
                stream.close()
    process.wait()
