"""The questions before publishing: they end with the popover, and none holds up the next one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from pytestqt.qtbot import QtBot

from postdesk.backends.http import make_client
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.publishing.already import BlogLook
from postdesk.publishing.links import AT_A_TIME, LinkAnswers
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import LINKS, Level, Place, Remark
from postdesk.ui.looking import Looking
from postdesk.ui.tasks import Tasks
from tests.conftest import ExpectLog
from tests.servers.web import Web, web

PATIENCE = 30_000  # ms
DOCUMENT: Any = None


@pytest.fixture
def webs() -> Iterator[list[Web]]:
    """More servers than are asked at a time."""
    with web() as a, web() as b, web() as c, web() as d, web() as e, web() as f:
        yield [a, b, c, d, e, f]


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with make_client() as made:
        yield made


class Desk:
    """What looking needs of the desk; the servers are hers."""

    def __init__(self, client: httpx2.Client, webs: list[Web]) -> None:
        self.links = LinkAnswers(lambda: client)
        own = [Account(str(n), "x", "x", w.address) for n, w in enumerate(webs)]
        self.accounts = SimpleNamespace(all=lambda: own)
        self.blog: Any = BlogLook(True)
        self.cancels: list[Cancel] = []

    def look_on_blog(self, _document: object, _account: object, _intent: object, cancel: Cancel) -> BlogLook:
        self.cancels.append(cancel)
        if isinstance(self.blog, Exception):
            raise self.blog
        found: BlogLook = self.blog() if callable(self.blog) else self.blog
        return found


@pytest.fixture
def desk(client: httpx2.Client, webs: list[Web]) -> Desk:
    return Desk(client, webs)


@pytest.fixture
def looking(qtbot: QtBot, desk: Desk) -> Iterator[Looking]:
    tasks = Tasks()
    made = Looking(desk, tasks)  # type: ignore[arg-type]
    yield made
    made.stop()
    qtbot.waitUntil(lambda: tasks.busy == 0, timeout=PATIENCE)


class Shown:
    """What the popover was given."""

    def __init__(self) -> None:
        self.all: list[tuple[Remark, ...]] = []

    def __call__(self, remarks: tuple[Remark, ...]) -> None:
        self.all.append(remarks)

    @property
    def sentences(self) -> list[str]:
        return [r.sentence for r in self.all[-1]] if self.all else []


def start(looking: Looking, shown: Shown, addresses: list[str]) -> None:
    links = Remark(
        Level.LOOKING, "Asking…", key=LINKS, places=tuple(Place(a, str(n)) for n, a in enumerate(addresses))
    )
    plan = Remark(Level.OK, "Create the post", key="plan")
    looking.start(DOCUMENT, Account("a", "x", "Blog", ""), Intent.PUBLISH, (plan, links), shown)


def silent(where: Web) -> threading.Event:
    """Its page says nothing until it is let go, at the latest when the test is over; the event tells that it was
    asked."""
    came = threading.Event()

    def page(_to: BaseHTTPRequestHandler) -> None:
        came.set()
        where.hold.wait(8 * PATIENCE / 1000)

    where.pages["/"] = page
    return came


def test_the_line_of_the_links_is_filled_in_where_it_stands(
    qtbot: QtBot, looking: Looking, webs: list[Web]
) -> None:
    shown = Shown()
    webs[0].pages["/"] = webs[1].pages["/"] = 200
    start(looking, shown, [w.address + "/" for w in webs[:2]])
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    assert shown.sentences == ["Create the post", "All 2 links have an answer"]


def test_a_slow_server_holds_up_none_but_itself(
    qtbot: QtBot, looking: Looking, webs: list[Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than this test waits: the others are asked while the slow one is, or never.
    monkeypatch.setattr("postdesk.backends.asking.PATIENCE_S", 4 * PATIENCE / 1000)
    monkeypatch.setattr("postdesk.publishing.links.BUDGET_S", 8 * PATIENCE / 1000)
    slow = silent(webs[0])
    for one in webs[1:]:
        one.pages |= {"/": 200, "/b": 200}
    shown = Shown()
    start(looking, shown, [w.address + path for w in webs for path in ("/", "/b")])
    others = webs[1:]
    qtbot.waitUntil(lambda: slow.is_set() and all(len(w.asked) == 2 for w in others), timeout=PATIENCE)
    assert shown.all == []
    webs[0].hold.set()  # it hangs up without a word
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    assert shown.sentences[-1] == "2 of 12 links did not answer in time"
    assert set(webs[0].paths()) == {"/"}


def test_closing_the_popover_ends_the_questions_and_the_next_look_begins_anew(
    qtbot: QtBot, looking: Looking, webs: list[Web], desk: Desk
) -> None:
    came = [silent(w) for w in webs[:AT_A_TIME]]
    first, second = Shown(), Shown()
    start(looking, first, [w.address + "/" for w in webs])
    qtbot.waitUntil(lambda: all(e.is_set() for e in came), timeout=PATIENCE)
    looking.stop()
    webs[4].pages["/"] = webs[5].pages["/"] = 200
    start(looking, second, [w.address + "/" for w in webs[4:]])
    qtbot.waitUntil(lambda: bool(second.all), timeout=PATIENCE)
    assert second.sentences[-1] == "All 2 links have an answer"
    qtbot.waitUntil(lambda: looking._tasks.busy == 0, timeout=PATIENCE)
    assert first.all == []
    assert [c.is_set for c in desk.cancels] == [True, False]
    assert sum(len(w.asked) for w in webs[:AT_A_TIME]) == AT_A_TIME  # nobody was asked on


def test_no_more_than_some_servers_are_asked_at_a_time(
    qtbot: QtBot, looking: Looking, webs: list[Web]
) -> None:
    came = [silent(w) for w in webs]
    start(looking, Shown(), [w.address + "/" for w in webs])
    qtbot.waitUntil(lambda: sum(e.is_set() for e in came) == AT_A_TIME, timeout=PATIENCE)
    assert sum(e.is_set() for e in came) == AT_A_TIME


def test_what_the_blog_says_comes_below_and_a_second_word_takes_the_place_of_the_first(
    qtbot: QtBot, looking: Looking, desk: Desk
) -> None:
    desk.blog = BlogLook(True, (Remark(Level.WARNING, "“Harbor” is new", "categories", key="categories"),))
    shown = Shown()
    old = Remark(Level.WARNING, "Old", "categories", key="categories")
    looking.start(DOCUMENT, Account("a", "x", "Blog", ""), Intent.PUBLISH, (old,), shown)
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    assert shown.sentences == ["“Harbor” is new"]


def test_links_are_judged_without_waiting_for_a_blog_that_hangs(
    qtbot: QtBot, looking: Looking, desk: Desk, webs: list[Web]
) -> None:
    go_on = threading.Event()

    def hang() -> BlogLook:
        go_on.wait(60)
        return BlogLook(True)

    desk.blog = hang
    webs[0].pages["/"] = 200
    shown = Shown()
    start(looking, shown, [webs[0].address + "/"])
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    go_on.set()
    assert shown.sentences[-1] == "The link has an answer"


def test_whether_nobody_has_the_name_or_nobody_is_reached_is_told_by_the_blog(
    qtbot: QtBot, looking: Looking, desk: Desk
) -> None:
    desk.blog = BlogLook(False)
    shown = Shown()
    start(looking, shown, ["https://harbour.example/"])
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    assert shown.sentences[-1] == "The links were not asked: no connection"


def test_a_fault_of_our_own_ends_the_look_and_not_the_window(
    qtbot: QtBot, looking: Looking, desk: Desk, webs: list[Web], expect_log: ExpectLog
) -> None:
    expect_log("looking at the blog met a fault", logging.ERROR)
    desk.blog = ZeroDivisionError("ours")
    webs[0].pages["/"] = 200
    shown = Shown()
    start(looking, shown, [webs[0].address + "/"])
    qtbot.waitUntil(lambda: bool(shown.all), timeout=PATIENCE)
    assert shown.sentences[-1] == "The link has an answer"
