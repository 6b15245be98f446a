"""Runs cells, several at a time, and makes the tables of docs/publishing.md out of what they gave."""

from __future__ import annotations

import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from postdesk.backends.http import make_client
from tests.backends.test_http import certificate
from tests.publishing.matrix.cell import ASKED, LATER, NOW, PLANS, Cell, Scene, Site
from tests.publishing.matrix.colleague import Colleague
from tests.publishing.matrix.faults import FAULTS, Fault
from tests.publishing.matrix.line import lines
from tests.servers.wordpress import WordPress

WORKERS = 3  # at a time; PHP has four of its own
BROKEN = "✗"
_SHOWN = {NOW: "✓", LATER: "✓ later", ASKED: "✓ asked"}
_RANK = ("✓", "✓ later", "✓ asked", BROKEN)
_NOT_TRIED = "–"


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault at one step: `at` is the number of the request, counted from 0."""

    scene: Scene
    at: int
    step: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a trial. `problems` is empty where the law holds."""

    trial: Trial
    outcome: str
    problems: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The cell in the table."""
        return BROKEN if self.problems else _SHOWN[self.outcome]


@contextmanager
def site_for(blog: WordPress, folder: Path) -> Iterator[Site]:
    """All that cells need around the blog."""
    for name in ("known", "stranger"):
        (folder / name).mkdir()
    known, stranger = (certificate(folder / name, "localhost") for name in ("known", "stranger"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(known))
        with lines(), make_client() as http:
            colleague = Colleague(blog)
            try:
                yield Site(blog, http, colleague, known, stranger)
            finally:
                colleague.close()


def trials(
    site: Site, folder: Path, scenes: Iterable[Scene], faults: Sequence[Fault] = FAULTS
) -> list[Trial]:
    """Every one of the faults at every step of these plans."""
    return [
        Trial(scene, at, step, fault)
        for scene in scenes
        for at, step in enumerate(site.steps(scene, folder))
        for fault in faults
        if scene.plan in fault.plans
    ]


def run(
    site: Site, folder: Path, wanted: Sequence[Trial], tell: Callable[[Verdict], None] = lambda _v: None,
    workers: int = WORKERS,
) -> list[Verdict]:  # fmt: skip
    """The verdicts, in order; `tell` hears each as soon as it is known."""

    def one(numbered: tuple[int, Trial]) -> Verdict:
        verdict = _try(site, folder, *numbered)
        tell(verdict)
        return verdict

    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(one, enumerate(wanted)))


def _try(site: Site, folder: Path, number: int, trial: Trial) -> Verdict:
    home = folder / f"{number}-{time.time_ns()}"
    content = site.content(trial.scene, folder)
    cell = Cell(site, trial.scene, home)
    try:
        with cell.running():
            trial.fault.arm(cell, trial.at)
            cell.click()
            cell.settle()
            problems = cell.problems(content)
    except Exception:  # whatever it is, it is this cell's verdict
        problems = [traceback.format_exc(limit=-4)]
    if cell.outcome == ASKED and not trial.fault.asks:
        problems.append(f"she was asked about what mends itself: {cell.said}")
    shutil.rmtree(home, ignore_errors=True)
    return Verdict(trial, cell.outcome, tuple(problems))


# --- the tables ---


def tables(verdicts: Sequence[Verdict]) -> str:
    """One table for each plan: a row for each fault, a column for each step, in each cell the worst that was seen."""
    parts = []
    for plan in PLANS:
        of_plan = [v for v in verdicts if v.trial.scene.plan == plan]
        if not of_plan:
            continue
        steps = list(dict.fromkeys(v.trial.step for v in _longest(of_plan)))
        parts += [f"### {plan.capitalize()}", "", _row("", steps), _row("---", ["---"] * len(steps))]
        worst: dict[tuple[str, str], str] = {}
        for verdict in of_plan:
            key = verdict.trial.fault.name, verdict.trial.step
            worst[key] = max(worst.get(key, _RANK[0]), verdict.shown, key=_RANK.index)
        for name in dict.fromkeys(f.name for f in FAULTS if plan in f.plans):
            parts.append(_row(name, [worst.get((name, step), _NOT_TRIED) for step in steps]))
        parts.append("")
    return "\n".join(parts)


def read_tables(page: str) -> dict[tuple[str, str, str], str]:
    """The cells of the tables in a page, by plan, fault and step."""
    found: dict[tuple[str, str, str], str] = {}
    plan, steps = "", [""]
    for line in page.splitlines():
        if line.startswith("### "):
            plan, steps = line[4:].casefold(), [""]
        elif line.startswith("| ") and plan in PLANS:
            name, *cells = (part.strip() for part in line.strip("|").split("|"))
            if not name:
                steps = cells
            elif name != "---":
                found |= {(plan, name, step): cell for step, cell in zip(steps, cells)}
    return found


def is_no_worse(one: str, other: str) -> bool:
    """Whether a cell is as good as another one, or better."""
    return other in _RANK and _RANK.index(one) <= _RANK.index(other)


def _longest(verdicts: list[Verdict]) -> list[Verdict]:
    """Those of the scene with the most steps, so that the columns are in order."""
    most = max(verdicts, key=lambda v: (v.trial.scene.pictures, v.trial.at)).trial.scene
    return [v for v in verdicts if v.trial.scene == most]


def _row(head: str, cells: Sequence[str]) -> str:
    return f"| {head} | " + " | ".join(cells) + " |"
