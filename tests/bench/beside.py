"""Measures other editors and Post Desk in one run, prints them beside each other, and writes that to the page.

    make bench-peers                 some ten minutes; installs the editors first

Each is measured with its live preview beside the text, with the same posts, in the same way.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.bench import machine, page
from tests.bench.__main__ import heading, options, plan_of
from tests.bench.figures import Figures
from tests.bench.measure import Measurement, Plan, tell
from tests.bench.peers import WITHOUT_FOLLOWING, peers
from tests.bench.program import compile_program
from tests.bench.report import OURS, peer_tables
from tests.bench.screen import virtual_screen
from tests.bench.subjects import PostDesk, Subject


def main(argv: list[str] | None = None) -> int:
    """Run it; returns 0 when every figure of Post Desk could be taken."""
    given = sys.argv[1:] if argv is None else argv
    parser = options("make bench-peers", __doc__, Plan(starts=3, keys=15, typed=200, budget=15.0))
    parser.add_argument("--only", default="", help="only programs whose name contains this, beside Post Desk")
    arguments = parser.parse_args(given)
    compile_program()
    plan = plan_of(arguments)
    began = time.monotonic()
    before = machine.busy()
    others = [peer for peer in peers(Path(os.environ["POSTDESK_RETEXT"])) if arguments.only in peer.name]
    if not others:
        tell("None of the other editors is installed.")
        return 2
    subjects: list[Subject] = [PostDesk(), *others]
    measured: dict[str, Figures] = {}
    with virtual_screen() as screen:
        for subject in subjects:
            measured[subject.name] = {
                key: figure
                for size in arguments.sizes
                for key, figure in Measurement(screen, subject, size, plan).run().items()
            }
    head = heading("make bench-peers", given, before, machine.busy(), time.monotonic() - began)
    text = "\n".join([head, "", *peer_tables(measured, WITHOUT_FOLLOWING)])
    print(text)
    if not arguments.dry:
        page.write("peers", text)
    return 0 if all(figure.values for figure in measured[OURS].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
