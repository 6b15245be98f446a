"""The index knows where a post links to, and whether it shows a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.library.addresses import addresses


@pytest.mark.parametrize(
    ("text", "links", "picture"),
    [
        ("Nothing.", (), False),
        ("[a](/b) and [c](<d>) and [e](f 'title')", ("/b", "d", "f"), False),
        ("[a](post:0123456789abcdef)", ("post:0123456789abcdef",), False),
        ("[wiki](https://e.org/A_(b)) https://e.org/c.", ("https://e.org/A_(b)", "https://e.org/A_", "https://e.org/c"),
         False),
        ("<https://e.org/a>\n\n[d]: /there 'title'", ("https://e.org/a", "/there"), False),
        ('<a href="/x">y</a> <img src=z.png>', ("/x",), True),
        ("![a photo](boat.jpg)", (), True),
        ("[![a](b.png)](/c)", ("/c",), True),
        ("![a](https://e.org/b.png)", (), True),
    ],
)  # fmt: skip
def test_addresses_are_found(text: str, links: tuple[str, ...], picture: bool) -> None:
    assert addresses(text) == (links, picture)


PIECES = [*'[]()<>!": a\n=', "http://", "href", "src", "<a ", "post:", "]("]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_raises(text: str) -> None:
    """Law: whatever the text, what is found is without blanks and there once."""
    links, _picture = addresses(text)
    assert len(set(links)) == len(links)
    assert not any(set(" \n") & set(link) for link in links)


@pytest.mark.parametrize("piece", ["[", "](", "![", "[a](", "http://", "]:", "\n[a", "<a href=", "href = "])
def test_a_megabyte_of_marks_does_not_hold_the_index_up(piece: str) -> None:
    addresses("<a" + piece * (1_000_000 // len(piece)))
