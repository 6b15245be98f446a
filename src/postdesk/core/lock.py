"""A lock between processes: whoever holds it is the only one, and a crash gives it back."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from postdesk.core.file_errors import explain

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# On Windows a locked range cannot be read by others; this one lies behind the process id.
_FAR = 1 << 20


class FileLock:
    """A lock held by means of a file, which holds the process id of the last holder and is never removed.

    The system gives it back when the process ends, however it ends. Two locks on one file exclude each
    other within a process too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock without waiting; False when another one has it. Raises LibraryError when the file
        cannot be made.
        """
        if self._descriptor is not None:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise explain(error, self._path) from error
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise explain(error, self._path) from error
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        except OSError:
            pass  # the id is for people; the lock holds without it
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):  # it is closed all the same
                os.close(descriptor)  # which unlocks

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def holder(self) -> int | None:
        """The process id of the last holder, None when not known."""
        try:
            return int(self._path.read_bytes() or b"0") or None
        except (OSError, ValueError):
            return None


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
