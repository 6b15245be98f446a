"""Posts of a pull are opened in processes beside it: with the same result, whatever happens to those."""

from __future__ import annotations

import os
import signal
import sys
import zlib
from collections.abc import Iterator

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.markup.lossless import Opened
from postdesk.publishing import openers
from postdesk.publishing.opener import Unopened, open_posts
from postdesk.publishing.openers import Openers

ODD = "Lone \ud800 surrogate, NUL \x00 and \u2028.\r\n\r\n<!-- wp:group --><div>"


def _posts(count: int = 12) -> list[Unopened]:
    words = "<!-- wp:paragraph -->\n<p>Words of no. {n} &amp; more.</p>\n<!-- /wp:paragraph -->\n\n"
    return [Unopened(words.format(n=n) * (1 + n % 3), True, f"base {n}") for n in range(count)] + [
        Unopened(ODD, True, ODD), Unopened("", False, ""),
    ]  # fmt: skip


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Openers]:
    monkeypatch.setattr(openers, "_FEW", 10)
    made = Openers(2)
    yield made
    made.close()
    assert made.pids == ()


def test_what_is_opened_beside_is_what_is_opened_here_in_its_order(beside: Openers) -> None:
    posts = _posts()
    for _again in range(2):
        beside.give(posts)
        assert len(beside.pids) == 2
        found = beside.take(Cancel())
        assert found == open_posts(posts)
    opened = Opened.from_json(zlib.decompress(found[-2].map_data).decode("utf-8", "surrogatepass"))
    assert opened.content == ODD


def test_a_few_posts_start_no_process() -> None:
    few = Openers()
    few.give(_posts(2))
    assert few.pids == ()
    assert few.take(Cancel()) == open_posts(_posts(2))
    few.close()


@pytest.mark.parametrize("when", ["before it is asked", "while it works"])
def test_the_posts_of_a_process_that_was_killed_are_opened_here(beside: Openers, when: str) -> None:
    beside.give(_posts())
    beside.take(Cancel())
    if when == "while it works":
        beside.give(_posts())
    os.kill(beside.pids[0], signal.SIGKILL)
    if when != "while it works":
        beside.give(_posts())
    assert beside.take(Cancel()) == open_posts(_posts())
    beside.give(_posts())
    assert beside.take(Cancel()) == open_posts(_posts())


def test_where_no_process_can_be_started_all_is_opened_here(
    beside: Openers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    beside.give(_posts())
    assert beside.pids == ()
    assert beside.take(Cancel()) == open_posts(_posts())


def test_a_process_that_says_something_else_is_not_believed(
    beside: Openers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openers, "MODULE", "this")  # prints a poem and ends
    beside.give(_posts())
    assert beside.take(Cancel()) == open_posts(_posts())


def test_she_can_stop_while_a_process_hangs(beside: Openers) -> None:
    beside.give(_posts())
    beside.take(Cancel())
    for pid in beside.pids:
        os.kill(pid, signal.SIGSTOP)
    beside.give(_posts())
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        beside.take(cancel)
