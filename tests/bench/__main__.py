"""Measures Post Desk in its real window, prints the figures beside their goals, and writes them to the page.

    make bench                       some five minutes; writes docs/performance.md
    make bench ARGS=--publishing     only what a publication costs; a minute
    make bench ARGS=--lossless       only what a long post of a blog costs; a minute, and it writes nothing
    make bench ARGS=--pull           only what bringing a blog's posts home costs; a minute
    make bench ARGS=--home           only bringing ten thousand of them home in the window; some four minutes
    make bench ARGS=--long           with 10,000 keys instead of 1,000 for the memory: some twenty minutes
    make bench ARGS="--keys 5 --starts 1 --typed 0 --dry"    a short look, which writes nothing

Needs Linux, Xvfb and XTest. Figures are those of the machine that it runs on, while it does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.bench import lossless, machine, page, publishing, pulling
from tests.bench.figures import Figure
from tests.bench.measure import Measurement, Plan
from tests.bench.opening import Opening
from tests.bench.post import LARGE, SMALL
from tests.bench.program import compile_program
from tests.bench.report import own_tables
from tests.bench.screen import virtual_screen
from tests.bench.subjects import BareWindow, PostDesk

_LONG = 10_000


def main(argv: list[str] | None = None) -> int:
    """Run the bench; returns 0 when every figure could be taken."""
    given = sys.argv[1:] if argv is None else argv
    parser = options("make bench", __doc__, Plan())
    parser.add_argument("--publishing", action="store_true", help="only what a publication costs")
    parser.add_argument("--lossless", action="store_true", help="only what a long post of a blog costs")
    parser.add_argument("--pull", action="store_true", help="only what bringing a blog's posts home costs")
    parser.add_argument("--home", action="store_true", help="only ten thousand posts of a blog in the window")
    arguments = parser.parse_args(given)
    compile_program()
    if arguments.lossless:
        print(lossless.taken())
        return 0
    if arguments.home:
        text = pulling.taken_in_window()
        print(text)
        if not arguments.dry:
            page.write("home", text)
        return 0
    if arguments.publishing or arguments.pull:
        if arguments.publishing:
            _publishing(arguments.dry)
        if arguments.pull:
            _pull(arguments.dry)
        return 0
    plan = plan_of(arguments)
    began = time.monotonic()
    before = machine.busy()
    figures: dict[tuple[str, int], Figure] = {}
    with virtual_screen() as screen:
        bare = Measurement(screen, BareWindow(), 0, plan, preview=False).run()
        for size in arguments.sizes:
            figures |= Measurement(screen, PostDesk(), size, plan).run()
        if len(arguments.sizes) > 1:
            figures |= Opening(screen, PostDesk(), plan.starts).run()
    lines = own_tables(bare, figures)
    head = heading("make bench", given, before, machine.busy(), time.monotonic() - began)
    text = "\n".join([head, "", *lines])
    print(text)
    if not arguments.dry:
        page.write("figures", text)
    _publishing(arguments.dry)
    _pull(arguments.dry)
    return 0 if all(figure.values for figure in figures.values()) else 1


def _publishing(dry: bool) -> None:
    """What a publication costs, printed and put into the page."""
    text = publishing.taken(times=5)
    print(text)
    if not dry:
        page.write("publishing", text)


def _pull(dry: bool) -> None:
    """What bringing a blog's posts home costs, printed and put into the page."""
    text = pulling.taken(times=3)
    print(text)
    if not dry:
        page.write("pull", text)


def options(name: str, words: str | None, plan: Plan) -> argparse.ArgumentParser:
    """What both benches can be told; `plan` is what they do untold."""
    parser = argparse.ArgumentParser(
        prog=name, description=words, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--starts", type=int, default=plan.starts, help="starts and openings of each kind")
    parser.add_argument("--keys", type=int, default=plan.keys, help="keys whose way to the screen is timed")
    parser.add_argument(
        "--typed", type=int, default=plan.typed, help="keys typed before the memory is taken again"
    )
    parser.add_argument("--long", action="store_true", help=f"the same as --typed {_LONG}")
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/performance.md alone")
    parser.add_argument(
        "--size",
        dest="sizes",
        type=int,
        action="append",
        choices=(SMALL, LARGE),
        help="one size of post alone, in bytes",
    )
    parser.set_defaults(budget=plan.budget)
    return parser


def plan_of(arguments: argparse.Namespace) -> Plan:
    """How much is to be done."""
    arguments.sizes = arguments.sizes or [SMALL, LARGE]
    typed = _LONG if arguments.long else arguments.typed
    return Plan(arguments.starts, arguments.keys, typed, arguments.budget)


def heading(command: str, given: list[str], before: float, after: float, seconds: float) -> str:
    """The command, the day, the machine and its load."""
    told = f' ARGS="{" ".join(given)}"' if given else ""
    return (
        f"`{command}{told}` on {machine.today()}, {seconds / 60:.0f} minutes; {machine.description()}; "
        f"{machine.load(before, after)}."
    )


if __name__ == "__main__":
    sys.exit(main())
