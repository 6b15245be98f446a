"""HTML as a row of atoms - words, tags, comments - that tile it, so that what did not change can keep its bytes.

Two sources with equal atoms show the same: white space where browsers drop it is no atom of its own, a character
reference counts as its character, attributes count in any order. `woven` takes one source through an edit that was made
to the other: every atom that the edit left alone keeps the bytes of the first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from postdesk.core.tokens import Kind, comment_text, cut, entities
from postdesk.markup.matching import matching
from postdesk.markup.simpler import BLOCKS

_PARTS = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
_LINES = re.compile(r"[ \t\f]*(?:\r\n|\n|\r)[ \t\r\n\f]*|[ \t\f]+|[^ \t\r\n\f]+")
_SPACE = " \t\r\n\f"
_EXACT = frozenset(["pre", "textarea"])
_OWN_CLASSES = re.compile(
    r"wp-(?:block|element|image)-.*|has-fixed-layout|has-alpha-channel-opacity|size-large"
)
_ALT = re.compile(r"""(\salt\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_NEW = ("¶",)  # a blank line between two paragraphs
_BREAK = ("<", "br", frozenset[tuple[str, str]]())

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """`key` says what it is, `source` how it was written; of a tag with the white space beside it that nobody sees."""

    key: Key
    source: str


@dataclass(frozen=True, slots=True)
class Atoms:
    """`lead` is white space before the first atom."""

    lead: str
    atoms: tuple[Atom, ...]

    @property
    def keys(self) -> list[Key]:
        """What it shows."""
        return [atom.key for atom in self.atoms]

    @property
    def source(self) -> str:
        """The HTML."""
        return self.lead + "".join(atom.source for atom in self.atoms)


def atoms_of(source: str, *, breaks: bool = False, paragraphs: bool = False) -> Atoms:
    """The atoms of `source`. `breaks`: a line end is a break, as in classic text; `paragraphs`: and a blank line begins
    a paragraph."""
    raw: list[Atom] = []
    exact = 0
    for kind, start, end, tag, attributes in cut(source):
        written = source[start:end]
        if kind is Kind.START:
            raw.append(Atom(("<", tag, _attributes(tag, attributes)), written))
            exact += tag in _EXACT
        elif kind is Kind.END:
            raw.append(Atom((">", tag), written))
            exact -= tag in _EXACT and exact > 0
        elif kind is Kind.COMMENT:
            raw.append(Atom(("!", comment_text(written).strip()), written))
        elif kind is Kind.RAW or kind is Kind.OTHER:
            raw.append(Atom(("raw", written), written))
        elif exact:
            raw += [Atom(("exact", entities(part)), part) for part in _PARTS.findall(written)]
        else:
            raw += [_word(part, breaks=breaks) for part in (_LINES if breaks else _PARTS).findall(written)]
    if paragraphs:
        raw = [
            Atom(_NEW, a.source) if a.key == _BREAK and len(_LINE_ENDS.findall(a.source)) > 1 else a
            for a in raw
        ]
    return _glued(raw)


def woven(mine: Atoms, before: Atoms, after: Atoms) -> str:
    """`mine` with the edit that made `after` out of `before`, which shows the same as `mine`."""
    pairs = {new: old for old, new in matching(before.keys, after.keys)}
    pictures = {_source_of(a.key): a.source for a in mine.atoms if a.key[:2] == ("<", "img")}
    parts = [mine.lead]
    for place, atom in enumerate(after.atoms):
        old = pairs.get(place)
        if old is not None:
            parts.append(_spaced(mine.atoms[old].source, before.atoms[old].source, atom.source))
        elif atom.key[:2] == ("<", "img") and _source_of(atom.key) in pictures:
            parts.append(_with_alt(pictures[_source_of(atom.key)], atom.key))
        else:
            parts.append(atom.source)
    return "".join(parts)


def _spaced(mine: str, before: str, after: str) -> str:
    """An atom that the edit left alone, with other white space beside it where the edit put another: behind what was
    the last one of a list there is none."""
    core = mine.strip(_SPACE)
    if before == after or not core:
        return mine
    lead, trail = _edges(mine)
    (lead_before, trail_before), (lead_after, trail_after) = _edges(before), _edges(after)
    return (
        (lead if lead_before == lead_after else lead_after)
        + core
        + (trail if trail_before == trail_after else trail_after)
    )


def _edges(source: str) -> tuple[str, str]:
    """The white space at both ends."""
    core = source.strip(_SPACE)
    at = source.index(core)
    return source[:at], source[at + len(core) :]


def _word(part: str, *, breaks: bool) -> Atom:
    if part[0] not in " \t\r\n\f":
        return Atom(("w", entities(part)), part)
    return Atom(_BREAK if breaks and ("\n" in part or "\r" in part) else (" ",), part)


def _attributes(tag: str, attributes: list[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    values: dict[str, str] = {}
    for name, value in attributes:
        values.setdefault(name, value)
    if tag == "img":  # size, classes and what a theme adds stay with the picture
        return frozenset((name, values.get(name, "")) for name in ("src", "alt"))
    if "class" in values:
        names = [name for name in values["class"].split() if not _OWN_CLASSES.fullmatch(name)]
        values["class"] = " ".join(names)
        if not names:
            del values["class"]
    return frozenset(values.items())


def _glued(raw: list[Atom]) -> Atoms:
    """The atoms with the white space that no browser shows put to the tag or comment beside it."""
    lead = ""
    atoms: list[Atom] = []
    before = ""  # white space that belongs to the atom that follows
    for place, atom in enumerate(raw):
        if atom.key[0] == "exact" and _is_line_end_of_code(raw, place):
            if place + 1 < len(raw):
                before += atom.source
            else:
                atoms[-1] = Atom(atoms[-1].key, atoms[-1].source + atom.source)
            continue
        if atom.key == _NEW and (not atoms or place + 1 == len(raw) or _is_tag(raw[place + 1].key)):
            atom = Atom((" ",), atom.source)
        if atom.key == _NEW and _is_tag(atoms[-1].key):
            atoms[-1] = Atom(atoms[-1].key, atoms[-1].source + atom.source)
            continue
        if atom.key == (" ",) or (atom.key == _BREAK and not atom.source.startswith("<")):
            after = raw[place + 1].key if place + 1 < len(raw) else None
            if not atoms:
                lead += atom.source
                continue
            if _is_edge(atoms[-1].key) or after is None:
                atoms[-1] = Atom(atoms[-1].key, atoms[-1].source + atom.source)
                continue
            if _is_edge(after):
                before += atom.source
                continue
        atoms.append(Atom(atom.key, before + atom.source))
        before = ""
    return Atoms(lead, tuple(atoms))


def _is_line_end_of_code(raw: list[Atom], place: int) -> bool:
    """Whether a line end is the first in a `pre`, which browsers leave out, or the last, after which is nothing."""
    if raw[place].source not in ("\n", "\r\n"):
        return False
    after = raw[place + 1].key if place + 1 < len(raw) else (">", "pre")
    first = place > 0 and raw[place - 1].key[:2] == ("<", "pre")
    return first or after in ((">", "pre"), (">", "code"))


def _is_edge(key: Key) -> bool:
    return key[0] == "!" or (key[0] in ("<", ">") and (key[1] in BLOCKS or key[1] == "br"))


def _is_tag(key: Key) -> bool:
    return key[0] in ("<", ">") and key[1] in BLOCKS


def _source_of(key: Key) -> str:
    values = key[2] if len(key) > 2 else ()
    return next((v for n, v in values if n == "src"), "") if isinstance(values, frozenset) else ""


def _with_alt(written: str, key: Key) -> str:
    values: Sequence[tuple[str, str]] = tuple(key[2]) if isinstance(key[2], frozenset) else ()
    alt = html.escape(next((v for n, v in values if n == "alt"), ""))
    if _ALT.search(written):
        return _ALT.sub(lambda found: f'{found[1]}"{alt}"', written, count=1)
    return re.sub(r"(?i)\A<img", lambda found: f'{found[0]} alt="{alt}"', written)
