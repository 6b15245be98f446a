"""A part of `make edits`: random edits of posts of a real WordPress leave every byte outside of them as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from postdesk.markup.lossless import open_post
from tests.publishing.edits import law
from tests.publishing.edits.blog import OtherClient
from tests.publishing.edits.fixtures import desk, other
from tests.publishing.edits.making import KINDS, Edit
from tests.publishing.edits.run import corpus, run
from tests.publishing.test_pulled_real import Desk
from tests.servers.running import Servers
from tests.servers.wordpress import WordPress

__all__ = ["desk", "other"]  # fixtures


@pytest.fixture(params=["6.1 on MariaDB", "newest on SQLite"])
def blog(request: pytest.FixtureRequest, servers: Servers) -> WordPress:
    version, _on, database = request.param.partition(" on ")
    there = servers.wordpress(version, database=database.lower())
    there.reset_posts()
    return there


def test_a_part_of_the_edits(desk: Desk, other: OtherClient) -> None:
    seed = 20
    verdicts = run(desk, other, corpus(6, seed), 12, seed)
    assert len({v.edit.kind for v in verdicts}) > 4
    assert [(v.name, v.edit.kind, v.problems) for v in verdicts if v.problems] == []
    done = desk.pull(everything=True)
    assert (done.made, done.updated, done.both, done.there, done.problems) == ([], [], [], 6, [])


_SOURCE = '<p>One two three.</p>\n<p class="a">Four five.</p>\n\n<p>Six seven.</p>\n'


@pytest.mark.parametrize(
    ("edit", "right", "wrong"),
    [
        (
            Edit("a word", "", ((), ()), words=("five", "altered")),
            _SOURCE.replace("five", "altered"),
            _SOURCE.replace("five", "altered").replace("\n\n", "\n"),
        ),
        (
            Edit("a new paragraph", "", ((0,), (1, 2)), words=("", "New & more")),
            _SOURCE.replace("<p class", "<p>New &amp; more</p>\n<p class"),
            _SOURCE.replace("<p class", "<p>New &amp; more</p>\n<p CLASS"),
        ),
        (
            Edit("a deleted block", "", ((0,), (2,))),
            _SOURCE.replace('<p class="a">Four five.</p>\n\n', ""),
            _SOURCE.replace('<p class="a">Four five.</p>\n\n<p>Six', "<p>six"),
        ),
        (
            Edit("a moved block", "", ((1, 0, 2), ())),
            '<p class="a">Four five.</p>\n<p>One two three.</p>\n<p>Six seven.</p>\n',
            "<p>Four five.</p>\n<p>One two three.</p>\n<p>Six seven.</p>\n",
        ),
        (
            Edit("two paragraphs joined", "", ((0,), ()), (1, 2)),
            '<p>One two three.</p>\n<p class="a">Four five. Six seven.</p>\n',
            '<p>One two three.</p>\n<p class="a">Four five. Six.</p>\n',
        ),
        (Edit("a doubled block", "", ((0, 1, 2), ()), (0,), refused=True), _SOURCE, _SOURCE + "<p>x</p>"),
    ],
    ids=lambda one: one.kind if isinstance(one, Edit) else "",
)
def test_the_law_can_be_broken(edit: Edit, right: str, wrong: str) -> None:
    post = open_post(_SOURCE, classic=False)
    assert law.problems(edit, post, right) == []
    assert law.problems(edit, post, wrong) != []
    assert edit.kind in KINDS


def test_the_law_sees_that_the_beginning_is_gone() -> None:
    edit = Edit("a deleted block", "", ((0,), (2,)))
    post = replace(open_post(_SOURCE, classic=False), lead="\n")
    after = _SOURCE.replace('<p class="a">Four five.</p>\n\n', "")
    assert law.problems(edit, post, "\n" + after) == []
    assert law.problems(edit, post, after) != []
