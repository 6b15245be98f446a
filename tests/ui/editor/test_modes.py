"""She writes with the line held in the middle, or with all but her paragraph dimmed, in either direction of reading."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from tests.ui.editor.shown import shown_editor

Key = Qt.Key
PARAGRAPHS = "\n\n".join(f"Paragraph {n} of it.\nAnd its second line." for n in range(60))


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    shown = shown_editor(qtbot, 700, 700)
    shown.focus_text()
    shown.set_post("", PARAGRAPHS)
    return shown


def height(editor: Editor) -> int:
    """How far down the cursor's line is, in px."""
    return editor.text.cursorRect().center().y()


def test_the_line_stays_in_the_middle_while_she_types_and_at_the_end_of_the_text(editor: Editor) -> None:
    editor.set_typewriter(True)
    editor.set_cursor(PARAGRAPHS.index("30 of it"))
    middle = editor.text.viewport().height() / 2
    seen = [height(editor)]
    for _time in range(12):
        QTest.keyClick(editor.text, Key.Key_Return)
        QTest.keyClicks(editor.text, "typed")
        seen.append(height(editor))
    assert max(seen) - min(seen) <= 2
    assert abs(seen[0] - middle) < 26
    editor.set_cursor(len(editor.body()))
    assert abs(height(editor) - middle) < 26
    QTest.keyClick(editor.text, Key.Key_Return)
    assert abs(height(editor) - middle) < 26


def test_a_click_moves_the_cursor_and_not_the_text(editor: Editor) -> None:
    editor.set_typewriter(True)
    editor.set_cursor(PARAGRAPHS.index("30 of it"))
    before = editor.scroll_position()
    QTest.mouseClick(editor.text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 80))
    assert editor.scroll_position() == before
    assert abs(height(editor) - 80) < 26
    QTest.keyClicks(editor.text, "x")
    assert abs(height(editor) - editor.text.viewport().height() / 2) < 26


def test_without_the_mode_the_text_stands_still(editor: Editor) -> None:
    editor.set_typewriter(True)
    editor.set_typewriter(False)
    editor.set_cursor(PARAGRAPHS.index("30 of it"))
    before = editor.scroll_position()
    QTest.keyClick(editor.text, Key.Key_Up)
    assert editor.scroll_position() == before


def darkest(editor: Editor, line: int) -> int:
    """How dark the darkest pixel of a line is: 0 is black."""
    block = editor.text.document().findBlockByNumber(line)
    box = editor.text.blockBoundingGeometry(block).translated(editor.text.contentOffset()).toRect()
    image = editor.text.viewport().grab(box).toImage()
    return min(
        image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(image.height())
    )


def test_all_but_her_paragraph_is_dimmed_and_the_veil_follows_her(editor: Editor) -> None:
    plain = darkest(editor, 3)
    editor.set_dimmed(True)
    editor.set_cursor(PARAGRAPHS.index("Paragraph 1 of"))
    assert darkest(editor, 3) == darkest(editor, 4) == plain
    assert darkest(editor, 0) > plain + 60
    assert darkest(editor, 6) > plain + 60
    editor.set_cursor(0)
    assert darkest(editor, 0) == plain
    assert darkest(editor, 3) > plain + 60
    editor.set_dimmed(False)
    assert darkest(editor, 3) == plain


@pytest.mark.parametrize("words", ["שלום עולם", "> שלום עולם", "- שלום עולם"])
def test_words_that_are_read_from_the_right_begin_at_the_right(editor: Editor, words: str) -> None:
    editor.set_post("", words + " מילים מילים מילים מילים" * 8)
    editor.grab()
    layout = editor.text.document().firstBlock().layout()
    assert layout.lineCount() > 2
    right = [layout.lineAt(n).naturalTextRect().right() for n in range(layout.lineCount())]
    assert min(right) > editor.text.viewport().width() * 0.8
    if words[0] in ">-":
        assert max(right[1:]) - min(right[1:]) < 1
        assert right[0] > right[1]  # the mark stands out
