"""A search of the list means the same for files, for posts of blogs, and for half-typed words."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.backends.base import RemotePost
from postdesk.core.receipt import Status
from postdesk.library.query import Query, read_query
from postdesk.ui.finding import Blogs, Searchable, find_rows
from postdesk.ui.sidebar.listing import TABS, Found, Listing, Row, Titles, in_order

FILES = ("Ferry strike", "The harbour at dawn", "Köln by night", "")
REMOTE = RemotePost(
    "7", "https://b.example/7", "old", Status.PUBLISHED, "r", "Old ferries", tags=("Sea",), categories=("News",),
    date=datetime(2019, 3, 1, tzinfo=UTC),
)  # fmt: skip


class Texts:
    """A library whose index answers what it is told to, and notes what it was asked."""

    def __init__(self, answers: dict[str, list[int]], words: tuple[str, ...] = ()) -> None:
        self._answers, self._words = answers, words
        self.asked: list[Query] = []

    def search_slots(self, query: Query) -> list[int] | None:
        self.asked.append(query)
        filters = [one for one in query.filters if one.operator in ("has", "links", "tag", "category")]
        if not query.terms and not filters:
            return None
        keys = [f'"{term.words}"' if term.phrase else term.words for term in query.terms]
        keys += [one.operator for one in filters]
        return self._answers.get(" ".join(keys), [])

    def titled_slots(self, word: str) -> list[int]:
        return self._answers.get(f"title:{word}", [])

    def has_word(self, word: str) -> bool:
        return any(known.startswith(word) for known in self._words)


@pytest.fixture
def searchable() -> Searchable:
    rows = [
        Row(str(n), title, 1_600_000_000.0 + n, TABS[n % 3], waiting=n == 1) for n, title in enumerate(FILES)
    ]
    listing = Listing.of([*rows, Row("blog:7", REMOTE.title, 1_550_000_000.0, "published")])
    moments = [
        *map(float, range(1_600_000_000, 1_600_000_004)),
        REMOTE.date.timestamp() if REMOTE.date else 0.0,
    ]
    blogs = Blogs(5)
    blogs.put(0, ("Harbour Notes",))
    blogs.put(4, ("Old Blog",))
    return Searchable(replace(listing, files=4), moments, blogs, [REMOTE])


def found(searchable: Searchable, typed: str, texts: Texts) -> set[int]:
    flags = find_rows(texts, searchable, read_query(typed), lambda: False).flags
    return {slot for slot, flag in enumerate(flags) if flag}


def test_texts_titles_and_posts_of_the_blog_are_found_together(searchable: Searchable) -> None:
    assert found(searchable, "ferr", Texts({"ferr": [2]}, ("ferries",))) == {0, 2, 4}
    assert found(searchable, "arbou", Texts({}, ("arbour",))) == {1}, "a title by any part of it"
    assert found(searchable, "koln", Texts({}, ("koln",))) == {2}


def test_a_phrase_and_an_exclusion_are_the_indexs_to_judge(searchable: Searchable) -> None:
    texts = Texts({'"at dawn"': [3], "ferry strike": [1]}, ("ferry", "strike"))
    assert found(searchable, '"at dawn"', texts) == {1, 3}
    assert found(searchable, "ferry -strike", texts) == {1}


def test_short_words_are_asked_for_only_as_far_as_they_say_something(searchable: Searchable) -> None:
    texts = Texts({'"at"': [3], "fe": [0, 1]}, ())
    assert found(searchable, "a", texts) == {1}, "one letter: titles alone"
    assert [query.terms for query in texts.asked] == [()]
    assert found(searchable, "at", texts) == {1, 3}, "two letters: a word"
    assert found(searchable, "fe", texts) == {0, 1, 4}, "or, where it is none, a beginning"
    assert found(searchable, "海", Texts({"海": [3]})) == {3}


def test_a_slip_is_forgiven_in_titles_where_no_text_has_the_word(searchable: Searchable) -> None:
    assert found(searchable, "harbuor", Texts({})) == {1}
    assert found(searchable, "harbuor", Texts({"harbuor": [3]}, ("harbuor",))) == {3}
    known = Texts({"title:harbour": [1, 3]})
    assert found(searchable, "harbuor", known) == {1, 3}, "as the index knows them"
    assert found(searchable, "ferreis", Texts({})) == {4}, "a post of the blog"
    assert found(searchable, "feryr -strike", Texts({"title:ferry": [0, 2], "strike": [1, 2]})) == {2}


@pytest.mark.parametrize(
    ("typed", "slots"),
    [
        ("state:draft", {0, 3}),
        ("-state:draft", {1, 2, 4}),
        ("state:waiting", {1}),
        ("blog:harbour", {0}),
        ("-blog:harbour", {1, 2, 3, 4}),
        ("before:2020", {4}),
        ("after:2020", {0, 1, 2, 3}),
        ("-after:2020", {4}),
        ("tag:sea", {2, 4}),
        ("tag:sea before:2020", {4}),
        ("category:news", {4}),
        ("has:picture", {1}),
        ("", {0, 1, 2, 3, 4}),
    ],
)
def test_operators(searchable: Searchable, typed: str, slots: set[int]) -> None:
    assert found(searchable, typed, Texts({"tag": [2], "has": [1]})) == slots


def test_a_search_that_nobody_waits_for_ends(searchable: Searchable) -> None:
    texts = Texts({"ferry": [0]}, ("ferry",))
    assert find_rows(texts, searchable, read_query("ferry"), lambda: True).flags == b"\1\0\0\0\0"


def test_what_was_found_is_still_found_when_posts_came(searchable: Searchable) -> None:
    answer = Found(searchable.listing, b"\1\0\0\1\1")
    rows = [searchable.listing.row(slot) for slot in range(5)]
    more = replace(Listing.of([*rows[:4], Row("new", "New"), rows[4]]), files=5)
    assert answer.on(more) == b"\1\0\0\1\0\1"
    assert answer.on(replace(Listing.of(rows[:4]), files=4)) == b"\1\0\0\1"
    assert answer.on(replace(more, columns={})) is None, "slots of another library's, or of a beginning of it"


def test_in_the_beginning_of_a_list_only_titles_are_searched(searchable: Searchable) -> None:
    texts = Texts({"ferr": [1, 2]}, ("ferries",))
    assert found(replace(searchable, is_whole=False), "ferr", texts) == {0, 4}
    assert texts.asked == []


@given(st.lists(st.floats(allow_nan=False), max_size=40), st.randoms(use_true_random=False))
def test_sorting_in_parts_is_sorting(values: list[float], dice: object) -> None:
    order = in_order(range(len(values)), array("d", values).__getitem__)
    assert list(order) == sorted(range(len(values)), key=values.__getitem__)


@given(
    st.lists(st.text("abÄß \n", max_size=6), max_size=12), st.lists(st.text("abÄß ", max_size=6), max_size=12)
)
def test_titles_that_follow_others_are_as_if_made_anew(before: list[str], more: list[str]) -> None:
    """Law: what is taken over from the titles before changes nothing but which old words are still known."""
    known = Titles(before)
    known.prepare()
    later = [*(more[n] if n < len(more) and n % 2 else text for n, text in enumerate(before)), *more]
    followed, anew = Titles(later, known), Titles(later)
    assert followed.is_ready
    assert followed.folded == anew.folded
    for word in ("abab", "äßab"):
        assert anew.words.near(word) <= followed.words.near(word) | {word}


@given(
    st.lists(st.text("ab ", max_size=5), max_size=12),
    st.lists(st.lists(st.text("ab", min_size=1, max_size=3), max_size=3), max_size=8),
)
def test_typing_on_narrows_down_what_a_fresh_look_finds(titles: list[str], typed: list[list[str]]) -> None:
    """Law: whatever was asked before, the rows whose titles have all words are those, in the list's order."""
    listing = replace(
        Listing.of([Row(str(n), title) for n, title in enumerate(titles)]), order=range(len(titles))[::-1]
    )
    for words in typed:
        wanted = [slot for slot in listing.order if all(word in titles[slot] for word in words)]
        assert list(listing.titled(words)) == wanted
