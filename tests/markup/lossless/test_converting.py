"""A post of a blog becomes Markdown or blocks for good: what is lost is named, and what must not be is not."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.markup.classic import classic_html
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Flavour, Lost, into_blocks, into_markdown, open_post, send_post
from postdesk.markup.markdown import words_of
from postdesk.markup.render import render_document
from tests.markup.lossless.corpus import Remote, classic_posts, html_posts, theme_posts
from tests.markup.lossless.test_captioned import captions
from tests.markup.lossless.test_sending import PAGES
from tests.markup.test_gutenberg import Validate, validate

__all__ = ["validate"]

CLASSIC = """First line
second &amp; <b>bold</b>

<!--more Read on-->

[caption id="a" width="300"]<img class="alignleft" src="/a.jpg" alt="Quay" width="300" /> Words[/caption]

[gallery ids="1,2"]

<p style="text-align: center">In the middle</p>

https://www.youtube.com/watch?v=dQw4w9WgXcQ

&nbsp;

<blockquote>One

Two</blockquote>
<ul>
<li style="color:red">a</li>
</ul>
<h2 class="x y">Head</h2>
<!--nextpage-->
<div>never <i>closed</i>

last words"""


def test_posts_in_html_and_classic_text_become_valid_blocks_and_lose_nothing(validate: Validate) -> None:
    some = [*classic_posts(25), *html_posts(25)]
    captioned = Remote("classic", "\n\n".join(captions()))
    posts = [Remote("classic", CLASSIC), captioned, *(post for post in some if len(post.content) < 4_000)]
    made = [into_blocks(o, o.markdown) for o in (open_post(p.content, classic=p.classic) for p in posts)]
    for post, one, answer in zip(posts, made, validate([m.opened.content for m in made]), strict=True):
        assert answer["invalid"] == [], post.name
        if not re.search(
            r'<p class="[^" ]+ ', post.content
        ):  # library 11 writes two classes of a paragraph twice
            assert answer["saved"].strip() == one.opened.content.strip(), post.name
        assert one.opened.flavour is Flavour.BLOCKS
        sent = send_post(one.opened, one.text, to_blocks)
        assert (sent.opened.content, sent.afresh) == (one.opened.content, ()), post.name
        for turned in one.turned:
            assert words_of(turned.result) == words_of(turned.source) or "[" in turned.source, turned


def test_all_that_a_classic_post_has_is_in_its_blocks() -> None:
    made = into_blocks(open_post(CLASSIC), open_post(CLASSIC).markdown)
    names = re.findall(r"^<!-- wp:([a-z-]+)", made.opened.content, re.MULTILINE)
    assert names == [
        "paragraph", "more", "shortcode", "shortcode", "html", "embed", "paragraph", "quote", "paragraph", "html",
        "heading", "nextpage", "html",
    ]  # fmt: skip
    assert words_of(made.opened.content) == words_of(f"<p>{CLASSIC}")
    for kept in ('style="text-align: center"', 'width="300"', 'style="color:red"', "&amp; <b>bold</b>"):
        assert kept in made.opened.content


def test_what_she_wrote_since_is_in_the_blocks_with_her_own_picture() -> None:
    opened = open_post("Old words here.\n\nMore of them.\n")
    text = "Old words there.\n\n![Quay](quay.jpg)\n\nMore of them.\n"
    made = into_blocks(opened, text)
    assert made.text == text
    assert "quay.jpg" not in made.opened.content
    sent = send_post(
        made.opened, made.text, lambda html: to_blocks(html.replace("quay.jpg", "https://b.example/q.jpg"))
    )
    assert "https://b.example/q.jpg" in sent.opened.content
    assert "<p>Old words there.</p>" in sent.opened.content
    assert sent.afresh == ("![Quay](quay.jpg)",)


def test_a_post_becomes_markdown_and_all_that_is_lost_is_named() -> None:
    opened = open_post(CLASSIC)
    made = into_markdown(opened, opened.markdown, str)
    assert "{=html}" not in made.text
    assert '![Quay](/a.jpg "Words")' in made.text
    assert "> One\n>\n> Two" in made.text
    assert render_document(made.text).count('[gallery ids="1,2"]') == 1
    lost = {which for turned in made.turned for _what, which in turned.lost}
    assert lost == {
        'class="alignleft"', 'width="300"', 'style="text-align: center"', 'class="x y"', "div",
    }  # fmt: skip
    said = words_of(render_document(made.text))
    assert [word for word in ("Words", "middle", "Two", "closed", "last") if word not in said] == []
    sent = send_post(made.opened, made.text, str)
    assert sent.opened.content.count("<h2>Head</h2>") == 1


def test_a_block_that_only_the_blog_can_make_is_named_as_lost() -> None:
    content = (
        '<!-- wp:paragraph {"textColor":"red"} -->\n<p class="has-red-color">Words.</p>\n<!-- /wp:paragraph -->\n\n'
        '<!-- wp:latest-posts {"postsToShow":3} /-->\n\n'
        '<!-- wp:group -->\n<div class="wp-block-group"><!-- wp:paragraph -->\n<p>Inside.</p>\n<!-- /wp:paragraph -->'
        "</div>\n<!-- /wp:group -->\n\n<!-- wp:html -->\n<script>x()</script>\n<!-- /wp:html -->"
    )
    opened = open_post(content)
    made = into_markdown(opened, opened.markdown, to_blocks)
    assert made.text == "Words.\n\nInside.\n\n<script>x()</script>\n"
    lost = [one for turned in made.turned for one in turned.lost]
    assert (Lost.LOOK, 'class="has-red-color"') in lost
    assert (Lost.BLOCK, "latest-posts") in lost
    assert (Lost.FRAME, "group") in lost
    assert send_post(made.opened, made.text, to_blocks).opened.content == to_blocks(
        render_document(made.text)
    )


def test_nothing_is_named_where_nothing_is_lost() -> None:
    content = to_blocks(
        render_document("Some *words*.\n\n## Head\n\n- a\n- b\n\n> q\n\n| a |\n|---|\n| b |\n")
    )
    opened = open_post(content)
    assert into_markdown(opened, opened.markdown, to_blocks).turned == ()


def test_any_post_of_a_theme_can_become_markdown() -> None:
    for post in theme_posts()[:80]:
        opened = open_post(post.content)
        made = into_markdown(opened, opened.markdown, to_blocks)
        assert "{=html}" not in made.text, post.name
        said = {
            word
            for turned in made.turned
            for what, which in turned.lost
            if what is Lost.WORDS
            for word in which.split()
        }
        assert set(words_of(post.content)) - set(words_of(render_document(made.text))) <= said, post.name


def test_her_own_picture_in_a_paragraph_of_the_blog_goes_out_with_its_address_there() -> None:
    opened = open_post("Old words here.\n\nMore of them.\n")
    made = into_blocks(opened, "Old words ![Quay](quay.jpg) here, see [that](post:abc).\n\nMore of them.\n")
    assert "quay.jpg" not in made.opened.content
    assert "post:abc" not in made.opened.content
    assert "More of them." in made.opened.content


@settings(max_examples=60)
@given(PAGES, st.booleans())
def test_whatever_a_post_is_it_can_be_converted(content: str, classic: bool) -> None:
    """Law: into blocks no word is lost, and what was converted goes out as it was shown."""
    opened = open_post(content, classic=classic)
    made = into_blocks(opened, opened.markdown)
    assert sorted(words_of(made.opened.content)) == sorted(
        words_of(classic_html(content, {}) if classic else content)
    )
    sent = send_post(made.opened, made.text, to_blocks)
    assert (sent.opened.content, sent.afresh) == (made.opened.content, ())
    emit = to_blocks if opened.flavour is Flavour.BLOCKS else str
    assert "{=html}" not in into_markdown(opened, opened.markdown, emit).text


def test_a_hostile_post_is_converted_too() -> None:
    hostile = [
        "<div>" * 3_000 + "x" + "</div>" * 3_000, "<blockquote>" * 300 + "x", "[caption]<img src=x>" * 500,
        "[caption a]<img src=x>" + "y " * 20_000, "<p>" * 2_000, "<blockquote>a\n\n</ul>" * 200,
    ]  # fmt: skip
    for content in hostile:
        opened = open_post(content)
        assert send_post(opened, opened.markdown, str).opened.content == content
        assert into_blocks(opened, opened.markdown).opened.flavour is Flavour.BLOCKS
        assert "{=html}" not in into_markdown(opened, opened.markdown, str).text


def test_what_a_block_that_she_edited_since_will_lose_is_named_too() -> None:
    opened = open_post('<p class="lead">Some words here.</p>\n<p>Others.</p>', classic=False)
    made = into_markdown(opened, "Some words there.\n\nOthers.\n", str)
    assert [turned.lost for turned in made.turned] == [((Lost.LOOK, 'class="lead"'),)]
