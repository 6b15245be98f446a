"""Slow work is done on another thread, and its answer comes back on the window's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from postdesk.core.errors import Unreachable
from postdesk.ui.tasks import Tasks


def test_the_answer_comes_back_on_the_windows_thread(qtbot: QtBot) -> None:
    tasks = Tasks()
    seen: list[tuple[int, int]] = []
    with qtbot.waitSignal(tasks.idle):
        tasks.run(threading.get_ident, lambda worker: seen.append((worker, threading.get_ident())))
    ((worker, called_back),) = seen
    assert worker != called_back
    assert called_back == threading.get_ident()
    assert QThread.currentThread() is tasks.thread()


def test_a_lane_keeps_the_order_even_when_the_first_job_is_slow(qtbot: QtBot) -> None:
    tasks, gate = Tasks(), threading.Event()
    order: list[str] = []

    def slow() -> None:
        gate.wait(10)
        order.append("first")

    with qtbot.waitSignal(tasks.idle):
        tasks.run(slow, lane="library")
        for name in ("second", "third"):
            tasks.run(partial(order.append, name), lane="library")
        gate.set()
    assert order == ["first", "second", "third"]


def test_a_failure_is_told_to_who_asked_or_to_everybody(qtbot: QtBot) -> None:
    tasks = Tasks()
    told: list[Exception] = []
    everybody: list[Exception] = []
    tasks.failed.connect(everybody.append)

    def fail() -> None:
        raise Unreachable("The blog does not answer.")

    with qtbot.waitSignal(tasks.idle):
        tasks.run(fail, failed=told.append)
    with qtbot.waitSignal(tasks.idle):
        tasks.run(fail)
    assert [type(e) for e in told] == [Unreachable]
    assert [type(e) for e in everybody] == [Unreachable]


def test_a_bug_in_a_task_is_logged_and_told(qtbot: QtBot, expect_log: Callable[..., None]) -> None:
    expect_log("a task failed")
    tasks = Tasks()
    everybody: list[Exception] = []
    tasks.failed.connect(everybody.append)
    with qtbot.waitSignal(tasks.idle):
        tasks.run(lambda: 1 // 0)
    assert isinstance(everybody[0], ZeroDivisionError)


def test_a_job_that_fails_lets_the_lane_go_on(qtbot: QtBot) -> None:
    tasks = Tasks()
    order: list[str] = []
    with qtbot.waitSignal(tasks.idle):
        tasks.run(lambda: 1 // 0, failed=lambda e: order.append("failed"), lane="x")
        tasks.run(lambda: None, lambda _: order.append("went on"), lane="x")
    assert order == ["failed", "went on"]
