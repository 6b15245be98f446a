"""The looks that stay with the source of a post's blocks: what class and style their outermost elements have there.

A block that is Markdown in the writer's text says nothing of them; they go back with its frame (decision 032), and the
preview puts them on what it renders (decision 043).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from postdesk.core.tokens import Kind as Token
from postdesk.core.tokens import cut
from postdesk.markup.looks import Element, KeptPiece, Look
from postdesk.markup.lossless.cutting import CAPTION, Kind
from postdesk.markup.lossless.opening import Opened, Piece
from postdesk.markup.tree import VOID

_HEAD = 4000  # characters in which the first tags are looked for
_TAGS = 8  # tokens: delimiter, line end, div, figure, link, picture
# Most blocks: nothing is read of them.
_USUAL = re.compile(
    r"(?:<!-- wp:[a-z/-]+ -->\s*)?<(?:p|ul|ol|h[1-6])(?: class=\"wp-block-(?:heading|list)\")?>"
)
_ALIGNED = re.compile(r"\s*(left|right|center|justify)\s*\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,4}\Z")
_SHORTCODE = re.compile(r"\[caption\b([^\]]*)\]")
_IN_SHORTCODE = re.compile(r"""\b(align|width)=["']?([A-Za-z0-9]{1,20})""")
_GROUND = re.compile(r"background|wp-block-cover", re.IGNORECASE)
_INK = re.compile(r"has-[\w-]+-color")
_INKED = re.compile(r"\s*(?:color|-webkit-text-fill-color)\s*:", re.IGNORECASE)
_SILENT = re.compile(r"wp-image-\d+|wp-block-(?:heading|list|paragraph)")
_SAVED = {
    "blockquote": {"wp-block-quote"}, "pre": {"wp-block-code"}, "table": {"has-fixed-layout"},
    "hr": {"wp-block-separator", "has-alpha-channel-opacity"},
}  # fmt: skip
_OF_FIGURE = ({"wp-block-image", "size-large"}, {"wp-block-table"})
# What may stand around the element that a block is.
_AROUND = frozenset(["div", "figure"])
_LAST = frozenset("p h1 h2 h3 h4 h5 h6 ul ol blockquote pre table hr img center address dl details".split())


def kept_looks(opened: Opened) -> tuple[KeptPiece, ...]:
    """The pieces of a post in order, each with its look; () where every block looks as a new one would."""
    found: list[KeptPiece] = []
    around: list[bool] = []  # of each element that is open around a piece, whether it gives it another ground
    for piece in opened.pieces:
        if piece.kind is Kind.FRAME:
            _step(around, piece.source)
        look = look_of(piece)
        if look and any(around):
            look = _without_ink(look)
        if piece.markdown:
            found.append((piece.markdown, look))
    return tuple(found) if any(look for _markdown, look in found) else ()


def look_of(piece: Piece) -> Look:
    """The look of a piece that is Markdown; of a card, which holds its source itself, ()."""
    if piece.card or piece.kind not in (Kind.BLOCK, Kind.TEXT) or _USUAL.match(piece.source):
        return ()
    if piece.name == "core/embed":  # a card of the preview's stands there
        return ()
    look = tuple(_elements(piece))
    return () if _is_usual(look) else look


def _elements(piece: Piece) -> Iterator[Element]:
    head = piece.source[:_HEAD]
    if piece.name == CAPTION:
        yield "figure", _of_caption(head)
    elif piece.kind is Kind.TEXT and not head.startswith(("<img", "<a ")):
        return
    for kind, _start, _end, tag, attributes in islice(cut(head), _TAGS):
        if kind is Token.END:
            return
        if kind is not Token.START or tag == "a":
            continue
        if tag not in _AROUND and tag not in _LAST:
            return
        yield tag, _attributes(tag, dict(reversed(attributes)))
        if tag in _LAST:
            return


def _step(around: list[bool], frame: str) -> None:
    """Goes into the elements that a frame opens, and out of those that it closes."""
    for kind, start, end, tag, _attributes in cut(frame):
        if kind is Token.START and tag not in VOID:
            around.append(_GROUND.search(frame, start, end) is not None)
        elif kind is Token.END and around:
            around.pop()


def _without_ink(look: Look) -> Look:
    """A look without the colour of its letters: on the ground of a frame, which no page of ours draws, they may be
    white."""
    if any(_GROUND.search(value) for _tag, attributes in look for _name, value in attributes):
        return look
    kept = tuple((tag, tuple(_faded(attributes))) for tag, attributes in look)
    return () if _is_usual(kept) else kept


def _faded(attributes: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for name, value in attributes:
        if name == "class":
            value = " ".join(one for one in value.split() if not _INK.fullmatch(one))
        elif name == "style":
            value = ";".join(one for one in value.split(";") if not _INKED.match(one))
        if value:
            yield name, value


def _attributes(tag: str, given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    kept = {name: given[name].strip() for name in ("class", "style") if given.get(name, "").strip()}
    aligned = _ALIGNED.match(given.get("align", ""))
    if aligned is not None:
        name = "float" if tag in ("img", "table") else "text-align"
        side = aligned[1].lower()
        if name == "text-align" or side in ("left", "right"):
            kept["style"] = f"{name}:{side};{kept.get('style', '')}"
    if tag == "img":
        kept |= {n: given[n] for n in ("width", "height") if _NUMBER.match(given.get(n, ""))}
    return tuple(kept.items())


def _of_caption(head: str) -> tuple[tuple[str, str], ...]:
    """As WordPress shows the shortcode (`img_caption_shortcode`)."""
    found = _SHORTCODE.match(head)
    given = dict(_IN_SHORTCODE.findall(found[1])) if found is not None else {}
    kept = [("class", f"wp-caption {given.get('align', 'alignnone')}")]
    if _NUMBER.match(given.get("width", "")):
        kept.append(("style", f"width:{given['width']}px"))
    return tuple(kept)


def _is_usual(look: Look) -> bool:
    """Whether a new block would look just so."""
    for tag, attributes in look:
        values = dict(attributes)
        classes = {name for name in values.pop("class", "").split() if not _SILENT.fullmatch(name)}
        if values or (classes not in _OF_FIGURE if tag == "figure" else classes != _SAVED.get(tag, set())):
            return False
    return True
