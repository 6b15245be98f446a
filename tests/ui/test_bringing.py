"""Pictures come while she writes: she sees how far it is, stops it with a click, and is told how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Busy, Cancelled, LibraryError, PostDeskError
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.publishing.bringing import At, Brought
from postdesk.publishing.clearing import Cleared
from postdesk.ui.bringing import Bringing
from postdesk.ui.tasks import Tasks
from postdesk.ui.window import MainWindow
from tests.ui.test_window import make

BLOG = Account("a1", "wordpress", "Harbour <b>Notes</b>", "https://blog.example/", "ines")
PATIENCE = 30_000


class Desk:
    """A desk whose run ends as a test says; with `waits` only when she stops it."""

    def __init__(self) -> None:
        self.ends = Brought()
        self.waits = False
        self.fails: PostDeskError | None = None
        self.clears = Cleared()
        self.stopped = threading.Event()

    def bring_pictures(
        self, account: Account, cancel: Cancel, progress: Callable[[At], None], document: object
    ) -> Brought:
        progress(At(3, 120, 17))
        if self.waits:
            assert cancel.wait(PATIENCE / 1000)
            self.stopped.set()
            return Brought(self.ends.came, failure=Cancelled("Stopped.", "What came stays."))
        return self.ends

    def clear_pictures(self, cancel: Cancel) -> Cleared:
        if self.fails is not None:
            raise self.fails
        return self.clears


class Scene:
    """The window, and what she is told in it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window: MainWindow = make(qtbot)
        self.desk = Desk()
        self.tasks = Tasks(self.window)
        self.bringing = Bringing(self.desk, self.tasks, self.window)  # type: ignore[arg-type]  # all that it asks
        self.said: list[str] = []
        self.window.toasts.shown.connect(self.said.append)

    def hears(self) -> str:
        self.qtbot.waitUntil(lambda: bool(self.said), timeout=PATIENCE)
        return self.said[-1]


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    made = Scene(qtbot)
    yield made
    made.bringing.stop()
    qtbot.waitUntil(lambda: made.tasks.busy == 0, timeout=PATIENCE)


def test_she_sees_how_far_it_is_and_stops_it_with_a_click(scene: Scene) -> None:
    scene.desk.waits = True
    scene.desk.ends = Brought([Path("a.jpg")])
    scene.bringing.bring(BLOG)
    work = scene.window.status.work
    scene.qtbot.waitUntil(work.isVisible, timeout=PATIENCE)
    assert work.text() == "Bringing pictures here: 17 · 3 of 120 posts · stop"
    action = scene.window.actions_table.action("bring_all_pictures")
    assert action.text() == "Stop Bringing Pi&ctures Here"
    QTest.mouseClick(work, Qt.MouseButton.LeftButton)
    assert scene.hears() == "1 picture came from “Harbour <b>Notes</b>”. Stopped; the next time goes on."
    assert scene.desk.stopped.is_set()
    assert not work.isVisible()
    assert (action.text(), scene.bringing.is_busy) == ("Bring the Blog's Pi&ctures Here", False)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (Brought(), "Its posts show no picture of “Harbour <b>Notes</b>”."),
        (Brought(there=1), "The picture is here."),
        (Brought(there=4, gone=["https://b/x"]), "All 4 pictures are here. 1 is not on the blog any more."),
        (Brought(gone=["https://b/x", "https://b/y"]), "2 are not on the blog any more."),
        (
            Brought(
                problems=[("https://b.example/up/a%20b.jpg?x", "It is larger than 50 MB, and stays there.")]
            ),
            "1 did not come. a%20b.jpg: It is larger than 50 MB, and stays there.",
        ),
        (
            Brought([Path("a"), Path("b")], failure=Busy("It is busy.", "Nothing was changed.", "Later.")),
            "2 pictures came from “Harbour <b>Notes</b>”. It is busy. Nothing was changed. Later.",
        ),
    ],
)
def test_she_is_told_how_it_ended(scene: Scene, ends: Brought, said: str) -> None:
    scene.desk.ends = ends
    scene.bringing.bring(BLOG)
    assert scene.hears() == said


def test_of_one_post_she_is_told_which_pictures_stay_where_they_are(scene: Scene) -> None:
    scene.desk.ends = Brought([Path("a")], elsewhere=["https://x.example/1.jpg"])
    scene.bringing.bring(BLOG, Document(Path("a.md"), Post("a"), "", ""))
    assert scene.hears() == (
        "1 picture came from “Harbour <b>Notes</b>”. 1 lies on another site and stays there."
    )


def test_she_is_told_what_was_cleared_or_why_nothing_was(scene: Scene) -> None:
    scene.desk.clears = Cleared(2, 3_000_000)
    scene.bringing.clear()
    assert scene.hears() == "2 pictures were removed. 2.86 MiB are free now."
    scene.desk.fails = LibraryError("It cannot be read.", "Nothing was removed.", "Look at it.")
    with scene.qtbot.waitSignal(scene.bringing.told, timeout=PATIENCE) as told:
        scene.bringing.clear()
    assert told.args == [scene.desk.fails]
