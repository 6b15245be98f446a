"""What Return and Tab do to lists and quotations; pure functions over lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FRONT = re.compile(
    r"(?P<quote>(?:[ ]{0,3}>[ ]?)*)(?P<indent>[ \t]*)"
    r"(?:(?P<bullet>[-+*])(?P<gap>[ \t]+)|(?P<number>\d{1,9})(?P<after>[.)])(?P<space>[ \t]+))?"
    r"(?P<task>\[[ xX]\][ \t]+)?"
)
_FURTHER = 200  # lines that are looked at for the numbers of a list
STEP = 4  # spaces a nested list is indented by: what Python-Markdown needs below bullets and numbers alike


@dataclass(frozen=True, slots=True)
class Return:
    """What Return does: remove `cut` code points before the cursor, then insert `text`."""

    cut: int
    text: str


def on_return(before: str, after: str) -> Return:
    """Return pressed with `before` and `after` on the cursor's line.

    A list item or quotation goes on in the next line. On a line that holds nothing but its marks they are taken
    away and a blank line stays, as a paragraph right below a list would still belong to it: pressing Return twice
    ends a list or quotation, and gives what was typed letter for letter.
    """
    found = _FRONT.match(before)
    if found is None or not _marks(found):
        return Return(0, "\n")
    if before[found.end() :].strip() or (after.strip() and found.end() == len(before)):
        if found.end() == len(before):
            return Return(0, "\n")  # the cursor stands right before the words: they move down as they are
        return Return(0, "\n" + _next(found))
    return Return(len(before), "\n")


def indented(line: str, back: bool = False) -> str:
    """The line one step further in, or out; its quotation marks stay in front."""
    found = _FRONT.match(line)
    start = found.end("quote") if found else 0
    head, tail = line[:start], line[start:]
    if not back:
        return head + " " * STEP + tail if tail.strip() else line
    if tail.startswith("\t"):
        return head + tail[1:]
    return head + tail[min(STEP, len(tail) - len(tail.lstrip(" "))) :]


def numbered(line: str, above: Iterable[str]) -> str:
    """The line with the number that it has where it stands now, if it is an item of a numbered list: one more than the
    item before it at its depth, or 1. `above` are the lines before it, the nearest first."""
    found = _FRONT.match(line)
    if found is None or not found["number"]:
        return line
    number = 1
    for _far, other in zip(range(_FURTHER), above, strict=False):
        front = _FRONT.match(other)
        if front is None or not other.strip():
            continue
        if front["quote"].count(">") != found["quote"].count(">"):
            break
        if _wide(front) < _wide(found):
            break
        if _wide(front) == _wide(found):
            if front["number"] and front["after"] == found["after"]:
                number = int(front["number"]) + 1
            break
    return line[: found.start("number")] + str(number) + line[found.end("number") :]


def counted_on(line: str, below: Iterable[str]) -> list[tuple[int, int, int, str]]:
    """An item of a numbered list came to be before `below`; `line` has its marks. What its followers are called now:
    (which line below from 0, first and last code point, number). They are left alone where they do not count up."""
    found = _FRONT.match(line)
    changes: list[tuple[int, int, int, str]] = []
    if found is None or not found["number"]:
        return changes
    expected = int(found["number"])
    for place, other in zip(range(_FURTHER), below, strict=False):
        front = _FRONT.match(other)
        if front is None or not other.strip():
            continue
        if front["quote"].count(">") != found["quote"].count(">") or _wide(front) < _wide(found):
            break
        if _wide(front) > _wide(found):
            continue
        if front["after"] != found["after"] or not front["number"] or int(front["number"]) != expected:
            break
        expected += 1
        changes.append((place, front.start("number"), front.end("number"), str(expected)))
    return changes


def stands_before_words(before: str, after: str) -> bool:
    """Whether a place with `before` and `after` on its line is at the start of words: four blanks there would make code
    of them. Not behind the mark of a list."""
    found = _FRONT.match(before)
    at_start = found is not None and found.end() == len(before) and not (found["bullet"] or found["number"])
    return at_start and bool(after.strip())


def goes_on_list(line: str, above: Iterable[str]) -> bool:
    """Whether an indented line belongs to an item of a list; `above` are the lines before it, the nearest first."""
    if not line[:1].isspace():
        return False
    for _far, other in zip(range(_FURTHER), above, strict=False):
        if is_list(other):
            return True
        if other.strip() and not other[0].isspace():
            return False
    return False


def is_list(line: str) -> bool:
    """Whether the line starts a list item."""
    found = _FRONT.match(line)
    return bool(found and (found["bullet"] or found["number"]))


def has_marks(line: str) -> bool:
    """Whether the line is one of a list or a quotation."""
    found = _FRONT.match(line)
    return found is not None and _marks(found)


def _marks(found: re.Match[str]) -> bool:
    return bool(found["quote"] or found["bullet"] or found["number"])


def _wide(found: re.Match[str]) -> int:
    return len(found["indent"].expandtabs(STEP))


def _next(found: re.Match[str]) -> str:
    """The marks of the line after this one."""
    mark = ""
    if found["bullet"]:
        mark = found["bullet"] + found["gap"]
    elif found["number"]:
        mark = f"{int(found['number']) + 1}{found['after']}{found['space']}"
    if not mark:
        return found["quote"]
    return found["quote"] + found["indent"] + mark + ("[ ] " if found["task"] else "")
