"""The library: a folder that any other program may change, and in which no word and no identity is lost."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from postdesk.core import files
from postdesk.core.errors import (
    DiskFull,
    FileChanged,
    FileGone,
    LibraryError,
    LibraryInUse,
    NotWritable,
    PictureRefused,
)
from postdesk.core.folders import Folders, under
from postdesk.library import names
from postdesk.library.document import compose, read_document
from postdesk.library.history import History
from postdesk.library.library import Library
from tests.conftest import ExpectLog

Write = Callable[..., Path]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return under(tmp_path / "home")


@pytest.fixture
def root(folders: Folders) -> Path:
    folder = folders.documents / "Posts"
    (folder / ".postdesk").mkdir(parents=True)
    return folder


@pytest.fixture
def library(root: Path, folders: Folders) -> Iterator[Library]:
    opened = Library(root, folders)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def write(root: Path) -> Write:
    """Another program writes a file into the library."""

    def write(name: str, text: str | bytes) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def picture(colour: str = "red", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, kind)
    return out.getvalue()


# --- opening
# -------------------------------------------------------------------------------------------------


def test_the_first_start_makes_the_folder_with_a_tour(folders: Folders) -> None:
    library = Library(folders.documents / "Post Desk", folders)
    library.open()
    (row,) = library.summaries()
    assert row.title == "Welcome to Post Desk"
    assert not row.problem
    document = library.read(row.path)
    assert document.post.id == row.id
    assert not document.post.body.startswith("#")
    assert library.resolve_picture(row.path, "writing-desk.png").is_file()
    library.trash(row.path)
    library.close()
    library.open()
    assert library.summaries() == ()
    library.close()


def test_a_folder_that_has_posts_gets_no_tour(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.md").write_text("text")
    library = Library(tmp_path / "mine", folders)
    library.open()
    assert [row.path.name for row in library.summaries()] == ["a.md"]
    library.close()


def test_a_disk_that_is_not_connected_is_not_replaced_by_an_empty_folder(
    folders: Folders, tmp_path: Path
) -> None:
    with pytest.raises(FileGone):
        Library(tmp_path / "usb" / "Posts", folders).open()
    assert not (tmp_path / "usb").exists()


def test_the_second_window_on_a_library_is_refused(library: Library, folders: Folders) -> None:
    link = folders.documents / "same"
    link.symlink_to(library.root)
    for path in (library.root, link):
        second = Library(path, folders)
        with pytest.raises(LibraryInUse) as caught:
            second.open()
        assert "already open" in caught.value.sentence
        second.close()
    library.close()
    second.open()
    second.close()


def test_a_read_only_library_can_be_read(folders: Folders, tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "a.md").write_text("---\ntitle: A\n---\n\ntext")
    folder.chmod(0o555)
    library = Library(folder, folders)
    library.open()
    (row,) = library.summaries()
    document = library.read(row.path)
    with pytest.raises(NotWritable):
        library.save(document, replace(document.post, body="changed"))
    with pytest.raises(NotWritable):
        library.new("B")
    library.close()
    folder.chmod(0o755)


# --- reading and saving
# --------------------------------------------------------------------------------------


def test_a_new_post_is_found_again(library: Library) -> None:
    document = library.new("A day; and a “night”: what/now?", body="Text.\n")
    assert document.path.name == "A day; and a “night” what now.md"
    again = library.read(document.path)
    assert again == document
    assert again.post.title == "A day; and a “night”: what/now?"
    assert library.find(document.post.id) == document.path
    assert library.new("A day; and a “night”: what/now?").path.name == "A day; and a “night” what now 2.md"
    assert not library.look()


def test_an_edit_keeps_what_it_does_not_touch(library: Library, write: Write) -> None:
    before = b"\xef\xbb\xbf---\r\n# mine\r\ntitle: no\r\nweight: 010\r\n---\r\n\r\nOne\r\nTwo\r\n"
    path = write("old.md", before)
    document = library.read(path)
    assert document.post.body == "One\nTwo\n"
    assert library.save(document, document.post) is document
    assert path.read_bytes() == before
    saved = library.save(document, replace(document.post, body="One\nTwo\nThree\n"))
    changed = before.replace(b"Two\r\n", b"Two\r\nThree\r\n")
    assert path.read_bytes() == changed
    named = library.carry_id(saved)
    line = f'id: "{named.post.id}"\r\n' if named.post.id[0].isdigit() else f"id: {named.post.id}\r\n"
    assert path.read_bytes() == changed.replace(b"010\r\n", b"010\r\n" + line.encode())
    assert saved.post.id == document.post.id
    saved = library.save(named, replace(named.post, title="yes", date=datetime(2024, 1, 1, tzinfo=UTC)))
    assert b'title: "yes"\r\n' in path.read_bytes()
    assert library.read(path) == saved


def test_a_broken_front_matter_is_edited_as_text(library: Library, write: Write) -> None:
    path = write("a.md", '---\ntitle: "open\n---\n\nText\n')
    document = library.read(path)
    assert "line 3" in document.problem
    assert document.post.title == ""
    assert document.post.body == '---\ntitle: "open\n---\n\nText\n'
    half = library.save(document, replace(document.post, body=document.post.body + "More\n", title="ignored"))
    assert path.read_text() == '---\ntitle: "open\n---\n\nText\nMore\n'
    mended = library.save(half, replace(half.post, body=half.post.body.replace('"open', '"open"')))
    assert mended.post.body == path.read_text()  # she goes on in the text that she sees
    whole = library.read(path)
    assert whole.problem == ""
    assert (whole.post.title, whole.post.body, whole.post.id) == ("open", "Text\nMore\n", document.post.id)


def test_a_file_that_is_no_utf8_is_shown_and_never_written(library: Library, write: Write) -> None:
    path = write("latin.md", "---\ntitle: Caf\xe9\n---\n\nna\xefve".encode("latin-1"))
    (row,) = library.summaries()
    assert "UTF-8" in row.problem
    document = library.read(path)
    assert document.readonly
    with pytest.raises(NotWritable):
        library.save(document, replace(document.post, body="x"))
    assert path.read_bytes().endswith(b"na\xefve")


def test_both_versions_are_kept_when_two_wrote(library: Library, write: Write) -> None:
    document = library.new("A", body="one\n")
    write("A.md", document.text.replace("one", "theirs"))
    mine = replace(document.post, body="mine\n")
    with pytest.raises(FileChanged):
        library.save(document, mine)
    kept = library.keep_both(library.read(document.path), mine)
    assert (kept.path, kept.post) == (document.path, mine)
    assert library.read(document.path).post == mine
    (copy,) = library.conflict_copies(document.path)
    assert "conflict" in copy.name
    theirs = library.read(copy).post
    assert theirs == replace(document.post, id=theirs.id, body="theirs\n")
    assert theirs.id != document.post.id
    assert library.find(document.post.id) == document.path
    assert not library.look()


def test_only_a_new_post_that_nothing_was_ever_written_in_is_taken_away(
    library: Library, write: Write
) -> None:
    empty, typed, other, named = (library.new() for _number in range(4))
    library.save(library.save(typed, replace(typed.post, body="Words.\n")), typed.post)
    other.path.write_text(other.path.read_text("utf-8") + "Theirs.\n", "utf-8")
    named = library.rename(named, "Plans")
    plain = library.read(write("Untitled 9.md", ""))
    assert typed.data == typed.path.read_bytes(), "she took her words out again, and the history has them"
    for document in (typed, other, named, plain):
        assert not library.take_away_empty(document)
        assert document.path.exists()
    assert library.take_away_empty(empty)
    assert not empty.path.exists()
    assert library.trashed() == ()
    assert library.find(empty.post.id) is None
    assert not library.take_away_empty(empty), "it is gone"


def test_what_another_program_writes_while_an_empty_post_is_taken_away_is_not_lost(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = library.new()
    trash = library.trash

    def late(path: Path) -> object:
        path.write_text(path.read_text("utf-8") + "Theirs.\n", "utf-8")
        return trash(path)

    monkeypatch.setattr(library, "trash", late)
    assert not library.take_away_empty(empty)
    assert library.read(empty.path).post.body == "Theirs.\n"
    assert library.find(empty.post.id) == empty.path


def test_keeping_both_once_more_after_a_crash_in_the_middle_makes_no_second_copy(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs is beside it, hers is not in the file yet; and a front matter with keys that only others know."""
    document = library.new("A", body="one\n")
    write("A.md", document.text.replace("one", "theirs").replace("title:", "layout: wide\ntitle:"))
    there, mine = library.read(document.path), replace(document.post, body="mine\n")
    monkeypatch.setattr(library, "save", lambda *_what: there)
    library.keep_both(there, mine)
    monkeypatch.undo()
    library.keep_both(there, mine)
    (copy,) = library.root.glob("A (conflict*")
    assert "theirs" in copy.read_text("utf-8")
    assert "layout: wide" in copy.read_text("utf-8")
    assert library.read(document.path).post.body == "mine\n"


def test_a_post_deleted_elsewhere_is_not_made_again(library: Library) -> None:
    document = library.new("A")
    document.path.unlink()
    with pytest.raises(FileGone):
        library.save(document, replace(document.post, body="x"))
    assert library.look().removed == (document.path,)


def test_a_full_disk_costs_no_word(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    document = library.new("A", body="one\n")

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write", full)
        with pytest.raises(DiskFull):
            library.save(document, replace(document.post, body="two\n"))
    assert library.read(document.path) == document
    assert library.save(document, replace(document.post, body="two\n")).post.body == "two\n"


def test_every_version_that_was_saved_or_written_over_stays(library: Library, folders: Folders) -> None:
    document = library.new("A", body="0\n")
    texts = [document.data]
    for number in range(1, 4):
        document = library.save(document, replace(document.post, body=f"{number}\n"))
        texts.append(document.data)
    history = History(folders.data)
    versions = history.versions(document.post.id)
    assert [history.read(version) for version in versions] == texts[::-1]
    history.close()


@given(
    st.text(st.characters(codec="utf-8"), max_size=80) | st.text("ab \t\n\r-:", max_size=40),
    st.text("ab\r\n- ", max_size=40),
    st.sampled_from(
        ["", "---\ntitle: x\n---\n",
         "---\ntitle: x\n---\n\n", "---\r\nid: 0a\r\n---\r\n\r\n", "---\n---", "+++\na=1\n+++\n"]
    ),
)  # fmt: skip
@settings(max_examples=200)
@example("\n\r", "\r", "")
def test_any_text_comes_back_as_it_was_typed(new: str, old: str, front: str) -> None:
    """Law: whatever the file held and whatever is typed, reading it back gives what was typed, with LF line
    ends; and saving what was read changes nothing.
    """
    document = read_document(Path("a.md"), (front + old).encode(), "0a")
    assert compose(document, document.post) == document.data or "id:" not in front
    post = replace(document.post, body=new)
    again = read_document(Path("a.md"), compose(document, post), "0a")
    typed = new.replace("\r\n", "\n").replace("\r", "\n")
    if document.fields is not None:
        assert again.post == replace(post, body=typed)
    elif again.fields is None:
        assert again.post.body == typed
    if again.fields is None or again.fields.id:
        assert compose(again, again.post) == again.data


def test_line_ends_of_untouched_lines_stay_in_a_mixed_file() -> None:
    document = read_document(Path("a.md"), b"a\r\nb\nc\r\nd\n", "x")
    assert document.fields is not None
    data = compose(document, replace(document.post, body="a\nb\nnew\nc\nd\n"))
    assert data.endswith((b"a\r\nb\nnew\r\nc\r\nd\n", b"a\r\nb\nnew\nc\r\nd\n"))


# --- other programs
# ------------------------------------------------------------------------------------------


def test_what_other_programs_do_is_noticed(library: Library, root: Path, write: Write) -> None:
    write("a.md", "---\ntitle: A\nid: aa\n---\n\nx")
    write("sub/b.md", "no front matter")
    write(".git/c.md", "hidden")
    write(".postdesk/d.md", "hidden")
    write("e.txt", "no post")
    assert library.look().added == 2
    assert not library.look()
    times = (root / "a.md").stat()
    write("a.md", "---\ntitle: B\nid: aa\n---\n\nx")
    os.utime(root / "a.md", ns=(times.st_atime_ns, times.st_mtime_ns))  # same size, same time
    assert library.look().changed == (root / "a.md",)
    os.utime(root / "a.md", (0, 0))
    assert not library.look()
    (root / "a.md").rename(root / "sub" / "z.md")
    (root / "sub" / "b.md").rename(root / "b2.md")
    changes = library.look()
    assert set(changes.moved) == {
        (root / "a.md", root / "sub" / "z.md"),
        (root / "sub" / "b.md", root / "b2.md"),
    }
    assert not changes.added
    assert not changes.removed
    assert library.find("aa") == root / "sub" / "z.md"
    shutil.rmtree(root / "sub")
    assert library.look().removed == (root / "sub" / "z.md",)


def test_reading_does_not_hide_a_change_from_the_next_look(library: Library, write: Write) -> None:
    path = write("a.md", "one")
    library.look()
    write("a.md", "two")
    assert library.read(path).post.body == "two"
    assert library.look().changed == (path,)


def test_what_we_write_ourselves_is_no_change(library: Library) -> None:
    document = library.new("A")
    library.look()
    document = library.save(document, replace(document.post, body="x", title="B"))
    document = library.rename(document, "B")
    assert document.path.name == "B.md"
    library.duplicate(document)
    trashed = library.trash(document.path)
    assert not library.look()
    library.restore(trashed)
    assert not library.look()


def test_a_copied_file_is_not_taken_for_the_post(library: Library, folders: Folders, root: Path) -> None:
    document = library.new("A", body="text\n")
    library.look()
    copy = root / "0 copy.md"
    shutil.copy2(document.path, copy)
    library.look()
    library.close()
    later = Library(root, folders)
    later.open()
    original = later.save(later.read(document.path), replace(document.post, body="newer than the copy\n"))
    later.close()
    library.open()
    problems = {row.path: row.problem for row in library.summaries()}
    assert problems[original.path] == ""
    assert "A.md" in problems[copy]
    assert library.find(original.post.id) == original.path
    twin = library.read(copy)
    assert twin.post.id != original.post.id
    saved = library.save(twin, replace(twin.post, body="other\n"))
    assert saved.post.id == twin.post.id
    assert saved.text.count("id: ") == 1
    assert not any(row.problem for row in library.summaries())
    assert library.read(original.path).post.id == original.post.id


def test_a_post_without_an_id_keeps_the_one_it_was_given(
    library: Library, folders: Folders, write: Write
) -> None:
    path = write("a.md", "text")
    given = library.read(path).post.id
    path.rename(path.with_name("b.md"))
    library.look()
    library.close()
    again = Library(library.root, folders)
    again.open()
    assert again.read(path.with_name("b.md")).post.id == given
    write("a.md", "another")
    assert again.read(path).post.id != given
    again.look()
    assert len({row.id for row in again.summaries()}) == 2
    again.close()


def test_a_folder_that_vanished_is_not_an_empty_library(library: Library, root: Path) -> None:
    library.new("A")
    library.look()
    away = root.with_name("away")
    root.rename(away)
    with pytest.raises(LibraryError):
        library.look()
    root.mkdir()  # what is left where a disk was connected
    with pytest.raises(LibraryError):
        library.look()
    root.rmdir()
    away.rename(root)
    assert not library.look()


def test_links_do_not_lead_out(library: Library, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.md").write_text("secret")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    (row,) = library.summaries()
    assert "outside" in row.problem
    assert row.words == 0
    for path in (
        root / "link.md",
        root / "folder" / "x.md",
        tmp_path / "secret.md",
        root / ".." / "x.md",
        root / ".git" / "a.md",
    ):
        with pytest.raises(LibraryError):
            library.read(path)


# --- names
# ---------------------------------------------------------------------------------------------------


@given(
    st.text(max_size=300)
    | st.sampled_from(["CON", "nul.x", "../../etc", "a" * 400, "é" * 200, " . ", "\0", "LPT¹"])
)
def test_a_title_makes_a_name_that_every_system_takes(title: str) -> None:
    """Law: the name is not empty, short, without what any system forbids, no device, and makes itself
    again.
    """
    stem = names.file_stem(title)
    assert stem
    assert len(stem.encode()) <= 125
    assert not set(stem) & set('<>:"/\\|?*\0\n')
    assert stem == stem.strip(" .")
    assert stem.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT¹"}
    assert not stem.startswith(".")
    assert names.file_stem(stem) == stem


def test_names_that_differ_by_case_alone_are_one(library: Library) -> None:
    first = library.new("Über Straße")
    second = library.new("über strasse")
    assert second.path.name == "über strasse 2.md"
    assert library.rename(first, "ÜBER STRAßE").path.name == "ÜBER STRAßE.md"


def test_hostile_front_matter_writes_nothing_elsewhere(
    library: Library, write: Write, tmp_path: Path, folders: Folders
) -> None:
    path = write(
        "a.md", '---\ntitle: ../../x\nslug: ../../../tmp/pwned\nid: "../../id"\nimage: /etc/passwd\n---\n\nx'
    )
    before = {p for p in tmp_path.rglob("*") if not p.is_relative_to(library.root)}
    document = library.read(path)
    assert document.post.slug == "tmp-pwned"
    assert "/" not in document.post.id
    document = library.save(document, replace(document.post, body="y"))
    document = library.rename(document, document.post.title)
    assert document.path.parent == library.root
    library.duplicate(document)
    library.trash(document.path)
    after = {p for p in tmp_path.rglob("*") if not p.is_relative_to(library.root)}
    assert {p.name for p in after - before if p.is_file()} <= {
        "index.sqlite",
        "index.sqlite-wal",
        "index.sqlite-shm",
        "history.sqlite",
        "history.sqlite-wal",
        "history.sqlite-shm",
        "ids.json",
    }
    places = {p.parent.relative_to(folders.state.parent).parts[0] for p in after - before if p.is_file()}
    assert places <= {"data", "cache", "state"}
    with pytest.raises(LibraryError):
        library.new("x", folder=library.root / ".." / "elsewhere")


def test_a_restored_post_does_not_cover_a_new_one(library: Library) -> None:
    document = library.new("A", body="first\n")
    trashed = library.trash(document.path)
    assert library.summaries() == ()
    library.new("A", body="second\n")
    back = library.restore(trashed)
    assert back.path.name == "A 2.md"
    assert back.post == document.post
    assert len(library.summaries()) == 2


# --- pictures
# ------------------------------------------------------------------------------------------------


def test_a_picture_is_copied_beside_the_post_once(library: Library, tmp_path: Path, root: Path) -> None:
    document = library.new("A", folder=root / "2024")
    reference = library.add_picture(document, "My Photo (1).PNG", picture())
    assert reference == "My-Photo-%281%29.png"
    assert library.resolve_picture(document.path, reference) == root / "2024" / "My-Photo-(1).png"
    assert library.read_picture(document.path, reference) == picture()
    assert library.add_picture(document, "other.png", picture()) == reference
    source = tmp_path / "My Photo (1).png"
    source.write_bytes(picture("blue"))
    assert library.add_picture(document, source.name, source) == "My-Photo-%281%29-2.png"
    assert library.add_picture(document, "../../x.exe", picture("green", "JPEG")) == "x.jpg"
    assert not library.look().removed


@pytest.mark.parametrize("data", [b"", b"<svg onload='x'>", b"MZ\x90", b"\xff\xd8"])
def test_what_is_no_picture_is_refused(library: Library, tmp_path: Path, data: bytes) -> None:
    document = library.new("A")
    with pytest.raises(PictureRefused):
        library.add_picture(document, "a.png", data)
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(PictureRefused):
        library.add_picture(document, "a.png", tmp_path / "a.png")
    with pytest.raises(PictureRefused):
        library.add_picture(document, "a.png", tmp_path / "none.png")
    with pytest.raises(PictureRefused):
        library.add_picture(document, "a.png", tmp_path)


def test_only_pictures_inside_the_library_are_shown(library: Library, root: Path, tmp_path: Path) -> None:
    post = root / "sub" / "a.md"
    post.parent.mkdir()
    for place in ("a.png", "sub/b c.png", ".postdesk/c.png", ".git/d.png"):
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_bytes(picture())
    (tmp_path / "secret.png").write_bytes(picture())
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "inner.png").symlink_to("a.png")
    (root / "out").symlink_to(tmp_path)
    (root / "text.png").write_text("a text")
    (root / "x.png").mkdir()
    os.mkfifo(root / "pipe.png")
    with (root / "huge.png").open("wb") as file:
        file.write(picture())
        file.truncate(60 * 1024 * 1024)
    for good in ("../a.png", "/a.png", "b%20c.png", "b c.png?x=1#y", "./../sub/b%20c.png", "../inner.png"):
        assert library.resolve_picture(post, good).is_file()
    for bad in (
        f"{tmp_path}/secret.png", f"file://{tmp_path}/secret.png", "../../../../secret.png",
        "%2e%2e/%2e%2e/%2e%2e/secret.png",
        "../link.png", "../out/secret.png", "../text.png", "../x.png", "../pipe.png", "../huge.png",
        "../.postdesk/c.png", "../.git/d.png", "https://x.invalid/a.png", "//x/a.png", "C:\\a.png", "\\\\x\\a.png",
        "a\0.png", "%00",
        "", "none.png",
        "..", "/", "data:image/png;base64,AAAA", "x" * 5000,
    ):  # fmt: skip
        with pytest.raises(PictureRefused):
            library.resolve_picture(post, bad)


def test_a_damaged_history_is_set_aside(library: Library, folders: Folders, expect_log: ExpectLog) -> None:
    expect_log("damaged history")
    folders.data.mkdir(parents=True, exist_ok=True)
    (folders.data / "history.sqlite").write_bytes(b"no database at all" * 100)
    document = library.new("A", body="1")
    library.save(document, replace(document.post, body="2"))
    history = History(folders.data)
    assert len(history.versions(document.post.id)) == 2
    history.close()
    assert len(list(folders.data.glob("*.damaged-*"))) == 1


def test_a_history_that_cannot_be_written_does_not_stop_a_save(
    library: Library, folders: Folders, expect_log: ExpectLog
) -> None:
    expect_log("not kept in the history")
    (folders.data / "history.sqlite").mkdir(parents=True)
    document = library.new("A", body="1")
    assert library.save(document, replace(document.post, body="2")).post == replace(document.post, body="2")


def test_ten_thousand_posts_are_listed(library: Library, root: Path) -> None:
    for number in range(10_000):
        folder = root / f"{number // 1000}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.md").write_text(
            f"---\ntitle: Post {number}\nid: p{number}\ntags: [a, b]\n---\n\nText {number}\n"
        )
    assert len(library.summaries()) == 10_000
    assert library.find("p4711") == root / "4" / "4711.md"
    (root / "4" / "4711.md").unlink()
    assert library.look().removed == (root / "4" / "4711.md",)


def test_a_post_in_the_trash_comes_back_in_a_later_run(tmp_path: Path) -> None:
    folders = under(tmp_path)
    library = Library(tmp_path / "posts", folders)
    folders.documents.mkdir(parents=True)
    library.open()
    first, second = library.new("First"), library.new("Second")
    library.trash(first.path)
    library.trash(second.path)
    library.close()
    again = Library(tmp_path / "posts", folders)
    again.open()
    assert {t.place.stem for t in again.trashed()} == {"First", "Second"}
    thrown = next(t for t in again.trashed() if t.place.stem == "First")
    assert again.restore(thrown).post == first.post
    assert [t.place.stem for t in again.trashed()] == ["Second"]
    again.close()


def test_a_file_that_says_another_id_than_it_had_is_not_known_before_the_folder_is_looked_through(
    root: Path, folders: Folders, write: Write
) -> None:
    path = write("a.md", "---\nid: first\n---\n\ntext\n")
    library = Library(root, folders)
    library.open()
    library.summaries()
    library.close()
    again = Library(root, folders)
    again.open()
    known = again.read_known(path)
    assert known is not None
    assert (known.post.id, known.post.body) == ("first", "text\n")
    write("a.md", "---\nid: other\n---\n\nanother post\n")
    assert again.read_known(path) is None
    write("a.md", "---\ntitle: no id\n---\n\ntext\n")
    known = again.read_known(path)
    assert known is not None
    assert known.post.id == "first"
    again.close()


def test_a_file_outside_is_named_as_it_is_called_but_for_what_cannot_be_seen(
    library: Library, tmp_path: Path
) -> None:
    stray = tmp_path / "Ferry strike, day “four”\u202e.md"
    stray.write_text("Words.")
    with pytest.raises(LibraryError) as refused:
        library.read(stray)
    assert "“Ferry strike, day “four”�.md” lies outside" in refused.value.happened
