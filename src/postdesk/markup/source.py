"""One block of a post as the dialect is to get it: what would reach into other blocks is made text, and what would cost
too much to render is shown as typed."""

from __future__ import annotations

import re

from postdesk.core.language import _
from postdesk.markup import structure
from postdesk.markup.literal import as_typed, without_fence, without_strangers, without_tags
from postdesk.markup.starts import fence_end, is_one_fence

__all__ = ["as_typed", "literal", "normalise", "too_heavy"]

HEAVIEST = 100_000  # marks in one paragraph
LONGEST = 1_000_000  # characters in one paragraph
TABLE_GROWTH = 10  # an empty cell may cost up to this many times what was typed

_IN_RULE = "|:- \t"
_LIGHT = 1_500  # characters that are never too many, not even of an empty table
_MARK = re.compile(r"[*_\[\]`<~&!\\^|]")
# Only then can levels of containers have passed the limit.
_DEEP = re.compile(rf"^[\s>*+\-.)0-9:\[\]^]{{{structure.DEEPEST},}}", re.MULTILINE)


def normalise(text: str) -> str:
    """One block of source (LF line ends) as the dialect is to get it; `as_typed` where it would take too long."""
    if too_heavy(text):
        return as_typed(text, _("Shown as it was typed: too many marks for one paragraph."))
    return _closed(without_strangers(text))


def literal(text: str) -> str:
    """`text` with its tags and open fences as signs, everything else still Markdown. For markup that is not closed."""
    return _closed(without_tags(without_strangers(text)))


def _closed(text: str) -> str:
    fenced = "```" in text or "~~~" in text
    if not fenced and not _DEEP.search(text):
        return text
    lines = text.split("\n")
    if fenced and is_one_fence(lines):
        return text
    try:
        document = structure.read(lines)
    except structure.TooDeep:
        return as_typed(text, _("Shown as it was typed: nested too deeply."))
    for number in document.open_fences:
        lines[number] = without_fence(lines[number])
    return "\n".join(lines)


def too_heavy(text: str) -> bool:
    """Whether one of the paragraphs of `text` has more marks than can be rendered in time, or a table is a bomb.

    Code in fences costs nothing of the kind.
    """
    if len(text) < _LIGHT:
        return False
    if "```" in text or "~~~" in text:
        text = _without_fences(text.split("\n"))
    for paragraph in re.split(r"\n\s*\n", text):
        if len(paragraph) > LONGEST:
            return True
        if len(paragraph) > HEAVIEST and len(_MARK.findall(paragraph)) > HEAVIEST:
            return True
        if "|" in paragraph and _is_bomb(paragraph):
            return True
    return False


def _without_fences(lines: list[str]) -> str:
    kept = []
    unclosed: set[tuple[str, int]] = set()
    position = 0
    while position < len(lines):
        end = fence_end(lines, position, unclosed)
        if end is not None:
            position = end + 1
            kept.append("")
            continue
        kept.append(lines[position])
        position += 1
    return "\n".join(kept)


def _is_bomb(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    columns = max((line.count("|") + 1 for line in lines if not line.strip(_IN_RULE)), default=0)
    return columns * len(lines) > TABLE_GROWTH * len(paragraph) / 10 + 2000
