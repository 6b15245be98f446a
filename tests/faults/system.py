"""A system whose Nth call fails, and a disk that is full from some size on."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_BY_PATH = (
    "access", "chmod", "chown", "link", "listdir", "listxattr", "lstat", "mkdir", "open", "readlink", "rename",
    "replace", "rmdir", "scandir", "setxattr", "stat", "symlink", "unlink", "utime",
)  # fmt: skip
_BY_DESCRIPTOR = ("close", "fchmod", "fchown", "fstat", "fsync", "ftruncate", "read", "write")


class Failing:
    """Counts the calls of the system that concern what lies below `root`; number `at` fails with `code`."""

    def __init__(self, root: Path, at: int, code: int) -> None:
        self.calls = 0
        self.failed = ""
        self._root = os.path.realpath(root)
        self._at = at
        self._code = code
        self._descriptors: set[int] = set()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While this lasts every call of `os` in this process comes here first."""
        with pytest.MonkeyPatch.context() as patch:
            for name in (*_BY_PATH, *_BY_DESCRIPTOR):
                if hasattr(os, name):
                    patch.setattr(os, name, self._standing_for(name, getattr(os, name)))
            yield

    def _standing_for(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if not self._concerns(arguments):
                return real(*arguments, **named)
            self.calls += 1
            if self.calls != self._at:
                answer = real(*arguments, **named)
                if name == "open":
                    self._descriptors.add(answer)
                elif name == "close":
                    self._descriptors.discard(arguments[0])
                return answer
            self.failed = f"{name} {arguments[0]}"
            if name == "access":
                return False
            if name == "close":
                real(*arguments)  # a failing close closes all the same
                self._descriptors.discard(arguments[0])
            raise OSError(self._code, os.strerror(self._code), str(arguments[0]))

        return call

    def _concerns(self, arguments: tuple[Any, ...]) -> bool:
        if not arguments:
            return False
        one = arguments[0]
        if isinstance(one, int):
            return one in self._descriptors
        try:
            return os.fsdecode(one).startswith(self._root)
        except TypeError:
            return False


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: what a full disk is to a file that grows."""
    assert sys.platform != "win32"
    import resource
    import signal

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, was)


CODES = {"full": errno.ENOSPC, "broken": errno.EIO, "forbidden": errno.EACCES}
