"""She searches her library in the real window: every operator, hits in their context, saved searches, other orders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QTextEdit

from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.ui.sidebar.sidebar import Sidebar
from tests.end_to_end.writer import Writer

NOW = datetime.now().astimezone()
FRONT = "---\ntitle: {title}\nid: {id:016x}\n{more}---\n\n"

POSTS: Sequence[tuple[str, str, str]] = (
    ("Harbour at dawn", "tags: [Sea, North/Coast]\ncategories: [Travel]\ndate: 2024-05-06T10:00:00+00:00\n",
     "The first ferry left at 6:10. ![A boat](boat.png)"),
    ("Night trains", "tags: [Rail]\ncategories: [Travel]\ndate: 2023-02-01T10:00:00+00:00\n",
     "No ferry, but sleepers to Köln. See [the harbour](post:0000000000000000) and https://example.org/trains."),
    ("On cafés", "tags: [Food]\ndate: 2022-07-09T10:00:00+00:00\n", "The best café has no menu."),
    ("Unfinished", "", "A draft about a first ferry."),
)  # fmt: skip


@pytest.fixture
def library(folders: Folders) -> Path:
    root = folders.documents / "Post Desk"
    (root / ".postdesk").mkdir(parents=True)
    for number, (title, more, body) in enumerate(POSTS):
        path = root / f"{title}.md"
        path.write_text(FRONT.format(title=title, id=number, more=more) + body + "\n", "utf-8")
        when = (NOW - timedelta(days=number + 1)).timestamp()
        os.utime(path, (when, when))
    return root


@pytest.fixture
def writer(closed_window: Writer, library: Path) -> Writer:
    closed_window.open()
    sidebar = closed_window.window.sidebar
    closed_window.until(lambda: sidebar.posts.listing.counts()["all"] == len(POSTS), "the list")
    closed_window.until_idle()  # the index has learnt all of it
    return closed_window


def titles(sidebar: Sidebar) -> list[str]:
    return [sidebar.posts.row(place).title for place in range(sidebar.posts.rowCount())]


def search(writer: Writer, typed: str) -> list[str]:
    """She types it; what the list shows when everything was answered."""
    sidebar = writer.window.sidebar
    sidebar.search.selectAll()
    QTest.keyClick(sidebar.search, Qt.Key.Key_Delete)
    QTest.keyClicks(sidebar.search, typed)
    writer.until_idle()
    return sorted(titles(sidebar))


DAWN, TRAINS, CAFES, DRAFT = (title for title, _more, _body in POSTS)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ferry", [DAWN, TRAINS, DRAFT]),
        ("ferr 6:10", [DAWN]),
        ('"first ferry"', [DAWN, DRAFT]),
        ("ferry -koln", [DAWN, DRAFT]),
        ("cafe", [CAFES]),
        ("KOLN", [TRAINS]),
        ("rbour at", [DAWN]),
        ("harbuor", [DAWN]),
        ("nihgt", [TRAINS]),
        ("tag:sea", [DAWN]),
        ("tag:north", [DAWN]),
        ("-tag:sea ferry", [TRAINS, DRAFT]),
        ("category:travel ferry", [DAWN, TRAINS]),
        ("state:draft", [DAWN, TRAINS, CAFES, DRAFT]),
        ("state:published", []),
        ("before:2023", [CAFES]),
        ("after:2023 before:2024", [TRAINS]),
        ("after:2024-05-06 tag:", [DAWN, DRAFT]),
        ("has:picture", [DAWN]),
        ("links:example.org", [TRAINS]),
        ("links:post:0000000000000000", [TRAINS]),
        ("blog:site", []),
        ("zzz", []),
    ],
)
def test_every_operator(writer: Writer, typed: str, expected: list[str]) -> None:
    assert search(writer, typed) == sorted(expected)
    if not expected:
        assert typed in writer.window.sidebar.nothing.text()


def test_a_hit_is_shown_in_its_context_and_marked_in_the_text(writer: Writer) -> None:
    search(writer, "sleepers")
    posts = writer.window.sidebar.posts
    writer.until(lambda: posts.context(posts.row(0)) is not None, "the context")
    found = posts.context(posts.row(0))
    assert found is not None
    assert [found.text[a:b] for a, b in found.hits] == ["sleepers"]
    QTest.keyClick(writer.window.sidebar.search, Qt.Key.Key_Return)
    text = writer.desk.editor.text
    writer.until(lambda: "sleepers" in writer.words, "the post to be opened")

    def marked() -> list[str]:
        # What is selected of the document: PySide 6.11 types the list's members as Any.
        selections: list[QTextEdit.ExtraSelection] = text.extraSelections()
        return [one.cursor.selectedText() for one in selections]

    writer.until(lambda: marked() == ["sleepers"], "the mark")
    assert not text.textCursor().hasSelection(), "typing must not replace what was found"
    before = writer.words
    QTest.keyClick(writer.window.sidebar.search, Qt.Key.Key_Escape)
    writer.until(lambda: marked() == [], "the mark to go with the search")
    assert writer.words == before


def test_what_is_written_while_she_searches_is_found(writer: Writer, library: Path) -> None:
    assert search(writer, "quay") == []
    (library / "New.md").write_text("---\ntitle: By another program\n---\n\nThe quay.\n", "utf-8")
    writer.until(
        lambda: titles(writer.window.sidebar) == ["By another program"], "the new post among the hits"
    )


def test_a_search_is_saved_under_a_name_and_chosen_again(writer: Writer) -> None:
    search(writer, "ferry tag:rail")
    searches = writer.desk.searches
    searches.save()
    dialog = writer.window.findChild(QInputDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText("By & by rail")
    QTest.keyClick(field, Qt.Key.Key_Return)
    writer.until(
        lambda: load_settings(writer.folders).searches == {"By & by rail": "ferry tag:rail"}, "the setting"
    )
    assert len(search(writer, "")) == len(POSTS)
    menu = searches.menu
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    writer.until_idle()
    assert titles(writer.window.sidebar) == [TRAINS]
    assert writer.window.sidebar.search.text() == "ferry tag:rail"
    menu.aboutToShow.emit()
    (removing,) = [a.menu() for a in menu.actions() if a.text() == "Remove"]
    assert isinstance(removing, QMenu)
    removing.actions()[0].trigger()
    assert load_settings(writer.folders).searches == {}


def test_what_can_be_asked_for_is_offered_and_goes_into_the_field(writer: Writer) -> None:
    search(writer, "ferry")
    menu = writer.desk.searches.menu
    QTest.keyClick(
        writer.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    writer.until(menu.isVisible, "the menu below the search field")
    menu.close()
    asking = menu.actions()[-1].menu()
    assert isinstance(asking, QMenu)
    (pictures,) = [a for a in asking.actions() if a.text().startswith("has:picture")]
    pictures.trigger()
    writer.until_idle()
    assert titles(writer.window.sidebar) == [DAWN]
    assert writer.window.sidebar.search.text() == "ferry has:picture"


def test_the_list_is_sorted_by_title_date_or_change_and_stays_so(writer: Writer) -> None:
    sidebar = writer.window.sidebar
    sidebar.show_tab("all")
    assert titles(sidebar) == [DAWN, TRAINS, CAFES, DRAFT]
    for name, expected in (
        ("title", [DAWN, TRAINS, CAFES, DRAFT]),
        ("published", [DRAFT, DAWN, TRAINS, CAFES]),
        ("changed", [DAWN, TRAINS, CAFES, DRAFT]),
        ("published", [DRAFT, DAWN, TRAINS, CAFES]),
    ):
        writer.window.actions_table.action(f"sort_{name}").trigger()
        writer.until(lambda expected=expected: titles(sidebar) == expected, name)  # type: ignore[misc]
    writer.close()
    writer.open()
    sidebar = writer.window.sidebar
    writer.until(lambda: titles(sidebar) == [DRAFT, DAWN, TRAINS, CAFES], "the same order at the next start")
