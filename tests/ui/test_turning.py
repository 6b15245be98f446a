"""She goes back to what the blog has: it is asked, she can stop that, and where it does not tell nothing is changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Gone, NotAllowed, NotReady, PasswordError, PostDeskError, Unreachable
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.publishing.blogs_version import BlogsVersion
from postdesk.ui.tasks import Tasks
from postdesk.ui.turning import Turning
from postdesk.ui.window import MainWindow
from tests.ui.test_window import make

BLOG = Account("a1", "wordpress", "Harbour <b>Notes</b>", "https://blog.example/", "ines")
PATIENCE = 30_000
MINE = Post("p1", "Ferries", "What I wrote since.")
RECEIPT = Receipt("p1", "a1", "7")
THEIRS = replace(MINE, body="What the blog has.")
STAYS = "Nothing was changed: your text is as you had it."


class Session(QObject):
    """The open post, saved at once."""

    saved = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.post = MINE
        self.took: list[str] = []

    def save_with_id(self, then: Callable[[Any], None]) -> None:
        then(SimpleNamespace(post=self.post))

    save = save_with_id

    def take_words(self, post: Post) -> bool:
        self.took.append(post.body)
        self.post = replace(self.post, title=post.title, body=post.body)
        return True

    def change(self, edit: Callable[[Post], Post]) -> None:
        self.post = edit(self.post)


class Desk:
    """A desk whose blog answers as a test says; with `waits` only when she stops it or the test says `go`."""

    def __init__(self) -> None:
        self.fails: PostDeskError | None = None
        self.waits = False
        self.go = threading.Event()
        self.asked: list[bool] = []
        self.settled: list[Receipt] = []

    def blogs_version(
        self, _document: object, _account: Account, cancel: Cancel, *, ask: bool
    ) -> BlogsVersion:
        self.asked.append(ask)
        if ask and self.waits:
            while not self.go.wait(0.01):
                cancel.check()
        if ask and self.fails is not None:
            raise self.fails
        return BlogsVersion(THEIRS, RECEIPT, RECEIPT, asked=ask, newer=False)

    def settle_receipt(self, _before: Receipt, after: Receipt) -> None:
        self.settled.append(after)


class Scene:
    """The window with a post of a blog, and what she is told in it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window: MainWindow = make(qtbot)
        self.desk, self.session, self.tasks = Desk(), Session(), Tasks(self.window)
        desk: Any = self.desk
        session: Any = self.session
        self.turning = Turning(desk, session, self.tasks, self.window, lambda: BLOG)
        self.said: list[str] = []
        self.told: list[PostDeskError] = []
        self.window.toasts.shown.connect(self.said.append)
        self.turning.told.connect(self.told.append)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=PATIENCE)

    def hears(self, words: str) -> None:
        self.until(lambda: any(words in sentence for sentence in self.said))

    def press(self, label: str) -> None:
        button = next(b for b in self.window.toasts.buttons if b.text() == label)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def is_untouched(self) -> bool:
        return (self.session.post, self.session.took, self.desk.settled) == (MINE, [], [])


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    made = Scene(qtbot)
    yield made
    made.desk.go.set()
    qtbot.waitUntil(lambda: made.tasks.busy == 0, timeout=PATIENCE)


def test_she_has_what_the_blog_has_and_takes_that_back(scene: Scene) -> None:
    scene.turning.back()
    scene.hears("This is what “Harbour <b>Notes</b>” has. What you had is in the history.")
    assert (scene.session.post, scene.desk.settled) == (THEIRS, [RECEIPT])
    scene.press("Undo")
    scene.until(lambda: scene.session.post == MINE)


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("“Harbour” does not answer.", STAYS, "Ask it again later."),
        Gone("“Harbour” does not have this post any more.", STAYS, "Publish the post again."),
        NotAllowed("You may not read it.", STAYS, "Ask an editor."),
        PasswordError("The password is not known.", STAYS, "Look at the blog's settings."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_blog_that_does_not_tell_changes_nothing_and_she_may_take_what_it_had(
    scene: Scene, error: PostDeskError
) -> None:
    scene.desk.fails = error
    scene.turning.back()
    scene.hears(error.sentence)
    assert scene.is_untouched()
    assert not scene.window.status.work.isVisible()
    scene.press("Take What It Had")
    scene.hears("This is what “Harbour <b>Notes</b>” had when it was last asked.")
    assert (scene.session.post, scene.desk.asked) == (THEIRS, [True, False])


def test_a_post_that_never_was_there_is_told_and_nothing_else_offered(scene: Scene) -> None:
    scene.desk.fails = NotReady(
        "The blog does not have this post yet.", "Nothing was changed.", "Publish it first."
    )
    scene.turning.back()
    scene.until(lambda: scene.told == [scene.desk.fails])
    assert scene.is_untouched()


@pytest.mark.parametrize("by", ["a click", "the command"])
def test_she_stops_it_while_a_slow_blog_is_asked(scene: Scene, by: str) -> None:
    scene.desk.waits = True
    scene.turning.back()
    work = scene.window.status.work
    scene.until(work.isVisible)
    assert work.text() == "Asking “Harbour <b>Notes</b>” what it has · stop"
    if by == "a click":
        QTest.mouseClick(work, Qt.MouseButton.LeftButton)
    else:
        scene.turning.back()
    scene.hears(f"Stopped. {STAYS}")
    assert not work.isVisible()
    assert scene.is_untouched()


def test_an_answer_that_comes_after_the_stop_changes_nothing(scene: Scene) -> None:
    scene.desk.waits = True
    scene.turning.back()
    scene.until(lambda: bool(scene.desk.asked))
    scene.desk.go.set()
    scene.turning.stop()
    scene.hears("Stopped.")
    assert scene.is_untouched()


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (replace(MINE, body="More words."), "You have gone on writing since. Nothing was changed."),
        (Post("p2", "Trains", MINE.body), "You have opened another post since. Nothing was changed."),
    ],
)
def test_what_she_did_meanwhile_is_not_written_over(scene: Scene, now: Post, said: str) -> None:
    scene.desk.waits = True
    scene.turning.back()
    scene.until(lambda: bool(scene.desk.asked))
    scene.session.post = now
    scene.desk.go.set()
    scene.hears(said)
    assert (scene.session.post, scene.session.took) == (now, [])


def test_what_it_had_goes_into_no_other_post(scene: Scene) -> None:
    scene.desk.fails = Unreachable("No answer.", STAYS, "Later.")
    scene.turning.back()
    scene.hears("No answer.")
    scene.session.post = other = Post("p2", "Trains", "Other words.")
    scene.press("Take What It Had")
    assert (scene.session.post, scene.desk.asked) == (other, [True])
