"""What a blog has of a post, cut into its top-level blocks, and compared without what says nothing.

Block markup is cut as WordPress does (its parser's rules: a closer closes the innermost opener, a stray one or an
opener that is never closed leaves the rest in one piece), anything else by its elements and, where it is the classic
editor's text, by blank lines. The pieces in order are the whole content but for white space between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from postdesk.core.tokens import Kind, comment_text, cut, entities
from postdesk.markup.delimiters import delimiter_of
from postdesk.markup.lossless.delimiters import top_blocks
from postdesk.markup.simpler import BLOCKS
from postdesk.markup.tree import VOID, parse

__all__ = ["cut_content", "meaning", "readable", "shown"]

_BLANK = re.compile(r"\n[ \t\r]*\n\s*")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_PIECES = ("img", "hr", "iframe", "video", "audio", "embed", "object", "input", "source")
_GENERATED = re.compile(r"wp-(?:block|element)-[\w-]+|has-fixed-layout|has-alpha-channel-opacity")
"""Classes that the block editor writes by itself, each version others."""


def cut_content(content: str) -> tuple[str, ...]:
    """The top-level blocks of `content`, with their delimiters, in order. Never raises; time grows with its length."""
    return tuple(piece for piece in map(str.strip, _cut(content)) if piece)


def meaning(block: str, *, loose: bool = False) -> str:
    """A text that is equal for two blocks that say the same: spelling, the order of attributes and white space aside.
    `loose`: and what the editor writes by itself, i.e. delimiters without attributes and generated classes."""
    return "\0".join(_tokens(block, loose))


def shown(block: str) -> str:
    """What a reader sees in a block, for finding it again: its letters without white space, and a sign for each
    picture, rule and the like."""
    found: list[str] = []
    for kind, start, end, tag, _attributes in cut(block):
        if kind is Kind.TEXT:
            found.append(_none(entities(block[start:end])))
        elif kind is Kind.RAW:
            found.append(_none(block[start:end]))
        elif kind is Kind.START and tag in _PIECES:
            found.append(f"\0{tag}\0")
        elif kind is Kind.COMMENT and delimiter_of(block[start:end]) is None:
            found.append(f"\0{comment_text(block[start:end]).strip()}\0")
    return "".join(found)


def readable(block: str) -> str:
    """The words of a block and the addresses of its pictures, for telling which block it was before."""
    found: list[str] = []
    for kind, start, end, tag, attributes in cut(block):
        if kind in (Kind.TEXT, Kind.RAW):
            found.append(entities(block[start:end]) if kind is Kind.TEXT else block[start:end])
        elif kind is Kind.START and tag in _PIECES:
            found += [value for name, value in attributes if name in ("src", "alt")] or [tag]
        elif kind is Kind.START and tag in BLOCKS:
            found.append(" ")
        elif kind is Kind.COMMENT and delimiter_of(block[start:end]) is None:
            found.append(comment_text(block[start:end]))
    return " ".join("".join(found).split()) or block


# --- cutting ---


def _cut(content: str) -> Iterator[str]:
    place = 0
    for block in top_blocks(content):
        yield from _cut_html(content[place : block.start])
        yield content[block.start : block.end]
        place = block.end
    yield from _cut_html(content[place:])


def _cut_html(source: str) -> Iterator[str]:
    """Elements that are blocks one by one; the text between them by blank lines, as the classic editor means it."""
    if not source.strip():
        return
    start = 0  # of the text that is not yet given
    breaks: list[tuple[int, int]] = []
    for node in parse(source):
        if node.tag.startswith(("/", "?")) or not node.closed:
            break  # the rest belongs together, as nobody can tell what ends where
        if node.tag in BLOCKS or node.tag == "!":
            yield from _parts(source, start, node.start, breaks)
            yield source[node.start : node.end]
            start = node.end
            breaks = []
        elif not node.tag:
            breaks += [
                (node.start + m.start(), node.start + m.end())
                for m in _BLANK.finditer(source[node.start : node.end])
            ]
    else:
        yield from _parts(source, start, len(source), breaks)
        return
    yield source[start:]


def _parts(source: str, start: int, end: int, breaks: list[tuple[int, int]]) -> Iterator[str]:
    for at, after in breaks:
        yield source[start:at]
        start = after
    yield source[start:end]


# --- comparing ---


def _tokens(block: str, loose: bool) -> Iterator[str]:
    words: list[str] = []
    verbatim = 0

    def text() -> Iterator[str]:
        written = "".join(words)
        words.clear()
        if written:
            yield f"'{written}"

    at_edge = True
    for kind, start, end, tag, attributes in cut(block):
        if kind in (Kind.TEXT, Kind.RAW):
            said = block[start:end] if kind is Kind.RAW else entities(block[start:end])
            if not verbatim and kind is Kind.TEXT:
                said = _SPACE.sub(" ", said)
                said = said.lstrip(" ") if at_edge or (words and words[-1].endswith(" ")) else said
            words.append(said)
            at_edge = at_edge and not said
            continue
        apart = tag in BLOCKS or tag in ("br", "img") or kind is Kind.COMMENT
        if apart and words and not verbatim:
            words[-1] = words[-1].rstrip(" ")
        if kind is Kind.COMMENT:
            said = _comment(block[start:end], loose)
            if said:
                yield from text()
                yield said
        elif kind is Kind.START:
            yield from text()
            yield f"<{tag}{_attributes(attributes, loose)}"
        elif kind is Kind.END and tag not in VOID:
            yield from text()
            yield f"/{tag}"
        if tag == "pre":
            verbatim += 1 if kind is Kind.START else -min(verbatim, 1)
        at_edge = at_edge or apart if kind is Kind.COMMENT else apart
    if words:
        words[-1] = words[-1].rstrip(" ")
    yield from text()


def _comment(written: str, loose: bool) -> str:
    found = delimiter_of(written)
    if found is None:
        return f"!{comment_text(written).strip()}"
    if loose and not found.values and not found.void:
        return ""
    values = found.values
    if values:
        try:
            values = json.dumps(json.loads(values), sort_keys=True)
        except (ValueError, RecursionError):
            pass  # compared as it is written
    return f"!{'/' if found.closes else ''}{found.name} {values}{'/' if found.void else ''}"


def _attributes(attributes: list[tuple[str, str]], loose: bool) -> str:
    found: dict[str, str] = {}
    for name, value in attributes:
        if name == "class":
            names = [one for one in value.split() if not (loose and _GENERATED.fullmatch(one))]
            value = " ".join(sorted(names))
            if not value:
                continue
        if name not in ("/", ""):
            found.setdefault(name, value)
    return "".join(f" {name}={found[name]!r}" for name in sorted(found))


def _none(text: str) -> str:
    return "".join(text.split())
