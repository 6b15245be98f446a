"""Two versions side by side, as she sees them and decides with the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from postdesk.markup.merge import Choice
from postdesk.publishing.merge_files import merge_files
from postdesk.ui.conflict import Comparison, ConflictView, Row, rows_of
from postdesk.ui.conflict.passage import Passage
from postdesk.ui.conflict.words import Words, plain_label

BASE = "---\ntitle: Ferry\n---\n\n" + "\n\n".join(f"Paragraph {n} of the old text." for n in range(30)) + "\n"
MINE = (
    BASE.replace("title: Ferry", "title: Mine")
    .replace("Paragraph 3 of the old", "Mine 3 of the new")
    .replace("Paragraph 20 of the old text.\n\n", "")
    .replace("Paragraph 9 of", "Mine 9 of")
)
THEIRS = (
    BASE.replace("title: Ferry", "title: <b>Theirs</b>")
    .replace("Paragraph 3 of the old", "Theirs 3 of the very")
    .replace("Paragraph 20 of the old", "Theirs 20 of the old")
    .replace("text.\n\nParagraph 28", "text.\n\nAdded by theirs.\n\nParagraph 28")
)


def rows() -> tuple[Row, ...]:
    return rows_of(merge_files(BASE.encode(), MINE.encode(), THEIRS.encode()))


def shown(qtbot: QtBot, of: tuple[Row, ...] | None = None) -> ConflictView:
    view = ConflictView(Comparison("Mine", "Theirs", "Changed elsewhere", of or rows()))
    qtbot.addWidget(view)
    view.resize(900, 600)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow, timeout=20_000)
    view.begin()
    qtbot.waitUntil(lambda: view.passages.is_whole, timeout=20_000)
    qtbot.waitUntil(lambda: all(question.bar.isVisible() for question in view.questions), timeout=20_000)
    return view


def test_every_row_says_what_became_of_it() -> None:
    notes = [row.note for row in rows() if row.note]
    assert notes == [
        "Both changed “title”",
        "Both changed this paragraph",
        "Changed here · kept",
        "Removed here, changed there",
        "Added there · kept",
    ]
    assert [row.conflict for row in rows() if row.note] == [True, True, False, True, False]


def test_what_is_alike_is_folded_and_what_differs_is_shown_as_plain_text(qtbot: QtBot) -> None:
    view = shown(qtbot)
    labels = view.findChildren(QLabel)
    words = [label.text() for label in labels]
    assert "title: <b>Theirs</b>" in words
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any("Paragraph 14 " in text for text in words)
    assert any("more paragraphs" in text for text in words)


def bold(passage: Passage) -> list[str]:
    return [passage.words.text()[start:end] for start, end in passage.marks]


def test_the_words_that_changed_are_bold_on_the_side_where_they_changed(qtbot: QtBot) -> None:
    view = shown(qtbot)
    by_text = {passage.words.text(): passage for passage in view.findChildren(Passage)}
    assert bold(by_text["title: Mine"]) == ["Mine"]
    assert bold(by_text["Mine 3 of the new text."]) == ["Mine", "new"]
    assert bold(by_text["Theirs 3 of the very text."]) == ["Theirs", "very"]
    assert bold(by_text["Mine 9 of the old text."]) == ["Mine"]
    assert bold(by_text["Paragraph 9 of the old text."]) == []
    assert bold(by_text["Theirs 20 of the old text."]) == ["Theirs"], (
        "what was removed here was changed there"
    )
    assert view.questions[1].mine.accessibleDescription().endswith("these words: Mine, new")


def test_bold_words_are_drawn_and_none_is_cut_off(qtbot: QtBot) -> None:
    text = "Boats 🚢 and\nmore boats, with words that go on over several lines of it."
    plain, marked = plain_label(text), Words(text, [(text.index("more"), len(text))])
    for label in (plain, marked):
        qtbot.addWidget(label)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.resize(160, 400)
        picture = label.grab().toImage()
        ground = picture.pixel(159, 399)
        inked = [y for y in range(400) if any(picture.pixel(x, y) != ground for x in range(160))]
        line = label.fontMetrics().lineSpacing()
        assert label.heightForWidth(160) - line < max(inked) < label.heightForWidth(160)
    assert marked.heightForWidth(160) >= plain.heightForWidth(160)
    assert plain.grab().toImage() != marked.grab().toImage()
    assert marked.heightForWidth(80) > marked.heightForWidth(160)


def test_she_decides_with_the_keyboard_alone(qtbot: QtBot) -> None:
    view = shown(qtbot)
    decided: list[object] = []
    view.decided.connect(decided.append)
    wanted = (Choice.THEIRS, Choice.BOTH, Choice.MINE)
    for place, (question, choice) in enumerate(zip(view.questions, wanted)):
        assert question.buttons[Choice.MINE].hasFocus(), place
        assert question.mine.property("current") == "true"
        assert not view.use.isEnabled()
        for _step in range(list(question.buttons).index(choice)):
            QTest.keyClick(view.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClick(question.buttons[choice], Qt.Key.Key_Space)
        if place < 2:
            view.step(1)
    assert "everything is decided" in view.sentence.text()
    view.use.setFocus()
    QTest.keyClick(view.use, Qt.Key.Key_Space)
    assert decided == [wanted]


def test_what_is_hers_is_on_the_right_above_its_buttons_wherever_the_other_version_comes_from(
    qtbot: QtBot,
) -> None:
    view = shown(qtbot)
    titles = {
        label.text(): label.mapTo(view, label.rect().center()).x() for label in view.findChildren(QLabel)
    }
    assert titles["Theirs"] < view.width() / 2 < titles["Mine"]
    for question in view.questions:
        theirs, mine = (
            side.mapTo(view, side.rect().center()).x() for side in (question.theirs, question.mine)
        )
        assert theirs < view.width() / 2 < mine
        assert all(
            b.mapTo(view, b.rect().topLeft()).x() > view.width() / 2 for b in question.buttons.values()
        )
    labels = [button.text() for button in view.questions[1].buttons.values()]
    assert labels == ["Keep This", "Keep Theirs", "Keep Both"]


def test_next_and_previous_go_round(qtbot: QtBot) -> None:
    view = shown(qtbot)
    QTest.mouseClick(view.previous, Qt.MouseButton.LeftButton)
    assert view.questions[2].has_keyboard
    QTest.mouseClick(view.next, Qt.MouseButton.LeftButton)
    assert view.questions[0].has_keyboard
    assert [q.mine.property("current") for q in view.questions] == ["true", None, "false"]


def test_of_what_only_one_has_both_cannot_be_kept(qtbot: QtBot) -> None:
    buttons = [list(question.buttons) for question in shown(qtbot).questions]
    assert [Choice.BOTH in found for found in buttons] == [False, True, False]


def test_escape_and_not_now_leave_it(qtbot: QtBot) -> None:
    view = shown(qtbot)
    with qtbot.waitSignal(view.closed):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Escape)
    with qtbot.waitSignal(view.closed):
        QTest.mouseClick(view.later, Qt.MouseButton.LeftButton)


def test_every_control_has_a_name_of_its_own(qtbot: QtBot) -> None:
    names = [button.accessibleName() for button in shown(qtbot).findChildren(QPushButton)]
    assert all(names)
    assert len(set(names)) == len(names)


def test_thousands_of_changes_without_a_question_are_not_all_drawn(qtbot: QtBot) -> None:
    many = tuple(Row(f"mine {n}", None, "Added here · kept", mine_level="added") for n in range(5000))
    view = shown(qtbot, (*many, Row("a", "b", "Both changed this paragraph", conflict=True)))
    assert len(view.findChildren(QLabel)) < 2000
    assert len(view.questions) == 1
    qtbot.waitUntil(lambda: view.questions[0].has_keyboard, timeout=20_000)


def test_many_differences_come_a_few_at_a_time_and_all_are_decided_before_it_is_used(qtbot: QtBot) -> None:
    many = tuple(Row(f"mine {n}", f"theirs {n}", "Both changed this paragraph", True) for n in range(60))
    view = ConflictView(Comparison("Mine", "Theirs", "Changed elsewhere", many))
    qtbot.addWidget(view)
    assert len(view.questions) < 60
    for question in view.questions:
        question.buttons[Choice.MINE].click()
    assert not view.use.isEnabled(), "there are more to come"
    assert f"{60 - len(view.questions)} paragraphs to decide" in view.sentence.text()
    qtbot.waitUntil(lambda: view.passages.is_whole, timeout=20_000)
    assert [question.mine.words.text() for question in view.questions] == [row.mine for row in many]
    for question in view.questions:
        question.buttons[Choice.THEIRS].click()
    with qtbot.waitSignal(view.decided) as decided:
        view.use.click()
    assert decided.args == [(Choice.THEIRS,) * 60]


def test_tab_goes_from_one_question_to_the_next_though_they_came_later(qtbot: QtBot) -> None:
    many = tuple(Row(f"mine {n}", f"theirs {n}", "Both changed this paragraph", True) for n in range(30))
    view = shown(qtbot, many)
    view.questions[0].take_keyboard()
    for question in view.questions[:-1]:
        assert question.has_keyboard
        for _button in question.buttons:
            QTest.keyClick(view.focusWidget(), Qt.Key.Key_Tab)
    assert view.questions[-1].has_keyboard
