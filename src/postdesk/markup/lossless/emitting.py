"""One block of Markdown as the blog would have it, and how that fits around what the blog has."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from dataclasses import dataclass

from postdesk.markup.blocks import Block
from postdesk.markup.lossless.atoms import Atom, Atoms, Key, atoms_of, woven
from postdesk.markup.lossless.cutting import CAPTION, CAPTIONED, QUOTE, Flavour, Kind, Segment, is_delimited
from postdesk.markup.tree import parse

Emit = Callable[[str], str]
"""From a block's HTML, as it was rendered, to the blog's content: block markup or HTML, with the blog's addresses."""

_FRAMES = {
    "core/verse": (2, 2), "core/pullquote": (3, 3),
    "core/paragraph": (2, 2), "core/heading": (2, 2), "core/list": (2, 2), "core/quote": (2, 2), "core/code": (3, 3),
    "core/preformatted": (2, 2), "core/table": (3, 3), "core/image": (2, 2), "core/separator": (2, 1),
    "core/more": (1, 1), "core/nextpage": (1, 1), "core/embed": (3, 3),
}  # fmt: skip
"""Of each block how many atoms at its beginning and end are its own: delimiters and the tags that carry its looks."""
_PARAGRAPH = re.compile(r"\s*<p>(.*)</p>\s*\Z", re.DOTALL)
_PICTURE = re.compile(r"\s*<figure>\s*((?:<a [^<>]*>)?<img [^<>]*>(?:</a>)?)\s*</figure>\s*\Z")
_FIGURE = re.compile(
    r"\s*<figure>\s*((?:<a [^<>]*>)?<img [^<>]*>(?:</a>)?)\s*<figcaption>(.*)</figcaption>\s*</figure>\s*\Z",
    re.DOTALL,
)
_SPACE = r"[ \t\r\n\f]*"  # what HTML takes for white space, which a space of its own kind is not
_LINE_BREAK = re.compile(rf"(<br\s*/?>)?[ \t\r\f]*\n{_SPACE}|<br\s*/?>")
_BETWEEN_PARAGRAPHS = re.compile(rf"{_SPACE}</p>{_SPACE}<p>{_SPACE}")
_PARAGRAPH_TAG = re.compile(rf"{_SPACE}</?p>{_SPACE}")


@dataclass(frozen=True, slots=True)
class Framed:
    """A block with its frame apart. `shape` names the frame's tags without their attributes, `looks` is all of it."""

    shape: tuple[object, ...]
    looks: tuple[Key, ...]
    before: str
    inside: Atoms
    after: str


def framed(source: str, segment: Segment, *, breaks: bool = False) -> Framed:
    """`source` with its frame apart, as it is cut for blocks of the segment's kind."""
    captioned = CAPTIONED.match(source) if segment.name == CAPTION else None
    if captioned is not None:
        inside = atoms_of(f"{captioned[2]} {html_stripped(captioned[3])}").atoms
        shape = (CAPTION,)
        return Framed(shape, (shape,), captioned[1], Atoms("", inside), captioned[4])
    atoms = atoms_of(source, breaks=breaks, paragraphs=segment.name == QUOTE)
    first, last = (0, 0) if segment.kind is Kind.TEXT else _FRAMES.get(segment.name) or _of_html(atoms)
    if segment.name in _LOOSE:
        atoms, first, last = _LOOSE[segment.name](atoms, first, last)
    if len(atoms.atoms) < first + last:
        first = last = 0
    end = len(atoms.atoms) - last
    own = (*atoms.atoms[:first], *atoms.atoms[end:])
    inside = atoms.atoms[first:end]
    names = [_name(atom.key) for atom in own]
    if segment.name == "core/table" and len(names) > first:
        names = [*names[: first + 1], *names[-2:]]  # without the words below it
    elif segment.name == "core/image":
        names = [name for name in names if name not in _WRAPPING]
    return Framed(
        tuple(names), tuple(atom.key for atom in own),
        atoms.lead + "".join(atom.source for atom in atoms.atoms[:first]), Atoms("", inside),
        "".join(atom.source for atom in atoms.atoms[end:]),
    )  # fmt: skip


def emitted(rendered: str, segment: Segment, flavour: Flavour, emit: Emit) -> Framed:
    """A block's HTML as the blog would have it, framed as the segment is."""
    if segment.kind is Kind.TEXT:
        return framed(as_text(rendered), segment, breaks=True)
    if segment.name in _CLASSIC:
        return framed(_CLASSIC[segment.name](rendered), segment, breaks=segment.name == QUOTE)
    if flavour is Flavour.BLOCKS and segment.name:
        return framed(_in_block(emit(rendered), segment), segment)
    return framed(_with_plain_code(rendered), segment)


def of_segment(segment: Segment) -> Framed:
    """What the blog has, framed."""
    return framed(segment.source, segment, breaks=segment.kind is Kind.TEXT or segment.name == QUOTE)


def fits(there: Framed, ours: Framed) -> bool:
    """Whether both show the same but for the looks of the frame."""
    return there.shape == ours.shape and (
        there.inside.keys == ours.inside.keys or there.inside.keys == without_delimiters(ours.inside).keys
    )


def fits_as_rendered(
    rendered: str,
    segment: Segment,
    flavour: Flavour,
    emit: Emit,
    of: Callable[[Segment], Framed] = of_segment,
) -> bool:
    """Whether a block's HTML shows what the segment does, but for the looks of the frame. `of` is `of_segment`, or
    remembers what that said."""
    if flavour is Flavour.BLOCKS and is_delimited(segment.name):
        ours = _in_block(emit(rendered), segment)
        return ours == segment.source or fits(of(segment), framed(ours, segment))
    return fits(of(segment), emitted(rendered, segment, flavour, emit))


def changed(there: Framed, before: Framed, after: Framed) -> str | None:
    """The blog's source with the edit from `before` to `after`, None where the frame itself would be another."""
    if before.looks != after.looks or not fits(there, before):
        return None
    old, new = before.inside, after.inside
    if there.inside.keys != old.keys:
        old, new = without_delimiters(old), without_delimiters(new)
    return there.before + woven(there.inside, old, new) + there.after


def without_delimiters(atoms: Atoms) -> Atoms:
    """The atoms without block delimiters: older posts have none inside lists and quotations."""
    kept = [a for a in atoms.atoms if not (a.key[0] == "!" and str(a.key[1]).lstrip("/").startswith("wp:"))]
    return Atoms(atoms.lead, tuple(kept))


def as_text(rendered: str) -> str:
    """A paragraph as classic text has it, without its tag and with line ends for breaks; anything else as it is."""
    found = _PARAGRAPH.match(rendered) or _PICTURE.match(rendered)
    if found is None:
        return rendered.strip("\n")
    return _LINE_BREAK.sub(lambda line: "\n" if line[0].startswith("<") else " ", found[1])


def html_stripped(text: str) -> str:
    """`text` without what HTML takes for white space at its ends."""
    return text.strip(" \t\r\n\f")


def _as_caption(rendered: str) -> str:
    found = _FIGURE.match(rendered)
    return f"[caption]{found[1].strip()} {found[2]}[/caption]" if found is not None else rendered


def _as_quote(rendered: str) -> str:
    """A quotation whose paragraphs are divided by blank lines."""
    if "<pre" in rendered or "<p " in rendered:
        return rendered
    lines = _LINE_BREAK.sub(lambda line: "\n" if line[0].startswith("<") else " ", rendered)
    return _PARAGRAPH_TAG.sub("\n", _BETWEEN_PARAGRAPHS.sub("\n\n", lines))


_CLASSIC = {CAPTION: _as_caption, QUOTE: _as_quote}


def _in_block(emitted: str, segment: Segment) -> str:
    """HTML that no block was found for as a block of the segment's kind, where that is one that holds any HTML."""
    found = _CUSTOM.match(emitted) if segment.name in _OF_HTML else None
    name = segment.name.removeprefix("core/")
    return f"<!-- wp:{name} -->\n{found[1]}\n<!-- /wp:{name} -->" if found is not None else emitted


def _of_picture(atoms: Atoms, first: int, last: int) -> tuple[Atoms, int, int]:
    """A picture's link keeps all but its address as its looks; older posts have an element around an aligned one."""
    kept = tuple(_linked(atom) if atom.key[:2] == ("<", "a") else atom for atom in atoms.atoms)
    wrapped = len(kept) > 1 and kept[1].key[:2] == ("<", "div")
    return Atoms(atoms.lead, kept), first + wrapped, last + wrapped


def _linked(atom: Atom) -> Atom:
    values = atom.key[2]
    href = frozenset(v for v in values if v[0] == "href") if isinstance(values, frozenset) else frozenset()
    return Atom(("<", "a", href), atom.source)


def _of_table(atoms: Atoms, first: int, last: int) -> tuple[Atoms, int, int]:
    """The words below a table are a part of its frame."""
    ends = [place for place, atom in enumerate(atoms.atoms) if atom.key == (">", "table")]
    return atoms, first, len(atoms.atoms) - ends[-1] if ends else last


_LOOSE = {"core/image": _of_picture, "core/table": _of_table}
_WRAPPING = (("<", "div"), (">", "div"))
_OF_HTML = frozenset("core/table core/preformatted core/verse core/pullquote".split())
_CUSTOM = re.compile(r"<!-- wp:html -->\n(.*)\n<!-- /wp:html -->\Z", re.DOTALL)


def is_sound(block: Block) -> bool:
    """Whether a block of Markdown stands by itself: closed, and nothing that others are read by."""
    return block.kind not in ("unclosed", "definition", "description")


def _of_html(atoms: Atoms) -> tuple[int, int]:
    keys = atoms.keys
    if not keys or keys[0][0] != "<":
        return (0, 0)
    if len(keys) > 1 and keys[0][1] == "pre" and keys[1][:2] == ("<", "code"):
        return (2, 2)
    return (1, 0) if keys[0][1] in ("hr", "img") else (1, 1)


def _name(key: Key) -> object:
    """A tag without its attributes, a delimiter without its values."""
    if key[0] == "!":
        return ("!", str(key[1]).split("{", 1)[0].strip())
    return key[:2]


def _with_plain_code(rendered: str) -> str:
    """Code as people write it in HTML, without the colours that the renderer puts in."""
    if "highlight" not in rendered:
        return rendered
    nodes = [node for node in parse(rendered) if not node.is_blank]
    if len(nodes) != 1 or nodes[0].tag != "div" or "highlight" not in nodes[0].classes:
        return rendered
    names = [n for n in nodes[0].classes if n.startswith("language-") and n != "language-text"]
    named = f' class="{names[0]}"' if names else ""
    text = entities.escape(nodes[0].plain().removesuffix("\n"), quote=False)
    return f"<pre><code{named}>{text}</code></pre>"
