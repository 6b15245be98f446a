"""Many files are read in a process of their own: with the same result, whatever happens to that process or to the
files meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from postdesk.core.errors import LibraryError
from postdesk.library import library as libraries
from postdesk.library.beside import Learner, Reader
from postdesk.library.columns import Entry, Found
from postdesk.library.entries import read_entries
from postdesk.library.library import Library
from tests.library.test_index import Folder

POSTS = (
    b"---\nid: one\ntitle: A title\ndate: 2024-05-06\ntags: [a, b]\n---\n\nText [a](https://b.example) ![c](d.jpg)\n",
    "Köln — “quoted”, 日本語\n".encode(),
    b"no \xff UTF-8\n",
    bytes(range(256)) * 4,
    b"---\ntitle: [broken\n---\n\nText\n",
    b"",
    "\ufeff---\ntitle: \U0001f600\n---\nText \ud7ff\n".encode(),
)


@pytest.fixture
def beside() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


@pytest.fixture
def root(tmp_path: Path) -> str:
    for number, data in enumerate(POSTS):
        (tmp_path / f"{number}.md").write_bytes(data)
    (tmp_path / os.fsdecode(b"name \xff.md")).write_bytes(b"Text\n")
    (tmp_path / "link.md").symlink_to("/etc/hosts")
    return str(tmp_path)


def files(root: str) -> list[tuple[str, Found]]:
    """As if they had been there for long: what is young counts as read for a moment only."""
    marks = {name: Found.of(os.lstat(f"{root}/{name}")) for name in sorted(os.listdir(root))}  # noqa: PTH208  names
    return [(name, found._replace(st_mtime_ns=10**18, st_ctime_ns=10**18)) for name, found in marks.items()]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_read_there_is_what_is_read_here(beside: Reader, root: str) -> None:
    found = [*files(root), ("gone.md", files(root)[0][1])]
    assert beside.entries(root, found) == read_entries(root, found)
    assert beside.pid


def test_a_process_that_is_killed_costs_nothing_but_another_one(beside: Reader, root: str) -> None:
    wanted = read_entries(root, files(root))
    pids = set()
    for _turn in range(5):
        assert beside.entries(root, files(root)) == wanted
        pids.add(beside.pid)
        if beside.pid:
            os.kill(beside.pid, signal.SIGKILL)
    assert beside.entries(root, files(root)) == wanted
    assert beside.pid == 0, "not again and again"
    assert len(pids - {0}) >= 2
    assert not any(is_there(pid) for pid in pids - {0}), "nor is a dead one left lying"


def test_quitting_waits_for_no_process_that_hangs(beside: Reader, root: str) -> None:
    beside.entries(root, files(root))
    pid = beside.pid
    os.kill(pid, signal.SIGSTOP)
    answers: list[list[Entry | None]] = []
    asking = Thread(target=lambda: answers.append(beside.entries(root, files(root))))
    asking.start()
    beside.close()
    asking.join()
    assert answers == [read_entries(root, files(root))]
    assert not is_there(pid)


@pytest.mark.parametrize("module", [Reader.module, Learner.module])
def test_the_process_ends_when_the_window_is_gone(module: str) -> None:
    process = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.communicate()
    assert process.returncode == 0


def test_a_process_that_cannot_be_started_is_done_without(
    beside: Reader, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert beside.entries(root, files(root)) == read_entries(root, files(root))


def pid_of(one: Reader | Learner | None) -> int:
    """0 while there is no process."""
    return one.pid if one is not None else 0


def test_a_large_library_is_looked_through_and_no_process_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_MANY", 20)
    monkeypatch.setattr(libraries, "_AT_A_TIME", 8)
    folder = Folder(tmp_path, 0)
    for number in range(50):
        folder._put(f"{number:02}.md", f"---\nid: p{number}\n---\n\nFerry {number}\n".encode())
    library = folder.library
    told = library.look(budget=0)
    assert told.added == 8
    assert library.listed().names[0] == "49.md", "the newest first"
    os.kill(pid := pid_of(library._reader), signal.SIGKILL)
    told += library.look(budget=0)  # by nobody else
    told += library.look(budget=0)
    assert pid_of(library._reader) not in (0, pid)
    while not library.is_complete:
        told += library.look(budget=0)
    assert pid_of(library._reader) == 0
    assert told.added == 50
    library.close()


def test_a_command_beside_the_window_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_MANY", 5)
    folder = Folder(tmp_path, 0)
    for number in range(10):
        folder._put(f"{number}.md", b"Ferry\n")
    command = Library(folder.root, folder.folders)
    pids: list[int] = []
    asked = Reader.entries

    def entries(self: Reader, root: str, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        read = asked(self, root, found)
        pids.append(self.pid)
        return read

    monkeypatch.setattr(Reader, "entries", entries)
    assert len(command.summaries()) == 10
    assert pids
    assert not any(map(is_there, pids))
    folder.library.close()


def test_a_save_is_not_undone_by_what_was_read_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_MANY", 0)
    folder = Folder(tmp_path, 0)
    for name in ("a.md", "b.md", "c.md"):
        folder._put(name, b"---\ntitle: Before\n---\n\nText\n")
    library = folder.library
    library.look()
    folder._put("a.md", b"---\ntitle: Another\n---\n\nText\n")
    folder._put("d.md", b"---\ntitle: New\n---\n\nText\n")
    saved: list[str] = []

    def entries(self: Reader, root: str, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        read = read_entries(root, found)
        if not saved:
            saved.append("once")
            document = library.read(folder.root / "a.md")
            document = library.save(document, replace(document.post, title="Saved"))
            library.rename(library.read(folder.root / "b.md"), "Renamed")
            library.trash(folder.root / "d.md")
        return read

    monkeypatch.setattr(Reader, "entries", entries)
    told = library.look()
    there = library.listed()
    rows = {n: t for n, t, live in zip(there.names, there.titles, there.live, strict=True) if live}
    assert rows == {"a.md": "Saved", "Renamed.md": "Before", "c.md": "Before"}
    assert not told.changed
    folder.library.close()


class Meddling:
    """Reads as the process does; meanwhile she writes, and so does another program."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.on = False

    def entries(self, root: str, found: Sequence[tuple[str, Found]]) -> list[Entry | None]:
        dice, on = self._folder.dice, self.on
        self.on = False
        if on and dice.random() < 0.5:
            self._meddle()
        read = read_entries(root, found)
        if on and dice.random() < 0.7:
            self._meddle()
        self.on = on
        return read

    def _meddle(self) -> None:
        folder, library = self._folder, self._folder.library
        if folder.dice.random() < 0.3:
            folder.step()
        there = folder.files()
        what = folder.dice.choice(["save", "rename", "trash", "new", "look"])
        if what == "new":
            library.new(f"New {folder.dice.randrange(100)}")
        elif what == "look":
            library.summaries()
        elif there:
            path = folder.root / folder.dice.choice(there)
            try:
                if what == "trash":
                    library.restore(library.trash(path))
                    return
                document = library.read(path)
                if what == "rename":
                    library.rename(document, f"Name {folder.dice.randrange(5)}")
                else:
                    library.save(document, replace(document.post, title=f"Saved {time.monotonic_ns()}"))
            except LibraryError:
                pass  # what is refused has not happened


@pytest.mark.parametrize("seed", range(10))
def test_what_happens_while_files_are_read_is_neither_lost_nor_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Law: after the next whole look the list has one row for each file and says what is in it, whatever she and other
    programs did while files were read for the look before."""
    monkeypatch.setattr(libraries, "_MANY", 0)
    monkeypatch.setattr(libraries, "_AT_A_TIME", 2)
    folder = Folder(tmp_path, seed)
    meddling = Meddling(folder)
    monkeypatch.setattr(Library, "_entries", lambda _self, found: meddling.entries(str(folder.root), found))
    for _turn in range(25):
        for _step in range(folder.dice.randint(1, 6)):
            folder.step()
        meddling.on = True
        folder.library.look(folder.dice.choice([0.0, 10.0]))
        meddling.on = False
        folder.library.look()  # which may only end the one before
        folder.library.look()
        rows = folder.library.summaries()
        assert sorted(row.path.relative_to(folder.root).as_posix() for row in rows) == folder.files()
        assert len({row.id for row in rows} - {""}) == len(rows)
        for row in rows:
            document = folder.library.read(row.path)
            assert (document.post.title, document.post.id) == (row.title, row.id)
    folder.library.close()
