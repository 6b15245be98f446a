"""Cuts what a blog has of a post into pieces that tile it: blocks, and the white space between them.

Three flavours: block markup, plain HTML, and classic text (HTML whose paragraphs are divided by blank lines). Joined
again the pieces are the source, whatever it is; what is never closed is one piece up to the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from postdesk.markup.lossless.delimiters import Delimited, holds_blocks, is_balanced, top_blocks
from postdesk.markup.lossless.skimming import Top, skim
from postdesk.markup.simpler import BLOCKS
from postdesk.markup.tree import parse

_CONTAINERS = frozenset(
    "core/group core/columns core/column core/cover core/media-text core/details core/accordion core/accordion-item "
    "core/accordion-panel".split()
)
_HOLDERS = frozenset("div center section article aside main header footer blockquote".split())
_INVISIBLE = re.compile(r"(?:<!--(?!\s*/?wp:).*?-->\s*|<br\s*/?>\s*)+", re.DOTALL | re.IGNORECASE)
_BLANK = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r)){2,}[ \t]*")
_EMPTY = re.compile(r"<p(?:\s[^>]*)?>(?:\s|&nbsp;|\u00a0|<br\s*/?>)*</p>", re.IGNORECASE)
_NOTHING = re.compile(r"(?:\s|&nbsp;|&#160;|\u00a0|<br\s*/?>)+", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(/)?([A-Za-z][\w-]{0,60})(?:[^\[\]<>]{0,5000})?\]")
_MARKS = re.compile(r"\s*(?:more\b.*|nextpage|noteaser)\s*\Z", re.DOTALL)

_GHOST = re.compile(r"\s*kg-card-(begin|end)\b")


class Flavour(Enum):
    """How a blog writes its posts."""

    BLOCKS = "blocks"
    HTML = "html"
    CLASSIC = "classic"


class Kind(Enum):
    """What a segment is."""

    GAP = "gap"  # nothing that a reader sees
    BLOCK = "block"  # one block
    TEXT = "text"  # a paragraph without a tag around it
    FRAME = "frame"  # the beginning or the end of a container whose blocks follow
    OPEN = "open"  # never closed: it goes up to the end of the source


CAPTION = "[caption]"
"""The name of a picture with its words between the shortcodes of a caption."""
QUOTE = "[quote]"
"""The name of a quotation of classic text, whose paragraphs are divided by blank lines."""
CAPTIONED = re.compile(
    r"(\[caption\b[^\[\]]{0,2000}\])\s*((?:<a\s[^<>]*>\s*)?<img\s[^<>]*>(?:\s*</a>)?)(.*)(\[/caption\])\Z",
    re.DOTALL,
)
"""The shortcode, the picture, its words, and the shortcode's end."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the source. `name`: of block markup the block's ("core/paragraph"), in brackets one of those above, ""
    for any other HTML."""

    kind: Kind
    source: str
    name: str = ""

    def __hash__(self) -> int:  # asked for often: a text keeps its own
        return hash(self.source)


def is_delimited(name: str) -> bool:
    """Whether a name is that of a block of block markup."""
    return bool(name) and not name.startswith("[")


def flavour_of(source: str, *, classic: bool = True) -> Flavour:
    """The flavour of a post. `classic`: whether the blog makes paragraphs of blank lines (WordPress does)."""
    if "<!-- wp:" in source and holds_blocks(source):
        return Flavour.BLOCKS
    return Flavour.CLASSIC if classic else Flavour.HTML


def cut(source: str, flavour: Flavour) -> list[Segment]:
    """The segments of `source`, which together are `source`."""
    if flavour is not Flavour.BLOCKS:
        return _html(source, classic=flavour is Flavour.CLASSIC)
    segments: list[Segment] = []
    place = 0
    for block in top_blocks(source):
        segments += _html(source[place : block.start], classic=True)
        segments += _block(source, block)
        place = block.end
    rest = source[place:]
    if rest.strip() and not is_balanced(rest):  # a closer too many: WordPress takes all that follows as one
        return [*segments, Segment(Kind.OPEN, rest)]
    return segments + _html(rest, classic=True)


def _block(source: str, block: Delimited) -> list[Segment]:
    whole = source[block.start : block.end]
    if not block.closed:
        return [Segment(Kind.OPEN, whole, block.name)]
    inner = source[block.inner_start : block.inner_end]
    if block.name == "core/paragraph" and _EMPTY.fullmatch(inner.strip()):
        return [Segment(Kind.GAP, whole, block.name)]
    if block.name in _CONTAINERS and _can_be_opened(source, block):
        return _opened(source, block)
    return [Segment(Kind.BLOCK, whole, block.name)]


def opened(segment: Segment, *, classic: bool) -> list[Segment]:
    """What is no Markdown as a whole and holds blocks, a quotation or a `div`: its frame, and the blocks in it. []
    where it cannot be opened."""
    if segment.kind is not Kind.BLOCK:
        return []
    if not is_delimited(segment.name):
        return _opened_element(segment.source, classic=classic) if segment.name != CAPTION else []
    if segment.name not in ("core/quote", "core/pullquote"):
        return []
    blocks = top_blocks(segment.source)
    return _opened(segment.source, blocks[0]) if _can_be_opened(segment.source, blocks[0]) else []


def _opened_element(source: str, *, classic: bool) -> list[Segment]:
    nodes = parse(source)
    if len(nodes) != 1 or nodes[0].tag not in _HOLDERS or not nodes[0].children:
        return []
    first, last = nodes[0].children[0], nodes[0].children[-1]
    inside = _html(source[first.start : last.end], classic=classic)
    if (
        any(segment.kind is Kind.OPEN for segment in inside)
        or sum(s.kind is not Kind.GAP for s in inside) < 2
    ):
        return []
    return [Segment(Kind.FRAME, source[: first.start]), *inside, Segment(Kind.FRAME, source[last.end :])]


def _can_be_opened(source: str, block: Delimited) -> bool:
    """Whether nothing but white space is between the blocks inside, and the HTML around them is closed."""
    if not block.children:
        return False
    places = [(one.end, two.start) for one, two in zip(block.children, block.children[1:], strict=False)]
    if any(source[start:end].strip() for start, end in places) or not all(_closed(c) for c in block.children):
        return False
    frame = (
        source[block.inner_start : block.children[0].start] + source[block.children[-1].end : block.inner_end]
    )
    return all(one.closed for node in parse(frame) for one in node.everything())


def _closed(block: Delimited) -> bool:
    waiting = [block]
    while waiting:
        one = waiting.pop()
        if not one.closed:
            return False
        waiting += one.children
    return True


def _opened(source: str, block: Delimited) -> list[Segment]:
    first, last = block.children[0], block.children[-1]
    segments = _frame(source[block.start : first.start], block.name)
    place = first.start
    for child in block.children:
        segments += _gap(source[place : child.start]) + _block(source, child)
        place = child.end
    return segments + _frame(source[last.end : block.end], block.name)


def _frame(source: str, name: str) -> list[Segment]:
    """The beginning or end of a container; white space at its ends is a gap."""
    inner = source.strip()
    at = source.index(inner)
    return [*_gap(source[:at]), Segment(Kind.FRAME, inner, name), *_gap(source[at + len(inner) :])]


def _gap(source: str) -> list[Segment]:
    return [Segment(Kind.GAP, source)] if source else []


# --- HTML and classic text ---------------------------------------------------------------------------------------


def _html(source: str, *, classic: bool) -> list[Segment]:
    if not source.strip():
        return _gap(source)
    segments: list[Segment] = []
    run: list[Top] = []

    def flush(end: int) -> None:
        if run:
            segments.extend(_run(source, run[0].start, end, run, classic=classic))
            run.clear()

    nodes = skim(source)
    ends = _ghost_cards(nodes) if "kg-card-" in source else {}
    card_end = 0
    for node in nodes:
        if node.start < card_end:
            continue
        if node.start in ends:
            flush(node.start)
            card_end = ends[node.start]
            segments.append(Segment(Kind.BLOCK, source[node.start : card_end]))
            continue
        if not node.closed:
            # What follows may be inside of it, as browsers read it.
            flush(node.start)
            segments.append(Segment(Kind.OPEN, source[node.start :]))
            return _with_shortcodes(segments)
        if (
            node.tag in BLOCKS
            or (node.tag == "!" and _MARKS.match(node.words))
            or node.tag in ("script", "style")
        ):
            flush(node.start)
            whole = source[node.start : node.end]
            empty = node.tag == "p" and _EMPTY.fullmatch(whole)
            name = QUOTE if classic and node.tag == "blockquote" and node.bare else ""
            segments.append(Segment(Kind.GAP if empty else Kind.BLOCK, whole, name))
        else:
            run.append(node)
    flush(len(source))
    return _with_shortcodes(segments)


def _ghost_cards(nodes: list[Top]) -> dict[int, int]:
    """Where what Ghost lets nobody else read begins and ends: from one comment of its own to the next."""
    found: dict[int, int] = {}
    start = -1
    for node in nodes:
        if not node.closed:
            break
        mark = _GHOST.match(node.words) if node.tag == "!" else None
        if mark and mark[1] == "begin":
            start = node.start
        elif mark and start >= 0:
            found[start] = node.end
            start = -1
    return found


def _run(source: str, start: int, end: int, nodes: list[Top], *, classic: bool) -> list[Segment]:
    """Text and what stands in a line, from `start` to `end`: a paragraph, or several with blank lines between."""
    cuts: list[tuple[int, int]] = []
    if classic:
        for node in nodes:
            if not node.tag:
                cuts += [found.span() for found in _BLANK.finditer(source, node.start, node.end)]
    segments: list[Segment] = []
    place = start
    for cut_start, cut_end in [*cuts, (end, end)]:
        piece = source[place:cut_start]
        inner = piece.strip(" \t\r\n\f")
        if inner:
            at = piece.index(inner)
            unseen = _INVISIBLE.match(inner)
            if unseen is not None:
                at, inner = at + unseen.end(), inner[unseen.end() :]
            segments += _gap(piece[:at])
            if inner:
                segments.append(_text(inner))
            segments += _gap(piece[at + len(inner) :])
        else:
            segments += _gap(piece)
        segments += _gap(source[cut_start:cut_end])
        place = cut_end
    return segments


def _text(source: str) -> Segment:
    if _NOTHING.fullmatch(source):
        return Segment(Kind.GAP, source)
    found = CAPTIONED.match(source) if source.startswith("[") and source.endswith("[/caption]") else None
    if found is not None and found[3].strip() and "[" not in found[3]:
        return Segment(Kind.BLOCK, source, CAPTION)
    return Segment(Kind.TEXT, source)


def _with_shortcodes(segments: list[Segment]) -> list[Segment]:
    """The segments with those that lie between a shortcode and its end put into one."""
    last_end: dict[str, int] = {}
    for place, segment in enumerate(segments):
        if "[/" in segment.source:
            last_end |= {found[2]: place for found in _SHORTCODE.finditer(segment.source) if found[1]}
    if not last_end:
        return segments
    joined: list[Segment] = []
    place = 0
    while place < len(segments):
        until = place
        at = place
        while at <= until:  # a shortcode inside may reach further
            opened: dict[str, int] = {}
            for found in _SHORTCODE.finditer(segments[at].source):
                opened[found[2]] = opened.get(found[2], 0) + (-1 if found[1] else 1)
            for name, count in opened.items():
                if count > 0 and last_end.get(name, -1) > at:
                    until = max(until, _first_end(segments, name, at + 1, last_end[name]))
            at += 1
        if until > place:
            joined.append(Segment(Kind.BLOCK, "".join(s.source for s in segments[place : until + 1])))
        else:
            joined.append(segments[place])
        place = until + 1
    return joined


def _first_end(segments: list[Segment], name: str, start: int, last: int) -> int:
    end = f"[/{name}]"
    return next((place for place in range(start, last + 1) if end in segments[place].source), last)
