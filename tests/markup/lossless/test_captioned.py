"""A captioned picture of classic text becomes an image block that says all of it, or stays as it is.

That it is what the block editor would have written is asked in `test_converting`.
"""

from __future__ import annotations

import re
from itertools import product

import pytest

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import into_blocks, into_markdown, open_post, send_post
from postdesk.markup.lossless.captioned import captioned_block
from postdesk.markup.markdown import words_of

_UP = "https://b.example/up/2016/03"
QUAY = (
    f'<img class="size-medium wp-image-7" src="{_UP}/quay-300x200.jpg" alt="Quay" width="300" height="200" />'
)
PLAIN = f'[caption id="attachment_7" align="alignnone" width="300"]{QUAY} At noon[/caption]'


def captions() -> list[str]:
    """Every way in which the classic editor wrote one."""
    links = (
        ("", ""),
        (f'<a href="{_UP}/quay.jpg">', "</a>"),
        ('<a href="https://b.example/?attachment_id=7" rel="attachment wp-att-7">', "</a>"),
        (
            '<a class="big" href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">',
            "</a>",
        ),
    )
    aligns = ("", ' align="alignleft"', ' align="alignright"', ' align="aligncenter"')
    pictures = (
        QUAY,
        f'<img src="{_UP}/quay-300x200.jpg" alt="" width="300" height="200">',
        f'<img title="It\'s &lt;b&gt; &quot;it&quot;" class="alignnone size-full wp-image-7"'
        f' src="{_UP}/a.jpg?x=1&amp;y=2" alt="A &amp; B – “x” &gt; y" width="300" height="90" />',
    )
    words = (" At noon", ' The <em>quay</em> &amp; <a href="https://q.example/">more</a>,\nthen it’s “late”')
    return [
        f'[caption id="attachment_7"{align} width="300"]{before}{picture}{after}{said}[/caption]'
        for (before, after), align, picture, said in product(links, aligns, pictures, words)
    ]


def test_each_of_them_is_an_image_block_that_says_all_of_it() -> None:
    for source in captions():
        block = captioned_block(source)
        assert block is not None, source
        assert words_of(block) == words_of(re.sub(r"\[/?caption[^\]]*\]", "", source)), source
        for kept in re.findall(r'(?:src|href|alt|rel|target|title)="([^"]+)"', source):
            assert kept in block, source
        wanted = re.search(r'align="align(\w+)"', source)
        assert (f'"align":"{wanted[1]}"' in block) if wanted else ('"align"' not in block)


@pytest.mark.parametrize(
    "source",
    [
        PLAIN.replace('width="300"', 'width="120"', 1),  # the frame is another size
        PLAIN.replace('width="300" height="200" />', 'width="150" height="100" />'),
        PLAIN.replace("-300x200", "").replace("size-medium ", ""),  # as large as what? nobody says
        PLAIN.replace("size-medium", "size-medium framed"),
        PLAIN.replace("alt=", 'style="border:0" alt='),
        PLAIN.replace("attachment_7", "attachment_8"),
        PLAIN.replace("attachment_7", "map"),
        PLAIN.replace("alignnone", "alignwide"),
        PLAIN.replace("[caption ", '[caption class="x" '),
        PLAIN.replace(" width=", " credit width="),
        PLAIN.replace(" At noon", ""),
        PLAIN.replace(" At noon", " [b]At noon[/b]"),
        PLAIN.replace(" At noon", " <p>At noon</p>"),
        PLAIN.replace(" At noon", " At <b>noon"),
        PLAIN.replace(" At noon", " At\n\nnoon"),
        PLAIN.replace(QUAY, f"<a name='x' href='/x'>{QUAY}</a>"),
        PLAIN.replace(QUAY, f"<a href='/x'>{QUAY}"),
        PLAIN.replace(QUAY, f"<a href='/x'>{QUAY} more</a>"),
        PLAIN.replace(QUAY, f"{QUAY}{QUAY}"),
        PLAIN.replace(QUAY, "no picture"),
        PLAIN.replace(QUAY, '<img src="" alt="x" class="size-full">'),
        PLAIN.replace('"attachment_7"', '"attachment_99999999999999999999"').replace(" wp-image-7", ""),
        PLAIN[:-1],
        "[caption]",
        "[gallery ids=\"1,2\"]",
    ],
)  # fmt: skip
def test_what_has_no_place_in_a_block_stays_as_it_is(source: str) -> None:
    assert captioned_block(source) is None


def test_a_frame_of_ten_pixels_and_words_of_old_versions_are_understood() -> None:
    bare = QUAY.replace("size-medium wp-image-7", "")
    old = f'[wp_caption id="attachment_7" align="alignleft" width="310" caption="At &amp; noon"]{bare}[/wp_caption]'
    block = captioned_block(old)
    assert block is not None
    assert '{"id":7,"linkDestination":"none","align":"left"}' in block
    assert '<figcaption class="wp-element-caption">At &amp; noon</figcaption>' in block


def test_in_a_post_it_is_edited_like_any_picture_and_a_gallery_stays() -> None:
    content = f'Before it.\n\n{PLAIN}\n\n[gallery ids="1,2"]\n\nAfter it.\n'
    opened = open_post(content)
    made = into_blocks(opened, opened.markdown)
    assert (
        made.text.replace("<!-- wp:shortcode -->\n", "").replace("<!-- /wp:shortcode -->\n", "")
        == opened.markdown
    )
    assert re.findall(r"^<!-- wp:([a-z]+)", made.opened.content, re.MULTILINE) == [
        "paragraph", "image", "shortcode", "paragraph",
    ]  # fmt: skip
    assert f'![Quay]({_UP}/quay-300x200.jpg "At noon")' in made.text
    sent = send_post(made.opened, made.text.replace("At noon", "At midnight"), to_blocks)
    assert sent.opened.content == made.opened.content.replace("At noon", "At midnight")
    assert sent.afresh == ()
    back = into_markdown(made.opened, made.text, to_blocks)
    assert "At noon" in back.text
