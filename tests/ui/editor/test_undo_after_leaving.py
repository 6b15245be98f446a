"""She looks at another post and comes back: what she did can still be undone, and nothing of another post ever is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor, QTextOption
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor, sheets
from postdesk.ui.editor.exact import from_document, units
from postdesk.ui.editor.sheets import Left
from tests.ui.editor.test_cards import FORM, GALLERY, closed

KEEP = QTextCursor.MoveMode.KeepAnchor
CARDS = f"Above\n\n{GALLERY}\n\nBelow\n\n{FORM}\n\nThe end\n"


def type_at_end(editor: Editor, words: str) -> None:
    editor.set_cursor(editor.text.document().characterCount() - 1)
    QTest.keyClicks(editor.text, words)


def come_back(editor: Editor) -> None:
    """From "one" to another post, and back to "one" as she left it."""
    title, body = editor.title(), editor.body()
    editor.set_post("Another", "Other words.", key="two")
    editor.set_post(title, body, key="one")


def undo_all(editor: Editor) -> None:
    while editor.text.document().isUndoAvailable():
        editor.text.undo()


def test_what_she_typed_is_undone_and_done_again_after_another_post(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    come_back(editor)
    assert editor.body() == "first second"
    editor.undo()
    assert editor.body() == "first"
    come_back(editor)
    editor.redo()
    assert editor.body() == "first second"


def test_a_title_is_undone_after_another_post(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    editor.focus_title()
    QTest.keyClick(editor.title_field, Qt.Key.Key_End)
    QTest.keyClicks(editor.title_field, "s")
    come_back(editor)
    assert editor.title() == "Ones"
    editor.undo()
    assert (editor.title(), editor.body()) == ("One", "first")


def test_a_post_whose_words_were_changed_meanwhile_begins_anew(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    editor.set_post("Another", "Other words.", key="two")
    editor.set_post("One", "from another machine", key="one")
    editor.undo()
    assert editor.body() == "from another machine"
    editor.redo()
    assert editor.body() == "from another machine"
    come_back(editor)
    editor.undo()
    assert editor.body() == "from another machine"


def test_posts_with_the_same_words_do_not_share_what_can_be_undone(editor: Editor) -> None:
    editor.set_post("One", "", key="one")
    editor.focus_title()
    QTest.keyClicks(editor.title_field, "s")
    type_at_end(editor, "words")
    title, body = editor.title(), editor.body()
    editor.set_post(title, body, key="two")
    editor.text.undo()
    editor.title_field.undo()
    assert (editor.title(), editor.body()) == (title, body)


def test_what_is_no_post_is_not_kept(editor: Editor) -> None:
    editor.set_post("", "a page")
    type_at_end(editor, "x")
    editor.set_post("One", "first", key="one")
    editor.set_post("", "a pagex")
    editor.undo()
    assert editor.body() == "a pagex"


def test_a_post_that_is_shown_anew_with_the_same_words_keeps_its_steps(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    editor.set_post("Other title", "first second", key="one", cursor=3)
    assert editor.cursor_position() == 3
    editor.text.undo()
    editor.title_field.undo()
    assert (editor.title(), editor.body()) == ("Other title", "first")


def test_a_change_from_outside_is_a_step_of_title_and_text(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    with qtbot.assertNotEmitted(editor.title_changed):
        editor.set_title("One, merged")
    editor.replace_body_keeping_place("first second third")
    come_back(editor)
    editor.text.undo()
    assert editor.body() == "first second"
    editor.text.undo()
    assert editor.body() == "first"
    editor.title_field.undo()
    assert editor.title() == "One"


def test_a_post_with_another_key_keeps_its_steps(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    editor.rename_post("one", "uno")
    editor.set_post("Another", "Other words.", key="two")
    editor.rename_post("uno", "eins")
    editor.set_post("One", "first second", key="eins")
    editor.undo()
    assert editor.body() == "first"


def test_the_window_is_told_what_can_be_undone(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    can: dict[str, bool] = {}
    editor.undo_available.connect(lambda on: can.update(undo=on))
    editor.redo_available.connect(lambda on: can.update(redo=on))
    editor.set_post("Another", "Other words.", key="two")
    assert can == {"undo": False, "redo": False}
    editor.set_post("One", "first second", key="one")
    assert can == {"undo": True, "redo": False}
    editor.undo()
    assert can == {"undo": False, "redo": True}


def test_only_so_many_posts_are_kept(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "_left", Left(most=2))
    for key in "abcd":
        editor.set_post("T", key, key=key)
        type_at_end(editor, "x")
    editor.set_post("T", "ax", key="a")
    editor.undo()
    assert editor.body() == "ax"  # left too long ago
    for key in "bcd":
        editor.set_post("T", key + "x", key=key)
        editor.undo()
    assert editor.body() == "d"


def test_only_so_much_is_kept_however_it_was_written(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Left(units=3_000)
    monkeypatch.setattr(editor, "_left", kept)
    for key in "ab":
        editor.set_post("T", "", key=key)
        editor.insert_text("x" * 1_000)
    editor.set_post("T", "", key="c")
    assert kept.keys == ("b",)
    assert 2_000 <= kept.size <= 3_000
    editor.insert_text("x" * 4_000)
    editor.text.selectAll()
    editor.insert_text("y")  # what went is still held, as it can be undone
    editor.set_post("T", "", key="d")
    assert kept.keys == ("b",)


def test_what_is_given_up_is_taken_out_of_memory(editor: Editor, qtbot: QtBot) -> None:
    for number in range(sheets.POSTS + 12):
        editor.set_post("T", "words", key=str(number))
        type_at_end(editor, "x")
    qtbot.wait(1)
    documents = editor.text.findChildren(type(editor.text.document()))
    assert len(documents) == sheets.POSTS + 1


def test_cards_are_closed_when_she_comes_back_and_can_be_undone(editor: Editor) -> None:
    editor.set_post("One", CARDS, key="one")
    cards = list(editor.text.cards.all())
    editor.text.folding.select(cards[1])
    QTest.keyClick(editor.text, Qt.Key.Key_Delete)
    editor.text.folding.show_source(cards[0])
    assert closed(editor) == []
    come_back(editor)
    assert closed(editor) == [GALLERY]
    undo_all(editor)
    assert editor.body() == CARDS
    assert from_document(editor.text.document().toRawText()) == CARDS
    come_back(editor)
    assert closed(editor) == [GALLERY, FORM]


def test_a_post_is_in_the_look_of_now_when_she_comes_back(editor: Editor) -> None:
    editor.set_post("One", "# Head\n\n" + "words and words " * 40 + "\n\nlast", key="one")
    type_at_end(editor, "x")
    editor.set_post("Another", "Other words.", key="two")
    editor.set_text_size(24)
    editor.resize(560, 640)
    editor.set_post("One", "# Head\n\n" + "words and words " * 40 + "\n\nlastx", key="one")
    QApplication.processEvents()
    kept = _places(editor)
    fresh_title, fresh_body = editor.title(), editor.body()
    editor.set_post("Another", "Other words.", key="three")
    editor.set_post(fresh_title, fresh_body, key="new")
    QApplication.processEvents()
    assert kept == _places(editor)


def _places(editor: Editor) -> list[tuple[float, float, int]]:
    field, found = editor.text, []
    block = field.document().firstBlock()
    while block.isValid():
        rect = field.blockBoundingGeometry(block)
        found.append((rect.top(), rect.height(), block.layout().lineCount()))
        block = block.next()
    return found


def test_an_endless_word_breaks_in_its_own_post_only(editor: Editor) -> None:
    def wrap() -> QTextOption.WrapMode:
        return editor.text.document().defaultTextOption().wrapMode()

    endless = "a" * 5_000
    editor.set_post("One", endless, key="one")
    type_at_end(editor, "x")
    editor.set_post("Two", "words", key="two")
    type_at_end(editor, "x")
    editor.set_post("One", endless + "x", key="one")
    assert wrap() is QTextOption.WrapMode.WrapAnywhere
    editor.set_post("Two", "wordsx", key="two")
    assert wrap() is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    assert editor.text.document().isUndoAvailable()


def test_a_word_that_was_being_composed_leaves_no_ghost(editor: Editor) -> None:
    editor.set_post("One", "first", key="one")
    type_at_end(editor, " second")
    QApplication.sendEvent(editor.text, QInputMethodEvent("kana", []))
    assert editor.text.textCursor().block().layout().preeditAreaText() == "kana"
    come_back(editor)
    assert editor.text.document().firstBlock().layout().preeditAreaText() == ""
    editor.undo()
    assert editor.body() == "first"


def test_hits_are_marked_in_the_post_that_shows(editor: Editor) -> None:
    editor.set_post("One", "a boat\n\n" * 30, key="one")
    type_at_end(editor, "a boat")
    editor.open_find()
    editor.find_bar.words.setText("boat")
    editor.set_post("Another", "one boat", key="two")
    editor.set_post("One", "a boat\n\n" * 30 + "a boat", key="one")
    QApplication.processEvents()
    marks = editor.text.extraSelections()
    assert marks
    assert {mark.cursor.selectedText() for mark in marks} == {"boat"}
    assert all(mark.cursor.document() is editor.text.document() for mark in marks)
    editor.find_bar.replacement.setText("ship")
    assert editor.replace_all() == 31
    editor.close_find()
    editor.undo()
    editor.undo()
    assert editor.body() == "a boat\n\n" * 30


PIECES = st.text(st.sampled_from("ab \n😀\u00a0"), max_size=6) | st.just(f"\n\n{FORM}\n\n")
ACTS = st.tuples(
    st.sampled_from(["put", "cut", "undo", "redo", "go", "go", "outside"]),
    st.integers(0, 2),
    st.floats(0, 1),
    PIECES,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=24))
def test_whatever_she_does_in_three_posts_each_goes_back_to_its_own_beginning(
    editor: Editor, acts: list[tuple[str, int, float, str]]
) -> None:
    """Law: the text shown is always that post's own; undone to the end it is what its history began with, which is
    what it was when it was opened first, or came from outside last."""
    texts = ["one\n", f"two\n\n{FORM}\n\nend", ""]
    begins = list(texts)
    editor.set_post("", "")
    editor._left = Left()  # of the example before
    at = 0
    editor.set_post("T", texts[at], key=str(at))
    for kind, post, share, piece in acts:
        last = editor.text.document().characterCount() - 1
        cursor = QTextCursor(editor.text.document())
        cursor.setPosition(int(share * last))
        if kind == "put":
            cursor.insertText(piece)
        elif kind == "cut":
            cursor.setPosition(min(int(share * last) + 1 + units(piece), last), KEEP)
            cursor.removeSelectedText()
        elif kind == "undo":
            editor.text.undo()
        elif kind == "redo":
            editor.text.redo()
        elif kind == "outside" and post != at:
            begins[post] = texts[post] = texts[post] + "from outside"
        texts[at] = editor.body()
        if kind == "go":
            at = post
            editor.set_post("T", texts[at], key=str(at))
            assert editor.body() == texts[at]
        assert from_document(editor.text.document().toRawText()) == editor.body()
        closed(editor)  # looks that what is hidden is what is known to be
    for at in range(3):
        editor.set_post("T", texts[at], key=str(at))
        undo_all(editor)
        assert editor.body() == begins[at]
