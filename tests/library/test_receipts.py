"""Receipts travel with the folder, and one that cannot be read is never taken for "never published"."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postdesk.core.errors import LibraryError
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.library.receipts import Receipts
from tests.conftest import ExpectLog

RECEIPT = Receipt(
    "abc", "0123", "17", "https://blog.example/ü", "ü", Status.PUBLISHED, "r1", "s", "b",
    (MediaReceipt("h", "5", "https://blog.example/a.png", 3, 4),), datetime(2024, 1, 1, tzinfo=UTC),
)  # fmt: skip


def test_a_receipt_comes_back_as_it_was(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    other = Receipt("abc", "4567", "1")
    assert receipts.get("abc", "0123") is None
    assert receipts.all() == ()
    receipts.put(RECEIPT)
    receipts.put(other)
    receipts.put(Receipt("abcd", "0123", "2"))
    assert receipts.get("abc", "0123") == RECEIPT
    assert receipts.for_post("abc") == (RECEIPT, other)
    assert len(receipts.all()) == 3
    receipts.remove("abc", "0123")
    receipts.remove("abc", "0123")
    assert receipts.get("abc", "0123") is None


@pytest.mark.parametrize("receipt", [RECEIPT, Receipt("abc", "4567", "1", 'https://blog.example/ü\n"\u2028')])
def test_a_receipt_has_a_line_for_each_value_so_that_machines_merge_it(
    tmp_path: Path, receipt: Receipt
) -> None:
    written = Receipts(tmp_path).as_save(receipt).data.decode("utf-8")
    assert written == json.dumps(json.loads(written), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_a_receipt_that_comes_from_elsewhere_is_found_though_the_folder_was_listed_before(
    tmp_path: Path,
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    folder = tmp_path / ".postdesk" / "receipts"
    now = time.time_ns()
    for age in (0, 10**9, 10**10, 10**11):  # a young folder is not believed, an old one is
        os.utime(folder, ns=(now - age, now - age))
        assert receipts.for_post("abc") == (RECEIPT,)
    synchronised = Receipts(tmp_path)
    other = Receipt("abc", "4567", "1")
    synchronised.put(other)
    assert receipts.for_post("abc") == (RECEIPT, other)
    synchronised.remove("abc", "0123")
    assert receipts.for_post("abc") == (other,)


def test_the_folder_is_not_listed_again_while_it_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    folder = tmp_path / ".postdesk" / "receipts"
    os.utime(folder, ns=(10**18, 10**18))
    assert receipts.for_post("abc") == (RECEIPT,)
    monkeypatch.setattr(
        "postdesk.library.filings.names_in", lambda _folder: pytest.fail("it was listed again")
    )
    assert receipts.for_post("abc") == (RECEIPT,)
    assert receipts.for_post("another") == ()


def test_a_glance_waits_for_no_list_and_tells_its_own_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    assert receipts.for_post("abc") == (RECEIPT,)
    elsewhere = Receipt("abc", "4567", "1")
    Receipts(tmp_path).put(elsewhere)
    Receipts(tmp_path).put(Receipt("xyz", "4567", "2"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            "postdesk.library.filings.names_in", lambda _folder: pytest.fail("it was listed again")
        )
        with receipts.filings.at_a_glance():
            assert receipts.for_post("abc") == (RECEIPT,)
            assert receipts.get("abc", "4567") == elsewhere
            behind = [receipts.filings.is_behind]
    assert receipts.filings.catch_up("abc")
    assert [*behind, receipts.filings.is_behind] == [True, False]
    assert not receipts.filings.catch_up("abc"), "it was told"
    with receipts.filings.at_a_glance():
        assert receipts.for_post("abc") == (RECEIPT, elsewhere)
    receipts.remove("abc", "4567")
    assert receipts.for_post("abc") == (RECEIPT,), "who decides by it gets it as it is"


@pytest.mark.parametrize("damage", [b"", b"\0" * 50, b"{}", b"[]", b'{"post_id": 1}', b"[" * 100_000])
def test_a_damaged_receipt_is_no_missing_one(tmp_path: Path, damage: bytes, expect_log: ExpectLog) -> None:
    expect_log("receipt")
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    (tmp_path / ".postdesk" / "receipts" / "abc.0123.json").write_bytes(damage)
    with pytest.raises(LibraryError) as caught:
        receipts.get("abc", "0123")
    assert "not sent" in caught.value.sentence
    with pytest.raises(LibraryError):
        receipts.for_post("abc")
    assert receipts.all() == ()


def test_a_receipt_from_before_posts_came_home_is_read(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    path = tmp_path / ".postdesk" / "receipts" / "abc.0123.json"
    values = json.loads(path.read_bytes())
    for name in ("map_hash", "pictures", "file_hash", "newer", "kind"):
        del values[name]
    path.write_text(json.dumps(values), "utf-8")
    found = receipts.get("abc", "0123")
    assert found is not None
    assert (found.file_hash, found.newer, found.kind, found.remote_id) == ("", "", "", RECEIPT.remote_id)


def test_a_receipt_under_another_name_is_not_believed(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    folder = tmp_path / ".postdesk" / "receipts"
    (folder / "abc.sync-conflict-2024.0123.json").write_bytes(b"x")
    assert receipts.all() == (RECEIPT,)
    (folder / "abc.0123.json").rename(folder / "xyz.0123.json")
    with pytest.raises(LibraryError):
        receipts.get("xyz", "0123")


@pytest.mark.parametrize("hostile", ["../../x", "a/b", "", "A.b", "x" * 99])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, hostile: str) -> None:
    with pytest.raises(ValueError):
        Receipts(tmp_path).get(hostile, "0123")
    with pytest.raises(ValueError):
        Receipts(tmp_path).put(Receipt("abc", hostile, "1"))
    assert Receipts(tmp_path).base(hostile) is None


def test_a_base_is_what_it_was_or_nothing(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    text = "Ünïcode and \ud800 half a pair\r\n" * 100
    digest = receipts.put_base(text)
    assert receipts.put_base(text) == digest
    assert receipts.base(digest) == text
    (file,) = (tmp_path / ".postdesk" / "bases").rglob(digest)
    file.write_bytes(file.read_bytes()[:-10])
    assert receipts.base(digest) is None
    assert receipts.put_base(text) == digest
    assert receipts.base(digest) == text
