"""Where a search found something is shown as it stands, and a slip of the finger is forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.library.context import Wanted, beginning, context, fold, pattern
from postdesk.library.slips import Joined, Words


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Café KÖLN", "cafe koln"), ("İstanbul ß ﬁ", "istanbul ß f"), ("naïve Ωmega", "naive ωmega")],
)
def test_case_and_diacritics_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    """Law: the folded text is as long, and folding it again changes nothing."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def hits(text: str, *words: str) -> list[str]:
    found = context(text, words)
    return [] if found is None else [found.text[a:b] for a, b in found.hits]


def test_the_line_around_the_first_hit_is_shown_with_every_hit_in_it() -> None:
    text = (
        "One.\n\n"
        + "Much comes before it. " * 20
        + "At last **the ferry** left, the Ferry of 6:10.\n\nFerry."
    )
    found = context(text, ["ferry"])
    assert found is not None
    assert found.text.startswith("…")
    assert "the ferry left, the Ferry of 6:10." in found.text
    assert [found.text[a:b] for a, b in found.hits][:2] == ["ferry", "Ferry"]
    assert len(found.text) <= 161


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("A café in Köln.", ["cafe", "koln"], ["café", "Köln"]),
        ("the first\nboat", ["first boat"], ["first boat"]),
        ("No harbours here", ["harb"], ["harb"]),
        ("Scapeferry", ["ferry"], []),
        ("[words](https://e.org/ferry)", ["ferry"], ["ferry"]),
        ("Nothing", ["ferry"], []),
        ("Nothing", [], []),
        ("🙂 ferry 🙂", ["ferry"], ["ferry"]),
    ],
)
def test_hits(text: str, words: list[str], expected: list[str]) -> None:
    assert hits(text, *words) == expected


@given(st.text(), st.lists(st.text(alphabet="ab c(*é", min_size=1), max_size=3))
def test_no_text_raises_and_hits_lie_in_the_line(text: str, words: list[str]) -> None:
    """Law: whatever the text, hits are places of the line, in order."""
    found = context(text, words)
    if found is not None:
        assert found.hits
        places = [place for hit in found.hits for place in hit]
        assert places == sorted(places)
        assert places[-1] <= len(found.text)
        wanted = pattern(words)
        assert wanted is not None
        assert all(wanted.fullmatch(fold(found.text[a:b])) for a, b in found.hits)


def test_what_is_marked_in_the_text_is_what_was_found() -> None:
    wanted = pattern(["cafe", "old harbour"])
    assert wanted is not None
    line = "Un CAFÉ, deux cafés; ein Straßencafé. The old  Hárbour."
    marked = [line[slice(*hit.span())] for hit in Wanted(wanted).finditer(line, 0, 1000)]
    assert marked == ["CAFÉ", "café", "old  Hárbour"]


def test_one_slip_is_forgiven() -> None:
    words = Words(["the harbour at dawn", "koln"])
    for typed in ("harbuor", "harbor", "harbourr", "hrabour", "Hqrbour"):
        assert words.near(typed) == {"harbour"}
    assert words.near("kolm") == {"koln"}
    assert words.near("hrbuor") == set(), "two slips are another word"
    assert words.near("harb") == set(), "a word that is being typed"
    assert words.near("dwn") == set(), "too short to be sure"
    titles = ["the harbour", "the harbours", "", "harbour", "in_harbour harbour-side", "köln"]
    assert Joined(titles).with_words({"harbour", "köln"}) == {0, 3, 4, 5}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("> **Quoted**\n\n- a list\n- of [things](https://x.example)", "Quoted a list of things"),
        ("word " * 200, "word " * 38 + "word…"),
        ("x" * 5000, "x" * 199 + "…"),
    ],
)
def test_the_first_words_stand_in_one_line_without_marks(text: str, line: str) -> None:
    assert beginning(text) == line
