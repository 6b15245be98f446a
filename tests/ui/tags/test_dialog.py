"""The window that renames tags says what it would do, and its one button does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.library.tags import Change
from postdesk.ui.tags.dialog import RenameDialog

NAMES = (("ferry", 3), ("News", 2), ("News/Local", 1))


@pytest.fixture
def dialog(qtbot: QtBot) -> RenameDialog:
    made = RenameDialog()
    qtbot.addWidget(made)
    made.set_names(NAMES)
    made.show()
    return made


def change(number: int, problem: str = "") -> Change:
    return Change(
        Path(f"{number}.md"), str(number), f"Post {number}", ("ferry", "a"), ("boats", "a"), problem
    )


def test_a_name_is_found_by_any_part_of_its_path(dialog: RenameDialog) -> None:
    QTest.keyClicks(dialog.filter, "local")
    assert dialog.old == "News/Local"
    assert dialog.new_name.text() == "News/Local"
    assert not dialog.do.isEnabled()  # it is called that already


def test_it_asks_once_she_pauses_and_its_button_says_what_it_does(qtbot: QtBot, dialog: RenameDialog) -> None:
    with qtbot.waitSignal(dialog.asked, timeout=20_000) as asked:
        dialog.new_name.selectAll()
        QTest.keyClicks(dialog.new_name, " boats,  and more")
    assert asked.args == ["ferry", "boats and more"]
    dialog.set_changes([change(1), change(2), change(3, "It is read-only.")])
    assert (dialog.do.text(), dialog.count.text()) == ("Rename in 2 posts", "2 of 3 posts")
    dialog.new_name.setText("News")
    assert not dialog.do.isEnabled()  # what it shows is being looked for
    dialog.set_changes([change(1)])
    assert dialog.do.text() == "Merge in 1 post"
    dialog.new_name.clear()
    dialog.set_changes([change(1)])
    assert dialog.do.text() == "Remove from 1 post"


def test_names_that_come_late_leave_what_she_typed(dialog: RenameDialog) -> None:
    QTest.keyClicks(dialog.filter, "news")
    dialog.new_name.setText("Press")
    dialog.set_names((("Aa", 1), *NAMES))
    assert (dialog.old, dialog.new) == ("News", "Press")
    dialog.set_names((("Aa news", 1),))
    assert (dialog.old, dialog.new) == ("Aa news", "Aa news")


def test_a_post_is_left_out_with_the_keyboard_and_one_that_cannot_be_changed_is_out(
    qtbot: QtBot, dialog: RenameDialog
) -> None:
    dialog.new_name.setText("boats")
    dialog.set_changes([change(1), change(2, "It is read-only."), change(3)])
    dialog.table.setFocus()
    dialog.table.setCurrentIndex(dialog.changes.index(0, 0))
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.agreed) as agreed:
        QTest.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    assert agreed.args is not None
    assert agreed.args[2] == (change(3),)


def test_escape_stops_what_runs_and_closes_what_does_not(qtbot: QtBot, dialog: RenameDialog) -> None:
    dialog.set_progress(1, 10)
    with qtbot.waitSignal(dialog.stopped):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.set_progress(0, 0)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
