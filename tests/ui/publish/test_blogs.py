"""The popover for several blogs, by mouse and keyboard: nothing goes anywhere that she has not ticked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.publish.blogs import BlogRow, BlogsPopover
from postdesk.ui.theme import load_theme

ROWS = (
    BlogRow("a", "Harbour & Quay", "Published", ""),
    BlogRow("b", "<b>Notes</b>", "Changed since published", "goes out as an update", chosen=True),
    BlogRow("c", "The Paper", "", "", problem="The password for it is not known."),
    BlogRow("d", "Fresh", "Not there yet", "", remark="One picture has no description."),
)


@pytest.fixture
def popover(qtbot: QtBot) -> Iterator[BlogsPopover]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    made = BlogsPopover(window, load_theme(True))
    made.open_at(QPoint(880, 50), ROWS)
    yield made  # noqa: PT022  the window lives as long as this fixture


def test_the_changed_ones_are_ticked_and_return_sends_to_them(qtbot: QtBot, popover: BlogsPopover) -> None:
    assert popover.chosen == ("b",)
    assert popover.confirm.text() == "Send to 1 Blog"
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.keyClick(popover, Qt.Key.Key_Return)
    assert sent.args == [("b",)]
    assert not popover.isVisible()


def test_a_blog_that_cannot_take_it_cannot_be_ticked(qtbot: QtBot, popover: BlogsPopover) -> None:
    boxes = dict(zip("abcd", popover.boxes, strict=True))
    assert [k for k, b in boxes.items() if not b.isEnabled()] == ["c"]
    QTest.mouseClick(boxes["c"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    for key in "ad":
        QTest.mouseClick(boxes[key], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert popover.confirm.text() == "Send to 3 Blogs"
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.mouseClick(popover.confirm, Qt.MouseButton.LeftButton)
    assert sent.args == [("a", "b", "d")]


def test_with_none_ticked_nothing_can_be_sent(qtbot: QtBot, popover: BlogsPopover) -> None:
    QTest.mouseClick(popover.boxes[1], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not popover.confirm.isEnabled()
    with qtbot.assertNotEmitted(popover.confirmed):
        QTest.keyClick(popover, Qt.Key.Key_Return)
    with qtbot.waitSignal(popover.closed):
        QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_names_and_sentences_are_plain_text_and_all_is_spoken(popover: BlogsPopover) -> None:
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in popover.findChildren(QLabel))
    assert (
        popover.boxes[1].accessibleName() == "<b>Notes</b>: Changed since published · goes out as an update"
    )
    assert popover.boxes[2].accessibleName() == "The Paper: The password for it is not known."
    assert "One picture has no description." in [label.text() for label in popover.findChildren(QLabel)]
    popover.open_at(QPoint(880, 50), ROWS[:1])
    assert [b.text() for b in popover.boxes] == ["Harbour && Quay"]
