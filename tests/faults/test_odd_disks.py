"""Files and disks as other programs, systems and clocks leave them: no word is lost, and each file stays itself."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest

from postdesk.core.errors import DiskFull, LibraryError, NameTaken
from postdesk.core.folders import Folders, under
from postdesk.core.post import Post
from postdesk.library import recovery as recovery_module
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.recovery import Recovery
from tests.core.test_files import small_disk

__all__ = ["small_disk"]

SOFT = unicodedata.normalize("NFC", "Café.md")
HARD = unicodedata.normalize("NFD", "Café.md")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def library(folders: Folders) -> Iterator[Library]:
    root = folders.documents / "Posts"
    (root / ".postdesk").mkdir(parents=True)
    opened = Library(root, folders)
    opened.open()
    yield opened
    opened.close()


def put(library: Library, name: str, body: str, post_id: str = "") -> Path:
    front = f"---\nid: {post_id}\n---\n\n" if post_id else ""
    path = library.root / name
    path.write_bytes(f"{front}{body}\n".encode())
    return path


def typed(library: Library, path: Path, words: str) -> Document:
    """She opens a post, types at its end, and it is saved."""
    document = library.read(path)
    return library.save(document, replace(document.post, body=document.post.body + words + "\n"))


def test_a_post_with_a_second_hard_link_is_saved_and_the_other_name_keeps_what_it_had(
    library: Library, tmp_path: Path
) -> None:
    post = put(library, "Storm.md", "Old words.", "0123456789abcdef")
    backup = tmp_path / "backup.md"
    backup.hardlink_to(post)
    before = backup.read_bytes()
    typed(library, post, "New words.")
    assert "New words." in post.read_text("utf-8")
    assert backup.read_bytes() == before


def test_two_hard_links_of_one_post_in_the_library_are_two_files_of_which_none_loses_a_word(
    library: Library,
) -> None:
    post = put(library, "Storm.md", "Old words.", "0123456789abcdef")
    library.summaries()
    (library.root / "Twin.md").hardlink_to(post)
    library.look()
    rows = {row.path.name: row for row in library.summaries()}
    assert rows["Twin.md"].problem, "she is told that it names the same post"
    assert rows["Storm.md"].id != rows["Twin.md"].id
    typed(library, post, "Typed in one.")
    typed(library, library.root / "Twin.md", "Typed in the other.")
    assert "Typed in one." in post.read_text("utf-8")
    assert "Typed in the other." in (library.root / "Twin.md").read_text("utf-8")
    assert "Typed in one." not in (library.root / "Twin.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "other"), [(SOFT, HARD), ("Storm.md", "STORM.md"), ("straße.md", "strasse.md")]
)
def test_names_that_are_one_to_some_system_and_two_files_to_this_one_stay_two(
    library: Library, one: str, other: str
) -> None:
    first, second = put(library, one, "The first."), put(library, other, "The second.")
    assert len({row.path.name for row in library.summaries()}) == 2
    typed(library, first, "More of the first.")
    typed(library, second, "More of the second.")
    assert first.read_text("utf-8") == "The first.\nMore of the first.\n"
    assert second.read_text("utf-8") == "The second.\nMore of the second.\n"
    document = library.read(first)
    first.unlink()
    with pytest.raises(NameTaken):
        library.put_back(document, document.post)
    assert second.read_text("utf-8") == "The second.\nMore of the second.\n"


@pytest.mark.parametrize("there", [SOFT, HARD])
def test_a_new_post_never_gets_a_name_that_another_system_takes_for_a_file_that_is_there(
    library: Library, there: str
) -> None:
    put(library, there, "Her words.")
    made = library.new("café", body="New words.\n")
    assert made.path.name == "café 2.md"
    assert (library.root / there).read_text("utf-8") == "Her words.\n"


@pytest.mark.parametrize("name", ["x" * 252 + ".md", "é" * 126 + ".md", "🌩" * 62 + ".md"])
def test_the_longest_names_are_saved_kept_twice_and_go_to_the_trash(library: Library, name: str) -> None:
    post = put(library, name, "Old words.")
    document = typed(library, post, "New words.")
    try:
        kept = library.keep_both(document, replace(document.post, body="Hers.\n"))
    except LibraryError as error:
        assert "too long" in error.sentence  # noqa: PT017  both are right
    else:
        assert "Hers." in kept.path.read_text("utf-8")
        (copy,) = library.conflict_copies(post)
        assert "New words." in copy.read_text("utf-8")
        library.save(kept, replace(kept.post, body=document.post.body))
    back = library.restore(library.trash(post))
    assert "New words." in back.path.read_text("utf-8")


def test_with_the_clock_set_back_what_others_change_is_still_noticed(library: Library) -> None:
    post = put(library, "Storm.md", "Old words.")
    ahead = (datetime.now(UTC) + timedelta(days=365)).timestamp()
    os.utime(post, (ahead, ahead))
    library.look()
    assert library.read(post).post.body == "Old words.\n"
    post.write_text("Odd words.\n", "utf-8")  # of the same length, and a year before the last change
    assert library.look().changed == (post,)
    document = typed(library, post, "More.")
    os.utime(post, (0, 0))
    assert library.save(document, replace(document.post, body="All new.\n")).post.body == "All new.\n"
    assert post.read_text("utf-8") == "All new.\n"


def test_with_the_clock_set_back_the_words_of_a_crash_come_back(
    folders: Folders, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = put(library, "Storm.md", "Old words.")
    document = library.read(post)
    recovery = Recovery(folders.state)
    recovery.put("a", Post("a", body="Written tomorrow.\n"), path=post, base_hash=document.hash)

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr(recovery_module, "datetime", Earlier)
    recovery.put("b", Post("b", body="Written in 1970.\n"))
    found = Recovery(folders.state).pending(library.read, library.root)
    assert {one.entry.post.body for one in found} == {"Written tomorrow.\n", "Written in 1970.\n"}
    assert all(one.clean for one in found)


def test_on_a_small_disk_that_fills_up_every_post_stays_whole(small_disk: Path, folders: Folders) -> None:
    root = small_disk / "Posts"
    (root / ".postdesk").mkdir(parents=True)
    library = Library(root, folders)
    library.open()
    document = library.new("Storm", body="Old words.\n")
    kept = document.path.read_bytes()
    refused = 0
    for size in range(1, 60):
        body = f"{size} " + os.urandom(size * 4_000).hex() + "\n"
        try:
            document = library.save(document, replace(document.post, body=body))
        except DiskFull as error:
            refused += 1
            assert "disk is full" in error.sentence  # noqa: PT017  smaller ones are saved
        else:
            kept = document.path.read_bytes()
        assert document.path.read_bytes() == kept
    with pytest.raises(DiskFull):
        library.new("Calm", body=os.urandom(300_000).hex())
    assert [path.name for path in root.glob("[!.]*")] == [document.path.name]
    library.close()
    assert refused > 20


def test_a_pipe_and_links_that_go_in_circles_are_no_posts_and_hold_nobody_up(library: Library) -> None:
    root = library.root
    put(library, "Storm.md", "Her words.")
    os.mkfifo(root / "pipe.md")
    (root / "self.md").symlink_to("self.md")
    (root / "a.md").symlink_to("b.md")
    (root / "b.md").symlink_to("a.md")
    (root / "folder").mkdir()
    (root / "folder" / "up").symlink_to("..")
    library.look()
    readable = [row.path.name for row in library.summaries() if not row.problem]
    assert readable == ["Storm.md"]
    for name in ("pipe.md", "self.md", "a.md"):
        with pytest.raises(LibraryError) as caught:
            library.read(root / name)
        assert "." in caught.value.sentence
    assert library.look() == type(library.look())()
