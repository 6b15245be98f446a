"""Whatever characters a post has, they come out as they went in, stay where they are, and are counted right."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.markup.counts import words
from postdesk.markup.outline import outline
from postdesk.ui.editor import Editor
from postdesk.ui.editor.exact import from_document, one_line_end, to_document, units
from tests.ui.editor.shown import shown_editor

KEEP = QTextCursor.MoveMode.KeepAnchor
TRAPS = [
    "\n",
    " ",
    "a",
    "é",
    "e\u0301",
    "😀",
    "👩\u200d🚀",
    "🇮🇪",
    "שלום",
    "\u202e",
    "\u2066x\u2069",
    "\r",
    "\r\n",
    "\0",
    "\x1b",
    "\x85",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\ufdd0",
    "\ufdd2",
    "\ufdef",
    "\ufdef4",
    "\ufdef\ue000",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\ufffc",
    "\ud800",
    "\udc00",
    "\ud83d",
    "\ud83d\ude00",
    "\U0010ffff",
    "```",
    "# ",
    "<!--",
    "-->",
    "> ",
    "- ",
]
TEXTS = st.lists(st.sampled_from(TRAPS), max_size=14).map("".join)
EDITS = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(0, 12), TEXTS, st.sampled_from(["paste", "keys", "undo", "redo"])
    ),
    max_size=10,
)
FEW = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    shown = shown_editor(qtbot, 600, 400)
    shown.focus_text()
    return shown


def read_anew(editor: Editor) -> str:
    """The text as the document has it, whatever is known of it."""
    return from_document(editor.text.document().toRawText())


@given(TEXTS)
@example("\ud83d\ude00")
@example("\ud83d" * 3 + "😀")
def test_the_document_s_characters_stand_for_the_post_s(text: str) -> None:
    """Law: what goes into the document comes out, holds no half pair that the binding would drop, and is cut into lines
    where the post is."""
    shown = to_document(text)
    assert from_document(shown) == text
    assert shown.encode("utf-16-le").decode("utf-16-le") == shown
    assert [from_document(line) for line in shown.split("\n")] == text.split("\n")


@FEW
@given(TEXTS)
def test_a_text_comes_out_as_it_went_in(editor: Editor, text: str) -> None:
    """Law: what is set is what is there, in what is known and in the document."""
    editor.set_post("", text)
    assert editor.body() == read_anew(editor) == text


@FEW
@given(TEXTS, EDITS)
@example("\ud800a\n😀", [(1, 2, "😀", "paste"), (0, 0, "", "undo"), (0, 0, "", "redo")])
def test_what_is_known_is_what_is_there_after_any_edits(
    editor: Editor, start: str, edits: list[tuple[int, int, str, str]]
) -> None:
    """Law: after every edit (typed, pasted over a selection, undone, done again) the text, its words and its headings
    are those of the document read anew, and who listens to the lines has the text, too."""
    editor.set_post("", start)
    heard = start.split("\n")

    def hear(first: int, removed: int, come: list[str]) -> None:
        heard[first : first + removed] = come

    editor.lines_edited.connect(hear)
    for at, length, come, how in edits:
        if how in ("undo", "redo"):
            getattr(editor, how)()
        else:
            editor.text.select(at, at + length)
            cursor = editor.text.textCursor()
            before = read_anew_until(editor, cursor.selectionStart())
            after = editor.body()[len(read_anew_until(editor, cursor.selectionEnd())) :]
            if how == "paste":
                editor.insert_text(come)
                assert editor.body() == before + come + after
            elif "a" in come:
                QTest.keyClicks(editor.text, "ab")
            else:
                QTest.keyClick(editor.text, Qt.Key.Key_Backspace)
        assert editor.body() == read_anew(editor) == "\n".join(heard)
        assert editor.count_words(60) == words(editor.body())
        assert editor.headings() == outline(editor.body())
    editor.lines_edited.disconnect(hear)


def read_anew_until(editor: Editor, position: int) -> str:
    """The text before a position of the document."""
    cursor = QTextCursor(editor.text.document())
    cursor.setPosition(position, KEEP)
    return from_document(cursor.selectedText())


@FEW
@given(st.text("a😀é\n\U0010ffff", max_size=12), st.integers(0, 30))
def test_the_cursor_is_never_put_into_the_middle_of_a_character(
    editor: Editor, text: str, position: int
) -> None:
    """Law: wherever the cursor is put, it stands between two characters, at most one unit before the place asked for,
    and what is typed there parts none."""
    editor.set_post("", text)
    editor.set_cursor(position)
    at = editor.cursor_position()
    assert at <= position
    assert at >= min(position, units(text)) - 1
    before = text.encode("utf-16-le")[: 2 * at].decode("utf-16-le")
    editor.insert_text("x")
    assert editor.body() == before + "x" + text[len(before) :]


def test_pasted_line_ends_are_one_kind_and_the_post_s_own_stay(editor: Editor) -> None:
    editor.set_post("", "a\rb\u2028c")
    editor.set_cursor(0)
    mime = QMimeData()
    mime.setText("x\r\ny\rz\n")
    editor.text.insertFromMimeData(mime)
    assert editor.body() == "x\ny\nz\na\rb\u2028c"
    assert one_line_end("x\r\ny\rz\n") == "x\ny\nz\n"


def test_a_paragraph_of_100_kb_is_followed_and_coloured_where_it_shows(editor: Editor, qtbot: QtBot) -> None:
    line = ("wörds *more* 😀😀😀😀😀😀; " * 5000)[:100_000]
    editor.set_post("", "before\n\n" + line + "\n\nafter")
    editor.set_cursor(60_000)
    QTest.keyClicks(editor.text, "typed")
    assert editor.body() == read_anew(editor)
    assert editor.body().count("typed") == 1
    editor.grab()
    block = editor.text.textCursor().block()
    layout = block.layout()
    here = editor.text.textCursor().positionInBlock()
    assert any(abs(each.start - here) < 300 for each in layout.formats())
    assert not any(each.start < 10_000 for each in layout.formats())


LINES = st.sampled_from(
    [
        "",
        "",
        "words *go",
        "on* and **on",
        "over** lines",
        "```",
        "~~~",
        "> ```",
        "> said *so",
        "> did* he",
        ">",
        "- item with words that go on and on until they reach the end of the line and wrap",
        "    deep *in",
        "        deeper*",
        "1. one",
        "# Head *of",
        "===",
        "<!-- a",
        "b -->",
        "[a]: b",
        "---",
        "`code",
        "end`",
    ]
)


def looks(editor: Editor) -> list[tuple[list[tuple[int, int, str, bool, bool]], list[tuple[float, float]]]]:
    """How every line that shows is coloured, and where its wrapped lines lie."""
    editor.grab()
    document = editor.text.document()
    layouts = (document.findBlockByNumber(n).layout() for n in range(document.blockCount()))
    return [
        (
            [
                (
                    f.start,
                    f.length,
                    f.format.foreground().color().name(),
                    f.format.fontItalic(),
                    bold(f.format),
                )
                for f in layout.formats()
            ],
            [(layout.lineAt(n).x(), layout.lineAt(n).y()) for n in range(layout.lineCount())],
        )
        for layout in layouts
    ]


def bold(shown: QTextCharFormat) -> bool:
    return shown.fontWeight() > QFont.Weight.Medium


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(LINES, min_size=1, max_size=10),
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 2), st.lists(LINES, max_size=2)), min_size=1, max_size=4
    ),
)
@example(["words *go", "on* and **on"], [(0, 0, [])])
def test_lines_look_as_if_the_text_were_opened_anew(
    editor: Editor, start: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    """Law: after any edits every line that shows is coloured, and lies, as in a text that was just opened."""
    editor.resize(600, 900)
    editor.set_post("", "\n".join(start))
    looks(editor)
    for at, length, come in edits:
        document = editor.text.document()
        first = min(at, document.blockCount() - 1)
        last = min(first + length, document.blockCount() - 1)
        end = document.findBlockByNumber(last)
        editor.text.select(document.findBlockByNumber(first).position(), end.position() + end.length() - 1)
        editor.insert_text("\n".join(come))
    after = looks(editor)
    editor.set_post("", editor.body())
    assert after == looks(editor)
