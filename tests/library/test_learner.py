"""Many posts are put into the full-text index by a process of its own: with the same result, whatever happens to that
process, to the index or to the files meanwhile."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.folders import Folders, under
from postdesk.core.messages import send
from postdesk.core.processes import end, started
from postdesk.library import beside, course, fulltext, reading
from postdesk.library import library as libraries
from postdesk.library.beside import Learner
from postdesk.library.course import Course
from postdesk.library.entries import read_entries
from postdesk.library.fulltext import FullText
from postdesk.library.learner import answers
from postdesk.library.lessons import Lesson
from postdesk.library.library import Library
from postdesk.library.plain import of_lesson
from postdesk.library.query import read_query
from postdesk.library.reading import read_texts
from tests.kills import kills
from tests.library.test_beside import files, is_there, pid_of, root
from tests.library.test_index import Folder

__all__ = ["root"]

Numbers = Generator[list[int | None], None, None]


@pytest.fixture
def learner() -> Iterator[Learner]:
    made = Learner()
    yield made
    made.close()


@pytest.fixture
def words(tmp_path: Path) -> Iterator[FullText]:
    made = FullText(tmp_path / "cache" / "a #1% index.sqlite")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def in_lots_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_AT_A_TIME", 4)
    monkeypatch.setattr(course, "_LOT", 4)


def asked(root: str) -> list[Lesson]:
    there = files(root)
    entries = zip(there, read_entries(root, there), strict=True)
    made = [Lesson(name, f"id {name}", entry) for (name, _marks), entry in entries if entry is not None]
    return [*made, Lesson("gone.md", "x", made[0].entry), Lesson("1.md", "x", made[0].entry)]


def rows(path: Path) -> list[tuple[object, ...]]:
    """All that the index says of posts, and which numbers their words have."""
    with closing(sqlite3.connect(path)) as database:
        posts = database.execute("SELECT * FROM posts ORDER BY name").fetchall()
        return [
            *posts,
            *database.execute("SELECT rowid FROM words WHERE words MATCH 'text OR köln' ORDER BY 1"),
        ]


def test_what_is_put_there_is_what_is_put_here(
    learner: Learner, words: FullText, root: str, tmp_path: Path
) -> None:
    wanted = asked(root)
    with words.lent() as index:
        assert index is not None
        (numbers,) = learner.learn(index, root, [wanted])
    assert numbers[-2:] == [None, None]
    here, texts = FullText(tmp_path / "here.sqlite"), read_texts(root, wanted)
    assert [n is None for n in numbers] == [text is None for text in texts]
    assert here.put([text for text in texts if text is not None]) == [n for n in numbers if n is not None]
    assert rows(index) == rows(tmp_path / "here.sqlite")
    here.close()


def test_lots_are_put_one_after_the_other_and_asked_for_ahead(
    learner: Learner, words: FullText, root: str
) -> None:
    given: list[str] = []

    def lots() -> Iterator[Sequence[Lesson]]:
        for lesson in asked(root)[:5]:
            given.append(lesson.name)
            yield [lesson]

    with words.lent() as index:
        assert index is not None
        with closing(learner.learn(index, root, lots())) as numbers:
            assert next(numbers) == [1]
            assert len(given) == 1 + beside._AHEAD
            assert list(numbers) == [[2], [3], [4], [5]]
    assert learner.pid
    assert len(words.load()[0].names) == 5


def test_a_lot_of_very_long_posts_is_put_in_parts(
    monkeypatch: pytest.MonkeyPatch, words: FullText, root: str
) -> None:
    monkeypatch.setattr(reading, "_BATCH", 1)
    with words.lent() as index:
        assert index is not None
        long = [lesson for lesson in asked(root) if lesson.name == "0.md"] * 3
        question = os.fspath(index), root, [of_lesson(one) for one in long]
        assert list(answers([question])) == [[1]]


def test_what_did_not_fit_into_a_lot_is_learnt_by_the_next(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_BATCH", 1)
    learnt = []
    while folder.library.index_more(3):
        learnt.append(len(found(folder.library, "ferry")))
    assert learnt == list(range(1, 60))
    assert found(folder.library, "ferry") == all_names(folder)


def test_an_index_that_cannot_be_written_there_is_told(
    learner: Learner, words: FullText, root: str, tmp_path: Path
) -> None:
    assert list(learner.learn(tmp_path / "nowhere.sqlite", root, [asked(root)])) == []
    with words.lent() as index:
        assert index is not None
        with closing(sqlite3.connect(index)) as database:
            database.execute("PRAGMA user_version = 99")
        assert list(learner.learn(index, root, [asked(root)])) == []
    assert not (tmp_path / "nowhere.sqlite").exists()


# --- in a library ---


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path, 0)
    for number in range(60):
        made._put(f"{number:02}.md", f"---\nid: p{number}\n---\n\nFerry {number}\n".encode())
    made.library.look()
    yield made
    made.library.close()


def found(library: Library, typed: str) -> list[str]:
    return sorted(path.name for path in library.search(read_query(typed)) or ())


def all_names(folder: Folder) -> list[str]:
    return sorted(Path(name).name for name in folder.files())


def one_row_each(folder: Folder) -> bool:
    """Whether the index has just the files that are there."""
    (path,) = folder.folders.cache.rglob("index.sqlite")
    with closing(sqlite3.connect(path)) as database:
        return sorted(name for (name,) in database.execute("SELECT name FROM posts")) == folder.files()


def between(monkeypatch: pytest.MonkeyPatch, what: Callable[[Learner, int], object]) -> None:
    """`what(learner, lot)` is called each time that a lot was put, from the first one on."""
    learn = Learner.learn

    def learning(self: Learner, index: Path, root: str, lots: Iterable[Sequence[Lesson]]) -> Numbers:
        with closing(learn(self, index, root, lots)) as numbers:
            for lot, some in enumerate(numbers):
                what(self, lot)
                yield some

    monkeypatch.setattr(Learner, "learn", learning)


def test_a_large_library_is_learnt_there_and_no_process_is_left(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: set[int] = set()
    between(monkeypatch, lambda learner, _lot: pids.add(learner.pid))
    monkeypatch.setattr(FullText, "put", lambda *_: pytest.fail("nothing was left to be put here"))
    assert not folder.library.index_more(4, Cancel())
    assert found(folder.library, "ferry") == all_names(folder)
    assert len(pids) == 1
    assert not any(map(is_there, pids))
    assert folder.library._is_learnt


def test_what_is_given_out_cannot_be_searched_yet(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[int] = []

    def count(_learner: Learner, _lot: int) -> None:
        done, of = folder.library.searchable
        assert of == 60
        known.append(done)

    between(monkeypatch, count)
    folder.library.index_more(4, Cancel())
    assert known == list(range(0, 60, 4)), "a lot counts when its numbers are known"
    assert folder.library.searchable == (60, 60)


def test_a_process_that_is_killed_at_any_moment_leaves_an_index_that_is_whole(folder: Folder) -> None:
    dice = random.Random(5)
    library = folder.library
    for _turn in range(kills(12)):
        library._learner = None
        library._index.lessons.begin_anew()
        over, started = Event(), Event()

        def kill(over: Event = over, started: Event = started) -> None:
            while not over.is_set():
                if pid := pid_of(library._learner):
                    started.set()
                    over.wait(dice.random() * 0.3)
                    if pid == pid_of(library._learner):
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)

        killing = Thread(target=kill)
        killing.start()
        try:
            while library.index_more(4, Cancel()):
                pass
        finally:
            over.set()
            killing.join()
        assert started.is_set()
        assert found(library, "ferry") == all_names(folder)
        assert one_row_each(folder)
    with closing(sqlite3.connect(next(folder.folders.cache.rglob("index.sqlite")))) as database:
        database.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_process_that_is_killed_again_and_again_is_done_without(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int] = []

    def started(learner: Learner, _lot: int) -> None:
        if learner.pid not in pids:
            pids.append(learner.pid)
            os.kill(learner.pid, signal.SIGKILL)

    between(monkeypatch, started)
    while folder.library.index_more(4, Cancel()):
        pass
    assert len(pids) == beside._DEATHS
    assert found(folder.library, "ferry") == all_names(folder)
    assert one_row_each(folder)


def test_quitting_waits_for_no_process_that_hangs(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    hung = Event()

    def hang(learner: Learner, lot: int) -> None:
        if lot == 1:
            os.kill(learner.pid, signal.SIGSTOP)
            hung.set()

    between(monkeypatch, hang)
    more: list[bool] = []
    learning = Thread(target=lambda: more.append(folder.library.index_more(4, Cancel())))
    learning.start()
    assert hung.wait(30)
    pid = pid_of(folder.library._learner)
    folder.library.close()
    learning.join(30)
    assert more == [False]
    assert not is_there(pid)
    monkeypatch.undo()
    folder.reopen(forgetful=False)
    folder.library.look()
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)
    assert one_row_each(folder)


def test_who_quits_waits_for_one_lot(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = Cancel()
    lots: list[int] = []

    def quits(_learner: Learner, lot: int) -> None:
        lots.append(lot)
        cancel.set()

    between(monkeypatch, quits)
    assert folder.library.index_more(4, cancel)
    assert lots == [0]
    assert pid_of(folder.library._learner) == 0
    assert not folder.library._is_learnt
    assert not folder.library.index_more(4, cancel), "nor is another one begun here"
    assert len(found(folder.library, "ferry")) < 60
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)


def test_a_single_lot_is_learnt_there_as_well(folder: Folder) -> None:
    assert folder.library.index_more(4)
    assert pid_of(folder.library._learner)
    assert len(found(folder.library, "ferry")) == 4


def test_when_nothing_is_due_no_process_is_asked(folder: Folder) -> None:
    folder.library.index_more(4)
    learner, process = folder.library._learner, pid_of(folder.library._learner)
    assert learner is not None
    due = list(folder.library._index.lessons._learn)
    folder.library._index.lessons._learn.clear()
    folder.library._index._todo["still to be looked into"] = files(str(folder.root))[0][1]
    for _time in range(5):
        assert not folder.library.index_more(4)
    assert (learner.pid, learner._deaths) == (process, 0)
    folder.library._index.lessons.postpone(due)
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)


def test_after_much_was_learnt_there_the_log_is_empty_and_memory_given_back(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bool] = []
    monkeypatch.setattr(fulltext, "_MANY", 50)
    monkeypatch.setattr(fulltext, "give_back_now", lambda: given.append(True))
    folder.library.index_more(4, Cancel())
    assert given
    (log,) = folder.folders.cache.rglob("index.sqlite-wal")
    assert log.stat().st_size < 20_000


def test_nobody_here_writes_while_the_index_is_lent(words: FullText) -> None:
    with words.lent():
        assert words._guard.locked()
    assert not words._guard.locked()


def test_what_is_remembered_is_taken_before_the_index_is_lent(folder: Folder) -> None:
    folder.learn()
    folder.reopen(forgetful=False)
    assert not folder.library._recalled
    folder.library.index_more(4, Cancel())
    assert folder.library._recalled


@pytest.mark.parametrize("anew", [False, True])
def test_a_file_that_was_away_when_it_should_have_been_learnt_is_learnt_when_it_is_back(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    """Also when its marks are as they were, and it was learnt before."""
    library = folder.library
    monkeypatch.setattr("postdesk.library.entries.is_young", lambda _found: False)
    if anew:
        folder.learn()
        library.look()
        for path in folder.folders.cache.rglob("index.sqlite*"):
            path.unlink()
    else:
        library._index.missed(range(60))
        library.look()  # from here on all marks are trusted
    with monkeypatch.context() as away:
        away.setattr(reading, "text_of", lambda *_: None)
        folder.learn()
    assert found(library, "ferry") == []
    library.look()
    folder.learn()
    assert found(library, "ferry") == all_names(folder)


def test_quitting_at_the_start_of_the_process_waits_for_none(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()

    def slowly(module: str, *, pipe: int) -> subprocess.Popen[bytes]:
        begun.set()
        assert go_on.wait(30)
        return started(module, pipe=pipe)

    monkeypatch.setattr(beside, "started", slowly)
    lots: list[int] = []
    between(monkeypatch, lambda _learner, lot: lots.append(lot))
    more: list[bool] = []
    learning = Thread(target=lambda: more.append(folder.library.index_more(4, Cancel())))
    learning.start()
    assert begun.wait(30)
    closing_ = Thread(target=folder.library.close)
    closing_.start()
    learner = folder.library._learner
    assert learner is not None
    assert learner._over.wait(30)
    go_on.set()
    closing_.join(30)
    learning.join(30)
    assert more == [False]
    assert lots == []
    assert learner.pid == 0


def test_after_the_end_nothing_is_learnt(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.library.close()
    monkeypatch.setattr(beside, "started", lambda *_, **__: pytest.fail("the library is closed"))
    assert not folder.library.index_more(4, Cancel())
    assert folder.library._words is not None
    assert folder.library._words._connection is None
    folder.reopen(forgetful=False)
    folder.library.look()
    monkeypatch.undo()
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)


def test_a_process_that_can_never_write_is_not_started_again_and_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[str] = []

    def counted(module: str, *, pipe: int) -> subprocess.Popen[bytes]:
        starts.append(module)
        return started(module, pipe=pipe)

    monkeypatch.setattr(beside, "started", counted)
    nowhere = folder.root / "nowhere.sqlite"
    learn = Learner.learn
    monkeypatch.setattr(Learner, "learn", lambda self, _index, root, lots: learn(self, nowhere, root, lots))
    while folder.library.index_more(4, Cancel()):
        pass
    assert 0 < len(starts) <= beside._DEATHS
    assert found(folder.library, "ferry") == all_names(folder)


def test_a_process_ends_when_something_fails_in_it(tmp_path: Path) -> None:
    process = started(Learner.module)
    assert process.stdin is not None
    send(process.stdin, "no question")
    assert process.wait(30) == 1
    end(process)


@pytest.mark.parametrize("holds", [4096, 1 << 20])
def test_no_size_of_a_pipe_makes_the_two_wait_for_each_other(
    learner: Learner, words: FullText, root: str, monkeypatch: pytest.MonkeyPatch, holds: int
) -> None:
    monkeypatch.setattr(beside, "_PIPE", holds)
    one = asked(root)[0]
    with words.lent() as index:
        assert index is not None
        lots = ([one._replace(name=f"{n} is gone") for n in range(6000)] for _lot in range(5))
        assert list(learner.learn(index, root, lots)) == [[None] * 6000] * 5


def test_an_index_that_is_deleted_in_the_middle_is_made_anew(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rob(_learner: Learner, lot: int) -> None:
        if lot == 2:
            for path in folder.folders.cache.rglob("index.sqlite*"):
                path.unlink()

    between(monkeypatch, rob)
    folder.library.index_more(4, Cancel())
    monkeypatch.undo()
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)
    assert one_row_each(folder)


def test_an_index_that_cannot_be_written_there_is_written_here(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks: list[bool] = []

    def nothing(self: Learner, index: Path, root: str, lots: Iterable[Sequence[Lesson]]) -> Numbers:
        asks.append(bool(next(iter(lots))))
        yield from ()

    monkeypatch.setattr(Learner, "learn", nothing)
    while folder.library.index_more(4, Cancel()):
        pass
    assert asks
    assert found(folder.library, "ferry") == all_names(folder)
    assert one_row_each(folder)


def test_without_a_place_for_the_index_no_process_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: Folders = under(tmp_path / "home")
    folders.cache.parent.mkdir(parents=True)
    folders.cache.write_text("a file where the folder should be")
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)
    for number in range(12):
        (root / f"{number}.md").write_text("Ferry\n")
    monkeypatch.setattr(Learner, "learn", lambda *_: pytest.fail("there is no index"))
    library = Library(root, folders)
    library.open()
    library.look()
    while library.index_more(4, Cancel()):
        pass
    assert library._is_learnt
    library.close()


def test_what_failed_in_between_is_still_to_be_learnt(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Course.note

    def fails_once(self: Course, numbers: Sequence[int | None]) -> None:
        monkeypatch.setattr(Course, "note", note)
        raise MemoryError

    monkeypatch.setattr(Course, "note", fails_once)
    with pytest.raises(MemoryError):
        folder.library.index_more(4, Cancel())
    assert not folder.library._is_learnt
    folder.learn()
    assert found(folder.library, "ferry") == all_names(folder)
    assert one_row_each(folder)


@pytest.mark.parametrize("seed", range(6))
def test_what_happens_while_files_are_learnt_is_neither_lost_nor_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Law: when all is learnt, a search finds what the files say, whatever she and other programs did meanwhile, and so
    does one after the next start."""
    folder = Folder(tmp_path, seed)
    for number in range(20):
        folder._put(f"{number}.md", f"Text {number + 1000}\n".encode())
    folder.library.look()

    def meddle(_learner: Learner, _lot: int) -> None:
        for _step in range(folder.dice.randint(0, 3)):
            folder.step()
        what = folder.dice.choice(["look", "save", "rename", "nothing"])
        path = folder.root / folder.dice.choice(folder.files())
        if what == "look":
            folder.library.look()
        elif what != "nothing":
            document = folder.library.read(path)
            if what == "rename":
                folder.library.rename(document, f"Name {folder.dice.randrange(5)}")
            else:
                body = f"Text {folder.dice.randrange(2000, 3000)}\n"
                folder.library.save(document, replace(document.post, body=body))

    between(monkeypatch, meddle)
    for _turn in range(3):
        folder.library.index_more(4, Cancel())
        folder.library._index.lessons.begin_anew()
    folder.library.index_more(4, Cancel())
    for _turn in range(2):
        folder.library.look()
        folder.learn()
        said = {name: (folder.root / name).read_text().split()[-1] for name in folder.files()}
        for word in set(said.values()):
            wanted = sorted(Path(name).name for name, last in said.items() if last == word)
            assert found(folder.library, f'"text {word}"') == wanted
        folder.reopen(forgetful=False)
    folder.library.close()
