"""A block that Markdown cannot say is a card in the text: it goes about with it as with one paragraph, and never harms
its bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent, QImage, QInputMethodEvent, QMouseEvent, QTextCursor, QTextOption
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor, places
from postdesk.ui.editor.cards import Card
from postdesk.ui.editor.exact import from_document, to_document
from postdesk.ui.theme import load_theme

Key = Qt.Key
Mod = Qt.KeyboardModifier
WRAP = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
KEEP = QTextCursor.MoveMode.KeepAnchor

GALLERY = """```{=html}
<!-- wp:gallery -->
<figure><img src="a.jpg" alt="The quay"/><img src="b.jpg"/></figure>

<!-- /wp:gallery -->
```"""
FORM = "```{=html}\n[contact-form to=me]\n```"
POST = f"Above\n\n{GALLERY}\n\nBelow\n\n{FORM}\n\nThe end\n"


@pytest.fixture
def post(editor: Editor) -> Editor:
    editor.set_post("", POST)
    return editor


def press(editor: Editor, *keys: Qt.Key, mod: Mod = Mod.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(editor.text, key, mod)


def put_cursor(editor: Editor, words: str, *, end: bool = False) -> None:
    at = editor.body().index(words) + (len(words) if end else 0)
    cursor = editor.text.textCursor()
    cursor.setPosition(at)
    editor.text.setTextCursor(cursor)


def on(editor: Editor) -> str:
    """The text of the card that the cursor is on."""
    card = editor.text.folding.here()
    return "" if card is None else text_of(editor, card)


def text_of(editor: Editor, card: Card) -> str:
    return "\n".join(editor.body().split("\n")[card.first : card.last + 1])


def shown_lines(editor: Editor) -> list[str]:
    """The lines that the field shows."""
    found, block = [], editor.text.document().firstBlock()
    while block.isValid():
        if block.isVisible():
            found.append(block.text())
        block = block.next()
    return found


def closed(editor: Editor) -> list[str]:
    """The texts of the closed cards, as the document itself has them; what is known of hidden lines agrees with it."""
    found, block, number = [], editor.text.document().firstBlock(), 0
    current: list[str] = []
    while block.isValid():
        assert block.isVisible() != editor.text.cards.hidden_at(number)
        if not block.isVisible():
            current = current or [block.previous().text()]
            current.append(block.text())
        elif current:
            found.append("\n".join(current))
            current = []
        block, number = block.next(), number + 1
    return [*found, "\n".join(current)] if current else found


def row(editor: Editor, place: int) -> QPoint:
    """The middle of a closed card's box; `place` counts the cards."""
    card = list(editor.text.cards.all())[place]
    block = editor.text.document().findBlockByNumber(card.first)
    rect = editor.text.blockBoundingGeometry(block).translated(editor.text.contentOffset())
    return rect.center().toPoint()


# --- what shows ---


def test_a_card_is_one_box_and_the_text_stays_what_it_was(post: Editor) -> None:
    assert shown_lines(post) == ["Above", "", "```{=html}", "", "Below", "", "```{=html}", "", "The end", ""]
    assert closed(post) == [GALLERY, FORM]
    assert post.body() == from_document(post.text.document().toRawText()) == POST


def test_the_box_is_painted_over_its_marks(post: Editor) -> None:
    theme = load_theme(False)
    picture = post.text.viewport().grab().toImage()
    at = row(post, 0)
    colours = {picture.pixelColor(x, at.y()).name() for x in range(4, 12)}
    assert QColor(theme.side).name() in colours


@pytest.mark.parametrize(
    "text",
    [
        "```{=html}\n<b>not closed\n\nmore\n",
        "``` {=html} more\nx\n```\n",
        "    ```{=html}\n    x\n    ```\n",
        "> ```{=html}\n> x\n> ```\n",
        "```html\nx\n```\n",
        "<!-- a comment\n```{=html}\nx\n```\n-->\n",
        "````\n```{=html}\nx\n```\n````\n",
    ],
)
def test_what_is_no_closed_fence_with_a_source_is_no_card(editor: Editor, text: str) -> None:
    editor.set_post("", text)
    assert closed(editor) == []


@pytest.mark.parametrize(
    "text", ["~~~ {=html}\nx\n~~~", "`````{=html}\n```\n`````", "```{=html}\n```", "```{=html}\n\n\n```"]
)
def test_every_fence_with_a_source_is_a_card(editor: Editor, text: str) -> None:
    editor.set_post("", f"a\n\n{text}\n\nb\n")
    assert closed(editor) == [text]


# --- the cursor ---


def test_the_cursor_goes_over_a_card_as_over_one_thing(post: Editor) -> None:
    put_cursor(post, "Above")
    press(post, Key.Key_Down, Key.Key_Down)
    assert on(post) == GALLERY
    press(post, Key.Key_Down, Key.Key_Down)
    assert post.text.textCursor().block().text() == "Below"
    press(post, Key.Key_Up, Key.Key_Up)
    assert on(post) == GALLERY
    press(post, Key.Key_Up, Key.Key_Up)
    assert post.text.textCursor().block().text() == "Above"
    put_cursor(post, "Above", end=True)
    press(post, *[Key.Key_Right] * 3)
    assert post.text.textCursor().blockNumber() == 8  # the blank line behind the card
    press(post, Key.Key_Left)
    assert on(post) == GALLERY
    press(post, Key.Key_Left)
    assert post.text.textCursor().blockNumber() == 1


def test_she_hears_and_reads_what_the_cursor_is_on(post: Editor, qtbot: QtBot) -> None:
    put_cursor(post, "Above")
    with qtbot.waitSignal(post.card_reached) as told:
        press(post, Key.Key_Down, Key.Key_Down)
    assert told.args == ["Gallery, 2 pictures", "The quay"]
    said = post.text.accessibleDescription()
    assert said == "Block of the blog: Gallery, 2 pictures. Enter shows its source. The quay"
    with qtbot.waitSignal(post.card_reached) as told:
        press(post, Key.Key_Up)
    assert told.args == ["", ""]
    assert post.text.accessibleDescription() == ""


def test_a_screen_reader_is_told_at_once(post: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("postdesk.ui.editor.spoken.QAccessible.isActive", lambda: True)
    monkeypatch.setattr(
        "postdesk.ui.editor.spoken.QAccessible.updateAccessibility",
        lambda event: told.append(event.message()),
    )
    put_cursor(post, "Above")
    press(post, Key.Key_Down, Key.Key_Down, Key.Key_Down)
    assert told == ["Block of the blog: Gallery, 2 pictures. Enter shows its source. The quay"]


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_key_shows_the_source_and_escape_closes_it(post: Editor, key: Qt.Key) -> None:
    put_cursor(post, "Above")
    press(post, Key.Key_Down, Key.Key_Down, key)
    assert closed(post) == [FORM]
    assert post.text.textCursor().block().text() == "<!-- wp:gallery -->"
    press(post, *[Key.Key_Up] * 3)
    assert closed(post) == [FORM]  # what she opened stays open
    press(post, *[Key.Key_Down] * 3)
    press(post, Key.Key_Escape)
    assert closed(post) == [GALLERY, FORM]
    assert on(post) == GALLERY
    assert post.body() == POST


def test_a_double_click_opens_it_and_one_on_its_first_line_closes_it(post: Editor) -> None:
    at = row(post, 0)
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert on(post) == GALLERY
    QTest.mouseDClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert closed(post) == [FORM]
    head = post.text.document().findBlockByNumber(2)
    line = post.text.blockBoundingGeometry(head).translated(post.text.contentOffset()).center().toPoint()
    QTest.mouseDClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=line)
    assert closed(post) == [GALLERY, FORM]


def test_a_card_of_a_post_that_she_may_not_change_opens_too(editor: Editor) -> None:
    editor.set_post("", POST, read_only=True)
    QTest.mouseClick(editor.text.viewport(), Qt.MouseButton.LeftButton, pos=row(editor, 1))
    for key in (Key.Key_Delete, Key.Key_Backspace, Key.Key_X, Key.Key_Tab):
        press(editor, key)
    press(editor, Key.Key_Down, mod=Mod.AltModifier)
    press(editor, Key.Key_X, mod=Mod.ControlModifier)
    assert editor.body() == POST
    press(editor, Key.Key_Return)
    assert closed(editor) == [GALLERY]


def test_a_selection_takes_a_card_as_a_whole_or_not_at_all(post: Editor) -> None:
    put_cursor(post, "Above")
    press(post, Key.Key_Down, mod=Mod.ShiftModifier)
    assert post.text.selected_text() == "Above\n"
    press(post, Key.Key_Right, mod=Mod.ShiftModifier)
    assert post.text.selected_text() == f"Above\n\n{GALLERY}\n"
    press(post, Key.Key_Left, mod=Mod.ShiftModifier)
    assert post.text.selected_text() == "Above\n"
    press(post, Key.Key_Right, mod=Mod.ShiftModifier)
    press(post, Key.Key_Delete)
    assert post.body() == f"\nBelow\n\n{FORM}\n\nThe end\n"


def test_selecting_with_the_mouse_takes_a_card_whole(post: Editor) -> None:
    view = post.text.viewport()
    box, step = row(post, 0), post.text.fontMetrics().height()
    put_cursor(post, "Above", end=True)
    begin = post.text.cursorRect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    for to in (box - QPoint(0, step), box + QPoint(0, step)):
        move(post, to)
        part = post.text.selected_text()
        assert GALLERY in part or "=html" not in part
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=box + QPoint(0, step))
    assert post.text.selected_text() == f"\n\n{GALLERY}\n"


def move(editor: Editor, to: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    view = editor.text.viewport()
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(to), QPointF(view.mapToGlobal(to)), Qt.MouseButton.NoButton, buttons,
        Mod.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


# --- copied, cut, deleted, moved ---


def test_backspace_beside_a_card_selects_it_first_and_undo_brings_it_back(post: Editor) -> None:
    put_cursor(post, "Below")
    press(post, Key.Key_Left, Key.Key_Backspace)
    assert post.text.selected_text() == GALLERY
    press(post, Key.Key_Backspace)
    assert post.body() == f"Above\n\nBelow\n\n{FORM}\n\nThe end\n"
    press(post, Key.Key_Z, mod=Mod.ControlModifier)
    assert post.body() == POST
    assert closed(post) == [GALLERY, FORM]


def test_delete_before_a_card_selects_it_first(post: Editor) -> None:
    put_cursor(post, "Above", end=True)
    press(post, Key.Key_Right, Key.Key_Delete)
    assert post.text.selected_text() == GALLERY
    press(post, Key.Key_Delete)
    assert closed(post) == [FORM]


def test_keys_that_delete_words_stop_at_a_card_and_then_select_it(editor: Editor) -> None:
    editor.set_post("", f"One two\n{FORM}\n three four")
    put_cursor(editor, "two")
    press(editor, Key.Key_Delete, mod=Mod.ControlModifier)
    assert editor.body() == f"One \n{FORM}\n three four"
    press(editor, Key.Key_Delete, mod=Mod.ControlModifier)
    assert editor.text.selected_text() == FORM
    put_cursor(editor, " three")
    press(editor, Key.Key_Right)
    press(editor, Key.Key_Backspace, mod=Mod.ControlModifier)
    assert editor.body() == f"One \n{FORM}\nthree four"
    press(editor, Key.Key_Backspace, mod=Mod.ControlModifier)
    assert editor.text.selected_text() == FORM
    press(editor, Key.Key_Delete)
    assert editor.body() == "One \n\nthree four"  # two paragraphs still


def test_a_card_is_cut_and_pasted_as_a_paragraph(post: Editor) -> None:
    put_cursor(post, "Above")
    press(post, Key.Key_Down, Key.Key_Down)
    press(post, Key.Key_X, mod=Mod.ControlModifier)
    assert post.body() == f"Above\n\nBelow\n\n{FORM}\n\nThe end\n"
    put_cursor(post, "e end")
    press(post, Key.Key_V, mod=Mod.ControlModifier)
    assert post.body() == f"Above\n\nBelow\n\n{FORM}\n\nTh\n\n{GALLERY}\n\ne end\n"
    assert closed(post) == [FORM, GALLERY]
    assert on(post) == GALLERY


def test_a_card_with_signs_that_end_lines_elsewhere_is_pasted_as_it_was(editor: Editor) -> None:
    odd = "```{=html}\n<p>a\u2028b\rc\u2029d\u00a0\ufdd0\x00😀</p>\n```"
    editor.set_post("", f"Above\n\n{odd}\n\nBelow\n")
    put_cursor(editor, "Above")
    press(editor, Key.Key_Down, Key.Key_Down)
    press(editor, Key.Key_X, mod=Mod.ControlModifier)
    put_cursor(editor, "Above")
    press(editor, Key.Key_V, mod=Mod.ControlModifier)
    press(editor, Key.Key_Down, mod=Mod.AltModifier)
    assert editor.body() == f"Above\n\n{odd}\n\nBelow\n"
    assert closed(editor) == [to_document(odd)]


def test_a_card_is_copied_onto_a_blank_line_and_beside_another(post: Editor) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    press(post, Key.Key_C, mod=Mod.ControlModifier)
    press(post, Key.Key_End)
    press(post, Key.Key_V, mod=Mod.ControlModifier)
    assert post.body() == POST.replace(FORM, f"{FORM}\n\n{FORM}")
    assert closed(post) == [GALLERY, FORM, FORM]


@pytest.mark.parametrize("first", [True, False])
def test_words_typed_on_a_card_are_a_paragraph_before_or_behind_it(post: Editor, first: bool) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    press(post, Key.Key_Home if first else Key.Key_End)
    QTest.keyClicks(post.text, "new words")
    wanted = f"new words\n\n{FORM}" if first else f"{FORM}\n\nnew words"
    assert post.body() == POST.replace(FORM, wanted)
    assert closed(post) == [GALLERY, FORM]


def test_letters_composed_on_a_card_are_a_paragraph(post: Editor) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    press(post, Key.Key_End)
    event = QInputMethodEvent()
    event.setCommitString("é")
    QApplication.sendEvent(post.text, event)
    assert post.body() == POST.replace(FORM, f"{FORM}\n\né")


def test_pasted_words_on_a_card_are_a_paragraph(post: Editor) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 0))
    press(post, Key.Key_Home)
    mime = QMimeData()
    mime.setText("one\ntwo\n")
    post.text.insertFromMimeData(mime)
    assert post.body() == POST.replace(GALLERY, f"one\ntwo\n\n{GALLERY}")


def test_alt_and_an_arrow_move_a_card(post: Editor) -> None:
    put_cursor(post, "Above")
    press(post, Key.Key_Down, Key.Key_Down)
    press(post, Key.Key_Down, mod=Mod.AltModifier)
    assert post.body() == f"Above\n\nBelow\n\n{GALLERY}\n\n{FORM}\n\nThe end\n"
    assert on(post) == GALLERY
    press(post, Key.Key_Down, Key.Key_Down, mod=Mod.AltModifier)
    assert post.body() == f"Above\n\nBelow\n\n{FORM}\n\nThe end\n\n{GALLERY}\n"
    press(post, Key.Key_Down, mod=Mod.AltModifier)
    press(post, *[Key.Key_Up] * 4, mod=Mod.AltModifier)
    assert post.body() == f"{GALLERY}\n\nAbove\n\nBelow\n\n{FORM}\n\nThe end\n"
    press(post, Key.Key_Up, mod=Mod.AltModifier)
    for _step in range(7):
        press(post, Key.Key_Z, mod=Mod.ControlModifier)
    assert post.body() == POST


def test_a_card_is_dragged_to_another_place(post: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    view = post.text.viewport()
    put_cursor(post, "The end", end=True)
    target = post.text.cursorRect().center() + QPoint(0, 8)

    def carried_out(_drag: object, *_actions: object) -> Qt.DropAction:
        mime = QMimeData()
        mime.setText(GALLERY)
        drop = QDropEvent(
            QPointF(target), Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, Mod.NoModifier
        )
        post.text.dropEvent(drop)
        return drop.dropAction()

    monkeypatch.setattr("postdesk.ui.editor.card_keys.QDrag.exec", carried_out)
    at = row(post, 0)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    move(post, at + QPoint(0, 60))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at)
    assert post.body() == f"Above\n\nBelow\n\n{FORM}\n\nThe end\n\n{GALLERY}\n"
    assert closed(post) == [FORM, GALLERY]
    press(post, Key.Key_Z, mod=Mod.ControlModifier)
    assert post.body() == POST


def test_words_dropped_on_a_card_are_a_paragraph_beside_it(post: Editor) -> None:
    mime = QMimeData()
    mime.setText("dropped")
    drop = QDropEvent(
        QPointF(row(post, 0)), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Mod.NoModifier
    )
    post.text.dropEvent(drop)
    assert "dropped" in post.body()
    assert GALLERY in post.body()
    assert f"\n\n{GALLERY}\n\n" in post.body()


@pytest.mark.parametrize("target", ["Below", "contact", "The end", "bove"])
@pytest.mark.parametrize("what", [GALLERY, "Above\n\n" + GALLERY + "\n", "Below"])
def test_what_is_dragged_within_the_text_harms_no_card(post: Editor, what: str, target: str) -> None:
    """As Qt moves a selection that is dropped: taken out and put in as one edit."""
    start = post.body().index(what)
    if target in what:
        return
    post.text.select(start, start + len(what))
    mime = post.text.createMimeDataFromSelection()
    there = QTextCursor(post.text.document())
    there.setPosition(post.body().index(target))
    post.text.folding.after = True
    with post.text.folding.pause():
        there.beginEditBlock()
        post.text.textCursor().removeSelectedText()
        post.text.setTextCursor(there)
        post.text.insertFromMimeData(mime)
        there.endEditBlock()
    assert sorted(closed(post)) == sorted([GALLERY, FORM])
    press(post, Key.Key_Z, mod=Mod.ControlModifier)
    assert post.body() == POST
    put_cursor(post, "Above")
    assert closed(post) == [GALLERY, FORM]


def test_the_middle_button_on_a_card_puts_words_beside_it(post: Editor) -> None:
    clipboard = QApplication.clipboard()
    clipboard.setText("chosen", clipboard.Mode.Selection)
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.MiddleButton, pos=row(post, 0))
    assert closed(post) == [GALLERY, FORM]
    assert "\n\nchosen\n\n" in post.body()


def test_a_card_that_is_all_of_the_text_goes_and_comes_back(editor: Editor) -> None:
    editor.set_post("", FORM)
    press(editor, Key.Key_Right)
    assert on(editor) == FORM
    QTest.keyClicks(editor.text, "x")
    assert editor.body() == f"{FORM}\n\nx"
    editor.set_post("", FORM)
    press(editor, Key.Key_Delete, Key.Key_Delete)
    assert editor.body() == ""
    press(editor, Key.Key_Z, mod=Mod.ControlModifier)
    assert editor.body() == FORM
    assert closed(editor) == [FORM]


def test_up_on_a_card_that_comes_first_goes_to_the_title(editor: Editor, qtbot: QtBot) -> None:
    editor.set_post("T", f"{FORM}\n\nx")
    with qtbot.waitSignal(editor.text.left_upwards):
        press(editor, Key.Key_Up)


def test_two_cards_that_touch_are_two(editor: Editor) -> None:
    editor.set_post("", f"{GALLERY}\n{FORM}\n{GALLERY}")
    assert closed(editor) == [GALLERY, FORM, GALLERY]
    press(editor, Key.Key_Down)
    assert on(editor) == FORM
    press(editor, Key.Key_Backspace, Key.Key_Backspace)
    assert closed(editor) == [GALLERY, GALLERY]
    press(editor, Key.Key_End, mod=Mod.ControlModifier)
    assert on(editor) == GALLERY


# --- formatting ---


@pytest.mark.parametrize("name", ["bold", "quote", "bullet-list", "heading-2", "code", "link"])
def test_formatting_leaves_a_card_alone(post: Editor, qtbot: QtBot, name: str) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 0))
    with qtbot.waitSignal(post.refused):
        post.run(name)
    post.text.selectAll()
    post.run(name)
    assert post.body() == POST


def test_tab_moves_the_lines_around_a_card_and_not_the_card(post: Editor) -> None:
    post.set_post("", POST.replace("Above", "- Above").replace("Below", "- Below"))
    post.text.selectAll()
    press(post, Key.Key_Tab)
    assert closed(post) == [GALLERY, FORM]
    assert post.body().startswith("    - Above")
    assert "\n    - Below\n" in post.body()


@pytest.mark.parametrize("what", ["rule", "picture", "insert_picture", "insert_text", "link"])
def test_what_is_put_in_on_a_card_comes_beside_it(post: Editor, what: str) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    puts: dict[str, Callable[[], None]] = {
        "rule": lambda: post.run("rule"),
        "picture": lambda: post.run("picture"),
        "insert_picture": lambda: post.insert_picture("a.jpg", "A"),
        "insert_text": lambda: post.insert_text("words"),
        "link": lambda: post.link_to("https://a.example/", "words"),
    }
    puts[what]()
    assert post.body() != POST
    assert closed(post) == [GALLERY, FORM]
    assert f"\n\n{FORM}\n\n" in post.body()


def test_a_picture_dropped_on_a_card_comes_behind_it(post: Editor) -> None:
    post.insert_picture("a.jpg", "A", position=post.body().index("wp:gallery"))
    assert closed(post) == [GALLERY, FORM]
    assert f"{GALLERY}\n\n![A](a.jpg)\n\n" in post.body()


# --- typed by hand ---


def test_a_card_that_she_types_closes_when_she_leaves_it(editor: Editor) -> None:
    editor.set_post("", "Words\n\n")
    press(editor, Key.Key_End, mod=Mod.ControlModifier)
    for line in ("```{=html}", "<b>mine</b>", "```"):
        QTest.keyClicks(editor.text, line)
        assert closed(editor) == []
        if line != "```":
            press(editor, Key.Key_Return)
    press(editor, Key.Key_Left)
    assert closed(editor) == []
    put_cursor(editor, "Words")
    assert closed(editor) == ["```{=html}\n<b>mine</b>\n```"]


def test_code_typed_above_a_card_takes_it_in_only_until_it_is_closed(editor: Editor) -> None:
    editor.set_post("", f"\n\n{FORM}\n\nThe end\n")
    QTest.keyClicks(editor.text, "```")
    press(editor, Key.Key_Return)
    QTest.keyClicks(editor.text, "x = 1")
    assert closed(editor) == []  # all of it is code now, as on the page
    press(editor, Key.Key_Return)
    QTest.keyClicks(editor.text, "```")
    assert closed(editor) == [FORM]
    assert editor.body() == f"```\nx = 1\n```\n\n{FORM}\n\nThe end\n"


def test_a_source_that_is_broken_while_open_is_text_again(post: Editor) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    press(post, Key.Key_Return, Key.Key_Up, Key.Key_End, Key.Key_Backspace)
    put_cursor(post, "Above")
    assert closed(post) == [GALLERY]
    press(post, Key.Key_Z, mod=Mod.ControlModifier)
    put_cursor(post, "Above")
    assert post.body() == POST


def test_undoing_an_edit_of_a_closed_source_shows_it(post: Editor) -> None:
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    press(post, Key.Key_Return)
    QTest.keyClicks(post.text, "new")
    press(post, Key.Key_Escape)
    edited = FORM.replace("[contact", "new[contact")
    assert closed(post) == [GALLERY, edited]
    put_cursor(post, "Above")
    press(post, Key.Key_Z, mod=Mod.ControlModifier)
    assert post.body() == POST
    assert closed(post) == [GALLERY]
    put_cursor(post, "Above")
    assert closed(post) == [GALLERY, FORM]


# --- searched, shown ---


def test_a_word_found_in_a_source_opens_the_card_until_she_goes_on(post: Editor) -> None:
    post.open_find()
    QTest.keyClicks(post.find_bar.words, "contact")
    assert closed(post) == [GALLERY]
    assert post.text.selected_text() == "contact"
    post.find_bar.words.setText("Above")
    assert closed(post) == [GALLERY, FORM]
    post.close_find()


def test_a_card_is_marked_when_its_source_has_what_she_looks_for(post: Editor, qtbot: QtBot) -> None:
    post.open_find()
    post.find_bar.words.setText("The ")
    put_cursor(post, "Above")
    mark = QColor(load_theme(False).mark)

    def marked() -> bool:
        picture = post.text.viewport().grab().toImage()
        y = row(post, 0).y()
        return any(picture.pixelColor(x, y) == mark for x in range(picture.width()))

    qtbot.waitUntil(marked)
    post.close_find()
    qtbot.waitUntil(lambda: not marked())


def test_replacing_everything_leaves_closed_cards_alone_and_says_so(post: Editor) -> None:
    post.open_find()
    post.find_bar.words.setText("e")
    post.find_bar.replacement.setText("ee")
    put_cursor(post, "Above")
    post.replace_all()
    assert closed(post) == [GALLERY, FORM]
    assert "in closed blocks left alone" in post.find_bar.count.text()
    assert post.body().startswith("Abovee")
    post.find_bar.words.setText("contact")  # which shows the source that has it, until she goes on
    post.replace_all()
    assert FORM in post.body()
    post.text.folding.show_source(list(post.text.cards.all())[1])
    post.replace_all()
    assert FORM.replace("contact", "ee") in post.body()


def test_the_preview_and_the_editor_agree_where_a_closed_card_is(post: Editor) -> None:
    text = post.text
    card = next(iter(text.cards.all()))
    at = row(post, 0)
    share = places.place_at(text, at.y() / text.viewport().height())
    assert share == pytest.approx((card.first + card.last + 1) / 2, abs=0.3)
    places.go_to(text, card.first + 2, 3)
    assert on(post) == GALLERY
    post.show_line(card.last)
    assert on(post) == GALLERY
    post.go_to_line(card.first + 1)
    assert on(post) == GALLERY


def test_a_source_that_changes_outside_is_hidden_as_it_was(post: Editor) -> None:
    put_cursor(post, "The end")
    other = GALLERY.replace("\n\n", "\n<p>more</p>\n\n<p>and more</p>\n")
    post.replace_body_keeping_place(POST.replace(GALLERY, other))
    assert closed(post) == [other, FORM]
    post.replace_body_keeping_place(POST.replace(GALLERY, "words"))
    assert closed(post) == [FORM]


def test_focus_mode_leaves_the_card_that_she_is_on_bright(post: Editor) -> None:
    post.set_dimmed(True)
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 0))
    picture = post.text.viewport().grab().toImage()
    side = QColor(load_theme(False).side)
    first, second = row(post, 0), row(post, 1)
    assert picture.pixelColor(first.x(), first.y()) == side
    assert picture.pixelColor(second.x(), second.y()) != side


def test_a_local_picture_shows_on_its_card_and_is_asked_for_once(post: Editor, qtbot: QtBot) -> None:
    asked: list[str] = []
    post.text.picture_wanted.connect(asked.append)
    post.set_post("", POST)
    qtbot.waitUntil(lambda: asked == ["a.jpg"])
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("#123456"))
    post.set_picture("a.jpg", picture)
    shown = post.text.viewport().grab().toImage()
    assert any(shown.pixelColor(x, row(post, 0).y()).name() == "#123456" for x in range(60))
    assert asked == ["a.jpg"]


def test_cards_are_closed_in_every_size_and_theme(post: Editor) -> None:
    post.set_theme(load_theme(True))
    post.set_text_size(24)
    post.resize(420, 500)
    post.text.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    post.text.viewport().grab()
    assert closed(post) == [GALLERY, FORM]
    assert row(post, 1).y() > row(post, 0).y()
    QTest.mouseClick(post.text.viewport(), Qt.MouseButton.LeftButton, pos=row(post, 1))
    assert on(post) == FORM


def test_where_a_card_hides_much_the_words_look_as_they_always_do(
    post: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.set_post(
        "", POST.replace("Below", "Below *this* and `that`\n\n> said\n\n## More\n\nשלום and words " * 3)
    )
    put_cursor(post, "Below")
    post.open_find()
    post.find_bar.words.setText("this")
    post.text.setFocus()
    press(post, Key.Key_Down, Key.Key_Down, Key.Key_Down, mod=Mod.ShiftModifier)
    QApplication.processEvents()
    post.text.setEnabled(False)  # no cursor that blinks in between
    usual = post.text.viewport().grab().toImage()
    monkeypatch.setattr("postdesk.ui.editor.painting._MANY", 1)
    assert post.text.viewport().grab().toImage() == usual


def test_a_word_without_end_in_a_closed_card_breaks_no_line_of_hers(editor: Editor) -> None:
    editor.set_post("", f"Words\n\n```{{=html}}\n<img src=data:{'A' * 5_000}>\n```\n\nmore\n")
    assert editor.text.document().defaultTextOption().wrapMode() == WRAP
    QTest.mouseClick(editor.text.viewport(), Qt.MouseButton.LeftButton, pos=row(editor, 0))
    press(editor, Key.Key_Return)
    assert editor.text.document().defaultTextOption().wrapMode() != WRAP


def test_a_thousand_cards_and_a_source_of_megabytes_are_no_harm(editor: Editor) -> None:
    huge = "```{=html}\n" + "\n".join(f"<p>{n} {'words ' * 12}</p>" for n in range(6_000)) + "\n```"
    editor.set_post("", "Words\n\n" + f"{FORM}\n\n" * 1_000 + huge + "\n\nThe end\n")
    before = editor.body()
    assert len(closed(editor)) == 1_001
    press(editor, Key.Key_End, mod=Mod.ControlModifier)
    QTest.keyClicks(editor.text, "x")
    press(editor, Key.Key_Up, Key.Key_Up, Key.Key_Up)
    assert on(editor) == huge
    assert editor.body() == before + "x"


# --- whatever she does ---


def pressed(key: Qt.Key, mod: Mod, editor: Editor) -> None:
    press(editor, key, mod=mod)


def clicked(editor: Editor, held: Mod, twice: bool = False) -> None:
    """On the first closed card that shows."""
    for place, card in enumerate(editor.text.cards.all()):
        at = row(editor, place)
        if editor.text.cards.hidden_at(card.last) and editor.text.viewport().rect().contains(at):
            press_mouse = QTest.mouseDClick if twice else QTest.mouseClick
            press_mouse(editor.text.viewport(), Qt.MouseButton.LeftButton, held, at)
            return


def replaced(editor: Editor) -> None:
    editor.open_find()
    editor.find_bar.words.setText("e")
    editor.find_bar.replacement.setText("i")
    editor.replace_all()
    editor.close_find()


ACTIONS: dict[str, Callable[[Editor], object]] = {
    **{
        f"{mod}{name}": partial(pressed, key, held)
        for mod, held in {
            "": Mod.NoModifier,
            "shift ": Mod.ShiftModifier,
            "ctrl ": Mod.ControlModifier,
            "ctrl shift ": Mod.ControlModifier | Mod.ShiftModifier,
        }.items()
        for name, key in {
            "up": Key.Key_Up,
            "down": Key.Key_Down,
            "left": Key.Key_Left,
            "right": Key.Key_Right,
            "home": Key.Key_Home,
            "end": Key.Key_End,
        }.items()
    },
    "alt up": lambda e: press(e, Key.Key_Up, mod=Mod.AltModifier),
    "alt down": lambda e: press(e, Key.Key_Down, mod=Mod.AltModifier),
    "type": lambda e: QTest.keyClicks(e.text, "w"),
    "tab": lambda e: press(e, Key.Key_Tab),
    "backspace": lambda e: press(e, Key.Key_Backspace),
    "delete": lambda e: press(e, Key.Key_Delete),
    "delete word": lambda e: press(e, Key.Key_Delete, mod=Mod.ControlModifier),
    "delete word back": lambda e: press(e, Key.Key_Backspace, mod=Mod.ControlModifier),
    "delete line": lambda e: press(e, Key.Key_K, mod=Mod.ControlModifier),
    "delete whole line": lambda e: press(e, Key.Key_U, mod=Mod.ControlModifier),
    "copy": lambda e: press(e, Key.Key_C, mod=Mod.ControlModifier),
    "cut": lambda e: press(e, Key.Key_X, mod=Mod.ControlModifier),
    "paste": lambda e: press(e, Key.Key_V, mod=Mod.ControlModifier),
    "select all": lambda e: press(e, Key.Key_A, mod=Mod.ControlModifier),
    "undo": lambda e: press(e, Key.Key_Z, mod=Mod.ControlModifier),
    "redo": lambda e: press(e, Key.Key_Z, mod=Mod.ControlModifier | Mod.ShiftModifier),
    "bold": lambda e: e.run("bold"),
    "quote": lambda e: e.run("quote"),
    "rule": lambda e: e.run("rule"),
    "picture": lambda e: e.insert_picture("a.jpg", "A"),
    "source": lambda e: e.turn_card(),
    "close": lambda e: press(e, Key.Key_Escape),
    "click": lambda e: clicked(e, Mod.NoModifier),
    "shift click": lambda e: clicked(e, Mod.ShiftModifier),
    "double click": lambda e: clicked(e, Mod.NoModifier, twice=True),
    "replace": replaced,
}


@settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    start=st.lists(st.sampled_from([GALLERY, FORM, "Words here", "- a list", ""]), min_size=1, max_size=5),
    gap=st.sampled_from(["\n\n", "\n\n", "\n"]),
    tail=st.sampled_from(["", "\n"]),
    doings=st.lists(st.sampled_from(sorted(ACTIONS)), max_size=14),
)
def test_whatever_she_does_a_card_stays_as_it_was_or_goes_whole(
    editor: Editor, start: list[str], gap: str, tail: str, doings: list[str]
) -> None:
    """Law: after any series of keys and commands every card that there is has the bytes of one that was there, nothing
    of a card stands outside of one, and what is hidden is what is known to be. (A source that she opened is closed
    before the next key: what is typed into it is hers.)"""
    editor.set_post("", gap.join(start) + tail)
    QApplication.clipboard().setText("")
    for name in doings:
        card = editor.text.cards.at(editor.text.textCursor().blockNumber())
        if card is not None and not editor.text.cards.hidden_at(card.last):
            editor.text.folding.close(card)
        ACTIONS[name](editor)
        body = editor.body()
        assert body == from_document(editor.text.document().toRawText())
        for text in closed(editor):
            assert text in (GALLERY, FORM)
        rest = body.replace(GALLERY, "").replace(FORM, "")
        assert "html" not in rest, name
        assert "wp:" not in rest, name
        assert "contact" not in rest, name
        assert "```" not in rest, name
