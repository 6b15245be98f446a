"""Measures what a publication costs: its requests beside the fewest it can do with, its time beside the server's own.

    make bench ARGS=--publishing

A post of 42 KB with 5 pictures and a new tag goes to a real WordPress, and then an update of it. The fewest are what
the protocol of docs/publishing.md cannot do without: one look beside whatever is made (the draft, each picture, the
tag), the making itself (a picture takes two requests: the file, and its description), setting everything, and reading
it again. Counts are exact on any machine; times are a ratio to the sum of the server's own answer times in that run.
"""

from __future__ import annotations

import io
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress as Backend
from postdesk.core.account import Account
from postdesk.core.post import Post
from postdesk.publishing.outbox import ResultKind
from postdesk.publishing.plan import Intent
from tests.bench import machine
from tests.bench.figures import Figure
from tests.bench.post import SMALL, long_post
from tests.publishing.fake_blog import Server
from tests.publishing.matrix.steps import names_of
from tests.publishing.world import World
from tests.servers.faults import FaultProxy
from tests.servers.running import Servers
from tests.servers.wordpress import WordPress

PICTURES = 5
GOAL = 2  # requests more than the fewest

FEWEST = {
    "new post": Counter(
        {
            "make the draft": 1, "look for the post again": 1, "look for the picture": PICTURES, "upload": PICTURES,
            "describe the picture": PICTURES, "look for the tag": 1, "make the tag": 1, "set it": 1,
            "read the post again": 1,
        }
    ),
    "update": Counter({"read the post": 1, "set it": 1, "read the post again": 1}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What one publication took: its requests by name, seconds, and the seconds of the server within them."""

    requests: Counter[str]
    seconds: float
    server: float


def measure(blog: WordPress, times: int) -> dict[str, list[Cost]]:
    """A new post and its update, so many times."""
    found: dict[str, list[Cost]] = {name: [] for name in FEWEST}
    with _through_proxy(blog) as (proxy, account, connect):
        for number in range(times):
            with tempfile.TemporaryDirectory() as folder:
                world = World(
                    Path(folder), Server(), make=lambda _w: connect(), accounts={account.id: account}
                )
                world.clock.now = time.time()
                post = _post(world, number)
                found["new post"].append(_cost(world, proxy, post, Intent.PUBLISH))
                world.backend = connect()
                changed = replace(post, body=f"{post.body}\nUpdate #1.\n")
                found["update"].append(_cost(world, proxy, changed, Intent.UPDATE))
                world.stop()
    return found


def report(found: dict[str, list[Cost]]) -> str:
    """The figures as a table, and what the requests beyond the fewest are."""
    lines = [
        "| 42 KB, 5 pictures | requests | fewest | more | goal | | time : the server's own |",
        "|---|--:|--:|--:|---|---|--:|",
    ]
    beyond = []
    for name, costs in found.items():
        count, fewest = max(c.requests.total() for c in costs), FEWEST[name].total()
        more = count - fewest
        ratio = Figure(tuple(c.seconds / c.server for c in costs)).median
        kept = "reached" if more <= GOAL else "missed"
        lines.append(f"| {name} | {count} | {fewest} | {more} | <= {GOAL} | {kept} | {ratio:.2f} |")
        extra = costs[0].requests - FEWEST[name]
        words = ", ".join(f"{step} ({times})" if times > 1 else step for step, times in extra.items())
        beyond.append(f"- {name}, beyond the fewest: {words or 'nothing'}.")
    return "\n".join([*lines, "", *beyond])


def _cost(world: World, proxy: FaultProxy, post: Post, intent: Intent) -> Cost:
    proxy.forget()
    began = time.perf_counter()
    result = world.publish(post, intent)
    seconds = time.perf_counter() - began
    assert result.kind is ResultKind.DONE, result.sentence
    requests = proxy.requests
    return Cost(Counter(names_of(requests)), seconds, sum(r.seconds for r in requests))


@contextmanager
def _through_proxy(blog: WordPress) -> Iterator[tuple[FaultProxy, Account, _Connect]]:
    proxy = FaultProxy(blog.base_url)
    account = Account("a1", "wordpress", "Her blog", proxy.base_url, blog.user)
    try:
        with make_client() as http:
            yield proxy, account, _Connect(account, blog.app_password, http)
    finally:
        proxy.close()


class _Connect:
    """Opens a connection, as the program does for each run."""

    def __init__(self, account: Account, password: str, http: object) -> None:
        self._arguments = (account, password, http)

    def __call__(self) -> Backend:
        return Backend(*self._arguments)  # type: ignore[arg-type]


def _post(world: World, number: int) -> Post:
    """A long post with pictures of its own."""
    folder = world.home / "library"
    folder.mkdir(parents=True)
    made = random.Random(number)
    shown = []
    for picture in range(PICTURES):
        small = Image.frombytes("RGB", (80, 60), made.randbytes(80 * 60 * 3))
        out = io.BytesIO()
        small.resize((1600, 1200)).save(out, "JPEG", quality=85)
        (folder / f"p{picture}.jpg").write_bytes(out.getvalue())
        shown.append(f'![Boat {picture}](p{picture}.jpg "At noon")')
    body = long_post(SMALL) + "\n" + "\n\n".join(shown) + "\n"
    return Post(f"{time.time_ns():016x}"[-16:], f"Ferry strike, day {number}", body, tags=(f"Day {number}",))


def taken(times: int) -> str:
    """The part of the page, measured now."""
    before = machine.busy()
    servers = Servers()
    try:
        blog = servers.wordpress("newest")
        found = measure(blog, times)
        about = f"{machine.today()}, WordPress {blog.version}; {machine.description()}"
        head = f"{about}; {machine.load(before, machine.busy())}."
    finally:
        servers.end()
    return f"{head}\n\n{report(found)}"
