"""What a site says about a video or a post, and what comes of it when the site means ill."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.backends import oembed
from postdesk.backends.oembed import Kept, OEmbed, Told, is_https, is_public, question, read_answer
from postdesk.core.cancel import Cancel
from postdesk.core.embeds import PROVIDERS, Provider, provider_of
from postdesk.core.errors import BackendError, Cancelled, Intercepted

ADDRESS = "https://youtu.be/x_y?a=1&b=2"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
Serve = Callable[[http.server.BaseHTTPRequestHandler], None]


class Site:
    """A site on loopback: what it answers by path, and what it was asked, with the headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Serve] = {}
        self.asked: list[str] = []
        self.heard: list[dict[str, str]] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.heard.append({name.lower(): value for name, value in self.headers.items()})
                serve = site.pages.get(urlsplit(self.path).path)
                if serve is None:
                    send(self, 404, b"gone")
                else:
                    serve(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def says(self, values: object, status: int = 200) -> None:
        """Its answer to every question."""
        body = json.dumps(values).encode()
        self.pages["/oembed"] = lambda handler: send(handler, status, body, "application/json")

    def has(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """A file there; its address."""
        self.pages[path] = lambda handler: send(handler, status, body, "image/png", **headers)
        return self.root + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def send(
    handler: http.server.BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    kind: str = "text/plain",
    **headers: str,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    try:
        handler.wfile.write(body)
    except OSError:
        pass  # a client that reads no further is what some of these tests are about


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


def is_png(file: Path) -> bool:
    return file.is_file() and file.read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def desk(site: Site, client: httpx2.Client, tmp_path: Path) -> OEmbed:
    return OEmbed(
        lambda: client,
        tmp_path / "cards",
        is_png,
        endpoints={provider.slug: f"{site.root}/oembed" for provider in PROVIDERS},
        may_load=lambda address: address.startswith(site.root),
    )


def provider(address: str = ADDRESS) -> Provider:
    found = provider_of(address)
    assert found is not None
    return found


def ask(desk: OEmbed, address: str = ADDRESS) -> Kept:
    return desk.ask(provider(address), address, Cancel())


# --- asking -------------------------------------------------------------------------------------------------------


def test_title_author_and_picture_are_kept(desk: OEmbed, site: Site, tmp_path: Path) -> None:
    picture = site.has("/a.png", PICTURE)
    site.says({"title": "A talk", "author_name": "Ada", "thumbnail_url": picture, "html": "<iframe>"})
    told = ask(desk)
    assert (told.title, told.author) == ("A talk", "Ada")
    assert told.picture is not None
    assert told.picture.read_bytes() == PICTURE
    assert told.picture.is_relative_to(tmp_path / "cards")
    asked = list(site.asked)
    assert desk.kept(ADDRESS) == told
    assert site.asked == asked


def test_the_question_says_the_address_and_nothing_of_her(desk: OEmbed, site: Site) -> None:
    site.says({"title": "A"})
    ask(desk)
    (path,) = site.asked
    assert parse_qs(urlsplit(path).query)["url"] == [ADDRESS]
    assert set(site.heard[0]) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert site.heard[0]["user-agent"] == "PostDesk"


def test_a_cookie_of_one_answer_is_not_sent_with_the_next(desk: OEmbed, site: Site) -> None:
    body = json.dumps({"title": "A"}).encode()
    site.pages["/oembed"] = lambda handler: send(
        handler, 200, body, "application/json", **{"Set-Cookie": "who=ada"}
    )
    ask(desk)
    ask(desk, "https://youtu.be/second")
    assert "cookie" not in site.heard[1]


def test_a_post_on_x_is_asked_for_by_its_older_name() -> None:
    address = "https://x.com/someone/status/20"
    asked = urlsplit(question(provider(address), address))
    assert asked.hostname == "publish.x.com"
    assert parse_qs(asked.query)["url"] == ["https://twitter.com/someone/status/20"]


@pytest.mark.parametrize("each", PROVIDERS, ids=lambda each: each.slug)
def test_every_site_is_asked_over_tls(each: Provider) -> None:
    asked = urlsplit(question(each, "https://a.example/x?y=1&z=2"))
    assert asked.scheme == "https"
    assert parse_qs(asked.query)["url"] == ["https://a.example/x?y=1&z=2"]
    assert parse_qs(asked.query)["format"] == ["json"]


def test_what_was_never_answered_is_not_known(desk: OEmbed) -> None:
    assert desk.kept(ADDRESS) is None


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_private_video_has_no_title_and_is_asked_for_again_another_day(
    desk: OEmbed, site: Site, status: int
) -> None:
    site.pages["/oembed"] = lambda handler: send(handler, status, b"Unauthorized")
    assert ask(desk) == Kept()
    assert desk.kept(ADDRESS) is None


def test_a_picture_that_did_not_come_is_asked_for_again_another_day(desk: OEmbed, site: Site) -> None:
    site.says({"title": "A", "thumbnail_url": site.has("/a.png", b"", 503)})
    assert ask(desk) == Kept("A")
    assert desk.kept(ADDRESS) is None


def test_the_oldest_answers_go(
    desk: OEmbed, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(oembed, "KEPT", 2)
    site.says({"title": "A"})
    folder = tmp_path / "cards"
    folder.mkdir()
    for number in range(5):
        old = folder / f"{number}.json"
        old.write_text("{}")
        old.with_suffix(".picture").write_text("x")
    ask(desk)
    assert len(list(folder.glob("*.json"))) == 2
    assert len(list(folder.glob("*.picture"))) <= 2
    assert desk.kept(ADDRESS) == Kept("A")


# --- a site that means ill ----------------------------------------------------------------------------------------


def test_a_redirect_is_not_followed(desk: OEmbed, site: Site) -> None:
    site.has("/elsewhere", b'{"title": "A"}')
    site.pages["/oembed"] = lambda handler: send(handler, 302, b"", Location=f"{site.root}/elsewhere")
    with pytest.raises(Intercepted):
        ask(desk)
    assert not any("elsewhere" in path for path in site.asked)


def test_a_picture_s_redirect_is_not_followed(desk: OEmbed, site: Site) -> None:
    site.has("/elsewhere", PICTURE)
    moved = site.has("/moved", b"", 302, Location=f"{site.root}/elsewhere")
    site.says({"title": "A", "thumbnail_url": moved})
    assert ask(desk) == Kept("A")
    assert not any("elsewhere" in path for path in site.asked)


def test_an_answer_without_an_end_is_not_read(desk: OEmbed, site: Site) -> None:
    site.says({"title": "x" * (oembed.LARGEST_ANSWER + 1)})
    with pytest.raises(BackendError):
        ask(desk)


def test_a_huge_picture_is_not_read(desk: OEmbed, site: Site) -> None:
    picture = site.has("/a.png", PICTURE + b"\0" * oembed.LARGEST_PICTURE)
    site.says({"title": "A", "thumbnail_url": picture})
    assert ask(desk) == Kept("A")


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"[" * 100_000, b"NaN"]
)
def test_an_answer_that_is_none_is_no_title(desk: OEmbed, site: Site, body: bytes) -> None:
    site.pages["/oembed"] = lambda handler: send(handler, 200, body, "application/json")
    try:
        assert ask(desk) == Kept()
    except BackendError:
        pass  # as good: nothing is shown
    assert desk.kept(ADDRESS) is None


def test_a_picture_is_asked_for_only_where_it_may_be(desk: OEmbed, site: Site) -> None:
    elsewhere = site.root.replace("127.0.0.1", "localhost") + "/a.png"
    site.has("/a.png", PICTURE)
    site.says({"title": "A", "thumbnail_url": elsewhere})
    assert ask(desk) == Kept("A")
    assert "/a.png" not in site.asked


@pytest.mark.parametrize("body", [b"<svg onload=alert(1)>", b"GIF", b"", b"MZ\x90"])
def test_what_is_no_picture_is_not_kept(desk: OEmbed, site: Site, body: bytes, tmp_path: Path) -> None:
    site.says({"title": "A", "thumbnail_url": site.has("/a.png", body)})
    assert ask(desk) == Kept("A")
    assert not list((tmp_path / "cards").glob("*.picture"))


def test_a_silent_site_is_left(
    desk: OEmbed, site: Site, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oembed, "PATIENCE_S", 0.3)
    over = threading.Event()

    def wait(_handler: http.server.BaseHTTPRequestHandler) -> None:
        over.wait(30)

    site.pages["/oembed"] = wait
    with pytest.raises(BackendError):
        ask(desk)
    over.set()


def test_she_can_stop_it(desk: OEmbed, site: Site) -> None:
    cancel = Cancel()
    over = threading.Event()

    def wait(_handler: http.server.BaseHTTPRequestHandler) -> None:
        cancel.set()
        over.wait(30)

    site.pages["/oembed"] = wait
    with pytest.raises(Cancelled):
        desk.ask(provider(), ADDRESS, cancel)
    over.set()


def test_a_file_of_another_address_or_none_is_not_believed(desk: OEmbed, site: Site, tmp_path: Path) -> None:
    site.says({"title": "A"})
    ask(desk)
    (file,) = (tmp_path / "cards").glob("*.json")
    for text in ('{"address": "https://youtu.be/other", "title": "B"}', '{"title": "B"}', "{}"):
        file.write_text(text)
        assert desk.kept(ADDRESS) is None
    file.write_text(json.dumps({"address": ADDRESS, "title": 7, "author": None, "picture": "../../secret"}))
    assert desk.kept(ADDRESS) == Kept()


def test_a_broken_file_is_asked_for_anew(
    desk: OEmbed, site: Site, tmp_path: Path, expect_log: Callable[..., None]
) -> None:
    expect_log("broken state file")
    site.says({"title": "A"})
    ask(desk)
    (file,) = (tmp_path / "cards").glob("*.json")
    file.write_text("{broken")
    assert desk.kept(ADDRESS) is None
    assert ask(desk) == Kept("A")


def test_a_picture_that_was_taken_away_is_none(desk: OEmbed, site: Site) -> None:
    site.says({"title": "A", "thumbnail_url": site.has("/a.png", PICTURE)})
    picture = ask(desk).picture
    assert picture is not None
    picture.unlink()
    assert desk.kept(ADDRESS) == Kept("A")


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": " A &amp; B ", "author_name": "Ada"}, Told("A & B", "Ada")),
        ({"title": "<b>A</b>"}, Told("<b>A</b>")),
        ({"title": 7, "author_name": ["x"], "thumbnail_url": {}}, Told()),
        (
            {
                "html": '<blockquote><p lang="en">One <a href="x">two</a><br>three &amp;</p>&mdash; Ada</blockquote>'
            },
            Told("One two three &"),
        ),
        ({"title": "A", "html": "<p>B</p>"}, Told("A")),
        ({"html": "<iframe src=x></iframe>"}, Told()),
        ({"html": "<p>a<![x>"}, Told("a")),
        ({"html": "<p>a<![x"}, Told("a<![x")),  # what never ends is text
    ],
)
def test_an_answer_becomes_words(values: object, told: Told) -> None:
    assert read_answer(values) == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON, JSON, JSON, JSON)
def test_no_answer_is_too_strange(title: Any, author: Any, picture: Any, page: Any) -> None:
    """Law: whatever the answer is, what is read of it are strings of a length with an end."""
    values = {"title": title, "author_name": author, "thumbnail_url": picture, "html": page}
    for answer in (values, title):
        told = read_answer(answer)
        assert all(len(text) <= 2000 for text in (told.title, told.author, told.picture))


@pytest.mark.parametrize(
    "address",
    [
        "http://i.example.org/a.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "file:///etc/passwd",
        "//i.example.org/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "https://0x7f.1/a.jpg",
        "https://2130706433/a.jpg",
        "https://localhost/a.jpg",
        "https://printer.local/a.jpg",
        "https://router.lan./a.jpg",
        "https://intranet/a.jpg",
        "https://i.example.org:8443/a.jpg",
        "https://ada:pw@i.example.org/a.jpg",
        "https://i.example.org/a b.jpg",
        "https://i.example.org\\@evil.example/a",
        "https://[::1/a.jpg",
        "",
    ],
)
def test_a_picture_from_such_an_address_is_not_asked_for(address: str) -> None:
    assert not is_https(address)


def test_a_picture_on_the_web_may_be_asked_for() -> None:
    assert is_https("https://i.example.org/vi/x_y/hqdefault.jpg?a=1&b=%20")
    assert is_https("https://i.example.org:443/a.jpg")


def test_a_name_that_leads_into_the_house_is_none_of_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    def leads_to(*places: str) -> None:
        found = [(0, 0, 0, "", (place, 443)) for place in places]
        monkeypatch.setattr("postdesk.backends.oembed.socket.getaddrinfo", lambda *_args, **_named: found)

    for inside in (
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
    ):
        leads_to("93.184.216.34", inside)
        assert not is_public("https://i.example.org/a.jpg"), inside
    leads_to("93.184.216.34")
    assert is_public("https://i.example.org/a.jpg")
    assert not is_public("http://i.example.org/a.jpg")
