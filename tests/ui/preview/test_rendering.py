"""The preview's text is rendered in a process of its own: what becomes of it when that dies or hangs."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from postdesk.ui.preview import rendering
from postdesk.ui.preview.content import Lines
from postdesk.ui.preview.rendering import Message, Rendering, changed_lines
from tests.ui.preview.stage import PATIENCE, Reader


class Page:
    """A page as a list of pieces: takes each patch and says that it has landed."""

    def __init__(self, qtbot: QtBot, source: Rendering) -> None:
        self._qtbot = qtbot
        self.rendering = source
        self.pieces: list[str] = []
        self.lines = Lines()
        self.tail = ""
        self.patches = 0
        self.losses = 0
        self.failed = False
        source.patched.connect(self._take)
        source.lost.connect(self._lost)
        source.failed.connect(self._fail)

    def _take(self, message: Message) -> None:
        self.patches += 1
        for at, removed, pieces in message["splices"]:
            self.pieces[at : at + removed] = [html for html, _first, _last in pieces]
            self.lines.splice(at, removed, [(first, last) for _html, first, last in pieces])
        self.lines.shift(message["shifts"])
        if message["tail"] is not None:
            self.tail = message["tail"]
        self.rendering.landed()

    def _lost(self) -> None:
        self.losses += 1
        self.pieces = []
        self.lines.clear()
        self.tail = ""

    def _fail(self) -> None:
        self.failed = True

    def until(self, true: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(true, timeout=PATIENCE)

    def settle(self) -> str:
        """The page's HTML when nothing more will come."""
        self.until(lambda: self.rendering.is_settled)
        return "\n".join([*self.pieces, self.tail]).strip()


pytestmark = pytest.mark.qt_log_ignore(
    "vulkan", "Vulkan", "GPU vendor", "Sandboxing disabled", "GPUInfo", extend=True
)


@pytest.fixture
def page(qtbot: QtBot) -> Generator[Page, None, None]:
    source = Rendering()
    yield Page(qtbot, source)
    source.shut()


@pytest.fixture
def with_traps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that start from now on know the words of hanging.py, and are not waited for as long."""
    monkeypatch.setattr(rendering, "MODULE", "tests.ui.preview.hanging")
    monkeypatch.setattr(rendering, "PATIENCE", 1500)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


def _kill(page: Page) -> None:
    pid = page.rendering.pid
    assert pid > 1
    os.kill(pid, signal.SIGKILL)


def test_what_is_said_before_the_process_starts_is_not_lost(page: Page) -> None:
    page.rendering.open("One\n\nTwo")
    page.rendering.update("One\n\nThree", 2)
    page.rendering.start()
    assert page.settle() == "<p>One</p>\n<p>Three</p>"


def test_an_edit_is_told_as_the_lines_that_changed(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("One\n\nTwo\n\nThree")
    page.settle()
    before = page.patches
    page.rendering.update("One\n\nTwo typed\n\nThree", 2)
    assert page.settle() == "<p>One</p>\n<p>Two typed</p>\n<p>Three</p>"
    assert page.patches == before + 1
    assert [page.lines.range(n) for n in range(3)] == [(0, 0), (2, 2), (4, 4)]


def test_a_process_that_is_killed_is_replaced_and_sends_everything_again(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("One\n\nTwo[^1]\n\n[^1]: Note")
    wanted = page.settle()
    for turn in range(3):
        _kill(page)
        page.until(lambda: page.losses == turn + 1)  # noqa: B023  # used at once
        assert page.settle() == wanted


def test_what_is_typed_while_there_is_no_process_is_there_afterwards(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("One")
    page.settle()
    _kill(page)
    for number in range(20):
        page.rendering.update(f"One {number}", 0)
    page.until(lambda: page.losses == 1)
    page.rendering.update("The last", 0)
    assert page.settle() == "<p>The last</p>"


def test_a_process_that_dies_five_times_in_a_minute_is_left(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("One")
    for turn in range(5):
        page.settle()
        _kill(page)
        page.until(lambda: page.losses == turn + 1 or page.failed)  # noqa: B023  # used at once
    assert page.failed
    assert page.rendering.pid == 0


def test_a_block_that_kills_the_process_is_shown_as_typed_and_the_rest_of_the_post_as_ever(
    page: Page, with_traps: None
) -> None:
    page.rendering.start()
    page.rendering.open("*One*\n\nThis KILLS *it*.\n\n*Three*")
    page.until(lambda: page.losses == 2)
    html = page.settle()
    assert html.startswith("<p><em>One</em></p>")
    assert html.endswith("<p><em>Three</em></p>")
    assert "This KILLS *it*." in html
    page.rendering.update("*One*\n\nThis KILLS *it*.\n\n*Three* and on", 4)
    assert "and on" in page.settle()
    assert page.losses == 2


def test_a_block_that_holds_the_process_up_is_shown_as_typed(
    page: Page, with_traps: None, qtbot: QtBot
) -> None:
    waiting = Rendering()  # with the patience of this test
    other = Page(qtbot, waiting)
    waiting.start()
    waiting.open("*One*\n\nThis HANGS *it*.\n\n*Three*")
    other.until(lambda: other.losses == 2)
    html = other.settle()
    assert "This HANGS *it*." in html
    assert html.endswith("<p><em>Three</em></p>")
    waiting.shut()


def test_a_block_that_takes_too_long_is_cut_off_in_the_process_itself(page: Page, with_traps: None) -> None:
    page.rendering.start()
    page.rendering.open("*One*\n\nThis is BUSY *for good*.\n\n*Three*")
    html = page.settle()
    assert "This is BUSY *for good*." in html
    assert html.endswith("<p><em>Three</em></p>")
    assert page.losses == 0


@pytest.mark.parametrize(
    "text",
    [
        "a\rb\r\rc",
        "half \ud83d and \udc00 of a pair",
        "👩‍👩‍👧 🇺🇦 ✌🏽",
        "e\u0301 \u05e9\u05dc",
        "\u2028\u2029\x85",
        "nul \0",
    ],
)
def test_strange_text_goes_there_and_back(page: Page, text: str) -> None:
    page.rendering.start()
    page.rendering.open("before\n\nend")
    page.settle()
    page.rendering.update(f"before\n\n{text} end", 2)
    assert "end" in page.settle()
    page.rendering.update("before\n\nend", 2)
    assert page.settle() == "<p>before</p>\n<p>end</p>"


def test_the_answer_to_another_post_is_not_taken(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("Old " * 2000)
    page.rendering.open("New")
    assert page.settle() == "<p>New</p>"


def test_a_page_that_was_lost_gets_everything_once_more(page: Page) -> None:
    page.rendering.start()
    page.rendering.open("One\n\nTwo")
    wanted = page.settle()
    page._lost()
    page.rendering.anew(0)
    assert page.settle() == wanted


def test_a_message_may_come_in_pieces(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps(
        {"patch": 0, "edits": 0, "splices": [], "shifts": [], "tail": "é", "whole": True}
    ).encode()
    message = len(body).to_bytes(4, "big") + body
    stream = message * 3

    class Dribble:
        def __init__(self) -> None:
            self.left = [stream[n : n + 7] for n in range(0, len(stream), 7)]

        def readAllStandardOutput(self) -> Dribble:
            return self

        def data(self) -> bytes:
            return self.left.pop(0)

    dribble = Dribble()
    monkeypatch.setattr(page.rendering, "_process", dribble)
    monkeypatch.setattr(page.rendering, "landed", lambda: None)
    while dribble.left:
        page.rendering._read()
    assert page.patches == 3
    assert page.tail == "é"
    monkeypatch.setattr(page.rendering, "_process", None)


_LINES = st.lists(st.text(alphabet="ab\r é😀", max_size=4), min_size=1, max_size=8).map("\n".join)


@given(_LINES, _LINES)
@example("", "\n")
@example("a\n\n\nb", "a\n\nb")
@example("a\nb", "a\nb\na\nb")
def test_the_changed_lines_make_the_new_text_of_the_old_one(old: str, new: str) -> None:
    """Law: splicing what `changed_lines` says into the old lines gives the new ones."""
    first, removed, come = changed_lines(old, new)
    lines = old.split("\n")
    lines[first : first + removed] = come
    assert lines == new.split("\n")


@given(_LINES, st.lists(_LINES, max_size=6))
def test_the_lines_are_kept_while_she_types(start: str, texts: list[str]) -> None:
    source = Rendering()
    source.open(start)
    assert list(source.lines) == start.split("\n")
    for text in texts:
        source.update(text, 0)
        assert list(source.lines) == text.split("\n")


def test_while_the_process_is_gone_the_page_stays_and_comes_up_to_date_without_a_jump(
    reader: Reader, qtbot: QtBot
) -> None:
    text = [f"Paragraph {n} of the post." for n in range(150)]
    reader.show("\n\n".join(text))
    reader.preview.show_line(200.0, 0.4)
    reader.wait("scrollY > 500")
    reader.settle()
    place = reader.ask("scrollY")
    reader.ask(
        "(globalThis.least = 1e9, globalThis.moved = 0, addEventListener('scroll', () => { moved++ }),"
        " new MutationObserver(() => { least = Math.min(least, document.querySelectorAll('.pd-block').length) })"
        ".observe(document.querySelector('article'), { childList: true }), 0)"
    )
    os.kill(reader.preview.rendering.pid, signal.SIGKILL)
    text[100] += " Typed."
    with qtbot.waitSignal(reader.preview.shown, timeout=PATIENCE):
        reader.preview.update_body("\n\n".join(text), 200, len(text[100]))
    reader.wait("document.querySelectorAll('.pd-block')[100]?.textContent.trim()", text[100])
    reader.settle()
    assert reader.ask("scrollY") == place
    assert reader.ask("moved") == 0
    assert reader.ask("least") >= 150  # nothing ever went


def test_a_post_of_which_nothing_is_left_while_the_process_was_gone_is_empty(
    reader: Reader, qtbot: QtBot
) -> None:
    reader.show("One.\n\nTwo[^1].\n\n[^1]: Note.")
    os.kill(reader.preview.rendering.pid, signal.SIGKILL)
    with qtbot.waitSignal(reader.preview.rendering.lost, timeout=PATIENCE):
        reader.preview.update_body("", 0)
    reader.wait("document.querySelectorAll('.pd-block').length", 0)
    reader.wait("document.querySelector('main > footer').innerHTML", "")
    reader.type("Again.")
    assert "Again." in reader.text


def test_a_process_that_was_told_of_no_post_is_not_waited_for(page: Page) -> None:
    page.rendering.start()
    page.rendering.anew()
    page.rendering.again(["<img"])
    page.rendering.look_at(3)
    assert page.rendering.is_settled
    page.rendering.restart()
    assert page.rendering.is_settled
    page.rendering.open("One")
    assert page.settle() == "<p>One</p>"
