"""Reads pages and style sheets of a blog: here, or in a process of its own (`python -m` and this module's name).

A megabyte of style sheets takes a second and more to be read, and while Python reads, the thread that draws waits for
its turn. The process takes that time for itself, and is ended when it takes too much of it. It reads no file and opens
no connection: what a sheet names it asks for, and gets it from whoever started it.

A message is its length (4 bytes, big-endian) and as much ASCII JSON; both ways. It is asked `["frame", page, rendered,
title]`, `["styles", page, address]` or `["sheet", css, address, media]`, and answers `["done", what]`; before that it
may ask `["fetch", address]` and `["keep", address]`, and is told what `sheets.Fetch` and `sheets.Keep` give.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import IO, Any, Protocol

from postdesk.core.cancel import Cancel
from postdesk.core.processes import end, started
from postdesk.markup.appearance.frame import Frame, Style, frame_of, styles_of
from postdesk.markup.appearance.sheets import Fetch, Keep, Sheets

MODULE = "postdesk.markup.appearance.reading"
LONGEST_S = 60
"""Seconds of the processor's time for all that is read of a blog."""
_OFTEN_S = 0.1


class ReadingFailed(Exception):
    """The process is gone, or took too long."""


class Reading(Protocol):
    """Who reads. `sheet` raises what `fetch` and `keep` raise; all of them `ReadingFailed` and `Cancelled`."""

    def frame(self, page: str, rendered: str, title: str) -> Frame | None: ...
    def styles(self, page: str, address: str) -> tuple[Style, ...]: ...
    def sheet(self, css: str, address: str, media: str, fetch: Fetch, keep: Keep) -> str: ...
    def close(self) -> None: ...


class Here:
    """Reads in this process."""

    def __init__(self) -> None:
        self._sheets: Sheets | None = None

    def frame(self, page: str, rendered: str, title: str) -> Frame | None:
        """See `frame_of`."""
        return frame_of(page, rendered, title)

    def styles(self, page: str, address: str) -> tuple[Style, ...]:
        """See `styles_of`."""
        return styles_of(page, address)

    def sheet(self, css: str, address: str, media: str, fetch: Fetch, keep: Keep) -> str:
        """The next sheet of a page; see `Sheets.add`."""
        if self._sheets is None:
            self._sheets = Sheets(fetch, keep)
        return self._sheets.add(css, address, media)

    def close(self) -> None:
        """Nothing to be ended."""


class Beside:
    """Reads in a process of its own, which is started with the first question and ended by `close`."""

    def __init__(self, cancel: Cancel) -> None:
        self._cancel = cancel
        self._process: subprocess.Popen[bytes] | None = None

    def frame(self, page: str, rendered: str, title: str) -> Frame | None:
        """See `frame_of`."""
        values = self._ask(["frame", page, rendered, title])
        return Frame(tuple((name, value) for name, value in values[0]), values[1]) if values else None

    def styles(self, page: str, address: str) -> tuple[Style, ...]:
        """See `styles_of`."""
        return tuple(Style(*values) for values in self._ask(["styles", page, address]))

    def sheet(self, css: str, address: str, media: str, fetch: Fetch, keep: Keep) -> str:
        """The next sheet of a page; see `Sheets.add`."""
        return str(self._ask(["sheet", css, address, media], {"fetch": fetch, "keep": keep}))

    def close(self) -> None:
        """End the process. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def _ask(self, question: list[str], given: dict[str, Callable[[str], Any]] | None = None) -> Any:
        # What lay in a buffer of ours would not be waited for.
        process = self._process = self._process or started(MODULE, buffer=0)
        if process.stdin is None or process.stdout is None:
            raise ReadingFailed
        try:
            _send(process.stdin, question)
            while True:
                what, value = self._receive(process.stdout)
                if what == "done":
                    return value
                _send(process.stdin, (given or {})[what](value))
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise ReadingFailed from error

    def _receive(self, stream: IO[bytes]) -> Any:
        length = int.from_bytes(self._exactly(stream, 4), "big")
        return json.loads(self._exactly(stream, length))

    def _exactly(self, stream: IO[bytes], length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            # Where the system cannot wait for a pipe, she waits until it has answered.
            while os.name == "posix" and not select.select([stream], [], [], _OFTEN_S)[0]:
                self._cancel.check()
            part = stream.read(length - len(found))
            if not part:
                raise EOFError
            found += part
        return bytes(found)


def _send(stream: IO[bytes], message: Any) -> None:
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    whole = memoryview(len(body).to_bytes(4, "big") + body)
    while whole:
        whole = whole[stream.write(whole) :]
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    head = stream.read(4)
    body = stream.read(int.from_bytes(head, "big"))
    if len(head) < 4 or len(body) < int.from_bytes(head, "big"):
        raise EOFError
    return json.loads(body)


def main() -> int:
    """Answer until the standard input ends; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the shell is for the window
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)  # what comes then ends the process
    into, out = sys.stdin.buffer, sys.stdout.buffer
    here = Here()

    def asking(what: str) -> Callable[[str], Any]:
        def ask(address: str) -> Any:
            _send(out, [what, address])
            return _receive(into)

        return ask

    fetch, keep = asking("fetch"), asking("keep")
    try:
        while True:
            what, *given = _receive(into)
            if what == "frame":
                frame = here.frame(*given)
                answer: Any = None if frame is None else [frame.root, frame.body]
            elif what == "styles":
                answer = [[style.address, style.text, style.media] for style in here.styles(*given)]
            else:
                css, address, media = given
                answer = here.sheet(css, address, media, fetch, keep)
            _send(out, ["done", answer])
    except (EOFError, BrokenPipeError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
