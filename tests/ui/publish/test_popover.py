"""Nothing goes out before the button of the popover is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from postdesk.ui.publish import Look, PublishPopover, Remark
from postdesk.ui.theme import load_theme


@pytest.fixture
def popover(qtbot: QtBot) -> Iterator[PublishPopover]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    made = PublishPopover(window, load_theme(False))
    made.set_look(
        Look(
            "Publish to <b>Harbour Notes</b>",
            "Nothing goes out before you press Publish.",
            (
                Remark("ok", "Upload 2 pictures (412 KB)"),
                Remark("warning", "One picture has no description", "describe", "Describe"),
            ),
            "Publish now",
            True,
        )
    )
    made.open_at(QPoint(880, 50))
    yield made  # noqa: PT022  the window lives as long as this fixture


def test_return_publishes_now(qtbot: QtBot, popover: PublishPopover) -> None:
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.keyClick(popover, Qt.Key.Key_Return)
    assert sent.args == [None]
    assert not popover.isVisible()


def test_escape_sends_nothing(qtbot: QtBot, popover: PublishPopover) -> None:
    with qtbot.assertNotEmitted(popover.confirmed), qtbot.waitSignal(popover.closed):
        QTest.keyClick(popover, Qt.Key.Key_Escape)


def test_schedule_asks_for_a_time_with_an_offset(qtbot: QtBot, popover: PublishPopover) -> None:
    button = next(b for b in popover.findChildren(QPushButton) if b.text() == "Schedule…")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(popover.confirmed) as sent:
        QTest.keyClick(popover, Qt.Key.Key_Return)
    assert sent.args[0] > datetime.now().astimezone()


def test_a_remark_offers_its_way_out(qtbot: QtBot, popover: PublishPopover) -> None:
    link = next(b for b in popover.findChildren(QPushButton) if b.text() == "Describe")
    with qtbot.waitSignal(popover.asked) as asked:
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert asked.args == ["describe"]


def test_an_error_leaves_no_button_to_press(qtbot: QtBot, popover: PublishPopover) -> None:
    popover.set_look(Look("Not yet", "", (Remark("error", "The picture a.jpg is missing."),), ""))
    with qtbot.assertNotEmitted(popover.confirmed):
        QTest.keyClick(popover, Qt.Key.Key_Return)


def test_foreign_words_are_never_rich_text(popover: PublishPopover) -> None:
    labels = popover.findChildren(QLabel)
    assert "Publish to <b>Harbour Notes</b>" in [x.text() for x in labels]
    assert {x.textFormat() for x in labels if x.wordWrap()} == {Qt.TextFormat.PlainText}
