"""Two versions of a text share their ends; what is between is all that differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.alike import alike_ends

words = st.text("ab", max_size=8)


@given(words, words, words, words)
def test_the_ends_are_the_same_and_never_overlap(front: str, one: str, other: str, back: str) -> None:
    """The law: old = head + a + tail, new = head + b + tail, and no longer head, then no longer tail, would do."""
    old, new = front + one + back, front + other + back
    head, tail = alike_ends(old, new)
    assert head + tail <= min(len(old), len(new))
    assert old[:head] == new[:head]
    assert old[len(old) - tail :] == new[len(new) - tail :]
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    assert not a or not b or (a[0] != b[0] and a[-1] != b[-1])


def test_no_more_is_taken_than_was_asked_for() -> None:
    assert alike_ends("same", "same", 3) == (3, 0)
