"""What a colleague wrote on the blog comes back as Markdown, and nothing that nobody touched is spelled otherwise."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postdesk.markup.gutenberg import Media
from postdesk.markup.published import cut_content, meaning
from postdesk.publishing.theirs import Dress, theirs_as_markdown

QUAY = "https://blog.example/quay.jpg"
DRESS = Dress({}, {QUAY: Media("5", QUAY)}, {"abc123": "https://blog.example/told"})
SENT = Dress({"pics/quay%20one.jpg": QUAY}, DRESS.media, DRESS.links)
POST = """\
The first boat __left__ at 6:10
this morning with eleven people.

The mayor's office says that talks could resume tomorrow[^a].

![A quay](pics/quay%20one.jpg "The caption")

* one
* two
* three

A heading
---------

As [told](post:abc123) before; a [reference][r] & <b>bold</b>.

| a | b |
|---|---|
| 1 | 2 |

```python
x = 1  # [not a link]
```

[^a]: The note.

[r]: https://example.org/r
"""
BASE = SENT.of(POST)


def block(inner: str, name: str = "paragraph", values: str = "") -> str:
    return f"<!-- wp:{name}{values} -->\n{inner}\n<!-- /wp:{name} -->"


def read(there: str, dress: Dress = DRESS) -> str:
    found = theirs_as_markdown(POST, BASE, there, dress)
    assert found.certain
    assert not found.doubtful
    return found.text


@pytest.mark.parametrize("blocks", [True, False])
def test_what_nobody_changed_comes_back_letter_by_letter(blocks: bool) -> None:
    dress = Dress(DRESS.addresses, DRESS.media, DRESS.links, blocks)
    base = Dress(SENT.addresses, SENT.media, SENT.links, blocks).of(POST)
    found = theirs_as_markdown(POST, base, base, dress)
    assert (found.text, found.doubtful, found.certain) == (POST, frozenset(), True)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        (("eleven", "nine"), ("eleven", "nine")),
        (("resume tomorrow", "resume today"), ("resume tomorrow", "resume today")),
        (("The caption", "Another one"), ("The caption", "Another one")),
        ((">two<", ">too<"), ("* two", "* too")),
        (("A heading", "Another heading"), ("A heading\n---------", "## Another heading")),
        (("before;", "later;"), ("before;", "later;")),
        (("<td>2</td>", "<td>3</td>"), ("| 2 |", "| 3 |")),
    ],
)
def test_one_word_changed_there_is_one_word_changed_here(
    there: tuple[str, str], here: tuple[str, str]
) -> None:
    assert there[0] in BASE
    text = read(BASE.replace(*there))
    assert _plain(text) == _plain(POST.replace(*here))
    untouched = [b for b in POST.split("\n\n") if here[0].split("\n")[0].lstrip("* |") not in b]
    assert all(b.strip() in text for b in untouched)


def _plain(text: str) -> str:
    """Without what two spellings of one block differ in."""
    return re.sub(r"[\s|*-]+", " ", text)


def test_an_added_paragraph_is_markdown_where_it_stands() -> None:
    added = block(
        "<p>Correction: <em>an</em> earlier version * said <a href='https://x.example'>nine</a>.</p>"
    )
    there = BASE.replace("<!-- wp:list -->", f"{added}\n\n<!-- wp:list -->", 1)
    written = "Correction: *an* earlier version \\* said [nine](https://x.example).\n\n"
    assert read(there) == POST.replace("* one", written + "* one")


def test_a_removed_paragraph_is_gone_and_the_note_stays_defined() -> None:
    gone = next(b for b in cut_content(BASE) if "mayor" in b)
    notes = next(b for b in cut_content(BASE) if "The note." in b)
    found = theirs_as_markdown(POST, BASE, BASE.replace(gone, "").replace(notes, ""), DRESS)
    assert found.text == POST.replace("The mayor's office says that talks could resume tomorrow[^a].\n\n", "")


def test_paragraphs_that_changed_places_keep_her_spelling() -> None:
    blocks = list(cut_content(BASE))
    blocks[0], blocks[5] = blocks[5], blocks[0]
    text = read("\n\n".join(blocks))
    assert text.startswith("As [told](post:abc123) before; a [reference][r]")
    assert "The first boat __left__ at 6:10\nthis morning" in text


def image(number: int) -> str:
    picture = f'<img src="https://b.example/{number}.jpg" alt="" class="wp-image-{number}"/>'
    return block(f'<figure class="wp-block-image">{picture}</figure>', "image", f' {{"id":{number}}}')


@pytest.mark.parametrize(
    "markup",
    [
        image(9),
        block('<p class="has-text-align-center">In the <b>middle</b></p>', values=' {"align":"center"}'),
        '<!-- wp:latest-posts {"postsToShow":3} /-->',
        block('<div style="height:20px" class="wp-block-spacer"></div>', "spacer", ' {"height":"20px"}'),
        block(f'<figure class="wp-block-gallery">{image(1)}\n\n{image(2)}</figure>', "gallery"),
    ],
)
def test_what_markdown_cannot_say_stays_in_the_blogs_markup_and_goes_out_as_it_came(markup: str) -> None:
    there = BASE.replace("<!-- wp:list -->", f"{markup}\n\n<!-- wp:list -->", 1)
    text = read(there)
    assert markup in text
    assert [meaning(b) for b in cut_content(SENT.of(text))] == [meaning(b) for b in cut_content(there)]


def test_a_paragraph_of_the_classic_editor_is_one() -> None:
    plain = Dress(DRESS.addresses, {}, DRESS.links, blocks=False)
    base = Dress(SENT.addresses, {}, SENT.links, blocks=False).of(POST)
    there = base.replace("<p>The mayor", "Added without marks;\nin two lines.\n\n<p>The mayor")
    found = theirs_as_markdown(POST, base, there, plain)
    assert found.text == POST.replace("The mayor", "Added without marks;\\\nin two lines.\n\nThe mayor")


def test_what_the_blog_filters_is_not_taken_from_her_by_a_colleagues_change() -> None:
    """A block that the blog does not have as she sent it, and that a colleague changed, is a question."""
    mine = 'Before.\n\n<div>Look: <iframe src="https://v.example/1"></iframe> here</div>\n\nAfter.\n'
    base = DRESS.of(mine).replace('<iframe src="https://v.example/1"></iframe>', "")
    found = theirs_as_markdown(mine, base, base.replace("here", "there"), DRESS)
    assert any("there" in one for one in found.doubtful)
    alone = theirs_as_markdown(mine, base, base.replace("Before.", "Earlier."), DRESS)
    assert alone.text == mine.replace("Before.", "Earlier.")
    assert not alone.doubtful


WORDS = st.lists(st.sampled_from("boat quay mayor strike port ferry tide noon crew fare *lost* `pier`".split()),
                 min_size=2, max_size=7).map(" ".join)  # fmt: skip
KINDS = st.sampled_from(["{}", "- {}\n- second", "> {}", "## {}", "{}\nand more", "```\n{}\n```"])
BLOCK = st.tuples(KINDS, WORDS, st.integers(0, 999)).map(lambda t: t[0].format(f"{t[1]} {t[2]}"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCK, min_size=1, max_size=8), st.data())
def test_law_theirs_says_what_the_blog_has_and_spells_what_is_hers_as_she_did(
    blocks: list[str], data: st.DataObject
) -> None:
    """Whatever a colleague adds, removes, changes and moves among the blocks: rendered again, the Markdown is the
    blog's content, and a block that stayed is there in her letters."""
    mine = "\n\n".join(blocks) + "\n"
    base = DRESS.of(mine)
    there = list(cut_content(base))
    for _edit in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, max(0, len(there) - 1)))
        what = data.draw(st.sampled_from(["add", "remove", "change", "move"]))
        if what == "add" or not there:
            there.insert(place, block(f"<p>{data.draw(WORDS)} <em>added</em></p>"))
        elif what == "remove":
            del there[place]
        elif what == "change":
            there[place] = there[place].replace("boat", "vessel").replace("and more", "and less")
        else:
            there.insert(data.draw(st.integers(0, len(there) - 1)), there.pop(place))
    found = theirs_as_markdown(mine, base, "\n\n".join(there), DRESS)
    said = [meaning(b, loose=True) for b in cut_content(DRESS.of(found.text))]
    if found.certain and not found.doubtful:
        assert said == [meaning(b, loose=True) for b in there]
    stayed = [
        b for b in blocks if len(cut_content(DRESS.of(b))) == 1 and cut_content(DRESS.of(b))[0] in there
    ]
    for one in stayed:
        assert one in found.text


@settings(max_examples=40)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_taken(mine: str, base: str, there: str) -> None:
    theirs_as_markdown(mine, base, there, DRESS)
