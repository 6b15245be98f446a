"""A word without end, as of a picture written into the text, does not stop the editor."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor, QTextOption
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from postdesk.ui.editor.text import LONGEST_WORD


def mode(editor: Editor) -> QTextOption.WrapMode:
    return editor.text.document().defaultTextOption().wrapMode()


def test_such_a_word_is_broken_anywhere_and_the_next_post_at_its_words(qtbot: QtBot) -> None:
    editor = Editor()
    qtbot.addWidget(editor)
    editor.show()
    editor.set_post("T", "![x](data:image/png;base64," + "a" * 300_000 + ")\n\nWords.")
    assert mode(editor) is QTextOption.WrapMode.WrapAnywhere
    editor.text.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(editor.text, " More")
    assert editor.body().endswith("Words. More")
    editor.set_post("T", "Words. " * 1000)
    assert mode(editor) is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere


def test_such_a_word_that_is_pasted_is_seen_too(qtbot: QtBot) -> None:
    editor = Editor()
    qtbot.addWidget(editor)
    editor.show()
    editor.set_post("T", "Words.")
    editor.insert_text("a" * (LONGEST_WORD + 1))
    assert mode(editor) is QTextOption.WrapMode.WrapAnywhere
    assert len(editor.body()) == LONGEST_WORD + 1 + len("Words.")
