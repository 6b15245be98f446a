"""The process that reads many files for the library: `python -m postdesk.library.reader`, spoken to over its standard
streams.

A process of its own, so that reading a library for the first time leaves the interpreter's lock to the window, and the
words of what was read can be written to the index on another processor meanwhile. It writes nothing.

A message is its length (8 bytes, big-endian) and as much of `marshal`, Python's own form for plain values; both sides
are the same Python. It is asked, and answers one question after the other:

- `("entries", root, ((name, Found), …))` with a list of what `read_entries` gives, each as a tuple or None;
- `("texts", root, ((name, id, Entry), …))` with a list of what `read_texts` gives, likewise.
"""

from __future__ import annotations

import marshal
import signal
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

from postdesk.library.columns import Entry, Found
from postdesk.library.entries import read_entries
from postdesk.library.reading import Lesson, read_texts


def plain(entry: Entry) -> tuple[object, ...]:
    """An entry as plain values, of which `Entry(*plain)` is the same."""
    return (
        entry.marks, entry.hash, entry.own, entry.title, entry.changed, entry.date, entry.words, entry.problem,
        entry.details,
    )  # fmt: skip


def send(stream: IO[bytes], message: Any) -> None:
    """Write a message."""
    body = marshal.dumps(message)
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message. Raises EOFError when the other side is gone."""
    length = _exactly(stream, 8)
    return marshal.loads(_exactly(stream, int.from_bytes(length, "big")))  # noqa: S302  from our own process


def _exactly(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found


def _entries(root: str, found: Sequence[tuple[str, tuple[int, int, int, int, int]]]) -> list[Any]:
    read = read_entries(root, ((name, Found(*marks)) for name, marks in found))
    return [None if entry is None else plain(entry) for entry in read]


def _texts(root: str, lessons: Sequence[tuple[str, str, tuple[Any, ...]]]) -> list[Any]:
    made = read_texts(root, [Lesson(name, post_id, Entry(*entry)) for name, post_id, entry in lessons])
    return [None if text is None else tuple(text) for text in made]


_ANSWERS: dict[str, Callable[[str, Any], list[Any]]] = {"entries": _entries, "texts": _texts}


def main() -> int:
    """Answer until the standard input ends, which is when the window is gone; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the shell is for the window
    try:
        while True:
            what, root, asked = receive(sys.stdin.buffer)
            send(sys.stdout.buffer, _ANSWERS[what](root, asked))
    except (EOFError, BrokenPipeError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
