"""Publishes again and again, killed (SIGKILL) one moment later each time: `python kill.py FOLDER PICTURES WHERE`.

WHERE is "journal" (before and after every write of the journal) or "call" (after every call that reached the blog).
Each try has a folder of its own, FOLDER/1, FOLDER/2, …; the one that reached the end is the last, and its number is
printed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.publishing.fake_blog import FakeBlog, Fault, Server
from tests.publishing.world import World, post_with


def publish_until(home: Path, pictures: int, where: str, moment: int) -> None:
    """One publication that ends by SIGKILL at the given moment, or comes to its end."""
    passed = 0

    def count(_what: str) -> None:
        nonlocal passed
        passed += 1
        if where == "journal" and passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    home.mkdir(parents=True)
    faults = [Fault(moment, "kill")] if where == "call" else []
    server = Server.load(home / "blog.json")
    world = World(home, server, make=lambda w: FakeBlog(w.server, faults), on_write=count)
    world.pictures(pictures)
    world.click(post_with(pictures))
    world.settle()


def main() -> None:
    folder, pictures, where = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for moment in range(1, 500):
        child = os.fork()
        if child == 0:
            publish_until(folder / str(moment), pictures, where, moment)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(moment if os.WEXITSTATUS(status) == 0 else -1)
            return


if __name__ == "__main__":
    main()
