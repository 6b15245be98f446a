"""Nothing that can be typed, pasted, pulled or found in a file raises: the quick part of `make fuzz`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from postdesk.markup.live import LivePage
from postdesk.markup.render import render_document
from postdesk.markup.tree import parse
from postdesk.publishing.compare import pieces
from tests.fuzz.growth import limited
from tests.fuzz.patterns import PATTERNS
from tests.fuzz.targets import TARGETS, cleaned
from tests.fuzz.texts import posts


@pytest.mark.parametrize("name", TARGETS)
def test_text_that_nobody_means_raises_nowhere(name: str) -> None:
    """Law: whatever the text, something comes out."""
    target = TARGETS[name]

    @given(posts)
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    def holds(text: str) -> None:
        target(text)

    holds()


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_costly_elsewhere_raises_nowhere(name: str) -> None:
    for pattern in PATTERNS.values():
        TARGETS[name](pattern(400))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_cleaning_grows_with_the_text_and_no_faster(pattern: str) -> None:
    """Law: four times the text is about four times the work, counted in calls."""
    short, long = (_calls(cleaned, PATTERNS[pattern](length)) for length in (2_000, 8_000))
    assert long <= 6 * short + 200


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "</",
        "<!",
        "<!--",
        "<?",
        "<![",
        "<a ",
        "<a b='",
        "<b></i>",
        "<script>",
        "<textarea></",
        "&#",
        "<p>&",
    ],
)
def test_broken_html_of_half_a_megabyte_does_not_hold_publishing_up(piece: str) -> None:
    """A minute of the processor is a thousand times what it takes; what looked for each end anew took longer."""
    page = piece * (500_000 // len(piece))
    with limited(60):
        nodes = parse(page)
        pieces(page)
    assert "".join(page[node.start : node.end] for node in nodes) == page


def _calls(target: Callable[[str], object], text: str) -> int:
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        target(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", ["[", "*a ", "`", "<b>", "&", "![", "_a__b "])
def test_a_paragraph_of_nothing_but_marks_is_shown_as_typed(piece: str) -> None:
    text = "Before.\n\n" + piece * (400_000 // len(piece)) + "\n\nAfter."
    for page in (render_document(text), LivePage(text).html):
        assert "<p>Before.</p>" in page
        assert 'class="as-typed"' in page
        assert "<p>After.</p>" in page
        assert len(page) < 6 * len(text)


@pytest.mark.parametrize(
    "pattern", ["staircase of bullets", "nested lists on a line", "quotation marks of a block"]
)
def test_what_is_nested_beyond_reading_is_shown_as_typed_and_stops_nothing(pattern: str) -> None:
    text = "Before.\n\n" + PATTERNS[pattern](60_000) + "\n\nAfter.\n"
    page = render_document(text)
    assert page.startswith("<p>Before.</p>")
    assert page.endswith("<p>After.</p>")
    assert len(cleaned(page)) < 3_000_000
