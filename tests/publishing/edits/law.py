"""The law of an edit: what she did not touch has the bytes on the blog that it had."""

from __future__ import annotations

import html
import re

from postdesk.markup.lossless import Opened
from tests.publishing.edits.making import Edit

_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_SPACE = re.compile(r"\s+")


def problems(edit: Edit, opened: Opened, after: str) -> list[str]:
    """What is wrong with `after`, the content that the blog has after the edit; it was `opened.content` before."""
    before = opened.content
    if edit.refused:
        return [] if after == before else ["something went out that may not"]
    old, new = edit.words
    if old:
        return [] if is_one_word(before, after, old, new) else ["more than the word is another"]
    pieces = opened.pieces
    found: list[str] = []
    start = _forward(edit, opened, after, found)
    end = _backward(edit, opened, after, found)
    if found:
        return found
    if start > end:
        return ["what stands before the edit and what stands behind it overlap"]
    if edit.kind == "a moved block":
        end = len(after)
    for gap in {_SPACE.sub("", piece.gap) for piece in pieces} - {""}:
        if gap not in _SPACE.sub("", after):
            found.append(f"what stood between two blocks is gone: {gap[:200]!r}")
    middle = after[start:end]
    rest = _SPACE.sub("", middle)
    gaps = [part for piece in pieces for part in [_SPACE.sub("", piece.gap)] if part]
    if edit.kind in ("a deleted block", "a moved block"):
        for gap in gaps:
            rest = rest.replace(gap, "", 1)
        return [*found, f"left over: {rest[:200]!r}"] if rest else found
    shown = _shown(middle)
    if new:
        meant = _shown(html.escape(new, quote=False))
    else:
        meant = "".join(_shown(pieces[number].source) for number in edit.made)
    return found if shown == meant else [*found, f"shown {shown[:300]!r} and not {meant[:300]!r}"]


def is_one_word(before: str, after: str, old: str, new: str) -> bool:
    """Whether `after` is `before` with `old` exchanged for `new` in one place, and nothing else."""
    start = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return any(
        before[at : at + len(old)] == old and before[:at] + new + before[at + len(old) :] == after
        for at in range(max(0, start - max(len(new), len(old))), start + 1)
    )


def _forward(edit: Edit, opened: Opened, after: str, found: list[str]) -> int:
    """Where the pieces before the edit end in `after`."""
    numbers = edit.kept[0]
    place = len(opened.lead)
    if not after.startswith(opened.lead):
        found.append(f"what stood before all blocks: {after[:200]!r}")
    last = -1
    for number in numbers:
        source = opened.pieces[number].source
        if _follows(opened, last, number):
            at = place + len(_gap(opened, last, number))
            if not after.startswith(source, at) or after[place:at] != _gap(opened, last, number):
                found.append(f"not as it was: {source[:200]!r}")
                return place
        else:
            at = _next(opened, after, source, place)
            if at < 0:
                found.append(f"not there: {source[:200]!r}")
                return place
        place = at + len(source)
        last = number
    return place


def _backward(edit: Edit, opened: Opened, after: str, found: list[str]) -> int:
    """Where the pieces behind the edit begin in `after`; the first of them to the end it is as it was."""
    numbers = edit.kept[1]
    if not numbers:
        return len(after)
    tail = "".join(piece.source + piece.gap for piece in opened.pieces[numbers[0] :])
    if not after.endswith(tail):
        found.append(f"not as it was, up to the end: {tail[:200]!r}")
    return len(after) - len(tail)


def _follows(opened: Opened, last: int, number: int) -> bool:
    """Whether nothing stood between two pieces."""
    between = opened.pieces[last + 1 : number]
    return number > last and not any(piece.source for piece in between)


def _gap(opened: Opened, last: int, number: int) -> str:
    return "" if last < 0 else "".join(piece.gap for piece in opened.pieces[last:number])


def _next(opened: Opened, after: str, source: str, place: int) -> int:
    """Where `source` begins behind `place` with nothing before it but what stood between blocks, -1 for nowhere."""
    gaps = sorted({_SPACE.sub("", p.gap) for p in opened.pieces} - {""}, key=len, reverse=True)
    at = after.find(source, place)
    while at >= 0:
        rest = _SPACE.sub("", after[place:at])
        for gap in gaps:
            rest = rest.replace(gap, "")
        if not rest:
            return at
        at = after.find(source, at + 1)
    return -1


def _shown(source: str) -> str:
    """The letters that readers see, without white space."""
    return _SPACE.sub("", html.unescape(_TAG.sub("", source)))
