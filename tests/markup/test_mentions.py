"""A title named in a text is found as whole words, and nowhere that a link could not be made."""

# ruff: noqa: E501  one text, one line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.mentions import find_mention, linked

TITLE = "The ferry strike"


@pytest.mark.parametrize(
    ("body", "out"),
    [
        ("As in the Ferry  strike, again.", "As in [the Ferry  strike](post:a), again."),
        ("Over\nthe ferry\nstrike.", "Over\n[the ferry\nstrike](post:a)."),
        ("> The ferry strike", "> [The ferry strike](post:a)"),
        ("`The ferry strike` and the ferry strike", "`The ferry strike` and [the ferry strike](post:a)"),
        ("[the ferry strike](/x) the ferry strike", "[the ferry strike](/x) [the ferry strike](post:a)"),
    ],
)
def test_it_becomes_a_link_where_it_stands(body: str, out: str) -> None:
    mention = find_mention(body, TITLE)
    assert mention is not None
    assert linked(body, mention, "post:a") == out


@pytest.mark.parametrize(
    "body",
    [
        "The ferry strikes", "athe ferry strike", "The ferry\n\nstrike", "[The ferry strike](/x)", "![The ferry strike](a.png)",
        "[x](/a \"The ferry strike\")", "<img alt='The ferry strike'>", "```\nThe ferry strike\n```", "[The ferry strike][1]",
        "[1]: /x 'The ferry strike'", "https://x.example/the ferry", "",
    ],
)  # fmt: skip
def test_no_link_inside_of_a_link_of_code_or_of_a_word(body: str) -> None:
    assert find_mention(body, TITLE) is None


def test_a_short_title_is_a_word_like_any_other() -> None:
    assert find_mention("The news of the day", "News") is None


def test_its_line_shows_the_words_around_it() -> None:
    mention = find_mention("First.\n\n" + "word " * 40 + "The ferry strike" + " word" * 40, TITLE)
    assert mention is not None
    assert mention.line.startswith("…word")
    assert "word The ferry strike word" in mention.line
    assert mention.line.endswith("word…")


PARTS = st.lists(
    st.sampled_from(["The ferry strike", " ", "\n", "[", "](", ")", "`", "<", ">", "\\", "x", "```\n"])
)


@given(PARTS)
def test_law_a_link_is_made_of_words_that_stood_there(parts: list[str]) -> None:
    """Taking the link's marks away gives the text as it was, and what was linked is the title."""
    body = "".join(parts)
    mention = find_mention(body, TITLE)
    if mention is not None:
        words = body[mention.start : mention.end]
        assert words.split() == TITLE.split()
        assert linked(body, mention, "post:a").replace(f"[{words}](post:a)", words, 1) == body
