"""What differs within a paragraph is found word by word."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.differing import LONGEST, differing


def words(old: str, new: str) -> tuple[list[str], list[str]]:
    mine, theirs = differing(old, new)
    return [old[a:b] for a, b in mine], [new[a:b] for a, b in theirs]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Talks could resume tomorrow.", "Talks could resume within the hour.", (["tomorrow"], ["within the hour"])),
        ("Nine people, two dogs.", "Nine people, dogs.", (["two"], [])),
        ("It is “over”.", "It is over.", (["“", "”"], [])),
        ("3 of 14 boats", "4 of 14 boats", (["3"], ["4"])),
        ("- one\n- two\n- three", "- one\n- 2\n- three", (["two"], ["2"])),
        ("A 🚢 left at six.", "A 🚢 left at 🕖 six.", ([], ["🕖"])),
        ("Same  words here.", "Same words here.", ([], [])),
        ("A sentence about boats.", "Nothing like it.", ([], [])),
        ("", "New.", ([], [])),
    ],
)  # fmt: skip
def test_the_words_that_differ_are_told(old: str, new: str, expected: tuple[list[str], list[str]]) -> None:
    assert words(old, new) == expected
    assert words(new, old) == expected[::-1]


@given(
    st.lists(st.sampled_from(["boat ", "quay, ", "left\n", "🚢", "é", " ", "x."]), max_size=40).map("".join),
    st.lists(st.sampled_from(["boat ", "quay, ", "left\n", "🚢", "é", " ", "x."]), max_size=40).map("".join),
)
def test_without_what_differs_both_texts_are_one(old: str, new: str) -> None:
    """Law: what is left of both texts without the marked places is the same but for white space, where anything is
    marked at all; marked places are in order, apart, and neither begin nor end with white space."""
    spans = differing(old, new)
    left = []
    for text, found in zip((old, new), spans):
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert all(a[1] < b[0] for a, b in pairwise(found))
        assert all(text[start:end] == text[start:end].strip() for start, end in found)
        rest, place = "", 0
        for start, end in found:
            rest, place = rest + text[place:start], end
        left.append("".join((rest + text[place:]).split()))
    if any(spans):
        assert left[0] == left[1]


def test_only_the_start_of_what_is_very_long_is_compared() -> None:
    text = "word " * LONGEST
    mine, theirs = differing(text + "old", text + "new")
    assert (mine, theirs) == ((), ())
