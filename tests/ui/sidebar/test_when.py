"""When something was, in the words that a writer would use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from postdesk.ui.sidebar.when import day_words, when_words

HERE = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=HERE)
BRITISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
AMERICAN = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "Just now"),
        (timedelta(seconds=-20), "Just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "Today 17:30"),
        (timedelta(hours=18, minutes=30), "Today 00:00"),
        (timedelta(hours=18, minutes=31), "Yesterday 23:59"),
        (timedelta(days=3), "19 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
        (timedelta(hours=-1), "Today 19:30"),
        (timedelta(hours=-15), "Tomorrow 09:30"),
        (timedelta(days=-11), "3 Dec, 18:30"),
        (timedelta(days=-60), "21 Jan 2027, 18:30"),
    ],
)
def test_a_moment_is_said_in_few_words(ago: timedelta, words: str) -> None:
    assert when_words(NOW - ago, NOW, BRITISH) == words


def test_a_draft_says_that_it_changed_only_while_that_is_news() -> None:
    assert when_words(NOW, NOW, BRITISH, changed=True) == "Changed just now"
    assert when_words(NOW - timedelta(minutes=5), NOW, BRITISH, changed=True) == "Changed 5 minutes ago"
    assert when_words(NOW - timedelta(days=1), NOW, BRITISH, changed=True) == "Yesterday 18:30"


def test_the_day_is_the_writers_own_whatever_offset_the_server_wrote() -> None:
    midnight_utc = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
    assert when_words(midnight_utc, NOW, BRITISH) == "Today 00:10"


def test_month_and_day_stand_as_in_her_country() -> None:
    then = NOW - timedelta(days=3)
    assert day_words(then, AMERICAN, year=False) == "Nov 19"
    assert day_words(then, AMERICAN, year=True) == "Nov 19, 2026"
    assert "PM" in when_words(NOW - timedelta(days=1), NOW, AMERICAN)


@given(st.integers(-(10**9), 10**9), st.booleans())
def test_any_moment_has_words(seconds: int, changed: bool) -> None:
    """Law: for every moment the words are there and are one line."""
    words = when_words(NOW + timedelta(seconds=seconds), NOW, BRITISH, changed=changed)
    assert words
    assert not set("\n{}") & set(words)
