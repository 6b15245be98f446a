"""Measures Post Desk on a library of very many posts: the list, the index, searches, saves and memory.

    make bench-library                     10,000 and 100,000 posts of 6 KB; a quarter of an hour
    make bench-library ARGS="--posts 2000 --dry"

Once as files alone, and once with each post on a blog: it has a receipt then, and the blog's own list has it, too. The
window is the real one, in a process of its own on a virtual display; what it does is timed from inside, as the pixels
of a list of words that nobody knows say nothing. What a start gives is the median of three, but for memory without the
preview's engine. Each first index is held against SQLite's FTS5 alone, before and after it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from postdesk.backends.base import Page, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.files import content_hash
from postdesk.core.folders import under
from postdesk.core.receipt import Receipt, Status
from postdesk.library.receipts import Receipts
from postdesk.publishing.accounts import Accounts
from postdesk.publishing.archive import Archive
from tests.bench import fts5, machine, page
from tests.bench.__main__ import heading
from tests.bench.program import compile_program
from tests.bench.screen import virtual_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postdesk.backends.base import Backend

FTS5 = "first index : FTS5 alone"
# Its goal is the same 25 s, to the 10.7 s that FTS5 alone took where the goals were set: how fast a machine is at that
# moment is in both.
GOALS = {
    "start to the list": ("ms", 500),
    "first index, whole": ("s", 25),
    FTS5: ("x", 2.34),
    "re-scan, unchanged": ("ms", 600),
    "search, key to rows: p95": ("ms", 50),
    "save, on the drawing thread: p95": ("ms", 10),
    "memory without the preview's engine": ("MB", 250),
}
_WORDS = 30_000
_PER_POST = 870  # words: 6 KB
_STARTS = 3  # without an index and with one; the median counts
_LOT = 1000  # posts of a blog that come together


class Case(NamedTuple):
    """So many posts; `on_blog`: each of them is published."""

    posts: int
    on_blog: bool

    def __str__(self) -> str:
        return f"{self.posts:,} {'published posts' if self.on_blog else 'posts'}"


def make_library(root: Path, posts: int) -> None:
    """So many posts in ten folders, of words that nobody knows, always the same. As in any language a few words make
    up most of a text: the n-th comes as often as 1 / (n + 2.7) says (Zipf and Mandelbrot)."""
    made = random.Random(1)
    words = [
        "".join(made.choice("etaoinshrdlucmfw") for _ in range(made.randint(2, 10))) for _ in range(_WORDS)
    ]
    often = list(accumulate(1 / (rank + 2.7) for rank in range(1, _WORDS + 1)))
    (root / ".postdesk").mkdir(parents=True)
    for year in range(10):
        (root / str(2010 + year)).mkdir()
    for number in range(posts):
        year = 2010 + number % 10
        front = (
            f"---\nid: {number:016x}\ntitle: {' '.join(made.choices(words, cum_weights=often, k=6))}\n"
            f"date: {year}-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00+01:00\n"
            f"tags: [a{number % 50}, b{number % 7}]\n---\n\n"
        )
        text = front + " ".join(made.choices(words, cum_weights=often, k=_PER_POST)) + "\n"
        (root / str(year) / f"{number}.md").write_text(text)


def publish_library(home: Path, posts: int) -> None:
    """What is known of these posts when they all are on one blog."""
    folders = under(home)
    blog = Account("0123456789ab", "local-site", "A blog", str(folders.documents / "Post Desk Site"))
    Accounts(folders).add(blog)
    root, archive = folders.documents / "Post Desk", Archive(folders.data)
    receipts = Receipts(root)
    (root / ".postdesk" / "receipts").mkdir(parents=True)
    there: list[RemotePost] = []
    for number in range(posts):
        year, slug = 2010 + number % 10, f"post-number-{number}"
        moment = datetime(year, number % 12 + 1, number % 28 + 1, 9, tzinfo=UTC)
        address = f"https://blog.example/{year}/{slug}/"
        file = (root / str(year) / f"{number}.md").read_bytes()
        revision, sent, base = (
            content_hash(f"{what} {number}".encode()) for what in ("revision", "sent", "base")
        )
        saved = receipts.as_save(
            Receipt(
                f"{number:016x}", blog.id, str(number), address, slug, Status.PUBLISHED, revision, sent, base, (),
                moment, moment, file_hash=content_hash(file),
            )
        )  # fmt: skip
        saved.path.write_bytes(saved.data)
        there.append(
            RemotePost(
                str(number), address, slug, Status.PUBLISHED, revision, slug.replace("-", " "), date=moment,
                modified=moment, tags=(f"a{number % 50}", f"b{number % 7}"),
            )
        )  # fmt: skip
    archive.refresh(blog, cast("Backend", _Pages(there)), Cancel())


class _Pages:
    """A blog that tells its posts, page by page, and nothing else."""

    def __init__(self, there: Sequence[RemotePost]) -> None:
        self._there = there

    def posts(self, cursor: str = "", _since: datetime | None = None) -> Page:
        """The page at `cursor`."""
        first = int(cursor or "0")
        more = str(first + _LOT) if first + _LOT < len(self._there) else ""
        return Page(tuple(self._there[first : first + _LOT]), more, len(self._there))


def main(argv: list[str] | None = None) -> int:
    """Run it; returns 0."""
    given = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="make bench-library", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, action="append", help="how many; may be given more than once")
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/performance.md alone")
    arguments = parser.parse_args(given)
    sizes = arguments.posts or [10_000, 100_000]
    cases = [Case(posts, on_blog) for on_blog in (False, True) for posts in sizes]
    compile_program()
    began, before = time.monotonic(), machine.busy()
    found = {case: _measure(case) for case in cases}
    head = heading("make bench-library", given, before, machine.busy(), time.monotonic() - began)
    text = "\n".join([head, "", *_table(found)])
    print(text)
    if not arguments.dry:
        page.write("library", text)
    return 0


def _measure(case: Case) -> dict[str, float]:
    posts = case.posts
    with tempfile.TemporaryDirectory(prefix="postdesk-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        print(f"a library of {case}", file=sys.stderr, flush=True)
        make_library(home / "documents" / "Post Desk", posts)
        if case.on_blog:
            publish_library(home, posts)
        found: dict[str, list[float]] = {}
        alone = [_fts5(home)]
        with virtual_screen() as screen:
            for run in (*("first",) * _STARTS, *("next",) * _STARTS, "plain"):
                if run == "first":
                    shutil.rmtree(under(home).cache, ignore_errors=True)
                print(f"  the {run} start", file=sys.stderr, flush=True)
                environment = {
                    **os.environ, "DISPLAY": screen.name, "POSTDESK_HOME": str(home), "QT_QPA_PLATFORM": "xcb",
                    "QTWEBENGINE_DISABLE_SANDBOX": "1",
                }  # fmt: skip
                done = subprocess.run(
                    [sys.executable, "-m", "tests.bench.inside", run, str(posts), str(time.time())],
                    env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
                )  # fmt: skip
                if done.returncode:
                    raise SystemExit(done.stderr)
                for name, value in json.loads(done.stdout.splitlines()[-1]).items():
                    found.setdefault(name, []).append(value)
                if run == "first":
                    alone.append(_fts5(home))
        found["FTS5 alone, s"] = alone
        beside = map(statistics.mean, pairwise(alone))
        found[FTS5] = [
            index / least for index, least in zip(found["first index, whole"], beside, strict=True)
        ]
        return {name: statistics.median(values) for name, values in found.items()}


def _fts5(home: Path) -> float:
    with tempfile.TemporaryDirectory(dir=home) as folder:
        return fts5.seconds(under(home).documents / "Post Desk", Path(folder) / "words.sqlite")


def _table(found: dict[Case, dict[str, float]]) -> list[str]:
    largest = max(case.posts for case in found)
    goals = [case for case in found if case.posts == largest]
    lines = [
        f"| Figure | {' | '.join(map(str, found))} | goal at 100,000 | {' | '.join(map(str, goals))} |",
        "|---|" + "--:|" * len(found) + "---|" + "---|" * len(goals),
    ]
    for name, (unit, goal) in GOALS.items():
        cells = " | ".join(_said(figures[name], unit) for figures in found.values())
        kept = " | ".join(_kept(found[case][name], goal) for case in goals)
        lines.append(f"| {name} | {cells} | <= {goal} {unit} | {kept} |")
    for name in next(iter(found.values())):
        if name not in GOALS:
            cells = " | ".join(f"{figures[name]:.0f}" for figures in found.values())
            lines.append(f"| {name} | {cells} | {' | ' * len(goals)}|")
    return lines


def _said(value: float, unit: str) -> str:
    digits = 2 if unit == "x" else 0 if value >= 10 else 1
    return f"{value:.{digits}f} {unit}"


def _kept(value: float, goal: float) -> str:
    return "reached" if value <= goal else f"missed ({value / goal:.2f}x)"


if __name__ == "__main__":
    sys.exit(main())
