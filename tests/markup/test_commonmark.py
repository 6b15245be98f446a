"""What she knows of Markdown from elsewhere holds here: CommonMark's examples are read alike, but for those named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.markup.commonmark import Example, examples, scores, table
from tests.markup.normal import normal

OPEN_HTML = (
    "an element that is never closed, or never opened, is text: it must not swallow the rest of the post"
)
WHOLE_HTML = "raw HTML goes on to its closing tag, over blank lines: what she pastes goes out as it is"
OPEN_FENCE = "a fence that is never closed is text: half-typed code must not swallow the rest of the post"
PATIENCE = "what is indented by two spaces belongs to the item above, whatever the width of its mark"
LANGUAGE = "a language is made of letters, digits and # + - . only"

DIFFERENT = {
    21: OPEN_HTML,
    31: OPEN_HTML,
    126: OPEN_FENCE,
    127: OPEN_FENCE,
    137: OPEN_FENCE,
    139: OPEN_FENCE,
    144: LANGUAGE,
    148: WHOLE_HTML,
    150: OPEN_HTML,
    151: OPEN_HTML,
    152: WHOLE_HTML,
    155: OPEN_HTML,
    156: OPEN_HTML,
    157: OPEN_HTML,
    158: OPEN_HTML,
    165: OPEN_HTML,
    167: WHOLE_HTML,
    173: OPEN_HTML,
    174: OPEN_HTML,
    175: OPEN_HTML,
    184: OPEN_HTML,
    188: WHOLE_HTML,
    191: WHOLE_HTML,
    237: OPEN_FENCE,
    257: PATIENCE,
    276: PATIENCE,
    297: PATIENCE,
}


@pytest.fixture(scope="module")
def specification() -> list[Example]:
    return list(examples())


def test_all_examples_are_read_alike_but_for_those_named(specification: list[Example]) -> None:
    different = {example.number for example in specification if not example.alike}
    assert different == set(DIFFERENT)


def test_the_score(specification: list[Example]) -> None:
    """The goal is 85 of 100."""
    found = scores(specification)
    alike, total = (sum(column) for column in zip(*found.values(), strict=True))
    assert total == 652
    assert alike >= 0.85 * total
    assert {section for section, (good, of) in found.items() if good < of} == {
        "Backslash escapes",
        "Entity and numeric character references",
        "Fenced code blocks",
        "HTML blocks",
        "Block quotes",
        "List items",
    }


def test_the_table_in_the_documentation_is_true(specification: list[Example]) -> None:
    written = (Path(__file__).parents[2] / "docs/markdown.md").read_text(encoding="utf-8")
    for line in table(scores(specification)):
        assert line in written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<p>a b</p>", "<p>ab</p>"),
        ("<p><em>a</em> b</p>", "<p><em>a</em>b</p>"),
        ("<p>a</p>", "a"),
        ("<pre><code>a  b</code></pre>", "<pre><code>a b</code></pre>"),
        ('<div class="language-a highlight"><pre><code>x</code></pre></div>', "<pre><code>x</code></pre>"),
        ('<figure><img src="a"><figcaption>b</figcaption></figure>', '<p><img src="a"></p>'),
        ('<a href="a%20b">c</a>', '<a href="a+b">c</a>'),
    ],
)
def test_pages_that_differ_are_not_taken_for_alike(one: str, other: str) -> None:
    assert normal(one) != normal(other)
