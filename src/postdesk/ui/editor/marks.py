"""What a line of Markdown is made of, as ranges to colour; no Qt here.

It colours what the writer sees at a glance (marks, emphasis, links, quotations, code), line by line with one combined
pattern, and does not try to be the renderer. Only fences and comments reach from one line to the next: a small number,
the line's state, carries them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag


class Look(IntFlag):
    """How a range looks; several at once. Headings carry their level in the bits above."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    STRIKE = 4
    LINK = 8
    FAINT = 16
    CODE = 32
    SOFT = 64
    MARK = 128  # a mark in front of a line: faint, and never smaller or bolder than the line


HEADING_SHIFT = 8  # Look | level << HEADING_SHIFT, level 1 to 6

NORMAL = 0
COMMENT = 1
_FENCE = 2  # a fence's state: 2 + (tilde | length << 1 | quotation depth << 8)

# A line longer than this is coloured up to here only: a pasted paragraph of 100 KB must not cost 100 KB a key.
_COLOURED = 10_000

_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
_FENCE_LINE = re.compile(r"[ \t]*(`{3,}|~{3,})([^\n]*)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_RULE = re.compile(r"[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*)$")
_DEFINITION = re.compile(r"[ ]{0,3}(\[\^?[^\]]+\]:)[ \t]*")

# Spans are bounded in length, so that a stray mark costs its bound and not the paragraph.
_INLINE = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?P<ticks>`+)(?!`).{1,500}?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<comment><!--.{0,500}?(?:-->|$))"
    r"|(?P<link>!?\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,1000})\]"
    r"(?P<address>\((?:[^()\s\\]|\\.|\([^()\s]{0,300}\)){0,2000}"
    r"(?:[ \t]{1,20}(?:\"[^\n]{0,500}?\"|'[^\n]{0,500}?'))?[ \t]{0,20}\)|\[[^\[\]]{0,300}\]))"
    r"|(?P<note>\[\^[^\]\s]{1,200}\])"
    r"|(?P<auto><(?:https?|mailto):[^<>\s]{1,2000}>|\bhttps?://[^\s<>()\[\]]{1,2000})"
    r"|(?P<tag></?[A-Za-z][^<>]{0,1000}>)"
    r"|(?P<strong>(?P<two>\*\*|(?<!\w)__)(?=\S).{1,500}?(?<=[^\s\\])(?P=two)(?!\*))"
    r"|(?P<em>(?P<one>\*|(?<!\w)_)(?=[^\s*_]).{0,500}?(?<=[^\s\\*])(?P=one)(?![*\w]))"
    r"|(?P<strike>~~(?=\S).{1,500}?(?<=\S)~~)"
)
_SPANS = {"strong": (2, Look.BOLD), "em": (1, Look.ITALIC), "strike": (2, Look.STRIKE)}

Range = tuple[int, int, int]  # first code point, one past the last, look (with a heading's level)


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands in front of a line's words: `depth` quotation marks, `length` code points with a list's mark."""

    depth: int
    length: int


NO_LEAD = Lead(0, 0)


def lead(text: str) -> Lead:
    """The quotation and list marks in front of a line."""
    if not text or text[0] not in " \t>-+*0123456789":
        return NO_LEAD
    quote = _QUOTE.match(text)
    start = quote.end() if quote else 0
    depth = text.count(">", 0, start)
    if _RULE.match(text, start):
        return Lead(depth, start)
    marks = _LIST.match(text, start)
    return Lead(depth, marks.end() if marks else start)


def in_code(before: int, after: int) -> bool:
    """Whether a line between these two states belongs to a fenced block of code."""
    return before >= _FENCE or after >= _FENCE


def next_state(text: str, before: int) -> int:
    """The state after a line whose predecessor left the state `before`."""
    if before >= _FENCE:
        depth = (before - _FENCE) >> 8
        start, found = _quote_end(text)
        if found >= depth:
            fence = _FENCE_LINE.match(text, start)
            closes = fence and not fence[2].strip() and fence[1][0] == _letter(before)
            return NORMAL if fence and closes and len(fence[1]) >= _length(before) else before
        # The quotation that held the fence is over, and the fence with it.
    if before == COMMENT:
        return NORMAL if "-->" in text else COMMENT
    if "`" in text or "~" in text:
        start, depth = _quote_end(text)
        marks = _LIST.match(text, start)
        fence = _FENCE_LINE.match(text, marks.end() if marks else start)
        if fence and not (fence[1][0] == "`" and "`" in fence[2]):
            return _FENCE + ((fence[1][0] == "~") | min(len(fence[1]), 127) << 1 | min(depth, 100) << 8)
    if "<!--" in text and text.rfind("<!--") > text.rfind("-->"):
        return COMMENT
    return NORMAL


def colour(text: str, before: int) -> tuple[list[Range], int]:
    """The ranges of a line that do not look plain, in order and without overlap, and the state after it."""
    after = next_state(text, before)
    ranges: list[Range] = []
    if before == COMMENT:
        ranges.append((0, len(text), Look.FAINT))
        return ranges, after
    start, depth = _quote_end(text)
    if start:
        ranges.append((0, start, Look.FAINT | Look.MARK))
    if in_code(before, after):
        fence = _FENCE_LINE.match(text, start)
        marks = _LIST.match(text, start) if fence is None and before < _FENCE else None
        is_fence = before < _FENCE or (after == NORMAL and fence is not None)
        ranges.append((start, len(text), (Look.FAINT if is_fence and not marks else Look.PLAIN) | Look.CODE))
        return ranges, after
    base = int(Look.SOFT) if depth else int(Look.PLAIN)
    end = min(len(text), _COLOURED)
    if heading := _HEADING.match(text, start):
        base |= Look.BOLD | len(heading[1]) << HEADING_SHIFT
        ranges.append((start, heading.end(), base | Look.FAINT))
        start = heading.end()
    elif _RULE.match(text, start):
        ranges.append((start, len(text), Look.FAINT))
        return ranges, after
    elif marks := _LIST.match(text, start):
        ranges.append((start, marks.end(), Look.FAINT | Look.MARK))
        start = marks.end()
    elif definition := _DEFINITION.match(text, start):
        ranges.append((start, definition.end(), Look.FAINT))
        start = definition.end()
    _inline(text, start, end, base, ranges)
    if base and end < len(text):
        ranges.append((end, len(text), base))
    return ranges, after


def _inline(text: str, start: int, end: int, look: int, ranges: list[Range]) -> None:
    """Adds the ranges of `text[start:end]`, whose ground look is `look`."""
    at = start
    for found in _INLINE.finditer(text, start, end):
        if look and found.start() > at:
            ranges.append((at, found.start(), look))
        at = found.end()
        a, b = found.span()
        kind = found.lastgroup or ""
        if kind in _SPANS:
            width, more = _SPANS[kind]
            ranges.append((a, a + width, look | Look.FAINT))
            _inline(text, a + width, b - width, look | more, ranges)
            ranges.append((b - width, b, look | Look.FAINT))
        elif kind == "link":
            first, last = found.span("words")
            ranges.append((a, first, look | Look.FAINT))
            _inline(text, first, last, look | Look.LINK, ranges)
            ranges.append((last, b, look | Look.FAINT))
        elif kind == "code":
            ranges.append((a, b, look | Look.CODE))
        elif kind == "escape":
            ranges.append((a, a + 1, look | Look.FAINT))
            if look:
                ranges.append((a + 1, b, look))
        elif kind == "auto":
            ranges.append((a, b, look | Look.LINK))
        else:  # comment, note, tag
            ranges.append((a, b, look | Look.FAINT))
    if look and at < end:
        ranges.append((at, end, look))


def _quote_end(text: str) -> tuple[int, int]:
    """Where the quotation marks in front of the line end, and how deep they are."""
    quote = _QUOTE.match(text)
    return (quote.end(), quote[0].count(">")) if quote else (0, 0)


def _letter(state: int) -> str:
    return "~" if (state - _FENCE) & 1 else "`"


def _length(state: int) -> int:
    return (state - _FENCE) >> 1 & 127
