"""Return goes on with lists and quotations, and still gives who types every mark herself just what she typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.editor import Editor


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    made = Editor()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    made.set_post("", "")
    return made


def type_in(qtbot: QtBot, editor: Editor, text: str) -> str:
    editor.set_post("", "")
    for letter in text:
        if letter == "\n":
            QTest.keyClick(editor.text, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(editor.text, letter)
    return editor.body()


@pytest.mark.parametrize(
    ("typed", "gives"),
    [
        ("- one\ntwo", "- one\n- two"),
        ("> one\ntwo", "> one\n> two"),
        ("1. one\ntwo", "1. one\n2. two"),
        ("> > deep\nstill", "> > deep\n> > still"),
        ("- one\n\nAfter", "- one\n\nAfter"),
        ("> > deep\n\nAfter", "> > deep\n\nAfter"),
        ("- [ ] task\nnext", "- [ ] task\n- [ ] next"),
    ],
)
def test_return_goes_on_and_twice_ends(qtbot: QtBot, editor: Editor, typed: str, gives: str) -> None:
    assert type_in(qtbot, editor, typed) == gives


@pytest.mark.parametrize(
    ("before", "after", "gives"),
    [
        ("1. one", "\n2. two\n3. three", "1. one\n2. \n3. two\n4. three"),
        ("1) one", "\n\n2) two", "1) one\n2) \n\n3) two"),
        ("> 1. one", "\n>     1. deep\n> 2. two", "> 1. one\n> 2. \n>     1. deep\n> 3. two"),
        ("1. one", "\n1. all\n1. the same", "1. one\n2. \n1. all\n1. the same"),
        ("1. one", "\n2. two\n\nwords\n\n3. other", "1. one\n2. \n3. two\n\nwords\n\n3. other"),
        ("- one", "\n2. two", "- one\n- \n2. two"),
    ],
)
def test_a_new_item_counts_those_after_it_on(editor: Editor, before: str, after: str, gives: str) -> None:
    editor.set_post("", before + after, cursor=len(before))
    QTest.keyClick(editor.text, Qt.Key.Key_Return)
    assert editor.body() == gives
    editor.undo()
    assert editor.body() == before + after


@pytest.mark.parametrize(
    ("before", "after", "gives"),
    [
        ("1. one\n2. two", "", "1. one\n    1. two"),
        ("1. one\n    1. deep\n2. two", "", "1. one\n    1. deep\n    2. two"),
        ("> 1. one\n> 2. two", "", "> 1. one\n>     1. two"),
        ("- one\n- two", "", "- one\n    - two"),
        ("- one\n2. two", "", "- one\n    1. two"),
    ],
)
def test_tab_gives_an_item_the_number_of_its_place(
    editor: Editor, before: str, after: str, gives: str
) -> None:
    editor.set_post("", before + after, cursor=len(before))
    QTest.keyClick(editor.text, Qt.Key.Key_Tab)
    assert editor.body() == gives


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "A paragraph."),
        ("Above.\n\n", "A paragraph."),
        ("Above\n", "and on in the next line."),
        ("- an item\n\n", "A paragraph after the list."),
        ("> ", "Said."),
        ("  ", "A paragraph, two blanks in."),
        ("", "# A heading"),
    ],
)
def test_tab_before_words_makes_no_code_of_them(editor: Editor, before: str, after: str) -> None:
    editor.set_post("", before + after, cursor=len(before))
    QTest.keyClick(editor.text, Qt.Key.Key_Tab)
    assert editor.body() == before + after
    editor.text.selectAll()
    QTest.keyClick(editor.text, Qt.Key.Key_Tab)
    assert "    A paragraph" not in editor.body()
    assert "    Said" not in editor.body()


@pytest.mark.parametrize(
    ("before", "after", "gives"),
    [
        ("", "", "    "),
        ("Above.\n\n", "\n\nBelow.", "Above.\n\n    \n\nBelow."),
        ("In the ", "middle.", "In the     middle."),
        ("```\n", "code\n```", "```\n    code\n```"),
        ("```\n", "code in a fence that is open", "```\n    code in a fence that is open"),
        ("    ", "code", "        code"),
        ("- an item\n\n    ", "and more of it", "- an item\n\n        and more of it"),
        ("- ", "an item", "    - an item"),
    ],
)
def test_tab_elsewhere_puts_four_blanks(editor: Editor, before: str, after: str, gives: str) -> None:
    editor.set_post("", before + after, cursor=len(before))
    QTest.keyClick(editor.text, Qt.Key.Key_Tab)
    assert editor.body() == gives


def test_tab_moves_of_what_is_selected_only_what_no_code_becomes_of(editor: Editor) -> None:
    editor.set_post("", "Words.\n\n- one\n- two\n\nMore words.\n\n```\ncode\n```\n")
    editor.text.selectAll()
    QTest.keyClick(editor.text, Qt.Key.Key_Tab)
    assert "Words.\n\n    - one\n    - two\n\nMore words.\n" in editor.body()
    assert "\n    code\n" in editor.body()
    QTest.keyClick(editor.text, Qt.Key.Key_Backtab)
    assert editor.body() == "Words.\n\n- one\n- two\n\nMore words.\n\n```\ncode\n```\n"


def test_shift_tab_counts_on_where_the_item_comes_back_to(editor: Editor) -> None:
    editor.set_post("", "4. one\n    1. deep\n    2. two", cursor=24)
    QTest.keyClick(editor.text, Qt.Key.Key_Backtab)
    assert editor.body() == "4. one\n    1. deep\n5. two"


def test_one_backspace_takes_the_marks_back_that_return_made(qtbot: QtBot, editor: Editor) -> None:
    type_in(qtbot, editor, "- [ ] task\n")
    QTest.keyClick(editor.text, Qt.Key.Key_Backspace)
    assert editor.body() == "- [ ] task\n"
    QTest.keyClicks(editor.text, "words")
    assert editor.body() == "- [ ] task\nwords"
    QTest.keyClick(editor.text, Qt.Key.Key_Backspace)
    assert editor.body() == "- [ ] task\nword"


def test_marks_that_she_typed_go_letter_by_letter(qtbot: QtBot, editor: Editor) -> None:
    type_in(qtbot, editor, "> said\n> ")
    QTest.keyClick(editor.text, Qt.Key.Key_Backspace)
    assert editor.body() == "> said\n>"


def test_code_is_indented_as_the_line_above_and_no_list_goes_on_in_it(qtbot: QtBot, editor: Editor) -> None:
    assert type_in(qtbot, editor, "```\n  - a\nb") == "```\n  - a\n  b"


@pytest.mark.parametrize(
    ("typed", "gives"),
    [
        ("```python\ndef f():\n    pass\n```\nwords", "```python\ndef f():\n    pass\n```\nwords"),
        ("  ~~~~\n      a\n~~~~", "  ~~~~\n      a\n  ~~~~"),
        ("```\n    a `b`", "```\n    a `b`"),
        ("~~~\n    a\n```", "~~~\n    a\n    ```"),
        ("words\n    ```", "words\n    ```"),
    ],
)
def test_the_end_of_a_fence_stands_where_the_fence_begins(
    qtbot: QtBot, editor: Editor, typed: str, gives: str
) -> None:
    """On the indentation of the code above, it would be code itself, and so would all that follows."""
    assert type_in(qtbot, editor, typed) == gives


def test_the_end_of_a_fence_is_one_step_to_undo(qtbot: QtBot, editor: Editor) -> None:
    type_in(qtbot, editor, "```\n    a\n``")
    QTest.keyClicks(editor.text, "`")
    assert editor.body() == "```\n    a\n```"
    editor.undo()
    assert editor.body() == "```\n    a\n    ``"


MARKS = re.compile(r"(> ?)*([-*] (\[ \] )?|\d\. )?")


def following(line: str) -> str:
    """The marks that the line after this one has: the same, with the next number."""
    found = MARKS.match(line)
    return re.sub(r"\d+", lambda number: str(int(number.group()) + 1), found.group() if found else "")


LINES = st.sampled_from(
    ["> a", "> > b", ">", "- c", "- d e", "1. x", "2. y", "3. z", "", "", "* z", "- [ ] t"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=7))
@example(["> > b", ">", "> a"])
def test_typing_every_mark_gives_what_was_typed(qtbot: QtBot, editor: Editor, lines: list[str]) -> None:
    """Law: where each line carries on with the marks of the one before it, or comes after a blank line, typing a text
    letter for letter gives that text."""
    kept: list[str] = []
    for line in lines:
        before = kept[-1] if kept else ""
        marks = following(before)
        if not before or not line or line.startswith(marks) or (line == ">" and before[0] == ">"):
            kept.append(line)
    while kept and kept[-1] in (
        "",
        ">",
    ):  # the blank after a mark that is typed over stays until something follows
        kept.pop()
    text = "\n".join(kept)
    assert type_in(qtbot, editor, text) == text
