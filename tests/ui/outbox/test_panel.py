"""What waits is seen, and can be tried again or taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from postdesk.ui.outbox import OutboxPanel, WaitingPost


def test_each_waiting_post_can_be_tried_again_or_taken_back(qtbot: QtBot) -> None:
    panel = OutboxPanel()
    qtbot.addWidget(panel)
    panel.set_rows(
        (
            WaitingPost("7", "Ferry", "Harbour Notes", "Waiting for a connection."),
            WaitingPost("8", "Tides", "x", "y", can_take_back=False),
        )
    )
    panel.show()
    shown = [b for b in panel.findChildren(QPushButton) if b.isVisible() and b.text() != "Close"]
    assert [b.accessibleName() for b in shown] == ["Take back: Ferry", "Try now: Ferry", "Try now: Tides"]
    with qtbot.waitSignal(panel.take_back) as told:
        QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)
    assert told.args == ["7"]
    with qtbot.waitSignal(panel.retry) as told:
        QTest.mouseClick(shown[2], Qt.MouseButton.LeftButton)
    assert told.args == ["8"]


def test_an_empty_outbox_says_so(qtbot: QtBot) -> None:
    panel = OutboxPanel()
    qtbot.addWidget(panel)
    panel.set_rows((WaitingPost("7", "Ferry", "b", "s"),))
    panel.set_rows(())
    panel.show()
    assert panel._empty.isVisible()
