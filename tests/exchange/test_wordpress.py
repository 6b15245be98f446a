"""A WordPress export comes into the library: posts and pages, with dates, tags, captions and pictures' addresses."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.post import Visibility
from postdesk.exchange.bring import bring, look_ahead
from postdesk.exchange.detect import open_source
from postdesk.exchange.values import Incoming, Problem
from postdesk.library.library import Library
from postdesk.markup.classic import classic_html
from postdesk.markup.markdown import to_markdown

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The &amp;amp; harbour</title><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://example.com</wp:base_blog_url>
"""
TAIL = "</channel></rss>\n"


def entry(number: int = 1, content: str = "<p>Words</p>", **more: str) -> str:
    """One item; `more` are elements by name with an underscore for the colon."""
    values = {
        "title": f"Post {number}", "link": f"https://example.com/{number}/", "guid": f"https://example.com/?p={number}",
        "dc:creator": "anna", "wp:post_id": str(number), "wp:post_date": "2020-07-01 12:00:00",
        "wp:post_date_gmt": "2020-07-01 10:00:00", "wp:post_name": f"post-{number}", "wp:status": "publish",
        "wp:post_type": "post", "wp:post_password": "",
    }  # fmt: skip
    inside = more.pop("inside", "")
    for name, value in more.items():
        values[name.replace("__", ":")] = value
    rows = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items())
    return f"<item>{rows}<content:encoded><![CDATA[{content}]]></content:encoded>{inside}</item>\n"


def export(folder: Path, *items: str, tail: str = TAIL) -> Path:
    path = folder / "export.xml"
    path.write_text(HEAD + "".join(items) + tail, "utf-8")
    return path


def read(path: Path) -> list[Incoming]:
    return [one for one in open_source(path).posts() if isinstance(one, Incoming)]


def problems(path: Path) -> list[Problem]:
    return [one for one in open_source(path).posts() if isinstance(one, Problem)]


BLOCKS = """<!-- wp:paragraph --><p>One <strong>two</strong></p><!-- /wp:paragraph -->

<!-- wp:image {"id":7} --><figure class="wp-block-image"><img src="https://example.com/a.jpg" alt="A"/>\
<figcaption>Cap</figcaption></figure><!-- /wp:image -->

<!-- wp:embed {"url":"https://www.youtube.com/watch?v=abcdefghijk"} --><figure class="wp-block-embed">\
<div class="wp-block-embed__wrapper">
https://www.youtube.com/watch?v=abcdefghijk
</div></figure><!-- /wp:embed -->

<!-- wp:more --><!--more--><!-- /wp:more -->

<!-- wp:list --><ul><li>a</li><li>b</li></ul><!-- /wp:list -->"""


def test_a_post_has_its_fields_and_its_text(tmp_path: Path) -> None:
    terms = (
        '<category domain="category" nicename="news"><![CDATA[News &amp; views]]></category>'
        '<category domain="post_tag" nicename="a"><![CDATA[a, b]]></category>'
        "<excerpt:encoded><![CDATA[Short.]]></excerpt:encoded>"
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>"
        "<wp:comment><wp:comment_id>1</wp:comment_id><title>no</title></wp:comment>"
    )
    picture = entry(
        9, wp__post_type="attachment", wp__status="inherit", wp__attachment_url="https://example.com/f.jpg"
    )
    (came,) = read(export(tmp_path, entry(1, BLOCKS, inside=terms, title="A &amp; <em>b</em>"), picture))
    post = came.post
    assert (post.title, post.slug, post.excerpt) == ("A & b", "post-1", "Short.")
    assert (post.categories, post.tags, post.image) == (
        ("News & views",),
        ("a, b",),
        "https://example.com/f.jpg",
    )
    assert post.date is not None
    assert post.date.isoformat() == "2020-07-01T12:00:00+02:00"
    assert post.date.utcoffset() == timedelta(hours=2)
    assert came.extra == {"status": "published", "author": "anna", "address": "https://example.com/1/"}
    assert post.body == (
        'One **two**\n\n![A](https://example.com/a.jpg "Cap")\n\nhttps://www.youtube.com/watch?v=abcdefghijk\n\n'
        "<!--more-->\n\n- a\n- b\n"
    )


def test_drafts_scheduled_private_and_pages_come_and_the_rest_does_not(tmp_path: Path) -> None:
    zero = {"wp__post_date_gmt": "0000-00-00 00:00:00"}
    came = read(
        export(
            tmp_path,
            entry(1, wp__status="draft", **zero), entry(2, wp__status="future"), entry(3, wp__status="private"),
            entry(4, wp__status="pending"), entry(5, wp__post_password="secret"), entry(6, wp__post_type="page"),
            entry(7, wp__status="trash"), entry(8, wp__post_type="nav_menu_item"), entry(9, wp__status="auto-draft"),
        )
    )  # fmt: skip
    assert [one.extra["status"] for one in came] == [
        "draft", "scheduled", "published", "draft", "published", "published"
    ]  # fmt: skip
    assert came[0].post.date is None
    assert [one.post.visibility for one in came[2:5]] == [
        Visibility.PRIVATE, Visibility.PENDING, Visibility.PASSWORD
    ]  # fmt: skip
    assert came[4].post.post_password == "secret"
    assert came[5].post.kind == "page"


@pytest.mark.parametrize(
    ("classic", "markdown"),
    [
        ("One\ntwo\n\nThree", "One\\\ntwo\n\nThree\n"),
        ("A <b>b</b>\n\n<ul>\n<li>x</li>\n\n<li>y</li>\n</ul>\nafter", "A **b**\n\n- x\n- y\n\nafter\n"),
        ("<pre>a\n\n b</pre>\ntext", "```\na\n\n b\n```\n\ntext\n"),
        ("<blockquote>a\n\nb</blockquote>", "> a\n>\n> b\n"),
        (
            'x\n[caption id="1" width="3"]<a href="/b"><img src="a.jpg" alt="A" /></a> The cap[/caption]\ny',
            'x\n\n[![A](a.jpg "The cap")](/b)\n\ny\n',
        ),
        ("[embed]https://vimeo.com/1[/embed]", "https://vimeo.com/1\n"),
        ("[gallery ids='1,2,3']", "![](https://x/1.jpg)\n\n![](https://x/2.jpg)\n"),
        ('[code language="python"]\na < b\n\nc\n[/code]', "```python\na < b\n\nc\n```\n"),
        ("a [unknown x=1] b", "a \\[unknown x=1] b\n"),
        ("https://youtu.be/abc\n\nwords", "https://youtu.be/abc\n\nwords\n"),
        ("a\n<!--more-->\nb", "a\n\n<!--more-->\n\nb\n"),
    ],
)
def test_classic_text_has_its_paragraphs(classic: str, markdown: str) -> None:
    assert to_markdown(classic_html(classic, {"1": "https://x/1.jpg", "2": "https://x/2.jpg"})) == markdown


def test_it_comes_once_under_year_and_date(library: Library, tmp_path: Path) -> None:
    path = export(
        tmp_path, *(entry(number) for number in range(1, 6)), entry(5, title="Same guid", wp__post_id="77")
    )
    source = open_source(path)
    assert look_ahead(source, Cancel()).name == "The & harbour"
    first = bring(library, source, "Harbour", Cancel())
    assert library.root / "Harbour/2020/2020-07-01-post-1.md" in first.made
    assert len(first.made) == 6
    second = bring(library, open_source(path), "Harbour", Cancel())
    assert (second.made, second.there, second.left) == ((), 6, ())


def test_an_export_that_ends_too_early_gives_what_it_has(tmp_path: Path) -> None:
    path = export(tmp_path, entry(1), entry(2), "<item><title>half", tail="")
    assert [one.post.title for one in read(path)] == ["Post 1", "Post 2"]
    assert "damaged or ends too early" in problems(path)[0].sentence


def test_characters_that_xml_has_not_do_not_stop_it(tmp_path: Path) -> None:
    assert read(export(tmp_path, entry(1, "a\x0bb\x00c\x1f")))[0].post.body == "abc\n"


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    ],
)
def test_entities_of_its_own_are_refused(tmp_path: Path, declared: str) -> None:
    path = tmp_path / "bomb.xml"
    text = (
        HEAD.replace("<rss", f"<!DOCTYPE rss [{declared}]><rss", 1)
        + entry(1)
        + "<item><title>&b;</title></item>"
        + TAIL
    )
    path.write_text(text, "utf-8")
    assert read(path) == []
    assert "entities of its own" in problems(path)[0].sentence


def test_deep_nesting_is_read_to_its_end(tmp_path: Path) -> None:
    path = export(tmp_path, "<x>" * 50_000 + "</x>" * 50_000, entry(1))
    assert len(read(path)) == 1


def test_a_huge_export_is_not_held_in_memory(tmp_path: Path) -> None:
    words = "<p>" + "word " * 4_000 + "</p>"
    path = export(tmp_path, *(entry(number, words) for number in range(400)))
    size = path.stat().st_size
    source = open_source(path)
    tracemalloc.start()
    try:
        assert source.count() == 400
        next(iter(source.posts()))
        assert tracemalloc.get_traced_memory()[1] < size / 2
    finally:
        tracemalloc.stop()


def test_an_xml_file_of_another_kind_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text("<?xml version='1.0'?><feed></feed>", "utf-8")
    with pytest.raises(LibraryError, match="no WordPress export"):
        open_source(tmp_path / "feed.xml")
