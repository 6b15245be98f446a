"""What the window does when the writer is quicker than the disk or a file is not what it was: nothing reaches the
wrong post."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from postdesk.core.account import Account
from postdesk.core.errors import DiskFull
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.library.recovery import Recovery
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Remark
from postdesk.ui.gathering import file_key
from postdesk.ui.session import PAUSE
from tests.conftest import ExpectLog
from tests.end_to_end.writer import Writer, draw_picture


def _posts(writer: Writer) -> list[Path]:
    return [s.path for s in writer.desk.desk.library.summaries()]


def test_a_file_outside_the_library_leaves_her_a_post_to_write_in(
    closed_window: Writer, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text("Not hers\n", "utf-8")
    closed_window.open(elsewhere)
    closed_window.hears("outside the library")
    closed_window.type(" typed", closed_window.desk.editor.text)
    closed_window.until_saved()
    assert "typed" in closed_window.file.read_text("utf-8")


def test_publish_is_closed_again_when_the_post_could_not_be_saved(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()

    def refuse(_document: Document, _post: Post) -> Document:
        raise DiskFull("The disk is full.", "The text is safe.", "Make room.")

    with monkeypatch.context() as full:
        full.setattr(writer.desk.desk.library, "save", refuse)
        writer.type(" and salt")
        writer.press_publish()
        writer.until(lambda: "The disk is full" in writer.banner)
        writer.until(lambda: not writer.desk.popover.isVisible(), "the popover to be gone")
    writer.publish()
    writer.hears("Published")


def test_the_question_about_one_post_is_gone_when_another_one_is_opened(writer: Writer) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    first = writer.file
    writer.new_post("Salt", "Sea")
    writer.until_saved()
    writer.press_publish()
    writer.until(lambda: writer.desk.popover.is_ready)
    writer.window.sidebar.row_chosen.emit(file_key(first))
    writer.until(lambda: writer.file == first or writer.desk.editor.title() == "Bread")
    assert not writer.desk.popover.isVisible()


def _file_of(writer: Writer, title: str) -> Path:
    """A post's file under the name that it has by now."""
    return next(s.path for s in writer.desk.desk.library.summaries() if s.title == title)


def _half_a_tag(writer: Writer, letters: str) -> QLineEdit:
    """Type letters into the field for tags; returns what shows those that are no tag yet."""
    writer.window.show_pane("details", True)
    field = writer.desk._details.fields.tags.focusProxy()
    assert isinstance(field, QLineEdit)
    writer.type(letters, field)
    return field


def test_a_tag_that_she_has_not_ended_belongs_to_the_post_that_she_typed_it_for(writer: Writer) -> None:
    writer.new_post("Bread", "Flour")
    field = _half_a_tag(writer, "kitchen, oven")
    writer.until_saved()
    QTest.qWait(PAUSE + 100)  # she thinks about it: what she has begun is not taken from under her fingers
    assert field.text() == " oven"
    writer.new_post("Ferries", "Quay")
    writer.until_saved()
    writer.until(
        lambda: "tags: [kitchen, oven]" in _file_of(writer, "Bread").read_text("utf-8"),
        "the tags in the post's file",
    )
    assert "tags" not in writer.file.read_text("utf-8")
    assert field.text() == ""


def test_a_tag_that_she_has_not_ended_goes_out_with_the_post_and_is_kept_at_the_end(
    closed_window: Writer,
) -> None:
    her = closed_window
    her.open()
    her.new_post("Bread", "Flour")
    _half_a_tag(her, "kitchen")
    her.publish()
    her.hears("Published")
    (job,) = her.desk.desk.jobs(unfinished=False)
    assert '"kitchen"' in job.snapshot
    file = her.file
    _half_a_tag(her, "oven")
    her.close()
    assert "tags: [kitchen, oven]" in file.read_text("utf-8")


def test_she_comes_back_to_where_she_was(writer: Writer) -> None:
    writer.new_post("Bread", "Flour\n\n" * 200)
    text = writer.desk.editor.text
    text.go_to(700)
    writer.until_saved()
    seen = text.verticalScrollBar().value()
    assert seen > 0
    writer.new_post("Ferries", "Quay")
    writer.until_saved()
    writer.window.sidebar.row_chosen.emit(file_key(_file_of(writer, "Bread")))
    writer.until(lambda: writer.window.windowTitle().startswith("Bread"), "the first post to be open again")
    assert (text.textCursor().position(), text.verticalScrollBar().value()) == (700, seen)


def test_a_featured_picture_stays_with_the_post_it_was_dropped_on(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    first = writer.file
    other = next(p for p in _posts(writer) if p != first)
    writer.until_idle()
    picture = draw_picture(tmp_path / "loaf.png")
    library = writer.desk.desk.library
    disk, copy = threading.Event(), library.add_picture

    def slowly(document: Document, name: str, data: bytes | Path) -> str:
        disk.wait(20)
        return copy(document, name, data)

    monkeypatch.setattr(library, "add_picture", slowly)
    there = library.read(other)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture))])
    writer.desk.pictures.featured_dropped(mime)
    writer.desk.session.show(there)
    disk.set()
    writer.until_idle()
    QTest.qWait(10)
    assert writer.desk.session.post is not None
    assert writer.desk.session.post.image == there.post.image


def test_a_file_of_another_program_can_be_written_in_after_it_was_published(closed_window: Writer) -> None:
    closed_window.open()
    library = closed_window.desk.desk.library
    path = library.root / "hugo.md"
    path.write_text("---\ntitle: From Hugo\n---\n\nWords.\n", "utf-8")
    closed_window.until(
        lambda: path in _posts(closed_window) or (library.look() and False), "the file to be seen"
    )
    closed_window.desk.open_files([str(path)])
    closed_window.until(lambda: closed_window.file == path)
    closed_window.publish()
    closed_window.hears("Published")
    closed_window.type(" More.", closed_window.desk.editor.text)
    closed_window.until_saved()
    assert closed_window.banner == ""
    assert "More." in path.read_text("utf-8")


def test_a_library_that_is_unplugged_is_told_once_and_loses_no_word(writer: Writer) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    root = writer.desk.desk.library.root
    away = root.with_name("unplugged")
    root.rename(away)
    writer.type(" and salt")
    writer.until(lambda: "not connected" in writer.banner)
    QTest.qWait(4000)
    assert len(writer.said) <= 2, writer.said
    away.rename(root)
    writer.desk.session.save()
    writer.until_saved()
    assert "and salt" in writer.file.read_text("utf-8")


def test_a_window_that_is_closed_twice_while_a_blog_is_slow_to_answer_closes_at_once(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    blog, reached = threading.Event(), threading.Event()

    def slowly(*_args: object, **_values: object) -> tuple[object, ...]:
        reached.set()
        blog.wait(20)
        return ()

    monkeypatch.setattr(writer.desk.desk, "run", slowly)
    writer.publish()
    writer.until(reached.is_set)
    writer.type(" and salt", writer.desk.editor.text)
    file = writer.file
    clock = QElapsedTimer()
    clock.start()
    assert not writer.window.close(), "it says first that something is being sent"
    assert writer.window.close()
    took = clock.elapsed()
    blog.set()
    assert "and salt" in file.read_text("utf-8")
    assert took < 2000, took


def test_a_published_post_whose_file_went_away_with_unsaved_words_comes_back_as_the_same_post(
    writer: Writer, expect_log: ExpectLog
) -> None:
    expect_log("stay in the recovery copy")
    writer.new_post("Bread", "Flour")
    writer.publish()
    writer.hears("Published")
    writer.until_idle()
    writer.until_saved()
    assert writer.desk.session.post is not None
    post_id = writer.desk.session.post.id
    file = writer.file
    file.unlink()
    writer.type(" and salt", writer.desk.editor.text)
    writer.close()
    writer.open()
    writer.until_idle()
    [found] = [s for s in writer.desk.desk.library.summaries() if s.title == "Bread"]
    assert "and salt" in found.path.read_text("utf-8")
    assert found.id == post_id


def test_unsaved_words_find_their_file_under_the_name_it_has_by_now(writer: Writer) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    writer.until_idle()
    assert writer.desk.session.document is not None
    document = writer.desk.session.document
    file = writer.file
    writer.close()
    recovery = Recovery(writer.folders.state)
    post = replace(document.post, body="Flour and salt")
    recovery.put(post.id, post, path=file, base_hash=document.hash)
    file.rename(file.with_name("loaf.md"))
    writer.open()
    writer.until_idle()
    assert [s.path.name for s in writer.desk.desk.library.summaries() if s.title == "Bread"] == ["loaf.md"]
    assert "and salt" in file.with_name("loaf.md").read_text("utf-8")


def test_a_slow_look_at_one_post_does_not_send_it_in_place_of_the_next(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    first = writer.file
    writer.new_post("Salt", "Sea")
    writer.until_saved()
    writer.until_idle()
    desk, look, slow = writer.desk.desk, writer.desk.desk.preflight, threading.Event()

    def preflight(document: Document, account: Account, intent: Intent) -> tuple[Remark, ...]:
        if document.post.title == "Salt":
            slow.wait(20)
        return look(document, account, intent)

    monkeypatch.setattr(desk, "preflight", preflight)
    writer.press_publish()
    writer.desk.session.open(first)
    writer.until(lambda: writer.desk.editor.title() == "Bread")
    writer.press_publish()
    writer.until(lambda: writer.desk.popover.is_ready)
    slow.set()
    writer.until_idle()
    writer.desk.popover.confirmed.emit(None)
    writer.hears("Published")
    writer.until_idle()
    assert [job.title for job in desk.jobs(unfinished=False)] == ["Bread"]


def test_where_no_post_is_open_nothing_asks_to_publish_the_one_before(writer: Writer) -> None:
    writer.new_post("Bread", "Flour")
    writer.until_saved()
    writer.press_publish()
    writer.until(lambda: writer.desk.popover.is_ready)
    writer.desk.popover.close_popover()
    writer.desk.session.close_post()
    writer.desk.commands.look_first()
    assert not writer.desk.popover.isVisible()


# --- new posts that stay empty ---


def untitled(writer: Writer) -> list[str]:
    return sorted(path.name for path in writer.file.parent.glob("Untitled*"))


def begin(writer: Writer) -> Path:
    """Ask for a new post and write nothing."""
    before = writer.file
    writer.choose("new")
    writer.until(lambda: writer.file != before, "the new post")
    writer.until_idle()
    return writer.file


def go_back(writer: Writer, path: Path) -> None:
    writer.window.sidebar.row_chosen.emit(file_key(path))
    writer.until(lambda: writer.file == path, "the other post")
    writer.until_idle()


def test_a_new_post_that_stays_empty_leaves_nothing_behind(writer: Writer) -> None:
    welcome = writer.file
    empty = begin(writer)
    writer.choose("new")
    writer.choose("new")
    writer.until_idle()
    assert writer.file == empty
    writer.until(writer.desk.editor.title_field.hasFocus, "the keyboard in its title")
    rows = writer.window.sidebar.shown
    writer.until(lambda: file_key(empty) in rows(), "its row")
    go_back(writer, welcome)
    assert untitled(writer) == []
    writer.until(lambda: file_key(empty) not in rows(), "the row to go")
    assert writer.desk.desk.library.trashed() == ()
    assert writer.said == []


def test_a_new_post_with_a_word_or_with_words_that_she_took_out_again_stays(writer: Writer) -> None:
    welcome = writer.file
    begin(writer)
    writer.type("A word", writer.desk.editor.text)
    go_back(writer, welcome)
    second = begin(writer)
    writer.type("Taken out", writer.desk.editor.text)
    writer.desk.session.save()
    writer.until_saved()
    writer.desk.editor.text.selectAll()
    QTest.keyClick(writer.desk.editor.text, Qt.Key.Key_Backspace)
    writer.until_saved()
    go_back(writer, welcome)
    assert len(untitled(writer)) == 2
    assert second.exists()


def test_a_new_post_that_another_program_writes_into_stays(writer: Writer) -> None:
    welcome = writer.file
    empty = begin(writer)
    empty.write_text(empty.read_text("utf-8") + "Theirs.\n", "utf-8")
    go_back(writer, welcome)
    assert empty.read_text("utf-8").endswith("Theirs.\n")


def test_an_empty_post_of_last_time_is_there_again_and_goes_when_she_leaves_it(writer: Writer) -> None:
    welcome = writer.file
    empty = begin(writer)
    writer.close()
    writer.open()
    assert writer.file == empty
    writer.until_idle()
    go_back(writer, welcome)
    assert untitled(writer) == []
