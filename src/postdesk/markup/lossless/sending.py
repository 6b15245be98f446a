"""The writer's text back into what the blog has: untouched blocks byte for byte, touched ones with the edit only, new
ones in the flavour of the post."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from postdesk.markup.blocks import Block, split
from postdesk.markup.correspond import correspond
from postdesk.markup.lossless.cutting import Flavour, Kind, Segment, cut, flavour_of
from postdesk.markup.lossless.delimiters import is_balanced
from postdesk.markup.lossless.emitting import Emit, as_text, changed, emitted, of_segment
from postdesk.markup.lossless.framing import level_of, with_level, without_anchor
from postdesk.markup.lossless.losing import Lost, lost_of
from postdesk.markup.lossless.opening import APART, Opened, Piece, open_post, with_gaps
from postdesk.markup.matching import matching
from postdesk.markup.rawcards import raw_source
from postdesk.markup.render import BlockRenderer, Definitions, Numbers, notes_in
from postdesk.markup.tree import parse

_LINE_END = re.compile(r"(\r\n|\r|\n)")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_BETWEEN = {Flavour.BLOCKS: "\n\n", Flavour.HTML: "\n", Flavour.CLASSIC: "\n\n"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out: `opened.content`, and its map to the writer's text. `afresh`: the blocks, as the text has them,
    that were made anew and not out of what the blog has. `broken`: the frame of a container lost its other end, or
    something stands behind a block that is never closed; such a post would not look as meant. `lost`: of those afresh
    that took the place of another block its attributes that they have not (name="value")."""

    opened: Opened
    afresh: tuple[str, ...] = ()
    broken: bool = False
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()


def send_post(opened: Opened, text: str, emit: Emit) -> Sent:
    """`text` (Markdown, any line ends) on top of what the blog has. Pure: the same again gives the same. `emit` makes
    the blog's content of a rendered block; of untouched blocks it is never asked for more than a comparison."""
    return _Sender(opened, split(text), emit).send()


def followed(sent: Opened, there: str) -> Opened:
    """The map of `sent` for what the blog made of it: `there` is its content now. What the blog changed in a block is
    that block's source from now on; what it added stays where it is."""
    if there == sent.content:
        return sent
    classic = sent.flavour is not Flavour.HTML
    flavour = flavour_of(there, classic=classic)  # a blog may take all delimiters out
    lead, cuts = with_gaps(cut(there, flavour))
    kept = [place for place, piece in enumerate(sent.pieces) if piece.source]
    to = correspond([sent.pieces[p].source for p in kept], [segment.source for segment, _gap in cuts])
    owner = {new: kept[old] for old, new in enumerate(to.to) if new is not None}
    if to.moved or len(owner) != len(kept):
        return open_post(there, classic=classic)
    pieces = [replace(piece, gap="") if piece.source else piece for piece in sent.pieces]
    last = -1
    for new, (segment, gap) in enumerate(cuts):
        if new in owner:
            last = owner[new]
            pieces[last] = replace(
                pieces[last], source=segment.source, gap=gap, kind=segment.kind, name=segment.name
            )
        elif last < 0:
            lead += segment.source + gap
        else:
            pieces[last] = replace(pieces[last], gap=pieces[last].gap + segment.source + gap)
    return replace(sent, flavour=flavour, lead=lead, pieces=tuple(pieces))


class _Sender:
    def __init__(self, opened: Opened, blocks: tuple[Block, ...], emit: Emit) -> None:
        self._opened = opened
        self._old = [piece for piece in opened.pieces if piece.markdown]
        self._blocks = blocks
        self._emit = emit
        self._renderer = BlockRenderer()
        self._definitions = self._renderer.definitions(b for b in blocks if raw_source(b) is None)
        self._numbers = Numbers(lambda label: self._renderer.note(label, self._definitions))
        self._afresh: list[str] = []
        self._lost: list[tuple[str, tuple[str, ...]]] = []
        self._copies = {piece.markdown: piece for piece in self._old if piece.source and not piece.card}
        self._put: set[int] = set()  # old blocks whose gap stands in what goes out

    def send(self) -> Sent:
        """Everything, block after block."""
        found = correspond([piece.markdown for piece in self._old], [block.text for block in self._blocks])
        of = {new: old for old, new in enumerate(found.to) if new is not None}
        pieces: list[Piece] = []
        gaps: list[str] = []
        origins: list[int] = []
        last = -1  # the old block that was put down before
        for new, block in enumerate(self._blocks):
            old = of.get(new)
            piece = self._piece(block, None if old is None else self._old[old])
            if pieces:
                gaps.append(self._gap(last, old, pieces[-1], piece))
            pieces.append(piece)
            origins.append(-1 if old is None else old)
            if old is not None:
                last = old
        gaps.append(self._old[-1].gap if self._old else "")
        if pieces:
            self._put.add(len(self._old) - 1)
        pieces = [
            piece if piece.gap == gap else replace(piece, gap=gap)
            for piece, gap in zip(pieces, gaps, strict=False)
        ]
        tail = self._numbers.tail()
        if tail:
            if pieces:
                pieces[-1] = replace(pieces[-1], gap=_BETWEEN[self._opened.flavour])
            pieces.append(Piece("", self._emit(tail), kind=Kind.GAP))
            origins.append(-1)
        sent = self._with_gaps_of_gone(replace(self._opened, pieces=tuple(pieces)), origins)
        return Sent(sent, tuple(self._afresh), self._is_broken(sent, origins), tuple(self._lost))

    def _gap(self, last: int, old: int | None, before: Piece, after: Piece) -> str:
        """What stands between two blocks: as it was where they were neighbours."""
        if not before.source:
            return ""
        between = _BETWEEN[self._opened.flavour]
        if old is None or last < 0 or old <= last:
            return between if after.source else ""
        if old == last + 1:
            self._put.add(last)
            return self._old[last].gap
        self._put.update(range(last, old))
        gaps = [piece.gap for piece in self._old[last:old]]
        if all(not gap.strip() for gap in gaps):
            return gaps[0] or (between if len(gaps) > 1 else "")
        return _together(gaps)

    def _with_gaps_of_gone(self, sent: Opened, origins: list[int]) -> Opened:
        """What the blog has between blocks (empty paragraphs, what a plug-in added) is nothing that she removed: where
        it is not put down yet, it stands behind the last block that stood before it."""
        lead, pieces = sent.lead, list(sent.pieces)
        for place, old in enumerate(self._old):
            if place in self._put or not old.gap.strip():
                continue
            near = max((origin for origin in origins if 0 <= origin <= place), default=-1)
            if near < 0:
                lead = _together([lead, old.gap])
            else:
                at = origins.index(near)
                pieces[at] = replace(pieces[at], gap=_together([old.gap, pieces[at].gap]))
        return replace(sent, lead=lead, pieces=tuple(pieces))

    def _piece(self, block: Block, old: Piece | None) -> Piece:
        raw = raw_source(block)
        if old is not None and old.markdown == block.text and (raw is not None or not self._has_notes(block)):
            return old
        if block.text == APART:
            return Piece(APART, "", kind=Kind.GAP)
        if raw is not None:
            if old is not None and old.card and _trimmed(old.markdown) == _trimmed(block.text):
                return replace(old, markdown=block.text, gap="")
            if old is not None and old.card and "\r" in old.source:
                raw = _with_line_ends(raw, old.source)
            kind = self._kind_of_card(raw, old)
            return Piece(block.text, raw, card=True, kind=kind, name=old.name if old is not None else "")
        if old is None and (copied := self._copies.get(block.text)) and not self._has_notes(block):
            return replace(copied, source=without_anchor(copied.source), gap="")
        rendered = self._rendered(block, self._definitions)
        if old is not None and old.source and not old.card:
            level = level_of(block.text)
            if level and level_of(old.markdown) not in (0, level):
                markdown, leveled = with_level(old.markdown, old.source, level)
                old = replace(old, markdown=markdown, source=leveled)
            source = self._with_edit(old, rendered)
            if source is not None:
                return replace(old, markdown=block.text, source=source, gap="")
        return self._fresh(block, rendered, old)

    def _with_edit(self, old: Piece, rendered: str) -> str | None:
        was = split(old.markdown)
        if len(was) != 1:
            return None
        before = self._rendered(was[0], Definitions())
        flavour, segment = self._opened.flavour, old.segment
        return changed(
            of_segment(segment), emitted(before, segment, flavour, self._emit),
            emitted(rendered, segment, flavour, self._emit),
        )  # fmt: skip

    def _fresh(self, block: Block, rendered: str, old: Piece | None) -> Piece:
        """A block made of her text alone. Of classic text a paragraph has no tag."""
        content = self._emit(rendered).strip("\n")
        if content:
            self._afresh.append(block.text)
            if old is not None and old.source and not old.card:
                lost = tuple(which for what, which in lost_of(old.source, content) if what is Lost.LOOK)
                if lost:
                    self._lost.append((block.text, lost))
        if self._opened.flavour is Flavour.CLASSIC and content.startswith("<p>"):
            return Piece(block.text, as_text(content), kind=Kind.TEXT)
        return Piece(block.text, content, name=name_of(content, self._opened.flavour), kind=Kind.BLOCK)

    def _rendered(self, block: Block, definitions: Definitions) -> str:
        return self._numbers.fill(self._renderer.render(block, definitions))

    def _has_notes(self, block: Block) -> bool:
        return "[^" in block.text and notes_in(self._renderer.render(block, self._definitions))

    def _is_broken(self, sent: Opened, origins: list[int]) -> bool:
        """`origins`: for each piece its place in the old text, -1 for none."""
        open_at, was = _first_open(sent.pieces), _first_open(self._old)
        behind = zip(sent.pieces[open_at + 1 :], origins[open_at + 1 :], strict=True)
        if any(piece.source and origin <= was for piece, origin in behind):
            return True
        if open_at < len(sent.pieces):
            return False
        before = self._frames(self._old, range(len(self._old)))
        if _is_closed(before) and not _is_closed(self._frames(sent.pieces, origins)):
            return True
        if self._opened.flavour is not Flavour.BLOCKS:
            return False
        if _have_same_comments(self._opened, sent):
            return False
        return is_balanced(self._opened.content) and not is_balanced(sent.content)

    def _frames(self, pieces: Sequence[Piece], origins: Sequence[int]) -> str:
        """The ends of all frames, and what else she may have copied of one; what she changed of a card that was open by
        itself is none."""
        whole = {piece.source for piece in self._old if piece.kind is not Kind.FRAME}
        return "".join(
            piece.source
            for piece, origin in zip(pieces, origins, strict=True)
            if (piece.card or piece.kind is Kind.FRAME)
            and piece.source not in whole
            and not self._was_open(origin)
        )

    def _was_open(self, origin: int) -> bool:
        return (
            origin >= 0
            and self._old[origin].kind is not Kind.FRAME
            and not _is_closed(self._old[origin].source)
        )

    def _kind_of_card(self, raw: str, old: Piece | None) -> Kind:
        """Half a container stays one; what was never closed may be closed by now."""
        if old is None or old.kind not in (Kind.FRAME, Kind.OPEN):
            return Kind.BLOCK
        is_open = any(segment.kind is Kind.OPEN for segment in cut(raw, self._opened.flavour))
        return old.kind if old.kind is Kind.FRAME or is_open else Kind.BLOCK


def _have_same_comments(before: Opened, after: Opened) -> bool:
    """Whether no comment came, went or became another, delimiters among them; then as many blocks are closed as before.
    Only what is between the first and the last piece that changed is looked at."""
    old, new = before.pieces, after.pieces
    head = next((n for n, (one, two) in enumerate(zip(old, new, strict=False)) if not _is_same(one, two)), -1)
    if before.lead != after.lead:
        head = 0
    if head < 0:
        head = min(len(old), len(new))
    most = min(len(old), len(new)) - head
    ends = zip(reversed(old), reversed(new), strict=False)
    tail = next((n for n, (one, two) in enumerate(ends) if n == most or not _is_same(one, two)), most)
    found = []
    for opened in (before, after):
        middle = opened.pieces[head : len(opened.pieces) - tail]
        text = (opened.lead if head == 0 else "") + "".join(piece.source + piece.gap for piece in middle)
        comments, rest = _COMMENT.findall(text), _COMMENT.sub(" ", text)
        if "<!--" in rest or "-->" in rest:
            return False
        found.append(comments)
    return found[0] == found[1]


def _is_same(one: Piece, other: Piece) -> bool:
    return one is other or (one.source == other.source and one.gap == other.gap)


def _together(gaps: Sequence[str]) -> str:
    """Those of the gaps that hold something, without the white space that stood around what was between them."""
    kept = [gap for gap in gaps if gap.strip()] or list(gaps[-1:])
    ends = [one.rstrip() if two[0].isspace() else one for one, two in pairwise(kept)]
    return "".join([*ends, *kept[-1:]])


def _first_open(pieces: Sequence[Piece]) -> int:
    """The place of the first block that is never closed: all that stands behind it the blog shows inside of it."""
    return next((n for n, piece in enumerate(pieces) if piece.kind is Kind.OPEN), len(pieces))


def _is_closed(html: str) -> bool:
    return all(one.closed for node in parse(html) for one in node.everything())


def _trimmed(text: str) -> list[str]:
    """The lines as an editor saves them that takes spaces from their ends: nobody meant that for a card."""
    return [line.rstrip(" \t") for line in text.split("\n")]


def _with_line_ends(raw: str, source: str) -> str:
    """What she made of a card whose source has line ends that no text can hold: each line that she left has its own
    again, a new one that of the line before."""
    parts = _LINE_END.split(source)
    lines, ends = parts[::2], parts[1::2] or ["\n"]
    new = raw.split("\n")
    pairs = {after: before for before, after in matching(lines, new)}
    made = []
    end = ends[0]
    for place, line in enumerate(new):
        if place in pairs:
            end = ends[min(pairs[place], len(ends) - 1)]
        elif place - 1 in pairs and pairs[place - 1] + 1 < len(ends):
            end = ends[pairs[place - 1] + 1]
        made += [line, end]
    return "".join(made[:-1])


def name_of(content: str, flavour: Flavour) -> str:
    """The name of the block that a content is one of, "" for none or several."""
    if flavour is not Flavour.BLOCKS:
        return ""
    segments: list[Segment] = [s for s in cut(content, flavour) if s.kind is not Kind.GAP]
    return segments[0].name if len(segments) == 1 else ""
