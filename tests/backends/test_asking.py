"""Whether a link has an answer: what servers do, and what the question never does."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx2
import pytest

from postdesk.backends.asking import Origin, Reach, ask, has_network, origin_of
from postdesk.backends.transport import is_public_address
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from tests.servers.web import Web, leading, plain, web

PATIENCE = 30.0  # s; a busy machine


def hers(*webs: Web) -> frozenset[Origin]:
    """Servers on loopback are asked only where they are her own."""
    return frozenset(origin for w in webs if (origin := origin_of(w.address)) is not None)


def reach(client: httpx2.Client, where: Web, path: str, seconds: float = PATIENCE) -> Reach:
    return ask(client, where.address + path, Cancel(), own=hers(where), seconds=seconds).reach


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Reach.ANSWERED),
        (204, Reach.ANSWERED),
        (304, Reach.ANSWERED),
        (401, Reach.CLOSED),
        (403, Reach.CLOSED),
        (418, Reach.CLOSED),
        (429, Reach.CLOSED),
        (999, Reach.CLOSED),
        (404, Reach.NOTHING),
        (410, Reach.NOTHING),
        (500, Reach.SILENT),
        (503, Reach.SILENT),
    ],
)
def test_only_a_page_that_is_certainly_not_there_is_a_link_to_nothing(
    client: httpx2.Client, there: Web, status: int, expected: Reach
) -> None:
    there.pages["/page"] = status
    assert reach(client, there, "/page") is expected


def test_a_page_that_answers_is_asked_once_and_by_its_head_alone(client: httpx2.Client, there: Web) -> None:
    there.pages["/page?a=1"] = 200
    assert reach(client, there, "/page?a=1#part") is Reach.ANSWERED
    assert [(one.method, one.path) for one in there.asked] == [("HEAD", "/page?a=1")]


@pytest.mark.parametrize("refusal", [400, 403, 404, 405, 500, 501])
def test_a_server_that_refuses_the_question_for_the_head_is_asked_for_the_first_byte(
    client: httpx2.Client, there: Web, refusal: int
) -> None:
    there.pages["/page"] = 206
    there.no_head["/page"] = refusal
    assert reach(client, there, "/page") is Reach.ANSWERED
    assert [one.method for one in there.asked] == ["HEAD", "GET"]
    assert there.asked[1].headers["range"] == "bytes=0-0"


def test_a_server_that_hangs_up_on_the_question_for_the_head_is_asked_again(
    client: httpx2.Client, there: Web
) -> None:
    def page(to: BaseHTTPRequestHandler) -> None:
        if to.command == "HEAD":
            to.close_connection = True
            to.connection.shutdown(socket.SHUT_RDWR)
        else:
            plain(200)(to)

    there.pages["/page"] = page
    assert reach(client, there, "/page") is Reach.ANSWERED


def test_a_page_without_an_end_is_not_read(client: httpx2.Client, there: Web) -> None:
    def endless(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.end_headers()
        while not there.hold.is_set():
            to.wfile.write(b"x" * 65536)

    there.pages["/page"] = endless
    there.no_head["/page"] = 405
    assert reach(client, there, "/page") is Reach.ANSWERED


def test_a_server_that_says_nothing_is_given_up_in_time(client: httpx2.Client, there: Web) -> None:
    there.pages["/page"] = lambda _to: (there.hold.wait(PATIENCE), None)[1]
    reply = ask(client, there.address + "/page", Cancel(), own=hers(there), seconds=0.5)
    assert (reply.reach, reply.why) == (Reach.SILENT, "did not answer in time")


def test_a_head_that_drips_is_given_up_in_time(client: httpx2.Client, there: Web) -> None:
    def drip(to: BaseHTTPRequestHandler) -> None:
        to.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not there.hold.wait(0.1):
            to.wfile.write(b"X: 1\r\n")

    there.pages["/page"] = drip
    assert reach(client, there, "/page", 1.0) is Reach.SILENT


def test_when_the_popover_is_closed_a_silent_server_is_left_at_once(
    client: httpx2.Client, there: Web
) -> None:
    cancel, came = Cancel(), threading.Event()

    def silent(_to: BaseHTTPRequestHandler) -> None:
        came.set()
        there.hold.wait(PATIENCE)

    def stop() -> None:
        came.wait(PATIENCE)
        cancel.set()

    there.pages["/page"] = silent
    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(Cancelled):
        ask(client, there.address + "/page", cancel, own=hers(there), seconds=PATIENCE)
    stopping.join()


def test_redirects_are_followed_to_their_end(client: httpx2.Client, there: Web) -> None:
    there.pages |= {"/a": leading("/b"), "/b": leading(f"{there.address}/c", 307), "/c": 200}
    assert reach(client, there, "/a") is Reach.ANSWERED
    there.pages["/c"] = 404
    assert reach(client, there, "/a") is Reach.NOTHING


@pytest.mark.parametrize(("cookie", "expected"), [({}, Reach.NOTHING), ({"Set_Cookie": "a=1"}, Reach.CLOSED)])
def test_a_circle_of_redirects_is_none_where_it_waits_for_a_cookie(
    client: httpx2.Client, there: Web, cookie: dict[str, str], expected: Reach
) -> None:
    there.pages |= {"/a": leading("/b"), "/b": plain(302, Location="/a", **cookie)}
    assert reach(client, there, "/a") is expected
    assert "cookie" not in {name for one in there.asked for name in one.headers}


def test_redirects_without_an_end_are_given_up(client: httpx2.Client, there: Web) -> None:
    there.pages |= {f"/{n}": leading(f"/{n + 1}") for n in range(50)}
    assert reach(client, there, "/0") is Reach.NOTHING
    assert len(there.asked) == 9


def test_what_has_moved_for_good_is_known_by_its_new_address(client: httpx2.Client, there: Web) -> None:
    there.pages |= {"/old": leading("/new", 301), "/new": 200, "/dir": leading("/dir/", 301), "/dir/": 200}
    there.pages["/now"] = leading("/new", 302)
    moved = {
        path: ask(client, there.address + path, Cancel(), own=hers(there), seconds=PATIENCE).moved_to
        for path in ("/old", "/dir", "/now")
    }
    assert moved == {"/old": f"{there.address}/new", "/dir": "", "/now": ""}


@pytest.mark.parametrize("target", ["mailto:a@b.example", "intent://x", "http://[", "http://a b/"])
def test_a_redirect_to_what_is_no_page_is_no_fault_of_hers(
    client: httpx2.Client, there: Web, target: str
) -> None:
    there.pages["/a"] = leading(target)
    assert reach(client, there, "/a") is not Reach.NOTHING


def test_nothing_of_hers_goes_along(client: httpx2.Client, there: Web) -> None:
    there.pages |= {"/a": leading(f"http://eve:pw@{there.address[7:]}/b", Set_Cookie="a=1"), "/b": 200}
    mine = there.address.replace("http://", "http://ada:secret@") + "/a"
    assert ask(client, mine, Cancel(), own=hers(there), seconds=PATIENCE).reach is Reach.ANSWERED
    names = {name for one in there.asked for name in one.headers}
    assert names <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert {one.headers["user-agent"] for one in there.asked} == {"PostDesk"}


# --- machines of this house ---


def test_a_link_to_this_machine_is_not_asked(client: httpx2.Client, there: Web) -> None:
    port = there.address.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "127.1", "printer", "nas.local"):
        assert ask(client, f"http://{host}:{port}/reboot", Cancel()).reach is Reach.PRIVATE, host
    assert there.asked == []


@pytest.mark.parametrize(
    "numbers",
    ["127.0.0.1", "192.168.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"],
)
def test_a_name_that_leads_into_this_house_is_not_connected_to(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, numbers: str
) -> None:
    def lookup(_host: str, port: int, **_more: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (numbers, port)),
        ]

    def connect(*_args: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert ask(client, "http://harbour.example/reboot", Cancel()).reach is Reach.PRIVATE


def test_a_page_of_hers_leads_a_stranger_nowhere_in_her_house(client: httpx2.Client, there: Web) -> None:
    with web() as router:
        router.pages["/reboot"] = 200
        there.pages["/a"] = leading(f"{router.address}/reboot")
        assert reach(client, there, "/a") is Reach.NOT_ASKED
        assert router.asked == []


@pytest.mark.parametrize("address", ["http://mail.example:25/", "https://mail.example:587/"])
def test_a_port_of_mail_is_not_asked(client: httpx2.Client, address: str) -> None:
    assert ask(client, address, Cancel()).reach is Reach.NOT_ASKED


@pytest.mark.parametrize(
    "address", ["http://", "http://[", "ftp://a.example/", "x", "http://a b/", "https://xn--\u00fc/"]
)
def test_what_is_no_address_is_said_to_be_none(client: httpx2.Client, address: str) -> None:
    reply = ask(client, address, Cancel())
    assert (reply.reach, reply.why) == (Reach.NOTHING, "is no address that can be opened")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:192.168.1.1", False),
        ("2002:c0a8:0101::1", False),
        ("64:ff9b::c0a8:101", False),
        ("ff02::1", False),
        ("no address", False),
    ],
)
def test_which_addresses_are_of_the_public_net(address: str, public: bool) -> None:
    assert is_public_address(address) is public


# --- no network ---


@pytest.mark.parametrize(
    ("code", "expected"), [(socket.EAI_AGAIN, Reach.NO_NETWORK), (socket.EAI_NONAME, Reach.NO_SERVER)]
)
def test_a_name_that_nobody_has_is_told_from_no_network(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, code: int, expected: Reach
) -> None:
    def lookup(*_asked: object, **_more: object) -> None:
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert ask(client, "https://harbour.example/", Cancel()).reach is expected


def test_nobody_at_the_port_is_a_server_that_does_not_answer(client: httpx2.Client) -> None:
    with web() as gone:
        pass
    assert ask(client, gone.address, Cancel(), own=hers(gone)).reach is Reach.SILENT


def test_whether_there_is_a_way_out_is_told_without_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoWay:
        def __init__(self, *_kind: object) -> None:
            pass

        def __enter__(self) -> NoWay:
            return self

        def __exit__(self, *_error: object) -> None:
            pass

        def connect(self, _address: object) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", NoWay)
    assert not has_network()
    monkeypatch.setattr(NoWay, "connect", lambda *_args: None)
    assert has_network()


def test_behind_a_proxy_the_proxy_is_asked_wherever_it_is(
    client: httpx2.Client, there: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", there.address)
    there.pages["http://harbour.example/page"] = 200
    assert ask(client, "http://harbour.example/page", Cancel(), seconds=PATIENCE).reach is Reach.ANSWERED
    for mine in ("http://192.168.0.1/reboot", "http://printer/", "http://nas.local/"):
        assert ask(client, mine, Cancel()).reach is Reach.PRIVATE
    assert there.paths() == ["http://harbour.example/page"]
