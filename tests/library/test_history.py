"""The history keeps every version that was written over, fewer of the older ones, within its budget of disk."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.core.errors import LibraryError
from postdesk.library.history import History
from postdesk.library.thinning import RULES, superfluous
from tests.conftest import ExpectLog
from tests.kills import kills

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    found = History(tmp_path)
    yield found
    found.close()


def noise(seed: int, size: int = 20_000) -> bytes:
    """Bytes that cannot be made smaller."""
    return random.Random(seed).randbytes(size)


def kept_at(tmp_path: Path, moments: dict[str, datetime]) -> None:
    """As if the versions with these contents had been replaced then."""
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        for number, (_words, moment) in enumerate(moments.items(), 1):
            database.execute("UPDATE versions SET at = ? WHERE number = ?", (moment.isoformat(), number))
    database.close()


def texts(history: History, post: str = "a") -> list[str]:
    return [history.read(version).decode() for version in history.versions(post)]


def test_every_version_of_the_last_days_is_kept(history: History, tmp_path: Path) -> None:
    moments = {f"v{n}": NOW - timedelta(minutes=n) for n in range(40, 0, -1)}
    for words in moments:
        history.keep("a", words.encode())
    kept_at(tmp_path, moments)
    assert history.tidy(0, NOW) == 0
    assert texts(history) == list(reversed(moments))


def test_of_older_days_the_last_of_each_stretch_is_kept(history: History, tmp_path: Path) -> None:
    day = datetime(2026, 5, 26, tzinfo=UTC)  # six days before: one an hour
    moments = {f"v{n}": day + timedelta(minutes=20 * n) for n in range(9)}
    for words in moments:
        history.keep("a", words.encode())
    kept_at(tmp_path, moments)
    assert history.tidy(0, NOW) == 5
    assert texts(history) == ["v8", "v5", "v2", "v0"], "the first one stays, too"
    assert history.tidy(0, NOW) == 0


def test_what_another_post_or_version_has_as_well_is_not_lost(history: History, tmp_path: Path) -> None:
    day = datetime(2026, 5, 26, tzinfo=UTC)
    for words in ("one", "two", "one", "three"):
        history.keep("a", words.encode())
    history.keep("b", b"two")
    kept_at(tmp_path, {str(n): day + timedelta(minutes=n) for n in range(5)})
    history.tidy(0, NOW)
    assert texts(history) == ["three", "one"]
    assert texts(history, "b") == ["two"]


def test_the_budget_takes_the_oldest_first_and_gives_the_space_back(history: History, tmp_path: Path) -> None:
    for number in range(30):
        history.keep(f"post {number % 3}", noise(number))
    before = history.size
    assert before > 600_000
    assert history.tidy(200_000) > 15
    assert history.size < 300_000
    for post in range(3):
        versions = history.versions(f"post {post}")
        assert versions
        assert history.read(versions[0]) == noise(27 + post), "the newest of each post stays"
        numbers = [version.number for version in versions]
        assert numbers == list(range(numbers[0], numbers[0] - 3 * len(numbers), -3)), (
            "no gaps among the newest"
        )


def test_a_budget_that_not_even_the_newest_fit_into_keeps_these(history: History) -> None:
    for number in range(6):
        history.keep(f"post {number % 2}", noise(number))
    history.tidy(1)
    assert [len(history.versions(f"post {post}")) for post in range(2)] == [1, 1]


def test_a_history_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("CREATE TABLE contents (hash TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID")
    database.close()
    history = History(tmp_path)
    for number in range(20):
        history.keep("a", noise(number))
    before = history.size
    assert history.tidy(100_000) > 10
    assert history.size < before / 2
    history.close()


@given(
    st.lists(st.integers(0, 4_000_000), max_size=60, unique=True),
    st.integers(-2_000_000, 2_000_000),
)
def test_thinning_keeps_the_ends_and_one_in_each_stretch(minutes: list[int], clock: int) -> None:
    """Law: the newest and the oldest stay; what goes has a newer one that stays in its stretch; the rest stays
    when it is looked at again; what lies in the future stays."""
    now = NOW + timedelta(minutes=clock)
    moments = [NOW - timedelta(minutes=one) for one in sorted(minutes)]
    gone = superfluous(moments, now)
    left = [moment for place, moment in enumerate(moments) if place not in gone]
    if moments:
        assert moments[0] in left
        assert moments[-1] in left
    for place in gone:
        age = now - moments[place]
        assert age > RULES[0][0]
        stretch = next(stretch for most, stretch in RULES if age <= most)
        assert any(timedelta(0) < one - moments[place] < stretch for one in left)
    assert superfluous(left, now) == []


def test_a_version_that_is_kept_again_says_when_it_was_replaced_and_mends_a_damaged_copy(
    history: History, tmp_path: Path
) -> None:
    history.keep("a", b"one")
    kept_at(tmp_path, {"one": NOW})
    history.keep("a", b"one")
    (version,) = history.versions("a")
    assert version.at > NOW
    history.keep("a", b"two")
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("UPDATE contents SET data = x'00' WHERE hash = ?", (version.hash,))
    database.close()
    history.keep("a", b"one")
    assert texts(history) == ["one", "two", "one"]


def test_new_versions_are_kept_though_the_file_is_damaged_in_the_middle(
    history: History, tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("Set aside a damaged history")
    for number in range(100):
        history.keep("a", noise(number))
    history.close()
    file = tmp_path / "history.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + noise(0, 5 * 4096) + whole[6 * 4096 :])
    history.keep("a", b"new words")
    assert texts(history) == ["new words"]
    (aside,) = tmp_path.glob("history.damaged-*")
    assert aside.read_bytes()[6 * 4096 :] == whole[6 * 4096 :], "it can still be rescued by hand"


def test_versions_that_are_in_the_log_alone_are_set_aside_with_the_damaged_file(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("Set aside a damaged history")
    running, after = tmp_path / "running", tmp_path / "after"
    history = History(running)
    history.keep("a", b"the words of the last minute")
    after.mkdir()
    for file in running.iterdir():  # as a kill leaves them
        (after / file.name).write_bytes(file.read_bytes())
    history.close()
    history = History(after)
    history._move_aside()
    history.keep("a", b"new words")
    assert texts(history) == ["new words"]
    history.close()
    for file in after.glob("history.damaged-*"):
        file.rename(after / ("history.sqlite" + file.name.partition("-")[2][19:]))
    assert texts(history) == ["the words of the last minute"]
    history.close()


@pytest.mark.parametrize("with_its_folder", [False, True])
def test_a_history_that_is_deleted_in_use_is_put_back_with_every_version(
    tmp_path: Path, with_its_folder: bool
) -> None:
    folder = tmp_path / "data"
    history = History(folder)
    history.keep("a", b"one")
    history.keep("a", b"two")
    for file in folder.iterdir():
        file.unlink()
    if with_its_folder:
        folder.rmdir()
    history.keep("a", b"three")
    assert texts(history) == ["three", "two", "one"]
    history.close()
    history = History(folder)
    assert texts(history) == ["three", "two", "one"]
    assert [file.name for file in folder.iterdir() if "rescued" in file.name] == []
    history.close()


def test_a_history_that_is_replaced_in_use_is_the_one_that_is_there(tmp_path: Path) -> None:
    history = History(tmp_path / "data")
    history.keep("a", b"one")
    history.close()
    backup = (tmp_path / "data" / "history.sqlite").read_bytes()
    history.keep("a", b"two")
    for file in (tmp_path / "data").iterdir():
        file.unlink()
    (tmp_path / "data" / "history.sqlite").write_bytes(backup)
    history.keep("a", b"three")
    assert texts(history) == ["three", "one"]
    history.close()
    history = History(tmp_path / "data")
    assert texts(history) == ["three", "one"]
    history.close()


def test_a_moment_that_cannot_be_read_costs_no_version(history: History, tmp_path: Path) -> None:
    for words in ("one", "two", "three"):
        history.keep("a", words.encode())
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("UPDATE versions SET at = 'x' || at WHERE number = 2")
        database.execute(
            "UPDATE contents SET data = 'no bytes' WHERE hash = (SELECT hash FROM versions LIMIT 1)"
        )
    database.close()
    history.tidy(0)
    found = history.versions("a")
    assert [version.number for version in found] == [3, 2, 1]
    assert history.read(found[1]) == b"two"
    with pytest.raises(LibraryError, match="copy is damaged"):
        history.read(found[2])


def test_a_clock_that_was_set_back_makes_no_version_of_today_an_old_one(
    history: History, tmp_path: Path
) -> None:
    wrong = datetime(2001, 1, 1, tzinfo=UTC)
    moments = {
        "first": NOW - timedelta(days=3),
        **{f"wrong {n}": wrong + timedelta(minutes=n) for n in range(20)},
    }
    for words in (*moments, "right again"):
        history.keep("a", words.encode())
    kept_at(tmp_path, moments | {"right again": NOW - timedelta(hours=1)})
    before = texts(history)
    assert history.tidy(0, NOW) == 0
    assert history.tidy(0, wrong) == 0, "and none while it is wrong"
    assert texts(history) == before
    history.keep("a", b"later")
    kept_at(tmp_path, moments | {"right again": NOW - timedelta(hours=1), "later": NOW + timedelta(days=30)})
    assert history.tidy(0, NOW + timedelta(days=30)) > 15
    assert texts(history)[0] == "later"
    assert texts(history)[-1] == "first"


def test_a_clock_that_is_years_ahead_makes_no_version_of_today_an_old_one(
    history: History, tmp_path: Path
) -> None:
    moments = {f"v{n}": NOW - timedelta(hours=n) for n in range(30, 0, -1)}
    for words in moments:
        history.keep("a", words.encode())
    kept_at(tmp_path, moments)
    assert history.tidy(0, NOW + timedelta(days=4000)) == 0
    assert len(texts(history)) == 30


def test_a_kept_version_outlasts_a_power_cut(history: History) -> None:
    history.keep("a", b"one")
    with history._database() as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (2,), (
            "each version is on the disk at once"
        )


_KEEPING = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from postdesk.library.history import History
history = History(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    history.keep("a", f"version {number} {'word ' * 3000}".encode())
    print(number, flush=True)
    number += 1
    if number % 5 == 0:
        history.tidy(200_000)
"""


def test_a_kill_while_versions_are_kept_and_thinned_loses_none_that_was_to_stay(tmp_path: Path) -> None:
    said = -1
    for turn in range(kills(12)):
        process = subprocess.Popen(
            [sys.executable, "-c", _KEEPING, str(tmp_path), str(said + 1)],
            stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True,
        )  # fmt: skip
        assert process.stdout is not None
        said = int(process.stdout.readline())
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01 * (turn % 12))
        process.send_signal(signal.SIGKILL)
        rest, _nothing = process.communicate()
        said = int(rest.rsplit("\n", 2)[-2]) if rest.count("\n") else said
        history = History(tmp_path)
        found = [text.split()[1] for text in texts(history)]
        assert int(found[0]) >= said
        numbers = [int(one) for one in found]
        assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1)), "none in between is missing"
        said = numbers[0]
        history.close()
