"""The writer at her field: she types, clicks, pastes, searches, and no character is lost or changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from postdesk.ui.editor.exact import from_document
from postdesk.ui.editor.find import pattern
from postdesk.ui.editor.search import hits_in
from postdesk.ui.theme import load_theme

Key = Qt.Key
Mod = Qt.KeyboardModifier
TRAPS = "\u00a0\u2028\u2029\ufdd0\ufdd2\ufdef\r\0\n😀"  # what Qt's documents would change
KEEP = QTextCursor.MoveMode.KeepAnchor

POST = """The first boat left at 6:10.

> “We were told on Sunday.”
>
> > In writing, on 14 November.

- Boats running: 3 of 14
"""


def select(editor: Editor, words: str) -> None:
    start = editor.body().index(words)
    cursor = editor.text.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(start + len(words), KEEP)
    editor.text.setTextCursor(cursor)


def paste(editor: Editor, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    editor.text.insertFromMimeData(mime)


def read_anew(editor: Editor) -> str:
    """The text as the document has it, whatever is known of it."""
    return from_document(editor.text.document().toRawText())


# --- the text is hers ---


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(
        st.characters(exclude_categories=["Cs"])
        | st.sampled_from("\u00a0\u2028\u2029\ufdd0\ufdd2\ufdef\r\0\n😀")
    )
)
def test_any_text_comes_out_as_it_went_in(editor: Editor, body: str) -> None:
    """Law: body() after set_post(body) is the body, and still is when it is read anew from the document."""
    editor.set_post("", body)
    assert editor.body() == body
    assert read_anew(editor) == body


edits = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20), st.text("ab\n\u00a0é😀\u2029", max_size=8)), max_size=8
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.text("xy\nz😀", max_size=40), changes=edits)
def test_the_text_is_followed_edit_by_edit(
    editor: Editor, start: str, changes: list[tuple[int, int, str]]
) -> None:
    """Law: after any series of edits, undone ones too, the text kept in step is the document's."""
    editor.set_post("", start)
    for at, length, come in changes:
        cursor = editor.text.textCursor()
        end = editor.text.document().characterCount() - 1
        cursor.setPosition(min(at, end))
        cursor.setPosition(min(at + length, end), KEEP)
        editor.text.setTextCursor(cursor)
        paste(editor, come)
        if length % 5 == 0:
            editor.undo()
        assert editor.body() == read_anew(editor)


def test_a_non_breaking_space_stays_one_when_she_copies_it(editor: Editor) -> None:
    editor.set_post("", "6\u00a0Uhr")
    editor.text.selectAll()
    assert editor.text.createMimeDataFromSelection().text() == "6\u00a0Uhr"


def test_another_post_cannot_be_undone_into_the_one_before(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("One", "first")
    QTest.keyClicks(editor.text, "x")
    editor.set_post("Two", "second")
    editor.undo()
    assert (editor.title(), editor.body()) == ("Two", "second")


def test_typing_says_what_changed_and_undo_takes_it_back(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "boat", cursor=4)
    with qtbot.waitSignal(editor.body_edited) as told:
        QTest.keyClicks(editor.text, "s")
    assert told.args == [4, 0, 1]
    assert editor.body() == "boats"
    editor.undo()
    assert editor.body() == "boat"
    editor.redo()
    assert editor.body() == "boats"


def test_setting_a_post_is_no_edit(editor: Editor, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(editor.body_edited), qtbot.assertNotEmitted(editor.title_changed):
        editor.set_post("Title", POST)


def test_a_read_only_post_cannot_be_typed_into(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("Title", "text", read_only=True)
    QTest.keyClicks(editor.text, "x\r")
    QTest.keyClick(editor.text, Key.Key_Tab)
    editor.run("bold")
    assert (editor.title(), editor.body()) == ("Title", "text")


def test_a_change_from_outside_keeps_her_place_and_is_one_step_to_undo(editor: Editor, qtbot: QtBot) -> None:
    lines = [f"Line {n}" for n in range(200)]
    editor.set_post("", "\n".join(lines))
    here = editor.body().index("Line 120") + 6
    editor.set_cursor(here)
    top = editor.text.firstVisibleBlock().text()
    changed = ["New above", *lines]
    changed[151] = "Other"
    editor.replace_body_keeping_place("\n".join(changed))
    assert editor.body() == "\n".join(changed)
    assert editor.text.textCursor().block().text() == "Line 120"
    assert editor.text.textCursor().positionInBlock() == 6
    assert editor.text.firstVisibleBlock().text() == top
    editor.undo()
    assert editor.body() == "\n".join(lines)


lines = st.lists(st.sampled_from(["a", "b", "cc", "", "😀d"]), max_size=7).map("\n".join)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=lines, new=lines)
def test_a_change_from_outside_gives_exactly_that_text(editor: Editor, old: str, new: str) -> None:
    editor.set_post("", old)
    editor.replace_body_keeping_place(new)
    assert editor.body() == new
    if old != new:
        editor.undo()
        assert editor.body() == old


# --- title and text ---


def test_return_and_down_in_the_title_go_to_the_text_and_up_comes_back(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("Ferry strike", POST)
    for key in (Key.Key_Return, Key.Key_Down):
        editor.focus_title()
        QTest.keyClick(editor.title_field, key)
        qtbot.waitUntil(editor.text.hasFocus)
        assert editor.title() == "Ferry strike"
    QTest.keyClick(editor.text, Key.Key_Up)
    qtbot.waitUntil(editor.title_field.hasFocus)


def test_a_pasted_headline_becomes_one_line(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "")
    mime = QMimeData()
    mime.setText("Ferry strike,\r\n  day four\n")
    with qtbot.waitSignal(editor.title_changed) as told:
        editor.title_field.insertFromMimeData(mime)
    assert told.args == ["Ferry strike, day four"]


def test_a_long_headline_gets_the_lines_it_needs(editor: Editor) -> None:
    editor.set_post("Short", "")
    one = editor.title_field.height()
    editor.set_post("Ferry strike, day four; the mayor blinks; what the port’s own figures say", "")
    assert editor.title_field.height() > one * 1.5


@pytest.mark.parametrize(
    "name", ["Ferry strike, day four; the mayor blinks. ", "نص تجريبي with a very long title "]
)
def test_a_headline_of_very_many_lines_scrolls_and_shows_its_first_lines_to_who_reads(
    editor: Editor, qtbot: QtBot, name: str
) -> None:
    editor.set_post("Short", "text")
    field = editor.title_field
    bar, one = field.verticalScrollBar(), field.height()
    assert not bar.isVisible()
    editor.set_post(name, "text")
    width = field.viewport().width()
    editor.set_post(name * 20, "text")
    assert bar.isVisible()
    assert field.viewport().width() == width, "the lines break where they did"
    assert 4.5 * one < field.height() < 5.5 * one
    editor.focus_title()
    QTest.keyClick(field, Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == bar.maximum() > 0
    below = field.cursorRect().bottom()
    assert below <= field.viewport().height()
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(editor.text.hasFocus)
    assert bar.value() == 0
    editor.focus_title()
    assert bar.value() == bar.maximum(), "the cursor is where it was"
    editor.set_post("Short", "text")
    assert not bar.isVisible()


# --- keys ---


def test_a_list_goes_on_with_return_and_ends_with_the_second(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "")
    QTest.keyClicks(editor.text, "- one")
    QTest.keyClick(editor.text, Key.Key_Return)
    QTest.keyClicks(editor.text, "two")
    QTest.keyClick(editor.text, Key.Key_Return)
    assert editor.body() == "- one\n- two\n- "
    QTest.keyClick(editor.text, Key.Key_Return)
    assert editor.body() == "- one\n- two\n\n"  # a blank line, or the next paragraph would belong to the list


def test_shift_return_is_a_plain_line_end(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "- one", cursor=5)
    QTest.keyClick(editor.text, Key.Key_Return, Mod.ShiftModifier)
    assert editor.body() == "- one\n"


def test_tab_nests_the_list_items_that_are_selected(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "- one\n- two\n")
    select(editor, "one\n- t")
    QTest.keyClick(editor.text, Key.Key_Tab)
    assert editor.body() == "    - one\n    - two\n"
    QTest.keyClick(editor.text, Key.Key_Backtab)
    assert editor.body() == "- one\n- two\n"


# --- commands ---


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("bold", "a **boat** 😀"),
        ("italic", "a *boat* 😀"),
        ("strike", "a ~~boat~~ 😀"),
        ("code", "a `boat` 😀"),
        ("quote", "> a boat 😀"),
        ("bullet-list", "- a boat 😀"),
        ("bulleted_list", "- a boat 😀"),
        ("numbered-list", "1. a boat 😀"),
        ("heading_3", "### a boat 😀"),
    ],
)
def test_a_command_changes_the_selection_and_changes_it_back(editor: Editor, name: str, result: str) -> None:
    editor.set_post("", "😀 before\na boat 😀\nafter")
    cursor = editor.text.textCursor()
    start = editor.text.document().findBlockByNumber(1).position() + 2
    cursor.setPosition(start)
    cursor.setPosition(start + 4, KEEP)
    editor.text.setTextCursor(cursor)
    editor.run(name)
    assert editor.body() == f"😀 before\n{result}\nafter"
    editor.run(name)
    assert editor.body() == "😀 before\na boat 😀\nafter"
    editor.undo()
    assert editor.body() == f"😀 before\n{result}\nafter"


def test_a_rule_and_a_picture_stand_in_paragraphs_of_their_own(editor: Editor) -> None:
    editor.set_post("", "one\ntwo", cursor=1)
    editor.run("rule")
    assert editor.body() == "one\n\n---\n\ntwo"
    editor.set_post("", "", cursor=0)
    editor.insert_picture("north quay.jpg", "The [queue]", 'At "noon"')
    assert editor.body() == '![The \\[queue\\]](<north quay.jpg> "At &quot;noon&quot;")\n'


def test_an_unknown_command_is_an_error(editor: Editor) -> None:
    with pytest.raises(KeyError):
        editor.run("sparkle")


# --- pasted and dropped ---


def test_an_address_pasted_over_words_makes_them_a_link(editor: Editor) -> None:
    editor.set_post("", "read it here")
    select(editor, "here")
    paste(editor, " https://a.example/x ")
    assert editor.body() == "read it [here](https://a.example/x)"


def test_pasted_line_ends_of_any_kind_become_one(editor: Editor) -> None:
    editor.set_post("", "")
    paste(editor, "a\r\nb\rc\u2028d\u2029e")
    assert editor.body() == "a\nb\nc\nd\ne"


def test_a_pasted_screenshot_comes_as_png(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "ab", cursor=1)
    mime = QMimeData()
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    mime.setImageData(image)
    with qtbot.waitSignal(editor.pictures_dropped) as told:
        editor.text.insertFromMimeData(mime)
    assert told.args is not None
    [(name, data)], position = told.args
    assert (name, position) == ("picture.png", 1)
    assert QImage.fromData(data).size() == image.size()
    assert editor.body() == "ab"


def test_dropped_files_give_the_pictures_and_refuse_the_rest(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "noon.JPG").write_bytes(b"jpeg")
    (tmp_path / "notes.txt").write_text("secret")
    (tmp_path / "folder.png").mkdir()
    editor.set_post("", "text")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in sorted(tmp_path.iterdir())])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Mod.NoModifier
    )
    taken: list[object] = []
    refused: list[str] = []
    editor.pictures_dropped.connect(lambda pictures, _position: taken.extend(pictures))
    editor.refused.connect(refused.append)
    editor.text.dropEvent(drop)
    assert taken == [("noon.JPG", tmp_path / "noon.JPG")]
    assert [sentence.partition(";")[0] for sentence in refused] == [
        "Only the pictures were put into the post"
    ]
    assert editor.body() == "text"


# --- what she sees ---


def test_a_click_between_two_lines_puts_the_cursor_below_the_mouse(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "word " * 60)
    text = editor.text
    layout = text.document().firstBlock().layout()
    gap = layout.lineAt(0).y() + layout.lineAt(0).height() + 2
    assert gap < layout.lineAt(1).y()
    QTest.mouseClick(
        text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, int(text.contentOffset().y() + gap))
    )
    assert abs(text.cursorRect().left() - 60) < 12


def test_lines_have_room_between_them_after_each_key(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "word " * 60, cursor=20)
    block = editor.text.document().firstBlock()
    whole = editor.text.blockBoundingRect(block).height()
    QTest.keyClicks(editor.text, "more")
    editor.grab()
    assert editor.text.blockBoundingRect(block).height() == whole
    assert block.layout().lineAt(1).y() - block.layout().lineAt(0).y() == 25


def test_a_quotation_is_indented_by_its_depth_and_has_a_bar_for_each_level(editor: Editor) -> None:
    editor.set_post("", POST)
    shown = editor.text.viewport().grab().toImage()
    text, theme = editor.text, load_theme(False)
    block = text.document().findBlockByNumber(4)
    middle = round(text.blockBoundingGeometry(block).translated(text.contentOffset()).center().y())
    row = [shown.pixelColor(x, middle).name() for x in range(40)]
    assert row.index(theme.quote) < row.index(theme.quote2)
    x = [text.document().findBlockByNumber(n).layout().lineAt(0).x() for n in (0, 2, 4)]
    assert x[0] < x[1] < x[2]


def formats_of(editor: Editor, line: int) -> list[tuple[int, int, str]]:
    layout = editor.text.document().findBlockByNumber(line).layout()
    return [(f.start, f.length, f.format.foreground().color().name()) for f in layout.formats()]


def test_colours_follow_typing_and_undo_does_not_see_them(editor: Editor, qtbot: QtBot) -> None:
    theme = load_theme(False)
    editor.set_post("", "😀 it", cursor=5)
    editor.set_cursor(3)
    QTest.keyClicks(editor.text, "`")
    QTest.keyClick(editor.text, Key.Key_End)
    QTest.keyClicks(editor.text, "`")
    assert formats_of(editor, 0) == [(3, 4, theme.code)]
    editor.undo()
    editor.undo()
    assert editor.body() == "😀 it"
    assert formats_of(editor, 0) == []


def test_a_fence_is_text_until_it_is_closed_as_it_is_on_the_page(editor: Editor, qtbot: QtBot) -> None:
    theme = load_theme(False)
    editor.set_post("", "\none\n\ntwo\n")
    QTest.keyClicks(editor.text, "```")
    editor.grab()
    assert formats_of(editor, 3) == []
    editor.set_cursor(len(editor.body()))
    QTest.keyClicks(editor.text, "```")
    editor.grab()
    assert formats_of(editor, 3) == [(0, 3, theme.code)]
    QTest.keyClick(editor.text, Key.Key_Backspace)
    editor.grab()
    assert formats_of(editor, 3) == []


def test_emphasis_goes_on_over_a_line_break_while_it_is_typed(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "a *long\nway home\n")
    editor.grab()
    assert formats_of(editor, 0) == []
    editor.set_cursor(len("a *long\nway"))
    QTest.keyClicks(editor.text, "*")
    editor.grab()
    assert [(start, length) for start, length, _ink in formats_of(editor, 0)] == [(2, 1), (3, 4)]
    QTest.keyClick(editor.text, Key.Key_Backspace)
    editor.grab()
    assert formats_of(editor, 0) == []


def test_indented_code_is_code_and_the_second_paragraph_of_an_item_is_not(editor: Editor) -> None:
    theme = load_theme(False)
    editor.set_post("", "words\n\n    x = 1\n\n- item\n\n    goes on\n")
    editor.grab()
    assert formats_of(editor, 2) == [(0, 9, theme.code)]
    assert formats_of(editor, 6) == []


def test_a_line_far_below_is_coloured_when_it_comes_into_view(editor: Editor) -> None:
    editor.set_post("", "\n\n".join(["words"] * 300 + ["**end**"]))
    last = editor.text.document().blockCount() - 1
    assert formats_of(editor, last) == []
    editor.go_to_line(last)
    editor.grab()
    assert len(formats_of(editor, last)) == 3


def test_the_cursor_has_the_accent_s_colour(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("", "")
    qtbot.waitUntil(editor.text.hasFocus)
    editor.text._caret.restart()
    rect = editor.text.cursorRect()
    shown = editor.text.viewport().grab().toImage()
    assert shown.pixelColor(max(rect.left(), 0), rect.center().y()) == QColor(load_theme(False).accent)


def test_a_wide_pane_gets_margins_and_title_and_text_begin_together(editor: Editor) -> None:
    editor.set_post("Title", "text " * 100)
    editor.resize(1300, 600)
    QApplication.processEvents()
    assert editor.text.text_width() < 800
    title = editor.title_field
    assert title.viewport().x() == editor.text.viewport().x()
    editor.set_text_size(20)
    assert editor.text.text_width() > 800


# --- finding ---


@pytest.fixture
def found(editor: Editor, qtbot: QtBot) -> Editor:
    editor.set_post("", "Boat, boat, 😀 boats and a lifeboat")
    editor.open_find()
    QTest.keyClicks(editor.find_bar.words, "boat")
    return editor


def test_the_hits_are_counted_and_walked_through(found: Editor, qtbot: QtBot) -> None:
    bar = found.find_bar
    assert bar.count.text() == "1 of 4"
    QTest.keyClick(bar.words, Key.Key_Return)
    assert (bar.count.text(), found.text.selected_text()) == ("2 of 4", "boat")
    QTest.keyClick(bar.words, Key.Key_F3)
    assert (bar.count.text(), found.text.textCursor().selectionStart()) == ("3 of 4", 15)
    QTest.keyClick(bar.words, Key.Key_F3, Mod.ShiftModifier)
    assert bar.count.text() == "2 of 4"
    assert len(found.text.extraSelections()) == 4


def test_case_and_whole_words_narrow_the_search(found: Editor, qtbot: QtBot) -> None:
    bar = found.find_bar
    QTest.mouseClick(bar.whole, Qt.MouseButton.LeftButton)
    assert bar.count.text().endswith("of 2")
    QTest.mouseClick(bar.case, Qt.MouseButton.LeftButton)
    assert bar.count.text().endswith("of 1")


def test_a_broken_regular_expression_is_told_and_finds_nothing(found: Editor, qtbot: QtBot) -> None:
    bar = found.find_bar
    QTest.mouseClick(bar.regex, Qt.MouseButton.LeftButton)
    bar.words.setText("(boat")
    assert bar.count.text() == "Not a usable expression"
    assert found.replace_all() == 0
    bar.words.setText("(o+)+$")
    assert bar.count.text() == "Not a usable expression"
    bar.words.setText("z*")
    assert bar.count.text() == "Not found"


def test_replacing_one_goes_to_the_next_and_all_is_one_undo(found: Editor, qtbot: QtBot) -> None:
    bar = found.find_bar
    bar.replacement.setFocus()
    QTest.keyClicks(bar.replacement, "ship")
    QTest.keyClick(bar.replacement, Key.Key_Return)
    assert found.body() == "ship, boat, 😀 boats and a lifeboat"
    QTest.mouseClick(bar.replace_all, Qt.MouseButton.LeftButton)
    assert found.body() == "ship, ship, 😀 ships and a lifeship"
    found.undo()
    assert found.body() == "ship, boat, 😀 boats and a lifeboat"


def test_groups_are_filled_in(found: Editor, qtbot: QtBot) -> None:
    bar = found.find_bar
    QTest.mouseClick(bar.regex, Qt.MouseButton.LeftButton)
    bar.words.setText(r"\b(\w+)boat")
    bar.replacement.setText(r"\1-boat")
    assert found.replace_all() == 1
    assert found.body().endswith("life-boat")
    bar.replacement.setText(r"\7")
    assert found.replace_all() == 0


def test_escape_closes_the_bar_and_gives_the_text_the_keyboard(found: Editor, qtbot: QtBot) -> None:
    QTest.keyClick(found.find_bar.words, Key.Key_Escape)
    qtbot.waitUntil(found.text.hasFocus)
    assert not found.find_bar.isVisible()
    assert found.text.extraSelections() == []


def test_hits_leave_empty_matches_out() -> None:
    wanted = pattern("a*", case=True, whole=False, regex=True)
    assert wanted is not None
    assert hits_in("baabba", wanted) == ((1, 3), (5, 6))


# --- notices ---


def test_a_notice_says_its_sentence_and_its_button_acts(editor: Editor, qtbot: QtBot) -> None:
    pressed: list[str] = []
    sentence = "<b>This post</b> was changed by another program."
    editor.show_banner("changed", "warn", "first", [])
    editor.show_banner("changed", "warn", sentence, [("Keep This", lambda: pressed.append("mine"))])
    assert editor.banners.banners() == ("changed",)
    button = editor.banners.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == ["mine"]
    editor.hide_banner("changed")
    editor.hide_banner("changed")
    assert not editor.banners.isVisible()


def test_a_change_from_outside_leaves_the_caret_at_its_words(editor: Editor) -> None:
    editor.set_post("", "The first boat left. While offline.\nNext.", cursor=35)
    editor.replace_body_keeping_place("The first boat from vim left. While offline.\nNext.")
    assert editor.body()[: editor.cursor_position()].endswith("While offline.")


def test_a_choice_in_a_notice_gives_the_keyboard_back_to_the_text(editor: Editor, qtbot: QtBot) -> None:
    editor.show_banner(
        "disk",
        "warn",
        "Another program changed this file.",
        [("Keep Both", lambda: editor.hide_banner("disk"))],
    )
    button = editor.banners.findChild(QPushButton)
    assert button is not None
    button.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert editor.text.hasFocus()


CHANGED = (
    "Another program changed this file while you were writing. Nothing was written over, and your text is safe here. "
    "Choose which one to go on with; the other stays in the history."
)


@pytest.mark.parametrize("labels", [["Compare…", "Keep This", "Keep Theirs", "Keep Both"], ["Compare…"], []])
@pytest.mark.parametrize("sentence", [CHANGED, "Somebody changed this post."])
def test_a_notice_can_be_read_and_answered_however_narrow_the_text_is(
    editor: Editor, labels: list[str], sentence: str
) -> None:
    editor.show_banner("disk", "warn", sentence, [(label, lambda: None) for label in labels])
    editor.show_banner("blog", "warn", sentence, [(label, lambda: None) for label in labels])
    beside = set()
    narrow = 52 * editor.fontMetrics().averageCharWidth()  # so that the narrowest is that with any font
    for width in (narrow, 360, 380, 418, 448, 512, 640, 800, 1100):
        editor.resize(width, 700)
        QApplication.processEvents()
        for words in editor.banners.findChildren(QLabel):
            row = words.parentWidget()
            assert row is not None
            twenty = words.fontMetrics().averageCharWidth() * 20
            assert words.width() >= min(twenty, words.fontMetrics().horizontalAdvance(sentence)), width
            assert words.height() >= words.heightForWidth(words.width()), width
            parts = [words, *row.findChildren(QPushButton)]
            assert all(row.rect().contains(part.geometry()) for part in parts), width
            assert all(part.width() >= part.sizeHint().width() for part in parts[1:]), width
            assert not any(a.geometry().intersects(b.geometry()) for a in parts for b in parts if a is not b)
            assert editor.rect().contains(row.geometry().translated(editor.banners.pos())), width
            assert row.height() <= 160, width
            beside |= {part.y() < words.geometry().bottom() for part in parts[1:]}
    assert (True in beside) is bool(labels)
    assert (False in beside) is (len(labels) > 1 or (bool(labels) and sentence == CHANGED))


def test_tab_goes_from_the_words_to_the_replacement_and_then_to_the_buttons_as_they_are_seen(
    editor: Editor,
) -> None:
    editor.open_find()
    bar = editor.find_bar
    seen = (bar.case, bar.whole, bar.regex, bar.previous, bar.next, bar.close_button)
    for stop in (bar.replacement, *seen, bar.replace_one, bar.replace_all):
        QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_Tab)
        assert stop.hasFocus(), stop.accessibleName()
