"""Looking at a post as a reader: what anybody gets, whatever the theme and the caches make of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.backends.http import make_client
from postdesk.backends.reader import Visitor, decoded, is_same_site
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.publishing.differences import Weight
from postdesk.publishing.verify import Expected, look, shown_part

POST = """<!-- wp:paragraph -->
<p>The first boat left at “ten past six” with eleven people on it &amp; a dog.</p>
<!-- /wp:paragraph -->
<blockquote><p>We were told on Sunday that an offer would be on the table. It wasn't.</p></blockquote>
<ul><li>Boats running: 3 of 14</li><li>Passengers yesterday: 2,212 in all</li></ul>
<p>https://video.example/watch?v=1</p>
<p>The mayor said nothing on Tuesday; on Wednesday she did say a little more than that.</p>
<p>[gallery ids="1,2"] Her office confirmed it in writing before the paper went to print.</p>"""
AS_SHOWN = """<!doctype html><html><head><title>Ferry strike – The Harbour</title><script>var a = "<p>";</script></head>
<body><nav>Home About <a href="/s">Sign in</a></nav><article><h1>Ferry strike</h1>
<p class="wp-block-paragraph">The first boat left at &#8220;ten past six&#8221; with eleven people on it
&#038; a dog.</p>
<div class="ad"><p>Buy our paper!</p></div>
<blockquote><p>We were told on Sunday that an offer <b>would</b> be on the table. It wasn&#8217;t.</p></blockquote>
<ul><li>Boats running: 3 of 14</li><li>Passengers yesterday: 2,212 in all</li></ul>
<figure><iframe src="https://video.example/embed/1"></iframe></figure>
<p>The mayor said nothing on Tuesday;<aside>Read more: the offer</aside> on Wednesday she did say a little more than
 that.</p><noscript><img src=x></noscript><p>Her of&shy;fice confirmed it in writing before the paper went to print.</p>
</article><footer>Subscribe</footer></body></html>"""


@dataclass
class Answer:
    """What the site answers at a path."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


class Site:
    """A site on this computer that answers as it is told; `asked` has "METHOD path" of every request."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sent: list[dict[str, str]] = []
        self.answer: Callable[[str, str], Answer] = lambda _method, _path: Answer(404)
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(f"{self.command} {self.path}")
                site.sent.append({k.lower(): v for k, v in self.headers.items()})
                answer = site.answer(self.command, self.path)
                if answer.wait is not None:
                    answer.wait.wait(30)
                self.send_response(answer.status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command == "GET":
                    try:
                        self.wfile.write(answer.body)
                    except OSError:
                        self.close_connection = True  # the reader has had enough

            do_HEAD = do_GET

            def log_message(self, *_what: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def _page(site: Site, body: str, **headers: str) -> None:
    site.answer = lambda _method, _path: Answer(200, body.encode(), headers)


def _always(answer: Answer, _method: str, _path: str) -> Answer:
    return answer


def _look(site: Site, expected: Expected, cancel: Cancel | None = None) -> dict[str, str]:
    """What is said, by its kind."""
    with make_client() as http:
        found = look(expected, Visitor(lambda: http), cancel or Cancel())
    return {d.kind: d.sentence for d in found}


def _expected(site: Site, **values: object) -> Expected:
    return replace(Expected(site.address + "/ferry/", "Ferry strike", POST), **values)  # type: ignore[arg-type]


def test_a_page_of_any_theme_that_holds_the_words_is_as_it_should_be(site: Site) -> None:
    _page(site, AS_SHOWN)
    assert _look(site, _expected(site)) == {}
    assert site.asked == ["GET /ferry/"]
    assert not {"authorization", "cookie"} & site.sent[0].keys()


def test_each_picture_uploaded_just_now_is_asked_once(site: Site) -> None:
    def answer(method: str, path: str) -> Answer:
        if path == "/ferry/":
            return Answer(200, AS_SHOWN.encode())
        found = {
            "/ok.png": 200,
            "/gone.png": 404,
            "/no-head.png": 405 if method == "HEAD" else 206,
            "/page.png": 200,
        }
        kind = "text/html" if path == "/page.png" else "image/png"
        return Answer(found[path], b"x", {"Content-Type": kind})

    site.answer = answer
    names = ("/ok.png", "/gone.png", "/no-head.png", "/page.png")
    told = _look(site, _expected(site, pictures=tuple(site.address + n for n in names)))
    assert set(told) == {"reader: pictures"}
    assert "gone.png (404)" in told["reader: pictures"]
    assert "page.png" in told["reader: pictures"]
    assert "ok.png" not in told["reader: pictures"].replace("page.png", "")
    assert "no-head.png" not in told["reader: pictures"]
    assert [a for a in site.asked if "/ok.png" in a] == ["HEAD /ok.png"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "missing"), (410, "missing"), (500, "error"), (503, "error"), (401, "sign in"), (403, "refused")],
)
def test_a_page_that_readers_do_not_get_is_told(site: Site, status: int, kind: str) -> None:
    site.answer = lambda _method, _path: Answer(status, b"<h1>No</h1>")
    told = _look(site, _expected(site))
    assert set(told) == {f"reader: {kind}"}
    assert str(status) in told[f"reader: {kind}"]
    assert site.address in told[f"reader: {kind}"]


def test_a_page_to_sign_in_is_no_post(site: Site) -> None:
    _page(site, "<html><form><input name=u><input name=p type='password'></form><p>Ferry strike</p></html>")
    assert set(_look(site, _expected(site))) == {"reader: sign in"}


def test_half_a_post_is_told_with_the_first_words_that_are_missing(site: Site) -> None:
    _page(site, AS_SHOWN[: AS_SHOWN.index("<ul>")] + "<p>Subscribe to read on.</p>")
    told = _look(site, _expected(site))
    assert "“Boats running: 3 of 14” is not on the page" in told["reader: words"]


def test_a_page_without_the_title_is_told_and_one_that_has_it_in_its_head_is_not(site: Site) -> None:
    _page(site, AS_SHOWN.replace("<h1>Ferry strike</h1>", ""))
    assert _look(site, _expected(site)) == {}
    assert set(_look(site, _expected(site, title="Ferry strike is over"))) == {"reader: title"}


def _update() -> tuple[str, str]:
    return POST, POST.replace("eleven people", "twelve people")


def test_an_older_page_that_a_cache_keeps_is_a_matter_of_minutes(site: Site) -> None:
    old, new = _update()
    fresh = AS_SHOWN.replace("eleven people", "twelve people")
    site.answer = lambda _method, path: Answer(200, (fresh if "fresh=" in path else AS_SHOWN).encode())
    told = _look(site, _expected(site, html=new, before=old))
    assert set(told) == {"reader: older"}
    assert "some minutes" in told["reader: older"]
    assert len(site.asked) == 2
    _page(site, AS_SHOWN, Age="120")
    assert set(_look(site, _expected(site, html=new, before=old))) == {"reader: older"}
    _page(site, fresh)
    assert _look(site, _expected(site, html=new, before=old)) == {}


def test_a_cache_that_keeps_a_page_not_found_is_no_failure(site: Site) -> None:
    site.answer = lambda _method, path: (
        Answer(200, AS_SHOWN.encode()) if "fresh=" in path else Answer(404, b"", {"X-Cache": "HIT"})
    )
    assert set(_look(site, _expected(site))) == {"reader: older"}


def test_a_change_that_no_theme_shows_is_not_told(site: Site) -> None:
    _page(site, AS_SHOWN)
    new = POST + "<p hidden>A line that this theme never shows to any of its readers.</p>"
    assert _look(site, _expected(site, html=new, before=POST)) == {}


def test_a_post_that_is_not_public_must_not_be_read_by_anybody(site: Site) -> None:
    hidden = _expected(site, open=False)
    for answer in (
        Answer(404),
        Answer(200, b"<p>Protected: Ferry strike</p><input type=password>"),
        Answer(302),
    ):
        site.answer = partial(_always, answer)
        assert _look(site, hidden) == {}
    _page(site, AS_SHOWN)
    told = _look(site, hidden)
    assert set(told) == {"reader: open"}
    assert "Everybody can read" in told["reader: open"]
    site.answer = lambda _method, path: Answer(404) if "fresh=" in path else Answer(200, AS_SHOWN.encode())
    assert set(_look(site, hidden)) == {"reader: older"}


def test_a_redirect_to_another_host_is_named_and_not_followed(site: Site) -> None:
    other = Site()
    other.answer = lambda _method, _path: Answer(200, AS_SHOWN.encode())
    to = other.address.replace("127.0.0.1", "localhost") + "/secret"
    site.answer = lambda _method, _path: Answer(302, b"", {"Location": to})
    told = _look(site, _expected(site))
    assert set(told) == {"reader: elsewhere"}
    assert "localhost" in told["reader: elsewhere"]
    assert other.asked == []
    other.close()


def test_a_redirect_on_the_same_site_is_followed_as_browsers_do(site: Site) -> None:
    site.answer = lambda _method, path: (
        Answer(200, AS_SHOWN.encode())
        if path == "/2026/ferry/"
        else Answer(301, b"", {"Location": "/2026/ferry/"})
    )
    assert _look(site, _expected(site)) == {}
    site.answer = lambda _method, path: Answer(302, b"", {"Location": path})
    assert set(_look(site, _expected(site))) == {"reader: refused"}
    assert len(site.asked) < 20


def test_a_page_of_fifty_megabytes_is_not_read_and_not_waited_for(site: Site) -> None:
    _page(site, "<p>x</p>" * (50_000_000 // 8))
    told = _look(site, _expected(site))
    assert set(told) == {"reader: silent"}
    assert "longer than 4 MB" in told["reader: silent"]


def test_a_page_that_never_comes_is_told_and_can_be_stopped(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    site.answer = lambda _method, _path: Answer(200, wait=never)
    monkeypatch.setattr("postdesk.backends.reader.PATIENCE_S", 0.5)
    assert set(_look(site, _expected(site))) == {"reader: silent"}
    monkeypatch.setattr("postdesk.backends.reader.PATIENCE_S", 30.0)
    cancel = Cancel()
    stopper = threading.Timer(0.3, cancel.set)
    stopper.start()
    with pytest.raises(Cancelled):
        _look(site, _expected(site), cancel)
    stopper.join()
    never.set()


def test_without_a_connection_the_look_is_written_down_and_not_told(site: Site) -> None:
    site.close()
    with make_client() as http:
        (found,) = look(_expected(site), Visitor(lambda: http), Cancel())
    assert found.weight is Weight.UNSEEN
    site.__init__()  # type: ignore[misc]


def test_pictures_are_asked_within_a_budget_of_time(site: Site) -> None:
    site.answer = lambda _method, path: Answer(200, AS_SHOWN.encode() if path == "/ferry/" else b"", {})
    ticks = iter(range(0, 1000, 9))
    expected = _expected(site, pictures=tuple(f"{site.address}/{n}.png" for n in range(30)))
    with make_client() as http:
        look(expected, Visitor(lambda: http), Cancel(), lambda: float(next(ticks)))
    assert len([a for a in site.asked if ".png" in a]) == 2


@given(
    st.lists(
        st.sampled_from("harbour boat early left mayor strike said on the a quay 14".split()), min_size=6
    )
)
def test_whatever_words_a_post_has_they_are_found_in_a_page_that_has_them(words: list[str]) -> None:
    """The law: a page that holds all blocks of a post in order, with anything between them, shows all of it."""
    html = "".join(f"<p>{' '.join(words[n : n + 7])}.</p>" for n in range(0, len(words), 7))
    page = "<nav>Menu</nav>" + html.replace("</p>", "</p><div>An <b>advertisement</b></div>")
    assert shown_part(html, page) == (1.0, "")


def test_what_comes_back_is_read_by_its_encoding_and_by_no_strange_one() -> None:
    assert decoded("Füße".encode("cp1252"), {"content-type": "text/html; charset=Windows-1252"}) == "Füße"
    assert decoded(b'<meta charset="iso-8859-1">\xfc', {}).endswith("ü")
    assert decoded("ü".encode(), {"content-type": "text/html; charset=punycode"}) == "ü"


def test_one_site_is_one_host_with_or_without_www() -> None:
    assert is_same_site("http://blog.example/a", "https://www.blog.example/b")
    assert not is_same_site("https://blog.example/", "https://blog.example:8443/")
    assert not is_same_site("https://blog.example/", "http://192.168.1.1/")
    assert not is_same_site("https://blog.example/", "")
