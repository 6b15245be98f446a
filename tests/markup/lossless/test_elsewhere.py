"""A file that another program changed: no word goes astray, no byte of what was not meant, and what is made afresh is
named."""

from __future__ import annotations

import random
import re
import textwrap
from collections import Counter
from collections.abc import Callable
from html import unescape

import pytest

from postdesk.markup.blocks import split
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Flavour, Opened, Sent, open_post, send_post
from postdesk.markup.lossless.cutting import Kind
from postdesk.markup.render import render_document
from tests.markup.lossless.corpus import Remote, block_posts, classic_posts, html_posts

_TAG = re.compile(r"<!--.*?-->|<[^<>]*>|\[/?caption[^\]]*\]", re.DOTALL)
_WORD = re.compile(r"\w+")


@pytest.fixture(scope="module")
def posts() -> list[tuple[Remote, Opened]]:
    found = [*block_posts(24), *html_posts(16), *classic_posts(16)]
    short = [one for one in found if len(one.content) < 30_000]
    return [(one, open_post(one.content, classic=one.classic)) for one in short]


def _send(opened: Opened, text: str) -> Sent:
    emit: Callable[[str], str] = to_blocks if opened.flavour is Flavour.BLOCKS else str
    return send_post(opened, text, emit)


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text for text in texts if text) + "\n"


def _words(html: str) -> Counter[str]:
    """What a reader reads, whatever the order of the blocks."""
    return Counter(_WORD.findall(unescape(_TAG.sub(" ", html))))


def _plain(opened: Opened) -> list[int]:
    """Paragraphs of words: those that a program would wrap, and she would split or join."""
    return [
        place
        for place, piece in enumerate(opened.pieces)
        if not piece.card
        and piece.source
        and piece.kind is not Kind.OPEN
        and re.fullmatch(r"[A-Z][^|<\\]{40,}", piece.markdown)
        and "\n" not in piece.markdown
    ]


def _check(opened: Opened, text: str, sent: Sent, what: str) -> None:
    """No word went astray, and every block is the blog's own, hers in a card, woven, or named."""
    assert _words(sent.opened.content) == _words(render_document(text)), what
    frames = Counter(piece.source for piece in opened.pieces if piece.card)
    for piece in sent.opened.pieces:
        if piece.card and piece.source:
            frames[piece.source] -= 1
    assert not -frames or "doubled" in what, what  # no card came to be there that was not
    there = {piece.markdown for piece in sent.opened.pieces}
    assert all(text in there for text in sent.afresh), what


def test_a_file_wrapped_at_sixty_columns_is_the_post_it_was(posts: list[tuple[Remote, Opened]]) -> None:
    wrapped = 0
    for one, opened in posts:
        texts = [piece.markdown for piece in opened.pieces]
        for place in _plain(opened):
            lines = textwrap.wrap(texts[place], 60, break_long_words=False, break_on_hyphens=False)
            if not any(re.match(r"(?:[-+*#>:|=]|\d+[.)])", line) for line in lines):
                texts[place] = "\n".join(lines)
                wrapped += len(lines) > 1
        sent = _send(opened, _joined(texts))
        assert (sent.opened.content, sent.afresh) == (one.content, ()), one.name
    assert wrapped > 100


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_that_another_editor_saved_its_own_way_is_the_post_it_was(
    posts: list[tuple[Remote, Opened]], end: str
) -> None:
    """Spaces at the ends of lines gone, blank lines doubled or at the end, lines ended by CRLF."""
    for one, opened in posts:
        lines = [line.rstrip(" \t") if "\\" not in line else line for line in opened.markdown.split("\n")]
        for text in (end.join(lines), end.join(lines).rstrip() + end * 3, end.join(lines).rstrip()):
            assert _send(opened, text).opened.content == one.content, one.name


def test_spaces_that_an_editor_took_from_the_lines_of_a_card_come_back() -> None:
    source = "<!-- wp:my/table -->  \n<table>\t\n<tr><td>1 \n</table>\n<!-- /wp:my/table -->"
    opened = open_post(f"<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n\n{source}")
    assert [piece.card for piece in opened.pieces if source in piece.source] == [True]
    text = "\n".join(line.rstrip() for line in opened.markdown.split("\n"))
    assert text != opened.markdown
    assert _send(opened, text).opened.content == opened.content
    assert "<td>2\n" in _send(opened, text.replace("1\n", "2\n")).opened.content


def test_blocks_that_were_moved_take_their_bytes_along(posts: list[tuple[Remote, Opened]]) -> None:
    chance = random.Random(1)
    for one, opened in posts:
        texts = [piece.markdown for piece in opened.pieces]
        places = [place for place in _plain(opened) if texts.count(texts[place]) == 1]
        if len(places) < 2:
            continue
        a, b = chance.sample(places, 2)
        texts[a], texts[b] = texts[b], texts[a]
        text = _joined(texts)
        sent = _send(opened, text)
        _check(opened, text, sent, f"moved in {one.name}")
        assert sent.afresh == ()
        there = [piece.source for piece in sent.opened.pieces if piece.source]
        assert Counter(there) == Counter(piece.source for piece in opened.pieces if piece.source)
        assert there.index(opened.pieces[b].source) == [p.source for p in opened.pieces if p.source].index(
            opened.pieces[a].source
        )


@pytest.mark.parametrize("what", ["split", "joined", "doubled", "gone", "written anew"])
def test_what_is_done_to_one_paragraph_leaves_every_other_byte(
    posts: list[tuple[Remote, Opened]], what: str
) -> None:
    chance = random.Random(2)
    done = 0
    for one, opened in posts:
        texts = [piece.markdown for piece in opened.pieces]
        places = [place for place in _plain(opened) if texts.count(texts[place]) == 1]
        if what == "joined":
            places = [place for place in places if place + 1 in places]
        for place in chance.sample(places, min(2, len(places))):
            new, touched = list(texts), {place}
            if what == "split":
                words = texts[place].split(" ")
                half = len(words) // 2
                new[place : place + 1] = [" ".join(words[:half]), " ".join(words[half:])]
            elif what == "joined":
                new[place : place + 2] = [texts[place] + "\n" + texts[place + 1]]
                touched.add(place + 1)
            elif what == "doubled":
                new.insert(place, texts[place])
                touched = set()
            elif what == "gone":
                del new[place]
            else:
                new[place] = "Nothing of this was there before; it says other things."
            text = _joined(new)
            if [block.text for block in split(text)] != [t for t in new if t]:
                continue  # what stood between two lists went, for instance
            sent = _send(opened, text)
            _check(opened, text, sent, f"{what} in {one.name}")
            rest = sent.opened.content
            for number, piece in enumerate(opened.pieces):
                if number not in touched:
                    assert piece.source in rest, (what, one.name, piece.source)
                    rest = rest[rest.index(piece.source) + len(piece.source) :]
            assert len(sent.afresh) <= (2 if what == "split" else 1)
            if what == "gone":
                assert sent.afresh == ()
            done += 1
    assert done > 15


def test_without_its_map_a_post_has_every_word_and_every_block_that_is_afresh_is_named(
    posts: list[tuple[Remote, Opened]],
) -> None:
    for one, opened in posts:
        nothing = Opened(opened.flavour, "", ())
        sent = _send(nothing, opened.markdown)
        assert _words(sent.opened.content) == _words(render_document(opened.markdown)), one.name
        cards = {piece.markdown for piece in opened.pieces if piece.card}
        named = set(sent.afresh)
        for piece in sent.opened.pieces:
            assert not piece.source or piece.markdown in named or piece.markdown in cards, piece.markdown
