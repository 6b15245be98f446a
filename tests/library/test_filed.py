"""What receipts say to the list: always what the files say, whoever wrote them; only what changed is read."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.errors import LibraryError
from postdesk.core.post import PAGE
from postdesk.core.receipt import Receipt, Status
from postdesk.library import columns
from postdesk.library.filed import Filed, Filing, filing_of
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

    def reading(receipts: Receipts, path: Path) -> Receipt | None:
        names.append(path.name)
        return real(receipts, path)

    monkeypatch.setattr(Receipts, "_read", reading)
    return names


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if some seconds had gone by since every file was written; the folder's time is never believed."""
    monkeypatch.setattr(columns, "_YOUNG_S", -1.0)
    monkeypatch.setattr("postdesk.library.receipts._TRUSTED", -1.0)


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
    assert filings(receipts.told()) == of(RECEIPT, OTHER)
    assert sorted(read) == ["abc.0123.json", "xyz.0123.json"]
    assert not receipts.look()
    assert len(read) == 2
    newer = replace(OTHER, remote_id="3")
    Receipts(tmp_path).put(newer)  # another process
    assert receipts.look()
    assert filings(receipts.told()) == of(RECEIPT, newer)
    assert read[2:] == ["xyz.0123.json"]
    (folder / "abc.0123.json").unlink()
    assert receipts.look()
    assert filings(receipts.told()) == of(newer)
    assert len(read) == 3


def test_young_files_are_read_at_each_look(tmp_path: Path, read: list[str]) -> None:
    receipts = Receipts(tmp_path)
    Receipts(tmp_path).put(RECEIPT)
    for times in (1, 2):
        assert filings(receipts.told()) == of(RECEIPT)
        assert len(read) == times
        assert not receipts.look()


def test_while_nobody_changes_the_folder_not_even_the_files_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_YOUNG_S", -1.0)
    monkeypatch.setattr("postdesk.library.receipts._OLD_NS", -(10**12))
    receipts = Receipts(tmp_path)
    Receipts(tmp_path).put(RECEIPT)
    assert receipts.look()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            "postdesk.library.receipts.marks_at", lambda _path: pytest.fail("a file was asked for")
        )
        assert not receipts.look()
    Receipts(tmp_path).put(OTHER)
    assert receipts.look()
    assert filings(receipts.told()) == of(RECEIPT, OTHER)


def test_what_is_written_here_is_told_at_once(tmp_path: Path, read: list[str]) -> None:
    receipts = Receipts(tmp_path)
    assert filings(receipts.told()) == set()
    receipts.put(RECEIPT)
    receipts.put(replace(RECEIPT, account_id="4567"))
    assert filings(receipts.told()) == of(RECEIPT, replace(RECEIPT, account_id="4567"))
    receipts.put(replace(RECEIPT, status=Status.DRAFT))
    receipts.remove("abc", "4567")
    assert filings(receipts.told()) == of(replace(RECEIPT, status=Status.DRAFT))
    assert read == []


def test_a_receipt_that_cannot_be_read_is_told_once_and_not_to_the_list(
    tmp_path: Path, folder: Path, settled: None, expect_log: ExpectLog, caplog: pytest.LogCaptureFixture
) -> None:
    expect_log("receipt")
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    assert not receipts.look()
    (folder / "abc.0123.json").write_bytes(b"{")
    assert receipts.look()
    assert not receipts.look()
    assert filings(receipts.told()) == of(OTHER)
    assert len(caplog.records) == 1
    with pytest.raises(LibraryError):
        receipts.for_post("abc")
    Receipts(tmp_path).put(RECEIPT)
    assert receipts.look()
    assert filings(receipts.told()) == of(RECEIPT, OTHER)


def test_the_next_start_reads_none_of_them(
    tmp_path: Path, folder: Path, read: list[str], settled: None
) -> None:
    for one in (RECEIPT, OTHER, replace(OTHER, account_id="4567")):
        Receipts(tmp_path).put(one)
    (folder / "abc.4567.json").write_bytes(b"")
    cache = tmp_path / "cache"
    last = Receipts(tmp_path, cache)
    with pytest.MonkeyPatch.context() as quiet:
        quiet.setattr("postdesk.library.receipts.log.warning", lambda *_words: None)
        assert last.look()
    last.remove("xyz", "4567")
    last.put(replace(OTHER, remote_id="9"))
    last.look()
    (folder / "abc.0123.json").unlink()
    del read[:]
    receipts = Receipts(tmp_path, cache)
    assert filings(receipts.told()) == of(RECEIPT, replace(OTHER, remote_id="9")), "as the last run knew them"
    assert read == []
    assert receipts.look()
    assert filings(receipts.told()) == of(replace(OTHER, remote_id="9"))
    assert read == []


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
    receipts.look()
    damage(cache / "receipts.sqlite")
    for _time in range(2):
        receipts = Receipts(tmp_path, cache)
        assert receipts.remembered_here("0123", ["17"]) in ([("17", "abc")], [])
        assert filings(receipts.told()) == of(RECEIPT, OTHER)
        receipts.look()
    assert Receipts(tmp_path, cache).remembered_here("0123", ["17"]) == [("17", "abc")]


def _sql(path: Path, statement: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(statement)
    database.close()


def test_where_nothing_can_be_remembered_the_receipts_are_read(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    receipts = Receipts(tmp_path, tmp_path / "cache")
    receipts.put(RECEIPT)
    receipts.look()
    assert filings(receipts.told()) == of(RECEIPT)
    assert receipts.remembered_here("0123", ["17"]) == []


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
    receipts.look()
    for here in (receipts.told().here, receipts.remembered_here):
        assert here("0123", ["17", "99"]) == [("17", "abc")]
        assert here("4567", ["17", "2"]) == [("17", "xyz")]
        assert here("none", ["17"]) == []
        assert here("0123", []) == []


@pytest.mark.parametrize("what", ["put", "remove", "elsewhere"])
def test_what_comes_while_the_folder_is_gone_through_is_not_lost(
    tmp_path: Path, folder: Path, what: str, monkeypatch: pytest.MonkeyPatch, settled: None
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.put(OTHER)
    receipts.look()
    newer = replace(RECEIPT, remote_id="18")
    real = Receipts._read

    def reading(self: Receipts, path: Path) -> Receipt | None:
        found = real(self, path)
        if self is receipts and path.name == "abc.0123.json":
            monkeypatch.setattr(Receipts, "_read", real)
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
    monkeypatch.setattr(Receipts, "_read", reading)
    receipts.look()
    receipts.look()
    wanted = {
        "put": of(newer, replace(RECEIPT, account_id="4567"), OTHER),
        "remove": of(Receipt("new", "4567", "5"), OTHER),
        "elsewhere": of(newer, OTHER),
    }
    assert filings(receipts.told()) == wanted[what]


@pytest.mark.parametrize("what", ["put", "remove"])
def test_what_comes_while_the_folder_is_listed_is_not_lost(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = Receipts(tmp_path)
    receipts.put(RECEIPT)
    receipts.look()
    from postdesk.library.names import names_in

    def listing(path: Path) -> list[str]:
        monkeypatch.setattr("postdesk.library.receipts.names_in", names_in)
        found = names_in(path)
        if what == "put":
            receipts.put(OTHER)
        else:
            receipts.remove("abc", "0123")
        return found

    monkeypatch.setattr("postdesk.library.receipts.names_in", listing)
    receipts.look()
    assert filings(receipts.told()) == (of(RECEIPT, OTHER) if what == "put" else set())
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
        receipts.look()
        wrong += [one for one in filings(receipts.told()) if one.remote_id != one.post_id.removeprefix("p")]
    writer.join()
    assert not wrong
    receipts.look()
    assert filings(receipts.told()) == of(*receipts.all())
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
                receipts.look()
            elif step == "start":
                receipts = Receipts(root, root / "cache")
            else:
                theirs = {one for one in Receipts(root).all() if one.post_id == receipt.post_id}
                assert set(receipts.for_post(receipt.post_id)) == theirs
        receipts.look()
        there = of(*Receipts(root).all())
        assert filings(receipts.told()) == there
        again = Receipts(root, root / "cache")
        assert filings(again.told()) == there


_REMEMBERING = """
import sys
from pathlib import Path
from postdesk.core.receipt import Receipt
from postdesk.library.receipts import Receipts

root = Path(sys.argv[1])
receipts = Receipts(root, root / "cache")
print("begun", flush=True)
for turn in range(10_000):
    receipts.put(Receipt(f"p{turn % 7}", "0123", f"{sys.argv[2]}-{turn}"))
    if turn % 5 == 0:
        receipts.remove(f"p{(turn + 3) % 7}", "0123")
    receipts.look()
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
        receipts.told()
        receipts.look()
        assert filings(receipts.told()) == of(*Receipts(tmp_path).all())
