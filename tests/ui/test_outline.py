"""She goes to a heading by a few letters, looks at places on the way, and can go back to where she was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from postdesk.markup.outline import Heading
from postdesk.ui.editor import Editor
from postdesk.ui.outline import Outline, fitting, section
from postdesk.ui.theme import load_fonts, load_theme

Key = Qt.Key
POST = (
    "Intro\n\n# Boats\n\nwords\n\n## Before *noon*\n\nwords\n\n```\n# no heading\n```\n\nUnder\n===\n\n"
    + "words\n\n" * 60
    + "## Trains\n\nlast"
)


@pytest.fixture
def outline(qtbot: QtBot) -> Outline:
    load_fonts()
    host = QWidget()
    qtbot.addWidget(host)
    editor = Editor()
    column = QVBoxLayout(host)
    column.addWidget(editor)
    theme = load_theme(False)
    editor.set_theme(theme)
    host.resize(800, 700)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    editor.set_post("Ferries", POST)
    editor.focus_text()
    made = Outline(host, theme, editor)
    made.setProperty("host", host)
    return made


def editor_of(outline: Outline) -> Editor:
    return outline._editor


def names(outline: Outline) -> list[str]:
    return [each.text for each in outline.popup.shown]


def line_of(outline: Outline) -> int:
    return editor_of(outline).text.textCursor().blockNumber()


def test_the_headings_are_listed_and_the_one_she_is_under_is_pointed_at(outline: Outline) -> None:
    editor_of(outline).set_cursor(POST.index("words\n\n```"))
    outline.open()
    assert names(outline) == ["Boats", "Before noon", "Under", "Trains"]
    assert outline.popup.list.currentIndex().row() == 1
    assert outline.popup.field.hasFocus()
    assert outline.popup.field.accessibleDescription() == "Before noon, level 2"


def test_the_arrows_show_each_place_and_escape_goes_back(outline: Outline) -> None:
    editor = editor_of(outline)
    editor.text.select(9, 2)
    before = editor.place()
    outline.open()
    assert editor.place() == before
    for _time in range(3):
        QTest.keyClick(outline.popup.field, Key.Key_Down)
    assert line_of(outline) == POST[: POST.index("## Trains")].count("\n")
    cursor = editor.text.cursorRect()
    assert editor.text.viewport().rect().contains(cursor)
    shown = outline.popup.mapToGlobal(outline.popup.card.geometry().bottomLeft()).y()
    assert editor.text.viewport().mapToGlobal(cursor.topLeft()).y() > shown
    QTest.keyClick(outline.popup.field, Key.Key_Escape)
    assert editor.place() == before
    assert not outline.popup.isVisible()
    assert editor.text.hasFocus()


def test_letters_narrow_the_list_and_return_goes_there(outline: Outline) -> None:
    outline.open()
    QTest.keyClicks(outline.popup.field, "NOON bef")
    assert names(outline) == ["Before noon"]
    QTest.keyClick(outline.popup.field, Key.Key_Return)
    assert line_of(outline) == POST[: POST.index("## Before")].count("\n")
    assert editor_of(outline).text.hasFocus()


def test_a_word_that_no_heading_has_is_told_and_return_stays(outline: Outline) -> None:
    editor_of(outline).set_cursor(3)
    outline.open()
    QTest.keyClicks(outline.popup.field, "zebra")
    assert outline.popup.nothing.isVisible()
    QTest.keyClick(outline.popup.field, Key.Key_Return)
    assert outline.popup.isVisible()
    QTest.keyClick(outline.popup.field, Key.Key_Escape)
    assert editor_of(outline).cursor_position() == 3


def test_a_post_without_headings_says_how_to_make_one(outline: Outline) -> None:
    editor_of(outline).set_post("", "words")
    outline.open()
    assert "# " in outline.popup.nothing.text()


def test_a_click_goes_to_the_heading(outline: Outline) -> None:
    outline.open()
    view = outline.popup.list
    place = view.visualRect(outline.popup.rows.index(2)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert line_of(outline) == POST[: POST.index("Under")].count("\n")


def test_the_list_follows_a_change_from_outside(outline: Outline) -> None:
    outline.open()
    editor_of(outline).replace_body_keeping_place("# Only\n")
    assert names(outline) == ["Only"]


def test_words_of_a_query_are_found_in_any_order_and_sections_by_their_line() -> None:
    headings = [Heading(1, "One two", 3), Heading(2, "Two", 9)]
    assert fitting(headings, "two") == headings
    assert fitting(headings, "two one") == headings[:1]
    assert [section(headings, line) for line in (0, 3, 8, 9, 20)] == [0, 0, 0, 1, 1]
    assert section([], 5) == 0
