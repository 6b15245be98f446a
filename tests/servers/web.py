"""A small web on loopback: pages that behave as a test says, and what they were asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request; names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Web:
    """`pages` by path: a status, or a function that writes to the connection by itself or returns one. Any other path
    is a 404.
    `no_head` are paths that refuse HEAD with that status. `asked` is what came in; `most` how many at once."""

    address: str = ""
    pages: dict[str, int | Callable[[BaseHTTPRequestHandler], int | None]] = field(default_factory=dict)
    no_head: dict[str, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    open: int = 0
    most: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        """The paths that were asked for, in turn."""
        return [one.path for one in self.asked]


@contextmanager
def web() -> Iterator[Web]:
    """The web, until the block ends; whatever waits for `hold` goes on then."""
    made = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            with made.lock:
                headers = {name.lower(): value for name, value in self.headers.items()}
                made.asked.append(Asked(self.command, self.path, headers))
                made.open += 1
                made.most = max(made.most, made.open)
            try:
                page = made.pages.get(self.path, 404)
                if self.command == "HEAD" and self.path in made.no_head:
                    page = made.no_head[self.path]
                status = page(self) if callable(page) else page
            except OSError:
                status = None
                self.close_connection = True  # nobody waits any more
            finally:
                with (
                    made.lock
                ):  # before the answer is on its way, as the next question may come with its first byte
                    made.open -= 1
            if status is not None:
                try:
                    plain(status)(self)
                except OSError:
                    self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Nothing is printed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """A client that goes away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def plain(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An empty answer."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.send_header("Content-Length", "0")
        to.end_headers()

    return answer


def leading(to_where: str, status: int = 302, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A redirect."""
    return plain(status, Location=to_where, **headers)
