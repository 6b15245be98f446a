"""The preview is told of the looks of the post that is open, and of no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from postdesk.core.account import Account
from postdesk.core.errors import LibraryError
from postdesk.ui.kept_looks import KeptLooks
from postdesk.ui.tasks import Tasks

BLOG = Account("a1", "wordpress", "Blog", "https://b.example/")
PATIENCE = 20_000
ONE, TWO = '<p class="one">', "<p style='color:red'>\u2028"


class World(QObject):
    """A desk that has maps by post, and a preview that writes down what it is told."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self.qtbot = qtbot
        self.looks: dict[str, Any] = {}
        self.told: list[str] = []
        self.account: Account | None = BLOG
        self.tasks = Tasks()
        desk: Any = SimpleNamespace(kept_map=self._of)
        preview: Any = SimpleNamespace(set_kept=self.told.append)
        self.kept = KeptLooks(desk, preview, self.tasks, lambda: self.account, self)

    def _of(self, post_id: str, _account: Account) -> str:
        found = self.looks[post_id]
        if isinstance(found, Exception):
            raise found
        return str(found)

    def open(self, *posts: str) -> list[str]:
        """What the preview is told when these are opened one right after the other."""
        self.told.clear()
        for post in posts:
            document: Any = SimpleNamespace(post=SimpleNamespace(id=post)) if post else None
            self.kept.opened(document)
        self.qtbot.waitUntil(lambda: self.tasks.busy == 0, timeout=PATIENCE)
        return self.told


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[World]:
    made = World(qtbot)
    yield made
    made.tasks.wait(2000)


def test_the_looks_of_the_open_post_are_told_and_again_when_the_blog_has_another_version(
    world: World,
) -> None:
    world.looks = {"one": ONE, "two": TWO}
    assert world.open("one") == [json.dumps(ONE)]
    world.looks["one"] = TWO
    assert world.open("one") == [json.dumps(TWO)]


def test_what_comes_when_another_post_is_open_is_not_told(world: World) -> None:
    world.looks = {"one": ONE, "two": TWO}
    assert world.open("one", "two") == [json.dumps(TWO)]
    assert world.open("one", "") == [""]


def test_of_a_post_without_any_the_process_that_renders_is_not_told(world: World) -> None:
    world.looks = {"one": "<!-- wp:paragraph --><p>Plain.</p><!-- /wp:paragraph -->", "two": ""}
    assert world.open("one") == [""]
    assert world.open("two") == [""]


def test_without_a_blog_there_are_none(world: World) -> None:
    world.account = None
    assert world.open("one") == [""]


def test_what_cannot_be_read_leaves_the_post_without_them(world: World, expect_log: Any) -> None:
    world.looks = {
        "one": LibraryError("The folder cannot be read.", "The post is safe.", "Look whether it is there.")
    }
    assert world.open("one") == []
    world.looks = {"one": ValueError("broken")}
    expect_log("could not be read")
    assert world.open("one") == []
