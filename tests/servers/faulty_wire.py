"""The wire of the fault proxy: reads requests, asks the server behind, and breaks what a rule says, down to TCP."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.faults import WAIT_S, FaultProxy, Reply, Request, Rule

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_TRICKLE_S = 0.05


def listen(proxy: FaultProxy) -> ThreadingHTTPServer:
    """A server on loopback, at a free port, that acts by the rules of `proxy`."""

    class Connection(_Connection):
        faults = proxy

    return _Server(("127.0.0.1", 0), Connection)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests are about."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faults: FaultProxy
    rule: Rule | None = None

    def setup(self) -> None:
        if self.faults.tls is not None:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            rule = self.faults.rule_for(None)
            if rule is not None:
                self.faults.remember(Request("", "", {}, b"", "handshake", None))
                self._break_handshake(rule)
            self.request = self.faults.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            if self.faults.tls is not None:
                self.request.close()  # the server knows only the socket that TLS has taken the place of

    def _break_handshake(self, rule: Rule) -> None:
        """Ends in an error, so that nothing more happens on this connection."""
        if isinstance(rule.handshake, ssl.SSLContext):
            rule.handshake.wrap_socket(self.request, server_side=True).close()
        elif rule.handshake is not None:
            self.request.sendall(rule.handshake)
        else:
            _reset(self.request)
        raise ConnectionAbortedError("the handshake was broken on purpose")

    def _act(self) -> None:
        self.close_connection = True
        body = self._body()
        self.faults.passes()
        rule = self.rule = self.faults.rule_for(f"{self.command} {self.path}")
        action = rule.action if rule else None
        waits = rule is not None and action in ("delay", "hold")
        if rule and waits and rule.before:
            rule.pause()
        reply, began = None, time.perf_counter()
        if rule is None or rule.heard:
            reply = self._ask(body)
        seconds = time.perf_counter() - began
        if action == "twice":
            self._ask(body)
        if rule and waits and not rule.before:
            rule.pause()
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = reply.status if reply else None
        self.faults.remember(Request(self.command, self.path, headers, body, action, status, seconds))
        if rule is None:
            self._send(reply)
        else:
            rule.then()
            self._misbehave(rule, reply, body)

    # One method for every verb; the names are those that the base class looks for.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _act

    def _misbehave(self, rule: Rule, reply: Reply | None, body: bytes) -> None:
        if rule.action == "late":
            self.faults.keep(rule.count, lambda: self._ask(body))
        elif rule.action in ("answer", "answer after"):
            self._send(Reply(rule.status, list(rule.headers.items()), rule.body))
        elif rule.action == "say":
            self.wfile.write(rule.say(reply))
        elif rule.action == "silence":
            rule.pause()
        elif rule.action == "trickle":
            self._trickle(rule, reply)
        elif rule.action not in ("drop request", "drop response"):
            self._send(reply, rule if rule.action == "cut" else None)
        if rule.reset:
            _reset(self.connection)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _ask(self, body: bytes) -> Reply:
        """The real server's answer; 502 when there is none, as proxies do."""
        connection = http.client.HTTPConnection(self.faults.upstream, timeout=WAIT_S)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            if self.faults.tls is not None:
                connection.putheader("X-Forwarded-Proto", "https")
            if body or self.command in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Reply(answer.status, _end_to_end(answer.headers), answer.read())
        except (OSError, http.client.HTTPException) as problem:
            return Reply(502, [("Content-Type", "text/plain")], repr(problem).encode())
        finally:
            connection.close()

    def _send(self, reply: Reply | None, cut: Rule | None = None) -> None:
        assert reply is not None, "only a server that was asked has an answer"
        length = not (cut and cut.bare)
        head = head_of(reply, length=length)
        body = reply.body[: cut.count] if cut else reply.body
        self.wfile.write(head + (b"" if self.command == "HEAD" else body))

    def _trickle(self, rule: Rule, reply: Reply | None) -> None:
        assert reply is not None
        answer = head_of(reply) + reply.body
        while answer and not rule.released_within(_TRICKLE_S):
            self.wfile.write(answer[:1])
            answer = answer[1:]

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged; `FaultProxy.requests` has it all."""


def head_of(reply: Reply, *, version: str = "1.1", length: bool = True) -> bytes:
    """The status line and the headers, with the blank line after them."""
    phrase = http.client.responses.get(reply.status, "Something")
    lines = [
        f"HTTP/{version} {reply.status} {phrase}",
        *(f"{name}: {value}" for name, value in reply.headers),
    ]
    if length:
        lines.append(f"Content-Length: {len(reply.body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def _reset(connection: socket.socket) -> None:
    """The other side gets RST instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plain = socket.socket(fileno=connection.detach())  # under TLS: without its goodbye
    plain.close()


def _end_to_end(headers: Message) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP]
