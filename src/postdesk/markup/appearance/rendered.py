"""What a blog's server made of each card of a post, found in the rendering of the whole post.

The server renders a post in one piece and does not say what came from where. Both sides are read as trees; what both
have alike (by its letters) is in the same place, and what stands between two such places on one side belongs to what
stands there on the other. Where that leaves a choice, nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from secrets import token_hex

from postdesk.markup.lossless.delimiters import is_balanced
from postdesk.markup.tree import Node, parse, write_all

LARGEST = 2 * 1024 * 1024
"""Characters of a post, and of its rendering, that are looked through."""

_MARK = f"pd-card-{token_hex(8)}"  # no post can name it
_DEEPEST = 30
_MOST = 4000  # units beside each other
_SILENT = re.compile(r"[\W_]+")
_PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")
_INLINE = frozenset(
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q s samp small span strike strong sub sup time tt u "
    "var wbr".split()
)

Unit = list[Node]
"""Nodes that stand together: a block, or a paragraph of text without a tag of its own."""


def renderings(content: str, rendered: str, sources: Iterable[str]) -> dict[str, str]:
    """The HTML that became of each of `sources` (cards, in the order of the post), where that is certain. `content`
    is the post as an editor there gets it, `rendered` as readers do. Never raises for what they hold."""
    if max(len(content), len(rendered)) > LARGEST:
        return {}
    marked, cards = _marked(content, sources)
    if not cards:
        return {}
    found: dict[str, str] = {}
    _align(parse(marked), parse(rendered), cards, found, 0)
    return found


def _marked(content: str, sources: Iterable[str]) -> tuple[str, list[str]]:
    """The content with a mark for each card, and the cards by number."""
    parts: list[str] = []
    cards: list[str] = []
    at = 0
    for source in sources:
        if not source.strip() or not _is_whole(source):
            continue
        place = content.find(source, at)
        if place < 0:
            continue
        parts += [content[at:place], f'<{_MARK} n="{len(cards)}"></{_MARK}>']
        cards.append(source)
        at = place + len(source)
    return "".join(parts) + content[at:], cards


def _is_whole(source: str) -> bool:
    """Whether a card is no half of something that goes around the next blocks."""
    return is_balanced(source) and all(
        node.closed for top in parse(source) for node in top.everything() if node.tag != "?"
    )


def _align(ours: list[Node], theirs: list[Node], cards: list[str], found: dict[str, str], depth: int) -> None:
    mine, there = _units(ours), _units(theirs)
    if max(len(mine), len(there)) > _MOST:
        return
    keys = [_key(unit, cards) for unit in mine]
    matcher = SequenceMatcher(None, keys, [_letters(unit) for unit in there], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pairs = list(zip(mine[a:b], ([unit] for unit in there[c:d])))
        elif b - a == 1:
            pairs = [(mine[a], there[c:d])]
        elif b - a == d - c:
            pairs = list(zip(mine[a:b], ([unit] for unit in there[c:d])))
        else:
            continue
        for unit, made in pairs:
            number = _number(unit)
            if number is not None:
                found[cards[number]] = write_all([node for part in made for node in part])
            elif (
                depth < _DEEPEST
                and len(made) == 1
                and len(unit) == len(made[0]) == 1
                and unit[0].tag == made[0][0].tag
            ) and any(node.tag == _MARK for node in unit[0].everything()):
                _align(unit[0].children, made[0][0].children, cards, found, depth + 1)


def _units(nodes: list[Node]) -> list[Unit]:
    """Blocks, and paragraphs between them."""
    units: list[Unit] = []
    running: Unit = []

    def end() -> None:
        if any(not node.is_blank for node in running):
            units.append(list(running))
        running.clear()

    for node in nodes:
        if node.tag in ("!", "?") or node.tag.startswith("/"):
            continue
        if node.tag and node.tag not in _INLINE:
            end()
            units.append([node])
        elif node.tag:
            running.append(node)
        else:
            first, *more = _PARAGRAPHS.split(node.text)
            running.append(Node("", text=first))
            for part in more:
                end()
                running.append(Node("", text=part))
    end()
    return units


def _number(unit: Unit) -> int | None:
    """Which card a unit is, None for none."""
    solid = [node for node in unit if not node.is_blank]
    if len(solid) == 1 and solid[0].tag == "p":  # a shortcode alone in a paragraph
        solid = [node for node in solid[0].children if not node.is_blank and node.tag != "!"]
    if len(solid) != 1 or solid[0].tag != _MARK:
        return None
    return int(solid[0].attributes.get("n", "0"))


def _key(unit: Unit, cards: list[str]) -> object:
    """What a unit is known by: its letters; of a card those of its source; nothing, where it holds a card among
    others."""
    number = _number(unit)
    if number is not None:
        return _letters(parse(cards[number])) or (number,)
    if any(below.tag == _MARK for node in unit for below in node.everything()):
        return (id(unit),)
    return _letters(unit) or (id(unit),)


def _letters(nodes: list[Node]) -> object:
    """The letters of nodes; of those without one their elements and pictures."""
    letters = _SILENT.sub("", "".join(node.plain() for node in nodes)).lower()
    if letters:
        return letters
    below = [one for node in nodes for one in node.everything() if one.tag and one.tag not in ("!", "?")]
    return " ".join(one.tag + one.attributes.get("src", "").rpartition("/")[2] for one in below)
