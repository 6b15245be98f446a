"""Whatever other programs do to the folder, the library has one row for each file, each post keeps its id, and the
next start knows what this one knew."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from postdesk.core.folders import Folders, under
from postdesk.library.columns import NO_DATE
from postdesk.library.entries import read_entries
from postdesk.library.fulltext import FullText
from postdesk.library.library import Library
from postdesk.library.query import read_query
from postdesk.library.scan import Scan, scan
from postdesk.library.summary import Summary

NAMES = [
    "a.md", "b.md", "c.md", "2024/a.md", "2024/ü.md", "a 2.md", "a (1).md", "b.sync-conflict-20260102-101112.md",
    os.fsdecode(b"not \xff utf-8.md"),
]  # fmt: skip
IDS = ["", "", "one", "two", "three"]


class Folder:
    """A folder that somebody else works in, and a library on it."""

    def __init__(self, home: Path, seed: int) -> None:
        self.folders: Folders = under(home)
        self.root = self.folders.documents / "Posts"
        (self.root / ".postdesk").mkdir(parents=True)
        self.dice = random.Random(seed)
        self.clock = time.time() - 10_000
        self.library = self._open()

    def _open(self) -> Library:
        library = Library(self.root, self.folders)
        library.open()
        return library

    def reopen(self, *, forgetful: bool) -> None:
        self.library.close()
        if forgetful:
            for path in self.folders.cache.rglob("index.sqlite*"):
                path.unlink()
        self.library = self._open()

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.md"))

    def step(self) -> None:
        """Something another program does."""
        dice, there = self.dice, self.files()
        match dice.choice(["write", "write", "write", "move", "copy", "delete"]):
            case "write":
                post_id = dice.choice(IDS)
                front = f"---\nid: {post_id}\ntitle: T{dice.randrange(5)}\n---\n\n" if post_id else ""
                self._put(dice.choice(NAMES), f"{front}Text {dice.randrange(1000)}\n".encode())
            case "move" if there:
                new = self.root / dice.choice(NAMES)
                new.parent.mkdir(exist_ok=True)
                (self.root / dice.choice(there)).replace(new)
            case "copy" if there:
                self._put(dice.choice(NAMES), (self.root / dice.choice(there)).read_bytes())
            case "delete" if there:
                (self.root / dice.choice(there)).unlink()

    def _put(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self.clock += 10  # old enough that its marks are trusted
        os.utime(path, (self.clock, self.clock))

    def learn(self) -> None:
        while self.library.index_more(3):
            pass


@pytest.mark.parametrize("name", ["a.md", "b.md"])
def test_what_is_saved_before_the_last_run_is_recalled_is_in_the_list_once(folder: Folder, name: str) -> None:
    folder._put("a.md", b"---\nid: aaaa\ntitle: A\n---\none\n")
    folder._put("b.md", b"Without an id.\n")
    folder.library.look()
    folder.learn()
    ids = names(folder.library)
    folder.reopen(forgetful=False)
    document = folder.library.read_known(folder.root / name, ids[name])
    assert document is not None
    saved = folder.library.save(document, replace(document.post, body="Two.\n"))
    assert saved.post.id == ids[name]
    for _look in range(2):
        assert not folder.library.look().moved
        assert names(folder.library) == ids
    assert folder.library.find(ids[name]) == folder.root / name


def test_what_is_written_where_a_file_of_the_last_run_was_is_in_the_list(folder: Folder) -> None:
    folder._put("a.md", b"---\nid: aaaa\n---\none\n")
    folder._put("c.md", b"---\nid: cccc\n---\none\n")
    folder.library.look()
    folder.learn()
    document = folder.library.read(folder.root / "a.md")
    folder.reopen(forgetful=False)
    (folder.root / "a.md").unlink()
    again = folder.library.new_again(replace(document.post, body="Unsaved.\n"), folder.root / "a.md")
    for _look in range(3):
        told = folder.library.look()
        assert (told.removed, told.moved) == ((), ())
        assert names(folder.library) == {"c.md": "cccc", again.path.name: again.post.id}
        assert folder.library.find(again.post.id) == again.path


def test_what_came_and_went_before_a_look_was_over_is_no_post(folder: Folder) -> None:
    folder._put("m.md", b"---\nid: m\n---\nOne.\n")
    folder._put("other.md", b"Other.\n")
    folder.library.look()
    index = folder.library._index
    folder._put("m.md", b"---\nid: m2\n---\nTwo, and longer.\n")
    folder._put("new.md", b"---\nid: new\n---\nCame.\n")
    index.walk()
    found = index.next(9)
    index.take(found, read_entries(os.fspath(folder.root), found))
    (folder.root / "m.md").unlink()
    (folder.root / "new.md").unlink()
    index.walk()  # somebody else looks
    told = index.look_into()
    assert (told.added, told.moved) == (0, ())
    assert index.ids.keys() == {"other.md"}
    assert sorted(index.columns.paths) == sorted(index.ids.values())


def test_what_is_saved_while_a_look_has_not_named_it_yet_has_an_id(folder: Folder) -> None:
    folder._put("gone.md", b"---\nid: g\n---\nGone.\n")
    folder._put("other.md", b"---\nid: o\n---\nOther.\n")
    folder.library.look()
    index = folder.library._index
    (folder.root / "gone.md").unlink()
    folder._put("other.md", b"---\nid: o\n---\nOther, and more.\n")
    folder._put("new.md", b"It came.\n")
    index.walk()
    while "new.md" in index._todo:
        index.look_into(-1)
    assert not index.is_complete
    folder._put("new.md", b"It came, and was saved.\n")
    saved = index.saw(folder.root / "new.md", (folder.root / "new.md").read_bytes())
    assert saved
    index.look_into()
    assert index.ids["new.md"] == saved


@pytest.mark.parametrize("seed", range(12))
def test_rows_and_ids_follow_the_folder_and_outlive_the_program(tmp_path: Path, seed: int) -> None:
    folder = Folder(tmp_path, seed)
    for turn in range(25):
        for _step in range(folder.dice.randint(1, 3)):
            folder.step()
        folder.library.look()
        if folder.dice.random() < 0.5:
            folder.learn()
        before = folder.library.summaries()
        _agree(folder, before)
        if folder.dice.random() < 0.3:
            folder.reopen(forgetful=folder.dice.random() < 0.3)
            assert folder.library.summaries() == before, f"turn {turn}"
    folder.learn()
    listed = folder.library.listed()
    assert sorted(n for n, live in zip(listed.names, listed.live, strict=True) if live) == folder.files()
    folder.reopen(forgetful=False)
    page = folder.library.first_listed(100)
    assert page is None or sorted(page.names) == folder.files()
    folder.library.close()


def _agree(folder: Folder, rows: tuple[Summary, ...]) -> None:
    by_name = {row.path.relative_to(folder.root).as_posix(): row for row in rows}
    assert sorted(by_name) == folder.files()
    assert [i for i, count in Counter(row.id for row in rows).items() if count > 1] == []
    for name, row in by_name.items():
        document = folder.library.read(folder.root / name)
        assert (document.post.title, document.post.id) == (row.title, row.id), name
        assert folder.library.find(row.id) == row.path
        assert folder.library.title_of(row.id) == (row.title or row.path.stem)
    # A post that only one file names is that file's.
    named = Counter(
        document.fields.id for name in by_name if (document := folder.library.read(folder.root / name)).fields
    )
    for name, row in by_name.items():
        fields = folder.library.read(folder.root / name).fields
        if fields is not None and fields.id and named[fields.id] == 1:
            assert row.id == fields.id


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path, 0)
    yield made
    made.library.close()


def names(library: Library) -> dict[str, str]:
    """The files and the ids of their posts."""
    listed = library.listed()
    return {n: i for n, i, live in zip(listed.names, listed.ids, listed.live, strict=True) if live}


@pytest.mark.parametrize("seconds", [10_413_792_000, -11_644_473_600, 0])
def test_a_file_of_another_century_is_a_file_like_any_other(folder: Folder, seconds: int) -> None:
    for name in ("a.md", "b.md", "c.md"):
        folder._put(name, f"---\nid: {name[0]}\n---\n\nText\n".encode())
    os.utime(folder.root / "b.md", (seconds, seconds))
    folder.library.look()
    assert names(folder.library) == {"a.md": "a", "b.md": "b", "c.md": "c"}
    folder.learn()
    before = folder.library.summaries()
    folder.reopen(forgetful=False)
    assert folder.library.summaries() == before


def test_what_a_look_that_broke_off_has_found_is_named(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        folder._put(f"{number}.md", b"Text\n")
    calls: list[int] = []

    def failing(data: bytes) -> Scan:
        calls.append(1)
        if len(calls) == 3:
            raise MemoryError
        return scan(data)

    monkeypatch.setattr("postdesk.library.entries.scan", failing)
    with pytest.raises(MemoryError):
        folder.library.look()
    folder.library.look()
    assert len(set(names(folder.library).values()) - {""}) == 3


def test_where_nothing_happened_a_look_goes_through_each_folder_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.md", "2024/a.md"):
        folder._put(name, b"Text\n")
    monkeypatch.setattr("postdesk.library.columns._YOUNG_S", 0.0)  # as if it had been some seconds ago
    folder.library.look()
    gone_through: list[str] = []

    def counting(path: str) -> Any:
        gone_through.append(path)
        return os.scandir(path)

    monkeypatch.setattr("postdesk.library.walk.os", SimpleNamespace(fspath=os.fspath, scandir=counting))
    folder.library.look()
    assert sorted(gone_through) == sorted(folder.library.watched)
    assert len(gone_through) == 2


def test_a_folder_that_gets_another_name_keeps_its_posts_though_it_is_looked_at_in_parts(
    folder: Folder,
) -> None:
    for number in range(6):
        folder._put(f"old/{number}.md", f"Text {number}\n".encode())
    folder._put("old/own.md", b"---\nid: own\n---\n\nText\n")
    folder.library.look()
    before = names(folder.library)
    (folder.root / "old").rename(folder.root / "new")
    told = folder.library.look(budget=0)
    while not folder.library.is_complete:
        told += folder.library.look(budget=0)
    assert names(folder.library) == {name.replace("old/", "new/"): i for name, i in before.items()}
    assert (len(told.moved), told.added, told.removed) == (7, 0, ())


def test_a_file_that_was_away_when_it_should_have_been_learnt_is_learnt_when_it_is_back(
    folder: Folder,
) -> None:
    folder._put("a.md", b"Ferry\n")
    folder.library.look()
    away = folder.root / "away"
    (folder.root / "a.md").rename(away)
    folder.learn()
    away.rename(folder.root / "a.md")
    folder.library.look()
    folder.learn()
    assert folder.library.search(read_query("ferry")) == frozenset({folder.root / "a.md"})


def test_after_a_kill_an_older_list_of_ids_does_not_override_what_was_learnt_since(folder: Folder) -> None:
    folder._put("untitled.md", b"The old post\n")
    folder.library.look()
    folder.learn()
    old = names(folder.library)["untitled.md"]
    (folder.root / "untitled.md").rename(folder.root / "essay.md")
    folder.library.look()
    folder._put("untitled.md", b"A new post\n")
    folder.library.look()
    folder.learn()
    before = names(folder.library)
    assert before["essay.md"] == old
    folder.library._lock.release()  # as a kill does: nothing is stored at the end
    folder.library = folder._open()
    folder.library.look()
    assert names(folder.library) == before


def test_ids_that_were_read_but_not_learnt_when_she_quit_are_not_forgotten(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder._put("untitled.md", b"The old post\n")
    folder.library.look()
    folder.learn()
    (folder.root / "untitled.md").rename(folder.root / "essay.md")
    folder.library.look()
    folder._put("untitled.md", b"A new post\n")
    folder.library.look()
    before = names(folder.library)

    def quits(*_arguments: object) -> None:
        folder.library.close()
        raise KeyboardInterrupt

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(FullText, "put", quits)
        with pytest.raises(KeyboardInterrupt):
            folder.learn()
    folder.reopen(forgetful=False)
    folder.library.look()
    assert names(folder.library) == before


@pytest.mark.parametrize("step", ["postdesk.library.reading.read_texts", "postdesk.library.fulltext.insert"])
def test_when_learning_failed_once_all_is_learnt_by_the_next_and_counts_as_such(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder._put("a.md", b"Ferry\n")
    folder.library.look()

    def failing(*_arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as once:
        once.setattr(step, failing)
        with pytest.raises(MemoryError):
            folder.learn()
    folder.learn()
    assert folder.library.search(read_query("ferry")) == frozenset({folder.root / "a.md"})
    assert folder.library._is_learnt


def test_a_tag_that_is_learnt_while_all_are_asked_for_is_among_them(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder._put("a.md", b"---\ntags: [sea]\n---\n\nText\n")
    folder.library.look()
    asked = FullText.labels

    def labels(self: FullText) -> tuple[frozenset[str], frozenset[str]]:
        monkeypatch.setattr(FullText, "labels", asked)
        found = self.labels()
        folder.learn()  # as another thread does at this moment
        return found

    monkeypatch.setattr(FullText, "labels", labels)
    assert folder.library.labels() == (frozenset({"sea"}), frozenset())
    assert folder.library.labels() == (frozenset({"sea"}), frozenset()), (
        "and what was remembered of before is not believed"
    )


def test_letters_that_no_text_has_are_searched_for_like_any_other(folder: Folder) -> None:
    folder._put("a.md", b"---\ntags: [sea]\n---\n\nFerry\n")
    folder.library.look()
    folder.learn()
    for typed in ("tag:\udc80", "links:\udc80", "category:\udc80 ferry", "\udc80", '"\udc80'):
        assert folder.library.search(read_query(typed)) in (frozenset(), None)
    assert folder.library.linking_to("\udc80") == frozenset()


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_the_ends_of_time_are_no_date(folder: Folder, date: str) -> None:
    folder._put("a.md", f"---\ndate: {date}\n---\n\nText\n".encode())
    folder.library.look()
    assert list(folder.library.listed().dates) == [NO_DATE]
    assert folder.library.summaries()[0].title == ""
