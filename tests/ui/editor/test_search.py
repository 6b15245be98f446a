"""What she searches for is found as if the text were searched anew, however it came to be."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.editor.exact import to_document
from postdesk.ui.editor.search import Search, hits_in

LINES = st.text("ab 😀\ufdd2", max_size=8)
TEXTS = st.lists(LINES, min_size=1, max_size=12)
EDITS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.lists(LINES, max_size=3)), max_size=5)
WANTED = re.compile("ab?")


@given(TEXTS, EDITS, st.booleans())
def test_an_edit_finds_what_a_new_search_finds(
    text: list[str], edits: list[tuple[int, int, list[str]]], eager: bool
) -> None:
    """Law: after any edits the hits of every line, and their number, are those of the text as it is."""
    search = Search(text)
    search.look_for(WANTED)
    for at, length, come in edits:
        if eager:
            search.step(0)
        first = min(at, len(text) - 1)
        removed = min(length, len(text) - first)
        come = come or [""]
        text[first : first + removed] = come
        search.splice(first, removed, len(come))
    assert search.step(60)
    assert [search.at(n) for n in range(len(text))] == [hits_in(line, WANTED) for line in text]
    assert search.total() == sum(len(hits_in(line, WANTED)) for line in text)


@given(TEXTS, st.integers(0, 11), st.integers(0, 8))
def test_next_and_previous_go_round_the_text(text: list[str], line: int, unit: int) -> None:
    """Law: from any place the next hit and the one before it are neighbours in the round of all hits."""
    search = Search(text)
    search.look_for(WANTED)
    line = min(line, len(text) - 1)
    round_ = [(n, hit) for n in range(len(text)) for hit in search.shown_at(n)]
    after = [each for each in round_ if (each[0], each[1][0]) >= (line, unit)]
    before = [each for each in round_ if (each[0], each[1][1]) <= (line, unit)]
    first, last = (after or round_)[:1], (before or round_)[-1:]
    assert search.next_from(line, unit) == (first[0] if first else None)
    assert search.last_before(line, unit) == (last[0] if last else None)


@given(LINES)
def test_a_hit_is_where_it_shows(line: str) -> None:
    """Law: the units of a hit, taken from the document's line, hold the words that were found."""
    search = Search([line])
    search.look_for(WANTED)
    raw = to_document(line).encode("utf-16-le")
    for (a, b), (c, d) in zip(search.at(0), search.shown_at(0), strict=True):
        assert raw[2 * c : 2 * d].decode("utf-16-le") == to_document(line[a:b])


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    search = Search(["a"])
    search.look_for(None)
    assert search.next_from(0, 0) is None
    assert search.total() == 0
