"""The process that renders answers with what has changed, cuts off what takes too long, and ends with the window."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import pytest

from postdesk.markup import render, worker
from postdesk.markup.blocks import split
from postdesk.markup.dialect import Dialect
from postdesk.markup.lossless import open_post
from postdesk.markup.render import BlockRenderer, Definitions, digest_of
from postdesk.markup.worker import Worker, encode, limited


class Told:
    """A worker in this process, and what it says."""

    def __init__(self, **settings: Any) -> None:
        self.said: list[dict[str, Any]] = []
        self.worker = Worker(self.said.append, **settings)

    def tell(self, **message: Any) -> list[dict[str, Any]]:
        """What it says until it has nothing more to do."""
        self.said.clear()
        self.worker.take(message)
        while not self.worker.is_idle:
            self.worker.work()
        return list(self.said)


def pieces(messages: list[dict[str, Any]]) -> list[str]:
    return [piece[0] for m in messages for splice in m.get("splices", ()) for piece in splice[2]]


def test_a_post_comes_as_pieces_that_know_their_lines() -> None:
    told = Told()
    (answer,) = told.tell(open=1, text="# One\n\nTwo\nlines", focus=0)
    assert answer["splices"] == [[0, 0, [["<h1>One</h1>", 0, 0], ["<p>Two\nlines</p>", 2, 3]]]]
    assert answer["whole"] is True
    assert answer["edits"] == 1


def test_the_next_patch_waits_until_the_page_has_the_last_one() -> None:
    told = Told()
    told.tell(open=1, text="One", focus=0)
    assert told.tell(edit=1, first=0, removed=1, lines=["Two"], focus=0) == []
    assert told.tell(edit=1, first=0, removed=1, lines=["Three"], focus=0) == []
    (answer,) = told.tell(landed=1)
    assert answer["splices"] == [[0, 1, [["<p>Three</p>", 0, 0]]]]
    assert answer["edits"] == 3


def test_where_nothing_changes_it_says_so() -> None:
    told = Told()
    told.tell(open=1, text="One", focus=0)
    told.tell(landed=1)
    assert told.tell(edit=1, first=1, removed=0, lines=["", ""], focus=0) == [{"current": 1, "edits": 2}]


def test_a_long_post_comes_in_parts_the_nearest_first() -> None:
    told = Told()
    text = "\n\n".join(f"Paragraph {number}" for number in range(900))
    first = told.tell(open=1, text=text, focus=1000)
    assert "<p>Paragraph 500</p>" in pieces(first)
    assert "<p>Paragraph 0</p>" not in pieces(first)
    assert first[-1]["whole"] is False
    rest = told.tell(landed=1)
    while not rest[-1].get("whole"):
        rest += told.tell(landed=1)
    assert len(pieces(first + rest)) == 900


def test_a_lost_page_gets_everything_under_a_new_number() -> None:
    told = Told()
    told.tell(open=1, text="One\n\nTwo", focus=0)
    (answer,) = told.tell(anew=1, post=2, focus=0)
    assert answer["patch"] == 2
    assert pieces([answer]) == ["<p>One</p>", "<p>Two</p>"]
    assert told.tell(landed=1) == []  # the answer of the page that was lost


def test_what_is_for_another_post_is_not_taken() -> None:
    told = Told()
    told.tell(open=2, text="One", focus=0)
    told.tell(landed=2)
    assert told.tell(edit=1, first=0, removed=1, lines=["Wrong"], focus=0) == []


def test_pieces_with_a_mark_are_sent_again() -> None:
    told = Told()
    told.tell(open=1, text="![a](b.png)\n\nText", focus=0)
    told.tell(landed=1)
    (answer,) = told.tell(again=1, marks=["<img"])
    assert pieces([answer]) == ['<figure><img src="pd-picture:b.png" alt="a"></figure>']


def test_what_acts_is_cleaned_away_before_it_is_sent() -> None:
    told = Told()
    (answer,) = told.tell(open=1, text="<p onclick=x()>Hi<script>y()</script></p>", focus=0)
    assert pieces([answer]) == ["<p>Hi</p>"]
    (answer,) = told.tell(html="<p onclick=x()>Hi</p>", post=2)
    assert pieces([answer]) == ["<p>Hi</p>"]


CENTRED = '<p class="has-text-align-center red" style="color:red">{}</p>'


def kept(*blocks: str) -> str:
    """The map of a post."""
    return open_post("\n".join(blocks)).to_json()


SHOWN = '<p class="has-text-align-center red" style="color:red;" data-pd="kept">{}</p>'


def test_blocks_are_shown_in_the_look_that_they_have_on_the_blog_while_she_types_in_them_too() -> None:
    told = Told()
    told.tell(open=1, text="One\n\nTwo words", focus=0)
    told.tell(landed=1)
    there = kept("<p>One</p>", CENTRED.format("Two words"))
    (answer,) = told.tell(looks=1, map=there, all=True)
    assert answer["splices"] == [[1, 1, [[SHOWN.format("Two words"), 2, 2]]]]
    told.tell(landed=1)
    (answer,) = told.tell(edit=1, first=2, removed=1, lines=["Two words more"], focus=2)
    assert pieces([answer]) == [SHOWN.format("Two words more")]
    told.tell(landed=1)
    (answer,) = told.tell(edit=1, first=0, removed=0, lines=["New", ""], focus=0)
    assert pieces([answer]) == ["<p>New</p>"]
    told.tell(landed=1)
    # Our own page shows only how it is aligned; a page that was lost has everything again.
    (answer,) = told.tell(looks=1, map=there, all=False)
    assert pieces([answer]) == ['<p style="text-align:center" data-pd="kept">Two words more</p>']
    (answer,) = told.tell(anew=1, post=2, focus=0)
    assert pieces([answer])[2] == '<p style="text-align:center" data-pd="kept">Two words more</p>'
    told.tell(landed=2)
    (answer,) = told.tell(looks=2, map="", all=True)
    assert pieces([answer]) == ["<p>Two words more</p>"]
    told.tell(landed=2)
    told.tell(looks=2, map=there, all=True)
    assert pieces(told.tell(open=3, text="Two words", focus=0)) == ["<p>Two words</p>"]


def test_looks_that_change_nothing_send_nothing_and_say_so() -> None:
    told = Told()
    told.tell(open=1, text="One", focus=0)
    told.tell(landed=1)
    assert told.tell(looks=1, map=kept("<p>One</p>", CENTRED.format("Other")), all=True) == [
        {"current": 1, "edits": 1}
    ]
    assert told.tell(looks=1, map=kept('<p class="red">One</p>'), all=False) == [{"current": 1, "edits": 1}]


@pytest.mark.parametrize("broken", ["{", "[]", '{"version": 1}', "[" * 100_000, kept("<p>One</p>")[:-3]])
def test_a_map_that_cannot_be_read_has_no_looks(broken: str) -> None:
    told = Told()
    told.tell(open=1, text="One", focus=0)
    told.tell(landed=1)
    assert told.tell(looks=1, map=broken, all=True) == [{"current": 1, "edits": 1}]


def test_a_look_of_another_post_is_not_put_on() -> None:
    told = Told()
    told.tell(open=2, text="One", focus=0)
    told.tell(landed=2)
    assert told.tell(looks=1, map=kept(CENTRED.format("One")), all=True) == []
    told.tell(html="<p>One</p>", post=3)
    told.tell(landed=3)
    assert told.tell(looks=3, map=kept(CENTRED.format("One")), all=True) == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    """The limit on a block, short."""
    monkeypatch.setattr(worker, "LONGEST", 0.2)
    before = signal.signal(signal.SIGPROF, worker._too_long)
    yield
    signal.signal(signal.SIGPROF, before)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("stubborn", [False, True], ids=["it lets go", "it catches everything"])
def test_a_block_that_takes_too_long_is_shown_as_typed_with_a_note(
    monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    whole = render._convert
    caught = 0

    def slow(dialect: Dialect, markdown: str, definitions: Definitions | None) -> str:
        nonlocal caught
        while "slow" in markdown:
            try:
                sum(range(1000))
            except Exception:
                caught += 1
                if not stubborn or caught > 3:
                    raise
        return whole(dialect, markdown, definitions)

    monkeypatch.setattr(render, "_convert", slow)
    renderer = BlockRenderer(limited)
    first, second = split("slow *one*\n\nquick *one*")
    shown = renderer.render(first, Definitions())
    assert "slow *one*" in shown
    assert "too long to render" in shown
    assert renderer.render(second, Definitions()) == "<p>quick <em>one</em></p>"


def test_a_block_that_killed_a_process_is_not_tried_again() -> None:
    told = Told(refused=[digest_of("bad *block*")])
    (answer,) = told.tell(open=1, text="bad *block*\n\ngood *block*", focus=0)
    bad, good = pieces([answer])
    assert "bad *block*" in bad
    assert good == "<p>good <em>block</em></p>"


def test_with_announcements_it_names_each_block_before_it_renders_it() -> None:
    told = Told(announce=True)
    said = told.tell(open=1, text="one", focus=0)
    assert said[0] == {"rendering": digest_of("one")}


def test_as_a_process_it_greets_answers_and_ends_with_its_input() -> None:
    message = encode({"open": 3, "text": "Lone \ud800 surrogate, *emphasis*", "focus": 0})
    ended = subprocess.run(
        [sys.executable, "-m", "postdesk.markup.worker"],
        input=message,
        capture_output=True,
        timeout=60,
        check=True,
    )
    answers = list(worker.decode(bytearray(ended.stdout)))
    assert set(answers[0]) == {"hello", "styles"}
    assert ".highlight" in answers[0]["styles"]["dark"]
    assert ended.stderr == b""


def test_messages_that_come_in_bits_are_put_together() -> None:
    stream = encode({"a": 1}) + encode({"b": "\u2028"})
    buffer, found = bytearray(), []
    for byte in stream:
        buffer.append(byte)
        found += list(worker.decode(buffer))
    assert found == [{"a": 1}, {"b": "\u2028"}]
    assert json.dumps(found)


def test_a_footnote_with_a_mark_is_sent_again_too() -> None:
    told = Told()
    told.tell(open=1, text="One[^1]\n\n[^1]: ![a](b.png)", focus=0)
    told.tell(landed=1)
    (answer,) = told.tell(again=1, marks=["<img"])
    assert "pd-picture:b.png" in answer["tail"]


def test_a_post_of_the_blog_is_not_sent_again() -> None:
    told = Told()
    told.tell(html="<p>https://youtu.be/abc</p>", post=1)
    told.tell(landed=1)
    assert told.tell(again=1, marks=["<p>http"]) == []
