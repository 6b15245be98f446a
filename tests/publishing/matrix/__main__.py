"""Every fault at every step of every plan, with 1 picture, and the gravest of them with 0 and 5; writes the tables.

    make faults                          some 3,500 cells, twenty minutes on two quiet processors
    make faults ARGS="--plan delete --dry"    one plan, and docs/publishing.md stays as it is
    make faults ARGS=--all               the whole product with 0, 1 and 5 pictures: some 14,000 cells
    make faults ARGS="--keep FILE"       verdicts go into the file too; what it has already is not tried again

Needs what `make test` needs. Prints each cell that breaks the law, and ends with 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.bench import machine, page
from tests.publishing.matrix import run
from tests.publishing.matrix.cell import PLANS, Scene, Site
from tests.publishing.matrix.faults import FAULTS, GRAVE
from tests.servers.running import Servers

PAGE = page.PAGE.with_name("publishing.md")


def main(argv: list[str] | None = None) -> int:
    """0 when the law held in every cell."""
    given = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plan", action="append", choices=PLANS, help="this plan alone")
    parser.add_argument("--all", action="store_true", help="all faults with 0 and 5 pictures too")
    parser.add_argument("--keep", type=Path, help="a file to keep verdicts in, for a run that may be stopped")
    parser.add_argument("--workers", type=int, default=run.WORKERS, help="cells at a time")
    parser.add_argument("--dry", action="store_true", help="leave docs/publishing.md alone")
    arguments = parser.parse_args(given)
    servers = Servers()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="postdesk-faults-") as folder:
            blog = servers.wordpress("newest")
            with run.site_for(blog, Path(folder)) as site:
                wanted = _wanted(site, Path(folder), arguments.plan or PLANS, everything=arguments.all)
                kept = _Kept(arguments.keep, wanted)
                tell = _Teller(len(kept.wanted), kept)
                verdicts = kept.verdicts + run.run(site, Path(folder), kept.wanted, tell, arguments.workers)
            version = blog.version
    finally:
        servers.end()
    broken = [v for v in verdicts if v.problems]
    minutes = (time.monotonic() - began) / 60
    took = f"{len(kept.verdicts)} of them in a run before" if kept.verdicts else f"in {minutes:.0f} minutes"
    head = (
        f"`make faults` on {machine.today()} against WordPress {version}: {len(verdicts)} cells"
        f" ({took}), the law broken in {len(broken)}."
    )
    print(head)
    if not arguments.dry and not arguments.plan:
        page.write("matrix", f"{head}\n\n{run.tables(verdicts)}", PAGE)
    return 1 if broken else 0


def _wanted(site: Site, folder: Path, plans: tuple[str, ...], *, everything: bool) -> list[run.Trial]:
    wanted = run.trials(site, folder, [Scene(plan, 1) for plan in plans])
    others = [Scene(plan, pictures) for plan in plans for pictures in (0, 5)]
    return wanted + run.trials(site, folder, others, FAULTS if everything else GRAVE)


class _Kept:
    """The verdicts in a file, and what is `wanted` beyond them. Those that broke the law are tried again."""

    def __init__(self, file: Path | None, wanted: list[run.Trial]) -> None:
        self._file = file
        self._lock = threading.Lock()
        lines = file.read_text().splitlines() if file and file.exists() else []
        known = {
            key: outcome
            for *key, outcome, broken in map(json.loads, lines)
            for key in [tuple(key)]
            if not broken
        }
        self.verdicts = [run.Verdict(t, known[_key(t)], ()) for t in wanted if _key(t) in known]
        self.wanted = [t for t in wanted if _key(t) not in known]

    def keep(self, verdict: run.Verdict) -> None:
        """One more line."""
        if self._file is not None:
            with self._lock, self._file.open("a") as file:
                file.write(json.dumps([*_key(verdict.trial), verdict.outcome, bool(verdict.problems)]) + "\n")


def _key(trial: run.Trial) -> tuple[str, int, int, str, str]:
    return trial.scene.plan, trial.scene.pictures, trial.at, trial.step, trial.fault.name


class _Teller:
    """Says how far it is, and what broke the law."""

    def __init__(self, count: int, kept: _Kept) -> None:
        self._count = count
        self._kept = kept
        self._done = 0

    def __call__(self, verdict: run.Verdict) -> None:
        self._done += 1
        self._kept.keep(verdict)
        if verdict.problems:
            trial = verdict.trial
            where = f"{trial.scene.plan}, {trial.scene.pictures} pictures, {trial.at} {trial.step}"
            print(
                f"{where}: {trial.fault.name}: {verdict.outcome}: {'; '.join(verdict.problems)}", flush=True
            )
        if self._done % 100 == 0:
            print(f"{self._done} of {self._count}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
