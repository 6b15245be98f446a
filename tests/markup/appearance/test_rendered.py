"""What the server made of each card is found in the rendering of the whole post, or nothing is said of it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.markup.appearance.rendered import renderings
from postdesk.markup.lossless.opening import card
from postdesk.markup.rawcards import card_digest, sources_in, void_name

LATEST = '<!-- wp:latest-posts {"postsToShow":2} /-->'
P = "<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->"


def test_a_block_that_only_the_server_knows_is_what_stands_between_its_neighbours() -> None:
    content = "\n\n".join([P.format("One’s first."), LATEST, P.format("Two.")])
    rendered = '<p>One&#8217;s first.</p>\n\n<ul class="wp-block-latest-posts"><li>A</li></ul>\n\n<p>Two.</p>'
    assert renderings(content, rendered, [LATEST]) == {
        LATEST: '<ul class="wp-block-latest-posts"><li>A</li></ul>'
    }


def test_a_card_that_the_server_shows_as_it_is_has_the_server_s_classes() -> None:
    source = '<!-- wp:columns -->\n<div class="wp-block-columns"><p>A b c.</p></div>\n<!-- /wp:columns -->'
    rendered = '<p>One.</p><div class="wp-block-columns is-layout-flex"><p>A b c.</p></div>'
    assert renderings(P.format("One.") + "\n\n" + source, rendered, [source]) == {
        source: '<div class="wp-block-columns is-layout-flex"><p>A b c.</p></div>'
    }


def test_cards_beside_each_other_are_told_apart_where_each_is_one_block() -> None:
    other = "<!-- wp:tag-cloud /-->"
    content = "\n\n".join([LATEST, other])
    assert renderings(content, "<ul><li>A</li></ul><p>tags</p>", [LATEST, other]) == {
        LATEST: "<ul><li>A</li></ul>", other: "<p>tags</p>",
    }  # fmt: skip
    assert renderings(content, "<ul></ul><p>tags</p><p>more</p>", [LATEST, other]) == {}


def test_a_card_inside_a_group_is_found_in_the_group() -> None:
    content = (
        '<!-- wp:group -->\n<div class="wp-block-group">'
        + P.format("In.")
        + "\n\n"
        + LATEST
        + "</div>\n<!-- /wp:group -->"
    )
    rendered = '<div class="wp-block-group is-layout-flow"><p>In.</p><ul><li>A</li></ul></div>'
    assert renderings(content, rendered, [LATEST]) == {LATEST: "<ul><li>A</li></ul>"}


def test_a_shortcode_in_classic_text_is_found_between_paragraphs() -> None:
    content = "First <b>words</b>\nof it.\n\n[timetable id=7]\n\nLast words."
    rendered = (
        "<p>First <b>words</b><br />\nof it.</p>\n<table><tr><td>6:10</td></tr></table>\n<p>Last words.</p>"
    )
    assert renderings(content, rendered, ["[timetable id=7]"]) == {
        "[timetable id=7]": "<table><tr><td>6:10</td></tr></table>"
    }


def test_the_same_card_twice_and_one_that_is_gone() -> None:
    content = "\n\n".join([LATEST, P.format("Two."), LATEST])
    rendered = "<ul><li>A</li></ul><p>Two.</p><ul><li>A</li></ul>"
    assert renderings(content, rendered, [LATEST, LATEST, "<!-- wp:x /-->"]) == {
        LATEST: "<ul><li>A</li></ul>"
    }


def test_half_of_a_block_is_no_card() -> None:
    opening = '<!-- wp:group -->\n<div class="wp-block-group">'
    assert (
        renderings(opening + P.format("In.") + "</div><!-- /wp:group -->", "<div><p>In.</p></div>", [opening])
        == {}
    )


@settings(max_examples=100)
@given(st.data())
def test_anything_is_looked_through(data: st.DataObject) -> None:
    pieces = st.sampled_from(
        [LATEST, P.format("One."), "<div>", "</div>", "<!--", "[x]", "\n\n", "<p>a</p>", "<pd-card n=9>", "é"]
    )
    text = st.lists(pieces | st.text(max_size=3), max_size=12).map("".join)
    content, rendered = data.draw(text), data.draw(text)
    for html in renderings(content, rendered, [LATEST, "[x]", "<div>", ""]).values():
        assert isinstance(html, str)


def test_cards_are_found_in_the_text_and_known_by_their_source() -> None:
    text = f"One.\n\n{card(LATEST)}\n\n```\n{LATEST}\n```\n\n{card('a `b` ```c``` d')}"
    assert list(sources_in(text)) == [LATEST, "a `b` ```c``` d"]
    assert card_digest(LATEST) != card_digest(LATEST + " ")
    assert void_name(LATEST) == "latest-posts"
    assert void_name("<!-- wp:my/block /-->") == "my/block"
    assert void_name("<!-- wp:a --><p>x</p><!-- /wp:a -->") == void_name("x") == ""
