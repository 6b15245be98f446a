"""She sees what is fetched for the look of a blog and how far it is, has it, switches it off, or drops it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import NotReady
from postdesk.publishing.appearances import Appearances, Kept
from postdesk.ui.look_dialog import LookDialog
from postdesk.ui.looks import Looks
from postdesk.ui.preview.look import Look
from postdesk.ui.tasks import Tasks
from tests.publishing.test_appearances import NEW, OLD

BLOG = Account("a1", "wordpress", "My blog", "https://blog.example", "anna")
OTHER = Account("a2", "wordpress", "Another", "https://other.example", "anna", {"markup": "html"})
PATIENCE = 20_000


class Pane(QWidget):
    """Stands for the preview: wears what it is told."""

    look_failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.look: Look | None = None

    def set_look(self, look: Look | None) -> None:
        self.look = look


class Window(QWidget):
    """Stands for the window: keeps what its toasts say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.toasts = SimpleNamespace(say=lambda toast: self.said.append(toast.sentence))


class World:
    """The looks of two blogs; `fetched` is what a fetch does."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.kept = Appearances(folder)
        self.account: Account | None = BLOG
        self.fetched: Callable[[Cancel, Callable[[int], None]], Any] = lambda _cancel, _came: NEW
        self.window, self.pane, self.tasks = Window(), Pane(), Tasks()
        for widget in (self.window, self.pane):
            qtbot.addWidget(widget)
        desk: Any = SimpleNamespace(
            appearances=lambda: self.kept,
            capture=self._capture,
            accounts=SimpleNamespace(get={"a1": BLOG, "a2": OTHER}.get),
        )
        pane: Any = self.pane
        window: Any = self.window
        self.looks = Looks(desk, pane, self.tasks, window, lambda: self.account)
        self.told: list[Any] = []
        self.looks.told.connect(self.told.append)

    def _capture(self, account: Account, cancel: Cancel, came: Callable[[int], None]) -> Kept:
        return self.kept.put(account.id, self.fetched(cancel, came))

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.tasks.busy == 0, timeout=PATIENCE)

    def open(self, account: Account = BLOG) -> LookDialog:
        self.looks.open(account)
        self.settle()
        (dialog,) = [d for d in self.window.findChildren(LookDialog) if d.isVisible()]
        return dialog

    @property
    def css(self) -> bytes:
        return self.pane.look.light if self.pane.look is not None else b""

    def shows(self, css: bytes) -> bool:
        return self.css == css


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = World(qtbot, tmp_path)
    yield made
    made.looks.stop()
    assert made.tasks.wait(PATIENCE)


def test_nothing_is_fetched_before_she_has_said_so(world: World) -> None:
    world.looks.follow()
    dialog = world.open()
    assert world.pane.look is None
    assert not dialog.use.isVisible()
    assert not dialog.dropper.isVisible()
    assert not dialog.stopper.isVisible()
    assert dialog.fetcher.text() == "Fetch the Look"


def test_once_fetched_it_is_shown_and_can_be_switched_off_and_on(world: World) -> None:
    world.looks.follow()
    dialog = world.open()
    dialog.fetcher.click()
    world.settle()
    world.settle()
    assert world.css == b"d{e:f}"
    assert dialog.use.isChecked()
    assert "2 style sheets or fonts" in dialog.state.text()
    assert "“My blog”" in world.window.said[-1]
    for wanted in (b"", b"d{e:f}"):
        dialog.use.click()
        world.qtbot.waitUntil(partial(world.shows, wanted), timeout=PATIENCE)
        kept = world.kept.get("a1")
        assert kept is not None
        assert kept.chosen is bool(wanted)


def test_dropped_it_is_gone(world: World) -> None:
    world.kept.put("a1", OLD)
    world.looks.follow()
    dialog = world.open()
    assert world.css == b"a{b:c}"
    dialog.dropper.click()
    world.qtbot.waitUntil(lambda: world.pane.look is None and not dialog.use.isVisible(), timeout=PATIENCE)
    assert world.kept.get("a1") is None


def test_each_blog_has_its_own(world: World) -> None:
    world.kept.put("a1", OLD)
    world.kept.put("a2", NEW)
    world.looks.follow()
    world.settle()
    assert world.css == b"a{b:c}"
    assert world.pane.look is not None
    assert world.pane.look.classes
    world.account = OTHER
    world.looks.follow()
    world.settle()
    assert world.css == b"d{e:f}"
    assert not world.pane.look.classes  # its posts are plain HTML
    world.looks.follow("a1")
    world.settle()
    assert world.css == b"a{b:c}"
    world.account = None
    world.looks.follow()
    world.settle()
    assert world.pane.look is None


def test_a_fetch_that_fails_says_why_and_leaves_what_was_there(world: World) -> None:
    def fails(_cancel: Cancel, _came: Callable[[int], None]) -> Any:
        raise NotReady("It could not be had.", "The preview stays as it is.", "Try again.")

    world.kept.put("a1", OLD)
    world.looks.follow()
    world.fetched = fails
    dialog = world.open()
    dialog.fetcher.click()
    world.settle()
    assert dialog.state.text() == "It could not be had. The preview stays as it is. Try again."
    assert world.css == b"a{b:c}"
    assert dialog.use.isVisible()
    dialog.close()
    world.open().fetcher.click()
    world.looks._dialog.close()  # type: ignore[union-attr]  # she does not wait for it
    world.settle()
    assert [error.happened for error in world.told] == ["It could not be had."]


def test_she_sees_how_far_it_is_and_stops_it(world: World) -> None:
    going = threading.Event()

    def waits(cancel: Cancel, came: Callable[[int], None]) -> Any:
        came(250_000)
        going.set()
        cancel.wait(60)
        cancel.check()

    world.kept.put("a1", OLD)
    world.fetched = waits
    dialog = world.open()
    dialog.fetcher.click()
    assert going.wait(20)
    world.qtbot.waitUntil(
        lambda: "250" in dialog.state.text() or "244" in dialog.state.text(), timeout=PATIENCE
    )
    assert dialog.busy.isVisible()
    assert not dialog.fetcher.isVisible()
    dialog.close()
    world.looks.open(BLOG)
    (again,) = [d for d in world.window.findChildren(LookDialog) if d.isVisible()]
    assert again.stopper.isVisible()
    again.stopper.click()
    world.qtbot.waitUntil(lambda: again.use.isVisible() and not again.busy.isVisible(), timeout=PATIENCE)
    assert "Fetched on" in again.state.text()
    assert world.told == []


def test_what_is_damaged_is_said_and_our_own_look_is_shown(world: World, tmp_path: Path) -> None:
    world.kept.put("a1", OLD)
    (tmp_path / "appearances" / "a1" / OLD.appearance.fonts[0][0]).write_bytes(b"x")
    world.looks.follow()
    world.settle()
    assert world.pane.look is None
    assert "damaged" in world.told[0].sentence
    assert "damaged" in world.open().state.text()


def test_a_look_in_which_posts_cannot_be_read_is_said_once_and_stays_off(world: World) -> None:
    world.kept.put("a1", OLD)
    world.looks.follow()
    world.settle()
    world.pane.look_failed.emit(world.pane.look)
    world.settle()
    assert "could not be read in the look of “My blog”" in world.window.said[-1]
    kept = world.kept.get("a1")
    assert kept is not None
    assert not kept.chosen
