"""A proxy in front of a real server that breaks what a test tells it to break, and remembers what was asked.

It listens on loopback, with TLS when it is given a certificate, and keeps the Host header, so a WordPress behind it
makes links that go through it as well. A rule is chosen by a regular expression searched in "METHOD /path?query"; the
newest rule that fits and is not used up acts. A test reads as: `proxy.drop_response("POST .*/posts", times=1)`.

Every request has a connection of its own, so the n-th request is the n-th connection too. How it is broken on the wire
is in `faulty_wire`.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Action = Literal[
    "drop request", "drop response", "cut", "answer", "answer after", "delay", "hold", "silence", "say", "trickle",
    "late", "twice", "handshake",
]  # fmt: skip

WAIT_S = 60.0  # no held or delayed request outlives a test by more


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: `path` with query, header names in lower case; `action` of the rule that met it, if any.

    `status` is what the server behind answered, None when it was not asked. A connection that was broken in its
    handshake has neither method nor path. `seconds` is how long the server took.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    action: Action | None
    status: int | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server behind answered; its hop-by-hop headers are left out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Say = Callable[[Reply | None], bytes]
"""The bytes to send in place of an answer, made of the one that the server gave (None where it was not asked)."""


@dataclass(eq=False)
class Rule:
    """Something that goes wrong. `used` counts the requests that it met, those let through by `skip` not counted.

    `heard`: whether the server hears of the request; `then` is called when it has, or at once when it does not.
    """

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
    reset: bool = False
    heard: bool = False
    say: Say = lambda _reply: b""
    handshake: ssl.SSLContext | bytes | None = None
    then: Callable[[], None] = lambda: None
    used: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    _go: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Lets held and delayed requests go on now."""
        self._go.set()

    def pause(self) -> None:
        """Waits until released, or for as long as the rule says."""
        self.arrived.set()
        self._go.wait(self.seconds or WAIT_S)

    def released_within(self, seconds: float) -> bool:
        """Whether it was released before, or in that time."""
        self.arrived.set()
        return self._go.wait(seconds)


@dataclass(eq=False)
class _OnItsWay:
    """A request that somebody in between keeps, to deliver it when so many others have come by."""

    left: int
    deliver: Callable[[], Any]


class FaultProxy:
    """See the module. `base_url` is what a client is told instead of the server's address."""

    def __init__(self, upstream: str, certificate: Path | None = None) -> None:
        """Starts listening; `upstream` is a server's address, with a path or without. With `certificate` (and its key,
        PEM, for localhost) it speaks TLS, and tells the server so."""
        from tests.servers.faulty_wire import listen

        parts = urlsplit(upstream)
        self.upstream = parts.netloc
        self.tls: ssl.SSLContext | None = None
        if certificate is not None:
            self.tls = server_context(certificate)
        self._rules: list[Rule] = []
        self._requests: list[Request] = []
        self._late: list[_OnItsWay] = []
        self._lock = threading.Lock()
        self._server = listen(self)
        origin = (
            "https://localhost" if self.tls else "http://127.0.0.1"
        ) + f":{self._server.server_address[1]}"
        self.base_url = origin + parts.path.rstrip("/")
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

    def drop_request(
        self, match: str, *, times: int | None = None, skip: int = 0, reset: bool = False
    ) -> Rule:
        """The connection closes (`reset`: by RST) and the server never hears of it."""
        return self.add(Rule(re.compile(match), "drop request", times, skip, reset=reset))

    def drop_response(
        self, match: str, *, times: int | None = None, skip: int = 0, reset: bool = False
    ) -> Rule:
        """The server does what it was asked, and the connection closes without an answer."""
        return self.add(Rule(re.compile(match), "drop response", times, skip, reset=reset, heard=True))

    def cut(
        self, match: str, count: int, *, bare: bool = False, times: int | None = None, skip: int = 0
    ) -> Rule:
        """The answer ends after `count` bytes of its body; `bare`: and no Content-Length tells that some is missing."""
        return self.add(Rule(re.compile(match), "cut", times, skip, count=count, bare=bare, heard=True))

    def delay(
        self, match: str, seconds: float, *, before: bool = True, times: int | None = None, skip: int = 0
    ) -> Rule:
        """The request (`before`) or the answer comes late."""
        rule = Rule(re.compile(match), "delay", times, skip, seconds=seconds, before=before, heard=True)
        return self.add(rule)

    def hold(self, match: str, *, before: bool = True, times: int | None = None, skip: int = 0) -> Rule:
        """The request (`before`) or the answer waits for `rule.release()`; `rule.arrived` is set once it is there."""
        return self.add(Rule(re.compile(match), "hold", times, skip, before=before, heard=True))

    def silence(
        self, match: str, *, heard: bool, times: int | None = None, skip: int = 0,
        then: Callable[[], None] = lambda: None,
    ) -> Rule:  # fmt: skip
        """No answer comes until the rule is released, and none then; the server has heard of it or not."""
        return self.add(Rule(re.compile(match), "silence", times, skip, heard=heard, then=then))

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
        return self.add(Rule(re.compile(match), "answer", times, skip, status, headers or {}, body))

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
        rule = Rule(re.compile(match), "answer after", times, skip, status, headers or {}, body, heard=True)
        return self.add(rule)

    def say(
        self, match: str, say: Say, *, heard: bool = True, times: int | None = None, skip: int = 0,
        reset: bool = False,
    ) -> Rule:  # fmt: skip
        """These bytes come in place of the answer, and the connection closes."""
        return self.add(Rule(re.compile(match), "say", times, skip, say=say, heard=heard, reset=reset))

    def trickle(
        self, match: str, *, times: int | None = None, skip: int = 0, then: Callable[[], None] = lambda: None
    ) -> Rule:
        """The server does what it was asked, and its answer comes byte by byte, without an end before the release."""
        return self.add(Rule(re.compile(match), "trickle", times, skip, heard=True, then=then))

    def late(self, match: str, by: int, *, times: int | None = None, skip: int = 0) -> Rule:
        """The connection closes, and the server hears of it when `by` more requests have come, or at `deliver`."""
        return self.add(Rule(re.compile(match), "late", times, skip, count=by))

    def twice(self, match: str, *, times: int | None = None, skip: int = 0) -> Rule:
        """The server hears of it twice, as when somebody in between repeats it; the first answer comes back."""
        return self.add(Rule(re.compile(match), "twice", times, skip, heard=True))

    def handshake(
        self, instead: ssl.SSLContext | bytes | None, *, times: int | None = None, skip: int = 0
    ) -> Rule:
        """TLS does not come about: another certificate is shown (a context), bytes come in its place, or RST (None)."""
        return self.add(Rule(re.compile(""), "handshake", times, skip, handshake=instead))

    def deliver(self) -> None:
        """Everything that is still on its way arrives now."""
        with self._lock:
            late, self._late = self._late, []
        for one in late:
            one.deliver()

    def add(self, rule: Rule) -> Rule:
        """Puts a rule in front of the others."""
        with self._lock:
            self._rules.insert(0, rule)
        return rule

    # --- for the wire, in its threads ---

    def rule_for(self, request_line: str | None) -> Rule | None:
        """The rule that acts on this request, or with None on this handshake; it counts as used."""
        with self._lock:
            for rule in self._rules:
                if (rule.action == "handshake") is not (request_line is None) or rule.times == rule.used:
                    continue
                if request_line is not None and not rule.pattern.search(request_line):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.used += 1
                return rule
        return None

    def remember(self, request: Request) -> None:
        """One more request is over."""
        with self._lock:
            self._requests.append(request)

    def keep(self, by: int, deliver: Callable[[], Any]) -> None:
        """Keeps a request that is to arrive after `by` others."""
        with self._lock:
            self._late.append(_OnItsWay(by, deliver))

    def passes(self) -> None:
        """One more request comes by: what was to arrive before it arrives now."""
        with self._lock:
            due = [one for one in self._late if one.left <= 0]
            self._late = [one for one in self._late if one.left > 0]
            for one in self._late:
                one.left -= 1
        for one in due:
            one.deliver()


def server_context(certificate: Path) -> ssl.SSLContext:
    """What a server needs for TLS with this certificate and its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
