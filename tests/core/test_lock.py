"""Two at once are one too many; a crash gives the lock back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from postdesk.core.lock import FileLock

HOLDER = """
import sys, time
from pathlib import Path
from postdesk.core.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_the_second_one_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "state" / "lock"), FileLock(tmp_path / "state" / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert second.holder() == os.getpid()
    first.release()
    first.release()
    assert second.acquire()
    assert not first.held
    second.release()


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"True\n"
        assert not lock.acquire()
        assert lock.holder() == child.pid
        child.kill()
        child.wait()
    assert lock.acquire()
    lock.release()
