"""What waits is seen with why and until when, and can be stopped, paused, tried again or taken back by the keyboard."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.running import Running
from postdesk.ui.outbox import OutboxPanel, WaitingPost, row_of
from postdesk.ui.outbox.rows import next_words
from postdesk.ui.theme import load_theme

NOW = time.mktime((2026, 11, 28, 14, 2, 0, 0, 0, -1))
STEPS = ("Make a draft on the blog", "Upload 2 pictures", "Set it live", "Look it up again and compare")


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def _job(
    key: str, state: JobState = JobState.WAITING, reason: Reason = Reason.NETWORK, due: float = NOW
) -> Job:
    return Job(key, f"p{key}", "a", f"Post {key}", "publish", state, reason, "A whole sentence.", "", "", "", "", "",
               False, 1, NOW, due, (), "", NOW)  # fmt: skip


def _row(
    key: str, state: JobState = JobState.WAITING, reason: Reason = Reason.NETWORK, due: float = NOW + 240,
    *, running: Running | None = None, paused: bool = False, elsewhere: bool = False, now: float = NOW,
) -> WaitingPost:  # fmt: skip
    return row_of(
        _job(key, state, reason, due), "Harbour Notes", running, paused=paused, elsewhere=elsewhere, now=now
    )


def _running(at: int = 1, *, can_stop: bool = True) -> Running:
    return Running("7", "p7", "a", "Post 7", STEPS, at, "Uploading quay.jpg", 600_000, 1_400_000, can_stop)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(qtbot: QtBot, clock: Clock) -> OutboxPanel:
    made = OutboxPanel(load_theme(dark=False), clock=clock)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def _buttons(panel: OutboxPanel) -> list[str]:
    return [b.accessibleName() for b in panel.detail.findChildren(QPushButton) if b.isVisible()]


@pytest.mark.parametrize(
    ("state", "reason", "can"),
    [
        (JobState.WAITING, Reason.NETWORK, ["Try Now", "Pause", "Take Back"]),
        (JobState.WAITING, Reason.TIME, ["Publish Now", "Pause", "Take Back"]),
        (JobState.PAUSED, Reason.ASKED, ["Go On", "Take Back"]),
        (JobState.PAUSED, Reason.SIGN_IN, ["Type the Password…", "Try Now", "Take Back"]),
        (JobState.FAILED, Reason.REFUSED, ["Try Now", "Take Back"]),
        (JobState.FAILED, Reason.CONFLICT, ["Compare…", "Take Back"]),
        (JobState.FAILED, Reason.GONE, ["Publish as New", "Keep as Draft"]),
    ],
)
def test_each_post_has_the_buttons_that_make_sense_for_it(
    panel: OutboxPanel, state: JobState, reason: Reason, can: list[str]
) -> None:
    panel.set_rows((_row("7", state, reason),))
    words = [*can, "Open Post", "History of Publishing…"]
    assert sorted(_buttons(panel)) == sorted(f"{w}: Post 7" for w in words)


def test_a_button_says_what_is_to_be_done_with_the_chosen_post(qtbot: QtBot, panel: OutboxPanel) -> None:
    panel.set_rows((_row("7"), _row("8")))
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    for name in ("retry", "pause", "take_back", "open", "history"):
        with qtbot.waitSignal(panel.pressed) as told:
            QTest.mouseClick(panel.detail.buttons[name], Qt.MouseButton.LeftButton)
        assert told.args == [name, "8"]
    with qtbot.waitSignal(panel.pressed) as told:
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert told.args == ["open", "8"]


def test_the_keyboard_reaches_the_list_and_every_button(panel: OutboxPanel) -> None:
    panel.set_rows((_row("7"),))
    panel.activateWindow()
    panel.list.setFocus()
    reached = set()
    for _step in range(20):
        widget = panel.focusWidget()
        assert widget is not None
        reached.add(widget.accessibleName() or getattr(widget, "text", str)())
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert reached >= {"What has not gone out yet", "Pause All", "Close", *_buttons(panel)}


def test_it_says_since_when_there_is_no_connection_and_counts_down(panel: OutboxPanel, clock: Clock) -> None:
    panel.set_rows((_row("7"), _row("8", JobState.PAUSED, Reason.ASKED)))
    assert "since 14:02" in panel.detail.line.text().replace("2:02 PM", "14:02")
    assert panel.detail.line.text().endswith("next try in 4 minutes")
    assert "since 28 Nov, " in _row("9", now=NOW + 86_400).words
    changed: list[int] = []
    panel.rows.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    clock.now += 20
    assert not panel.rows.tick(), "nothing is drawn anew while the words stay"
    clock.now += 180
    assert panel.rows.tick()
    assert changed == [0]
    assert panel.detail.line.text().endswith("next try in 40 seconds")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "now"), (1, "now"), (2, "in 2 seconds"), (59.9, "in 59 seconds"), (60, "in 1 minute"), (900, "in 15 minutes"),
     (7200, "in 2 hours"), (4e6, "in 1111 hours")],
)  # fmt: skip
def test_the_next_try_in_words(seconds: float, words: str) -> None:
    assert next_words(seconds) == f"next try {words}"


def test_while_it_is_sent_its_steps_are_marked_and_it_can_be_stopped(
    qtbot: QtBot, panel: OutboxPanel
) -> None:
    panel.set_rows((_row("7", JobState.RUNNING, Reason.NONE, running=_running()),))
    marks = [(m.text(), w.text()) for m, w in panel.detail._marks if w.isVisible()]
    assert marks == list(zip("✓●○○", STEPS))
    assert [w.accessibleName().partition(":")[0] for _m, w in panel.detail._marks if w.isVisible()] == [
        "Done", "Now", "To come", "To come",
    ]  # fmt: skip
    assert panel.detail.line.text() == "Uploading quay.jpg · 600 KB of 1.4 MB"
    assert panel.detail.bar.value() == pytest.approx(1000 * (1 + 6 / 14) / 4, abs=1)
    with qtbot.waitSignal(panel.pressed) as told:
        QTest.mouseClick(panel.detail.buttons["stop"], Qt.MouseButton.LeftButton)
    assert told.args == ["stop", "7"]


def test_when_it_is_too_late_to_stop_it_that_is_said_with_what_to_do(panel: OutboxPanel) -> None:
    panel.set_rows((_row("7", JobState.RUNNING, Reason.NONE, running=_running()),))
    panel.activateWindow()
    panel.detail.buttons["stop"].setFocus()
    panel.set_rows((_row("7", JobState.RUNNING, Reason.NONE, running=_running(2, can_stop=False)),))
    assert not panel.detail.buttons["stop"].isVisible()
    assert "can't be stopped any more" in panel.detail.sentence.text()
    assert "undo it, or take the post offline" in panel.detail.sentence.text()
    assert panel.focusWidget() is panel.list, "the keyboard is not lost with the button"


def test_a_change_of_one_row_touches_no_other_and_keeps_choice_and_keyboard(panel: OutboxPanel) -> None:
    rows = tuple(_row(str(n)) for n in range(200))
    panel.set_rows(rows)
    panel.choose("150")
    panel.activateWindow()
    panel.detail.buttons["pause"].setFocus()
    touched: list[int] = []
    panel.rows.dataChanged.connect(lambda first, _last: touched.append(first.row()))
    panel.rows.modelReset.connect(lambda: touched.append(-1))
    panel.set_rows((*rows[:3], replace(rows[3], words="The blog is busy"), *rows[4:]))
    assert touched == [3]
    assert panel.focusWidget() is panel.detail.buttons["pause"]
    panel.set_rows(rows[100:])  # the first hundred have gone out
    assert panel.rows.rowCount() == 100
    assert panel.detail.title.text() == "Post 150"
    panel.set_rows((*rows[100:], _row("new")))
    assert panel.detail.title.text() == "Post 150"
    panel.set_rows(rows[:2])
    assert panel.detail.title.text() in ("Post 0", "Post 1")
    assert touched[1:] in ([], [-1])


def test_a_paused_outbox_says_so_and_can_go_on(qtbot: QtBot, panel: OutboxPanel) -> None:
    with qtbot.waitSignal(panel.pause_all) as told:
        QTest.mouseClick(panel.pauser, Qt.MouseButton.LeftButton)
    assert told.args == [True]
    panel.set_paused(True)
    panel.set_notice("The outbox is paused.")
    panel.set_rows((_row("7", paused=True),))
    assert panel.notice.isVisible()
    assert panel.detail.line.text() == "The outbox is paused", "and no next try is promised"
    assert panel.pauser.accessibleName() == "Let All Go On"
    with qtbot.waitSignal(panel.pause_all) as told:
        QTest.mouseClick(panel.pauser, Qt.MouseButton.LeftButton)
    assert told.args == [False]


def test_where_another_window_sends_it_is_only_shown(panel: OutboxPanel) -> None:
    panel.set_rows((_row("7", JobState.RUNNING, Reason.NONE, elsewhere=True), _row("8", elsewhere=True)))
    assert _buttons(panel) == ["Open Post: Post 7", "History of Publishing…: Post 7"]
    assert "Another Post Desk sends it" in panel.detail.sentence.text()
    panel.choose("8")
    assert _buttons(panel) == ["Open Post: Post 8", "History of Publishing…: Post 8"]


def test_every_row_is_read_in_whole_to_those_who_hear_it(panel: OutboxPanel) -> None:
    panel.set_rows((_row("7", JobState.FAILED, Reason.CONFLICT),))
    spoken = panel.rows.data(panel.rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Post 7, Harbour Notes, Changed on the blog"
    assert panel.rows.rowCount(panel.rows.index(0)) == 0
    assert panel.rows.data(QModelIndex()) is None


def test_an_empty_outbox_says_so(panel: OutboxPanel) -> None:
    panel.set_rows((_row("7"),))
    panel.set_rows(())
    assert panel.nothing.isVisible()
    assert not panel.list.isVisible()
    assert _buttons(panel) == []


def test_a_title_is_plain_text(panel: OutboxPanel) -> None:
    panel.set_rows((replace(_row("7"), title="<b>Ferry</b>", sentence="<img src=x>"),))
    for label in (panel.detail.title, panel.detail.sentence):
        assert label.textFormat() is Qt.TextFormat.PlainText
