"""The headings of a post, kept up edit by edit.

Only lines that look like a heading, or like the line under one, are ever read; fences and comments come from
`enclosed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from postdesk.markup import starts
from postdesk.markup.enclosed import Enclosed, enclosed

_FIRST = frozenset("#=- ")
_CANDIDATE = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|\Z)|(?:=+|-+)[ \t]*\Z)")
_CANDIDATE_LINE = re.compile(rb"\x01")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*(?:\{[^{}]*\})?[ \t]*\Z")
_MARKUP = re.compile(
    r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?|(?<!\\)(?:\*+|~~|`+)|(?<![\w\\])_+|_+(?!\w)|<[^<>]*>"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a post: level 1 to 6, its text without marks, its line in the source (from 0)."""

    level: int
    text: str
    line: int


class Outline:
    """The headings of a text that is told line by line."""

    def __init__(self) -> None:
        self._candidates = bytearray(1)

    def splice(self, lines: Sequence[str], first: int, removed: int, added: int) -> None:
        """The lines from `first` on were replaced: `removed` went, `added` came, and `lines` is the whole text now."""
        self._candidates[first : first + removed] = bytes(
            line[:1] in _FIRST and _CANDIDATE.match(line) is not None for line in lines[first : first + added]
        )

    def headings(self, lines: Sequence[str], inside: Enclosed) -> tuple[Heading, ...]:
        """The headings in order, as plain text; those in code, comments or quotations are none."""
        found = []
        for candidate in _CANDIDATE_LINE.finditer(self._candidates):
            number = candidate.start()
            if inside.at(number) is not None:
                continue
            line = lines[number]
            match = _HEADING.match(line)
            if match is not None:
                if match[2]:
                    found.append(Heading(len(match[1]), unmarked(match[2]), number))
            elif number and inside.at(number - 1) is None and _can_be_title(lines, number - 1):
                level = 1 if line.strip()[0] == "=" else 2
                found.append(Heading(level, unmarked(lines[number - 1]), number - 1))
        return tuple(found)


def outline(text: str) -> tuple[Heading, ...]:
    """The headings of a whole `text` (Markdown, LF)."""
    lines = text.split("\n")
    made = Outline()
    made.splice(lines, 0, 1, len(lines))
    return made.headings(lines, enclosed(lines))


def unmarked(text: str) -> str:
    """One line of Markdown without its marks."""
    plain = _MARKUP.sub(lambda match: match[1] or "", text)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain).strip()


def _can_be_title(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if not line.strip() or starts.indent_of(line) >= starts.TAB or line.startswith("\t"):
        return False
    if starts.starts_something(line) or "|" in line:
        return False
    return number == 0 or not lines[number - 1].strip()
