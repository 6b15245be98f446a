"""HTML files come into the library: the part that the page is about, with its pictures."""

from __future__ import annotations

from postdesk.core.cancel import Cancel
from postdesk.exchange.bring import bring
from postdesk.exchange.detect import open_source
from postdesk.exchange.pages import read_page
from postdesk.library.library import Library
from tests.exchange.conftest import Make, png

PAGE = """<!doctype html><html><head><title>The &amp; page</title>
<meta name="description" content="About &quot;it&quot;">
<meta property="article:published_time" content="2019-08-07T06:05:04+02:00"><meta name="keywords" content="a, b">
<link rel="canonical" href="https://example.com/page"><style>p{}</style></head>
<body><nav>Menu</nav><header>Site</header><article><h1>The &amp; page</h1><p>Words <b>here</b>.</p>
<img src="pics/a%20b.png"><script>evil()</script></article><footer>Foot</footer></body></html>"""


def test_a_page_is_its_article(library: Library, make: Make) -> None:
    source = make({"old/page.html": PAGE, "old/pics/a b.png": png()})
    (made,) = bring(library, open_source(source), "Pages", Cancel()).made
    assert made == library.root / "Pages/old/page.md"
    post = library.read(made).post
    assert (post.title, post.excerpt, post.tags, post.slug) == (
        "The & page",
        'About "it"',
        ("a", "b"),
        "page",
    )
    assert post.date is not None
    assert post.date.isoformat() == "2019-08-07T06:05:04+02:00"
    assert post.body == "Words **here**.\n\n![](a-b.png)\n"
    assert (made.parent / "a-b.png").read_bytes() == png()
    assert "address: " in made.read_text("utf-8")
    assert bring(library, open_source(source / "old/page.html"), "Pages", Cancel()).problems == ()


def test_a_page_without_an_article_is_all_but_its_navigation() -> None:
    page = read_page("<nav>Menu</nav><h1>T</h1><p>a</p><div>b</div><time datetime='2020-01-01'>x</time>")
    assert page.values["title"] == "T"
    assert page.body == "a\n\nb\n\nx\n"


def test_a_page_in_another_encoding_is_read(library: Library, make: Make) -> None:
    source = make(
        {"index.html": '<meta charset="windows-1252"><title>Caf\xe9</title><p>\x93a\x94'.encode("latin-1")}
    )
    (made,) = bring(library, open_source(source / "index.html"), "P", Cancel()).made
    post = library.read(made).post
    assert (post.title, post.body) == ("Café", "“a”\n")


def test_no_page_is_too_deep_or_too_odd() -> None:
    for html in (
        "<article>" * 50_000 + "x",
        "<title>" + "<" * 50_000,
        "\x00<html",
        "<body>" + "<h1>" * 50_000,
    ):
        read_page(html)
