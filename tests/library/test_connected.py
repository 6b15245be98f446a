"""A library whose disk is not connected: nothing is taken for deleted, nothing for never published, and nothing is
written where the disk was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.errors import FileGone, LibraryAway
from postdesk.core.folders import Folders, under
from postdesk.core.receipt import Receipt
from postdesk.library import library as module
from postdesk.library.blog_pictures import Copy
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def root(folders: Folders) -> Path:
    return folders.documents / "Post Desk"


def opened(root: Path, folders: Folders) -> Library:
    library = Library(root, folders)
    library.open()
    return library


@pytest.fixture
def library(root: Path, folders: Folders) -> Iterator[Library]:
    made = opened(root, folders)
    yield made
    made.close()


def take_away(root: Path, left: str) -> Path:
    """As when a disk is unmounted; returns where it is now."""
    away = root.with_name("away")
    root.rename(away)
    if left != "nothing":
        root.mkdir()
    if left == "hidden files":
        (root / ".DS_Store").write_bytes(b"x")
        (root / ".Trash-1000").mkdir()
    return away


def bring_back(root: Path, away: Path) -> None:
    if root.exists():
        for path in sorted(root.iterdir()):
            path.rmdir() if path.is_dir() else path.unlink()
        root.rmdir()
    away.rename(root)


def there(root: Path) -> list[str]:
    """What was made in the place of the library."""
    names = [path.name for path in root.iterdir()] if root.exists() else []
    return [name for name in names if name not in (".DS_Store", ".Trash-1000")]


LEFT = pytest.mark.parametrize("left", ["nothing", "an empty folder", "hidden files"])


@LEFT
def test_a_library_that_is_not_there_at_the_start_is_not_begun_anew(
    root: Path, folders: Folders, left: str
) -> None:
    library = opened(root, folders)
    document = library.new("Storm", body="Words.\n")
    bare = root / "bare.md"
    bare.write_text("No id in here.\n")
    library.look()
    ids = {one.path: one.id for one in library.summaries()}
    library.close()
    away = take_away(root, left)
    for _time in range(2):
        with pytest.raises(LibraryAway) as caught:
            opened(root, folders)
        assert "not connected" in caught.value.happened
        assert there(root) == []
        assert root.exists() == (left != "nothing")
    bring_back(root, away)
    library = opened(root, folders)
    assert {one.path: one.id for one in library.summaries()} == ids
    assert library.read(document.path).post.body == "Words.\n"
    library.close()


@LEFT
def test_an_empty_library_is_begun_anew_when_she_says_so(root: Path, folders: Folders, left: str) -> None:
    library = opened(root, folders)
    library.new("Storm")
    library.look()
    library.close()
    take_away(root, left)
    library = Library(root, folders)
    library.open(anew=True)
    assert library.summaries()
    assert "Storm" not in {one.title for one in library.summaries()}
    library.close()


def test_the_first_start_in_an_empty_folder_needs_no_question(root: Path, folders: Folders) -> None:
    root.mkdir(parents=True)
    library = opened(root, folders)
    assert there(root)
    library.close()


DOES: dict[str, Callable[[Library, Document], object]] = {
    "look": lambda library, _document: library.look(),
    "read": lambda library, document: library.read(document.path),
    "new": lambda library, _document: library.new("Another"),
    "new in a folder": lambda library, _document: library.new("Another", folder=library.root / "2026"),
    "save": lambda library, document: library.save(document, replace(document.post, body="Others.\n")),
    "put back": lambda library, document: library.put_back(document, document.post),
    "take in": lambda library, _document: library.take_in(library.root / "Blog", "Post", b"Words.\n"),
    "trash": lambda library, document: library.trash(document.path),
    "rename": lambda library, document: library.rename(document, "Gale"),
    "note a picture": lambda library, _document: library.blog_pictures.put(
        Copy("//blog.example/a.png", "a.png", "0" * 64, 3, "", "")
    ),
}


@LEFT
@pytest.mark.parametrize("does", DOES)
def test_while_it_is_away_nothing_is_deleted_and_nothing_written(
    root: Path, library: Library, left: str, does: str
) -> None:
    document = library.new("Storm", body="Words.\n")
    _known = library.blog_pictures
    rows = len(library.summaries())
    away = take_away(root, left)
    with pytest.raises(LibraryAway):
        DOES[does](library, document)
    assert there(root) == []
    assert root.exists() == (left != "nothing")
    bring_back(root, away)
    library.look()
    assert len(library.summaries()) == rows
    saved = library.save(document, replace(document.post, body="Others.\n"))
    assert library.read(saved.path).post.body == "Others.\n"


@LEFT
def test_a_receipt_that_is_away_is_not_taken_for_none(root: Path, library: Library, left: str) -> None:
    receipts = Receipts(root, library.cache)
    receipt = Receipt("abc", "0123", "17")
    receipts.put(receipt)
    receipts.filings.look()
    away = take_away(root, left)
    for ask in (
        lambda: receipts.get("abc", "0123"),
        lambda: receipts.get("never", "0123"),
        lambda: receipts.for_post("abc"),
        lambda: receipts.put(Receipt("new", "0123", "18")),
        lambda: receipts.put_base("words"),
        receipts.filings.look,
    ):
        with pytest.raises(LibraryAway):
            ask()
    assert there(root) == []
    assert {post for post, _found in receipts.filings.told().by_post(["0123"])} == {"abc"}
    bring_back(root, away)
    assert receipts.get("abc", "0123") == receipt
    assert receipts.for_post("abc") == (receipt,)


@pytest.mark.parametrize("name", ["load_document", "save_file"])
def test_a_file_that_is_there_again_is_not_told_to_be_gone(
    library: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    document = library.new("Storm", body="Words.\n")
    real = getattr(module, name)
    failed: list[bool] = []

    def once(*given: object, **named: object) -> object:
        if not failed:
            failed.append(True)
            raise FileGone("It is gone.", "", "")
        return real(*given, **named)

    monkeypatch.setattr(module, name, once)
    if name == "load_document":
        assert library.read(document.path).post.body == "Words.\n"
    else:
        assert library.save(document, replace(document.post, body="Others.\n")).post.body == "Others.\n"
    document.path.unlink()
    with pytest.raises(FileGone):
        library.read(document.path)


def test_a_library_without_its_own_folder_is_there_as_long_as_it_has_a_post(
    root: Path, library: Library
) -> None:
    document = library.new("Storm", body="Words.\n")
    for path in sorted((root / ".postdesk").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / ".postdesk").rmdir()
    assert library.read(document.path).post.title == "Storm"
    library.save(document, replace(document.post, body="Others.\n"))
