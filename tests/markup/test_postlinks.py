"""Links from post to post in what goes out: an address, or the words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.postlinks import linked_posts, post_id_of, with_addresses
from postdesk.markup.render import render_document

THERE = {"a1": "https://blog.example/?p=1&x=2", "b2": "https://blog.example/b"}


def test_links_of_the_markdown_are_found_and_given_their_addresses() -> None:
    page = render_document(
        '[One *and*](post:a1), [two](post:b2 "Tip") and [gone](post:c3).\n\n`[x](post:d4)`\n'
    )
    assert linked_posts(page) == ("a1", "b2", "c3")
    out = with_addresses(page, THERE)
    assert '<a href="https://blog.example/?p=1&amp;x=2">One <em>and</em></a>' in out
    assert 'href="https://blog.example/b" title="Tip"' in out
    assert "and gone." in out
    assert "[x](post:d4)" in out  # code is code


@pytest.mark.parametrize(
    ("page", "out"),
    [
        ("<a class='x' href='POST:b2'>w</a>", "<a class='x' href=\"https://blog.example/b\">w</a>"),
        ('<a title="a > b" href="post:zz">w</a> <a href="/x">y</a>', 'w <a href="/x">y</a>'),
        ('<a data-href="post:a1" href="/x">w</a>', '<a data-href="post:a1" href="/x">w</a>'),
        ('<a href="post:../../etc">w</a>', "w"),
        ('<a href="post:zz">w', "w"),
        ("<abbr>post:a1</abbr>", "<abbr>post:a1</abbr>"),
    ],
)
def test_raw_html_is_held_to_the_same(page: str, out: str) -> None:
    assert with_addresses(page, THERE) == out


def test_only_an_id_is_an_id() -> None:
    assert post_id_of(" post:abc-1_2 ") == "abc-1_2"
    assert [
        post_id_of(a) for a in ("post:", "post:A b", "post:../x", "posts:a", "https://x", "post:" + "a" * 65)
    ] == [""] * 6


@given(
    st.lists(
        st.sampled_from(['<a href="post:a1">', '<a href="post:zz">', "</a>", "w", "<a", '"', ">", "<b>"])
    )
)
def test_law_no_link_to_a_post_is_left_and_other_words_stay(parts: list[str]) -> None:
    """Whatever is opened and closed how: no whole tag with such an address is left, and without one nothing changes."""
    page = "".join(parts)
    out = with_addresses(page, THERE)
    assert linked_posts(out) == ()
    if "post:" not in page:
        assert out == page
    assert out.count("w") == page.count("w")
