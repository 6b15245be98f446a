"""Where a post leads to, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.outward import MOST, Link, Outward, outward
from postdesk.markup.render import render_document


def addresses(page: str) -> list[str]:
    return [link.address for link in outward(page).links]


def test_links_and_pictures_from_elsewhere_are_found_each_once_with_their_words() -> None:
    text = (
        "[Read the *full* article here](https://a.example/x?a=1&b=2 'title') and [again](https://a.example/x?a=1&b=2)\n\n"
        "![A boat](https://pictures.example/boat.jpg)\n\n[By name][n] and <https://b.example/>\n\n[n]: http://c.example/#part\n"
    )
    assert outward(render_document(text)).links == (
        Link("https://a.example/x?a=1&b=2", "Read the full article here"),
        Link("https://pictures.example/boat.jpg", "A boat"),
        Link("http://c.example/#part", "By name"),
        Link("https://b.example/", "https://b.example/"),
    )


def test_what_leads_elsewhere_than_to_the_net_is_not_asked_for() -> None:
    page = "".join(
        f'<a href="{to}">a</a>' for to in ("post:abc", "mailto:a@b.example", "/about", "javascript:x")
    )
    page += '<img src="boat.jpg">'
    assert outward(page) == Outward()


def test_a_link_in_code_is_none() -> None:
    assert (
        outward(render_document("`[a](https://a.example)`\n\n    <a href='https://b.example'>b</a>\n")).links
        == ()
    )


def test_an_address_without_a_scheme_is_made_complete() -> None:
    assert addresses('<script src="//s.example"></script><iframe src=" //v.example/1\n2 "></iframe>') == [
        "https://v.example/12"
    ]


def test_a_link_around_a_picture_has_its_description_for_words() -> None:
    page = '<a href="https://a.example"><img src="x.jpg" alt="The quay"></a>'
    assert outward(page).links == (Link("https://a.example", "The quay"),)


def test_a_link_to_a_place_that_is_not_in_the_post_is_told_from_those_that_are() -> None:
    text = (
        "## The queue, at noon\n\n[a](#the-queue-at-noon) [b](#nowhere) [c](#top) [d](#) [e](#more-12) [f](#there)"
        '\n\n<p id="there">x</p>\n\nWords.[^1] [g](#nowhere)\n\n[^1]: A note.\n'
    )
    assert outward(render_document(text)).nowhere == (Link("#nowhere", "b"),)


def test_a_page_of_links_has_an_end() -> None:
    page = "".join(f'<a href="https://a.example/{n}">x</a>' for n in range(3 * MOST))
    assert len(outward(page).links) == MOST


@pytest.mark.parametrize(
    "piece",
    ['<a href="https://a.example/', "<a href=https://a.example>", "<img src='", "<h2>", "#", '<a href="#'],
)
def test_a_megabyte_of_one_thing_is_read_in_one_go(piece: str) -> None:
    outward(piece * (400_000 // len(piece)))


_PIECES = st.sampled_from(
    "<a href= \" ' https://a.example/ //b # > </a> <img src= &#x0; &amp; \x00 \n <h2> id=x </h2> <!-- --> javascript: http://["
    " \ud800 <script> </script> %zz é".split(" ")
)


@given(st.lists(_PIECES | st.text(max_size=6), max_size=40).map("".join))
def test_any_text_gives_web_addresses_without_line_ends_or_nothing(page: str) -> None:
    """Law: whatever the page is, each link begins as a web address does, has no line end, and is told once."""
    found = outward(page)
    assert len({link.address for link in found.links}) == len(found.links)
    for link in found.links:
        assert link.address.lower().startswith(("http://", "https://"))
        assert not set(link.address) & set("\t\n\r")
        assert len(link.words) <= 80
    assert all(link.address.startswith("#") for link in found.nowhere)
