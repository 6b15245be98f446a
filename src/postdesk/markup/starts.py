"""What a line of Markdown begins: a fence, a quotation, a list item, a heading, or nothing but text.

As CommonMark 0.31.2 reads it (https://spec.commonmark.org/0.31.2/), with tables, footnotes and descriptions as
Python-Markdown does. A line is looked at with its tabs widened.
"""

from __future__ import annotations

import re

TAB = 4  # Python-Markdown's nesting width

FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})[ \t]*([^\n]*)\Z")
BULLET = re.compile(r"( {0,3})([-*+])(?:([ \t]+)(?=\S)|[ \t]*\Z)")
NUMBER = re.compile(r"( {0,3})(\d{1,9})([.)])(?:([ \t]+)(?=\S)|[ \t]*\Z)")
QUOTE = re.compile(r" {0,3}> ?")
RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
DEFINITION = re.compile(r" {0,3}(?:\*?\[[^\]\n]+\] ?:)")  # a link's address, a footnote, an abbreviation
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


def closes_fence(line: str, character: str, length: int) -> bool:
    """Whether `line` closes a fence of at least `length` times `character`."""
    if character * length not in line:
        return False
    stripped = line.strip()
    if len(stripped) < length or stripped[0] != character or stripped.strip(character):
        return False
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(TAB)) < TAB


def fence_end(lines: list[str], start: int, unclosed: set[tuple[str, int]]) -> int | None:
    """The line that closes the fence opened in line `start`, or None. `unclosed` remembers what was looked for in vain,
    so that a text of a thousand open fences is not read a thousand times."""
    line = lines[start]
    if "```" not in line and "~~~" not in line:
        return None
    opening = fence_opening(line)
    if opening is None:
        return None
    character, length, _indent = opening
    if any(known == character and length >= shortest for known, shortest in unclosed):
        return None
    for position in range(start + 1, len(lines)):
        if closes_fence(lines[position], character, length):
            return position
    unclosed.add((character, length))
    return None


class Item:
    """The start of a list item: its mark (`12.`), its kind of list (`-`, `*`, `+`, `1.`, `1)`), its number if it has
    one, and whether it may follow a paragraph without a blank line."""

    __slots__ = ("interrupts", "kind", "mark", "number")

    def __init__(self, mark: str, kind: str, number: int | None, interrupts: bool) -> None:
        self.mark = mark
        self.kind = kind
        self.number = number
        self.interrupts = interrupts


def item_start(line: str) -> Item | None:
    """What list item `line` begins, if any."""
    bullet = BULLET.match(line)
    if bullet is not None:
        if RULE.match(line):
            return None
        return Item(bullet[2], bullet[2], None, bullet[3] is not None)
    number = NUMBER.match(line)
    if number is None:
        return None
    # Only a list that starts at 1 may interrupt: a line may begin with a year.
    first = int(number[2])
    return Item(number[2] + number[3], "1" + number[3], first, number[4] is not None and first == 1)


def is_one_fence(lines: list[str]) -> bool:
    """Whether the lines are a fence from the first to the last."""
    return fence_end(lines, 0, set()) == len(lines) - 1


def starts_something(line: str) -> bool:
    """Whether `line` ends a paragraph by being something else."""
    return (
        HEADING.match(line) is not None
        or RULE.match(line) is not None
        or fence_opening(line) is not None
        or item_start(line) is not None
        or QUOTE.match(line) is not None
    )
