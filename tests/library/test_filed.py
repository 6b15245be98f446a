"""What receipts say to the list: always what the files say, whoever wrote them; only what changed is read."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.errors import LibraryError
from postdesk.core.post import PAGE
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.library import columns
from postdesk.library.filed import Filed, Filing, filing_of
from postdesk.library.filed_store import FiledStore
from postdesk.library.receipts import Receipts
from tests.conftest import ExpectLog
from tests.kills import kills

RECEIPT = Receipt(
    "abc", "0123", "17", "https://blog.example/ü", "ü", Status.PUBLISHED, "r1", "s", "b", (),
    datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC), "m", (), "f" * 64, "r2", PAGE,
)  # fmt: skip
OTHER = Receipt("xyz", "0123", "2")
ACCOUNTS = ("0123", "4567", "89ab")


def filings(told: Filed) -> set[Filing]:
    """All of them, as far as they can be read."""
    return {filing for _post_id, found in told.by_post(ACCOUNTS) for filing in found}


def of(*receipts: Receipt) -> set[Filing]:
    """What the list is told of these."""
    return {filing_of(receipt) for receipt in receipts}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".postdesk" / "receipts"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the receipts that are read."""
    names: list[str] = []
    real = Receipts._read

    def reading(receipts: Receipts, name: str) -> Receipt | None:
        names.append(name)
        return real(receipts, name)

    monkeypatch.setattr(Receipts, "_read", reading)
    return names


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if some seconds had gone by since every file was written; the folder's time is never believed."""
    monkeypatch.setattr(columns, "_YOUNG_S", -1.0)
    monkeypatch.setattr("postdesk.library.filings._TRUSTED", -1.0)


def test_the_list_is_told_what_a_receipt_says() -> None:
    told = filing_of(RECEIPT)
    assert told[:4] == ("abc", "0123", "17", Status.PUBLISHED)
    assert (told.published, told.updated) == (1704067200_000_000, 1704153600_000_000)
    assert told.flags == 15
    assert filing_of(replace(RECEIPT, newer="", revision="", map_hash="", kind="")).flags == 0
    assert filing_of(replace(RECEIPT, sent_hash="t")).sent != told.sent
    assert [filing_of(replace(RECEIPT, file_hash=text)).file for text in ("", "no hash", "0" * 64)] == [
        0,
        0,
        0,
    ]


def test_only_receipts_that_changed_are_read_again(
    tmp_path: Path, folder: Path, read: list[str], settled: None
) -> None:
    receipts = Receipts(tmp_path)
    for one in (RECEIPT, OTHER):
        Receipts(tmp_path).put(one)
    assert filings(receipts.filings.told()) == of(RECEIPT, OTHER)
    assert sorted(read) == ["abc.0123.json", "xyz.0123.json"]
    assert not receipts.filings.look()
    assert len(read) == 2
    newer = replace(OTHER, remote_id="3")
    Receipts(tmp_path).put(newer)  # another process
    assert receipts.filings.look()
    assert filings(receipts.filings.told()) == of(RECEIPT, newer)
    assert read[2:] == ["xyz.0123.json"]
    (folder / "abc.0123.json").unlink()
    assert receipts.filings.look()
    assert filings(receipts.filings.told()) == of(newer)
    assert len(read) == 3


def test_young_files_are_read_at_each_look(tmp_path: Path, read: list[str]) -> None:
    receipts = Receipts(tmp_path)
    Receipts(tmp_path).put(RECEIPT)
    for times in (1, 2):
        assert filings(receipts.filings.told()) == of(RECEIPT)
        assert len(read) == times
        assert not receipts.filings.look()


def test_while_nobody_changes_the_folder_not_even_the_files_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_YOUNG_S", -1.0)
    monkeypatch.setattr("postdesk.library.filings._OLD_NS", -(10**12))
    receipts = Receipts(tmp_path)
    Receipts(tmp_path).put(RECEIPT)
    assert receipts.filings.look()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            "postdesk.library.filings.marks_at", lambda _path: pytest.fail("a file was asked for")
        )
        assert not receipts.filings.look()
    Receipts(tmp_path).put(OTHER)
    assert receipts.filings.look()
    assert filings(receipts.filings.told()) == of(RECEIPT, OTHER)


def test_what_is_written_here_is_told_at_once(tmp_path: Path, read: list[str]) -> None:
    receipts = Receipts(tmp_path)
    assert filings(receipts.filings.told()) == set()
    receipts.put(RECEIPT)
    receipts.put(replace(RECEIPT, account_id="4567"))
    assert filings(receipts.filings.told()) == of(RECEIPT, replace(RECEIPT, account_id="4567"))
    receipts.put(replace(RECEIPT, status=Status.DRAFT))
    receipts.remove("abc", "4567")
    assert filings(receipts.filings.told()) == of(replace(RECEIPT, status=Status.DRAFT))
    assert read == []


def test_a_receipt_that_cannot_be_read_is_told_once_and_not_to_the_list(
    tmp_path: Path, folder: Path, settled: None, expect_log: ExpectLog, caplog: pytest.LogCaptureFixture
) -> None:
    expect_log("receipt")
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    assert not receipts.filings.look()
    (folder / "abc.0123.json").write_bytes(b"{")
    assert receipts.filings.look()
    assert not receipts.filings.look()
    assert filings(receipts.filings.told()) == of(OTHER)
    assert len(caplog.records) == 1
    assert [post for post, _found in Receipts(tmp_path).filings.told().by_post(ACCOUNTS)] == ["xyz"]
    with pytest.raises(LibraryError):
        receipts.for_post("abc")
    Receipts(tmp_path).put(RECEIPT)
    assert receipts.filings.look()
    assert filings(receipts.filings.told()) == of(RECEIPT, OTHER)


def age(folder: Path, seconds: int) -> None:
    """As if the folder had been changed so long ago."""
    moment = time.time_ns() - seconds * 10**9
    os.utime(folder, ns=(moment, moment))


def test_the_next_start_reads_none_of_them(
    tmp_path: Path, folder: Path, read: list[str], settled: None
) -> None:
    for one in (RECEIPT, OTHER, replace(OTHER, account_id="4567")):
        Receipts(tmp_path).put(one)
    cache = tmp_path / "cache"
    last = Receipts(tmp_path, cache)
    assert last.filings.look()
    last.remove("xyz", "4567")
    last.put(replace(OTHER, remote_id="9"))
    last.filings.look()
    age(folder, 100)
    last.filings.look()
    del read[:]
    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr("postdesk.library.filings.names_in", lambda _folder: pytest.fail("it was listed"))
        receipts = Receipts(tmp_path, cache)
        assert filings(receipts.filings.told()) == of(RECEIPT, replace(OTHER, remote_id="9"))
    assert not receipts.filings.look()
    assert read == []


@pytest.mark.parametrize("who", ["this machine", "another"])
def test_what_went_out_after_the_last_look_is_told_at_the_next_start(
    tmp_path: Path, folder: Path, read: list[str], settled: None, who: str
) -> None:
    cache = tmp_path / "cache"
    last = Receipts(tmp_path, cache)
    last.put(RECEIPT)
    last.filings.look()
    age(folder, 100)
    last.filings.look()
    (last if who == "this machine" else Receipts(tmp_path)).put(OTHER)  # and then the program ends
    age(folder, 50)
    del read[:]
    assert filings(Receipts(tmp_path, cache).filings.told()) == of(RECEIPT, OTHER)
    assert read == ["xyz.0123.json"]


def test_what_is_made_anew_while_the_program_runs_has_all_of_them(
    tmp_path: Path, folder: Path, settled: None
) -> None:
    cache = tmp_path / "cache"
    receipts = Receipts(tmp_path, cache)
    for number in range(5):
        receipts.put(Receipt(f"p{number}", "0123", str(number)))
    receipts.filings.look()
    for path in cache.iterdir():
        path.unlink()  # somebody emptied the cache
    receipts.put(OTHER)
    receipts.filings.look()
    age(folder, 100)
    receipts.filings.look()
    kept = FiledStore(cache / "receipts.sqlite").load()
    assert kept is not None
    assert sum(len(part.posts) for part in kept[1]) == 6
    assert filings(Receipts(tmp_path, cache).filings.told()) == of(*receipts.all())


def test_while_somebody_else_holds_the_memory_nothing_of_it_is_lost(
    tmp_path: Path, folder: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    receipts = Receipts(tmp_path, cache)
    receipts.put(RECEIPT)
    receipts.filings.look()
    real = sqlite3.connect

    def at_once(path: Path, timeout: float, *, check_same_thread: bool) -> sqlite3.Connection:
        return real(path, 0.0, check_same_thread=check_same_thread)

    monkeypatch.setattr("postdesk.library.made_file.sqlite3.connect", at_once)
    database = real(cache / "receipts.sqlite")
    database.execute("BEGIN IMMEDIATE")
    receipts.put(OTHER)
    assert not receipts.filings.look()
    database.rollback()
    database.close()
    age(folder, 100)
    receipts.filings.look()
    assert filings(Receipts(tmp_path, cache).filings.told()) == of(RECEIPT, OTHER)
    assert FiledStore(cache / "receipts.sqlite").here("0123", ["2"]) == {"2"}


def test_a_receipt_that_the_disk_did_not_give_once_is_asked_for_again(
    tmp_path: Path, settled: None, expect_log: ExpectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_log("disk")
    Receipts(tmp_path).put(RECEIPT)
    receipts = Receipts(tmp_path, tmp_path / "cache")

    def fail(_name: str) -> Receipt | None:
        raise LibraryError("The disk did not answer.", "", "")

    with monkeypatch.context() as failing:
        failing.setattr(receipts.filings, "_read", fail)
        receipts.filings.look()
        assert filings(receipts.filings.told()) == set()
    assert filings(Receipts(tmp_path, tmp_path / "cache").filings.told()) == of(RECEIPT)
    assert receipts.filings.look()
    assert filings(receipts.filings.told()) == of(RECEIPT)


@pytest.mark.parametrize("recalled", [False, True])
def test_what_another_machine_filed_is_caught_up_with_after_the_first_glance(
    tmp_path: Path, folder: Path, recalled: bool
) -> None:
    elsewhere = replace(RECEIPT, account_id="4567")
    Receipts(tmp_path).put(elsewhere)
    if recalled:
        Receipts(tmp_path, tmp_path / "cache").filings.look()
    receipts = Receipts(tmp_path, tmp_path / "cache")
    with receipts.filings.at_a_glance():
        told = receipts.for_post("abc")
    assert receipts.filings.is_behind
    receipts.filings.look()  # somebody lists in between
    assert receipts.filings.catch_up("abc") is (told == ())
    with receipts.filings.at_a_glance():
        assert receipts.for_post("abc") == (elsewhere,)


def test_a_receipt_that_went_is_told_by_the_look_after_who_noticed_it(tmp_path: Path, folder: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.filings.look()
    (folder / "abc.0123.json").unlink()
    assert receipts.for_post("abc") == ()
    assert receipts.filings.look()
    assert not receipts.filings.look()


@pytest.mark.parametrize("value", ["Infinity", "1e999", "NaN"])
def test_no_receipt_ends_a_look(tmp_path: Path, folder: Path, value: str, expect_log: ExpectLog) -> None:
    expect_log("receipt")
    receipts = Receipts(tmp_path)
    media = MediaReceipt("h", "5", "https://blog.example/a.png", 3, 4)
    receipts.put(replace(RECEIPT, media=(media,)))
    path = folder / "abc.0123.json"
    path.write_text(path.read_text("utf-8").replace('"width": 3', f'"width": {value}'), "utf-8")
    receipts.put(OTHER)
    receipts.filings.look()
    assert filings(receipts.filings.told()) == of(OTHER)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\0" * 5000),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.unlink(),
        lambda path: _sql(path, "UPDATE filed SET status = 200"),
        lambda path: _sql(path, "UPDATE filed SET status = -1"),
        lambda path: _sql(path, "UPDATE filed SET marks = 'x'"),
        lambda path: _sql(path, "UPDATE filed SET remote = x'ff'"),
        lambda path: _sql(path, "UPDATE filed SET flags = 999"),
        lambda path: _sql(path, f"UPDATE filed SET published = {2**63 - 1}"),
        lambda path: _sql(path, f"UPDATE filed SET updated = {-(2**61)}"),
        lambda path: _sql(path, "DELETE FROM folder"),
        lambda path: _sql(path, "DROP TABLE folder"),
        lambda path: _sql(path, "PRAGMA user_version = 99"),
        lambda path: _sql(path, "DROP TABLE filed"),
    ],
)
def test_what_is_wrong_with_the_memory_costs_reading_and_nothing_else(
    tmp_path: Path, damage: Callable[[Path], object], settled: None
) -> None:
    cache = tmp_path / "cache"
    receipts = Receipts(tmp_path, cache)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.filings.look()
    damage(cache / "receipts.sqlite")
    for _time in range(2):
        receipts = Receipts(tmp_path, cache)
        assert receipts.filings.remembered("0123", ["17"]) in (None, set(), {"17"})  # a moment, at the start
        assert filings(receipts.filings.told()) == of(RECEIPT, OTHER)
        receipts.filings.look()
    assert Receipts(tmp_path, cache).filings.remembered("0123", ["17"]) == {"17"}


def _sql(path: Path, statement: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(statement)
    database.close()


def test_where_nothing_can_be_remembered_the_receipts_are_read(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    receipts = Receipts(tmp_path, tmp_path / "cache")
    receipts.put(RECEIPT)
    receipts.filings.look()
    assert filings(receipts.filings.told()) == of(RECEIPT)
    assert receipts.filings.remembered("0123", ["17"]) is None


def test_the_first_rows_are_told_of_a_few_posts_alone(tmp_path: Path, folder: Path) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.put(replace(RECEIPT, account_id="4567"))
    (folder / "broken.0123.json").write_bytes(b"{")
    told = receipts.told_of(["abc", "broken", "../../x", "none"], ["0123", "89ab"])
    assert filings(told) == of(RECEIPT)


def test_it_is_known_which_of_a_blogs_posts_are_here(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path, tmp_path / "cache")
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.put(replace(OTHER, account_id="4567", remote_id="17"))
    receipts.filings.look()
    for account_id, there in {"0123": {"17": "abc", "2": "xyz"}, "4567": {"17": "xyz"}, "none": {}}.items():
        assert dict(receipts.filings.told().remotes(account_id)) == there
        here = receipts.filings.remembered(account_id, ["17", "99"])
        assert here == {"17"} & there.keys()
    assert receipts.filings.remembered("0123", []) == set()
    assert Receipts(tmp_path).filings.remembered("0123", ["17"]) is None


@pytest.mark.parametrize("what", ["put", "remove", "elsewhere"])
def test_what_comes_while_the_folder_is_gone_through_is_not_lost(
    tmp_path: Path, folder: Path, what: str, monkeypatch: pytest.MonkeyPatch, settled: None
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.filings.look()
    newer = replace(RECEIPT, remote_id="18")
    real = receipts._read

    def reading(name: str) -> Receipt | None:
        found = real(name)
        if name == "abc.0123.json":
            monkeypatch.setattr(receipts.filings, "_read", real)
            if what == "put":
                receipts.put(newer)
                receipts.put(replace(RECEIPT, account_id="4567"))
            elif what == "remove":
                receipts.remove("abc", "0123")
                receipts.put(Receipt("new", "4567", "5"))  # where that one was
            else:
                Receipts(tmp_path).put(newer)
        return found

    Receipts(tmp_path).put(replace(RECEIPT, slug="other"))
    monkeypatch.setattr(receipts.filings, "_read", reading)
    receipts.filings.look()
    receipts.filings.look()
    wanted = {
        "put": of(newer, replace(RECEIPT, account_id="4567"), OTHER),
        "remove": of(Receipt("new", "4567", "5"), OTHER),
        "elsewhere": of(newer, OTHER),
    }
    assert filings(receipts.filings.told()) == wanted[what]


@pytest.mark.parametrize("what", ["put", "remove"])
def test_what_comes_while_the_folder_is_listed_is_not_lost(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.filings.look()
    from postdesk.library.names import names_in

    def listing(path: Path) -> list[str]:
        monkeypatch.setattr("postdesk.library.filings.names_in", names_in)
        found = names_in(path)
        if what == "put":
            receipts.put(OTHER)
        else:
            receipts.remove("abc", "0123")
        return found

    monkeypatch.setattr("postdesk.library.filings.names_in", listing)
    receipts.filings.look()
    assert filings(receipts.filings.told()) == (of(RECEIPT, OTHER) if what == "put" else set())
    assert receipts.for_post("xyz") == ((OTHER,) if what == "put" else ())


def test_the_list_is_told_while_another_thread_writes(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    over = threading.Event()
    wrong: list[Filing] = []

    def write() -> None:
        try:
            for number in range(60):
                receipts.put(Receipt(f"p{number}", "0123", str(number)))
                if number % 3 == 0:
                    receipts.remove(f"p{number}", "0123")
        finally:
            over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        receipts.filings.look()
        wrong += [
            one for one in filings(receipts.filings.told()) if one.remote_id != one.post_id.removeprefix("p")
        ]
    writer.join()
    assert not wrong
    receipts.filings.look()
    assert filings(receipts.filings.told()) == of(*receipts.all())
    assert len(receipts.all()) == 40


_POSTS = st.sampled_from(["a", "b", "c"])
_RECEIPTS = st.builds(
    Receipt, _POSTS, st.sampled_from(ACCOUNTS), st.sampled_from(["1", "2"]), status=st.sampled_from(Status)
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), _RECEIPTS),
        st.tuples(st.just("elsewhere"), _RECEIPTS),
        st.tuples(st.just("remove"), _RECEIPTS),
        st.tuples(st.just("gone"), _RECEIPTS),
        st.tuples(st.sampled_from(["look", "start", "for post"]), _RECEIPTS),
    ),
    max_size=20,
)


@given(_STEPS)
def test_after_a_look_the_list_is_told_what_is_in_the_files(steps: list[tuple[str, Receipt]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        receipts = Receipts(root, root / "cache")
        for step, receipt in steps:
            if step == "put":
                receipts.put(receipt)
            elif step == "elsewhere":
                Receipts(root).put(receipt)
            elif step == "remove":
                receipts.remove(receipt.post_id, receipt.account_id)
            elif step == "gone":
                Receipts(root).remove(receipt.post_id, receipt.account_id)
            elif step == "look":
                receipts.filings.look()
            elif step == "start":
                receipts = Receipts(root, root / "cache")
            else:
                theirs = {one for one in Receipts(root).all() if one.post_id == receipt.post_id}
                assert set(receipts.for_post(receipt.post_id)) == theirs
        receipts.filings.look()
        there = of(*Receipts(root).all())
        assert filings(receipts.filings.told()) == there
        again = Receipts(root, root / "cache")
        assert filings(again.filings.told()) == there


_REMEMBERING = """
import sys
from pathlib import Path
from postdesk.core.receipt import Receipt
from postdesk.library.filed_store import FiledStore
from postdesk.library.receipts import Receipts

root = Path(sys.argv[1])
receipts = Receipts(root, root / "cache")
print("begun", flush=True)
for turn in range(10_000):
    receipts.put(Receipt(f"p{turn % 7}", "0123", f"{sys.argv[2]}-{turn}"))
    if turn % 5 == 0:
        receipts.remove(f"p{(turn + 3) % 7}", "0123")
    receipts.filings.look()
"""


def test_a_memory_that_is_killed_while_it_is_written_tells_what_the_files_say(tmp_path: Path) -> None:
    for turn in range(kills(8)):
        process = subprocess.Popen(
            [sys.executable, "-c", _REMEMBERING, str(tmp_path), str(turn)],
            stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01 * (turn % 12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        receipts = Receipts(tmp_path, tmp_path / "cache")
        receipts.filings.told()
        receipts.filings.look()
        assert filings(receipts.filings.told()) == of(*Receipts(tmp_path).all())
