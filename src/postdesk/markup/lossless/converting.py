"""A post of a blog turned into another form for good: wholly into Markdown, or from classic text and HTML into blocks.

Both tell block by block what becomes of it before anything is done, and are pure: what they give is a text, and the map
with which it goes out. Into Markdown much may be lost (a class, a colour, a block that only the blog can make), and all
of it is named. Into blocks nothing is: what no block says is a Custom HTML block, with the source as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from postdesk.markup.blocks import split
from postdesk.markup.classic import classic_html, closed_paragraphs
from postdesk.markup.correspond import correspond
from postdesk.markup.delimiters import delimited
from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless.atoms import atoms_of
from postdesk.markup.lossless.captioned import captioned_block
from postdesk.markup.lossless.cutting import Flavour, Kind, Segment, is_delimited
from postdesk.markup.lossless.emitting import Emit, without_delimiters
from postdesk.markup.lossless.gate import Gate, is_alone, with_breaks
from postdesk.markup.lossless.losing import Lost, lost_of
from postdesk.markup.lossless.opening import APART, Opened, Piece, open_post, settled, told_apart
from postdesk.markup.lossless.sending import name_of, send_post
from postdesk.markup.markdown import to_markdown, words_of
from postdesk.markup.rawcards import raw_source
from postdesk.markup.render import render_document

_MORE = re.compile(r"<!--\s*more\b(.*?)-->\s*(<!--\s*noteaser\s*-->)?\Z", re.DOTALL)
_PLACE = re.compile(
    r"""(?:\ssrc\s*=\s*["']?(?!https?:|//|data:)|\shref\s*=\s*["']?(?=post:))([^\s"'<>]+)""", re.IGNORECASE
)
_SPACER = re.compile(r"^[ \t]*(?:&nbsp;|&#160;|\u00a0)[ \t]*$", re.MULTILINE)
_WRAPPERS = (("<", "figure"), (">", "figure"))  # what a table's block has around the table


@dataclass(frozen=True, slots=True)
class Turned:
    """A block before and after. `source` is what the blog has, `result` what will go out; `name` is the block's
    ("core/paragraph"), "" for HTML. `lost` names what is in `source` and not in `result`."""

    source: str
    result: str
    name: str = ""
    lost: tuple[tuple[Lost, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """`text` is the new Markdown, `opened` the map with which it goes out. `turned`: the blocks that are other ones
    than before, in order."""

    text: str
    opened: Opened
    turned: tuple[Turned, ...]


# --- into Markdown -----------------------------------------------------------------------------------------------


def into_markdown(opened: Opened, text: str, emit: Emit) -> Converted:
    """`text`, which is her Markdown of `opened`, without cards, and to go out as Markdown makes it. `emit`: as for
    `send_post`, for the flavour of `opened`."""
    old = [piece for piece in opened.pieces if piece.markdown]
    blocks = split(text)
    found = correspond([piece.markdown for piece in old], [block.text for block in blocks])
    pieces = {new: old[place] for place, new in enumerate(found.to) if new is not None and old[place].source}
    written: list[str] = []
    turned: list[Turned] = []
    for place, block in enumerate(blocks):
        raw, piece = raw_source(block), pieces.get(place)
        if raw is None:
            new = [block.text]
            if piece is None:
                written += new
                continue
            source, name = piece.source, piece.name
        else:
            source, name = raw, piece.name if piece is not None else ""
            new = _said(source, opened.flavour)
        result = emit(render_document("\n\n".join(new))) if new else ""
        # What a reader sees of classic text is what counts, not how its paragraphs are divided.
        shown = _shown(source, opened.flavour, name)
        lost = lost_of(shown, result)
        if piece is not None and piece.markdown != block.text:  # she wrote other words herself
            lost = tuple(one for one in lost if one[0] is not Lost.WORDS)
        if lost or raw is not None:
            turned.append(Turned(source, result, name, lost))
        written += new
    return Converted(_joined(written), _without_pieces(opened), tuple(turned))


def _without_pieces(opened: Opened) -> Opened:
    """A map from which everything is made afresh, and which still knows what the blog has."""
    whole = opened.content
    return Opened(opened.flavour, "", (Piece("", whole, kind=Kind.GAP),) if whole else ())


def _said(source: str, flavour: Flavour) -> list[str]:
    """What is in a card as Markdown; [] for nothing that a reader sees, and for one end of a frame."""
    html = source if flavour is Flavour.HTML else classic_html(source, {})
    return [block.text for block in split(to_markdown(html))]


def _shown(source: str, flavour: Flavour, name: str) -> str:
    if is_delimited(name) or flavour is not Flavour.CLASSIC:
        return source
    html = classic_html(source, {})
    return html if html.lstrip().startswith("<") else f"<p>{html}</p>"


def _joined(texts: list[str]) -> str:
    """The blocks as one text in which each is still one."""
    made = settled(Opened(Flavour.HTML, "", tuple(Piece(text, text) for text in texts)))
    if any(piece.card and piece.kind is Kind.OPEN for piece in made.pieces):
        return "\n\n".join(texts) + "\n"  # some reach into others, as they did before
    return made.markdown


# --- into blocks -------------------------------------------------------------------------------------------------


def into_blocks(opened: Opened, text: str) -> Converted:
    """`text`, which is her Markdown of `opened`, in a post of block markup. What she wrote anew since is made into
    blocks when it goes out, with the addresses of its pictures."""
    sent = send_post(opened, text, to_blocks if opened.flavour is Flavour.BLOCKS else str)
    fresh = set(sent.afresh) | _with_places_here(opened, sent.opened)
    gate = Gate(Flavour.BLOCKS)
    pieces: list[Piece] = []
    turned: list[Turned] = []
    lead = _between(opened.lead)
    for piece in sent.opened.pieces:
        if not piece.markdown or piece.markdown == APART:
            continue
        if piece.markdown in fresh and not piece.card:
            pieces.append(Piece(piece.markdown, ""))
            continue
        gap = _between(piece.gap) or "\n\n"
        if is_delimited(piece.name) or piece.kind is Kind.FRAME:
            pieces.append(replace(piece, gap=gap if piece.kind is not Kind.FRAME else piece.gap))
            continue
        result = _as_block(piece.segment, opened.flavour)
        turned.append(Turned(piece.source, result, name_of(result, Flavour.BLOCKS)))
        pieces += _opened(piece, result, gap, gate)
    whole = settled(Opened(Flavour.BLOCKS, lead, tuple(told_apart(pieces))))
    known = tuple(piece for piece in whole.pieces if piece.source or piece.markdown == APART)
    return Converted(whole.markdown, replace(whole, pieces=known), tuple(turned))


def _with_places_here(opened: Opened, sent: Opened) -> set[str]:
    """The blocks that she changed and that show or lead to what only her library has: they are made when they go out,
    with the blog's addresses."""
    there = {piece.source for piece in opened.pieces}
    changed = [piece for piece in sent.pieces if piece.source not in there]
    return {
        piece.markdown
        for piece in changed
        if any(place not in opened.content for place in _PLACE.findall(piece.source))
    }


def _opened(piece: Piece, result: str, gap: str, gate: Gate) -> list[Piece]:
    """The pieces of a block's new source: in her own spelling where that says it."""
    segment = Segment(Kind.BLOCK, result, name_of(result, Flavour.BLOCKS))
    if not piece.card and segment.name and gate.passes(piece.markdown, segment):
        return [Piece(piece.markdown, result, gap, False, segment.kind, segment.name)]
    found = list(open_post(result).pieces)
    return [*found[:-1], replace(found[-1], gap=gap)] if found else []


def _as_block(segment: Segment, flavour: Flavour) -> str:
    source = segment.source
    if segment.kind is not Kind.OPEN and source.startswith("["):
        picture = captioned_block(source)
        if picture is not None:
            return picture
    if segment.kind is not Kind.OPEN and _is_shortcode(segment):
        return delimited("shortcode", {}, source)
    more = _MORE.match(source)
    if more is not None:
        return _more(more)
    if segment.kind is Kind.TEXT:
        html = f"<p>{with_breaks(source)}</p>" if words_of(source) or "<img" in source else source
    else:
        html = source if flavour is Flavour.HTML else closed_paragraphs(classic_html(source, {}))
    if segment.kind is Kind.OPEN:
        return delimited("html", {}, html.strip("\n"))
    blocks = to_blocks(html)
    return blocks if blocks and _says_all(html, blocks) else delimited("html", {}, html.strip("\n"))


def _is_shortcode(segment: Segment) -> bool:
    return is_alone(replace(segment, kind=Kind.TEXT)) and segment.source.startswith("[")


def _more(found: re.Match[str]) -> str:
    words = found[1].strip()
    values: dict[str, object] = {"customText": words} if words else {}
    if found[2]:
        values["noTeaser"] = True
    inner = f"<!--more{' ' + words if words else ''}-->" + ("\n<!--noteaser-->" if found[2] else "")
    return delimited("more", values, inner)


def _says_all(html: str, blocks: str) -> bool:
    """Whether block markup shows what HTML shows, tag by tag and word by word; an address alone is a player there."""
    if blocks.startswith("<!-- wp:embed ") and "<" not in html.removeprefix("<p>").removesuffix("</p>"):
        return True
    ours = [key for key in without_delimiters(atoms_of(blocks)).keys if key[:2] not in _WRAPPERS]
    return ours == [key for key in atoms_of(html).keys if key[:2] not in _WRAPPERS]


def _between(gap: str) -> str:
    """What stands between two blocks, in block markup."""
    blocks = to_blocks(_SPACER.sub("<p>&nbsp;</p>", gap)) if gap.strip() else ""
    return f"\n\n{blocks}\n\n" if blocks else ""
