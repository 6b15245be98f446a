"""Finds the place that she types at among the letters that the page shows, and the other way round; no Qt.

The text and the page have the same letters in the same order, and other signs around them: so a place is told by the
letters before and after it, and by how far down it is among its block's letters, which decides between places that read
alike. The page looks it up in the same way (resources/preview/page.js, `find`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postdesk.ui.preview.content import Lines, Spot

AROUND = 24
"""Letters that are told on each side of a place."""
_NEAR = 200  # characters on each side in which these are looked for
_SMALL = 4000  # characters of a block up to which its letters are counted, one by one
_WIDE = 70  # characters of a line in a pane, about
_TRIES = (AROUND, 12, 6, 3)

_NO_LETTERS = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[^\W_]+")
# What stands in the text and not on the page: words for a picture, addresses, tags, attributes, entities.
_SILENT = re.compile(
    r"(?m:^[ \t>]*(?:\d{1,9}[.)]|[-+*][ \t]+\[[xX]\])(?=\s))"
    r"|!\[[^\]\n]*(?=\])"
    r"|\]\(\s*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"
    r"|\]\[[^\]\n]*\]"
    r"|\[\^[^\]\n]*\]:?"
    r"|</?[A-Za-z][^<>\n]*>"
    r"|\{[:.#][^{}\n]*\}"
    r"|&#?\w{1,32};"
)
_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[^\n]*")
_NOTE = re.compile(r" {0,3}\[\^([^\]\n]+)\]:")


@dataclass(frozen=True, slots=True)
class _Source:
    """Some lines of the text in one string, with what the page does not show blanked out."""

    masked: str

    def near(self, offset: int) -> tuple[str, str]:
        """The letters before and after an offset."""
        before = _NO_LETTERS.sub("", self.masked[max(0, offset - _NEAR) : offset])
        after = _NO_LETTERS.sub("", self.masked[offset : offset + _NEAR])
        return before[-AROUND:], after[:AROUND]

    def part(self, offset: int) -> float:
        """How far down an offset is among the letters, 0 to 1."""
        if len(self.masked) > _SMALL:
            return offset / len(self.masked)
        before = len(_NO_LETTERS.sub("", self.masked[:offset]))
        return before / max(1, before + len(_NO_LETTERS.sub("", self.masked[offset:])))


def _source(lines: Sequence[str]) -> _Source:
    text = "\n".join(lines)
    fence = _FENCE.match(text)
    if fence is not None:
        return _Source(" " * fence.end() + text[fence.end() :])
    if text.startswith(("    ", "\t")):
        return _Source(text)
    return _Source(_SILENT.sub(lambda silent: " " * len(silent[0]), text))


def spot_of(text: Sequence[str], pieces: Lines, line: int, column: int) -> Spot | None:
    """Where the page shows a place of the text: a line and the characters before it there. None without pieces.

    `text` are the text's lines. A note's place is among the footnotes; what the page does not show is taken for the
    end of the piece above it.
    """
    found = pieces.place_of(line + 0.5)
    if found is None:
        return None
    first, last = pieces.range(found[0])
    if line > last or line < first:
        start = _note_above(text, line, last)
        if start is not None:
            return _note_spot(text, start, line, column)
    if line < first:
        return Spot(found[0], 0.0)
    source = _source(text[first : last + 1])
    if line > last:
        return Spot(found[0], 1.0, source.near(len(source.masked))[0], "")
    offset = sum(map(len, text[first:line])) + line - first + column
    return Spot(found[0], source.part(offset), *source.near(offset))


def height_of(text: Sequence[str], pieces: Lines, line: float, tail: bool) -> tuple[int, float] | None:
    """The piece that shows `line` (3.25: a quarter down in line 3), and how far down in it, 0 to 1, for scrolling: what
    lies between two pieces belongs to the upper one. With `tail` the lines below all pieces are the footnotes."""
    count = len(pieces)
    if not count:
        return None
    at = pieces.place_of(line)
    number = at[0] if at is not None else 0
    if tail and number == count - 1 and line >= pieces.range(number)[1] + 1:
        number = count
    first, weights = _weights(text, pieces, number, tail)
    whole = int(line)
    before = sum(weights[: max(0, whole - first)])
    if 0 <= whole - first < len(weights):
        before += weights[whole - first] * (line - whole)
    return number, min(1.0, max(0.0, before / max(1e-9, sum(weights))))


def line_at(text: Sequence[str], pieces: Lines, at: int, part: float, tail: bool) -> float | None:
    """The line, with its fraction, that is shown `part` down in piece `at`: `height_of` the other way round."""
    if not 0 <= at < len(pieces) + tail:
        return None
    first, weights = _weights(text, pieces, at, tail)
    rest = part * sum(weights)
    for number, weight in enumerate(weights):
        if rest < weight:
            return first + number + rest / weight
        rest -= weight
    return first + len(weights) - 0.001 if weights else float(first)


def _weights(text: Sequence[str], pieces: Lines, at: int, tail: bool) -> tuple[int, list[float]]:
    """The first line of a piece with what follows it, and about how high each of its lines is, in lines."""
    count = len(pieces)
    if at >= count:
        first, end = pieces.range(count - 1)[1] + 1, len(text)
    else:
        own, last = pieces.range(at)
        first = own if at else 0
        end = pieces.range(at + 1)[0] if at + 1 < count else last + 1 if tail else max(last + 1, len(text))
    return first, [1.0 + len(line) // _WIDE for line in text[first:end]]


def _note_above(text: Sequence[str], line: int, last: int) -> int | None:
    """The line that begins the footnote which `line` belongs to; `last` is a line above that surely does not."""
    for number in range(min(line, len(text) - 1), max(-1, last if last < line else -1), -1):
        if _NOTE.match(text[number]):
            return number
        if text[number].strip() and not text[number].startswith((" ", "\t")) and not text[number - 1].strip():
            return None
    return None


def _note_spot(text: Sequence[str], start: int, line: int, column: int) -> Spot:
    named = _NOTE.match(text[start])
    label = named[1] if named is not None else ""
    source = _source(text[start : line + 1])
    offset = sum(map(len, text[start:line])) + line - start + column
    before = _NO_LETTERS.sub("", source.masked[:offset])
    after = _NO_LETTERS.sub("", source.masked[offset:])
    part = len(before) / max(1, len(before) + len(after))
    return Spot(-1, part, before[-AROUND:], after[:AROUND], "-".join(label.split()))


def place_of(text: Sequence[str], pieces: Lines, spot: Spot) -> tuple[int, int] | None:
    """The line and the characters before the place in it that the page shows at `spot`; None where it shows nothing."""
    if spot.at < 0:
        bounds = _note_lines(text, spot.label)
    else:
        bounds = pieces.range(spot.at) if spot.at < len(pieces) else None
    if bounds is None:
        return None
    first, last = bounds
    lines = text[first : last + 1]
    offset = find(_source(lines).masked, spot)
    for number, line in enumerate(lines):
        if offset <= len(line):
            return first + number, offset
        offset -= len(line) + 1
    return last, 0


def _note_lines(text: Sequence[str], label: str) -> tuple[int, int] | None:
    for number, line in enumerate(text):
        named = _NOTE.match(line) if line.lstrip().startswith("[^") else None
        if named is not None and "-".join(named[1].split()) == label:
            last = number
            while last + 1 < len(text) and text[last + 1].strip() and not _NOTE.match(text[last + 1]):
                last += 1
            return number, last
    return None


def letters_around(text: str, offset: int) -> tuple[str, str]:
    """All letters of `text` before and after an offset."""
    return _NO_LETTERS.sub("", text[:offset]), _NO_LETTERS.sub("", text[offset:])


def tries(before: str, after: str) -> Iterator[tuple[str, int]]:
    """Strings of letters to look for, the longest first, and where in them the place is."""
    for most in _TRIES:
        left, right = before[-most:], after[:most]
        for one, two in ((left, right), (left, ""), ("", right)):
            if one or two:
                yield one + two, len(one)


def find(text: str, spot: Spot) -> int:
    """The offset in `text` whose letters around are the spot's, the nearest to how far down it is."""
    letters: list[str] = []
    starts: list[int] = []  # where a run of letters begins among the letters
    offsets: list[int] = []  # and in the text
    count = 0
    for run in _LETTERS.finditer(text):
        letters.append(run[0])
        starts.append(count)
        offsets.append(run.start())
        count += len(run[0])
    if not count:
        return round(spot.part * len(text))
    plain = "".join(letters)
    wanted = spot.part * count

    def offset(at: int, behind: bool) -> int:
        run = bisect_right(starts, at - 1 if behind else at) - 1
        return offsets[run] + at - starts[run]

    for key, inside in tries(spot.before, spot.after):
        best, at = -1, plain.find(key)
        while at >= 0:
            if best < 0 or abs(at + inside - wanted) < abs(best - wanted):
                best = at + inside
            at = plain.find(key, at + 1)
        if best >= 0:
            # Between two words: she pointed at the beginning of one, or typed the end of the other.
            return offset(best, inside > 0 and (best == count or not spot.after))
    return offset(min(count - 1, int(wanted)), False)


def units(text: str) -> int:
    """UTF-16 units, which positions in Qt's documents are."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_at(text: str, units: int) -> int:
    """How many characters these UTF-16 units are."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, units)].decode("utf-16-le", "replace"))
