"""Words, reading time, outline, excerpt and pictures of a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.counts import reading_minutes, words
from postdesk.markup.outline import Heading, outline
from postdesk.markup.pictures import find_pictures, render_for_blog
from postdesk.markup.reading import excerpt, plain_text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One two three.", 3),
        ("# Heading\n\n- *it's* a **well-known** thing", 5),
        ('A [link](https://x.example/a/b "Title") here', 3),
        ('<div class="x y">two words</div> <!-- not these -->', 2),
        ("3.14 and 1,000", 3),
        ("日本語の文", 5),
        ("Γειά σου κόσμε", 3),
        ("Привет, мир", 2),
        ("שלום עולם", 2),
        ("naïve cafe\u0301", 2),
        ("हिन्दी भाषा", 2),
        ("--- *** ...", 0),
    ],
)
def test_words(text: str, count: int) -> None:
    assert words(text) == count


def test_reading_time() -> None:
    assert [reading_minutes(count) for count in (0, 1, 230, 231, 7000)] == [0, 1, 1, 2, 31]


def test_the_outline_has_headings_and_nothing_else() -> None:
    text = (
        "# One *em*\n\n```\n# code\n```\n\n## Two `x` {#id}\n\nThree\n-----\n\n"
        "- item\n---\n\n#tag\n\n### [Four](u) ###"
    )
    assert outline(text) == (
        Heading(1, "One em", 0),
        Heading(2, "Two x", 6),
        Heading(2, "Three", 8),
        Heading(3, "Four", 16),
    )


def test_plain_text_and_excerpt() -> None:
    text = "# Title\n\nFirst *paragraph*[^1] &amp; more.\n\n- one\n- two\n\n[^1]: Note."
    assert plain_text(text) == "Title\n\nFirst paragraph & more.\n\none\n\ntwo"
    assert excerpt(text) == "First paragraph & more. one two"
    assert excerpt("word " * 100, 22) == "word word word word…"
    assert excerpt("before\n\n<!--more-->\n\nafter") == "before"


@given(st.text(max_size=200), st.integers(10, 60))
def test_an_excerpt_is_never_too_long(text: str, limit: int) -> None:
    """Law: any text has an excerpt of at most so many characters, in one line."""
    line = excerpt(text, limit)
    assert len(line) <= limit
    assert "\n" not in line


def test_pictures_are_found_wherever_they_are() -> None:
    text = (
        'Text ![alt](a.png "Caption") and ![](<b c.png>)\n\n![d][ref]\n\n`![no](x.png)`\n\n```\n![no](y.png)\n```\n\n'
        "<img src='e.png' alt=\"E &amp; e\">\n\n[ref]: d.png 'From below'\n"
    )
    found = find_pictures(text)
    assert [(each.ref, each.alt, each.caption, each.line) for each in found] == [
        ("a.png", "alt", "Caption", 0),
        ("b c.png", "", "", 0),
        ("d.png", "d", "From below", 2),
        ("e.png", "E & e", "", 10),
    ]
    assert text[found[0].start : found[0].end] == '![alt](a.png "Caption")'


def test_a_post_goes_out_with_the_blogs_addresses() -> None:
    page = render_for_blog(
        '![alt](a.png "Caption")\n\n![other](https://x.example/o.png)\n\n`<img src="a.png">`',
        {"a.png": "https://blog.example/up/a.png?x=1&y=2"}.get,
    )
    assert 'src="https://blog.example/up/a.png?x=1&amp;y=2"' in page
    assert 'src="https://x.example/o.png"' in page
    assert "<figcaption>Caption</figcaption>" in page
    assert "&lt;img src=" in page
