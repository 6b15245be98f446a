"""A place of the text is found among the letters of the page, and the other way round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.preview.content import Lines, Spot
from postdesk.ui.preview.places import height_of, letters_around, line_at, place_of, spot_of


def _pieces(*ranges: tuple[int, int]) -> Lines:
    lines = Lines()
    lines.splice(0, 0, ranges)
    return lines


_TEXTS = {
    "a paragraph": "one two three HERE four five",
    "words that repeat": "the same " * 40 + "HERE " + "the same " * 40,
    "emphasis inside a word": "some **HE**RE words",
    "a link": "a [HERE](https://example.org/here_not 'title') b",
    "a reference": "a [HERE][not here] b",
    "a numbered list": "1. one\n2. HERE\n10. three",
    "tasks": "- [x] one\n- [ ] HERE",
    "a table": "| a | b |\n|---|---|\n| HERE | d |",
    "a fence": "```python\nfor HERE in <list>:\n```",
    "attributes": "words {#not-here .class} HERE",
    "a caption": '![not shown](HERE_not.png "Caption HERE")',
    "entities": "a &nbsp; &amp; HERE",
    "letters outside of the first plane": "😀 𝒳 HERE 👩‍👩‍👧",
    "another script": "ש HERE שלום",
    "marks": "e\u0301 HERE A\u030a",
}


@pytest.mark.parametrize("name", _TEXTS)
def test_a_place_that_is_told_by_its_letters_is_found_in_the_text_again(name: str) -> None:
    text = f"Before.\n\n{_TEXTS[name]}\n\nAfter."
    lines = text.split("\n")
    last = len(lines) - 3
    pieces = _pieces((0, 0), (2, last), (last + 2, last + 2))
    line = next(n for n in range(len(lines) - 1, -1, -1) if "HERE" in lines[n] or "**HE**RE" in lines[n])
    column = lines[line].rindex("HERE" if "HERE" in lines[line] else "**RE") + (
        2 if "HERE" in lines[line] else 3
    )
    spot = spot_of(lines, pieces, line, column)
    assert spot is not None
    assert spot.at == 1
    assert place_of(lines, pieces, spot) == (line, column)


def test_where_she_types_is_told_without_what_the_page_does_not_show() -> None:
    lines = ["1. See [the *archive*](https://example.org/long/address) of ![x](y.png) 2019"]
    spot = spot_of(lines, _pieces((0, 0)), 0, len(lines[0]))
    assert spot == Spot(0, 1.0, "Seethearchiveof2019", "")


def test_a_place_in_a_note_is_among_the_footnotes() -> None:
    lines = ["Text[^a b].", "", "[^a b]: The note", "    goes on here.", "", "[^c]: Another."]
    pieces = _pieces((0, 0))
    for line, column in ((2, 12), (3, 10)):
        spot = spot_of(lines, pieces, line, column)
        assert spot is not None
        assert (spot.at, spot.label) == (-1, "a-b")
        assert place_of(lines, pieces, spot) == (line, column)
    spot = spot_of(lines, pieces, 5, 9)
    assert spot is not None
    assert spot.label == "c"


def test_what_shows_nothing_is_taken_for_the_end_of_what_is_above() -> None:
    lines = ["One two.", "", "[link]: https://example.org", "", "Three."]
    pieces = _pieces((0, 0), (4, 4))
    assert spot_of(lines, pieces, 2, 10) == Spot(0, 1.0, "Onetwo", "")
    assert spot_of(lines, pieces, 1, 0) == Spot(0, 1.0, "Onetwo", "")


def test_a_place_in_100_kb_of_one_line_is_found() -> None:
    words = [f"word{n}" for n in range(14_000)]
    lines = [" ".join(words)]
    column = lines[0].index(" word9000 ") + 5
    spot = spot_of(lines, _pieces((0, 0)), 0, column)
    assert spot is not None
    assert len(spot.before) == len(spot.after) == 24
    assert place_of(lines, _pieces((0, 0)), spot) == (0, column)


@given(st.text(max_size=40), st.integers(0, 40))
def test_letters_are_split_at_the_place(text: str, at: int) -> None:
    before, after = letters_around(text, at)
    assert before + after == letters_around(text, 0)[1]


_HEIGHTS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), min_size=1, max_size=8)


@given(_HEIGHTS, st.floats(0, 0.999), st.booleans(), st.integers(0, 200))
def test_a_height_of_the_text_is_found_on_the_page_and_back(
    blocks: list[tuple[int, int]], share: float, tail: bool, width: int
) -> None:
    """Law: `line_at` undoes `height_of`; and further down in the text is never further up on the page."""
    lines: list[str] = []
    ranges = []
    for own, between in blocks:
        ranges.append((len(lines), len(lines) + own - 1))
        lines += ["x" * width * (n % 2) for n in range(own)] + [""] * between
    pieces = _pieces(*ranges)
    line = share * len(lines)
    place = height_of(lines, pieces, line, tail)
    assert place is not None
    back = line_at(lines, pieces, *place, tail)
    assert back is not None
    assert abs(back - line) < 0.01 or not pieces.range(len(pieces) - 1)[1] >= int(line)
    further = height_of(lines, pieces, min(len(lines) - 0.001, line + 0.5), tail)
    assert further is not None
    assert further >= place
