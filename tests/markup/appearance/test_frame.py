"""The place of a post in a page of its blog is found by its text, and nothing but the way to it is kept."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.markup.appearance.blocks import CLASSES
from postdesk.markup.appearance.frame import Style, frame_of, root_attributes, styles_of
from postdesk.markup.gutenberg import Media, to_blocks
from postdesk.markup.render import render_document
from postdesk.markup.tree import Node, parse

POST = (
    "<p>The first boat left at 6:10 this morning with eleven people on it.</p>\n"
    "<ul><li>By noon the queue at the north quay was half a mile long.</li></ul>"
)
PAGE = """<!doctype html>
<html lang="en" class="no-js" onclick="x()"><head><title>Ferries</title></head>
<body class="single" style="--a:url(x);color:red" onload="x()"><nav><h1>My blog</h1></nav><div id="page">
<main><article class="post"><header><h1 class="entry-title"><a href="/">Ferries &#038; quays</a></h1></header>
<div class="entry-content is-layout-flow" data-x="1" data-pd="content">{post}<div class="sharing">Share this</div></div>
</article><aside>The first boat left</aside></main></div>
<script>var x = "The first boat left at 6:10";</script></body></html>"""

pages = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<p>", "<body>", "</html>", "<script>", "<div data-pd=tail>", POST, "<!--", "<style>",
         "<a href=x", "<h1>x</h1>", "<html a>"]
    ) | st.text(max_size=5),
    max_size=20,
)  # fmt: skip


def _shape(nodes: list[Node]) -> list[object]:
    return [
        [
            node.tag,
            node.attributes.get("class", ""),
            node.attributes.get("data-pd", ""),
            _shape(node.children),
        ]
        for node in nodes
    ]


def test_the_way_to_the_text_and_to_the_title_is_kept() -> None:
    frame = frame_of(PAGE.format(post=POST), POST, "Ferries &amp; quays")
    assert frame is not None
    assert root_attributes(frame) == ' lang="en" class="no-js"'
    content = ["div", "entry-content is-layout-flow"]
    assert _shape(parse(frame.body)) == [
        ["body", "single", "", [["div", "", "", [["main", "", "", [["article", "post", "", [
            ["header", "", "", [["h1", "entry-title", "title", []]]],
            [*content, "content", []],
            [*content, "tail", []],
        ]]]]]]]]
    ]  # fmt: skip
    assert "onload" not in frame.body
    assert 'style="--a:none;color:red;"' in frame.body


def test_without_a_title_in_the_page_one_stands_before_the_text() -> None:
    frame = frame_of(PAGE.format(post=POST).replace("Ferries &#038;", ""), POST, "Ferries &amp; quays")
    assert frame is not None
    assert '<h1 class="entry-title" data-pd="title"></h1><div class="entry-content' in frame.body


def test_a_post_of_one_group_is_not_taken_for_the_place_of_posts() -> None:
    group = f'<div class="wp-block-group">{POST}</div>'
    frame = frame_of(PAGE.format(post=group), group, "x")
    assert frame is not None
    assert "wp-block-group" not in frame.body


def test_a_text_in_the_body_itself_gets_a_place() -> None:
    frame = frame_of(f"<html><body>{POST}</body></html>", POST, "x")
    assert frame is not None
    assert frame.body == (
        '<body><h1 class="entry-title" data-pd="title"></h1><div data-pd="content"></div>'
        '<div data-pd="tail"></div></body>'
    )


def test_a_page_without_the_post_has_no_frame() -> None:
    assert frame_of(PAGE.format(post="<p>Something else.</p>"), POST, "x") is None
    assert frame_of(PAGE.format(post="<p>Hi</p>"), "<p>Hi</p>", "x") is None


@settings(max_examples=60)
@given(pages)
def test_any_page_is_read(pieces: list[str]) -> None:
    page = "<body>" + "".join(pieces)
    frame = frame_of(page, POST, "x")
    styles_of(page, "https://blog.example/")
    if frame is not None:
        assert [frame.body.count(f'data-pd="{slot}"') for slot in ("content", "tail", "title")] == [1, 1, 1]


def test_a_deep_page_is_read() -> None:
    frame = frame_of("<body>" + "<div>" * 3000 + POST, POST, "x")
    assert frame is not None


def test_style_sheets_are_found_in_their_order() -> None:
    page = (
        "<head><link rel=stylesheet href='/a.css?x=1&amp;y=2'><style media=print>a{b:c}</style>"
        "<link rel='alternate stylesheet' href=b.css>"
        "<link rel=stylesheet href=c.css media=print onload=\"this.media='all'\">"
        "<link rel=preload as=style href=d.css onload=\"this.rel='stylesheet'\"><link rel=preload as=font href=e.woff2>"
        "<link rel=stylesheet disabled href=f.css><noscript><link rel=stylesheet href=g.css></noscript></head>"
    )
    assert styles_of(page, "https://blog.example/2026/post/") == (
        Style("https://blog.example/a.css?x=1&y=2"),
        Style(text="a{b:c}", media="print"),
        Style("https://blog.example/2026/post/c.css"),
        Style("https://blog.example/2026/post/d.css"),
    )


def test_blocks_have_the_names_that_wordpress_gives_them() -> None:
    """Held to what goes out: the names that the preview adds are those in the block markup."""
    text = '## H\n\n- a\n\n> q\n\n```\nc\n```\n\n| a |\n|---|\n| b |\n\n---\n\n![x](https://blog.example/x.png "C")'
    picture = Media("7", "https://blog.example/x.png", 10, 10)
    written = to_blocks(render_document(text), {"https://blog.example/x.png": picture})
    by_the_server = {"wp-block-paragraph", "is-layout-flow", "wp-block-quote-is-layout-flow"}
    for _selector, names in CLASSES:
        for name in set(names.split()) - by_the_server:
            assert name in written, name
