"""What a line of Markdown is made of, as ranges to colour; no Qt here.

It colours what the writer sees at a glance (marks, emphasis, links, quotations, code) with one combined pattern, and
does not try to be the renderer. What reaches over lines it is told: what the line stands in (`Where`), and the
paragraph's words before and after it (`Around`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, IntFlag


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


class Where(IntEnum):
    """What a line stands in."""

    TEXT = 0
    FENCE = 1  # it is the first or last line of a fenced block of code
    CODE = 2
    COMMENT_START = 3  # its end is a comment
    COMMENT = 4


@dataclass(frozen=True, slots=True)
class Around:
    """The paragraph's words before a line, each line with its LF, and after it, each behind an LF."""

    before: str
    after: str


NOTHING = Around("", "")

LONGEST = 10_000  # code points of a line that are coloured together; of a longer one, those that are seen

_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
_FENCE = re.compile(r"[ \t]*(?:`{3,}[^`]*\Z|~{3,})")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_LIST = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_RULE = re.compile(r"[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*)$")
_DEFINITION = re.compile(r"[ ]{0,3}(\[\^?[^\]]+\]:)[ \t]*")

# Spans are bounded in length, so that a stray mark costs its bound and not the paragraph.
_INLINE = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?P<ticks>`+)(?!`).{1,500}?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<comment><!--.{0,500}?(?:-->|\Z))"
    r"|(?P<link>!?\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,1000})\]"
    r"(?P<address>\((?:[^()\s\\]|\\.|\([^()\s]{0,300}\)){0,2000}"
    r"(?:[ \t]{1,20}(?:\"[^\n]{0,500}?\"|'[^\n]{0,500}?'))?[ \t]{0,20}\)|\[[^\[\]]{0,300}\]))"
    r"|(?P<note>\[\^[^\]\s]{1,200}\])"
    r"|(?P<auto><(?:https?|mailto):[^<>\s]{1,2000}>|\bhttps?://[^\s<>()\[\]]{1,2000})"
    r"|(?P<tag></?[A-Za-z][^<>]{0,1000}>)"
    r"|(?P<strong>(?P<two>\*\*|(?<!\w)__)(?=\S).{1,500}?(?<=[^\s\\])(?P=two)(?!\*))"
    r"|(?P<em>(?P<one>\*|(?<!\w)_)(?=[^\s*_]).{0,500}?(?<=[^\s\\*])(?P=one)(?![*\w]))"
    r"|(?P<strike>~~(?=\S).{1,500}?(?<=\S)~~)",
    re.DOTALL,
)
_SPANS = {"strong": (2, int(Look.BOLD)), "em": (1, int(Look.ITALIC)), "strike": (2, int(Look.STRIKE))}
# Flags are slow to join; a line may have a hundred ranges.
_FAINT, _LINK, _CODE = int(Look.FAINT), int(Look.LINK), int(Look.CODE)

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


def starts_anew(line: str, depth: int) -> bool:
    """Whether a line `depth` quotations deep begins a paragraph of its own though no blank line is before it."""
    start, found = _quote_end(line)
    if found != depth:
        return True
    return bool(
        _HEADING.match(line, start)
        or _RULE.match(line, start)
        or _LIST.match(line, start)
        or _FENCE.match(line, start)
    )


def colour(
    text: str, where: Where = Where.TEXT, around: Around = NOTHING, part: tuple[int, int] | None = None
) -> list[Range]:
    """The ranges of a line that do not look plain, in order and without overlap. `part`: only what lies between these
    two code points is asked for."""
    ranges: list[Range] = []
    if where == Where.COMMENT:
        ranges.append((0, len(text), Look.FAINT))
        return ranges
    start, depth = _quote_end(text)
    if start:
        ranges.append((0, start, Look.FAINT | Look.MARK))
    if where in (Where.FENCE, Where.CODE):
        mark = where == Where.FENCE and not _LIST.match(text, start)
        ranges.append((start, len(text), (Look.FAINT if mark else Look.PLAIN) | Look.CODE))
        return ranges
    base = int(Look.SOFT) if depth else int(Look.PLAIN)
    end = len(text)
    if heading := _HEADING.match(text, start):
        base |= Look.BOLD | len(heading[1]) << HEADING_SHIFT
        ranges.append((start, heading.end(), base | Look.FAINT))
        start, around = heading.end(), NOTHING
    elif _RULE.match(text, start):
        ranges.append((start, len(text), Look.FAINT))
        return ranges
    elif marks := _LIST.match(text, start):
        ranges.append((start, marks.end(), Look.FAINT | Look.MARK))
        start = marks.end()
    elif definition := _DEFINITION.match(text, start):
        ranges.append((start, definition.end(), Look.FAINT))
        start = definition.end()
    comment = end
    if where == Where.COMMENT_START:
        comment = max(text.rfind("<!--"), start)
    if end - start > LONGEST:
        _inline_part(text, start, comment, base, ranges, part)
    elif around.before or around.after:
        _inline_around(text[start:comment], start, base, ranges, around)
    else:
        _inline(text, start, comment, base, ranges)
    if comment < end:
        ranges.append((comment, end, base | Look.FAINT))
    return ranges


def _inline_part(
    text: str, start: int, end: int, base: int, ranges: list[Range], part: tuple[int, int] | None
) -> None:
    """Adds the ranges of a part of a very long line, from a space to a space."""
    first, last = part if part is not None else (start, start + LONGEST)
    first = max(start, text.find(" ", first - 1, first + 200)) if first > start else start
    last = min(end, last)
    if base and first > start:
        ranges.append((start, first, base))
    _inline(text, first, last, base, ranges)
    if base and last < end:
        ranges.append((last, end, base))


def _inline_around(words: str, at: int, base: int, ranges: list[Range], around: Around) -> None:
    """Adds the ranges of a line's words, which begin at `at`, as they are amid the whole paragraph."""
    whole: list[Range] = []
    _inline(around.before + words + around.after, 0, None, base, whole)
    first = len(around.before)
    last = first + len(words)
    for a, b, look in whole:
        if b > first and a < last:
            ranges.append((max(a, first) - first + at, min(b, last) - first + at, look))


def _inline(text: str, start: int, end: int | None, look: int, ranges: list[Range]) -> None:
    """Adds the ranges of `text[start:end]`, whose ground look is `look`."""
    at = start
    end = len(text) if end is None else end
    for found in _INLINE.finditer(text, start, end):
        if look and found.start() > at:
            ranges.append((at, found.start(), look))
        at = found.end()
        a, b = found.span()
        kind = found.lastgroup or ""
        if kind in _SPANS:
            width, more = _SPANS[kind]
            ranges.append((a, a + width, look | _FAINT))
            _inline(text, a + width, b - width, look | more, ranges)
            ranges.append((b - width, b, look | _FAINT))
        elif kind == "link":
            first, last = found.span("words")
            ranges.append((a, first, look | _FAINT))
            _inline(text, first, last, look | _LINK, ranges)
            ranges.append((last, b, look | _FAINT))
        elif kind == "code":
            ranges.append((a, b, look | _CODE))
        elif kind == "escape":
            ranges.append((a, a + 1, look | _FAINT))
            if look:
                ranges.append((a + 1, b, look))
        elif kind == "auto":
            ranges.append((a, b, look | _LINK))
        else:  # comment, note, tag
            ranges.append((a, b, look | _FAINT))
    if look and at < end:
        ranges.append((at, end, look))


def _quote_end(text: str) -> tuple[int, int]:
    """Where the quotation marks in front of the line end, and how deep they are."""
    quote = _QUOTE.match(text)
    return (quote.end(), quote[0].count(">")) if quote else (0, 0)
