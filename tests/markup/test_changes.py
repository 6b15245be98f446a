"""Two versions of a post side by side: what changed is found, marked, and can be brought back."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.markup.blocks import split
from postdesk.markup.changes import Page, State, bring_back, compare, shown
from postdesk.markup.clean import clean
from postdesk.markup.live import LivePage, Mirror
from tests.fuzz.texts import posts

OLD = "# Boats\n\nThe first ferry left at 6:10.\n\nA paragraph that goes.\n\n- one\n- two\n\nThe end."
NEW = "# Boats\n\nThe last ferry left at 6:10 sharp.\n\n- one\n- two\n\nOne that came.\n\nThe end."


def page(old: str, new: str) -> Page:
    return shown(old, new, compare(old, new))


def test_each_block_says_what_became_of_it() -> None:
    passages = compare(OLD, NEW)
    assert [(p.state, p.old, p.new) for p in passages] == [
        (State.SAME, "# Boats", "# Boats"),
        (State.CHANGED, "The first ferry left at 6:10.", "The last ferry left at 6:10 sharp."),
        (State.GONE, "A paragraph that goes.", None),
        (State.SAME, "- one\n- two", "- one\n- two"),
        (State.NEW, None, "One that came."),
        (State.SAME, "The end.", "The end."),
    ]
    assert [p.line for p in passages] == [0, 2, 4, 4, 7, 9]


def test_words_are_marked_inside_of_what_is_rendered() -> None:
    html = ["".join(pieces) for pieces in page(OLD, NEW).passages]
    assert html[0] == "<h1>Boats</h1>"
    assert html[1] == "<p>The <mark>first</mark> <del>last</del> ferry left at 6:10 <del>sharp</del>.</p>"
    assert html[2] == "<p>" + " ".join(f"<mark>{w}</mark>" for w in "A paragraph that goes".split()) + ".</p>"
    assert html[4] == "<p>" + " ".join(f"<del>{w}</del>" for w in "One that came".split()) + ".</p>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("A **bold word** here.", "A **bold thing** here.", "<strong>bold <mark>word</mark> <del>thing</del></strong>"),
        ("See [the *old* page](https://e.org/a).", "See [the *new* page](https://e.org/b).",
         '<a href="https://e.org/a">the <em><mark>old</mark> <del>new</del></em> page</a>'),
        ("1. one\n2. two", "1. one\n2. three", "<li><mark>two</mark> <del>three</del></li>"),
        ("> Quoted words.", "> Quoted letters.", "Quoted <mark>words</mark> <del>letters</del>."),
        ("```python\nold()\n```", "```python\nnew()\n```", "old"),
        ("<script>alert(1)</script> old", "<script>alert(2)</script> new", ""),
        ("| a | b |\n|---|---|\n| old | x |", "| a | b |\n|---|---|\n| new | x |", "<mark>old</mark> <del>new</del>"),
    ],
)  # fmt: skip
def test_marks_leave_markdown_as_it_is(old: str, new: str, expected: str) -> None:
    ((html,),) = page(old, new).passages
    assert expected in html
    assert not re.search("[\ue8f1-\ue8f4]", html)
    assert "<script" not in html


@pytest.mark.parametrize(
    ("line", "between"),
    [("Some *words* & more. ", ""), ("- an entry", "\n"), ("x" * 9_000, "")],
    ids=["a paragraph", "a list", "one word"],
)
def test_what_is_longer_than_anybody_could_wait_for_comes_in_pieces_as_it_was_typed(
    line: str, between: str
) -> None:
    text = between.join([line] * (200_000 // len(line)))
    (pieces,) = page(text, "").passages
    assert len(pieces) > 20
    # Marks, too, are letters of a piece.
    assert max(map(len, pieces)) < 100_000
    words = [re.sub("<[^<>]*>", " ", html).split() for html in pieces]
    assert "".join(itertools.chain.from_iterable(words)).replace("&amp;", "&") == "".join(text.split())
    (code,) = page(f"```\n{text}\n```", "").passages
    assert all(html.startswith('<pre class="as-typed"') for html in code)


NOTED = """See [the figures][port], [Port][] and [port].[^1] And more.[^later]

[port]: https://example.org/figures "The port"
[^1]: Said on *Tuesday*, see [port].
[^later]: Later."""


def test_links_by_name_and_footnotes_are_those_of_the_version() -> None:
    now = NOTED.replace("example.org/figures", "example.org/new").replace("Tuesday", "Wednesday")
    now = (
        now.replace("more", "less")
        + "\n\nOne that came, with [a link][port] and a note.[^new]\n\n[^new]: New."
    )
    found = page(NOTED, now)
    first, *_definitions, last, _note = ["".join(parts) for parts in found.passages]
    assert first.count('<a href="https://example.org/figures" title="The port">') == 3
    assert '<a class="footnote-ref" href="#fn:1">1</a>' in first
    assert '<a class="footnote-ref" href="#fn:later">2</a>' in first
    assert "<mark>more</mark> <del>less</del>" in first
    assert '<a href="https://example.org/new" title="The port"><del>a</del> <del>link</del></a>' in last
    assert '<a class="footnote-ref" href="#fn:new">3</a>' in last
    assert "<em><mark>Tuesday</mark> <del>Wednesday</del></em>, see <a href" in found.notes
    assert "<del>New</del>" in found.notes


@pytest.mark.parametrize(
    "link", ["[the old quay]", "[the old quay][]", "[The *old* quay][quay]", "[*The* old][quay]"]
)
def test_a_link_by_name_stays_one_with_marks_inside(link: str) -> None:
    names = "[quay]: https://e.org/1\n[the old quay]: https://e.org/1"
    for new in ("", f"See {link.replace('old', 'new')} there.\n\n{names}", names):
        (html,) = page(f"See {link} there.\n\n{names}", new).passages[0]
        assert 'href="https://e.org/1"' in html, new
        assert "<mark>old</mark>" in html


@given(posts)
@settings(max_examples=150)
def test_a_version_is_shown_as_the_preview_shows_it(text: str) -> None:
    """Law: without a difference its pieces and footnotes are those of the preview."""
    live, mirror = LivePage(text), Mirror()
    while live.work():
        pass
    patch = live.patch(lambda html: clean(html, lambda _src: None, True))
    if patch is not None:
        mirror.take(patch)
    found = page(text, text)
    pieces = (html.strip() for html in itertools.chain.from_iterable(found.passages))
    assert list(filter(None, pieces)) == list(filter(None, (piece.html.strip() for piece in mirror.pieces)))
    assert found.notes == mirror.tail


def test_a_version_that_nobody_looks_at_any_more_is_not_rendered_to_the_end() -> None:
    passages = compare("\n\n".join(f"Paragraph {n}." for n in range(500)), "")
    cancel = Cancel()
    turns = []

    def check() -> None:
        turns.append(1)
        if len(turns) == 3:
            cancel.set()
        cancel.check()

    with pytest.raises(Cancelled):
        shown("", "", passages, check)
    assert len(turns) == 3


def test_a_paragraph_is_brought_back_where_it_was() -> None:
    passages = compare(OLD, NEW)
    text = NEW
    text = bring_back(text, passages[1])
    assert "The first ferry left at 6:10.\n" in text
    assert "sharp" not in text
    text = bring_back(text, compare(OLD, text)[2])
    assert text == OLD.replace("- two\n\nThe end.", "- two\n\nOne that came.\n\nThe end.")


def test_a_paragraph_comes_back_into_an_empty_text_and_at_its_end() -> None:
    (gone,) = compare("Only one.", "")
    assert bring_back("", gone).strip() == "Only one."
    first, last = compare("One.\n\nTwo.", "One.")
    assert first.state is State.SAME
    assert bring_back("One.", last) == "One.\n\nTwo."


@given(posts, posts)
@settings(max_examples=150)
def test_every_block_of_both_texts_is_told_once(old: str, new: str) -> None:
    """Law: the old blocks in order, and every block of the new text once."""
    passages = compare(old, new)
    assert [p.old for p in passages if p.old is not None] == [block.text for block in split(old)]
    assert sorted(p.new for p in passages if p.new is not None) == sorted(block.text for block in split(new))
    assert all(p.state is State.SAME for p in passages) or old != new
    for html in itertools.chain.from_iterable(shown(old, new, passages).passages):
        assert not re.search("[\ue8f1-\ue8f4]", html)


@given(posts, posts, st.integers(0, 30))
@settings(max_examples=150)
def test_what_is_brought_back_is_there_and_nothing_else_goes(old: str, new: str, number: int) -> None:
    """Law: the lines of the old block stand in the text, and so do all lines of the new text but those it replaced."""
    new = new.replace("\r\n", "\n").replace("\r", "\n")
    passages = compare(old, new)
    if not passages:
        return
    passage = passages[number % len(passages)]
    text = bring_back(new, passage)
    if passage.old is None:
        assert text == new
        return
    assert passage.old in text
    left = new.split("\n")
    if passage.new is not None:
        del left[passage.line : passage.line + passage.new.count("\n") + 1]
    for line in left:
        assert line in text.split("\n")
