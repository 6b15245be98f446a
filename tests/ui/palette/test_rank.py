"""A few letters find the command that she means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.palette.rank import score


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("pub", "Publish", "Unpublish"),
        ("bl", "Bulleted List", "Publish"),
        ("ap", "Add Picture", "Language pack"),
        ("list", "List of posts", "Bulleted List"),
        ("list", "Bulleted List", "Last in street"),
        ("undo", "Undo", "Undo Last Publish"),
        ("h2", "Heading 2", "Heading 1 and 2"),
        ("NEW", "New Post", "Renew"),
    ],
)
def test_the_better_fit_comes_first(query: str, better: str, worse: str) -> None:
    good, bad = score(query, better), score(query, worse)
    assert good is not None
    assert bad is None or good > bad


def test_letters_in_another_order_do_not_fit() -> None:
    assert score("tsop", "Post") is None


@given(st.text(max_size=20), st.data())
def test_any_letters_of_a_name_in_order_fit(text: str, data: st.DataObject) -> None:
    """Law: a subsequence of the name always fits, whatever the letters between."""
    folded = text.casefold()
    kept = data.draw(st.lists(st.booleans(), min_size=len(folded), max_size=len(folded)))
    query = "".join(letter for letter, keep in zip(folded, kept, strict=True) if keep)
    if query.casefold() == query:
        assert score(query, text) is not None
