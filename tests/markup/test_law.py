"""The preview shows what goes out: a page patched edit by edit is the page of the whole text.

`make law` runs these with 100,000 examples each (`POSTDESK_LAW` of them).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.markup.blocks import split
from postdesk.markup.live import LivePage, Mirror, Patch
from postdesk.markup.looks import Look
from postdesk.markup.render import render_document
from tests.markup.texts import Edit, Written, documents, edits

_EXAMPLES = int(os.environ.get("POSTDESK_LAW", "2000"))
_slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def page_of(mirror: Mirror) -> str:
    return "\n".join([*(piece.html for piece in mirror.pieces), mirror.tail]).strip()


@settings(max_examples=_EXAMPLES, suppress_health_check=_slow)
@given(documents)
@example("<div>A\n\n[ref]: https://blog.example/ref 'Title'\n-")
@example("A[^a]\n\n[^a]: one\n\nB[^b] and[^a]\n\n[^b]: two[^c]\n\n[^c]: three")
def test_blocks_joined_are_the_whole(text: str) -> None:
    """Law: the joined blocks equal one run of Python-Markdown over the whole text."""
    assert LivePage(text).html == render_document(text)


LOOKS: list[Look] = [
    (),
    (("p", (("class", "look"),)),),
    (("h2", (("style", "text-align:center"),)),),
    (("ul", (("class", "look"),)),),
    (("div", (("class", "look"),)), ("figure", ()), ("img", (("width", "30"),))),
]


@settings(max_examples=_EXAMPLES // 4, suppress_health_check=_slow)
@given(documents, edits, st.randoms(use_true_random=False))
@example("One\n\nTwo\n\nTwo\n\n# Three", [Edit("type", 100, 0, "a"), Edit("move", 300, 900, "")], Random(1))
def test_with_the_looks_of_a_blog_too_and_without_them_it_is_that_page(
    text: str, series: list[Edit], dice: Random
) -> None:
    """Law: of a post that came from a blog the patched page is that of the last text in its looks, whenever those were
    told; when they are taken away it is the page of the text."""
    kept = [(block.text, dice.choice(LOOKS)) for block in split(text)]
    dice.shuffle(kept)
    told = dice.randrange(len(series) + 1)
    page, mirror, last = _typed(text, series, dice, lambda page, at: page.keep(kept) if at == told else None)
    fresh, again = Mirror(), LivePage(last)
    again.keep(kept)
    while again.work():
        pass
    _take(fresh, again.patch())
    assert mirror.pieces == fresh.pieces
    page.keep([])
    _take(mirror, page.patch())
    assert page_of(mirror) == render_document(last)


@settings(max_examples=_EXAMPLES, suppress_health_check=_slow)
@given(documents, edits, st.randoms(use_true_random=False))
def test_after_any_edits_the_patched_page_is_the_page_of_the_whole_text(
    text: str, series: list[Edit], dice: Random
) -> None:
    """Law: whatever she does, and however far the rendering is at each key, the patches lead to the page that a fresh
    rendering of the last text gives; and each piece of it knows its lines."""
    _page, mirror, last = _typed(text, series, dice)
    assert page_of(mirror) == render_document(last)
    fresh = Mirror()
    again = LivePage(last)
    while again.work():
        pass
    _take(fresh, again.patch())
    assert mirror.pieces == fresh.pieces


def _typed(
    text: str,
    series: list[Edit],
    dice: Random,
    then: Callable[[LivePage, int], None] = lambda _page, _at: None,
) -> tuple[LivePage, Mirror, str]:
    """A page after these edits of a text, each with as much of the rendering and as many patches as the dice give it,
    to its end; the mirror that took the patches, and the last text. `then` is called after each edit, by number."""
    page, mirror, written = LivePage(), Mirror(), Written()
    for at, edit in enumerate([Edit("type", 0, 0, text), *series]):
        first, removed, new = written.make(edit)
        page.edit(first, removed, new, first)
        then(page, at)
        for _turn in range(dice.randrange(6)):
            page.work()
        if dice.random() < 0.7:
            _take(mirror, page.patch())
    while page.work():
        pass
    _take(mirror, page.patch())
    assert page.patch() is None
    return page, mirror, written.text


def _take(mirror: Mirror, patch: Patch | None) -> None:
    if patch is not None:
        mirror.take(patch)


def test_a_page_that_was_lost_is_made_again() -> None:
    page, mirror = LivePage("one\n\ntwo[^1]\n\n[^1]: note"), Mirror()
    while page.work():
        pass
    _take(Mirror(), page.patch())
    page.forget_page()
    _take(mirror, page.patch())
    assert page_of(mirror) == render_document("one\n\ntwo[^1]\n\n[^1]: note")


def test_a_letter_in_a_long_post_changes_one_piece() -> None:
    page = LivePage("\n\n".join(f"Paragraph {number} of many" for number in range(500)))
    assert page.html
    page.patch()
    page.edit(500, 1, ["Paragraph 250, typed"], 500)
    assert page.work()
    assert not page.work()
    patch = page.patch()
    assert patch is not None
    assert [(s.at, s.removed, [p.html for p in s.pieces]) for s in patch.splices] == [
        (250, 1, ["<p>Paragraph 250, typed</p>"])
    ]
    assert (patch.shifts, patch.tail, patch.whole) == ((), None, True)


def test_a_new_line_moves_the_pieces_below_it_and_sends_none_of_them() -> None:
    page, mirror = LivePage("a\n\nb\n\nc\n\nd"), Mirror()
    assert page.html
    _take(mirror, page.patch())
    page.edit(2, 0, ["", ""], 2)
    patch = page.patch()
    assert patch is not None
    assert not patch.splices
    assert patch.shifts == ((1, 2),)
    _take(mirror, patch)
    assert [piece.first_line for piece in mirror.pieces] == [0, 4, 6, 8]


def test_what_is_near_to_where_she_types_comes_first() -> None:
    page = LivePage("\n\n".join(f"block {number}" for number in range(300)))
    page.look_at(300)
    page.work()
    assert page.pending > 250
    while not page.is_ready:
        page.work()
    first = page.patch()
    assert first is not None
    assert not first.whole
    shown = [piece.html for splice in first.splices for piece in splice.pieces]
    assert "<p>block 150</p>" in shown
    assert "<p>block 0</p>" not in shown


def test_a_link_follows_its_definition_wherever_that_stands_and_however_it_is_spelled() -> None:
    text = "> [two\n> lines] and [a \\] b] and [STRASSE]\n\nend"
    page = LivePage(text)
    assert "<a" not in page.html
    for number, (label, address) in enumerate([("Two Lines", "/1"), ("a \\] b", "/2"), ("straße", "/3")]):
        page.edit(3, 0, [f"[{label}]: {address}", ""], 3)
        assert page.html.count("<a") == number + 1
    page.edit(3, 1, [""], 3)
    assert page.html.count("<a") == 2
