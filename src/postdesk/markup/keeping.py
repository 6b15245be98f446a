"""Which block of a text has the look of which block of the blog, edit by edit; each edit costs what it touches.

A block whose text is a piece's has that piece's look, wherever it stands. The others stand in gaps between two blocks
that are found again in order, and take the looks of the pieces that are missing there, as `lossless/sending.py` does it
when the post goes out: the most alike, or the only one (`correspond.py`). What a block gets follows from the text alone
and not from how it came about. Law, held by tests/markup/test_keeping.py: after any edits every block has what a new
`Keeping` gives it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from postdesk.markup.correspond import correspond
from postdesk.markup.looks import KeptPiece, Look
from postdesk.markup.matching import matching

_PAIRS = 400
_LETTERS = 40_000
"""What of a gap is compared word by word; in a larger one the looks are taken in order, while the kinds fit."""
_KINDS = ("#", ">", "```", "![", "<", "- ", "|", "***")


class Part(Protocol):
    """A block of the text."""

    look: Look
    kept: int
    """The place of the piece that the block is found to be; `NEW`: no piece has its text; `ELSEWHERE`: it was moved or
    doubled."""

    @property
    def text(self) -> str:
        """The block's text."""

    def wear(self, look: Look) -> None:
        """From now on the block has this look."""


NEW, ELSEWHERE = -1, -2


class Keeping:
    """The pieces of a post as the blog has it, and their looks, for the blocks of one text."""

    def __init__(self, pieces: Sequence[KeptPiece]) -> None:
        self._texts = [text for text, _look in pieces]
        self._looks = [look for _text, look in pieces]
        self._look_of = dict(reversed(pieces))
        self._count = Counter(self._texts)
        self._places: dict[str, list[int]] = {}
        for place, text in enumerate(self._texts):
            self._places.setdefault(text, []).append(place)
        self._missing: Counter[str] = Counter()  # pieces that the text does not have any more
        self._is_stale = True
        self._is_in_order = False  # every piece that is there stands where it stood among the others

    def edited(self, parts: Sequence[Part], place: int, gone: Sequence[Part], come: int) -> None:
        """From `place` on `come` parts stand where `gone` stood."""
        known = self._look_of
        if self._is_stale:
            return
        touched = [part.text for part in gone if part.kept != NEW]
        if self._is_in_order:  # then there is no choice, and the other pairs stay
            changes = any(self._count[text] > 1 for text in touched)
        else:
            beside = (*parts[max(place - 1, 0) : place], *parts[place + come : place + come + 1])
            runs_on = any(part.kept == NEW for part in beside)
            changes = bool(touched) or (bool(gone) != bool(come) and not runs_on)
        if changes or any(part.text in known for part in parts[place : place + come]):
            self._is_stale = True
            return
        self._missing.update(touched)
        first, end = place, place + come
        while first > 0 and parts[first - 1].kept < 0:
            first -= 1
        while end < len(parts) and parts[end].kept < 0:
            end += 1
        before = parts[first - 1].kept if first else -1
        after = parts[end].kept if end < len(parts) else len(self._texts)
        self._fill(before, after, [part for part in parts[first:end] if part.kept == NEW])

    def settle(self, parts: Sequence[Part]) -> None:
        """Every part has its look. Nothing to do where edits only went on in blocks that had been touched before."""
        if not self._is_stale:
            return
        self._is_stale = False
        known: list[Part] = []
        texts: list[str | None] = []  # None for new ones: what stands around them is not beside each other
        looks = self._look_of
        for part in parts:
            text = part.text
            look = looks.get(text)
            if look is None:
                part.kept = NEW
                if not texts or texts[-1] is not None:
                    known.append(part)
                    texts.append(None)
                continue
            part.kept = ELSEWHERE
            if part.look is not look:
                part.wear(look)
            known.append(part)
            texts.append(text)
        self._missing = self._count - Counter(text for text in texts if text is not None)
        for new, old in self._found(texts):
            known[new].kept = old
        last, waiting = -1, []
        for part in parts:
            if part.kept == NEW:
                waiting.append(part)
            elif part.kept >= 0:
                self._fill(last, part.kept, waiting)
                last, waiting = part.kept, []
        self._fill(last, len(self._texts), waiting)

    def _found(self, texts: Sequence[str | None]) -> Iterable[tuple[int, int]]:
        """Places of texts that are pieces', and the places of the pieces, both rising."""
        if not any(self._count[text] > 1 for text in self._missing):
            found, last = [], -1
            for new, text in enumerate(texts):
                if text is None:
                    continue
                last = next((place for place in self._places[text] if place > last), -1)
                if last < 0:
                    break
                found.append((new, last))
            else:
                self._is_in_order = True
                return found
        self._is_in_order = False
        return ((new, old) for old, new in matching(self._texts, texts))

    def _fill(self, before: int, after: int, parts: Sequence[Part]) -> None:
        """The looks of the parts that stand in the place of what stood between two pieces."""
        if not parts:
            return
        old = [place for place in range(before + 1, after) if self._missing[self._texts[place]]]
        looks: list[Look] = [()] * len(parts)
        if any(self._looks[place] for place in old):
            for mine, theirs in self._pairs([self._texts[p] for p in old], [part.text for part in parts]):
                looks[theirs] = self._looks[old[mine]]
        for part, look in zip(parts, looks, strict=True):
            part.wear(look)

    @staticmethod
    def _pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
        if len(old) == len(new) == 1:
            return [(0, 0)]
        if len(old) * len(new) <= _PAIRS and sum(map(len, old)) + sum(map(len, new)) <= _LETTERS:
            return [(mine, to) for mine, to in enumerate(correspond(old, new).to) if to is not None]
        pairs = [(place, place) for place in range(min(len(old), len(new)))]
        return [(mine, to) for mine, to in pairs if _kind(old[mine]) == _kind(new[to])]


def _kind(text: str) -> str:
    return next((start for start in _KINDS if text.startswith(start)), "")
