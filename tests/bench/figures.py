"""The figures of a run, and the goals they are held against."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.post import LARGE, SMALL

SIZES = {SMALL: "42 KB", LARGE: "1 MB"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one thing, in `unit` (ms, MB, or keys seen). `note` says why there is nothing, or less."""

    values: tuple[float, ...] = ()
    unit: str = "ms"
    note: str = ""
    of: int = 0  # keys that were pressed, where `unit` is "keys"

    @property
    def median(self) -> float:
        """Not a number where nothing was measured."""
        return statistics.median(self.values) if self.values else math.nan

    @property
    def p95(self) -> float:
        """The smallest value that 95 % of them do not exceed; not a number where nothing was measured."""
        if not self.values:
            return math.nan
        return sorted(self.values)[math.ceil(0.95 * len(self.values)) - 1]

    @property
    def worst(self) -> float:
        """The largest; not a number where nothing was measured."""
        return max(self.values, default=math.nan)

    def words(self, value: float) -> str:
        """One value with its unit: "12 ms", "6 of 6"; the note where there is none."""
        if math.isnan(value):
            return self.note or "-"
        if self.unit == "keys":
            return f"{value:.0f} of {self.of}"
        return f"{value:.0f} {self.unit}"


#: By the row's name and the post's size; 0 where it has none.
Figures = Mapping[tuple[str, int], Figure]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tables. Its key is its words."""

    words: str
    sized: bool = True


PAINTED = Row("start to painted")
SHOWN = Row("start to text in the editor")
PREVIEWED = Row("start to text in the preview")
LETTER = Row("start to typed letter visible")
ROW_EDITOR = Row("click on the row to text in the editor")
ROW_PREVIEW = Row("click on the row to text in the preview")
HAND_EDITOR = Row("second start with the file to text in the editor")
HAND_PREVIEW = Row("second start with the file to text in the preview")
KEY_EDITOR = Row("key to editor pixel")
KEY_PREVIEW = Row("key to preview pixel")
VISIBLE = {
    place: Row(f"typed place visible in the preview, {place} of the text")
    for place in ("start", "middle", "end")
}
MEMORY = Row("memory after opening")
MEMORY_AFTER = Row("memory after typing")

ROWS: Sequence[Row] = (
    PAINTED, SHOWN, PREVIEWED, LETTER, ROW_EDITOR, ROW_PREVIEW, HAND_EDITOR, HAND_PREVIEW, KEY_EDITOR, KEY_PREVIEW,
    *VISIBLE.values(), MEMORY, MEMORY_AFTER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goal:
    """At most `limit`; at most `worst` for any single value; at most `share` of what `peer` takes (empty: of what the
    best of the peers takes); at most `growth` more than the figure of `before`; 0 where it says nothing of it."""

    limit: float = 0
    worst: float = 0
    share: float = 0
    peer: str = ""
    growth: float = 0
    before: Row | None = None
    every: bool = False  # each key, where the figure counts keys

    def words(self, unit: str) -> str:
        """The goal for one program alone: "<= 12 ms, none over 100 ms"."""
        parts = []
        if self.limit:
            parts.append(f"<= {self.limit:.0f} {unit}")
        if self.worst:
            parts.append(f"none over {self.worst:.0f} {unit}")
        if self.growth:
            parts.append(f"<= +{100 * self.growth:.0f} %")
        if self.every:
            parts.append("every key")
        return ", ".join(parts)

    def share_words(self) -> str:
        """The goal beside others: "<= 0.5x ghostwriter"."""
        return f"<= {self.share:g}x {self.peer or 'the best peer'}" if self.share else ""


GOALS: Mapping[tuple[Row, int], Goal] = {
    (KEY_EDITOR, SMALL): Goal(limit=12, share=0.5),
    (KEY_EDITOR, LARGE): Goal(limit=20, worst=100),
    (KEY_PREVIEW, SMALL): Goal(limit=50, share=0.5, peer="ghostwriter"),
    (KEY_PREVIEW, LARGE): Goal(limit=80, share=0.12, peer="ghostwriter"),
    (LETTER, SMALL): Goal(limit=400, share=0.5),
    (LETTER, LARGE): Goal(limit=600),
    (MEMORY, SMALL): Goal(limit=330),
    (MEMORY, LARGE): Goal(limit=420),
    **{(MEMORY_AFTER, size): Goal(growth=0.05, before=MEMORY) for size in SIZES},
    **{(row, size): Goal(every=True) for row in VISIBLE.values() for size in SIZES},
}


def verdict(goal: Goal | None, figure: Figure, before: Figure | None = None) -> str:
    """Whether the median, the worst, or the growth keeps the goal: "reached", or by how much it is missed."""
    if goal is None:
        return ""
    if math.isnan(figure.median):
        return "not measured"
    missed = []
    if goal.limit and figure.median > goal.limit:
        over = figure.median - goal.limit
        missed.append(f"missed by {over:.0f} {figure.unit} ({figure.median / goal.limit:.1f}x)")
    if goal.worst and figure.worst > goal.worst:
        missed.append(f"worst missed by {figure.worst - goal.worst:.0f} {figure.unit}")
    if goal.growth and before is not None and not math.isnan(before.median):
        growth = figure.median / before.median - 1
        if round(growth, 4) > goal.growth:
            missed.append(f"missed: {100 * growth:+.0f} %")
    if goal.every and figure.median < figure.of:
        missed.append(f"missed by {figure.of - figure.median:.0f} keys")
    return "; ".join(missed) or "reached"


def share_verdict(goal: Goal | None, ratio: float) -> str:
    """The same for the ratio to a peer."""
    if goal is None or not goal.share:
        return ""
    if math.isnan(ratio):
        return "not measured"
    return "reached" if ratio <= goal.share else f"missed ({ratio / goal.share:.1f}x of it)"
