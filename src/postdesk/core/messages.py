"""How this program speaks with processes of its own (`processes`): over their standard streams, a question,
and an answer to each in turn.

A message is its length (8 bytes, big-endian) and as much of `marshal`, Python's own form for plain values; both sides
are the same Python.
"""

from __future__ import annotations

import marshal
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any


def send(stream: IO[bytes], message: Any) -> None:
    """Write a message."""
    body = marshal.dumps(message)
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message. Raises EOFError when the other side is gone."""
    length = _exactly(stream, 8)
    return marshal.loads(_exactly(stream, int.from_bytes(length, "big")))  # noqa: S302  from our own process


def serve(answers: Callable[[Iterator[Any]], Iterable[Any]]) -> int:
    """In such a process: send the `answers` to the messages that come, until the standard input ends, which is when the
    other side is gone; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the shell is for the other side
    try:
        for said in answers(_messages(sys.stdin.buffer)):
            send(sys.stdout.buffer, said)
    except BrokenPipeError:
        pass
    return 0


def _messages(stream: IO[bytes]) -> Iterator[Any]:
    while True:
        try:
            message = receive(stream)
        except EOFError:
            return
        yield message


def _exactly(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found
