"""A picture is fetched as any reader gets it: from the blog and from where it leads, and from nobody in her house."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx2
import pytest

from postdesk.backends.fetching import Fetched, Outcome, fetch, own_origins
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Cancelled, OutcomeUnknown, PostDeskError
from tests.servers.web import Web, leading, plain, web

PNG = b"\x89PNG\r\n\x1a\n and more"


def picture(
    data: bytes = PNG, *, length: int | None = -1, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """A picture that says that it is `length` long (-1: as long as it is, None: it does not say)."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        if length is not None:
            to.send_header("Content-Length", str(len(data) if length < 0 else length))
        to.end_headers()
        to.wfile.write(data)
        to.close_connection = True

    return answer


def get(client: httpx2.Client, where: Web, path: str, **more: Any) -> Fetched:
    values = {"limit": 1000, "cancel": Cancel(), **more}
    return fetch(client, where.address + path, own_origins(where.address), **values)


def test_a_picture_comes_with_what_the_server_calls_it(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = picture(ETag='"7"', Last_Modified="Sat, 28 Nov 2026 09:00:00 GMT")
    got = get(client, there, "/a.png")
    assert got == Fetched(Outcome.CAME, PNG, True, '"7"', "Sat, 28 Nov 2026 09:00:00 GMT")
    assert not {"authorization", "cookie", "referer"} & set(there.asked[0].headers)
    there.pages["/a.png"] = 304
    assert get(client, there, "/a.png", etag='"7"').outcome is Outcome.UNCHANGED
    assert there.asked[1].headers["if-none-match"] == '"7"'


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (401, Outcome.CLOSED),
        (403, Outcome.CLOSED),
        (206, Outcome.CLOSED),
    ],
)
def test_a_refusal_is_told_as_what_it_is(
    client: httpx2.Client, there: Web, status: int, expected: Outcome
) -> None:
    there.pages["/a.png"] = status
    assert get(client, there, "/a.png").outcome is expected


def test_a_server_that_asks_to_wait_is_understood(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = plain(503, Retry_After="9")
    with pytest.raises(Busy) as busy:
        get(client, there, "/a.png")
    assert busy.value.wait == 9
    there.pages["/a.png"] = 500
    with pytest.raises(OutcomeUnknown):
        get(client, there, "/a.png")


def test_less_than_was_announced_is_no_answer(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = picture(length=len(PNG) + 5)
    with pytest.raises(PostDeskError):
        get(client, there, "/a.png")


def test_what_comes_without_a_length_is_not_known_to_be_whole(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = picture(length=None)
    assert get(client, there, "/a.png") == Fetched(Outcome.CAME, PNG, is_framed=False)


def test_no_more_is_read_than_may_be_kept(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = picture(b"\x89" * 5000)
    assert get(client, there, "/a.png").outcome is Outcome.TOO_LARGE


def test_it_stops_in_the_middle_when_she_says_so(client: httpx2.Client, there: Web) -> None:
    cancel = Cancel()

    def slowly(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "900")
        to.end_headers()
        to.wfile.write(PNG)
        to.wfile.flush()
        cancel.set()
        there.hold.wait(30)

    there.pages["/a.png"] = slowly
    with pytest.raises(Cancelled):
        get(client, there, "/a.png", cancel=cancel)


def test_a_redirect_on_the_blog_is_followed_and_one_into_her_house_is_not(
    client: httpx2.Client, there: Web
) -> None:
    there.pages |= {"/a.png": leading("/b.png", 301), "/b.png": picture()}
    assert get(client, there, "/a.png").data == PNG
    with web() as store:
        store.pages["/s.png"] = picture()
        there.pages["/a.png"] = leading(f"{store.address}/s.png", 302)
        both = own_origins(there.address) | own_origins(store.address)
        assert fetch(client, there.address + "/a.png", both, Cancel(), limit=1000).data == PNG
        assert not {"authorization", "cookie", "referer"} & set(store.asked[0].headers)
    with web() as router:
        router.pages["/reboot"] = picture()
        there.pages["/a.png"] = leading(f"{router.address}/reboot")
        assert get(client, there, "/a.png").outcome is Outcome.NOT_ASKED
        assert router.asked == []


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://a.example/", "http://", "javascript:1", "/a.png"]
)
def test_a_redirect_to_nowhere_ends(client: httpx2.Client, there: Web, to: str) -> None:
    there.pages["/a.png"] = leading(to)
    assert get(client, there, "/a.png").outcome is Outcome.CLOSED


@pytest.mark.parametrize("numbers", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_a_public_name_of_a_private_machine_is_not_connected_to(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, numbers: str
) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _h, port, **_m: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (numbers, port))],
    )
    monkeypatch.setattr(socket.socket, "connect", lambda *_args: pytest.fail("connected"))
    own = own_origins("https://blog.example/")
    got = fetch(client, "http://files.example/a.png", own, Cancel(), limit=1000)
    assert got.outcome is Outcome.NOT_ASKED


def test_a_password_in_an_address_stays_here(client: httpx2.Client, there: Web) -> None:
    there.pages["/a.png"] = picture()
    address = there.address.replace("http://", "http://ines:secret@")
    got = fetch(client, address + "/a.png", own_origins(there.address), Cancel(), limit=1000)
    assert got.data == PNG
    assert "authorization" not in there.asked[0].headers


def test_a_blog_may_be_asked_with_and_without_www_and_encryption() -> None:
    assert own_origins("https://www.blog.example/notes") == {
        (scheme, host, port)
        for scheme, port in (("http", 80), ("https", 443))
        for host in ("blog.example", "www.blog.example")
    }
    assert own_origins("http://127.0.0.1:8080") == {
        ("http", "127.0.0.1", 8080), ("http", "www.127.0.0.1", 8080)
    }  # fmt: skip
    assert own_origins("/home/ines/site") == frozenset()
