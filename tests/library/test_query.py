"""What she types into the search field is understood, whatever half of it is there."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.library.query import OPERATORS, STATES, Filter, Query, Term, read_query


def day(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day).astimezone()


@pytest.mark.parametrize(
    ("typed", "terms", "filters"),
    [
        ("", [], []),
        ("harbour  boat", [Term("harbour"), Term("boat")], []),
        ('"the first boat" tide', [Term("the first boat", phrase=True), Term("tide")], []),
        ('"the first', [Term("the first", phrase=True)], []),
        ("boat -ferry", [Term("boat"), Term("ferry", excluded=True)], []),
        ('-"night boat"', [Term("night boat", phrase=True, excluded=True)], []),
        ("well-known - -", [Term("well-known")], []),
        ("“—” 🙂 &", [], []),
        ("tag:Sea", [], [Filter("tag", "sea")]),
        ('TAG:"North Sea" category:Travel', [], [Filter("tag", "north sea"), Filter("category", "travel")]),
        ("-tag:draft", [], [Filter("tag", "draft", excluded=True)]),
        ("tag:", [], []),
        ('tag:"', [], []),
        ("state:drafts state:pub", [], [Filter("state", "draft"), Filter("state", "published")]),
        ("state:lost", [Term("state:lost")], []),
        ("has:picture has:pic", [], [Filter("has", "picture")]),
        ("has:wings", [Term("has:wings")], []),
        ("before:2024", [], [Filter("before", moment=day(2024))]),
        ("after:2024-3 before:2024-04-15", [],
         [Filter("after", moment=day(2024, 3)), Filter("before", moment=day(2024, 4, 15))]),
        ("after:20 before:2024- after:2024-13", [], []),
        ("before:easter", [Term("before:easter")], []),
        ("links:example.org/A", [], [Filter("links", "example.org/a")]),
        ("blog:Harbour", [], [Filter("blog", "harbour")]),
        ("https://example.org/a", [Term("https://example.org/a")], []),
        ("note:this", [Term("note:this")], []),
        ('don"t stop', [Term("don"), Term("t stop", phrase=True)], []),
    ],
)  # fmt: skip
def test_words_phrases_and_operators(typed: str, terms: list[Term], filters: list[Filter]) -> None:
    assert read_query(typed) == Query(tuple(terms), tuple(filters))


PIECES = [*'ab -":é—1', "tag:", "before:", "2024-", "has:", "\n", "\ud800"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_anything_typed_is_a_query(typed: str) -> None:
    """Law: no text raises, no term is empty, and every operator is one that is known."""
    query = read_query(typed)
    assert all(any(letter.isalnum() for letter in term.words) for term in query.terms)
    assert all(one.operator in OPERATORS and (one.value or one.moment) for one in query.filters)
    assert all(one.value in STATES for one in query.filters if one.operator == "state")
    assert query.wanted == tuple(term.words for term in query.terms if not term.excluded)
