"""2,000 random edits through real WordPress and back, a quarter of them each on 6.1 and the newest, on MariaDB and
SQLite; writes the table of docs/publishing.md.

    make edits                     half an hour on two quiet processors
    make edits ARGS="200 --dry"    fewer, and docs/publishing.md stays as it is
    make edits ARGS="--seed 7"     others

Needs what `make test` needs. Prints each edit that breaks the law, and ends with 1 when there is one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.bench import machine, page
from tests.markup.lossless.corpus import Remote
from tests.publishing.edits.blog import OtherClient
from tests.publishing.edits.run import Verdict, corpus, desk_on, run, table
from tests.servers.running import Servers
from tests.servers.wordpress import WordPress

PAGE = page.PAGE.with_name("publishing.md")
BLOGS = (("6.1", "mariadb"), ("6.1", "sqlite"), ("newest", "mariadb"), ("newest", "sqlite"))
_NAMES = {"mariadb": "MariaDB", "sqlite": "SQLite"}
_EDITS = 2000
_ROUND = 200  # edits, a quarter of them on each blog, until the table is written
_SEEDS = 1000  # a run takes fewer
_A_POST = 3  # edits, or one or two more


def main(argv: list[str] | None = None) -> int:
    """0 when the law held for every edit."""
    parser = argparse.ArgumentParser(
        prog="make edits", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=int, default=_EDITS, help="of edits, on all blogs together")
    parser.add_argument("--seed", type=int, default=0, help="which edits, and which posts")
    parser.add_argument("--dry", action="store_true", help="leave docs/publishing.md alone")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    began = time.monotonic()
    verdicts: list[tuple[str, Verdict]] = []
    posts = 0
    rounds = max(1, arguments.count // _ROUND)
    shown = ""
    servers = Servers()
    try:
        for place in range(rounds * len(BLOGS)):
            version, database = BLOGS[place % len(BLOGS)]
            blog = servers.wordpress(version, database=database)
            count = arguments.count // rounds // len(BLOGS)
            seed = arguments.seed * _SEEDS + place
            chosen = corpus(max(1, count // _A_POST), seed)
            posts += len(chosen)
            name = f"{blog.version}, {_NAMES[database]}"
            verdicts += [(name, verdict) for verdict in _on(blog, chosen, count, seed, _Teller(name, count))]
            minutes = (time.monotonic() - began) / 60
            shown = f"{_head(verdicts, posts, minutes)}\n\n{table(verdicts)}"
            if not arguments.dry and (place + 1) % len(BLOGS) == 0:
                page.write("edits", shown, PAGE)  # a run that is stopped leaves what it knows
    finally:
        servers.end()
    print(shown)
    return 1 if any(verdict.problems for _name, verdict in verdicts) else 0


def _on(
    blog: WordPress, posts: list[tuple[str, Remote]], count: int, seed: int, tell: Callable[[Verdict], None]
) -> list[Verdict]:
    blog.reset_posts()
    with (
        tempfile.TemporaryDirectory(prefix="postdesk-edits-") as folder,
        closing(OtherClient(blog)) as other,
        desk_on(blog, Path(folder)) as desk,
    ):
        found = run(desk, other, posts, count, seed, tell)
        done = desk.pull(everything=True)
        assert (done.made, done.updated, done.both, done.problems) == ([], [], [], [])
    return found


def _head(verdicts: list[tuple[str, Verdict]], posts: int, minutes: float) -> str:
    broken = sum(bool(verdict.problems) for _name, verdict in verdicts)
    return (
        f"`make edits` on {machine.today()}: {len(verdicts)} edits of {posts} posts in {minutes:.0f} minutes, a byte"
        f" outside of the edit changed in {broken}."
    )


class _Teller:
    """Says how far it is, and what broke the law."""

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._done = 0

    def __call__(self, verdict: Verdict) -> None:
        self._done += 1
        if verdict.problems:
            print(
                f"{self._name}: {verdict.name}: {verdict.edit.kind}: {'; '.join(verdict.problems)}",
                flush=True,
            )
        if self._done % 100 == 0:
            print(f"{self._name}: {self._done} of {self._count}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
