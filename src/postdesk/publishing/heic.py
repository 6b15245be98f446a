"""Has HEIC read in a process of its own (`python -m postdesk.publishing.heic`): its decoder (libheif) was seen to end
the program at a file with one wrong byte.

The process does what `prepare` does, one question after the other, and is gone a while after the last one. A message is
that of `core.messages`: what is to be done and with what, answered by ("done", what came of it) or ("refused", the
parts of the sentence). No answer, or none for a long time, means that the picture cannot be read.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import PictureRefused
from postdesk.core.messages import receive, send
from postdesk.core.processes import end, started
from postdesk.publishing.recipe import Recipe, Treatment

KIND: Final = "image/heic"
MODULE = "postdesk.publishing.heic"
LONGEST = 60.0  # s for one picture; the largest that is decoded takes some 5
REST = 20.0  # s without a question until the process ends
_LOOK = 0.2  # s between two looks whether she stopped it


class Died(Exception):
    """There was no answer: the process ended over the picture, took too long, or cannot be started."""


class Decoder:
    """One process, for one question at a time. May be used from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process' id, 0 while there is none."""
        process = self._process
        return process.pid if process is not None else 0

    def ask(self, what: str, *given: object, cancel: Cancel | None = None) -> Any:
        """What came of it. Raises PictureRefused, Cancelled, and `Died` when there is no answer."""
        with self._turn:
            for again in (True, False):
                try:
                    kind, said = self._answer((what, given), cancel)
                    break
                except (OSError, EOFError, ValueError, TypeError, MemoryError, OverflowError) as error:
                    if not (self._drop() == 0 and again):  # else it had just gone to rest
                        raise Died(f"the decoder ended: {error!r}") from error
                except BaseException:
                    self._drop()  # it is still at work
                    raise
        if kind == "refused":
            happened, means, todo, details = said
            raise PictureRefused(happened, means, todo, details=details)
        return said

    def close(self) -> None:
        """End the process until it is needed again; waits for a question that it was asked."""
        with self._turn:
            self._drop()

    def _answer(self, question: tuple[str, tuple[object, ...]], cancel: Cancel | None) -> Any:
        if self._process is not None and self._process.poll() is not None:
            self._drop()
        process = self._process = self._process or started(MODULE)
        if process.stdin is None or process.stdout is None:
            raise OSError("no streams")
        send(process.stdin, question)
        while cancel is not None and os.name == "posix":
            if select.select([process.stdout], [], [], _LOOK)[0]:
                break
            cancel.check()
        return receive(process.stdout)

    def _drop(self) -> int | None:
        """End the process; its exit code where it had ended itself."""
        process, self._process = self._process, None
        if process is None:
            return None
        code = process.poll()
        end(process)
        return code


_ONE = Decoder()
atexit.register(_ONE.close)


def examined(content: bytes, recipe: Recipe, called: str) -> Treatment:
    """As `prepare.examine`. Raises `Died`, too."""
    return Treatment(*_ONE.ask("examine", content, astuple(recipe), called))


def made(
    content: bytes, treatment: Treatment, called: str, into: str, cancel: Cancel | None
) -> tuple[bytes, str]:
    """As `prepare.make`. Raises `Died`, too."""
    data, kind = _ONE.ask("make", content, astuple(treatment), called, into, cancel=cancel)
    return data, kind


def shown(content: bytes, width: int, called: str) -> tuple[bytes, str]:
    """As `prepare.for_screen`. Raises `Died`, too."""
    data, kind = _ONE.ask("show", content, width, called)
    return data, kind


def _done(what: str, given: Sequence[Any]) -> object:
    from postdesk.publishing import prepare

    if what == "examine":
        content, recipe, called = given
        return astuple(prepare.examine_here(content, KIND, Recipe(*recipe), called))
    if what == "make":
        content, treatment, called, into = given
        return prepare.make_here(content, KIND, Treatment(*treatment), called, into, Cancel())
    content, width, called = given
    return prepare.for_screen_here(content, KIND, width, called)


def main() -> int:
    """Answer until the standard input ends, which is when the program is gone, or nothing is asked for a while; returns
    the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the shell is for the program
    try:
        while os.name != "posix" or select.select([sys.stdin.buffer], [], [], REST)[0]:
            what, given = receive(sys.stdin.buffer)
            if os.name == "posix":
                signal.setitimer(signal.ITIMER_REAL, LONGEST)  # it ends a process that is in a decoder, too
            try:
                answer = ("done", _done(what, given))
            except PictureRefused as error:
                answer = ("refused", (error.happened, error.means, error.todo, error.details))
            if os.name == "posix":
                signal.setitimer(signal.ITIMER_REAL, 0)
            send(sys.stdout.buffer, answer)
    except (EOFError, BrokenPipeError):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
