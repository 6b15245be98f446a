"""A blog's post as Markdown that goes back as it came: each block that Markdown can say becomes Markdown, every other
one a card, which is a fence with the source in it.

The gate: a block is Markdown only when rendering that gives the very block back (its frame's looks aside, which stay
with the source). Decision 032 says why nothing weaker holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from postdesk.markup.blocks import split
from postdesk.markup.building import RAW_FENCE
from postdesk.markup.chunks import stand_apart
from postdesk.markup.lossless.cutting import Flavour, Kind, Segment, cut, flavour_of
from postdesk.markup.lossless.cutting import opened as opened_inside
from postdesk.markup.lossless.gate import Gate, without_returns
from postdesk.markup.render import render_document

APART = "<!-- -->"
"""Between two blocks that Markdown would read as one."""
_VERSION = 1
_DEEPEST = 8  # elements in each other that are opened
_TRIES = 100  # readings, before the post is one card


@dataclass(frozen=True, slots=True)
class Piece:
    """A block: its Markdown as the file has it, its source as the blog has it, and what stands behind it there, up to
    the next. `kind` and `name` are those of its segment. A `card` is Markdown that holds the source itself."""

    markdown: str
    source: str
    gap: str = ""
    card: bool = False
    kind: Kind = Kind.BLOCK
    name: str = ""

    @property
    def segment(self) -> Segment:
        """The piece as it was cut."""
        return Segment(self.kind, self.source, self.name)


@dataclass(frozen=True)
class Opened:
    """A post in pieces. `lead` is what stands before the first on the blog."""

    flavour: Flavour
    lead: str
    pieces: tuple[Piece, ...]

    @cached_property
    def content(self) -> str:
        """What the blog has."""
        return self.lead + "".join(piece.source + piece.gap for piece in self.pieces)

    @cached_property
    def markdown(self) -> str:
        """The text for the writer's file."""
        text = "\n\n".join(piece.markdown for piece in self.pieces if piece.markdown)
        return text + "\n" if text else ""

    @property
    def has_frames(self) -> bool:
        """Whether something of it stands around other blocks, or is never closed."""
        return any(piece.kind in (Kind.FRAME, Kind.OPEN) for piece in self.pieces)

    @property
    def shown(self) -> str:
        """What her text shows, as it would be rendered."""
        return render_document(self.markdown)

    def to_json(self) -> str:
        """The map as text; equal posts give equal text."""
        rows = [[p.markdown, p.source, p.gap, int(p.card), p.kind.value, p.name] for p in self.pieces]
        values = {"version": _VERSION, "flavour": self.flavour.value, "lead": self.lead, "pieces": rows}
        return json.dumps(values, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Opened:
        """The map that `to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""
        values: dict[str, Any] = json.loads(text)
        if values["version"] != _VERSION:
            raise ValueError(f"a map of version {values['version']}")
        pieces = tuple(
            Piece(str(markdown), str(source), str(gap), bool(card), Kind(kind), str(name))
            for markdown, source, gap, card, kind, name in values["pieces"]
        )
        return Opened(Flavour(values["flavour"]), str(values["lead"]), pieces)


def open_post(content: str, *, classic: bool = True) -> Opened:
    """`content`, as an editor of the blog would get it, in pieces. `classic`: whether the blog makes paragraphs of
    blank lines. Never raises; what it cannot say is a card, and `Opened.content` is `content`."""
    flavour = flavour_of(content, classic=classic)
    lead, cuts = with_gaps(cut(content, flavour))
    pieces = _PieceWriter(flavour).all(cuts)
    return settled(Opened(flavour, lead, tuple(told_apart(pieces))))


def with_gaps(segments: Iterable[Segment]) -> tuple[str, list[tuple[Segment, str]]]:
    """The lead, and each segment with the gap behind it. Frames that follow each other are one."""
    lead = ""
    found: list[tuple[Segment, str]] = []
    for segment in segments:
        last = found[-1] if found else None
        if last is not None and segment.kind is last[0].kind is Kind.FRAME and not last[1].strip():
            found[-1] = (replace(last[0], source=last[0].source + last[1] + segment.source), "")
        elif segment.kind is not Kind.GAP:
            found.append((segment, ""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + segment.source)
        else:
            lead += segment.source
    return lead, found


def card(source: str) -> str:
    """A fence around `source`."""
    longest = max((len(run) for run in re.findall(r"`{3,}", source)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{RAW_FENCE}\n{source}\n{fence}"


class _PieceWriter:
    def __init__(self, flavour: Flavour) -> None:
        self._flavour = flavour
        self._gate = Gate(flavour)

    def all(self, cuts: list[tuple[Segment, str]]) -> list[Piece]:
        """The pieces of all segments."""
        self._gate.foresee([segment for segment, _gap in cuts])
        return [piece for segment, gap in cuts for piece in self._pieces(segment, gap, 0)]

    def _pieces(self, segment: Segment, gap: str, depth: int) -> list[Piece]:
        """The segment as Markdown that passes the gate, else as a card; what is none and holds blocks is opened."""
        markdown = self._gate.said(segment) if segment.kind in (Kind.BLOCK, Kind.TEXT) else None
        if markdown is not None:
            return [Piece(markdown, segment.source, gap, False, segment.kind, segment.name)]
        classic = self._flavour is not Flavour.HTML
        _lead, inside = with_gaps(opened_inside(segment, classic=classic) if depth < _DEEPEST else [])
        if inside:
            found = [piece for one, between in inside for piece in self._pieces(one, between, depth + 1)]
            return [*found[:-1], replace(found[-1], gap=found[-1].gap + gap)]
        return [
            Piece(
                without_returns(card(segment.source)), segment.source, gap, True, segment.kind, segment.name
            )
        ]


def told_apart(pieces: list[Piece]) -> list[Piece]:
    """The pieces with a card for each whose Markdown another one has with a different source: the text alone could not
    tell which of them she moved or removed."""
    seen: dict[str, str] = {}
    told = []
    for piece in pieces:
        if not piece.card and seen.setdefault(piece.markdown, piece.source) != piece.source:
            piece = _as_card(piece)
        told.append(piece)
    return told


def settled(opened: Opened) -> Opened:
    """The pieces with something between those that Markdown would read as one block."""
    pieces = list(opened.pieces)
    for _try in range(_TRIES):
        found = replace(opened, pieces=tuple(pieces))
        texts = [piece.markdown for piece in pieces]
        if stand_apart(texts):
            return found
        blocks = [block.text for block in split(found.markdown)]
        if blocks == texts:
            return found
        joined, wrong = _misread(texts, blocks)
        if joined:
            apart = Piece(APART, "", kind=Kind.GAP)
            pieces = [one for place, piece in enumerate(pieces) for one in
                      ((apart, piece) if place in joined else (piece,))]  # fmt: skip
            continue
        # A block that reaches into others in a way that no neighbour shows is a card.
        while wrong > 0 and (pieces[wrong].card or not pieces[wrong].source):
            wrong -= 1
        if pieces[wrong].card or not pieces[wrong].source:
            break
        pieces[wrong] = _as_card(pieces[wrong])
    whole = opened.content
    return Opened(opened.flavour, "", (Piece(without_returns(card(whole)), whole, "", True, Kind.OPEN),))


def _misread(texts: list[str], blocks: list[str]) -> tuple[set[int], int]:
    """The places of texts that were read as one with the text before, and of the first that was read otherwise."""
    joined: set[int] = set()
    place = 0
    for block in blocks:
        start, at = place, 0
        while place < len(texts) and block.startswith(texts[place], at):
            at += len(texts[place])
            place += 1
            if at == len(block) or not block.startswith("\n\n", at):
                break
            at += 2
        if at != len(block):
            return joined, min(start, len(texts) - 1)
        joined.update(range(start + 1, place))
    return joined, min(place, len(texts) - 1)


def _as_card(piece: Piece) -> Piece:
    return replace(piece, markdown=without_returns(card(piece.source)), card=True)
