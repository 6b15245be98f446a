"""Whatever other programs do to the folder, the library has one row for each file, each post keeps its id, and the
next start knows what this one knew."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from postdesk.core.folders import Folders, under
from postdesk.library.library import Library
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
