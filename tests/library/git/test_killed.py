"""A sync is killed at any moment, with every git that it started, and the next one goes on: no word is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.library.git.machines import Machine, environment, git

KILLS = 50

SYNC = """
import sys
import threading
from pathlib import Path
from postdesk.core.cancel import Cancel
from postdesk.library.git.sync import sync
from postdesk.publishing.merging import merge_file
print("begun", flush=True)
sync(Path(sys.argv[1]), merge_file, Cancel(), patience=2.0)
"""


def start(machine: Machine) -> subprocess.Popen[bytes]:
    """A sync in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SYNC, str(machine.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def below(pid: int) -> list[int]:
    """A process and all that it started, each git in its own session."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, check=True).stdout.decode()
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [pid]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found


def kill(process: subprocess.Popen[bytes], alone: bool) -> None:
    """As a power cut would, or (`alone`) so that git outlives whoever started it."""
    for pid in [process.pid] if alone else below(process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate()


def test_a_sync_killed_fifty_times_loses_nothing(
    desktop: Machine, laptop: Machine, clone: Callable[[str], Machine]
) -> None:
    chance = random.Random(5)
    words: set[str] = set()

    def say(machine: Machine, name: str, body: str, word: str) -> None:
        there = machine.root / name
        if there.exists():  # what stood there she replaces herself
            words.difference_update(there.read_text().splitlines())
        words.add(word)
        machine.write(name, f"{body}\n\n{word}")

    took = 1.0
    killed = 0
    for number in range(KILLS):
        # The other machine writes, renames and deletes; this one writes into the same posts.
        say(desktop, f"Desk {number}.md", "New at the desk.", f"desk-new-{number}")
        say(desktop, "Storm.md", f"First block {number}.\n\nSecond block.", f"desk-storm-{number}")
        desktop.put("storm.jpg", b"\xff\xd8\0picture %d" % number)
        if number % 5 == 4:
            (desktop.root / f"Desk {number - 1}.md").rename(desktop.root / f"Renamed {number}.md")
        if number % 3 == 0:
            desktop.sync()
        say(laptop, f"Train {number}.md", "New on the train.", f"train-new-{number}")
        say(laptop, "2025/Archive.md", f"Old {number}.", f"train-archive-{number}")
        if number % 4 == 1:
            say(laptop, "Storm.md", "First block.\n\nSecond block.", f"train-storm-{number}")
        if number % 5 == 3 and (laptop.root / f"Desk {number - 3}.md").exists():
            say(laptop, f"Desk {number - 3}.md", "Edited on the train.", f"train-edit-{number}")
        process = start(laptop)
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.monotonic()
        try:
            process.wait(chance.uniform(0, took))
            took = 0.5 * took + 0.5 * (time.monotonic() - begun)
            process.communicate()
        except subprocess.TimeoutExpired:
            killed += 1
            kill(process, alone=number % 7 == 6)
    for _turn in range(2):
        laptop.sync()
        desktop.sync()
    laptop.sync()
    assert killed >= KILLS // 2
    assert desktop.state.is_backed_up
    assert laptop.state.is_backed_up
    assert desktop.names() == laptop.names()
    assert all((desktop.root / n).read_bytes() == (laptop.root / n).read_bytes() for n in desktop.names())
    third = clone("third")
    assert {n for n in third.names() if not n.startswith(".")} == {
        n for n in laptop.names() if not n.startswith(".")
    }
    lines = set(third.everything().splitlines())
    assert sorted(words - lines) == []
    assert len(words) > 2 * KILLS
    assert "<<<<<<<" not in third.everything()
    assert git(third.root, "fsck", "--no-dangling") == ""


def test_a_lock_that_a_killed_push_left_in_the_other_repository_stops_no_sync(
    desktop: Machine, laptop: Machine, bare: Path
) -> None:
    desktop.sync()
    lock = bare / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")
    desktop.write("After.md", "Written after the power cut.")
    desktop.sync(patience=0.3)
    assert not lock.exists()
    laptop.sync()
    assert "Written after the power cut." in laptop.read("After.md")


def test_a_lock_that_another_push_still_holds_is_waited_for(
    desktop: Machine, laptop: Machine, bare: Path
) -> None:
    desktop.sync()
    lock = bare / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")
    holding = threading.Timer(0.5, lock.unlink)
    holding.start()
    desktop.write("After.md", "Written while another machine sent.")
    desktop.sync(patience=60.0)
    holding.join()
    laptop.sync()
    assert "Written while another machine sent." in laptop.read("After.md")
