"""The picker offers what the shelf has: a post of the library by its id, one on the blog alone by its address."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.backends.base import RemotePost
from postdesk.core.folders import Folders
from postdesk.core.receipt import Status
from postdesk.publishing.desk import Desk
from postdesk.ui.editor import Editor
from postdesk.ui.gathering import gather
from tests.end_to_end.conftest import closed_window, folders, writer
from tests.end_to_end.writer import Writer
from tests.publishing.test_desk import SITE, desk

__all__ = ["closed_window", "desk", "folders", "writer"]


def remote(address: str = "https://blog.example/ferry?a=(1)") -> RemotePost:
    return RemotePost(
        "7",
        address,
        "ferry",
        Status.PUBLISHED,
        "r",
        "Ferries &amp; *boats*",
        tags=("sea",),
        categories=("News/Local",),
    )


def test_completion_knows_the_names_of_the_blog_and_what_lies_above_them(desk: Desk) -> None:
    desk.library.new("Here", body="x")
    desk.archive.put(SITE.id, remote())
    gathered = gather(desk, "")
    assert gathered.tags == {"sea"}
    assert gathered.categories == {"News", "News/Local"}
    assert "Here" in gathered.listing.titles.texts


def test_a_post_that_is_only_on_the_blog_is_linked_to_by_its_address(writer: Writer) -> None:
    account = writer.desk.desk.accounts.all()[0]
    writer.desk.desk.archive.put(account.id, remote())
    writer.desk.shelf.refresh()
    writer.until_idle()
    writer.new_post("New", "See it")
    editor: Editor = writer.desk.editor
    cursor = editor.text.textCursor()
    cursor.setPosition(4)
    cursor.setPosition(6, cursor.MoveMode.KeepAnchor)
    editor.text.setTextCursor(cursor)
    writer.choose("link_post")
    picker = writer.desk.links.picker
    assert picker.field.text() == "it"
    picker.field.selectAll()
    writer.type("ferries boats", picker.field)
    writer.until(lambda: picker.entries.rowCount() == 1, "the post of the blog")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert writer.words == "See [it](<https://blog.example/ferry?a=(1)>)"
    assert editor.text.textCursor().position() == len(writer.words)
    assert editor.text.hasFocus()


def test_escape_leaves_the_text_as_it_is_and_goes_back_to_it(writer: Writer) -> None:
    writer.new_post("New", "See")
    writer.choose("link_post")
    QTest.keyClick(writer.desk.links.picker.field, Qt.Key.Key_Escape)
    assert writer.words == "See"
    assert writer.desk.editor.text.hasFocus()
    assert not writer.desk.links.picker.isVisible()


def test_a_post_whose_file_names_no_id_gets_one_so_that_the_link_means_the_same_everywhere(
    writer: Writer,
) -> None:
    other = writer.desk.desk.library.root / "other.md"
    other.write_text("---\ntitle: Bread and salt\nweight: 012\n---\n\nFlour.\n", "utf-8")
    writer.desk.shelf.look()
    writer.until(lambda: any(s.path == other for s in writer.desk.desk.library.summaries()), "the file")
    writer.until_idle()
    writer.new_post("New", "See ")
    writer.choose("link_post")
    picker = writer.desk.links.picker
    writer.type("bread salt", picker.field)
    writer.until(lambda: picker.entries.rowCount() == 1, "the post")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    writer.until(lambda: "post:" in writer.words, "the link")
    post_id = writer.words.partition("(post:")[2].removesuffix(")")
    assert writer.words == f"See [Bread and salt](post:{post_id})"
    assert f"id: {post_id}\n" in other.read_text("utf-8")
    assert "weight: 012\n" in other.read_text("utf-8")


def test_posts_whose_title_has_the_words_come_before_those_whose_text_has_them(
    folders: Folders, closed_window: Writer
) -> None:
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)
    for number, title in enumerate(
        ("Harbour ticket", "The Überharbour", "To the harbour", "Night trains", "Bread")
    ):
        path = root / f"{number}.md"
        path.write_text(f"---\ntitle: {title}\n---\n\nSeen from the harbour.\n", "utf-8")
        os.utime(path, (1.7e9 + number, 1.7e9 + number))
    closed_window.open()
    closed_window.until_idle()
    closed_window.choose("link_post")
    picker = closed_window.desk.links.picker
    closed_window.type("harb", picker.field)
    closed_window.until_idle()

    def offered() -> list[str]:
        entries = [picker.entries.entry(place) for place in range(picker.entries.rowCount())]
        return [entry.text for entry in entries if entry is not None]

    closed_window.until(
        lambda: offered() == ["To the harbour", "Harbour ticket", "The Überharbour", "Night trains"],
        f"titles first, not {offered()}",
    )
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    closed_window.until(lambda: "[To the harbour](post:" in closed_window.words, "the link")
    linked = root / "2.md"
    assert "id: " in linked.read_text("utf-8")
    assert linked.stat().st_mtime == 1.7e9 + 2, "she has not changed it"
