"""She closes the window while a post is being sent: she is told, it closes by itself, and nothing holds her up."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.core.errors import Unreachable
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.running import Running
from postdesk.ui.publisher import Publisher
from postdesk.ui.quitting import Quitting
from postdesk.ui.window import MainWindow
from tests.ui.test_window import make


class Sending(QObject):
    """What the window knows of publishing."""

    done = Signal(object)
    held_up = Signal()
    told = Signal(str)

    def __init__(self, *titles: str) -> None:
        super().__init__()
        self.is_sending = True
        self.saved = 0
        self.now_running = tuple(Running(title, title, "blog", title, ()) for title in titles)

    def saves(self) -> None:
        self.saved += 1

    def end(self, error: Unreachable | None = None) -> None:
        self.is_sending = False
        kind = ResultKind.DONE if error is None else ResultKind.WAITING
        self.done.emit(JobResult("1", "1", "blog", "Ferries", "publish", kind, error=error))


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    return make(qtbot)


def sit_down(window: MainWindow, sending: Sending) -> Quitting:
    sending.setParent(window)
    return Quitting(cast("Publisher", sending), window, sending.saves)


def press(window: MainWindow, label: str) -> None:
    button = next(button for button in window.toasts.buttons if button.text() == label)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_window_closes_when_the_post_is_out(window: MainWindow, qtbot: QtBot) -> None:
    sending = Sending("Ferries <b>late</b>")
    sit_down(window, sending)
    with qtbot.assertNotEmitted(window.closing):
        assert not window.close()
    assert sending.saved == 1
    assert "“Ferries <b>late</b>” is still being sent" in window.toasts.sentence
    assert "nothing is sent twice" in window.toasts.sentence
    with qtbot.waitSignal(window.closing, timeout=10_000):
        sending.end()
    assert not window.isVisible()


def test_quit_now_does_not_wait(window: MainWindow, qtbot: QtBot) -> None:
    sit_down(window, Sending("Ferries"))
    window.close()
    with qtbot.waitSignal(window.closing, timeout=10_000):
        press(window, "Quit Now")
    assert not window.isVisible()


def test_who_closes_it_again_does_not_wait(window: MainWindow) -> None:
    sit_down(window, Sending("Ferries"))
    assert not window.close()
    assert window.close()


def test_a_blog_that_never_answers_holds_nobody_up(window: MainWindow, qtbot: QtBot) -> None:
    quitting = sit_down(window, Sending("Ferries"))
    quitting._limit.setInterval(1)
    with qtbot.waitSignal(window.closing, timeout=10_000):
        window.close()


def test_who_stays_goes_on_and_the_window_does_not_close_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    sending = Sending("Ferries")
    quitting = sit_down(window, sending)
    window.close()
    press(window, "Stay")
    assert not window.toasts.isVisible()
    sending.end()
    with qtbot.assertNotEmitted(window.closing, wait=250):
        assert not quitting.waits
    assert window.close()


def test_a_post_that_did_not_go_out_is_read_of_first(window: MainWindow, qtbot: QtBot) -> None:
    sending = Sending("Ferries")
    quitting = sit_down(window, sending)
    window.close()
    sending.end(Unreachable("No answer.", "Nothing went out.", "Wait."))
    assert not quitting.waits
    assert window.isVisible()
    assert window.close()


@pytest.mark.parametrize("signal", ["held_up", "told"])
def test_what_has_to_be_mended_first_keeps_the_window_open(window: MainWindow, signal: str) -> None:
    sending = Sending()
    quitting = sit_down(window, sending)
    window.close()
    assert "1 post is still being sent" in window.toasts.sentence
    sending.is_sending = False
    getattr(sending, signal).emit(*["A picture is missing."][: signal == "told"])
    assert not quitting.waits
    assert window.isVisible()


def test_several_posts_are_told_as_a_number(window: MainWindow) -> None:
    sit_down(window, Sending("Ferries", "Boats"))
    window.close()
    assert "2 posts are still being sent" in window.toasts.sentence


def test_the_end_of_the_session_is_not_held_up(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    sit_down(window, Sending("Ferries"))
    monkeypatch.setattr(QGuiApplication, "isSavingSession", lambda _self: True)
    assert window.close()


def test_where_nothing_is_sent_the_window_closes_at_once(window: MainWindow) -> None:
    sending = Sending()
    sending.is_sending = False
    sit_down(window, sending)
    assert window.close()
