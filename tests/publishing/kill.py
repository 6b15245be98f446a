"""Publishes again and again, killed (SIGKILL) one moment later each time.

    python -m tests.publishing.kill FOLDER PICTURES WHERE INTENT [ADDRESS PASSWORD]

WHERE is "journal" (before and after every write of the journal) or "call" (after every call that reached the blog).
INTENT is one of `Intent`; all but the first publication find on the blog what was published before without a kill. The
blog is one in a file, or with ADDRESS and PASSWORD (an application password of "admin") a WordPress. Each try has a
folder of its own, FOLDER/1, FOLDER/2, …; the one that reached the end is the last, and its number is printed.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.core.post import Post
from postdesk.publishing.plan import Intent
from tests.publishing.fake_blog import FakeBlog, Fault, Server
from tests.publishing.world import World, post_with

DATE = datetime(2037, 1, 1, 12, tzinfo=UTC)
_NEW = (Intent.PUBLISH, Intent.SCHEDULE)


def publish_until(
    home: Path, pictures: int, where: str, intent: Intent, moment: int, blog: list[str]
) -> None:
    """One publication that ends by SIGKILL at the given moment, or comes to its end."""
    passed = -1  # what came before is not counted

    def count(_what: str) -> None:
        nonlocal passed
        passed += passed >= 0
        if where == "journal" and passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    home.mkdir(parents=True)
    world = world_at(home, blog, count)
    world.pictures(pictures)
    if intent not in _NEW:
        world.outbox.submit(world.plan(post_at(home, pictures), account=world.accounts["a1"]))
        world.run()
    if intent is Intent.RESTORE:
        _clicks(world, home, pictures, Intent.UPDATE)
        world.run()
    if where == "call":
        world.backend = FakeBlog(world.server, [Fault(world.server.calls + moment, "kill")])
    passed = 0
    _clicks(world, home, pictures, intent)
    (home / "clicked").touch()
    world.settle()


def world_at(home: Path, blog: list[str], on_write: Callable[[str], None] = lambda _what: None) -> World:
    """The writer's world in that folder; `blog` is [] for one in a file, or address and password."""
    if not blog:
        return World(
            home, Server.load(home / "blog.json"), make=lambda w: FakeBlog(w.server), on_write=on_write
        )
    account = Account("a1", "wordpress", "Her blog", blog[0], "admin")
    client = make_client()
    return World(
        home, Server(), make=lambda _w: WordPress(account, blog[1], client), on_write=on_write,
        accounts={"a1": account},
    )  # fmt: skip


def post_at(home: Path, pictures: int, intent: Intent = Intent.PUBLISH) -> Post:
    """The post of that folder, as she means it with that intent: each folder has one of its own."""
    post = replace(post_with(pictures), id=hashlib.sha256(str(home).encode()).hexdigest()[:16])
    if intent is Intent.SCHEDULE:
        return replace(post, date=DATE)
    return replace(post, body=f"{post.body} Update #1.") if intent is Intent.UPDATE else post


def _clicks(world: World, home: Path, pictures: int, intent: Intent) -> None:
    if intent is Intent.RESTORE:
        world.click_undo(world.outbox.jobs(unfinished=False)[-1].id)
    else:
        world.outbox.submit(world.plan(post_at(home, pictures, intent), intent, account=world.accounts["a1"]))


def clicks_again(world: World, home: Path, pictures: int, intent: Intent) -> None:
    """What she does after a crash: nothing when the outbox still knows, or is done; else the same click once more."""
    if not world.journal.jobs(unfinished=True) and not (home / "clicked").exists():
        _clicks(world, home, pictures, intent)


def main() -> None:
    folder, pictures, where, intent, *blog = sys.argv[1:]
    for moment in range(1, 500):
        child = os.fork()
        if child == 0:
            publish_until(Path(folder) / str(moment), int(pictures), where, Intent(intent), moment, blog)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(moment if os.WEXITSTATUS(status) == 0 else -1)
            return


if __name__ == "__main__":
    main()
