"""The card that stands in the preview for a video or a post."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.embeds import PROVIDERS, Provider
from postdesk.markup.cards import NOTHING, Known, holds_card, one_line, place
from postdesk.markup.clean import clean
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.render import render_document
from tests.core.test_embeds import SAMPLES

V = "https://youtu.be/x_y?a=1&b=2"


def shown(text: str, known: Known = NOTHING) -> str:
    return place(clean(render_document(text), lambda _ref: None, False), lambda _address: known)


class Words(HTMLParser):
    """What a page says, its links, and all its elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _value in attrs} <= {"class", "href", "src", "alt", "dir"}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.sources += [value or "" for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_bare_address_becomes_a_link_that_says_what_it_is() -> None:
    page = Words(shown(V))
    assert page.links == [V]
    assert "Video on YouTube" in page.words
    assert "youtu.be/x_y?a=1&b=2" in page.words
    assert page.sources == []


def test_with_a_title_and_a_picture_it_shows_them() -> None:
    page = Words(shown(V, Known("A talk", "Ada", "postdesk-preview://page/card/1")))
    assert {"A talk", "Ada"} <= set(page.words)
    assert "Video on YouTube" not in page.words
    assert page.sources == ["postdesk-preview://page/card/1"]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_every_provider_can_be_spoken_of(provider: Provider) -> None:
    for address in SAMPLES[provider.slug]:
        page = Words(shown(address))
        assert any(words.endswith(f"on {provider.name}") for words in page.words)


def test_the_rest_of_the_post_stays() -> None:
    before, card, after = shown(f"One *two*.\n\n{V}\n\n> three").partition(shown(V))
    assert (before, after) == ("<p>One <em>two</em>.</p>\n", "\n<blockquote>\n<p>three</p>\n</blockquote>")
    assert card


@pytest.mark.parametrize("text", ["Words.", f"See {V}", f"- {V}", f"<{V}>", "https://blog.example/post", ""])
def test_a_post_without_one_is_not_touched(text: str) -> None:
    assert shown(text) == clean(render_document(text), lambda _ref: None, False)
    assert not holds_card(render_document(text))


def test_it_is_known_beforehand_whether_a_block_has_one() -> None:
    assert holds_card(render_document(V))
    assert holds_card(render_document(f"> {V}"))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</b></a></figure><iframe src=javascript:alert(1)>",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "a\nb\tc\0d",
    "\ud800",
    "x" * 10_000,
]


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_words_are_words(foreign: str) -> None:
    page = Words(shown(V, Known(foreign, foreign, foreign)))
    assert [tag for tag in page.tags if tag not in ("span", "br")] == "p a img b bdi".split()
    assert not {c for words in page.words for c in words} & set("\n\t\0\u202e\ud800")
    assert all(len(words) <= 200 for words in page.words)


@given(st.text(max_size=300), st.text(max_size=100))
def test_whatever_a_site_says_the_card_is_built_alike(title: str, author: str) -> None:
    """Law: foreign text changes no element of the card but the author's line, which is there or not."""
    page = Words(shown(V, Known(title, author, "x")))
    assert [tag for tag in page.tags if tag not in ("span", "br")] == "p a img b bdi".split()
    assert page.links == [V]


def test_a_long_text_ends_with_dots() -> None:
    assert one_line("a" * 50, 10) == "a" * 9 + "…"
    assert one_line("  a \n b ", 10) == "a b"
    assert one_line("👩‍👩‍👧", 10) == "👩‍👩‍👧"


PIECES = [
    V,
    "https://vimeo.com/1",
    "https://blog.example/post",
    f"<{V}>",
    f"See {V}",
    "Words.",
    f"- {V}",
    f"- one\n\n- {V}",
    f"1. one\n\n   {V}",
    f"> {V}",
    f"> Words.\n>\n> > {V}\n>\n> - {V}",
    f"## {V}",
    f"```\n{V}\n```",
    f"    {V}",
    f"| a |\n|---|\n| {V} |",
    f"Note[^1].\n\n[^1]: {V}",
    f"<div>\n<p>{V}</p>\n</div>",
    "***",
]


@given(st.lists(st.sampled_from(PIECES), max_size=6))
def test_the_preview_shows_a_card_where_wordpress_gets_an_embed(pieces: list[str]) -> None:
    """Law: the addresses that become cards are those that go out as embeds, in their order."""
    page = render_document("\n\n".join(pieces))
    carded: list[str] = []

    def seen(address: str) -> Known:
        carded.append(address)
        return NOTHING

    place(clean(page, lambda _ref: None, False), seen)
    sent = re.findall(r'<!-- wp:embed {"url":("[^"]*")', to_blocks(page))
    assert carded == [json.loads(url) for url in sent]
