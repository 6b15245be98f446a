"""The tags of pictures are found where they are, in time that grows with the text and no faster."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from postdesk.markup.pictures import exchange_sources, tags_in

_TAG = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_PARTS = st.sampled_from(
    ["<img ", "<IMG", '"', "'", ">", " src='a'", ' src="b>"', "<imgs ", "words", "x" * 4_000]
)


@given(st.lists(_PARTS, max_size=14).map("".join))
@example("<img '" + "x" * 4_000 + '>"\' src="b">')
def test_a_picture_is_a_tag_up_to_the_first_bracket_outside_of_quotes(page: str) -> None:
    """Law: however long it is, and whatever is never closed."""
    tags = [tag.span() for tag in _TAG.finditer(page)]
    assert list(tags_in(page)) == tags


def test_a_hundred_thousand_tags_that_are_never_closed_are_read_once() -> None:
    for open_tag in ('<img "', "<img '\"", "<img ", "<img x"):
        page = open_tag * (600_000 // len(open_tag))
        assert exchange_sources(page, lambda _address: "there") == page
