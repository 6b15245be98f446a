"""Merges two versions of a text that were made from one base, block by block; what cannot be merged is a conflict.

A conflict is three texts beside each other, never marks in the text. Decision 020 has the rules: which block became
which (`correspond`), a merge by words only where both changed one paragraph in places that do not touch, never in code
or tables, and a block that one removed and the other changed is a conflict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from postdesk.markup.blocks import Splitter, lines_of
from postdesk.markup.correspond import Correspondence, correspond
from postdesk.markup.entries import entries
from postdesk.markup.matching import matching

__all__ = ["Choice", "Merged", "Piece", "merge"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_CARDS = frozenset({"fence", "code", "html", "unclosed"})
_FENCES = ("```", "~~~")
_APART = 2  # words that nobody changed between two changes that do not touch


class Choice(Enum):
    """What becomes of a conflict."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Piece:
    """One block as each version has it, None where a version has none. `result` is the block after the merge, None
    when it is gone or a conflict; `gap` is the white space behind it. A list that both changed comes entry by entry:
    `series` is then the list's number in the text, and the white space behind the whole of it."""

    base: str | None
    mine: str | None
    theirs: str | None
    result: str | None
    conflict: bool = False
    gap: str = "\n\n"
    series: tuple[int, str] | None = None

    def resolved(self, choice: Choice) -> tuple[str, ...]:
        """The blocks that stand here once a conflict was decided."""
        if not self.conflict:
            return (self.result,) if self.result is not None else ()
        texts = {
            Choice.MINE: (self.mine,),
            Choice.THEIRS: (self.theirs,),
            Choice.BOTH: (self.mine, self.theirs),
        }
        return tuple(text for text in texts[choice] if text is not None)


@dataclass(frozen=True, slots=True)
class Merged:
    """The merge of a text: its blocks in order, and the white space before the first and after the last."""

    pieces: tuple[Piece, ...]
    lead: str = ""
    tail: str = ""
    eol: str = "\n"
    whole: str | None = None

    @property
    def conflicts(self) -> tuple[Piece, ...]:
        """What has to be decided, in the order of the text."""
        return tuple(piece for piece in self.pieces if piece.conflict)

    @property
    def text(self) -> str | None:
        """The merged text; None while there is a conflict."""
        return None if self.conflicts else self.resolve(())

    def resolve(self, choices: Iterable[Choice]) -> str:
        """The text with each conflict decided, in their order; those without a choice keep mine."""
        if self.whole is not None:
            return self.whole
        decided = iter(choices)
        blocks: list[tuple[str, Piece]] = []
        for piece in self.pieces:
            choice = next(decided, Choice.MINE) if piece.conflict else Choice.MINE
            blocks += [(text, piece) for text in piece.resolved(choice)]
        texts = [text + self._between(piece, after) for (text, piece), (_text, after) in pairwise(blocks)]
        return "".join((self.lead, *texts, *(text for text, _piece in blocks[-1:]), self.tail))

    def _between(self, piece: Piece, following: Piece) -> str:
        if piece.series is None:
            return self._parting(piece.gap)
        if piece.series == following.series:
            return piece.gap if _END.search(piece.gap) else piece.gap + self.eol
        return self._parting(piece.series[1])

    def _parting(self, gap: str) -> str:
        """Between two blocks there is an empty line at least, or they would be one."""
        missing = 2 - len(_END.findall(gap))
        return gap + self.eol * max(0, missing)


def merge(base: str, mine: str, theirs: str) -> Merged:
    """The merge of `mine` and `theirs`, both made from `base`. Any text is taken; nothing is raised.

    With an empty `base` (two versions of unknown origin) blocks that both have are no conflict, and blocks at one
    place that differ are one.
    """
    if mine == theirs or base == theirs:
        whole: str | None = mine
    else:
        whole = theirs if base == mine else None
    related = bool(base.strip())
    ends = [_only_end(text) for text in (base, mine, theirs)]
    eol = _either(ends[0] or "\n", ends[1] or "\n", ends[2] or "\n")
    if None not in ends:  # one kind of line end in each: which one it is to be is a question of its own
        base, mine, theirs = (_with(text, eol) for text in (base, mine, theirs))
    m, t = _cut(mine), _cut(theirs)
    b = _cut(base) if related else _in_common(m, t)
    pieces = tuple(_Merge(b, m, t).pieces())
    if not related:
        pieces = tuple(_side_by_side(pieces, m.cards | t.cards))
    lead, tail = _either(b.lead, m.lead, t.lead), _either(b.tail, m.tail, t.tail)
    if not related:
        lead, tail = m.lead, m.tail
    return Merged(pieces, lead, tail, eol, whole)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A text in blocks. `gaps` is what follows each block; the last one's is `tail`."""

    lead: str
    blocks: tuple[str, ...]
    cards: frozenset[str]
    gaps: tuple[str, ...]
    tail: str


def _cut(text: str) -> _Cut:
    lines = _LINE.findall(text)
    found = Splitter(lines_of(text)).blocks
    blocks: list[str] = []
    gaps: list[str] = []
    cards: set[str] = set()
    starts = [block.first_line for block in found] + [len(lines)]
    for block, following in zip(found, starts[1:]):
        raw = "".join(lines[block.first_line : block.last_line + 1])
        own = raw[:-2] if raw.endswith("\r\n") else raw[:-1] if raw.endswith(("\r", "\n")) else raw
        blocks.append(own)
        gaps.append(raw[len(own) :] + "".join(lines[block.last_line + 1 : following]))
        if block.kind in _CARDS or _holds_card(own) or (block.first_line == 0 and own.startswith("---")):
            cards.add(own)
    lead = "".join(lines[: starts[0]])
    return _Cut(lead, tuple(blocks), frozenset(cards), tuple(gaps[:-1]), gaps[-1] if gaps else "")


def _holds_card(block: str) -> bool:
    """Whether there is code between fences in the block, or a table: a merge by words would break them."""
    for line in lines_of(block):
        start = line.lstrip(" \t>")
        if start.startswith(_FENCES):
            return True
        if "|" in line and "-" in line and not line.strip(" \t>|:-"):
            return True
    return False


def _in_common(m: _Cut, t: _Cut) -> _Cut:
    """The base of two texts of which none is known: what both have, in order."""
    blocks = tuple(m.blocks[i] for i, _j in matching(m.blocks, t.blocks))
    return _Cut("", blocks, frozenset(), ("\n\n",) * max(0, len(blocks) - 1), "")


class _Merge:
    """One merge of three texts that are cut into blocks."""

    def __init__(self, base: _Cut, mine: _Cut, theirs: _Cut) -> None:
        self._base, self._mine, self._theirs = base, mine, theirs
        self._to_mine = correspond(base.blocks, mine.blocks)
        self._to_theirs = correspond(base.blocks, theirs.blocks)
        self._cards = base.cards | mine.cards | theirs.cards
        self._lists = 0  # that were merged entry by entry

    def pieces(self) -> Iterator[Piece]:
        """In the order of the merged text. What nobody moved stands as in the base; behind it what was put there."""
        moved = self._to_mine.moved | self._to_theirs.moved
        of_mine = _put_behind(self._to_mine, len(self._mine.blocks), moved, self._to_mine.moved)
        theirs_alone = self._to_theirs.moved - self._to_mine.moved  # both moved it: mine says where to
        of_theirs = _put_behind(self._to_theirs, len(self._theirs.blocks), moved, theirs_alone)
        for anchor in range(-1, len(self._base.blocks)):
            if anchor >= 0 and anchor not in moved:
                yield from self._of_base(anchor)
            yield from self._put_here(of_mine.get(anchor, []), of_theirs.get(anchor, []))

    def _put_here(self, mine: list[_Put], theirs: list[_Put]) -> Iterator[Piece]:
        """Mine, then theirs; what both put there once."""
        texts_mine = [None if p.base is not None else self._mine.blocks[p.place] for p in mine]
        texts_theirs = [None if p.base is not None else self._theirs.blocks[p.place] for p in theirs]
        both = [(i, j) for i, j in matching(texts_mine, texts_theirs) if texts_mine[i] is not None]
        i = j = 0
        for until_i, until_j in [*both, (len(mine), len(theirs))]:
            for put in mine[i:until_i]:
                yield from self._of_mine(put)
            for put in theirs[j:until_j]:
                yield from self._of_theirs(put)
            if until_i < len(mine):
                text = self._mine.blocks[mine[until_i].place]
                gap = _gap(self._mine, mine[until_i].place) or _gap(self._theirs, theirs[until_j].place)
                yield Piece(None, text, text, text, gap=gap or "")
            i, j = until_i + 1, until_j + 1

    def _of_mine(self, put: _Put) -> Iterator[Piece]:
        if put.base is not None:
            yield from self._of_base(put.base)
            return
        text = self._mine.blocks[put.place]
        yield Piece(None, text, None, text, gap=_gap(self._mine, put.place) or "")

    def _of_theirs(self, put: _Put) -> Iterator[Piece]:
        if put.base is not None:
            yield from self._of_base(put.base)
            return
        text = self._theirs.blocks[put.place]
        yield Piece(None, None, text, text, gap=_gap(self._theirs, put.place) or "")

    def _of_base(self, place: int) -> Iterator[Piece]:
        base = self._base.blocks[place]
        at_mine, at_theirs = self._to_mine.to[place], self._to_theirs.to[place]
        mine = self._mine.blocks[at_mine] if at_mine is not None else None
        theirs = self._theirs.blocks[at_theirs] if at_theirs is not None else None
        gaps = [_gap(self._base, place), _gap(self._mine, at_mine), _gap(self._theirs, at_theirs)]
        known = next((gap for gap in gaps if gap is not None), "")
        gap = _either(*(gap if gap is not None else gaps[0] or known for gap in gaps))
        piece = Piece(base, mine, theirs, None, gap=gap)
        if mine == theirs or theirs == base:
            yield replace(piece, result=mine)
        elif mine == base:
            yield replace(piece, result=theirs)
        elif mine is None or theirs is None or not self._cards.isdisjoint((base, mine, theirs)):
            yield replace(piece, conflict=True)
        else:
            of_list = _by_entries(base, mine, theirs, self._lists, gap)
            asks = of_list is None or any(one.conflict for one in of_list)
            words = _by_words(base, mine, theirs) if asks else None
            if of_list is None or words is not None:
                yield replace(piece, result=words, conflict=words is None)
            else:
                self._lists += 1
                yield from of_list


@dataclass(frozen=True, slots=True)
class _Put:
    """A block that one version put somewhere: a new one, or (`base`) one that stood elsewhere."""

    place: int
    base: int | None


def _put_behind(
    map_: Correspondence, count: int, moved: frozenset[int], own: frozenset[int]
) -> dict[int, list[_Put]]:
    """What one version put behind each block that nobody moved; -1 is the text's start."""
    back = {j: i for i, j in enumerate(map_.to) if j is not None}
    found: defaultdict[int, list[_Put]] = defaultdict(list)
    anchor = -1
    for place in range(count):
        base = back.get(place)
        if base is None or base in own:
            found[anchor].append(_Put(place, base))
        elif base not in moved:
            anchor = base
    return found


def _gap(cut: _Cut, place: int | None) -> str | None:
    """What follows a block, None where it is the last one."""
    return cut.gaps[place] if place is not None and place < len(cut.gaps) else None


def _side_by_side(pieces: Sequence[Piece], cards: frozenset[str]) -> Iterator[Piece]:
    """Without a base nothing says what is newer: what mine and theirs have at one place, each in its own words, is a
    choice between the two; what only one of them has is kept."""
    run: list[Piece] = []
    lists = 0
    for piece in [*pieces, None]:
        if piece is not None and (piece.mine is None or piece.theirs is None):
            run.append(piece)
            continue
        mine = [p for p in run if p.mine is not None]
        theirs = [p for p in run if p.theirs is not None]
        for left, right in zip(mine, theirs):
            assert left.mine is not None  # noqa: S101  for the type checker
            assert right.theirs is not None  # noqa: S101
            plain = cards.isdisjoint((left.mine, right.theirs))
            of_list = _by_entries(None, left.mine, right.theirs, lists, left.gap) if plain else None
            lists += of_list is not None
            yield from of_list or [Piece(None, left.mine, right.theirs, None, conflict=True, gap=left.gap)]
        yield from mine[len(theirs) :]
        yield from theirs[len(mine) :]
        run = []
        if piece is not None:
            yield piece


# --- lists ---


def _by_entries(base: str | None, mine: str, theirs: str, number: int, after: str) -> list[Piece] | None:
    """A list that both changed, entry by entry; None where one is no list, or none of an unknown base is in both."""
    m, t = _cut_entries(mine), _cut_entries(theirs)
    b = _cut_entries(base) if base is not None else _in_common(m, t) if m and t else None
    if b is None or m is None or t is None or not b.blocks:
        return None
    pieces = list(_Merge(b, m, t).pieces())
    if base is None:
        pieces = list(_side_by_side(pieces, frozenset()))
    return [replace(piece, gap=piece.gap or m.gaps[0], series=(number, after)) for piece in pieces]


def _cut_entries(text: str) -> _Cut | None:
    found = entries(text)
    return _Cut("", found[0], frozenset(), found[1], "") if found is not None else None


# --- by words ---

_Change = tuple[int, int, tuple[str, ...]]  # from, to (in the base's words), and what stands there now


def _by_words(base: str, mine: str, theirs: str) -> str | None:
    """One block that both changed; None when they changed the same place, or places that all but touch."""
    words = _TOKEN.findall(base)
    changes = [*_changes(words, _TOKEN.findall(mine)), *_changes(words, _TOKEN.findall(theirs))]
    result: list[str] = []
    position = 0
    last: _Change | None = None
    for change in sorted(changes):
        if change == last:
            continue  # both did the same
        start, end, text = change
        if last is not None and (start <= last[1] or _count_words(words, last[1], start) < _APART):
            return None
        result += words[position:start]
        result += text
        position, last = end, change
    return "".join([*result, *words[position:]])


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    """Where `new` differs. Two differences with hardly a word between them are one: a sentence that was written anew
    shares its small words by chance."""
    found: list[tuple[int, int, int, int]] = []
    i = j = 0
    for at_old, at_new in [*matching(old, new), (len(old), len(new))]:
        if at_old > i or at_new > j:
            if found and _count_words(old, found[-1][1], i) < _APART:
                found[-1] = (found[-1][0], at_old, found[-1][2], at_new)
            else:
                found.append((i, at_old, j, at_new))
        i, j = at_old + 1, at_new + 1
    return [(a, b, tuple(new[c:d])) for a, b, c, d in found]


def _count_words(words: list[str], start: int, end: int) -> int:
    return sum(word[0].isalnum() for word in words[start:end])


# --- white space ---


def _either(base: str, mine: str, theirs: str) -> str:
    """What was changed; mine when both did. Only for what holds no words."""
    return theirs if mine == base else mine


def _only_end(text: str) -> str | None:
    """The one kind of line end of a text, "" when it has none, None when it has several."""
    ends = set(_END.findall(text)) if "\r" in text else {"\n"} if "\n" in text else set()
    return None if len(ends) > 1 else "".join(ends)


def _with(text: str, eol: str) -> str:
    return _END.sub(lambda _found: eol, text) if "\r" in text or eol != "\n" else text
