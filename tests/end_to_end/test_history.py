"""She looks back in the real window: a slider through her versions, changes marked, and what she wants comes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from postdesk.core.folders import Folders
from postdesk.core.settings import load_settings
from postdesk.ui.history import HistoryWindow
from tests.end_to_end.writer import Writer


@pytest.fixture
def writer(closed_window: Writer) -> Writer:
    """She has written a post three times over."""
    closed_window.open()
    closed_window.new_post("Harbour", "The first ferry left at 6:10.\n\nA paragraph that goes.\n\nThe end.")
    closed_window.until_saved()
    for body in (
        "The first ferry left at 6:10.\n\nA paragraph that goes.\n\nThe end of it.",
        "The last ferry left at 6:10.\n\nThe end of it.\n\nOne that came.",
    ):
        closed_window.desk.editor.replace_body_keeping_place(body)
        closed_window.desk.session.save()
        closed_window.until_saved()
    return closed_window


def look(writer: Writer) -> HistoryWindow:
    writer.window.actions_table.action("history").trigger()
    versions = writer.desk.versions
    writer.until(lambda: versions.view is not None, "the history")
    view = versions.view
    assert view is not None
    settled(writer, view)
    return view


def settled(writer: Writer, view: HistoryWindow) -> None:
    writer.until(lambda: bool(view.count.text()) and view._shown is not None, "the version")
    writer.until_idle()


def text(view: HistoryWindow) -> str:
    return view.page.toPlainText()


def test_the_slider_shows_each_version_and_what_has_changed_since(writer: Writer) -> None:
    view = look(writer)
    writer.until(lambda: "6:10" in text(view), "the page")
    newest = view.place
    assert newest >= 1
    assert "first" in text(view)
    assert "A paragraph that goes." in text(view)
    listed = [view.changes.item(row).text() for row in range(view.changes.count())]
    assert "Gone since: A paragraph that goes." in listed
    assert "New since: One that came." in listed
    assert any(line.startswith("Changed: The first ferry") for line in listed)
    QTest.keyClick(view.slider, Qt.Key.Key_Left)
    assert view.place == newest - 1
    settled(writer, view)
    writer.until(lambda: "The end" in text(view), "the older version")
    assert f"version {newest} of {newest + 1}" in view.when.text()


def test_a_link_by_name_and_a_footnote_are_shown_and_the_link_is_opened(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "See [the figures][port].[^1]\n\n[port]: https://example.org/figures\n\n[^1]: Said on Tuesday."
    for words in (body, body.replace("Tuesday", "Wednesday")):
        writer.desk.editor.replace_body_keeping_place(words)
        writer.desk.session.save()
        writer.until_saved()
    outside: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: outside.append(url.toString()))
    view = look(writer)
    writer.until(lambda: "Tuesday" in text(view), "the page")
    assert text(view).startswith("Harbour\nSee the figures.1")
    assert "Said on Tuesday Wednesday." in text(view)
    view.changes.setCurrentRow(0)
    cursor = view.page.document().find("figures")
    QTest.mouseClick(
        view.page.viewport(), Qt.MouseButton.LeftButton, pos=view.page.cursorRect(cursor).center()
    )
    assert outside == ["https://example.org/figures"]


def test_one_paragraph_comes_back_and_can_be_undone(writer: Writer) -> None:
    view = look(writer)
    before = writer.words
    row = next(r for r in range(view.changes.count()) if "paragraph that goes" in view.changes.item(r).text())
    view.changes.setCurrentRow(row)
    writer.click(view.back)
    assert writer.words == (
        "The last ferry left at 6:10.\n\nA paragraph that goes.\n\nThe end of it.\n\nOne that came."
    )
    writer.until_saved()
    assert "A paragraph that goes." in writer.file.read_text("utf-8")
    writer.desk.editor.undo()
    assert writer.words == before


def test_a_whole_version_comes_back_and_what_she_had_is_in_the_history(writer: Writer) -> None:
    now = writer.words + " Typed a moment ago."
    writer.desk.editor.replace_body_keeping_place(now)
    view = look(writer)
    while view.older.isEnabled():
        writer.click(view.older)
    settled(writer, view)
    assert view.place == 0
    writer.click(view.all_back)
    writer.until(lambda: "Typed a moment ago." not in writer.words, "the old text")
    writer.until_saved()
    library, document = writer.desk.desk.library, writer.desk.session.document
    assert document is not None
    bodies = [library.read_version(v, document).body for v in library.versions(document.post.id)]
    assert now in bodies
    writer.desk.editor.undo()
    assert writer.words == now


def test_the_history_of_another_post_is_not_this_ones(writer: Writer) -> None:
    look(writer)
    writer.new_post("Another", "New.")
    writer.until(lambda: writer.desk.versions.view is None, "the window to close")
    writer.until_saved()


def test_the_preferences_say_how_much_disk_it_takes_and_keep_the_budget(
    writer: Writer, folders: Folders
) -> None:
    dialog = writer.desk.preferences.open()
    (choice,) = [c for c in dialog.findChildren(QComboBox) if c.accessibleName() == "Older versions"]
    assert "on this computer" in choice.accessibleDescription()
    choice.setCurrentIndex(choice.findData(100))
    assert load_settings(folders).history == 100
    writer.until_idle()
    dialog.close()
