"""What comes after the first paint comes in its order, gives way to keys, and is not held up by what fails."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from postdesk.ui.afterwards import Afterwards


def test_everything_is_done_in_its_order(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = Afterwards([lambda n=n: done.append(n) for n in range(5)])  # type: ignore[misc]  # n has a default
    with qtbot.waitSignal(steps.done):
        steps.start()
    assert done == [0, 1, 2, 3, 4]


def test_nothing_is_done_right_after_a_key_but_it_is_done_in_the_end(qtbot: QtBot) -> None:
    done: list[str] = []
    steps = Afterwards([lambda: done.append("step")], quiet=10**9)
    steps.saw_key()
    with qtbot.waitSignal(steps.done):
        steps.start()
        QCoreApplication.processEvents()
        assert done == []
    assert done == ["step"]


def test_what_fails_keeps_nothing_else_from_her(qtbot: QtBot) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("no room")

    steps = Afterwards([fail, lambda: done.append("after")])
    with qtbot.capture_exceptions() as caught, qtbot.waitSignal(steps.done):
        steps.start()
    assert [kind for kind, _error, _trace in caught] == [OSError]
    assert done == ["after"]


def test_a_window_that_closes_leaves_the_rest_undone(qtbot: QtBot) -> None:
    done: list[str] = []
    steps = Afterwards([lambda: done.append("step")])
    steps.start()
    steps.stop()
    QCoreApplication.processEvents()
    assert done == []


def test_a_task_is_waited_for_until_it_is_over_or_has_taken_too_long(qtbot: QtBot) -> None:
    done: list[str] = []

    def wait(most: int) -> None:
        done.append("task")
        steps.wait(most)

    steps = Afterwards(
        [lambda: wait(60_000), lambda: done.append("a"), lambda: wait(1), lambda: wait(60_000)]
    )
    with qtbot.waitSignal(steps.done):
        steps.start()
        qtbot.waitUntil(lambda: bool(done))
        QCoreApplication.processEvents()
        assert done == ["task"]
        steps.go_on()
        qtbot.waitUntil(lambda: len(done) == 4)
        steps.go_on()
    assert done == ["task", "a", "task", "task"]
    steps.go_on()
    QCoreApplication.processEvents()


def test_a_task_that_ends_after_the_window_has_closed_begins_nothing(qtbot: QtBot) -> None:
    done: list[str] = []
    steps = Afterwards([lambda: steps.wait(60_000), lambda: done.append("step")])
    with qtbot.assertNotEmitted(steps.done):
        steps.start()
        QCoreApplication.processEvents()
        steps.stop()
        steps.go_on()
        QCoreApplication.processEvents()
    assert done == []
