"""How far the list of a blog was followed is read as it was kept, also by an earlier version, or it is begun anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from postdesk.publishing.place import Place

SINCE = "2026-11-22T12:00:00+00:00"


def test_what_was_kept_is_read_again() -> None:
    place = Place(SINCE, "40", SINCE, SINCE, "yes", "120", "20", "77", "90")
    assert Place.from_json(place.to_json()) == place
    assert place.moment == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_earlier_version_kept_less_and_a_later_one_more() -> None:
    assert Place.from_json(json.dumps({"since": SINCE, "cursor": "40"})) == Place(SINCE, "40")
    assert Place.from_json(json.dumps({"since": SINCE, "of_a_later_version": [1]})) == Place(SINCE)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "7", "[]", '["since"]', '"since"', "[" * 100_000,
        '{"since": 7}', '{"cursor": null}', '{"total": ["1"]}',
        '{"since": "yesterday"}', '{"since": "2026-11-22T12:00:00"}',
        '{"total": "many", "cursor": "40"}', '{"reached": "-1"}', '{"top": "1.5"}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_the_beginning(text: str) -> None:
    assert Place.from_json(text) == Place()
