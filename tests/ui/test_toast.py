"""After something happened the window says so in one sentence, and the writer can act on it or go on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, QPropertyAnimation, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)
from pytestqt.qtbot import QtBot

from postdesk.ui.theme import load_theme
from postdesk.ui.toast import Toast, Toasts


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 600)
    QLineEdit(host).setFixedSize(120, 30)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    return host


@pytest.fixture
def toasts(host: QWidget) -> Toasts:
    return Toasts(host, load_theme(dark=False))


def say(toasts: Toasts, sentence: str, *labels: str, stays: bool = False) -> list[str]:
    """Says it, and returns the list that collects which choice was made."""
    made: list[str] = []
    choices = tuple((label, lambda label=label: made.append(label)) for label in labels)
    toasts.say(Toast(sentence, choices, stays))
    return made


def test_a_toast_lies_at_the_bottom_in_the_middle(host: QWidget, toasts: Toasts) -> None:
    say(toasts, "Updated on Harbour Notes", "View", "Undo")
    toasts.place()
    card = toasts.card.geometry().translated(toasts.pos())
    assert abs(card.center().x() - host.width() // 2) <= 1
    assert 480 < card.top() < card.bottom() < 560
    host.resize(500, 400)
    card = toasts.card.geometry().translated(toasts.pos())
    assert abs(card.center().x() - 250) <= 1


def test_a_click_on_undo_undoes_and_closes(qtbot: QtBot, toasts: Toasts) -> None:
    made = say(toasts, "Updated", "View", "Undo")
    with qtbot.waitSignal(toasts.closed):
        QTest.mouseClick(toasts.buttons[1], Qt.MouseButton.LeftButton)
    assert made == ["Undo"]
    assert not toasts.isVisible()


def test_it_goes_by_itself(qtbot: QtBot, host: QWidget) -> None:
    toasts = Toasts(host, load_theme(dark=False), stays=20)
    with qtbot.waitSignal(toasts.closed):
        say(toasts, "Saved")


def test_eight_seconds_are_given(toasts: Toasts) -> None:
    say(toasts, "Saved")
    assert toasts.timer.isActive()
    assert toasts.timer.interval() == 8000


def test_it_waits_while_the_mouse_is_in_it(toasts: Toasts) -> None:
    say(toasts, "Updated", "View")
    centre = QPointF(toasts.rect().center())
    QApplication.sendEvent(toasts, QEnterEvent(centre, centre, centre))
    assert not toasts.timer.isActive()
    QApplication.sendEvent(toasts, QEvent(QEvent.Type.Leave))
    assert toasts.timer.isActive()


def test_it_waits_while_the_keyboard_is_in_it_and_gives_it_back(
    qtbot: QtBot, host: QWidget, toasts: Toasts
) -> None:
    field = host.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    made = say(toasts, "Updated", "View", "Undo")
    assert field.hasFocus(), "a toast never takes the keyboard by itself"
    assert toasts.take_keyboard()
    assert not toasts.timer.isActive()
    QTest.keyClick(toasts.buttons[0], Qt.Key.Key_Tab)
    assert toasts.buttons[1].hasFocus()
    QTest.keyClick(toasts.buttons[1], Qt.Key.Key_Return)
    assert made == ["Undo"]
    assert field.hasFocus()


def test_escape_closes_it(qtbot: QtBot, toasts: Toasts) -> None:
    made = say(toasts, "Updated", "View")
    toasts.take_keyboard()
    with qtbot.waitSignal(toasts.closed):
        QTest.keyClick(toasts.buttons[0], Qt.Key.Key_Escape)
    assert made == []


def test_several_come_one_after_the_other(qtbot: QtBot, toasts: Toasts) -> None:
    heard: list[str] = []
    toasts.shown.connect(heard.append)
    for sentence in ("First", "Second", "Third"):
        say(toasts, sentence, "View")
    assert toasts.sentence == "First"
    assert toasts.timer.remainingTime() < 8000 / 2
    for _time in range(3):
        QTest.mouseClick(toasts.buttons[0], Qt.MouseButton.LeftButton)
    assert heard == ["First", "Second", "Third"]
    assert toasts.sentence == ""


def test_what_is_not_true_any_more_goes_and_does_not_come_back(toasts: Toasts) -> None:
    toasts.say(Toast("Somebody changed it.", stays=True, about="a job"))
    say(toasts, "Updated")
    assert toasts.sentence == "Updated"
    toasts.take_back("another job")
    toasts.take_back("a job")
    assert toasts.sentence == "Updated"
    toasts.close_toast()
    assert toasts.sentence == ""
    toasts.say(Toast("Somebody changed it.", stays=True, about="a job"))
    say(toasts, "Saved")
    toasts.close_toast()
    assert toasts.sentence == "Somebody changed it."
    toasts.take_back("a job")
    assert toasts.sentence == ""


def test_a_toast_that_had_to_hurry_makes_no_later_one_hurry(qtbot: QtBot, toasts: Toasts) -> None:
    for sentence in ("First", "Second"):
        say(toasts, sentence, "Undo")
    for _time in range(2):
        QTest.mouseClick(toasts.buttons[0], Qt.MouseButton.LeftButton)
    say(toasts, "Third", "Undo")
    assert toasts.timer.remainingTime() > 8000 / 2


def test_what_must_be_read_stays_until_she_closes_it(qtbot: QtBot, toasts: Toasts) -> None:
    made = say(toasts, "The password was refused. Nothing went out.", "Edit Blog", stays=True)
    assert not toasts.timer.isActive()
    say(toasts, "Saved", "View")
    assert toasts.sentence == "Saved", "what is true now does not wait for her to close what was"
    QTest.mouseClick(toasts.buttons[0], Qt.MouseButton.LeftButton)
    assert toasts.sentence == "The password was refused. Nothing went out."
    assert not toasts.timer.isActive()
    assert toasts.buttons[-1].accessibleName() == "Close"
    QTest.mouseClick(toasts.buttons[-1], Qt.MouseButton.LeftButton)
    assert made == []
    assert toasts.sentence == ""


def test_a_toast_under_the_mouse_lets_a_newer_one_come(qtbot: QtBot, host: QWidget) -> None:
    toasts = Toasts(host, load_theme(False))
    say(toasts, "Old news")
    toasts.enterEvent(QEvent(QEvent.Type.Enter))
    assert not toasts.timer.isActive()
    say(toasts, "New")
    assert toasts.timer.isActive()


def test_a_title_with_markup_is_shown_as_it_is(toasts: Toasts) -> None:
    say(toasts, "Published <b>A & B</b>", "View & Undo")
    assert toasts.accessibleName() == "Published <b>A & B</b>"
    assert toasts.buttons[0].text() == "View && Undo"
    toasts.grab()


def test_a_long_sentence_wraps_in_a_narrow_window(host: QWidget, toasts: Toasts) -> None:
    host.resize(420, 500)
    say(
        toasts,
        "The blog did not answer, and it is not known whether the post went out. " * 2,
        "Look",
        "Try Again",
    )
    card = toasts.card.geometry().translated(toasts.pos())
    assert card.left() >= 0
    assert card.right() <= host.width()


class _Moving(QProxyStyle):
    """A system whose motions last so many ms: 0 where it was told to show less of them."""

    def __init__(self, lasts: int) -> None:
        super().__init__()
        self._lasts = lasts

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return self._lasts
        return super().styleHint(hint, option, widget, returnData)


@pytest.mark.parametrize(("lasts", "moves"), [(0, False), (200, True)])
def test_where_motion_is_unwanted_it_is_simply_there(toasts: Toasts, lasts: int, moves: bool) -> None:
    style = _Moving(lasts)
    toasts.setStyle(style)
    say(toasts, "Saved")
    rise = toasts.findChild(QPropertyAnimation)
    assert isinstance(rise, QPropertyAnimation)
    assert (rise.state() == QPropertyAnimation.State.Running) == moves


def test_above_native_windows_it_becomes_native_itself(host: QWidget, toasts: Toasts) -> None:
    pane = QWidget(host)
    pane.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
    pane.setGeometry(0, 0, 900, 600)
    pane.show()
    say(toasts, "Saved")
    assert toasts.testAttribute(Qt.WidgetAttribute.WA_NativeWindow)
    assert toasts.margin == 0
    assert not toasts.mask().isEmpty()
