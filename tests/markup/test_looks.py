"""What is rendered gets the look that the block has on the blog, and nothing that acts."""

from __future__ import annotations

import pytest

from postdesk.markup.clean import clean
from postdesk.markup.looks import Look, aligned, wear
from postdesk.markup.lossless import open_post
from postdesk.markup.lossless.looks import kept_looks
from postdesk.markup.render import render_document


def worn(source: str, *, everything: bool = True) -> str:
    """The first block of a post as the preview shows it, without our marks."""
    opened = open_post(source)
    looks = dict(kept_looks(opened))
    markdown = opened.pieces[0].markdown
    look = looks.get(markdown, ())
    html = clean(render_document(markdown), str, True)
    return wear(html, look if everything else aligned(look)).replace(' data-pd="kept"', "")


def block(name: str, html: str) -> str:
    return f"<!-- wp:{name} -->\n{html}\n<!-- /wp:{name} -->"


NAMED = ' class="wp-image-3" width="30"'
PICTURE = '<img src="https://b.example/a.jpg" alt="x"{}/>'


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            block("paragraph", '<p class="has-text-align-center has-red-color" style="font-size:20px">W</p>'),
            '<p class="has-text-align-center has-red-color" style="font-size:20px;">W</p>',
        ),
        (
            block("heading", '<h2 class="wp-block-heading alignwide">W</h2>'),
            '<h2 class="wp-block-heading alignwide">W</h2>',
        ),
        (
            block("list", '<ul class="x"><li>a</li></ul>'),
            '<ul class="x">\n<li>a</li>\n</ul>',
        ),
        (
            block("image", f'<figure class="wp-block-image alignwide">{PICTURE.format("")}</figure>'),
            '<figure class="wp-block-image alignwide"><img src="https://b.example/a.jpg" alt="x"></figure>',
        ),
        (
            block("image", f'<div class="wp-block-image"><figure class="alignleft">'
                           f'<a href="https://b.example/">{PICTURE.format(NAMED)}</a></figure></div>'),
            '<div class="wp-block-image"><figure class="alignleft"><a href="https://b.example/">'
            '<img src="https://b.example/a.jpg" alt="x" class="wp-image-3" width="30"></a></figure></div>',
        ),
        (
            block("table", '<figure class="wp-block-table is-style-stripes"><table class="x"><tbody><tr><td>1</td></tr>'
                           "</tbody></table></figure>"),
            '<figure class="wp-block-table is-style-stripes"><table class="x"><tbody><tr><td>1</td></tr>'
            "</tbody></table>"
            "</figure>",
        ),
        (
            block("code", '<pre class="wp-block-code alignwide"><code>a</code></pre>'),
            '<div class="language-text highlight"><pre class="wp-block-code alignwide"><span></span>'
            "<code>a\n</code></pre>"
            "</div>",
        ),
        (
            block("separator", '<hr class="wp-block-separator is-style-dots"/>'),
            '<hr class="wp-block-separator is-style-dots">',
        ),
        (block("verse", '<pre class="wp-block-verse">Rose</pre>'), '<pre class="wp-block-verse">Rose</pre>'),
        ('<p align="center">W</p>', '<p style="text-align:center;">W</p>'),
        ('<h3 style="text-align: right;">W</h3>', '<h3 style="text-align: right;">W</h3>'),
        (
            '<img class="alignleft size-medium" src="https://b.example/a.jpg" alt="x" width="300" height="20" />',
            '<figure><img src="https://b.example/a.jpg" alt="x" class="alignleft size-medium" width="300" height="20">'
            "</figure>",
        ),
        (
            '[caption id="a_5" align="aligncenter" width="300"]<img src="https://b.example/a.jpg" alt="x" /> W'
            "[/caption]",
            '<figure class="wp-caption aligncenter" style="width:300px;"><img src="https://b.example/a.jpg" alt="x">'
            "<figcaption>W</figcaption></figure>",
        ),
    ],
)  # fmt: skip
def test_a_block_looks_as_on_the_blog(source: str, shown: str) -> None:
    assert worn(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            block("paragraph", '<p class="has-text-align-center has-red-color" style="color:red">W</p>'),
            '<p style="text-align:center">W</p>',
        ),
        (block("paragraph", '<p class="has-red-color" style="color:red">W</p>'), "<p>W</p>"),
        ('<p style="color:red;TEXT-ALIGN: Justify">W</p>', '<p style="text-align:justify">W</p>'),
        (
            block("image", f'<figure class="wp-block-image aligncenter">{PICTURE.format("")}</figure>'),
            '<figure style="text-align:center"><img src="https://b.example/a.jpg" alt="x"></figure>',
        ),
        (
            '<img class="aligncenter" src="https://b.example/a.jpg" alt="x" />',
            '<figure style="text-align:center"><img src="https://b.example/a.jpg" alt="x"></figure>',
        ),
    ],
)
def test_on_our_own_page_only_the_alignment_shows(source: str, shown: str) -> None:
    assert worn(source, everything=False) == shown


def test_blocks_that_look_as_new_ones_are_no_work() -> None:
    usual = [
        block("paragraph", "<p>W</p>"),
        block("heading", '<h2 class="wp-block-heading">W</h2>'),
        block("list", '<ul class="wp-block-list"><!-- wp:list-item -->\n<li>a</li>\n<!-- /wp:list-item --></ul>'),
        block("quote", f'<blockquote class="wp-block-quote">{block("paragraph", "<p>W</p>")}</blockquote>'),
        block("image", f'<figure class="wp-block-image size-large">{PICTURE.format("")}</figure>'),
        block("embed", "<figure><div>\nhttps://youtu.be/a\n</div></figure>"),
    ]  # fmt: skip
    assert kept_looks(open_post("\n\n".join(usual))) == ()
    assert kept_looks(open_post("One\n\n<em>two</em> three\n\n<ul><li>a</li></ul>")) == ()


WHITE = (
    '<p class="has-text-align-center has-white-color has-text-color" style="font-size:9px;color:#fff">{}</p>'
)


def test_letters_for_the_ground_of_a_frame_have_no_colour_where_that_is_not_drawn() -> None:
    """White on a black group would be white on white."""

    def framed(name: str, opening: str, closing: str, words: str) -> str:
        return block(name, f"{opening}{block('paragraph', WHITE.format(words))}{closing}")

    source = "\n\n".join([
        framed("group", '<div class="wp-block-group has-black-background-color">', "</div>", "In a black group"),
        framed("cover", '<div class="wp-block-cover"><img src="https://b.example/a.jpg" alt=""/><div>', "</div></div>",
               "On a picture"),
        framed("group", '<div class="wp-block-group">', "</div>", "In a group"),
        framed("group", '<div style="background:#000">',
               block("group", f"<div>{block('paragraph', WHITE.format('Deeper'))}</div>") + "</div>", "Behind it"),
        block("paragraph", WHITE.format("In none")),
        framed("group", '<div class="has-background">',
               block("paragraph", '<p style="color:#fff;background:#000">On its own</p>') + "</div>", "Before it"),
    ])  # fmt: skip
    looks = {markdown: look for markdown, look in kept_looks(open_post(source)) if look}
    faded = (("p", (("class", "has-text-align-center"), ("style", "font-size:9px"))),)
    classes = "has-text-align-center has-white-color has-text-color"
    whole = (("p", (("class", classes), ("style", "font-size:9px;color:#fff"))),)
    assert looks == {
        "In a black group": faded, "On a picture": faded, "Deeper": faded, "Behind it": faded, "Before it": faded,
        "In a group": whole, "In none": whole, "On its own": (("p", (("style", "color:#fff;background:#000"),)),),
    }  # fmt: skip


HOSTILE = (
    "background:url(https://evil.example/x)", "position:fixed;top:0", "animation:a 1s", "behavior:url(x)",
    '"onclick="x()', "color:red}</style><script>", "background:\\75rl(https://evil.example)",
)  # fmt: skip


@pytest.mark.parametrize("style", HOSTILE)
def test_what_acts_or_loads_is_not_put_on(style: str) -> None:
    look: Look = (("p", (("style", style), ("class", 'x" onclick="y()" <b>'), ("onclick", "z()"))),)
    shown = wear("<p>W</p>", look)
    again = clean(shown.replace(' data-pd="kept"', ""), str, True, str)
    assert again == shown.replace(' data-pd="kept"', "")  # one element, and quoted as it should be
    for never in ("evil", "position", "animation", "behavior", "<script", ' onclick="z', "<b>"):
        assert never not in shown


def test_names_of_our_own_page_are_not_put_on() -> None:
    assert (
        wear("<p>W</p>", (("p", (("class", "pd-block a pd-bare"),)),)) == '<p class="a" data-pd="kept">W</p>'
    )


def test_an_endless_style_is_left_out() -> None:
    assert "style" not in wear("<p>W</p>", (("p", (("style", "color:red;" * 1000),)),))


@pytest.mark.parametrize(
    "html", ["<ul>\n<li>a</li>\n</ul>", "", "text", "<h2>W</h2>", "<p>https://youtu.be/abc</p>"]
)
def test_another_element_stays_as_it_was_rendered(html: str) -> None:
    assert wear(html, (("p", (("class", "x"),)),)) == html


def test_a_heading_on_another_level_is_the_same_block() -> None:
    assert "x" in wear("<h3>W</h3>", (("h2", (("class", "x"),)),))
