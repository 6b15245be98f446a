"""What the list shows of a post is counted and cut as its plain definition says, only quicker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postdesk.library import scan as scanning
from postdesk.library.addresses import addresses
from postdesk.library.scan import scan


@given(st.text(" \t\n\r\x0b\x0cab\u00a0ß—\x1c", max_size=60))
def test_words_are_what_blanks_part(body: str) -> None:
    """Law: the words of a file are the pieces that white space of ASCII leaves."""
    assert scan(body.encode()).words == len(body.encode().split())
    assert scan(f"---\ntitle: A b\n---\n\n{body}x".encode()).words == len((body + "x").encode().split())


@given(st.text(" \n>#*-+_`![]()<ab", max_size=60))
def test_the_first_text_is_the_same_with_and_without_the_look_for_marks(body: str) -> None:
    """Law: marks of Markdown are taken out of the first text, and where there are none nothing is."""
    unmarked = scanning._MARKUP.sub(r"\1", body)
    assert scan(b"x\n" + body.encode()).start == " ".join(f"x {unmarked}".split())


@given(
    st.lists(st.sampled_from(["[a](b)", "![a](c.jpg)", "https://d.example", "[e]: f", '<a href="g">', "h "]))
)
def test_no_address_is_overlooked_for_want_of_another(pieces: list[str]) -> None:
    """Law: what one line links to is found whatever stands in the lines beside it."""
    alone = [addresses(piece) for piece in pieces]
    links, picture = addresses("\n".join(pieces))
    assert set(links) == {link for found, _picture in alone for link in found}
    assert picture is any(shown for _links, shown in alone)
