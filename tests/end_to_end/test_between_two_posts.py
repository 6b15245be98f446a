"""What the window does when the writer is quicker than the disk or a file is not what it was: nothing reaches the
wrong post."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtTest import QTest

from postdesk.core.errors import DiskFull
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.ui.shelf import file_key
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
    writer.until(lambda: "not there" in writer.banner)
    QTest.qWait(4000)
    assert len(writer.said) <= 2, writer.said
    away.rename(root)
    writer.desk.session.save()
    writer.until_saved()
    assert "and salt" in writer.file.read_text("utf-8")
