"""How a blog looks is fetched from its own pages, whatever its servers answer, and nobody is asked who must not be."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from postdesk.backends.base import RemotePost
from postdesk.backends.http import make_client
from postdesk.backends.reader import Visitor, is_neighbour
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, NotReady
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.markup.appearance.frame import Style
from postdesk.markup.appearance.reading import Beside, Here, Reading
from postdesk.publishing import capture as module
from postdesk.publishing.capture import Captured, capture, merged
from tests.servers.web import Web, leading, web

TEXT = "<p>The first boat left at 6:10 this morning with eleven people on it, and came back empty.</p>"
FONT = b"wOF2" + bytes(100)
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as made:
        yield made


def gives(body: bytes | str, kind: str = "text/css", times: int = 1) -> Answer:
    content = body.encode() if isinstance(body, str) else body

    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(content) * times))
        to.end_headers()
        for _time in range(times):
            to.wfile.write(content)

    return answer


def post(site: Web, number: int = 1, **changed: object) -> RemotePost:
    values: dict[str, object] = {
        "remote_id": str(number), "address": f"{site.address}/{number}/", "slug": "x", "status": Status.PUBLISHED,
        "revision": "1", "title": "Ferries", "rendered": TEXT, **changed,
    }  # fmt: skip
    return RemotePost(**values)  # type: ignore[arg-type]


def page(site: Web, head: str, number: int = 1, text: str = TEXT) -> None:
    site.pages[f"/{number}/"] = gives(
        f'<html><head>{head}</head><body><h1>Ferries</h1><div class="entry">{text}</div></body></html>',
        "text/html",
    )


def look(
    site: Web, *posts: RemotePost, cancel: Cancel | None = None, reading: Reading | None = None
) -> Captured:
    asked = posts or (post(site),)
    with make_client() as client:
        return capture(
            Account("a", "wordpress", "Blog", site.address),
            lambda remote_id: next(p for p in asked if p.remote_id == remote_id),
            asked,
            Visitor(lambda: client),
            cancel or Cancel(),
            reading=reading or Here(),
        )


def test_style_sheets_and_fonts_are_fetched_as_readers_get_them(site: Web) -> None:
    page(site, "<link rel=stylesheet href=/a/style.css media=screen><style>p{color:red}</style>")
    site.pages["/a/style.css"] = gives("@import 'more.css';@font-face{font-family:F;src:url(../f.woff2)}")
    site.pages["/a/more.css"] = leading("/moved.css")
    site.pages["/moved.css"] = gives("\ufeffi{content:'é'}".encode())
    site.pages["/f.woff2"] = gives(FONT, "application/octet-stream")
    got = look(site)
    ((name, kind),) = got.appearance.fonts
    assert kind == "font/woff2"
    assert got.files == {name: FONT}
    assert got.appearance.css.replace("\n", "") == (
        '@media screen{i{content:"é";}@font-face{font-family:F;src:url("blog-font/'
        + name
        + '");font-display:block}}'
        "p{color:red;}"
    )
    assert got.appearance.missing == 0
    assert '<div class="entry" data-pd="content"></div>' in got.appearance.body
    for asked in site.asked:
        assert not {"cookie", "referer", "authorization"} & set(asked.headers)


def test_a_process_of_its_own_reads_the_same(site: Web) -> None:
    page(
        site,
        "<style>@import '/a.css';p{a:b}@font-face{font-family:F;src:url(/f.woff2)}</style>"
        "<style media=print>i{a:b}</style>",
    )
    site.pages["/a.css"] = gives("é{content:'é'}")
    site.pages["/f.woff2"] = gives(FONT, "font/woff2")
    cancel = Cancel()
    there, here = look(site, reading=Beside(cancel), cancel=cancel), look(site)
    assert replace(there.appearance, at=here.appearance.at) == here.appearance
    assert there.files == here.files


def test_a_process_that_dies_leaves_the_blog_alone(site: Web) -> None:
    page(site, "<style>@import '/a.css';p{a:b}</style>")
    cancel = Cancel()
    beside = Beside(cancel)

    def deadly(to: BaseHTTPRequestHandler) -> None:
        assert beside._process is not None
        beside._process.kill()
        beside._process.wait()
        gives("a{b:c}")(to)

    site.pages["/a.css"] = deadly
    with pytest.raises(NotReady) as told:
        look(site, reading=beside, cancel=cancel)
    assert "style sheets" in told.value.sentence


def test_she_can_stop_it_while_a_sheet_is_read(site: Web) -> None:
    page(site, "<style>" + "a{b:c;" * 200_000 + "</style>")
    cancel = Cancel()
    beside = Beside(cancel)
    with ThreadPoolExecutor(1) as other:
        done = other.submit(look, site, reading=beside, cancel=cancel)
        while beside._process is None and not done.done():
            cancel.wait(0.01)
        cancel.set()
        with pytest.raises(Cancelled):
            done.result(60)
    assert beside._process is None


def test_several_posts_are_looked_at_and_each_sheet_is_fetched_once(site: Web) -> None:
    page(site, "<link rel=stylesheet href=/a.css><style>b{c:d}</style>")
    page(site, "<link rel=stylesheet href=/a.css><style>q{c:d}</style><style>b{c:d}</style>", 2)
    page(site, "", 3)
    site.pages["/a.css"] = gives("a{b:c}")
    posts = [
        post(site, 7, status=Status.DRAFT),
        post(site, 8, visibility=Visibility.PASSWORD),
        post(site, 9, address="javascript:x"),
        *(post(site, number) for number in (1, 2, 3)),
    ]
    assert look(site, *posts).appearance.css.replace("\n", "") == "a{b:c;}q{c:d;}b{c:d;}"
    assert site.paths() == ["/1/", "/2/", "/3/", "/a.css"]


def test_the_sheet_with_all_of_wordpress_blocks_comes_first(site: Web) -> None:
    page(site, "<link rel=stylesheet href=/blog/wp-includes/blocks/navigation/style.css>")
    site.pages["/blog/wp-includes/blocks/navigation/style.css"] = gives("n{a:b}")
    site.pages["/blog/wp-includes/css/dist/block-library/style.min.css"] = gives("l{a:b}")
    assert look(site).appearance.css.replace("\n", "") == "l{a:b;}n{a:b;}"


@pytest.mark.parametrize(
    "answer",
    [
        gives(b"x" * 65536, times=800),
        gives("<html><style>a{b:c}</style>", "text/html"),
        gives("a{b:c}", "text/plain"),
        leading("/it"),
        leading("http://10.0.0.1/x.css"),
        leading("file:///etc/passwd"),
        leading("//"),
        500,
        404,
    ],
    ids=["50 MB", "a page", "plain text", "a circle", "this house", "a file", "nowhere", "500", "404"],
)
def test_a_sheet_that_is_none_is_done_without(answer: Answer | int, site: Web) -> None:
    page(site, "<style>p{a:b}</style><link rel=stylesheet href=/it>")
    site.pages["/it"] = answer
    got = look(site)
    assert got.appearance.css == "p{a:b;}\n"
    assert got.appearance.missing == 1
    assert len(site.asked) < 12


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"wOF2" * 2_000_000, b"EOT"], ids=["a page", "nothing", "8 MB", "other"]
)
def test_a_font_that_is_none_is_done_without(body: bytes, site: Web) -> None:
    page(site, "<style>@font-face{font-family:F;src:url(/f)}p{a:b}</style>")
    site.pages["/f"] = gives(body, "font/woff2")
    got = look(site)
    assert got.appearance.css == "p{a:b;}\n"
    assert got.files == {}
    assert got.appearance.missing == 1


def test_a_font_in_the_sheet_itself_becomes_a_file(site: Web) -> None:
    written = base64.b64encode(FONT).decode()
    page(site, f"<style>@font-face{{font-family:F;src:url(data:font/woff2;base64,{written})}}</style>")
    got = look(site)
    assert list(got.files.values()) == [FONT]
    assert "data:" not in got.appearance.css
    assert site.paths() == ["/1/"]


def test_there_are_never_too_many_bytes(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALL_SHEETS", 1000)
    monkeypatch.setattr(module, "ALL_FONTS", 250)
    faces = "".join(f"@font-face{{font-family:F{n};src:url(/{n}.woff2)}}" for n in range(9))
    page(site, "".join(f"<link rel=stylesheet href=/{n}.css>" for n in range(9)) + f"<style>{faces}</style>")
    for n in range(9):
        site.pages[f"/{n}.css"] = gives(f"a{n}{{b:c}}" + " " * 293)
        site.pages[f"/{n}.woff2"] = gives(FONT + bytes([n]), "font/woff2")
    got = look(site)
    assert sum(map(len, got.files.values())) <= 250
    assert got.appearance.css.count("b:c") == 3
    assert got.appearance.missing == 13


def test_a_blog_whose_pages_do_not_show_its_posts_is_left_alone(site: Web) -> None:
    page(site, "<style>p{a:b}</style>", text="<p>Please switch on cookies to read on in this blog.</p>")
    with pytest.raises(NotReady) as told:
        look(site)
    assert "preview stays as it is" in told.value.sentence
    with pytest.raises(NotReady):
        look(site, post(site, status=Status.DRAFT))


def test_a_blog_without_a_style_sheet_is_left_alone(site: Web) -> None:
    page(site, "<link rel=stylesheet href=/gone.css>")
    with pytest.raises(NotReady) as told:
        look(site)
    assert "style sheets" in told.value.sentence


def test_she_can_stop_it(site: Web) -> None:
    cancel = Cancel()
    page(site, "<link rel=stylesheet href=/slow.css>")

    def slow(to: BaseHTTPRequestHandler) -> None:
        cancel.set()
        site.hold.wait(30)

    site.pages["/slow.css"] = slow
    with pytest.raises(Cancelled):
        look(site, cancel=cancel)


@pytest.mark.parametrize(
    ("home", "address", "near"),
    [
        ("https://blog.example/a/", "https://www.blog.example/b.css", True),
        ("https://blog.example/", "https://cdn.example/b.css", False),
        ("https://blog.example/", "http://127.0.0.1/b.css", False),
        ("https://blog.example/", "https://localhost/b.css", False),
        ("http://127.0.0.1:80/", "http://localhost:8080/b.css", True),
        ("http://127.0.0.1/", "http://192.168.1.1/b.css", False),
        ("http://localhost/", "http://[::1]:99/b.css", True),
        ("http://192.168.1.1/", "http://192.168.1.1/b.css", True),
        ("http://192.168.1.1/", "http://192.168.1.2/b.css", False),
        ("http://x/", "http://[::1", False),
    ],
)
def test_whom_a_blog_may_send_us_to(home: str, address: str, near: bool) -> None:
    assert is_neighbour(home, address) is near


def test_a_page_that_came_encrypted_gets_nothing_that_does_not(site: Web) -> None:
    with make_client() as client:
        found = Visitor(lambda: client).file(
            f"{site.address}/a.css", "https://127.0.0.1/", Cancel(), accept="*/*", limit_bytes=10, seconds=5
        )
    assert found is None
    assert site.asked == []


def test_sheets_of_two_pages_come_in_an_order_that_is_right_for_both() -> None:
    a, b, c, d = (Style(name) for name in "abcd")
    assert merged((a, c), (a, b, c, d)) == (a, b, c, d)
    assert merged((), (b, a)) == (b, a)
    assert merged((a, b), (c,)) == (c, a, b)
