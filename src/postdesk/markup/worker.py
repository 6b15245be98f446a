"""The process that renders the preview: `python -m postdesk.markup.worker`, spoken to over its standard streams.

A process of its own, so that the thread that draws never waits for Python-Markdown, a block that would take minutes can
be cut off, and a crash in there costs the preview a moment and nothing else. It reads no file and opens no connection.

A message is its length (4 bytes, big-endian) and as much ASCII JSON, an object; both ways. What it is told:

- `{"open": n, "text": …, "focus": line}`: another post; `n` names it in every answer.
- `{"edit": n, "first": …, "removed": …, "lines": […], "focus": line}`: lines of it changed.
- `{"html": …, "post": n}`: a post as a server has it, to be cleaned and shown, each outermost element as a piece.
- `{"landed": n}`: the page has taken the last patch; only then another one is sent.
- `{"anew": n, "post": m, "focus": line}`: the page was lost and is empty; from now on the post is called `m`.
- `{"again": n, "marks": […], "cards": bool}`: pieces whose HTML has one of these marks, and cards, go out once more.
- `{"looks": n, "map": …, "all": bool}`: the map of a post that came from a blog (`lossless.Opened.to_json`, "" for
  none): its blocks are shown in the looks that they have there, or only as their text is aligned there.
- `{"look": n, "line": line}`: what is near this line comes first.

What it tells:

- `{"hello": …, "styles": {"light": css, "dark": css}}`: it is there.
- `{"patch": n, "edits": k, "splices": [[at, removed, [[html, first, last], …]], …], "shifts": [[at, by], …], "tail":
  html or null, "whole": bool}`: see `live.Patch`; `edits` counts the messages about the text that it has taken in. A
  card's piece (`rawcards.py`) says in two more fields its digest, and the name of a block that is only a comment.
- `{"current": n, "edits": k}`: there is nothing to change.
- `{"working": n}`: at least once a second while it renders. `{"rendering": digest}`: with `--announce`, before a block.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from postdesk.markup.clean import clean
from postdesk.markup.live import LivePage, Patch, Piece
from postdesk.markup.looks import KeptPiece, aligned
from postdesk.markup.rawcards import card_digest, void_name
from postdesk.markup.render import BlockRenderer, TooLong, digest_of, highlight_css
from postdesk.markup.tree import parse

PICTURE = "pd-picture:"
"""What the address of every picture begins with in the HTML that is sent; the reference as it was typed follows."""
WHOLE = "html"
"""Stands in the place of a card's digest where the whole post is the blog's own HTML."""
LONGEST = 2.0
"""Seconds of the processor's time for one block."""
_OFTEN = 0.12  # seconds between two patches while a long post is on its way
_FEW, _MANY = 80, 500  # pieces in the first patch, and in the next ones: the page must stay able to answer
_ALIVE = 1.0

Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """A message as it goes over the pipe."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(4, "big") + body


def decode(buffer: bytearray) -> Iterator[Message]:
    """Takes the whole messages off the front of `buffer`."""
    while len(buffer) >= 4:
        length = int.from_bytes(buffer[:4], "big")
        if len(buffer) < 4 + length:
            return
        body = bytes(buffer[4 : 4 + length])
        del buffer[: 4 + length]
        yield json.loads(body)


def cleaned(markup: str) -> str:
    """HTML of a post without anything that acts or loads; pictures get stand-ins for the window to replace."""
    return clean(markup, lambda src: PICTURE + src, True)


class Worker:
    """One page, and whoever looks at it. `send` gives a message away."""

    def __init__(self, send: Any, announce: bool = False, refused: Sequence[str] = ()) -> None:
        self._send = send
        self._announce = announce
        self._renderer = BlockRenderer(limited, refused)
        self._page = LivePage("", self._renderer)
        self._post = 0
        self._edits = 0
        self._waiting = False  # for the page to take the last patch
        self._told = True  # that the page is the newest
        self._html: str | None = None
        self._sent_at = 0.0
        self._alive = 0.0  # when it last said something, or had nothing to do
        self._opening = True

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do until somebody says something."""
        return not self._page.pending and (self._told or self._waiting)

    def take(self, message: Message) -> None:
        """Follow one message."""
        if self.is_idle:
            self._alive = time.monotonic()
        if "open" in message or "html" in message:
            self._post = message["open"] if "open" in message else message["post"]
            self._edits = 1
            self._waiting = self._told = False
            self._opening = True
            self._html = message.get("html")
            self._page = LivePage(message.get("text", ""), self._renderer)
            self._page.look_at(message.get("focus", 0))
        elif "edit" in message and message["edit"] == self._post:
            self._edits += 1
            self._told = False
            self._page.edit(message["first"], message["removed"], message["lines"], message["focus"])
        elif message.get("landed") == self._post:
            self._waiting = False
        elif message.get("anew") == self._post:
            self._post = message["post"]
            self._page.forget_page()
            self._page.look_at(message["focus"])
            self._waiting = self._told = False
            self._opening = True
        elif message.get("looks") == self._post and self._html is None:
            self._page.keep(_looks(message["map"], message["all"]) if message["map"] else ())
            self._told = False
        elif message.get("look") == self._post:
            self._page.look_at(message["line"])
        elif message.get("again") == self._post and self._html is None:
            marks = message["marks"]
            self._page.again(lambda html: any(mark in html for mark in marks), message.get("cards", False))
            self._told = False

    def work(self) -> None:
        """One small step: a block, or a patch."""
        now = time.monotonic()
        if not self._waiting and not self._told and self._may_show(now):
            self._show(now)
            return
        if self._announce and (block := self._page.next_block()) is not None:
            self._send({"rendering": digest_of(block.text)})
        self._page.work()
        if now - self._alive > _ALIVE:
            self._alive = now
            self._send({"working": self._post})

    def _may_show(self, now: float) -> bool:
        if not self._page.pending:
            return True
        return self._page.is_ready and (self._opening or now - self._sent_at > _OFTEN)

    def _show(self, now: float) -> None:
        most = _FEW if self._opening else _MANY
        self._opening = False
        self._sent_at = self._alive = now
        if self._html is not None:
            self._show_html(self._html)
            return
        patch = self._page.patch(cleaned, most)
        if patch is None:
            self._told = not self._page.pending
            if self._told:
                self._send({"current": self._post, "edits": self._edits})
            return
        self._told = patch.whole
        self._waiting = True
        self._send({"patch": self._post, "edits": self._edits, **_values(patch)})

    def _show_html(self, html: str) -> None:
        self._told = self._waiting = True
        from postdesk.markup.appearance.sheets import style_in_place  # for few posts, and none that she types

        shown = clean(html, lambda src: PICTURE + src, True, style_in_place)
        pieces = [[root, 0, 0, WHOLE, ""] for root in _roots(shown)]
        self._send(
            {"patch": self._post, "edits": self._edits, "splices": [[0, 0, pieces]], "shifts": [], "tail": "",
             "whole": True}
        )  # fmt: skip


def _values(patch: Patch) -> Message:
    return {
        "splices": [
            [splice.at, splice.removed, [_piece(piece) for piece in splice.pieces]]
            for splice in patch.splices
        ],
        "shifts": patch.shifts,
        "tail": patch.tail,
        "whole": patch.whole,
    }


def _looks(kept: str, everything: bool) -> Sequence[KeptPiece]:
    from postdesk.markup.lossless import Opened  # for posts that came from a blog
    from postdesk.markup.lossless.looks import kept_looks

    try:
        pieces = kept_looks(Opened.from_json(kept))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()  # it is said where the post goes out
    if not everything:
        pieces = tuple((markdown, aligned(look) if look else ()) for markdown, look in pieces)
    return pieces if any(look for _markdown, look in pieces) else ()


def _roots(html: str) -> list[str]:
    """Cleaned HTML in its outermost elements, and what stands between them."""
    return [part for node in parse(html) if (part := html[node.start : node.end]).strip()]


def _piece(piece: Piece) -> list[Any]:
    values = [piece.html, piece.first_line, piece.last_line]
    if piece.card is not None:
        values += [card_digest(piece.card), void_name(piece.card)]
    return values


@contextmanager
def limited() -> Iterator[None]:
    """Raises `TooLong` inside when it takes too long, by the processor's time; again and again, as some of the
    libraries catch whatever comes. Where the system has no such timer the window notices (ui/preview/rendering.py)."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, LONGEST, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_long(_number: int, _frame: object) -> None:
    raise TooLong


def _read(stream: BinaryIO, queue: SimpleQueue[Message | None]) -> None:
    """In a thread of its own: messages until the stream ends, which is when the window is gone."""
    buffer = bytearray()
    while chunk := stream.read1(1 << 20) if hasattr(stream, "read1") else stream.read(4096):
        buffer += chunk
        for message in decode(buffer):
            queue.put(message)
    queue.put(None)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until the standard input ends; returns the exit code."""
    parser = argparse.ArgumentParser(prog="postdesk.markup.worker")
    parser.add_argument("--announce", action="store_true")
    parser.add_argument("--refuse", action="append", default=[])
    arguments = parser.parse_args(argv)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the shell is for the window
    out = sys.stdout.buffer

    def send(message: Message) -> None:
        out.write(encode(message))
        out.flush()

    queue: SimpleQueue[Message | None] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, queue), daemon=True).start()
    worker = Worker(send, arguments.announce, arguments.refuse)
    try:
        send({"hello": 1, "styles": {"light": highlight_css(False), "dark": highlight_css(True)}})
        while True:
            try:
                message = queue.get(worker.is_idle)
            except Empty:
                worker.work()
                continue
            if message is None:
                return 0
            worker.take(message)
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
