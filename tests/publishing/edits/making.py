"""Edits that a writer makes in the Markdown of a post that came from a blog, each with what the blog must have then."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from postdesk.markup.blocks import split
from postdesk.markup.lossless import Opened
from postdesk.markup.lossless.cutting import Kind
from postdesk.markup.lossless.opening import APART, Piece

WORD = re.compile(r"(?<![\w<\\/\"=.:&;-])[A-Za-z]{4,}(?![\w>=\"/.:;&-])")
_PLAIN = re.compile(r"[A-Z][\w ,.;'’()-]*\Z")  # a paragraph of nothing but words
_GAPS_IN_WORDS = re.compile(r"(?<=[a-z,.]) (?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` is the whole Markdown after the edit. `kept`: the pieces of the post (by their numbers) that stand in it
    before the edited place, and behind it, in their order. `made`: the pieces whose words the edited place shows, in
    their order. `words`: (old, new) where one word was exchanged for another and nothing else; `("", new)` where
    something new was put in. `refused`: nothing may go out."""

    kind: str
    text: str
    kept: tuple[tuple[int, ...], tuple[int, ...]]
    made: tuple[int, ...] = ()
    words: tuple[str, str] = ("", "")
    refused: bool = False


Making = Callable[[Opened, random.Random, str], Edit | None]


def new_paragraph(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """A paragraph where there was none."""
    pieces = _of_blog(opened)
    place = chance.randint(0, len(pieces))
    new = f"Something new and {name}, she thought."
    return Edit(
        "a new paragraph", _joined([*_texts(pieces[:place]), new, *_texts(pieces[place:])]),
        (_numbers(pieces[:place]), _numbers(pieces[place:])), words=("", new),
        refused=any(piece.kind is Kind.OPEN for _n, piece in pieces[:place]),
    )  # fmt: skip


def changed_word(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """One word of a block becomes another one."""
    return _word_in(
        "a word", opened, chance, name, lambda p: not p.card and not p.markdown.startswith(("<", "http", "`"))
    )


def changed_word_of_a_card(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """One word in the source that a card holds becomes another one."""
    return _word_in("a word in a card", opened, chance, name, lambda p: p.card)


def _word_in(
    kind: str, opened: Opened, chance: random.Random, name: str, fits: Callable[[Piece], bool]
) -> Edit | None:
    pieces = _of_blog(opened)
    found = [
        (place, word)
        for place, (_n, piece) in enumerate(pieces)
        if fits(piece)
        for word in WORD.finditer(piece.markdown)
        if "\n" in piece.markdown[: word.start()] or not piece.card  # the info string is no word of the blog
    ]
    if not found:
        return None
    place, word = chance.choice(found)
    text = pieces[place][1].markdown
    edited = text[: word.start()] + name + text[word.end() :]
    return Edit(
        kind, _joined([*_texts(pieces[:place]), edited, *_texts(pieces[place + 1 :])]),
        (_numbers(pieces[:place]), _numbers(pieces[place + 1 :])), words=(word[0], name),
    )  # fmt: skip


def deleted(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """A block is there no more."""
    pieces = _of_blog(opened)
    places = _whole(pieces)
    if not places:
        return None
    place = chance.choice(places)
    before, behind = pieces[:place], pieces[place + 1 :]
    return Edit(
        "a deleted block", _joined([*_texts(before), *_texts(behind)]), (_numbers(before), _numbers(behind))
    )


def moved(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """A block stands elsewhere."""
    pieces = _of_blog(opened)
    places = _whole(pieces)
    if not places or len(pieces) < 3:
        return None
    start = chance.choice(places)
    rest = pieces[:start] + pieces[start + 1 :]
    to = chance.choice([n for n in range(len(rest) + 1) if n != start])
    before, behind = rest[:to], rest[to:]
    return Edit(
        "a moved block", _joined([*_texts(before), pieces[start][1].markdown, *_texts(behind)]),
        (_numbers([*before, pieces[start], *behind]), ()),
        refused=any(piece.kind is Kind.OPEN for _n, piece in before)
        and not any(piece.kind is Kind.OPEN for _n, piece in pieces[:start]),
    )  # fmt: skip


def doubled(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """A block stands there twice, the second one somewhere behind it."""
    pieces = _of_blog(opened)
    places = _whole(pieces)
    if not places:
        return None
    start = chance.choice(places)
    to = chance.randint(start + 1, len(pieces))
    before, behind = pieces[:to], pieces[to:]
    return Edit(
        "a doubled block", _joined([*_texts(before), pieces[start][1].markdown, *_texts(behind)]),
        (_numbers(before), _numbers(behind)), (pieces[start][0],),
        refused=any(piece.kind is Kind.OPEN for _n, piece in before),
    )  # fmt: skip


def joined(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """Two paragraphs become one."""
    pieces = _of_blog(opened)
    places = [
        place for place in range(len(pieces) - 1)
        if all(_PLAIN.match(piece.markdown) for _n, piece in pieces[place : place + 2])
    ]  # fmt: skip
    if not places:
        return None
    place = chance.choice(places)
    one, two = pieces[place : place + 2]
    before, behind = pieces[:place], pieces[place + 2 :]
    return Edit(
        "two paragraphs joined",
        _joined([*_texts(before), f"{one[1].markdown} {two[1].markdown}", *_texts(behind)]),
        (_numbers(before), _numbers(behind)), (one[0], two[0]),
    )  # fmt: skip


def parted(opened: Opened, chance: random.Random, name: str) -> Edit | None:
    """A paragraph becomes two."""
    pieces = _of_blog(opened)
    found = [
        (place, gap.start())
        for place, (_n, piece) in enumerate(pieces)
        if _PLAIN.match(piece.markdown)
        for gap in _GAPS_IN_WORDS.finditer(piece.markdown)
    ]
    if not found:
        return None
    place, at = chance.choice(found)
    text = pieces[place][1].markdown
    before, behind = pieces[:place], pieces[place + 1 :]
    return Edit(
        "a paragraph split", _joined([*_texts(before), text[:at], text[at + 1 :], *_texts(behind)]),
        (_numbers(before), _numbers(behind)), (pieces[place][0],),
    )  # fmt: skip


KINDS: dict[str, Making] = {
    "a word": changed_word,
    "a new paragraph": new_paragraph,
    "a deleted block": deleted,
    "a moved block": moved,
    "a doubled block": doubled,
    "two paragraphs joined": joined,
    "a paragraph split": parted,
    "a word in a card": changed_word_of_a_card,
}
WEIGHTS = (6, 2, 2, 2, 2, 2, 2, 1)

_Numbered = tuple[int, Piece]


def _of_blog(opened: Opened) -> list[_Numbered]:
    """The pieces that are something on the blog, numbered among all."""
    return [(n, piece) for n, piece in enumerate(opened.pieces) if piece.source and piece.markdown]


def _whole(pieces: Sequence[_Numbered]) -> list[int]:
    """The places of those that can be moved as one: not half a container, not what is never closed, and not one of two
    that are the same, as nobody could say which of them was moved."""
    count = Counter(_texts(pieces))
    return [
        place
        for place, (_n, piece) in enumerate(pieces)
        if piece.kind not in (Kind.FRAME, Kind.OPEN) and count[piece.markdown] == 1
    ]


def _texts(pieces: Sequence[_Numbered]) -> list[str]:
    return [piece.markdown for _n, piece in pieces]


def _numbers(pieces: Sequence[_Numbered]) -> tuple[int, ...]:
    return tuple(number for number, _piece in pieces)


def _joined(texts: Sequence[str]) -> str:
    """The blocks as a text, with something between those that Markdown would read as one."""
    apart: list[str] = []
    for text in texts:
        if apart and [block.text for block in split(f"{apart[-1]}\n\n{text}")] != [apart[-1], text]:
            apart.append(APART)
        apart.append(text)
    return "\n\n".join(apart) + "\n"
