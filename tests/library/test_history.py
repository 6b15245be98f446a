"""The history keeps every version that was written over, fewer of the older ones, within its budget of disk."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.core.errors import LibraryError
from postdesk.core.files import content_hash
from postdesk.core.post import Post
from postdesk.library.history import History
from postdesk.library.history_file import move_aside
from postdesk.library.thinning import RULES, superfluous
from tests.conftest import ExpectLog
from tests.kills import kills

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3_600, 86_400
YEAR = 365 * DAY


class Clock:
    """The computer's clock, which can be set."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(tmp_path: Path, clock: Clock) -> Iterator[History]:
    found = History(tmp_path, clock)
    yield found
    found.close()


def write(history: History, clock: Clock, versions: Iterable[str], apart: int, post: str = "a") -> None:
    """She writes one version after the other, so many seconds apart."""
    for words in versions:
        history.keep(post, words.encode())
        clock.now += apart


def days_pass(history: History, clock: Clock, days: int) -> None:
    """On each of them the program runs once."""
    for _day in range(days):
        clock.now += DAY
        history.tidy(0)


def noise(seed: int, size: int = 20_000) -> bytes:
    """Bytes that cannot be made smaller."""
    return random.Random(seed).randbytes(size)


def texts(history: History, post: str = "a") -> list[str]:
    return [history.read(version).decode() for version in history.versions(post)]


def test_every_version_of_the_last_days_is_kept(history: History, clock: Clock) -> None:
    versions = [f"v{n}" for n in range(40)]
    write(history, clock, versions, MINUTE)
    days_pass(history, clock, 1)
    assert texts(history) == versions[::-1]


def test_of_older_days_the_last_of_each_stretch_is_kept(history: History, clock: Clock) -> None:
    write(history, clock, [f"v{n}" for n in range(9)], 20 * MINUTE)
    days_pass(history, clock, 6)  # then one an hour
    assert texts(history) == ["v8", "v5", "v2", "v0"], "the first one stays, too"
    assert history.tidy(0) == 0
    days_pass(history, clock, 40)  # one a day
    assert texts(history) == ["v8", "v0"]


def test_what_another_post_or_version_has_as_well_is_not_lost(history: History, clock: Clock) -> None:
    write(history, clock, ("one", "two", "one", "three"), MINUTE)
    history.keep("b", b"two")
    days_pass(history, clock, 6)
    assert texts(history) == ["three", "one"]
    assert texts(history, "b") == ["two"]


def test_nothing_is_left_of_what_is_gone(
    history: History, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postdesk.library.history._AT_ONCE", 7)
    write(history, clock, ("one", "two") * 20, MINUTE)
    write(history, clock, ("two", "three", "four"), MINUTE, "b")
    days_pass(history, clock, 6)
    assert texts(history) == ["two", "one"]
    assert texts(history, "b") == ["four", "two"]
    with history._database() as database:
        assert database.execute("SELECT count(*) FROM contents").fetchone() == (3,)


def test_a_clock_that_was_years_ahead_for_a_while_lets_nothing_go(history: History, clock: Clock) -> None:
    versions = [f"v{n}" for n in range(30)]
    write(history, clock, versions[:10], HOUR)
    clock.now += 9 * YEAR
    assert history.tidy(0) == 0
    write(history, clock, versions[10:20], MINUTE)
    assert history.tidy(0) == 0
    clock.now -= 9 * YEAR
    assert history.tidy(0) == 0
    write(history, clock, versions[20:], HOUR)
    assert history.tidy(0) == 0
    assert texts(history) == versions[::-1], "in the order in which she wrote them"
    assert history.versions("a")[15].at.year == NOW.year + 9, "what the clock said is shown"


def test_a_clock_that_was_set_back_lets_nothing_go_and_what_it_dated_grows_old_like_the_rest(
    history: History, clock: Clock
) -> None:
    versions = [f"v{n}" for n in range(30)]
    write(history, clock, versions[:10], 20 * MINUTE)
    clock.now -= 3 * DAY  # among the hours of other days
    write(history, clock, versions[10:20], 20 * MINUTE)
    clock.now = 0.0  # a dead battery
    write(history, clock, versions[20:], 20 * MINUTE)
    assert history.tidy(0) == 0
    assert texts(history) == versions[::-1]
    days_pass(history, clock, 6)
    # Its hours go on where the clock was set back: nothing of one clock stands for an hour of another.
    assert texts(history) == [f"v{n}" for n in (29, 28, 25, 22, 18, 15, 12, 8, 5, 2, 0)]


def test_a_holiday_counts_as_a_day(history: History, clock: Clock) -> None:
    versions = [f"v{n}" for n in range(9)]
    write(history, clock, versions, MINUTE)
    clock.now += 90 * DAY
    assert history.tidy(0) == 0
    assert texts(history) == versions[::-1]


@given(st.lists(st.tuples(st.floats(-40 * YEAR, 40 * YEAR), st.integers(0, 3)), min_size=1, max_size=30))
@settings(max_examples=30)
def test_no_setting_of_the_clock_takes_more_than_a_day(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[tuple[float, int]]
) -> None:
    """Law: however the clock is set, each setting makes a version a day older at most, and none changes the order."""
    clock = Clock()
    history = History(tmp_path_factory.mktemp("history"), clock)
    kept: list[str] = []
    for jump, count in jumps:
        clock.now = max(0.0, clock.now + jump)
        for _one in range(count):
            kept.append(f"v{len(kept)}")
            history.keep("a", kept[-1].encode())
            clock.now += 1
        history.tidy(0)
    left = texts(history)
    assert left == sorted(left, key=lambda text: -int(text[1:])), "the order stays"
    young = sum(count for _jump, count in jumps[-2:])
    assert left[:young] == kept[::-1][:young]
    history.close()


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


def said(text: str) -> str:
    """`Post.content_hash` of a post with this text."""
    return Post("", body=text).content_hash


def test_what_went_out_stays_however_old_it_is(history: History, clock: Clock) -> None:
    versions = [f"v{n}" for n in range(9)]
    for post in "ab":
        write(history, clock, versions, MINUTE, post)
    history.went_out([("a", said("v3"))])
    clock.now += HOUR
    history.tidy(0)
    days_pass(history, clock, 1)
    clock.now += DAY
    assert history.tidy(0, lambda: [("a", said("v5")), ("c", said("v6"))]) == 12
    assert texts(history) == ["v8", "v5", "v3", "v0"]
    assert texts(history, "b") == ["v8", "v0"], "that post was never on a blog"
    days_pass(history, clock, 200)
    assert texts(history) == ["v8", "v5", "v3", "v0"], "what a blog had once is known for good"


def test_what_went_out_goes_last_for_the_budget_and_goes(history: History) -> None:
    versions = [f"{n} {noise(n, 10_000).hex()}" for n in range(12)]
    for text in versions:
        history.keep("a", text.encode())
    history.went_out([("a", said(versions[n])) for n in (1, 2)])
    history.tidy(50_000)
    assert [text.split()[0] for text in texts(history)] == ["11", "10", "2", "1"]
    history.tidy(25_000)
    assert [text.split()[0] for text in texts(history)] == ["11", "2"], "of these the oldest first, too"
    history.tidy(1)
    assert [text.split()[0] for text in texts(history)] == ["11"]


def test_a_damaged_version_is_not_taken_for_one_that_went_out(history: History, tmp_path: Path) -> None:
    for words in ("one", "two", "three"):
        history.keep("a", words.encode())
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("UPDATE contents SET data = x'00' WHERE hash = ?", (content_hash(b"one"),))
    database.close()
    history.went_out([("a", said("one")), ("a", said("two"))])
    history.tidy(24)
    assert texts(history) == ["three", "two"]


def test_a_budget_that_not_even_the_newest_fit_into_keeps_these(history: History) -> None:
    for number in range(6):
        history.keep(f"post {number % 2}", noise(number))
    history.tidy(1)
    assert [len(history.versions(f"post {post}")) for post in range(2)] == [1, 1]


_EARLIER = """
CREATE TABLE contents (hash TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (number INTEGER PRIMARY KEY, post TEXT NOT NULL, hash TEXT NOT NULL REFERENCES contents,
    at TEXT NOT NULL, size INTEGER NOT NULL);
"""


def written_earlier(folder: Path, count: int, apart: timedelta) -> None:
    """A history as an earlier version of the program wrote it."""
    with sqlite3.connect(folder / "history.sqlite") as database:
        database.executescript(_EARLIER)
        for number in range(count):
            data = f"v{number} ".encode() + noise(number, 200)
            database.execute("INSERT INTO contents VALUES (?, ?)", (content_hash(data), zlib.compress(data)))
            at = (NOW - (count - number) * apart).isoformat()
            database.execute(
                "INSERT INTO versions (post, hash, at, size) VALUES ('a', ?, ?, ?)",
                (content_hash(data), at, len(data)),
            )
    database.close()


def numbers_of(history: History) -> list[int]:
    return [int(history.read(version).split()[0][1:]) for version in history.versions("a")]


def test_a_history_of_an_earlier_version_is_taken_over(tmp_path: Path, clock: Clock) -> None:
    written_earlier(tmp_path, 24 * 6, timedelta(minutes=20))  # two days of them
    history = History(tmp_path, clock)
    assert numbers_of(history) == list(range(143, -1, -1))
    assert history.tidy(0) == 0
    days_pass(history, clock, 1)
    assert numbers_of(history) == [*range(143, 71, -1), *range(71, 0, -3), 0]
    before = history.size
    for number in range(20):
        history.keep("a", noise(number))
    assert history.tidy(100_000) > 10
    assert history.size < before + 100_000
    history.close()


def test_a_kill_while_an_earlier_history_is_taken_over_leaves_it_whole(tmp_path: Path) -> None:
    written_earlier(tmp_path, 2_000, timedelta(hours=1))
    opening = "import sys; from pathlib import Path; from postdesk.library.history import History;"
    opening += "print('now', flush=True); print(len(History(Path(sys.argv[1])).versions('a')), flush=True)"
    for turn in range(kills(6)):
        folder = tmp_path / f"copy {turn}"
        folder.mkdir()
        shutil.copy(tmp_path / "history.sqlite", folder)
        process = subprocess.Popen(
            [sys.executable, "-c", opening, str(folder)],
            stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.003 * (turn % 12))
        process.kill()
        process.communicate()
        history = History(folder, lambda: NOW.timestamp())
        assert len(numbers_of(history)) == 2_000
        history.tidy(0)
        assert len(numbers_of(history)) == 48 + 12 * 24 + 1 + 70
        history.close()


@given(
    st.lists(st.integers(0, 4_000_000), max_size=60, unique=True),
    st.integers(-2_000_000, 2_000_000),
)
def test_thinning_keeps_the_ends_and_one_in_each_stretch(minutes: list[int], clock: int) -> None:
    """Law: the newest and the oldest stay; what goes has a newer one that stays in its stretch; the rest stays
    when it is looked at again."""
    now = float(MINUTE * clock)
    moments = [float(-MINUTE * one) for one in sorted(minutes)]
    gone = superfluous(moments, now)
    left = [moment for place, moment in enumerate(moments) if place not in gone]
    if moments:
        assert moments[0] in left
        assert moments[-1] in left
    for place in gone:
        age = now - moments[place]
        assert age > RULES[0][0]
        stretch = next(stretch for most, stretch in RULES if age <= most)
        assert any(0 < one - moments[place] < stretch for one in left)
    assert superfluous(left, now) == []


def test_a_version_that_is_kept_again_says_when_it_was_replaced_and_mends_a_damaged_copy(
    history: History, tmp_path: Path, clock: Clock
) -> None:
    write(history, clock, ("one", "one"), HOUR)
    (version,) = history.versions("a")
    assert version.at == NOW + timedelta(hours=1)
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
    move_aside(after / "history.sqlite")
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
            "UPDATE contents SET data = 'no bytes' WHERE hash = (SELECT hash FROM versions WHERE number = 1)"
        )
    database.close()
    history.tidy(0)
    found = history.versions("a")
    assert [version.number for version in found] == [3, 2, 1]
    assert history.read(found[1]) == b"two"
    with pytest.raises(LibraryError, match="copy is damaged"):
        history.read(found[2])


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
