"""A part of the matrix of `make faults`, and that the tables in docs/publishing.md are those of this program.

The part: every step meets some faults, every fault some steps, and whatever changes the blog meets all that a blind
repetition would turn into a second post or a second picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publishing.matrix import run
from tests.publishing.matrix.__main__ import PAGE
from tests.publishing.matrix.cell import PLANS, Cell, Scene, Site
from tests.publishing.matrix.faults import FAULTS, GRAVE
from tests.servers.wordpress import WordPress

_EACH = 29  # one in so many of all cells; 7 has no divisor in common with it, and there are no fewer steps

SCENES = [Scene(plan, 1) for plan in PLANS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


@pytest.fixture(scope="module")
def site(wordpress_newest: WordPress, folder: Path) -> Iterator[Site]:
    wordpress_newest.reset_posts()
    with run.site_for(wordpress_newest, folder) as made:
        yield made


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str, str], str]:
    return run.read_tables(PAGE.read_text("utf-8"))


def _part(site: Site, folder: Path) -> list[run.Trial]:
    wanted = run.trials(site, folder, SCENES)
    steps = list(dict.fromkeys((t.scene, t.at) for t in wanted))
    grave = {"make the draft", "upload", "set it", "move it to the trash"}
    return [
        t
        for t in wanted
        if (FAULTS.index(t.fault) + 7 * steps.index((t.scene, t.at))) % _EACH == 0
        or (t.step in grave and t.fault in GRAVE and t.scene.plan in ("publish", "delete"))
    ]


def test_a_part_of_the_matrix(site: Site, folder: Path, table: dict[tuple[str, str, str], str]) -> None:
    verdicts = run.run(site, folder, _part(site, folder))
    assert {v.trial.fault.name for v in verdicts} == {f.name for f in FAULTS}
    assert {(v.trial.scene, v.trial.step) for v in verdicts} == {
        (scene, step) for scene in SCENES for step in site.steps(scene, folder)
    }
    assert [(v.trial, v.problems) for v in verdicts if v.problems] == []
    worse = [
        (v.trial, v.shown)
        for v in verdicts
        if not run.is_no_worse(v.shown, table[v.trial.scene.plan, v.trial.fault.name, v.trial.step])
    ]
    assert worse == []


def test_the_tables_in_the_docs_have_a_cell_for_every_fault_at_every_step(
    site: Site, folder: Path, table: dict[tuple[str, str, str], str]
) -> None:
    """When this fails the steps or the faults are others than at the last `make faults`: run it again."""
    wanted = {(t.scene.plan, t.fault.name, t.step) for t in run.trials(site, folder, SCENES)}
    assert wanted == table.keys()
    assert {cell for cell in table.values() if not run.is_no_worse(cell, "✓ asked")} == set()


def test_the_law_of_a_cell_can_be_broken(site: Site, folder: Path) -> None:
    """A twin, a picture too many, another text: each is seen."""
    scene = Scene("publish", 1)
    cell = Cell(site, scene, folder / "broken")
    with cell.running():
        cell.click()
        cell.settle()
        content = site.content(scene, folder)
        assert cell.problems(content) == []
        assert cell.problems(content + "!")
        http = site.colleague
        http.makes(f"A twin {cell.word}")
        assert any("2 posts" in problem for problem in cell.problems(content))
        http.deletes("A twin", for_good=True)
        assert cell.problems(content) == []
        http.makes_file(f"{cell.word}-0")
        assert any("2 files for 1" in problem for problem in cell.problems(content))
