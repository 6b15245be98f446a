"""What the network does to an exchange, and what the writer is told."""

from __future__ import annotations

import gzip
import json
import logging
import re
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from postdesk.backends.failures import shown_address
from postdesk.backends.http import (
    Answer,
    Credentials,
    exchange,
    make_client,
    read_json,
    retry_after,
)
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    Busy,
    Cancelled,
    Intercepted,
    OutcomeUnknown,
    PostDeskError,
    Sent,
    TooLarge,
    Unreachable,
)

SECRET = "QBGM 9QPR Ef6g RYPk cVY9 7Nvi"
ADA = Credentials("ada", SECRET)


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on loopback that hands each connection to `serve`; the address to ask."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    serve(connection)
                except OSError:
                    pass  # the client went away: that is what some of these tests are about

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/wp-json/"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def asked(connection: socket.socket) -> bytes:
    """A request, whole: a connection that is closed over unread bytes is reset, and its answer may be lost."""
    heard = b""
    while True:
        head, end, body = heard.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return heard
        more = connection.recv(65536)
        if not more:
            return heard
        heard += more


def answering(body: bytes, head: str = "HTTP/1.1 200 OK\r\n") -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        asked(connection)
        connection.sendall(head.encode() + b"\r\n" + body)

    return serve


def mock(response: httpx2.Response) -> httpx2.Client:
    return make_client(httpx2.MockTransport(lambda request: response))


def answer(status: int, body: bytes = b"", method: str = "POST", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(method, "https://blog.example/wp-json/", status, httpx2.Headers(named), body)


def test_an_answer_comes_back_whole_with_the_servers_clock() -> None:
    head = "HTTP/1.1 201 Created\r\nDate: Sun, 22 Nov 2026 18:00:00 GMT\r\nContent-Length: 8\r\n"
    with server(answering(b'{"id":5}', head)) as address, make_client() as client:
        got = exchange(client, "POST", address, json_body={"title": "é"})
    assert (got.status, read_json(got)) == (201, {"id": 5})
    assert got.date == datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_what_is_sent_arrives_byte_for_byte_and_progress_is_heard() -> None:
    came: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        head, _blank, body = asked(connection).partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
        came.append(body)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    picture = bytes(range(256)) * 2000
    heard: list[int] = []
    with server(serve) as address, make_client() as client:
        exchange(client, "POST", address, content=picture, auth=ADA, progress=heard.append)
    assert came == [picture]
    assert heard[-1] == len(picture)
    assert heard == sorted(heard)
    assert len(heard) > 3


def test_a_server_that_sends_a_byte_now_and_then_is_given_up_at_the_deadline() -> None:
    def drip(connection: socket.socket) -> None:
        asked(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X")
            threading.Event().wait(0.05)

    with server(drip) as address, make_client() as client, pytest.raises(OutcomeUnknown, match="too long"):
        exchange(client, "POST", address, json_body={}, deadline_s=0.5)


def test_a_server_that_accepts_and_never_answers_is_given_up_too() -> None:
    def silent(connection: socket.socket) -> None:
        asked(connection)
        connection.recv(1)

    with server(silent) as address, make_client() as client, pytest.raises(OutcomeUnknown) as caught:
        exchange(client, "GET", address, deadline_s=0.5)
    assert "Nothing was changed" in caught.value.means


def test_stop_is_heard_while_a_server_is_silent() -> None:
    cancel = Cancel()

    def silent(connection: socket.socket) -> None:
        asked(connection)
        cancel.set()
        while connection.recv(100):  # silent, but there, until the other side has gone
            pass

    with server(silent) as address, make_client() as client, pytest.raises(Cancelled) as caught:
        exchange(client, "POST", address, json_body={}, cancel=cancel)
    assert caught.value.sent is Sent.UNKNOWN


def test_stop_is_heard_while_a_server_takes_nothing_more() -> None:
    cancel = Cancel()

    def full(connection: socket.socket) -> None:
        connection.recv(10)
        cancel.set()
        while not gone.wait(0.01):
            pass

    gone = threading.Event()
    with server(full) as address, make_client() as client:
        with pytest.raises(Cancelled):
            exchange(client, "POST", address, content=bytes(30_000_000), cancel=cancel)
        gone.set()


def test_a_stop_before_anything_was_sent_says_so() -> None:
    cancel = Cancel()
    cancel.set()
    with mock(httpx2.Response(200)) as client, pytest.raises(Cancelled) as caught:
        exchange(client, "POST", "https://blog.example/", json_body={}, cancel=cancel)
    assert caught.value.sent is Sent.NOTHING


def test_no_server_there_is_nothing_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with make_client() as client, pytest.raises(Unreachable) as caught:
        exchange(client, "POST", f"http://127.0.0.1:{port}/", json_body={})
    assert caught.value.sent is Sent.NOTHING
    assert "did not accept a connection" in caught.value.happened


@pytest.mark.parametrize(
    ("code", "words"),
    [(socket.EAI_NONAME, "no server called blog.invalid"), (socket.EAI_AGAIN, "no connection")],
)
def test_a_name_that_leads_nowhere(code: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*asked: object, **more: object) -> None:
        raise socket.gaierror(code, "lookup failed")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with make_client() as client, pytest.raises(Unreachable, match=words):
        exchange(client, "POST", "http://blog.invalid/", json_body={})


@pytest.mark.parametrize(
    "cut", [b"", b"HTTP/1.1 201 Cre", b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"]
)
def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_open(cut: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        asked(connection)
        connection.sendall(cut)

    with server(serve) as address, make_client() as client, pytest.raises(OutcomeUnknown) as caught:
        exchange(client, "POST", address, json_body={})
    assert "may or may not" in caught.value.means


def test_an_endless_answer_is_cut() -> None:
    def endless(connection: socket.socket) -> None:
        asked(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))

    long = pytest.raises(OutcomeUnknown, match="longer than 1 MB")
    with server(endless) as address, make_client() as client, long:
        exchange(client, "GET", address, limit_bytes=1024 * 1024)


def packed(body: bytes) -> Callable[[socket.socket], None]:
    return answering(gzip.compress(body), "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n")


def test_a_small_answer_that_unpacks_without_end_is_cut() -> None:
    bomb = packed(bytes(50_000_000))
    long = pytest.raises(OutcomeUnknown, match="longer than 1 MB")
    with server(bomb) as address, make_client() as client, long:
        exchange(client, "GET", address, limit_bytes=1024 * 1024)


def test_a_packed_answer_is_unpacked() -> None:
    with server(packed(b'{"a": 1}')) as address, make_client() as client:
        assert read_json(exchange(client, "GET", address)) == {"a": 1}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_named_and_not_followed(status: int) -> None:
    hosts: list[str] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        hosts.append(request.url.host)
        return httpx2.Response(status, headers={"Location": "https://user:pw@elsewhere.example/steal?x=1"})

    with make_client(httpx2.MockTransport(serve)) as client:
        got = exchange(client, "POST", "https://blog.example/", json_body={}, auth=ADA)
        with pytest.raises(Intercepted, match=r"https://elsewhere\.example/steal") as caught:
            read_json(got)
    assert hosts == ["blog.example"]
    assert "pw" not in caught.value.sentence


def test_no_cookie_is_kept() -> None:
    sent: list[str | None] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.headers.get("cookie"))
        return httpx2.Response(200, headers={"Set-Cookie": "a=b; Path=/"}, content=b"{}")

    with make_client(httpx2.MockTransport(serve)) as client:
        exchange(client, "GET", "https://blog.example/")
        exchange(client, "GET", "https://blog.example/")
    assert sent == [None, None]


def test_a_netrc_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    heads: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heads.append(asked(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with server(serve) as address, make_client() as client:
        exchange(client, "GET", address)
    assert b"authorization" not in heads[0].lower()


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate and its key in one file, made here."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("localhost", False, "made by itself"),
        ("other.example", True, "belongs to another"),
        ("localhost", True, ""),
    ],
)
def test_a_certificate_is_checked(
    name: str, known: bool, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, name)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    heads: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            heads.append(asked(secure))
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with server(serve) as address, make_client() as client:
        there = address.replace("http://127.0.0.1", "https://localhost")
        if not words:
            assert read_json(exchange(client, "GET", there, auth=ADA)) == {}
            return
        with pytest.raises(Intercepted, match=words) as caught:
            exchange(client, "POST", there, json_body={}, auth=ADA)
    assert heads == []
    assert "Nothing was sent" in caught.value.means


@pytest.mark.parametrize("site", ["http://blog.example/", "https://blog.example/"])
def test_a_proxy_that_wants_its_own_sign_in_is_named_and_never_sees_the_blogs_password(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(asked(connection))
        connection.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        )

    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY")
    with server(proxy) as address, make_client() as client:
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("https_proxy", address)
        with pytest.raises(Intercepted, match="proxy"):
            read_json(exchange(client, "POST", site, json_body={}, auth=ADA))
    assert len(heads) == 1
    assert b"\r\nauthorization:" not in heads[0].lower()


def test_a_proxy_that_lets_through_is_used_once_it_has_shown_so(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(asked(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        if not heads[-1].startswith(b"HEAD"):
            connection.sendall(b"{}")

    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY")
    with server(proxy) as address, make_client() as client:
        monkeypatch.setenv("http_proxy", address)
        for _turn in range(2):
            assert read_json(exchange(client, "GET", "http://blog.example/x", auth=ADA)) == {}
    assert [head.split(b" ")[0] for head in heads] == [b"HEAD", b"GET", b"GET"]
    assert b"authorization" not in heads[0].lower()


def test_a_kind_of_proxy_that_is_not_supported_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    with make_client() as client, pytest.raises(Unreachable, match="proxy"):
        exchange(client, "GET", "http://blog.example/")


# --- answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in to Wi-Fi</html>",
        b'<br />Notice: Undefined index<br />{"id":5}',
        b'{"id":5,"title":"tru',
        b"",
        b"NaN",
        b"\xff\xfe",
        b"[" * 200_000,
    ],
)
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        read_json(answer(200, body))
    with pytest.raises(Intercepted):
        read_json(answer(200, body, method="GET"))


def test_a_gateways_error_page_is_no_captive_portal() -> None:
    with pytest.raises(OutcomeUnknown, match="in trouble"):
        read_json(answer(502, b"<h1>502 Bad Gateway</h1>", method="GET"))


@pytest.mark.parametrize(
    ("status", "asked_for", "wait"), [(429, "7", 7.0), (503, "120", 120.0), (429, "", None)]
)
def test_a_busy_server_says_when_to_come_back(status: int, asked_for: str, wait: float | None) -> None:
    headers = {"retry_after": asked_for} if asked_for else {}
    with pytest.raises(Busy) as caught:
        read_json(answer(status, b"<p>later</p>", **headers))
    assert caught.value.wait == wait


def test_a_pause_of_days_is_capped_and_said() -> None:
    with pytest.raises(Busy, match="278 hours") as caught:
        read_json(answer(429, retry_after="999999"))
    assert caught.value.wait == 3600


def test_a_pause_given_as_a_date_counts_by_the_servers_clock() -> None:
    late = Answer(
        "GET",
        "https://blog.example/",
        503,
        httpx2.Headers({"retry-after": "Sun, 22 Nov 2026 18:00:30 GMT"}),
        b"",
        datetime(2026, 11, 22, 18, tzinfo=UTC),
    )
    assert retry_after(late) == 30
    assert retry_after(answer(503, retry_after="soon")) is None


def test_an_overloaded_server_that_names_no_time_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown):
        read_json(answer(503, b"<p>down</p>"))


def test_a_file_over_the_limit() -> None:
    with pytest.raises(TooLarge):
        read_json(answer(413, b"<h1>413 Request Entity Too Large</h1>"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ada:hunter2@blog.example/a?key=1#x", "https://blog.example/a"),
        ("https://blog.example/" + "a" * 500, "https://blog.example/" + "a" * 179),
        ("http://a:b:c", "an address that is none"),
    ],
)
def test_an_address_in_a_sentence_carries_no_secret(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def test_the_password_is_in_no_log_error_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    """Everything that an exchange leaves behind, searched for the password as typed, bare, and as it is
    sent."""
    caplog.set_level(logging.DEBUG)
    left: list[str] = [repr(ADA), str(ADA), ADA.scrub(f"you sent {ADA.header} and {SECRET}")]
    errors: list[PostDeskError] = []
    echo = json.dumps({"code": "x", "message": SECRET, "headers": ADA.header}).encode()
    with server(answering(echo)) as address, make_client() as client:
        got = exchange(client, "POST", address, json_body={}, auth=ADA)
        left += [repr(got), str(got), got.details]
    for body in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + SECRET.encode()[:5]):

        def serve(connection: socket.socket, body: bytes = body) -> None:
            asked(connection)
            connection.sendall(body)

        with server(serve) as address, make_client() as client, pytest.raises(PostDeskError) as caught:
            exchange(
                client, "POST", address.replace("//", "//ada:" + SECRET.replace(" ", "") + "@"), auth=ADA
            )
        errors.append(caught.value)
    for error in errors:
        left += [repr(error), str(error), error.details, repr(error.__context__), str(error.__context__)]
    left += [record.getMessage() for record in caplog.records] + [repr(r.__dict__) for r in caplog.records]
    assert len(caplog.records) > 5
    for secret in (SECRET, SECRET.replace(" ", ""), ADA.header.removeprefix("Basic ")):
        assert secret not in "\n".join(left)


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    file = tmp_path / "big.png"
    with file.open("wb") as stream:
        stream.truncate(60_000_000)
    arrived = 0

    def take(request: httpx2.Request) -> None:
        nonlocal arrived
        assert request.headers["Content-Length"] == "60000000"
        assert isinstance(request.stream, httpx2.SyncByteStream)
        for piece in request.stream:
            arrived += len(piece)

    class Swallow(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            take(request)
            return httpx2.Response(201, content=b"{}")

    tracemalloc.start()
    try:
        with make_client(Swallow()) as client:
            exchange(client, "POST", "http://blog.example/", content=file)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert arrived == 60_000_000
    assert peak < 2_000_000


def test_a_file_that_becomes_shorter_while_it_is_sent_is_no_file_on_the_blog(tmp_path: Path) -> None:
    file = tmp_path / "big.png"
    file.write_bytes(bytes(3_000_000))

    def serve(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    def cut(sent: int) -> None:
        if sent < 200_000:
            with file.open("r+b") as stream:
                stream.truncate(1_000_000)

    with server(serve) as address, make_client() as client, pytest.raises(OutcomeUnknown):
        exchange(client, "POST", address, content=file, progress=cut)
    with server(serve) as address, make_client() as client, pytest.raises(OSError, match="No such file"):
        exchange(client, "POST", address, content=tmp_path / "gone.png")
