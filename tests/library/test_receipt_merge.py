"""Two machines' receipts of one post become one: what the blog said last, and nothing that it ever said is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core import receipt as receipts
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.library.git.merging import Merged
from postdesk.library.receipt_merge import merge_receipts

PATH = ".postdesk/receipts/p1.a1.json"
START = datetime(2026, 3, 1, tzinfo=UTC)
OF_A_BLOG = st.builds(
    Receipt,
    post_id=st.just("p1"),
    account_id=st.just("a1"),
    remote_id=st.sampled_from(["7", "8"]),
    address=st.sampled_from(["https://b.example/x", "https://b.example/y"]),
    status=st.sampled_from(list(Status)),
    revision=st.text(max_size=5),
    media=st.lists(st.sampled_from("abc"), unique=True).map(
        lambda names: tuple(MediaReceipt(n * 64, n, f"https://b.example/{n}.jpg", 1, 1) for n in names)
    ),
    updated_at=st.none() | st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours)),
)


def written(receipt: Receipt) -> bytes:
    return json.dumps(receipts.to_json(receipt)).encode()


def read(data: bytes | None) -> Receipt:
    return receipts.from_json(json.loads(data or b""))


@given(mine=OF_A_BLOG, theirs=OF_A_BLOG)
def test_every_remote_post_and_every_upload_is_still_known(mine: Receipt, theirs: Receipt) -> None:
    """The law: remote ids and uploads of the merge are those of both; what belongs together comes from one of them."""
    merged = merge_receipts(PATH, None, written(mine), written(theirs))
    known = [read(merged.content)] + ([read(merged.copy)] if merged.copy is not None else [])
    assert {r.remote_id for r in known} == {mine.remote_id, theirs.remote_id}
    assert {m.remote_id for r in known for m in r.media} == {
        m.remote_id for r in (mine, theirs) for m in r.media
    }
    won = replace(known[0], media=(), published_at=None)
    assert won in [replace(r, media=(), published_at=None) for r in (mine, theirs)]
    if merged.copy is not None:
        assert merged.copy_name == f"p1.{known[1].account_id}.json"
        assert known[1].account_id != "a1"


@given(mine=OF_A_BLOG, theirs=OF_A_BLOG)
def test_the_newer_one_counts_whichever_machine_merges(mine: Receipt, theirs: Receipt) -> None:
    """The law: unless both are of one moment, who merges does not matter."""
    one = merge_receipts(PATH, None, written(mine), written(theirs))
    other = merge_receipts(PATH, None, written(theirs), written(mine))
    if mine.updated_at != theirs.updated_at:
        assert one == other


def test_a_file_that_is_no_receipt_gives_way() -> None:
    good = written(Receipt("p1", "a1", "7"))
    assert merge_receipts(PATH, None, b"<<<<<<<", good) == Merged(good)
    assert merge_receipts(PATH, good, good, b"[" * 100_000) == Merged(good)
    assert merge_receipts(PATH, None, b"\xff", b"{}").copy == b"{}"


@pytest.mark.parametrize(
    "changed",
    [
        {"account_id": "../../../out"},
        {"account_id": "a/b"},
        {"account_id": ""},
        {"account_id": "x" * 300},
        {"post_id": "..\\x"},
        {"media": {}},
        {"media": [{"content_hash": [], "remote_id": "", "address": "", "width": 0, "height": 0}]},
        {"updated_at": 5},
    ],
)
def test_a_receipt_that_leads_elsewhere_is_none(changed: dict[str, object]) -> None:
    good = written(Receipt("p1", "a1", "7", updated_at=START))
    strange = json.dumps(json.loads(written(Receipt("p1", "a1", "8"))) | changed).encode()
    assert merge_receipts(PATH, None, good, strange) == Merged(good)
    assert merge_receipts(PATH, None, strange, good) == Merged(good)


def test_a_key_of_a_newer_version_is_kept() -> None:
    newer = receipts.to_json(Receipt("p1", "a1", "7")) | {"tomorrow": 1}
    merged = merge_receipts(
        PATH, None, written(Receipt("p1", "a1", "7", updated_at=START)), json.dumps(newer).encode()
    )
    assert json.loads(merged.content)["tomorrow"] == 1


def test_pictures_belong_to_what_was_sent_last() -> None:
    sent = Receipt("p1", "a1", "7", updated_at=START, pictures=(("quay.jpg", "a" * 64),))
    newer = receipts.to_json(replace(sent, updated_at=START + timedelta(hours=1)))
    del newer["pictures"]  # from a program that does not know them yet
    merged = merge_receipts(PATH, None, json.dumps(newer).encode(), written(sent))
    assert read(merged.content).pictures == ()
    assert read(merge_receipts(PATH, None, written(sent), written(sent)).content) == sent
