"""What a card says of the block it stands for, in the writer's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.card_words import CardWords, card_words

GALLERY = (
    '<!-- wp:gallery {"linkTo":"none"} -->\n<figure class="wp-block-gallery">'
    + '<!-- wp:image -->\n<figure><img src="https://b.example/q.jpg?w=300" alt=""/></figure>\n<!-- /wp:image -->'
    * 6
    + "</figure>\n<!-- /wp:gallery -->"
)


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (GALLERY, "Gallery, 6 pictures", "q.jpg"),
        ('[gallery ids="1, 2,3"]', "Gallery, 3 pictures", '[gallery ids="1, 2,3"]'),
        (
            '<!-- wp:embed {"url":"https://www.youtube.com/watch?v=1"} /-->',
            "Embed: youtube.com",
            "https://www.youtube.com/watch?v=1",
        ),
        (
            '<p><iframe width="5" src="//player.vimeo.com/video/1"></iframe></p>',
            "Embed: player.vimeo.com",
            "//player.vimeo.com/video/1",
        ),
        (
            "<!-- wp:columns -->\n<div><!-- wp:column -->\nLeft\n<!-- /wp:column --></div>\n<!-- /wp:columns -->",
            "Columns",
            "Left",
        ),
        ('<!-- wp:columns -->\n<div><!-- wp:column -->\n<div>', "Start of Columns", ""),
        (
            "</div>\n<!-- /wp:column --></div>\n<!-- /wp:columns -->\n\n<!-- wp:group -->\n<div>",
            "End of Columns, Start of Group",
            "",
        ),
        ("</div>\n<!-- /wp:group -->", "End of Group", ""),
        ("<table><tr><td>One<td>Two &amp; three</table>", "Table", "One Two & three"),
        ('<div class="wide"><table><tr><td>x</table></div>', "Table", "x"),
        ("<script>track(1)</script>", "Code of the page", "track(1)"),
        ("<!-- wp:html -->\n<style>p{}</style>\n<!-- /wp:html -->", "Code of the page", "p{}"),
        ('[contact-form to="me"]', "Shortcode [contact-form]", '[contact-form to="me"]'),
        ("<!-- wp:shortcode -->\n[form 7]\n<!-- /wp:shortcode -->", "Shortcode [form]", "[form 7]"),
        ("[caption]<img src='a.jpg' /> Quay[/caption]", "Picture with a caption", "[caption] Quay[/caption]"),
        ("https://twitter.com/a/status/1", "Embed: twitter.com", "https://twitter.com/a/status/1"),
        ("<!-- wp:acf/hero {\"x\":1} /-->", "Block “acf/hero”", ""),
        ("<!-- wp:some-new-block /-->", "Some new block", ""),
        ("<!-- wp:core/latest-posts /-->", "Latest posts", ""),
        ("<!-- wp:paragraph -->\n<p style=\"x\">Words</p>\n<!-- /wp:paragraph -->", "Paragraph", "Words"),
        ("<!-- wp:group -->\nnever closed", "Start of Group", "never closed"),
        ("<!--more Read on-->", "Read more", ""),
        ("<!-- just a remark -->", "Comment", ""),
        ("<!--kg-card-begin: html-->x<!--kg-card-end: html-->", "Card: html", "x"),
        ('<figure><img alt="The quay" src="a.jpg"></figure>', "Picture", "The quay"),
        ("<form action=/x><input></form>", "Form", ""),
        ("&nbsp;", "Text", ""),
        ("", "Code of the page", ""),
    ],
)  # fmt: skip
def test_a_card_says_what_it_is_and_its_first_words(source: str, kind: str, words: str) -> None:
    said = card_words(source)
    assert (said.kind, said.words) == (kind, words)


def test_a_card_has_the_first_picture_as_the_source_names_it() -> None:
    assert card_words(GALLERY).picture == "https://b.example/q.jpg?w=300"
    assert card_words("<p>no picture</p>").picture == ""


def test_nothing_in_a_source_turns_letters_round_or_takes_a_second_line() -> None:
    said = card_words("<p>one\n\ntwo \u202etxet\u2066 \x07three</p>[x]")
    assert said.words == "one two txet three [x]"
    assert "\u202e" not in card_words("<!-- wp:a\u202eb -->").kind
    assert "\u202e" not in card_words("[embed\u202e]").kind


PARTS = st.lists(
    st.sampled_from(
        ["<!-- wp:", "<!--", "-->", "/-->", "<!-- /wp:group -->", "group ", '{"url":"', '"}', "<img ", "src=", "'", '"',
         "<iframe ", "<", ">", "[", "]", "gallery ids=", "https://", "&#0;", "&amp;", "\n", " ", "\u202e",
         "<script>", "x"]
    ),
    max_size=400,
)  # fmt: skip


@given(PARTS)
def test_anything_has_words_of_one_line(parts: list[str]) -> None:
    """Law: whatever a source is, its card says something that is short and can be painted."""
    said = card_words("".join(parts))
    assert isinstance(said, CardWords)
    for text in (said.kind, said.words):
        assert len(text) <= 160
        assert text == " ".join(text.split())
        assert "\u202e" not in text
    assert said.kind


def test_a_source_of_megabytes_costs_what_a_page_does() -> None:
    for part in ("<!-- wp:group ", "<img ", "<p ", "[a ", "<script>", '"url":"', "<!--"):
        card_words(part * 400_000)
