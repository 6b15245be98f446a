"""Whatever stands in a post, it comes home and goes back, and an edit changes what was edited."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Flavour, Opened, open_post, send_post
from tests.markup.lossless.hostile import HOSTILE
from tests.publishing.edits import law
from tests.publishing.edits.making import KINDS


def _sent(opened: Opened, text: str) -> tuple[str, bool]:
    sent = send_post(opened, text, to_blocks if opened.flavour is Flavour.BLOCKS else str)
    return sent.opened.content, sent.broken


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("classic", [True, False])
def test_it_goes_back_as_it_came_and_every_edit_is_that_edit(name: str, classic: bool) -> None:
    content = HOSTILE[name]
    post = open_post(content, classic=classic)
    assert post.content == content
    assert _sent(post, post.markdown) == (content, False)
    assert Opened.from_json(post.to_json()) == post
    assert post.markdown.count("stands") == 1
    altered = _sent(post, post.markdown.replace("stands", "altered"))
    assert altered == (content.replace("stands", "altered"), False)
    chance = random.Random(name)
    for making in KINDS.values():
        for _again in range(2):
            edit = making(post, chance, "altered")
            if edit is None:
                continue
            after, broken = _sent(post, edit.text)
            assert broken == edit.refused, edit
            if not broken:
                assert law.problems(edit, post, after) == [], edit


_PARTS = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\udfff",
        "\r\n",
        "\r",
        "\n\n",
        "\n",
        "\t",
        "\u00a0",
        "\u2028",
        "\x0b",
        "\ufeff",
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "<!-- -->",
        "<!-- wp:group -->",
        "<!-- /wp:group -->",
        "<!-- wp:x /-->",
        "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->",
        "<ul><li>",
        "</li></ul>",
        "<pre>",
        "</pre>",
        "```",
        "~~~",
        "```{=html}",
        "[a]",
        "[/a]",
        "&amp;",
        "&#0;",
        "&",
        "<",
        ">",
        "words here",
        "Some more.",
        "# x",
        "- y",
        "> z",
        "[^1]",
        "[r]: http://a.example",
        "<script>",
        "</script>",
        "<!--kg-card-begin: html-->",
        "<!--kg-card-end: html-->",
        "<table><tr><td>",
        "\\",
        "*",
        "_",
        "`",
        "<br>",
        "<hr>",
        "<img src=a>",
        "<a href='b'>",
        "</a>",
        "\u0002",
        "\u0003",
        "{",
        "}",
        "wp:",
        "😀",
    ]
)


@settings(max_examples=100)
@given(st.lists(st.one_of(_PARTS, _PARTS, st.text(max_size=5)), max_size=25).map("".join), st.booleans())
def test_opened_and_joined_again_anything_is_what_it_was(content: str, classic: bool) -> None:
    """The law: for every text, content(open(text)) == text, and sending it unedited gives that text again."""
    post = open_post(content, classic=classic)
    assert post.content == content
    assert _sent(post, post.markdown) == (content, False)


@settings(max_examples=50)
@given(
    st.lists(st.one_of(_PARTS, _PARTS, st.text(max_size=5)), min_size=3, max_size=20).map("".join), st.booleans(),
    st.sampled_from(list(KINDS)), st.randoms(use_true_random=False),
)  # fmt: skip
def test_an_edit_commutes_with_what_it_does_not_touch(
    content: str, classic: bool, kind: str, chance: random.Random
) -> None:
    """The law: every block outside of an edit has its own bytes afterwards, in its order."""
    post = open_post(content, classic=classic)
    edit = KINDS[kind](post, chance, "altered")
    if edit is None:
        return
    after, broken = _sent(post, edit.text)
    if not broken and not edit.refused:
        assert law.problems(edit, post, after) == []


def test_edits_of_two_blocks_give_the_same_in_either_order() -> None:
    for name, content in HOSTILE.items():
        post = open_post(content + "\n\n<p>Last words of it.</p>")
        if "Last words of it." not in [piece.markdown for piece in post.pieces]:
            continue  # it stands inside of what is never closed
        emit = to_blocks if post.flavour is Flavour.BLOCKS else str
        one, two = ("stands", "altered"), ("Last words", "Other words")
        contents = set()
        for first, second in ((one, two), (two, one)):
            between = send_post(post, post.markdown.replace(*first), emit).opened
            contents.add(send_post(between, between.markdown.replace(*second), emit).opened.content)
        both = post.markdown.replace(*one).replace(*two)
        contents.add(send_post(post, both, emit).opened.content)
        assert contents == {post.content.replace(*one).replace(*two)}, name


def test_two_megabytes_of_one_thing_are_opened_and_joined_again() -> None:
    sizes = {"<div>": 2_000_000, "<!-- wp:a -->": 2_000_000}
    for part in ("<div>", "<!-- wp:a -->", "\x00\r\n", "<p>a</p>\n", "<b>", "```\n", "- a\n", "&amp;"):
        size = sizes.get(part, 40_000)
        content = (part * (size // len(part)))[:size]
        assert open_post(content).content == content
