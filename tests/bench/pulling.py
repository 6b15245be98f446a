"""Measures what bringing a blog's posts home costs: its time beside the server's own.

    make bench ARGS=--pull
    make bench ARGS=--home      ten thousand posts in the real window; some four minutes

A thousand posts of some 7 KB, in blocks and in classic text, are brought from a real WordPress into an empty library,
and then looked at again, all of them unchanged. Times are a ratio to the sum of the server's own answer times in that
run; the processor's time is that of all processes of the pull. Ten thousand are brought here by the window
(`homecoming.py`), which is typed into meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress as Backend
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.folders import under
from postdesk.library.library import Library
from postdesk.library.receipts import Receipts
from postdesk.publishing.journal import Journal
from postdesk.publishing.pull import Pulled, pull
from tests.bench import machine
from tests.bench.figures import Figure
from tests.bench.screen import virtual_screen
from tests.markup.lossless.corpus import block_posts, classic_posts
from tests.servers.faults import FaultProxy
from tests.servers.running import Servers
from tests.servers.wordpress import WordPress

POSTS = 1000
MANY = 10_000
GOAL = 1.2  # times the server's own answer time

_MAKE = """
wp_defer_term_counting(true);
foreach (json_decode(file_get_contents('%s')) as [$title, $content, $date])
    wp_insert_post(wp_slash(['post_title' => $title, 'post_content' => $content, 'post_date' => $date,
        'post_status' => 'publish', 'post_author' => 1, 'tags_input' => ['rail', 'road']]));
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one pull took: seconds, those of the server within them, and the processor's in all processes of ours."""

    seconds: float
    server: float
    processor: float


def fill(blog: WordPress, count: int = POSTS) -> int:
    """Put so many posts on the blog; returns how many characters they have on average."""
    half = min(50, count)
    written = [
        post.content for pair in zip(block_posts(half), classic_posts(half), strict=True) for post in pair
    ]
    posts = [
        (
            f"Post {n}; “old”",
            written[n % len(written)],
            f"20{10 + n % 15}-{1 + n % 12:02}-{1 + n % 28:02} 10:00:00",
        )
        for n in range(count)
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(posts, file)
        file.flush()
        blog.php(_MAKE % file.name)
    return sum(len(content) for _title, content, _date in posts) // count


def measure(blog: WordPress, times: int) -> dict[str, list[Cost]]:
    """All posts into an empty library, and again, so many times."""
    found: dict[str, list[Cost]] = {"all posts, to an empty library": [], "again, nothing changed": []}
    for _time in range(times):
        with tempfile.TemporaryDirectory() as folder:
            for name, costs in found.items():
                cost, _done = one_pull(blog, Path(folder), everything=name.startswith("again"))
                costs.append(cost)
    return found


def one_pull(blog: WordPress, folder: Path, *, everything: bool) -> tuple[Cost, Pulled]:
    """One pull into the library in a folder."""
    root = folder / "library"
    root.mkdir(exist_ok=True)
    folders = under(folder / "home")
    library, receipts = Library(root, folders), Receipts(root)
    library.open()
    journal = Journal(folders.state / "outbox.db", time.time)
    proxy = FaultProxy(blog.base_url)
    account = Account("a1", "wordpress", "Her blog", proxy.base_url, blog.user)
    try:
        with make_client() as http:
            backend = Backend(account, blog.app_password, http)
            before, began = _processor(), time.perf_counter()
            done = pull(account, backend, library, receipts, journal, Cancel(), everything=everything)
            seconds = time.perf_counter() - began
            return Cost(seconds, sum(r.seconds for r in proxy.requests), _processor() - before), done
    finally:
        proxy.close()
        journal.close()
        library.close()


def report(found: dict[str, list[Cost]], posts: int, characters: int) -> str:
    """The figures as a table."""
    lines = [
        f"| {posts:,} posts of {characters / 1000:.1f} KB | time | the server's own | ratio | goal | |"
        " processor, ms a post |",
        "|---|--:|--:|--:|---|---|--:|",
    ]
    for name, costs in found.items():
        seconds, server, ratio, processor = (
            Figure(tuple(values)).median
            for values in (
                [c.seconds for c in costs], [c.server for c in costs], [c.seconds / c.server for c in costs],
                [c.processor / posts * 1000 for c in costs],
            )
        )  # fmt: skip
        kept = "reached" if ratio <= GOAL else f"missed ({ratio / GOAL:.1f}x)"
        lines.append(
            f"| {name} | {seconds:.1f} s | {server:.1f} s | {ratio:.2f} | <= {GOAL} | {kept} | {processor:.1f} |"
        )
    return "\n".join(lines)


def taken(times: int) -> str:
    """The part of the page, measured now."""
    before = machine.busy()
    servers = Servers()
    try:
        blog = servers.wordpress("newest")
        characters = fill(blog)
        found = measure(blog, times)
        about = f"{machine.today()}, WordPress {blog.version}; {machine.description()}"
        head = f"{about}; {machine.load(before, machine.busy())}."
    finally:
        servers.end()
    return f"{head}\n\n{report(found, POSTS, characters)}"


def taken_in_window(posts: int = MANY) -> str:
    """What the window takes to bring so many posts home, and whether it waits meanwhile."""
    before = machine.busy()
    servers = Servers()
    try:
        blog = servers.wordpress("newest")
        characters = fill(blog, posts)
        proxy = FaultProxy(blog.base_url)
        try:
            found = _in_window(proxy.base_url, blog, posts)
        finally:
            proxy.close()
        # The window lists the blog's posts meanwhile, as it does of every blog that is new.
        server = sum(request.seconds for request in proxy.requests if "content.raw" in request.path)
        about = f"{machine.today()}, WordPress {blog.version}; {machine.description()}"
        head = f"{about}; {machine.load(before, machine.busy())}."
    finally:
        servers.end()
    ratio = found["seconds"] / server
    kept = "reached" if ratio <= GOAL else f"missed ({ratio / GOAL:.1f}x)"
    lines = [
        f"| {posts:,} posts of {characters / 1000:.1f} KB, in the window | |",
        "|---|--:|",
        f"| time | {found['seconds']:.0f} s |",
        f"| the server's own | {server:.0f} s |",
        f"| ratio (goal: at most {GOAL}) | {ratio:.2f}, {kept} |",
        f"| all of them in the list | {found['listed']:.0f} s |",
        f"| longest block of the drawing thread | {found['longest']:.0f} ms |",
        f"| blocks of more than 50 ms | {found['long']:.0f} |",
        f"| memory of the window's process with the engine | {found['memory']:.0f} MB |",
    ]
    return f"{head}\n\n" + "\n".join(lines)


def _in_window(address: str, blog: WordPress, posts: int) -> dict[str, float]:
    with virtual_screen() as screen, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        environment = {
            **os.environ, "DISPLAY": screen.name, "POSTDESK_HOME": home, "QT_QPA_PLATFORM": "xcb",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.homecoming", address, blog.user, blog.app_password, str(posts)],
            env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(done.stderr)
        values: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return values


def _processor() -> float:
    """Seconds of the processor, of this process (with the proxy in it) and of those that it started and that ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
