"""Work of the status bar is stopped by a click on its own words, and leaves those of other work alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.ui.work import Work
from tests.ui.test_window import make


def test_a_click_stops_the_work_that_is_told_and_no_other(qtbot: QtBot) -> None:
    window = make(qtbot)
    pictures, posts = (
        Work(window),
        Work(window, "pull", "Bring the Blog's Posts &Here", "Stop Bringing Posts &Here"),
    )
    action = window.actions_table.action("pull")
    first, second = pictures.begin(), posts.begin()
    assert action.text() == "Stop Bringing Posts &Here"
    pictures.say("Pictures & more: 3")
    posts.say("Posts: 4")
    QTest.mouseClick(window.status.work, Qt.MouseButton.LeftButton)
    assert (first.is_set, second.is_set) == (False, True)
    pictures.over()
    assert window.status.work.isVisible(), "the words are those of the posts"
    posts.over()
    assert not window.status.work.isVisible()
    assert action.text() == "Bring the Blog's Posts &Here"
    assert (pictures.is_busy, posts.is_busy) == (False, False)
    posts.say("too late")
    assert not window.status.work.isVisible()
