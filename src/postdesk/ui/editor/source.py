"""The text as lines, in step with the field's document edit by edit, and what is known of each; no Qt here.

An edit costs the lines it touched. The whole text is put together when somebody asks for it, at most once an edit.
"""

from __future__ import annotations

from collections.abc import Sequence

from postdesk.markup import starts
from postdesk.markup.counts import WordCount
from postdesk.markup.enclosed import Enclosed, in_list
from postdesk.markup.outline import Heading, Outline
from postdesk.ui.editor.exact import to_document, units
from postdesk.ui.editor.marks import NOTHING, Around, Where, lead, starts_anew

_FURTHER = 60  # lines above that are read to know whether an indented line is code
_PARAGRAPH_LINES = 12  # lines on either side that an emphasis is looked for in
_PARAGRAPH_LENGTH = 4_000  # code points on either side


class Source:
    """Lines are the real ones, from 0, without their line ends."""

    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self.inside = Enclosed()
        self.words = WordCount()
        self._outline = Outline()
        self._headings: tuple[Heading, ...] | None = ()
        self._text: str | None = ""
        self._units = 1
        self._known_at = (
            0,
            0,
        )  # a line, and where it begins in the text: an edit is seldom far from the one before

    def put(self, text: str) -> None:
        """Another text takes the place of this one."""
        self.splice(0, len(self.lines), text.split("\n"))
        self._text = text

    def splice(self, first: int, removed: int, come: Sequence[str]) -> bool:
        """The lines from `first` on were replaced: `removed` went, and these came. True where others may be inside a
        fence or comment now, or no longer."""
        gone = self.lines[first : first + removed]
        if self._text is not None and gone and come and len(gone) < len(self.lines):
            start = self._begins(first)
            end = start + sum(map(len, gone)) + len(gone) - 1
            self._text = self._text[:start] + "\n".join(come) + self._text[end:]
        else:
            self._text, self._known_at = None, (0, 0)
        self.lines[first : first + removed] = come
        self._units += _units(come) - _units(gone)
        self._headings = None
        added = len(come)
        self._outline.splice(self.lines, first, removed, added)
        self.words.splice(first, removed, added)
        return self.inside.splice(self.lines, first, removed, added)

    def text(self) -> str:
        """The whole text, lines ended by LF."""
        if self._text is None:
            self._text = "\n".join(self.lines)
        return self._text

    @property
    def length(self) -> int:
        """How long the document is that holds this text: UTF-16 units, the end of each line counted."""
        return self._units

    def headings(self) -> tuple[Heading, ...]:
        """The headings in order."""
        if self._headings is None:
            self._headings = self._outline.headings(self.lines, self.inside)
        return self._headings

    def count(self) -> int:
        """How many words there are; what `words.step` has not counted yet is counted now."""
        return self.words.total(self.lines)

    def where(self, number: int) -> Where:
        """What a line stands in."""
        inside = self.inside.at(number)
        if inside is None:
            return Where.CODE if self._is_indented_code(number) else Where.TEXT
        if inside.kind == "comment":
            return Where.COMMENT if number > inside.first else Where.COMMENT_START
        return Where.FENCE if number in (inside.first, inside.last) else Where.CODE

    def in_code(self, number: int) -> bool:
        """Whether a line belongs to a block of code, its fences with it."""
        return self.where(number) in (Where.FENCE, Where.CODE)

    def in_open_fence(self, number: int) -> bool:
        """Whether a line stands below a fence that is not closed yet: the page shows text there, she writes code."""
        return self._open_fence_above(number) is not None

    def fence_above(self, number: int) -> str | None:
        """The line that opens the fence in which a line stands, closed already or not; None outside of one."""
        inside = self.inside.at(number)
        if inside is None:
            return self._open_fence_above(number)
        return self.lines[inside.first] if inside.kind == "fence" and number > inside.first else None

    def _open_fence_above(self, number: int) -> str | None:
        for above in range(number - 1, max(-1, number - 1 - _FURTHER), -1):
            if self.inside.at(above) is not None:
                return None
            if starts.fence_opening(self.lines[above]) is not None:
                return self.lines[above]
        return None

    def around(self, number: int) -> Around:
        """The paragraph's words before and after a line, as far as an emphasis may reach."""
        lines = self.lines
        line = lines[number]
        if not line or line.isspace() or len(line) > _PARAGRAPH_LENGTH:
            return NOTHING
        depth = lead(line).depth
        above: list[str] = []
        at, room = number, _PARAGRAPH_LENGTH
        while at > 0 and len(above) < _PARAGRAPH_LINES and not starts_anew(lines[at], depth):
            if (words := self._goes_on(at - 1, depth)) is None:
                break
            room -= len(words)
            if room < 0:
                break
            above.append(words)
            at -= 1
        below: list[str] = []
        at, room = number + 1, _PARAGRAPH_LENGTH
        while at < len(lines) and len(below) < _PARAGRAPH_LINES and not starts_anew(lines[at], depth):
            if (words := self._goes_on(at, depth)) is None:
                break
            room -= len(words)
            if room < 0:
                break
            below.append(words)
            at += 1
        if not above and not below:
            return NOTHING
        return Around("".join(words + "\n" for words in reversed(above)), "".join("\n" + w for w in below))

    def touched(self, first: int, last: int) -> tuple[int, int]:
        """The lines that may look different when those from `first` to `last` were changed: their paragraphs, and what
        is indented below."""
        top = first
        while top > 0 and first - top < _PARAGRAPH_LINES + 1 and self.lines[top - 1].strip():
            top -= 1
        bottom, count = last, len(self.lines) - 1
        while bottom < count and bottom - last < _FURTHER:
            line = self.lines[bottom + 1]
            if line.strip() and not line.startswith((" ", "\t")) and bottom - last > _PARAGRAPH_LINES:
                break
            parted = bottom > last and not self.lines[bottom].strip()
            if parted and line.strip() and not line.startswith((" ", "\t")):
                break
            bottom += 1
        return top, bottom

    def _begins(self, number: int) -> int:
        """Where a line begins in the text, in code points; the lines before it stay as they are."""
        known, at = self._known_at
        if number >= known:
            at += sum(map(len, self.lines[known:number])) + number - known
        elif number > known // 2:
            at -= sum(map(len, self.lines[number:known])) + known - number
        else:
            at = sum(map(len, self.lines[:number])) + number
        self._known_at = (number, at)
        return at

    def _goes_on(self, number: int, depth: int) -> str | None:
        """A line's words where it is part of a paragraph `depth` quotations deep, else None."""
        line = self.lines[number]
        if not line or line.isspace() or self.inside.at(number) is not None:
            return None
        front = lead(line)
        if front.depth != depth or front.length >= len(line.rstrip()):
            return None
        return line[front.length :]

    def _is_indented_code(self, number: int) -> bool:
        line = self.lines[number]
        if not line.startswith((" ", "\t")) or not _is_deep(line):
            return False
        for above in range(number - 1, max(-1, number - 1 - _FURTHER), -1):
            line = self.lines[above]
            if not line.strip():
                return not in_list(self.lines, above + 1)
            if not _is_deep(line):
                return False  # the words of a paragraph run on, however far they are indented
        return number <= _FURTHER


def _is_deep(line: str) -> bool:
    wide = line.expandtabs(starts.TAB)
    return starts.indent_of(wide) >= starts.TAB and bool(wide.strip())


def _units(lines: Sequence[str]) -> int:
    """How long lines are in the document, the end of each counted."""
    return units(to_document("\n".join(lines))) + 1 if lines else 0
