"""The list and the open post in the real window: the one is where the other is, and neither moves by itself."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from postdesk.core.folders import Folders
from postdesk.ui.trash import TrashWindow
from tests.end_to_end.writer import Writer


@pytest.fixture
def drafts(folders: Folders, without_preview: None) -> None:
    """Three posts, the last one changed last."""
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)
    for number, title in enumerate(("One", "Two", "Three")):
        path = root / f"{title}.md"
        path.write_text(
            f"---\ntitle: {title}\nid: {number:016x}\n---\n\n**Words** about {title.lower()}.\n", "utf-8"
        )
        os.utime(path, (1.7e9 + number, 1.7e9 + number))


@pytest.fixture
def writer(drafts: None, closed_window: Writer) -> Writer:
    closed_window.open()
    return closed_window


def _titles(writer: Writer) -> list[str]:
    posts = writer.window.sidebar.posts
    return [posts.row(place).title for place in range(posts.rowCount())]


def _choose(writer: Writer, title: str) -> None:
    """Click on its row."""
    sidebar = writer.window.sidebar
    writer.until(lambda: title in _titles(writer), f"“{title}” in the list")
    box = sidebar.list.visualRect(sidebar.posts.index(_titles(writer).index(title)))
    QTest.mouseClick(sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    writer.until(lambda: writer.desk.editor.title() == title, f"“{title}” to be open")


def test_the_keyboard_comes_to_the_list_and_the_open_post_stays_open(writer: Writer) -> None:
    _choose(writer, "Two")
    sidebar = writer.window.sidebar
    sidebar.go_to_search()
    QTest.keyClicks(sidebar.search, "Three")
    writer.until_idle()
    assert _titles(writer) == ["Three"]
    writer.desk.editor.focus_text()
    for _pane in range(8):
        QTest.keyClick(writer.window, Qt.Key.Key_F6)
        if sidebar.list.hasFocus():
            break
    assert sidebar.list.hasFocus()
    writer.until_idle()
    assert writer.desk.editor.title() == "Two"
    QTest.keyClick(sidebar.list, Qt.Key.Key_Down)
    writer.until(lambda: writer.desk.editor.title() == "Three", "the first row, by her hand")


def test_after_a_post_went_to_the_trash_its_neighbour_in_the_list_is_open(writer: Writer) -> None:
    _choose(writer, "Two")
    writer.choose("trash")
    writer.until(lambda: writer.desk.editor.title() == "One", "the post below it")
    writer.until(lambda: _titles(writer) == ["Three", "One"], "the list without it")
    writer.choose("trash")
    writer.until(lambda: writer.desk.editor.title() == "Three", "the post above it")
    assert writer.window.sidebar.list.currentIndex().row() == 0


def test_the_list_is_where_a_published_post_is_after_publishing_it_and_after_a_restart(
    writer: Writer,
) -> None:
    _choose(writer, "Two")
    writer.publish()
    tabs = writer.window.sidebar.tabs
    writer.until(lambda: tabs.current == "published", "the list to follow")
    writer.until(lambda: _titles(writer) == ["Two"], "the post in the list")
    writer.until_idle()
    writer.close()
    writer.open()
    tabs = writer.window.sidebar.tabs
    writer.until(lambda: tabs.current == "published" and _titles(writer) == ["Two"], "the post in the list")
    assert writer.window.sidebar.list.currentIndex().row() == 0
    writer.click(tabs.buttons["drafts"])
    writer.until_idle()
    writer.desk.shelf.refresh()
    writer.until_idle()
    assert tabs.current == "drafts", "her choice"


def test_a_post_comes_back_from_the_trash_by_its_title_day_and_words(writer: Writer) -> None:
    for title in "Two", "One":
        _choose(writer, title)
        writer.choose("trash")
        writer.until(lambda gone=title: gone not in _titles(writer), "it to be gone")  # type: ignore[misc]
    (writer.folders.documents / "Post Desk" / ".postdesk" / "trash" / "odd").mkdir()
    (writer.folders.documents / "Post Desk" / ".postdesk" / "trash" / "odd" / "bytes.md").write_bytes(
        b"\xff\0"
    )

    def shown() -> list[TrashWindow]:
        return [w for w in writer.window.findChildren(TrashWindow) if w.isVisible()]

    writer.choose("restore_from_trash")
    writer.until(shown, "the window")
    rows = shown()[0].list
    said = [rows.item(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(rows.count())]
    assert said[1:] == ["One. Just now. Words about one.", "Two. Just now. Words about two."]
    assert said[0].startswith("bytes. ")
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    writer.until(lambda: writer.desk.editor.title() == "Two", "the post to be back")
    assert not shown()


def test_what_she_typed_is_undone_by_its_keys_after_she_looked_at_another_post(writer: Writer) -> None:
    _choose(writer, "Two")
    text = writer.desk.editor.text
    before = writer.desk.editor.body()
    writer.type("Hers. ", text)
    _choose(writer, "One")
    other = writer.desk.editor.body()
    QTest.keyClick(text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert writer.desk.editor.body() == other
    writer.until_idle()
    _choose(writer, "Two")
    assert writer.desk.editor.body() == "Hers. " + before
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert writer.desk.editor.body() == before
    writer.until_saved()
    assert writer.file.read_text("utf-8").endswith(before)


def test_the_row_of_the_open_post_and_the_status_bar_tell_the_same_number_of_words(writer: Writer) -> None:
    _choose(writer, "Two")
    posts = writer.window.sidebar.posts

    def line() -> str:
        return posts.line(posts.row(_titles(writer).index("Two")))

    def told() -> str:
        return writer.window.status.words.text()

    writer.until(lambda: told() == "3 words" and line().endswith("3 words"), "the words")
    writer.type("# At 6:10 \u2014 or later \u2014\n\n", writer.desk.editor.text)
    writer.until_saved()
    writer.until(lambda: told() == "8 words" and line().endswith("8 words"), "the same words again")
