"""A proxy in front of a real server that breaks what a test tells it to break, and remembers what was asked.

It listens on loopback and keeps the Host header, so a WordPress behind it makes links that go through it as well.
A rule is chosen by a regular expression searched in "METHOD /path?query"; the newest rule that fits and is not used up
acts. A test reads as: `proxy.drop_response("POST .*/posts", times=1)`.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Action = Literal["drop request", "drop response", "cut", "answer", "answer after", "delay", "hold"]

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_WAIT_S = 60.0  # no held or delayed request outlives a test by more


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: `path` with query, header names in lower case; `action` of the rule that met it, if any.

    `status` is what the server behind answered, None when it was not asked.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    action: Action | None
    status: int | None


@dataclass(eq=False)
class Rule:
    """Something that goes wrong. `used` counts the requests that it met, those let through by `skip` not counted."""

    pattern: re.Pattern[str]
    action: Action
    times: int | None
    skip: int
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    count: int = 0
    bare: bool = False
    before: bool = True
    seconds: float = 0.0
    used: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    _go: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Lets held and delayed requests go on now."""
        self._go.set()

    def pause(self) -> None:
        """Waits until released, or for as long as the rule says."""
        self.arrived.set()
        self._go.wait(self.seconds or _WAIT_S)


class FaultProxy:
    """See the module. `base_url` is what a client is told instead of the server's address."""

    def __init__(self, upstream: str) -> None:
        """Starts listening; `upstream` is a server's address, with a path or without."""
        parts = urlsplit(upstream)
        self.upstream = parts.netloc
        self._rules: list[Rule] = []
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            faults = proxy

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}{parts.path.rstrip('/')}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        """Stops listening; requests that are held are let go."""
        self.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def requests(self) -> list[Request]:
        """All requests that were answered or dropped so far, oldest first."""
        with self._lock:
            return list(self._requests)

    def asked(self, pattern: str) -> list[Request]:
        """Those of `requests` whose "METHOD /path?query" has `pattern` in it."""
        return [one for one in self.requests if re.search(pattern, f"{one.method} {one.path}")]

    def clear(self) -> None:
        """Takes all rules away; requests that are held are let go."""
        with self._lock:
            rules, self._rules = self._rules, []
        for rule in rules:
            rule.release()

    def forget(self) -> None:
        """Empties `requests`."""
        with self._lock:
            self._requests.clear()

    # --- what goes wrong; `times` None is always, `skip` lets that many through first ---

    def drop_request(self, match: str, *, times: int | None = None, skip: int = 0) -> Rule:
        """The connection closes and the server never hears of it."""
        return self._add(Rule(re.compile(match), "drop request", times, skip))

    def drop_response(self, match: str, *, times: int | None = None, skip: int = 0) -> Rule:
        """The server does what it was asked, and the connection closes without an answer."""
        return self._add(Rule(re.compile(match), "drop response", times, skip))

    def cut(
        self, match: str, count: int, *, bare: bool = False, times: int | None = None, skip: int = 0
    ) -> Rule:
        """The answer ends after `count` bytes of its body; `bare`: and no Content-Length tells that some is missing."""
        return self._add(Rule(re.compile(match), "cut", times, skip, count=count, bare=bare))

    def delay(
        self, match: str, seconds: float, *, before: bool = True, times: int | None = None, skip: int = 0
    ) -> Rule:
        """The request (`before`) or the answer comes late."""
        return self._add(Rule(re.compile(match), "delay", times, skip, seconds=seconds, before=before))

    def hold(self, match: str, *, before: bool = True, times: int | None = None, skip: int = 0) -> Rule:
        """The request (`before`) or the answer waits for `rule.release()`; `rule.arrived` is set once it is there."""
        return self._add(Rule(re.compile(match), "hold", times, skip, before=before))

    def answer(
        self,
        match: str,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        times: int | None = None,
        skip: int = 0,
    ) -> Rule:
        """The proxy answers, e.g. 429 or a redirect, and the server never hears of it."""
        return self._add(Rule(re.compile(match), "answer", times, skip, status, headers or {}, body))

    def answer_after(
        self,
        match: str,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        times: int | None = None,
        skip: int = 0,
    ) -> Rule:
        """The server does what it was asked, and the client gets this answer instead, e.g. 502."""
        return self._add(Rule(re.compile(match), "answer after", times, skip, status, headers or {}, body))

    def _add(self, rule: Rule) -> Rule:
        with self._lock:
            self._rules.insert(0, rule)
        return rule

    # --- for the handler, in its thread ---

    def rule_for(self, request_line: str) -> Rule | None:
        """The rule that acts on this request; it counts as used."""
        with self._lock:
            for rule in self._rules:
                if not rule.pattern.search(request_line) or rule.times == rule.used:
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.used += 1
                return rule
        return None

    def remember(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests are about."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: FaultProxy

    def _handle(self) -> None:
        self.close_connection = True
        body = self._body()
        rule = self.faults.rule_for(f"{self.command} {self.path}")
        action = rule.action if rule else None
        waits = rule is not None and action in ("delay", "hold")
        if rule and waits and rule.before:
            rule.pause()
        answer = None
        if action not in ("drop request", "answer"):
            answer = self._ask(body)
        if rule and waits and not rule.before:
            rule.pause()
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = answer.status if answer else None
        self.faults.remember(Request(self.command, self.path, headers, body, action, status))
        if rule and action in ("answer", "answer after"):
            answer = _Answer(rule.status, list(rule.headers.items()), rule.body)
        if answer is not None and action != "drop response":
            self._send(answer, rule if action == "cut" else None)

    # One method for every verb; the names are those that the base class looks for.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _ask(self, body: bytes) -> _Answer:
        """The real server's answer; 502 when there is none, as proxies do."""
        connection = http.client.HTTPConnection(self.faults.upstream, timeout=_WAIT_S)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            if body or self.command in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return _Answer(answer.status, _end_to_end(answer.headers), answer.read())
        except (OSError, http.client.HTTPException) as problem:
            return _Answer(502, [("Content-Type", "text/plain")], repr(problem).encode())
        finally:
            connection.close()

    def _send(self, answer: _Answer, cut: Rule | None) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not (cut and cut.bare):
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: cut.count] if cut else answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged; `FaultProxy.requests` has it all."""


def _end_to_end(headers: Message) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP]
