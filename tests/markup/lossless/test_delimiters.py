"""Block markup is cut as WordPress itself cuts it."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from postdesk.markup.lossless.cutting import Flavour, Kind, Segment, cut
from postdesk.markup.lossless.delimiters import Delimited, is_balanced, top_blocks
from tests.markup.lossless.corpus import block_posts, theme_posts
from tests.markup.npm import installed, node

_HERE = Path(__file__).parent
_PARTS = [
    "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", '<!-- wp:group {"a":{"b":"}"}} -->', "<!-- /wp:group -->",
    "<!-- wp:more /-->", '<!-- wp:x/y {"t":"\\u002d\\u002d>"} /-->', "<!--wp:no -->", "<!-- wp:Upper -->", "<p>a</p>",
    "text", "\n", "<!-- note -->", "<!-- wp:html", " -->", "{", "}", "<!-- /wp:", "<!-- wp:a {broken -->", "<div>",
]  # fmt: skip


def _told(source: str, block: Delimited) -> list[object]:
    """A block as WordPress' splitter tells it."""
    places = [
        block.inner_start,
        *(p for child in block.children for p in (child.start, child.end)),
        block.inner_end,
    ]
    inner = "".join(source[a:b] for a, b in zip(places[::2], places[1::2], strict=True))
    return [block.name, _values(block.attributes), inner, [_told(source, child) for child in block.children]]


def _values(attributes: str) -> dict[str, object]:
    try:
        values = json.loads(attributes) if attributes else {}
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _ours(source: str) -> list[object]:
    found: list[object] = []
    place = 0
    for block in top_blocks(source):
        if source[place : block.start]:
            found.append([None, {}, source[place : block.start], []])
        found.append(_told(source, block))
        place = block.end
    if source[place:]:
        found.append([None, {}, source[place:], []])
    return found


def _theirs(posts: list[str]) -> list[list[object]]:
    folder = installed("block-validator", _HERE.parent / "validator")
    command, _npm, environment = node()
    shutil.copy(_HERE / "blocks.cjs", folder / "blocks.cjs")
    done = subprocess.run(
        [*command, "blocks.cjs"], cwd=folder, env=environment, input=json.dumps(posts), capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[list[object]] = json.loads(done.stdout)
    return answers


def _mutated(chance: random.Random, source: str) -> str:
    """The source with a delimiter or two gone, doubled, or put elsewhere."""
    for _ in range(chance.randint(1, 3)):
        found = [m.span() for m in re.finditer(r"<!--.*?-->", source, re.DOTALL)]
        if not found:
            return source
        start, end = chance.choice(found)
        kind = chance.randrange(3)
        if kind == 0:
            source = source[:start] + source[end:]
        elif kind == 1:
            source = source[:end] + source[start:end] + source[end:]
        else:
            at = chance.randrange(len(source))
            source = source[:at] + source[start:end] + source[at:]
    return source


def test_the_splitter_agrees_with_that_of_wordpress() -> None:
    chance = random.Random(7)
    posts = [one.content for one in [*theme_posts(), *block_posts(80)]]
    posts += [_mutated(chance, post) for post in posts for _ in range(3)]
    posts += ["".join(chance.choices(_PARTS, k=chance.randint(1, 12))) for _ in range(3000)]
    posts = [post for post in posts if all(b.closed for b in _everything(post))]
    assert len(posts) > 2000
    for post, theirs in zip(posts, _theirs(posts), strict=True):
        assert _plain(_ours(post)) == _plain(theirs), post


def _everything(source: str) -> list[Delimited]:
    found, waiting = [], list(top_blocks(source))
    while waiting:
        block = waiting.pop()
        found.append(block)
        waiting += block.children
    return found


def _plain(told: object) -> object:
    """What is compared: WordPress says null for attributes that are no JSON, we say none."""
    if isinstance(told, list):
        return [_plain(one) if one is not None else {} for one in told]
    return told


@given(st.lists(st.sampled_from(_PARTS), max_size=14).map("".join))
def test_whatever_stands_there_the_segments_are_the_source(source: str) -> None:
    for flavour in Flavour:
        segments = cut(source, flavour)
        assert "".join(segment.source for segment in segments) == source
        assert all(segment.source for segment in segments)


@given(st.text(max_size=200))
def test_any_text_is_tiled(source: str) -> None:
    for flavour in Flavour:
        assert "".join(segment.source for segment in cut(source, flavour)) == source


def test_what_is_never_closed_is_one_piece_up_to_the_end() -> None:
    source = (
        "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:group -->\n<div><p>b</p>\n\nmore"
    )
    assert [s.kind for s in cut(source, Flavour.BLOCKS)] == [Kind.BLOCK, Kind.GAP, Kind.OPEN]
    assert not is_balanced(source)
    assert cut("a\n\n<div>b\n\nc", Flavour.CLASSIC)[-1] == Segment(Kind.OPEN, "<div>b\n\nc")


def test_a_shortcode_and_its_end_are_not_parted() -> None:
    source = 'Before\n\n[box color="red"]\n\nInside\n\n<h2>Head</h2>\n\n[/box]\n\nBehind'
    kinds = [s.source for s in cut(source, Flavour.CLASSIC) if s.kind is not Kind.GAP]
    assert kinds == ["Before", source[8:-8], "Behind"]


def test_a_card_of_ghost_is_one_piece_with_its_comments() -> None:
    card = "<!--kg-card-begin: html-->\n<div>a</div>\n\n<script>b</script>\n<!--kg-card-end: html-->"
    for flavour in (Flavour.HTML, Flavour.CLASSIC):
        found = [s.source for s in cut(f"<p>A</p>{card}<p>B</p>\n{card}", flavour) if s.kind is not Kind.GAP]
        assert found == ["<p>A</p>", card, "<p>B</p>", card]
        lone = "<p>A</p><!--kg-card-begin: html--><p>B</p>"
        assert [s.source for s in cut(lone, flavour)][-1] == "<p>B</p>"


def test_a_thousand_openers_that_never_end_are_cut_at_once() -> None:
    for part in (
        "<!-- wp:a {",
        "[a]",
        "<div>",
        "<!-- wp:a -->",
        '<!-- wp:a {"b":1} }',
        "[/a][a]\n\n",
        "}   ",
        "<!--kg-card-begin: html-->",
        "<!--kg-card-end: html--><!--kg-card-begin: html-->",
    ):
        source = part * 20_000
        for flavour in Flavour:
            assert "".join(s.source for s in cut(source, flavour)) == source
