"""Which lines of a text are a card, and which cards show their source; no Qt here.

A card is a closed fence with the info string `{=html}` at the left edge: the source of a block that Markdown cannot
say. Its first line is its head, which is the one line that shows while it is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from postdesk.ui.editor.source import Source

_HEAD = re.compile(r"(?:`{3,}|~{3,})[ \t]*\{=html\}[ \t]*\Z")
_ONE = re.compile(rb"\x01")
_NOT_NULL = re.compile(rb"[^\x00]+")


class Shown(IntEnum):
    """How much of a card shows."""

    CLOSED = 0
    LENT = 1  # its source, while the cursor is in it
    OPEN = 2  # its source, until she closes it


@dataclass(frozen=True, slots=True)
class Card:
    """Its lines, both with the marks of the fence."""

    first: int
    last: int


class Cards:
    """The cards of the text that `source` holds, in step with it. `hidden` has 1 for every line that the field hides;
    it is the field's to keep."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._heads = bytearray(1)
        self._shown = bytearray(1)
        self.hidden = bytearray(1)

    def put(self) -> None:
        """Another text was put into the source; nothing of it is hidden yet, and no card shows its source."""
        lines = self._source.lines
        self._heads = bytearray(map(_is_head, lines))
        self._shown = bytearray(len(lines))
        self.hidden = bytearray(len(lines))

    def splice(self, first: int, removed: int, come: Sequence[str], hidden: bytes) -> bool:
        """To be called after the source has taken the edit: lines from `first` on were replaced, and those that came
        are `hidden` or not. True where the edit touched a head or lines of a closed card."""
        heads = bytes(map(_is_head, come))
        gone = self._heads[first : first + removed]
        shown = self._shown[first : first + 1] if removed and heads[:1] == b"\x01" else b"\x00"
        self._heads[first : first + removed] = heads
        self._shown[first : first + removed] = (bytes(shown) + bytes(len(come)))[: len(come)]
        self.hidden[first : first + removed] = hidden
        return (
            1 in heads
            or 1 in gone
            or 1 in hidden
            or self.hidden_at(first - 1)
            or self.hidden_at(first + len(come))
        )

    def hidden_at(self, line: int) -> bool:
        """Whether the field hides a line."""
        return 0 <= line < len(self.hidden) and bool(self.hidden[line])

    def at(self, line: int) -> Card | None:
        """The card that a line belongs to, closed or not."""
        inside = self._source.inside.at(line)
        if inside is None or inside.kind != "fence" or not self._heads[inside.first]:
            return None
        return Card(inside.first, inside.last)

    def closed_at(self, line: int) -> Card | None:
        """The card that a line belongs to, where the field shows it closed."""
        if not (self.hidden_at(line) or self.hidden_at(line + 1)):
            return None
        return self.at(line)

    def enclosing(self, line: int) -> tuple[int, int] | None:
        """The first and the last line of the fence or comment that a line belongs to."""
        inside = self._source.inside.at(line)
        return None if inside is None else (inside.first, inside.last)

    def line(self, number: int) -> str:
        """The words of a line."""
        return self._source.lines[number]

    def next_shown(self, line: int) -> int:
        """The next line below one that the field shows, or the number of lines."""
        at = self.hidden.find(0, line + 1)
        return at if at >= 0 else len(self.hidden)

    def all(self) -> Iterator[Card]:
        """Every card in order."""
        for found in _ONE.finditer(bytes(self._heads)):
            card = self.at(found.start())
            if card is not None and card.first == found.start():
                yield card

    def shown(self, card: Card) -> Shown:
        """How much of a card is meant to show."""
        return Shown(self._shown[card.first])

    def show(self, card: Card, shown: Shown) -> None:
        """From now on so much of a card is meant to show."""
        self._shown[card.first] = shown

    def lent(self) -> list[Card]:
        """The cards whose source shows while the cursor is in it."""
        found = []
        at = self._shown.find(Shown.LENT)
        while at >= 0:
            card = self.at(at)
            if card is None or card.first != at:
                self._shown[at] = Shown.CLOSED
            else:
                found.append(card)
            at = self._shown.find(Shown.LENT, at + 1)
        return found

    def wanted(self) -> bytearray:
        """For every line 1 where it should be hidden."""
        wanted = bytearray(len(self._heads))
        for card in self.all():
            if self._shown[card.first] == Shown.CLOSED:
                wanted[card.first + 1 : card.last + 1] = b"\x01" * (card.last - card.first)
        return wanted

    def unlike(self, wanted: bytearray) -> list[tuple[int, int]]:
        """The runs of lines, from the first to one past the last, where `wanted` is not what is hidden."""
        if wanted == self.hidden:
            return []
        both = int.from_bytes(wanted, "little") ^ int.from_bytes(self.hidden, "little")
        return [found.span() for found in _NOT_NULL.finditer(both.to_bytes(len(wanted), "little"))]

    def source_of(self, card: Card, most: int) -> str:
        """The source in a card, of which lines are left out when it has more than about `most` characters."""
        parts: list[str] = []
        for line in range(card.first + 1, card.last):
            parts.append(self._source.lines[line])
            most -= len(parts[-1]) + 1
            if most < 0:
                break
        return "\n".join(parts)


def _is_head(line: str) -> bool:
    return line[:3] in ("```", "~~~") and _HEAD.match(line) is not None


def holds_card(text: str) -> bool:
    """Whether a text from elsewhere (pasted, dropped) has the head of a card."""
    return "{=html}" in text and any(map(_is_head, text.split("\n")))
