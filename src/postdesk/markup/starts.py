"""What a line of Markdown begins: a fence, a quotation, a list item, a heading, or nothing but text.

As CommonMark 0.31.2 reads it (https://spec.commonmark.org/0.31.2/), with tables, footnotes and descriptions as
Python-Markdown does. A line is looked at with its tabs widened.
"""

from __future__ import annotations

import re

TAB = 4  # Python-Markdown's nesting width

BLANK = re.compile(r"\s*\Z")
FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})[ \t]*([^\n]*)\Z")
BULLET = re.compile(r"( {0,3})([-*+])(?:( +)(?=\S)| *\Z)")
NUMBER = re.compile(r"( {0,3})(\d{1,9})([.)])(?:( +)(?=\S)| *\Z)")
QUOTE = re.compile(r" {0,3}> ?")
RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})\Z")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
DEFINITION = re.compile(r" {0,3}(?:\*?\[[^\]\n]+\] ?:)")  # a link's address, a footnote, an abbreviation
TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
DESCRIPTION = re.compile(r" {0,3}:[ \t]{1,3}\S")
HTML_START = re.compile(r" {0,3}<(?:[A-Za-z][A-Za-z0-9-]*[\s/>]|[A-Za-z][A-Za-z0-9-]*\Z|/[A-Za-z]|!|\?)")


def indent_of(line: str) -> int:
    """Leading spaces of a line whose tabs are widened."""
    return len(line) - len(line.lstrip(" "))


def fence_opening(line: str) -> tuple[str, int, int] | None:
    """(character, length, indent) where `line` opens a fence. A backtick fence has no backtick in its info string."""
    match = FENCE.match(line)
    if match is None or (match[2][0] == "`" and "`" in match[3]):
        return None
    return match[2][0], len(match[2]), len(match[1])


def fence_end(lines: list[str], start: int, unclosed: set[tuple[str, int]]) -> int | None:
    """The line that closes the fence opened in line `start`, or None. `unclosed` remembers what was looked for in vain,
    so that a text of a thousand open fences is not read a thousand times."""
    opening = fence_opening(lines[start])
    if opening is None:
        return None
    character, length, _indent = opening
    if any(known == character and length >= shortest for known, shortest in unclosed):
        return None
    for position in range(start + 1, len(lines)):
        stripped = lines[position].strip()
        if (
            len(stripped) >= length
            and stripped[0] == character
            and stripped == character * len(stripped)
            and indent_of(lines[position]) < TAB
        ):
            return position
    unclosed.add((character, length))
    return None


class Item:
    """The start of a list item: columns of its mark and its text, and its mark as Python-Markdown is to get it."""

    __slots__ = ("at", "interrupts", "mark", "text")

    def __init__(self, at: int, text: int, mark: str, interrupts: bool) -> None:
        self.at = at
        self.text = text
        self.mark = mark
        self.interrupts = interrupts  # may follow a paragraph without a blank line


def item_start(line: str) -> Item | None:
    """What list item `line` begins, if any. Tabs are widened."""
    bullet = BULLET.match(line)
    if bullet is not None:
        if RULE.match(line):
            return None
        return _measured(bullet[1], bullet[2], bullet[3], interrupts=bullet[3] is not None)
    number = NUMBER.match(line)
    if number is not None:
        # Only a list that starts at 1 may interrupt: a line may begin with a year.
        return _measured(
            number[1],
            number[2] + ".",
            number[4],
            interrupts=number[4] is not None and number[2] == "1",
        )
    return None


def _measured(indent: str, mark: str, gap: str | None, *, interrupts: bool) -> Item:
    space = len(gap) if gap and len(gap) <= TAB else 1
    return Item(len(indent), len(indent) + len(mark) + space, mark, interrupts)


def starts_something(line: str) -> bool:
    """Whether `line` ends a paragraph by being something else."""
    return (
        HEADING.match(line) is not None
        or RULE.match(line) is not None
        or fence_opening(line) is not None
        or item_start(line) is not None
        or QUOTE.match(line) is not None
    )
