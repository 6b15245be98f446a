"""`make fuzz ARGS="--minutes 10 --seed 1"`: generated texts for so long, then how the cost of each pattern grows.

Every failure is printed with its seed and its smallest example, and the exit code is 1. Times are only a report.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import traceback

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.growth import Stuck, growth, limited
from tests.fuzz.patterns import PATTERNS
from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.texts import posts

_SHORT = 12_000  # characters; four times as many are a post of 8,000 words
_EXAMPLES = 300  # of one seed
_PATIENCE = 10.0  # seconds for one generated text, which is short


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    arguments.add_argument(
        "--minutes", type=float, default=5, help="how long texts are generated (default: 5)"
    )
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="to repeat a run")
    arguments.add_argument("--only", default="", help=f"names, joined by commas, of: {', '.join(TARGETS)}")
    arguments.add_argument("--length", type=int, default=_SHORT, help="characters of the shorter text")
    arguments.add_argument("--no-growth", action="store_true", help="generated texts only")
    asked = arguments.parse_args()
    targets = {name: TARGETS[name] for name in asked.only.split(",") if name} or TARGETS
    print(f"seed {asked.seed}", flush=True)
    failed = _generate(targets, asked.seed, asked.minutes * 60)
    if not asked.no_growth:
        failed += _grow(targets, asked.length)
    print(f"{failed} failures" if failed else "nothing raised")
    return 1 if failed else 0


def _generate(targets: dict[str, Target], first: int, seconds: float) -> int:
    end = time.monotonic() + seconds
    broken: set[str] = set()
    number = examples = 0
    while time.monotonic() < end and len(broken) < len(targets):
        for name, target in targets.items():
            if name not in broken and time.monotonic() < end:
                examples += _EXAMPLES
                if not _holds(name, target, first + number):
                    broken.add(name)
        number += 1
    print(f"{examples} generated texts from {number} seeds")
    return len(broken)


def _holds(name: str, target: Target, number: int) -> bool:
    @seed(number)
    @settings(
        max_examples=_EXAMPLES, deadline=None, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(posts)
    def test(text: str) -> None:
        try:
            with limited(_PATIENCE):
                target(text)
        except Stuck:
            raise AssertionError(f"more than {_PATIENCE} s") from None

    try:
        test()
    except Exception as error:
        print(f"\n== {name}, seed {number}")
        print("\n".join(getattr(error, "__notes__", [])))
        traceback.print_exception(error, limit=-4)
        sys.stdout.flush()
        return False
    return True


def _grow(targets: dict[str, Target], length: int) -> int:
    """In a process for each target: one that dies of a text must not hide the others."""
    failed = 0
    for name, target in targets.items():
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os._exit(_grow_one(name, target, length))
        _child, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            print(f"{name}: the process died, {os.waitstatus_to_exitcode(status)}")
        failed += status != 0
    return failed


def _grow_one(name: str, target: Target, length: int) -> int:
    failed = 0
    steep = []
    for what, pattern in PATTERNS.items():
        print(f"\r{name}: {what:60}", end="", file=sys.stderr, flush=True)
        try:
            found = growth(target, pattern, length)
        except Exception as error:
            print(f"\n{name}: {what} raises {type(error).__name__}: {error}"[:300])
            failed = 1
            continue
        if found.is_steep or found.output > 50:
            steep.append((found, what))
    print(file=sys.stderr)
    for found, what in sorted(steep, key=lambda one: -one[0].long):
        print(
            f"{name}: {what}: {found.short:.2f} s for {length:,} characters, {found.long:.2f} s for four times as many"
            + (f"; {found.output:.0f} times longer as HTML" if found.output > 50 else "")
        )
    sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
