"""A link to another post of hers: it says which one, a click tells the window, and one that leads nowhere is marked."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from postdesk.ui.preview.links import followed, titled
from tests.ui.preview.stage import Opener, Reader

TITLES = {"a1": 'The "old" <b>one</b>'}
TEXT = "[There](post:a1) and [nowhere](post:b2)."
LINK = "document.querySelector('a[href=\"post:a1\"]')"
MIDDLE = (
    f"(r => [r.left + r.width / 2, r.top + r.height / 2].map(Math.round))({LINK}.getBoundingClientRect())"
)


def test_it_says_which_post_it_is_and_which_is_none(reader: Reader) -> None:
    reader.preview.set_titles(lambda post_id: TITLES.get(post_id, ""))
    reader.show(TEXT)
    assert reader.ask(f"{LINK}.title") == TITLES["a1"]
    assert reader.ask("document.querySelector('a.no-post').innerText") == "nowhere"
    assert reader.ask("document.querySelector('a.no-post').title").startswith("There is no such post")


def test_what_is_not_known_yet_is_not_marked_until_it_is(reader: Reader, qtbot: QtBot) -> None:
    reader.show(TEXT)
    assert reader.ask("document.querySelectorAll('a.no-post, a.post').length") == 0
    reader.preview.set_titles(lambda post_id: TITLES.get(post_id, ""))
    reader.wait("document.querySelectorAll('a.no-post').length", 1)


def test_a_click_tells_the_window_and_opens_nothing_outside(reader: Reader, opener: Opener) -> None:
    reader.show(TEXT)
    address = reader.surface.page.address
    reader.click(MIDDLE)
    assert reader.links == ["post:a1"]
    assert opener.opened == []
    assert reader.surface.page.address == address
    assert "There" in reader.text


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("post:a1", "post:a1"), ("POST:a1", "post:a1"), ("post:../x", None), ("post:a1?x", None), ("post:", None),
        ("file:///x", None), ("https://example.org", "https://example.org"),
    ],
)  # fmt: skip
def test_only_an_id_is_followed(address: str, what: str | None) -> None:
    assert followed(address) == what


def test_a_title_is_text() -> None:
    page = titled('<a href="post:a1">w</a>', TITLES.get)
    assert page == '<a href="post:a1" class="post" title="The &quot;old&quot; &lt;b&gt;one&lt;/b&gt;">w</a>'
