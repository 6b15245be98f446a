"""Which pictures a post shows, in whatever it is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.shown import Shown, exchange_in_cards, shown_pictures

CONTENT = """<!-- wp:gallery {"linkTo":"none"} -->
<figure class="wp-block-gallery"><!-- wp:image {"id":3} -->
<figure class="wp-block-image"><IMG SRC="https://b.example/a.jpg?x=1&amp;y=2" class="big wp-image-3"/></figure>
<!-- /wp:image --></figure>
<!-- /wp:gallery -->
[caption id="attachment_4"]<img class=wp-image-4 src=/b.jpg alt="a > b"> Words[/caption]
<!-- <img src="hidden.jpg"> --><p>&lt;img src="typed.jpg"&gt; <img alt="none"></p>
<script>"<img src='script.jpg'>"</script>
"""


def test_html_of_every_flavour_is_read() -> None:
    assert shown_pictures("", CONTENT) == (
        Shown("https://b.example/a.jpg?x=1&y=2", "3"),
        Shown("/b.jpg", "4"),
    )


def test_markdown_and_its_cards_are_read_and_examples_are_not() -> None:
    body = (
        '![A](a.png "T") `![no](no.png)`\n\n```html\n<img src="no.png">\n```\n\n'
        '~~~~{=html}\n<img src="card.png" class="wp-image-9">\n```\n<img src="card2.png">\n~~~~\n\n'
        "![B][b]\n\n[b]: b.png\n"
    )
    assert shown_pictures(body) == (
        Shown("card.png", "9"),
        Shown("card2.png"),
        Shown("a.png"),
        Shown("b.png"),
    )


def test_a_picture_behind_words_is_shown_too() -> None:
    content = (
        '<div class="wp-block-cover"><img class="wp-block-cover__image-background wp-image-5" src="a.jpg"/></div>'
        '<div class="x wp-image-6" style="background-position:50% 50%;background-image:url(b.jpg?x=1&amp;y=2)"></div>'
        "<p style='BACKGROUND: #fff url( &quot;c d.jpg&quot; ) no-repeat'></p>"
        '<p style="color:red">url(no.jpg)</p><div style="background:url()"></div>'
        '<script>"background:url(no.jpg)"</script>'
        '<div style="background:url(data:image/png;base64,AAAA)" title="background:url(no.jpg)"></div>'
    )
    assert shown_pictures("", content) == (
        Shown("a.jpg", "5"),
        Shown("b.jpg?x=1&y=2", "6"),
        Shown("c d.jpg"),
        Shown("data:image/png;base64,AAAA"),
    )


def test_each_reference_is_told_once_with_its_number() -> None:
    assert shown_pictures("![](a.png)", '<img src="a.png"><img src="a.png" class="wp-image-5">') == (
        Shown("a.png", "5"),
    )


def test_a_card_shows_another_file_and_keeps_the_rest() -> None:
    image = '<img src="a.png?b&amp;c" srcset="d 2x" sizes="1px" alt="&lt;" width=3>'
    card = f'```{{=html}}\n<p id="x">A {image} <img src="e"></p>\n```'
    new = exchange_in_cards(f"<img src='a.png?b&amp;c'>\n\n{card}\n\nEnd", {"a.png?b&c": 'p/"1".png'}.get)
    assert new == (
        "<img src='a.png?b&amp;c'>\n\n```{=html}\n"
        '<p id="x">A <img src="p/&quot;1&quot;.png" alt="&lt;" width="3"> <img src="e"></p>\n```\n\nEnd'
    )


@given(st.text(alphabet="<img src='\">=/\n`~{}html ab", max_size=200))
def test_what_is_not_exchanged_stays_letter_by_letter(text: str) -> None:
    """Law: where no picture has another file, the text is what it was; and reading it never fails."""
    body = f"```{{=html}}\n{text}\n```\n"
    assert exchange_in_cards(body, lambda _ref: None) == body
    shown_pictures(body, text)
