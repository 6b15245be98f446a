"""An address alone in its paragraph is never read as Markdown."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.render import render_document


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=_abc_def_&t=1",
        "https://youtu.be/_x-_y-z_-a",
        "https://a.example/*all*/~~gone~~",
        "https://web.example/2020*/https://a.example/",
    ],
)
@pytest.mark.parametrize("place", ["{}", "Before.\n\n{}\n\nAfter.", "  {}  ", "> {}", "- {}", "# {}"])
def test_the_signs_in_it_stay(address: str, place: str) -> None:
    assert html.escape(address, quote=False) in render_document(place.format(address))


@given(st.text(alphabet="abcXYZ019-_", min_size=11, max_size=11))
def test_every_name_of_a_video_stays(name: str) -> None:
    address = f"https://www.youtube.com/watch?v={name}"
    assert render_document(address) == f"<p>{address}</p>"


def test_an_address_in_a_text_is_text_like_any_other() -> None:
    assert render_document("See https://a.example/ *now*") == "<p>See https://a.example/ <em>now</em></p>"
    assert "<em>b</em>" in render_document("https://a.example/ *b*")


def test_what_surrounds_it_is_still_read() -> None:
    """A footnote, code or an escape in an address is what she typed it for."""
    assert "footnote-ref" in render_document("https://a.example/[^1]\n\n[^1]: Note.")
    assert "<code>" in render_document("https://a.example/`x`")
