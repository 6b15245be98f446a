"""The faults of the matrix, by class: what happens at one request, or from one request on until the try is over.

A fault that mends itself never asks her anything; those that may are the ones whose `asks` is true.
"""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.publishing.matrix.cell import PLANS, Arm, Cell
from tests.servers.faults import Reply, Say, server_context
from tests.servers.faulty_wire import head_of

_WRITING = ("publish", "update", "schedule")
_LASTING = None  # until the try is over


@dataclass(frozen=True, slots=True)
class Fault:
    """One class of faults. `asks`: it may be that only she can mend it."""

    group: str
    name: str
    arm: Arm
    asks: bool = False
    plans: tuple[str, ...] = PLANS


# --- the writer's machine and the network ---


def _line(act: Callable[[Cell], int | None], times: int | None = 1) -> Arm:
    return lambda cell, at: cell.line.at(at, lambda: act(cell), times=times)


def _asleep(cell: Cell, at: int) -> None:
    """The answer is awaited, the lid closes, and opens a day later."""
    cell.proxy.silence("", heard=True, times=1, skip=at, then=cell.line.hours_pass)
    cell.line.at(at, lambda: cell.clock_jumps(86_400))


def _clock(seconds: float) -> Arm:
    """The clock is set while the network is away."""

    def jump(cell: Cell) -> int:
        if seconds:
            cell.clock_jumps(seconds)
        return cell.line.refuses()

    return _line(jump)


def _kill(cell: Cell) -> None:
    cell.line.kill()
    cell.line.monotonic()


_NETWORK = (
    Fault("network", "there is no such name", _line(lambda c: c.line.fails(socket.EAI_NONAME), _LASTING)),
    Fault(
        "network",
        "the name server does not answer",
        _line(lambda c: c.line.fails(socket.EAI_AGAIN), _LASTING),
    ),
    Fault("network", "the connection is refused", _line(lambda c: c.line.refuses(), _LASTING)),
    Fault("network", "nobody picks up", _line(lambda c: c.line.does_not_pick_up(), _LASTING)),
)
_MACHINE = (
    Fault("machine", "asleep for a day while the answer is awaited", _asleep),
    Fault("machine", "the clock is a day ahead", _clock(86_400)),
    Fault("machine", "the clock goes back an hour", _clock(-3_600)),
    Fault("machine", "the clock goes back to 1986", _clock(-40 * 365.25 * 86_400)),
    Fault("machine", "killed before it is sent", _line(_kill)),
    Fault(
        "machine",
        "killed while it is on its way",
        lambda c, at: _ignored(c.proxy.silence("", heard=False, times=1, skip=at, then=c.line.kill)),
    ),
    Fault(
        "machine",
        "killed when the blog has done it",
        lambda c, at: _ignored(c.proxy.silence("", heard=True, times=1, skip=at, then=c.line.kill)),
    ),
    Fault("machine", "a second program on the same library", _line(lambda c: c.second_program())),
)


# --- TLS and TCP ---


def _ignored(_rule: object) -> None:
    """The rule needs nothing more."""


def _handshake(instead: Callable[[Cell], Any], times: int | None) -> Arm:
    return lambda cell, at: _ignored(cell.proxy.handshake(instead(cell), times=times, skip=at))


_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TLS = (
    Fault("TLS", "the handshake breaks off", _handshake(lambda _c: None, 1)),
    Fault(
        "TLS", "another certificate is shown", _handshake(lambda c: server_context(c.site.stranger), _LASTING)
    ),
    Fault("TLS", "no TLS where TLS should be", _handshake(lambda _c: _PLAIN, _LASTING)),
)


def _proxy(arm: Callable[[Any, int], Any]) -> Arm:
    return lambda cell, at: _ignored(arm(cell.proxy, at))


_LOST = (
    Fault("lost", "request lost", _proxy(lambda p, at: p.drop_request("", times=1, skip=at))),
    Fault(
        "lost", "request lost, RST", _proxy(lambda p, at: p.drop_request("", times=1, skip=at, reset=True))
    ),
    Fault("lost", "all requests lost from here", _proxy(lambda p, at: p.drop_request("", skip=at))),
    Fault("lost", "answer lost", _proxy(lambda p, at: p.drop_response("", times=1, skip=at))),
    Fault(
        "lost", "answer lost, RST", _proxy(lambda p, at: p.drop_response("", times=1, skip=at, reset=True))
    ),
    Fault("lost", "all answers lost from here", _proxy(lambda p, at: p.drop_response("", skip=at))),
    Fault(
        "lost",
        "no answer within the deadline",
        lambda c, at: _ignored(c.proxy.silence("", heard=True, times=1, skip=at, then=c.line.hours_pass)),
    ),
    Fault(
        "lost",
        "never heard, no answer within the deadline",
        lambda c, at: _ignored(c.proxy.silence("", heard=False, times=1, skip=at, then=c.line.hours_pass)),
    ),
    Fault(
        "lost",
        "a byte now and then",
        lambda c, at: _ignored(c.proxy.trickle("", times=1, skip=at, then=c.line.hours_pass)),
    ),
    Fault("lost", "delivered one request later", _proxy(lambda p, at: p.late("", 1, times=1, skip=at))),
    Fault("lost", "delivered four requests later", _proxy(lambda p, at: p.late("", 4, times=1, skip=at))),
    Fault("lost", "delivered when all is done", _proxy(lambda p, at: p.late("", 10_000, times=1, skip=at))),
    Fault("lost", "delivered twice", _proxy(lambda p, at: p.twice("", times=1, skip=at))),
)


# --- answers that are none ---


def _said(say: Say, times: int | None = 1, heard: bool = True) -> Arm:
    return lambda cell, at: _ignored(cell.proxy.say("", say, heard=heard, times=times, skip=at))


def _whole(change: Callable[[Reply], Reply], *, length: bool = True) -> Say:
    """The answer with something changed in it, framed as it should be."""

    def say(reply: Reply | None) -> bytes:
        assert reply is not None
        changed = change(reply)
        return head_of(changed, length=length) + changed.body

    return say


def _body(change: Callable[[bytes], bytes], **headers: str) -> Say:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def changed(reply: Reply) -> Reply:
        kept = [(name, value) for name, value in reply.headers if name.lower() not in map(str.lower, named)]
        return Reply(reply.status, [*kept, *named.items()], change(reply.body))

    return _whole(changed)


def _framed(reply: Reply | None) -> bytes:
    assert reply is not None
    return head_of(reply) + reply.body


def _of_another(body: bytes) -> bytes:
    """The answer that was meant for a question about another post: a cache mixed them up."""
    value = json.loads(body)
    one = value[0] if isinstance(value, list) and value else value
    if isinstance(one, dict) and isinstance(one.get("id"), int):
        one["id"] += 100_000
        if "status" in one:
            one["slug"], one["content"] = "another", {"raw": "Another.", "rendered": "Another."}
    return json.dumps(value).encode()


_NOTICE = b"<br />\n<b>Notice</b>: Undefined index: x in <b>/srv/plugin.php</b> on line <b>7</b><br />\n"
_BROKEN = (
    Fault("broken", "cut in its head", _said(lambda r: _framed(r)[:60])),
    Fault("broken", "cut in its body", _said(lambda r: _framed(r)[:-20])),
    Fault(
        "broken",
        "cut, without a length",
        _said(lambda r: (head_of(r, length=False) + r.body[: len(r.body) // 2]) if r else b""),
    ),
    Fault("broken", "half the JSON, with the length of the half", _said(_body(lambda b: b[: len(b) // 2]))),
    Fault("broken", "not HTTP", _said(lambda _r: bytes(range(256)) * 4)),
    Fault("broken", "headers without end", _said(lambda _r: b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 40_000)),
    Fault(
        "broken",
        "packed, and the packing is broken",
        _said(_body(lambda b: gzip.compress(b)[:-9] + b"x", Content_Encoding="gzip")),
    ),
    Fault("broken", "a PHP notice before the JSON", _said(_body(lambda b: _NOTICE + b))),
    Fault("broken", "a byte order mark before the JSON", _said(_body(lambda b: b"\xef\xbb\xbf" + b))),
    Fault("broken", "empty", _said(_body(lambda _b: b""))),
    Fault("broken", "{}", _said(_body(lambda _b: b"{}"))),
    Fault("broken", "[]", _said(_body(lambda _b: b"[]"))),
    Fault("broken", "null", _said(_body(lambda _b: b"null"))),
    Fault("broken", "ids as text", _said(_body(lambda b: b.replace(b'"id":', b'"id":"x","was":')))),
    Fault("broken", "the answer about another post", _said(_body(_of_another))),
    Fault(
        "odd",
        "HTTP/1.0, until it closes",
        _said(lambda r: (head_of(r, version="1.0", length=False) + r.body) if r else b""),
    ),
    Fault("odd", "JSON called HTML", _said(_body(lambda b: b, Content_Type="text/html"))),
    Fault(
        "odd",
        "early hints before it",
        _said(lambda r: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _framed(r)),
    ),
    Fault(
        "odd", "the blog's clock is in 1999", _said(_body(lambda b: b, Date="Fri, 31 Dec 1999 23:59:59 GMT"))
    ),
)


# --- answers of somebody else ---

_PAGE = {"Content-Type": "text/html; charset=utf-8"}
_JSON = {"Content-Type": "application/json; charset=UTF-8"}


def _answer(
    status: int,
    body: bytes = b"",
    headers: Mapping[str, str] = _PAGE,
    *,
    times: int | None = 1,
    after: bool = False,
) -> Arm:
    def arm(proxy: Any, at: int) -> object:
        put = proxy.answer_after if after else proxy.answer
        return put("", status, body, headers, times=times, skip=at)

    return _proxy(arm)


def _no(status: int, code: str, message: str = "No.") -> bytes:
    return json.dumps({"code": code, "message": message, "data": {"status": status}}).encode()


def _both(status: int, body: bytes, headers: Mapping[str, str] = _PAGE, name: str = "") -> tuple[Fault, ...]:
    name = name or str(status)
    return (
        Fault("gateway", f"{name}, never heard", _answer(status, body, headers)),
        Fault("gateway", f"{name}, when it is done", _answer(status, body, headers, after=True)),
    )


_GATEWAY = (
    *_both(502, b"<html><h1>502 Bad Gateway</h1></html>"),
    *_both(504, b"<html><h1>504 Gateway Time-out</h1></html>"),
    *_both(500, _no(500, "internal_server_error", "<p>There has been a critical error.</p>"), _JSON),
    *_both(
        503,
        b"<html>Briefly unavailable for maintenance.</html>",
        {**_PAGE, "Retry-After": "600"},
        "503, come back later",
    ),
    Fault("gateway", "503 without a time", _answer(503, b"<html>Later.</html>", times=_LASTING)),
    Fault("gateway", "429, in 7 seconds", _answer(429, b"slow", {"Retry-After": "7"}, times=_LASTING)),
    Fault(
        "gateway",
        "429, at a date",
        _answer(
            429,
            b"slow",
            {"Retry-After": "Sat, 28 Nov 2026 12:01:00 GMT", "Date": "Sat, 28 Nov 2026 12:00:00 GMT"},
        ),
    ),
    Fault("gateway", "429, in eleven days", _answer(429, b"slow", {"Retry-After": "999999"})),
    Fault("gateway", "429 without a time", _answer(429, b"slow", times=_LASTING)),
)
_PORTAL = b"<html><title>Wi-Fi</title><form>Sign in to go on</form></html>"
_BETWEEN = (
    Fault("between", "a captive portal's page", _answer(200, _PORTAL, times=_LASTING)),
    Fault(
        "between",
        "a captive portal's redirect",
        _answer(302, b"", {"Location": "http://login.wifi.example/"}, times=_LASTING),
    ),
    Fault("between", "a captive portal's 511", _answer(511, _PORTAL, times=_LASTING)),
    Fault(
        "between", "moved to www", _answer(301, b"", {"Location": "https://www.localhost/"}, times=_LASTING)
    ),
    Fault("between", "moved to http", _answer(308, b"", {"Location": "http://localhost/"}, times=_LASTING)),
    Fault("between", "a redirect, when it is done", _answer(303, b"", {"Location": "/wp-json/"}, after=True)),
    Fault(
        "between",
        "a proxy that wants a sign-in",
        _answer(407, b"", {"Proxy-Authenticate": "Basic"}, times=_LASTING),
    ),
)
_REFUSED = (
    Fault(
        "refused",
        "the password was revoked",
        _answer(401, _no(401, "incorrect_password"), _JSON, times=_LASTING),
        asks=True,
    ),
    Fault(
        "refused",
        "the server drops Authorization",
        _answer(401, _no(401, "rest_not_logged_in"), _JSON, times=_LASTING),
        asks=True,
    ),
    Fault(
        "refused", "not allowed", _answer(403, _no(403, "rest_forbidden"), _JSON, times=_LASTING), asks=True
    ),
    Fault(
        "refused",
        "a security plug-in's page",
        _answer(403, b"<html>Blocked by Wall</html>", times=_LASTING),
        asks=True,
    ),
    Fault(
        "refused",
        "a page that is not found",
        _answer(404, b"<html>Not Found</html>", times=_LASTING),
        asks=True,
    ),
    Fault(
        "refused",
        "the interface is gone",
        _answer(404, _no(404, "rest_no_route"), _JSON, times=_LASTING),
        asks=True,
    ),
    Fault("refused", "too large", _answer(413, b"<html>413</html>", times=_LASTING), asks=True),
    Fault(
        "refused",
        "a value that it does not take",
        _answer(400, _no(400, "rest_invalid_param"), _JSON),
        asks=True,
    ),
)

# --- people ---

_PEOPLE = (
    Fault("people", "a colleague adds a paragraph", _line(lambda c: c.colleague_adds()), asks=True),
    Fault(
        "people",
        "a colleague puts it to the trash",
        _line(lambda c: c.colleague_deletes(for_good=False)),
        asks=True,
    ),
    Fault("people", "a colleague deletes it", _line(lambda c: c.colleague_deletes(for_good=True)), asks=True),
    Fault("people", "she types on and clicks again", _line(lambda c: c.writes_more()), plans=_WRITING),
    Fault("people", "she stops it", _line(lambda c: c.stops())),
)

FAULTS = (*_NETWORK, *_TLS, *_LOST, *_BROKEN, *_GATEWAY, *_BETWEEN, *_REFUSED, *_MACHINE, *_PEOPLE)

_GRAVE = {
    "the connection is refused", "killed when the blog has done it", "answer lost", "all answers lost from here",
    "no answer within the deadline", "delivered four requests later", "delivered when all is done", "delivered twice",
    "502, when it is done",
}  # fmt: skip
GRAVE = tuple(fault for fault in FAULTS if fault.name in _GRAVE)
"""Those that a repetition without a look would turn into a second post or a second picture."""
