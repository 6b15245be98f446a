"""Turns figures into the tables of docs/performance.md, with the goals and ratios beside them."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence

from tests.bench.figures import (
    GOALS,
    HAND_EDITOR,
    HAND_PREVIEW,
    KEY_EDITOR,
    KEY_PREVIEW,
    LETTER,
    MEMORY,
    MEMORY_AFTER,
    PAINTED,
    ROW_EDITOR,
    ROW_PREVIEW,
    ROWS,
    SIZES,
    Figure,
    Figures,
    Row,
    share_verdict,
    verdict,
)  # fmt: skip
from tests.bench.post import LARGE, SMALL

OURS = "Post Desk"
_ALONE = {ROW_EDITOR, ROW_PREVIEW, HAND_EDITOR, HAND_PREVIEW}  # of windows that hold many posts


def own_tables(bare: Figures, ours: Figures) -> list[str]:
    """The figures of Post Desk alone, beside the goals, and their ratios."""
    lines = [
        "| Figure | median | p95 | worst | n | goal | |",
        "|---|--:|--:|--:|--:|---|---|",
    ]
    for (words, _size), one in bare.items():
        lines.append(_line(f"bare Qt window: {words}", one, "", ""))
    for size, size_words in SIZES.items():
        for row in ROWS:
            figure = ours.get((row.words, size))
            if figure is None:
                continue
            goal = GOALS.get((row, size))
            before = (
                ours.get((goal.before.words, size)) if goal is not None and goal.before is not None else None
            )
            words = goal.words(figure.unit) if goal is not None else ""
            name = f"{size_words}: {row.words}" + (
                f" {figure.note}" if row is MEMORY_AFTER and figure.note else ""
            )
            lines.append(_line(name, figure, words, verdict(goal, figure, before)))
    return [*lines, "", *_own_ratios(bare, ours)]


def _line(name: str, figure: Figure, goal: str, kept: str) -> str:
    if not figure.values:
        return f"| {name} | {figure.note or 'not measured'} | | | | {goal} | {kept} |"
    if figure.unit != "ms":
        return f"| {name} | {figure.words(figure.median)} | | | | {goal} | {kept} |"
    note = f" ({figure.note})" if figure.note else ""
    return (
        f"| {name} | {figure.words(figure.median)}{note} | {figure.words(figure.p95)} | {figure.words(figure.worst)} "
        f"| {len(figure.values)} | {goal} | {kept} |"
    )


def _own_ratios(bare: Figures, ours: Figures) -> list[str]:
    def median(figures: Figures, row: Row, size: int) -> float:
        return figures.get((row.words, size), Figure()).median

    ratios = []
    for size, words in SIZES.items():
        ratios += [
            (f"{words}: start to typed letter : bare Qt window", median(ours, LETTER, size), median(bare, LETTER, 0)),
            (f"{words}: start to painted : bare Qt window", median(ours, PAINTED, size), median(bare, PAINTED, 0)),
            (
                f"{words}: key to preview : key to editor",
                median(ours, KEY_PREVIEW, size), median(ours, KEY_EDITOR, size),
            ),
            (
                f"{words}: memory after typing : after opening",
                median(ours, MEMORY_AFTER, size), median(ours, MEMORY, size),
            ),
        ]  # fmt: skip
    for row in (LETTER, KEY_EDITOR, KEY_PREVIEW, MEMORY):
        ratios.append((f"1 MB : 42 KB, {row.words}", median(ours, row, LARGE), median(ours, row, SMALL)))
    return [
        f"- {words} = {one / other:.2f}"
        for words, one, other in ratios
        if other and not math.isnan(one / other)
    ]


def peer_tables(measured: Mapping[str, Figures], uncounted: Container[str] = ()) -> list[str]:
    """All programs beside each other, with the ratio of Post Desk to the best of the others; `uncounted` are shown, but
    are no peer to be better than."""
    ours, names = measured[OURS], [name for name in measured if name != OURS]
    rivals = [name for name in names if name not in uncounted]
    lines = [
        "| Figure | " + " | ".join([OURS, *names]) + f" | {OURS} : best peer | goal | |",
        "|---|" + "--:|" * (len(names) + 2) + "---|---|",
    ]
    for size, size_words in SIZES.items():
        for row in ROWS:
            key = (row.words, size)
            if row in _ALONE or not any(key in figures for figures in measured.values()):
                continue
            cells = [_cell(figures.get(key)) for figures in (ours, *(measured[name] for name in names))]
            goal = GOALS.get((row, size))
            mine = ours.get(key, Figure())
            counted = mine.unit == "keys"
            best = math.nan if counted else ratio(mine, [measured[name].get(key) for name in rivals])
            wanted = [name for name in rivals if goal is not None and name.startswith(goal.peer)]
            held = ratio(mine, [measured[name].get(key) for name in wanted])
            alone = verdict(goal, mine, ours.get((goal.before.words, size)) if goal and goal.before else None)
            words = ", ".join(filter(None, (goal.words(mine.unit), goal.share_words()))) if goal else ""
            kept = "; ".join(dict.fromkeys(filter(None, (alone, share_verdict(goal, held)))))
            lines.append(
                f"| {size_words}: {row.words} | "
                + " | ".join(cells)
                + f" | {'' if math.isnan(best) else f'{best:.2f}'} | {words} | {kept} |"
            )
    return lines


def ratio(mine: Figure, others: Sequence[Figure | None]) -> float:
    """My median to the least of theirs; not a number where either is missing."""
    theirs = [one.median for one in others if one is not None and one.median > 0]
    return mine.median / min(theirs) if theirs and mine.values else math.nan


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    words = figure.words(figure.median)
    if figure.unit == "ms" and len(figure.values) > 5:
        words += f" (p95 {figure.p95:.0f})"
    return f"{words}; {figure.note}" if figure.values and figure.unit == "ms" and figure.note else words
