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
from contextlib import closing
from pathlib import Path

from tests.bench import machine, page
from tests.publishing.edits.blog import OtherClient
from tests.publishing.edits.run import Verdict, corpus, desk_on, run, table
from tests.servers.running import Servers

PAGE = page.PAGE.with_name("publishing.md")
BLOGS = (("6.1", "mariadb"), ("6.1", "sqlite"), ("newest", "mariadb"), ("newest", "sqlite"))
_NAMES = {"mariadb": "MariaDB", "sqlite": "SQLite"}
_EDITS = 2000
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
    servers = Servers()
    try:
        for place, (version, database) in enumerate(BLOGS):
            count = arguments.count // len(BLOGS)
            seed = arguments.seed * len(BLOGS) + place
            blog = servers.wordpress(version, database=database)
            chosen = corpus(max(1, count // _A_POST), seed)
            posts += len(chosen)
            name = f"{blog.version}, {_NAMES[database]}"
            with (
                tempfile.TemporaryDirectory(prefix="postdesk-edits-") as folder,
                closing(OtherClient(blog)) as other,
                desk_on(blog, Path(folder)) as desk,
            ):
                found = run(desk, other, chosen, count, seed, _Teller(name, count))
                done = desk.pull(everything=True)
                assert (done.made, done.updated, done.both, done.problems) == ([], [], [], [])
            verdicts += [(name, verdict) for verdict in found]
    finally:
        servers.end()
    broken = sum(bool(verdict.problems) for _name, verdict in verdicts)
    minutes = (time.monotonic() - began) / 60
    head = (
        f"`make edits` on {machine.today()}: {len(verdicts)} edits of {posts} posts in {minutes:.0f} minutes, a byte"
        f" outside of the edit changed in {broken}."
    )
    print(f"{head}\n\n{table(verdicts)}")
    if not arguments.dry:
        page.write("edits", f"{head}\n\n{table(verdicts)}", PAGE)
    return 1 if broken else 0


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
