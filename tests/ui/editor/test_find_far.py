"""Finding a word far down in a long post while its letters are typed."""

from __future__ import annotations

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor
from postdesk.ui.theme import load_theme

_PART = "\n\n".join(
    [
        "## A part",
        "The first boat left at 6:10 this morning with eleven people on it, and by noon the quay was full. "
        * 3,
        "> A quotation that is long enough to be several lines of the editor, as it was said on that morning.\n"
        ">\n> > And one inside of it.",
        "- one item\n- another item with **weight** and a [link](https://example.org/)",
    ]
)


def test_letter_by_letter_the_first_hit_from_there_on_is_selected_and_every_one_in_view_is_marked(
    qtbot: QtBot,
) -> None:
    editor = Editor()
    editor.set_theme(load_theme(False))
    qtbot.addWidget(editor)
    editor.resize(480, 700)
    editor.show()
    qtbot.waitExposed(editor)
    editor.set_post("T", "\n\n".join([*[_PART] * 50, "quaymiddle", *[_PART] * 50]))
    editor.open_find()
    QTest.keyClicks(editor.find_bar.words, "quaymiddle", delay=5)
    assert editor.text.selected_text() == "quaymiddle"
    qtbot.waitUntil(lambda: len(editor.text.extraSelections()) == 1)


def test_hits_that_she_scrolls_to_are_marked_at_once_however_far_down(qtbot: QtBot) -> None:
    editor = Editor()
    editor.set_theme(load_theme(False))
    qtbot.addWidget(editor)
    editor.resize(480, 700)
    editor.show()
    qtbot.waitExposed(editor)
    editor.set_post("T", "quayfirst\n" + "a line\n" * 20_000 + "quaylast\n")
    editor.open_find()
    QTest.keyClicks(editor.find_bar.words, "quay", delay=5)
    bar = editor.text.verticalScrollBar()
    end = len(editor.body()) - len("quaylast\n")

    def marked() -> list[int]:
        return [one.cursor.selectionStart() for one in editor.text.extraSelections()]

    qtbot.waitUntil(lambda: marked() == [0])
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: marked() == [end], timeout=8000)
