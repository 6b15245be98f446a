"""Every character typed more than a second before a crash is there at the next start."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from postdesk.core.errors import FileChanged
from postdesk.core.folders import under
from postdesk.core.post import Post, Visibility
from postdesk.library.library import Library
from postdesk.library.recovery import Recovery
from tests.conftest import ExpectLog

POST = Post("abc", "A ‘title’", "Text\n" * 50, tags=("a",), visibility=Visibility.PENDING)

TYPIST = """
import sys, time
from pathlib import Path
from postdesk.core.post import Post
from postdesk.library.recovery import Recovery
recovery = Recovery(Path(sys.argv[1]))
body, put = "", 0.0
start = time.monotonic()
print("ready", flush=True)
while True:
    body += "x"
    now = time.monotonic()
    print(f"{len(body)} {now - start:.4f}", flush=True)
    if now - put > 0.5:
        post = Post("abc", "Title", body)
        recovery.put("post.md", post, path=Path("/library/post.md"), base_hash="h", cursor=len(body))
        put = time.monotonic()
    time.sleep(0.02)
"""


def test_a_copy_holds_the_whole_post(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path)
    assert recovery.all() == ()
    recovery.put("one", POST, path=tmp_path / "a.md", base_hash="h", cursor=7)
    recovery.put(
        "one", replace(POST, body="half a pair \ud83d"), path=tmp_path / "a.md", base_hash="h", cursor=8
    )
    recovery.put("new", POST)
    entries = {entry.key: entry for entry in Recovery(tmp_path).all()}
    assert entries["one"].post == replace(POST, body="half a pair \ud83d")
    assert (entries["one"].path, entries["one"].base_hash, entries["one"].cursor) == (
        tmp_path / "a.md",
        "h",
        8,
    )
    assert entries["new"].path is None
    recovery.drop("one")
    recovery.drop("one")
    assert [entry.key for entry in recovery.all()] == ["new"]


def test_a_damaged_copy_is_set_aside_and_costs_no_other(tmp_path: Path, expect_log: ExpectLog) -> None:
    expect_log("Set aside a broken")
    recovery = Recovery(tmp_path)
    recovery.put("one", POST)
    recovery.put("two", POST)
    recovery.put("three", POST)
    first, second, _third = sorted((tmp_path / "recovery").iterdir())
    first.write_bytes(b"\0\0")
    second.write_bytes(b'{"key": "x", "post": {}}')
    assert len(recovery.all()) == 1
    assert len(list((tmp_path / "recovery").glob("*.broken"))) == 2


def test_the_start_offers_what_the_disk_does_not_have(tmp_path: Path) -> None:
    folders = under(tmp_path)
    library = Library(folders.documents / "Posts", folders)
    library.open()
    recovery = Recovery(folders.state)
    saved, typed, changed, deleted = (
        library.new(name, body="old\n") for name in ("saved", "typed", "changed", "deleted")
    )
    for document in (saved, typed, changed, deleted):
        post = document.post if document is saved else replace(document.post, body="typed\n")
        recovery.put(str(document.path), post, path=document.path, base_hash=document.hash)
    recovery.put("elsewhere", POST, path=tmp_path / "elsewhere.md")
    recovery.put("new", POST)
    library.save(changed, replace(changed.post, body="by another program\n"))
    deleted.path.unlink()
    pending = {p.entry.key: p for p in recovery.pending(library.read, library.root)}
    assert set(pending) == {str(typed.path), str(changed.path), str(deleted.path), "new"}
    assert pending[str(typed.path)].clean
    assert pending["new"].clean
    assert not pending[str(changed.path)].clean
    assert not pending[str(deleted.path)].clean
    assert pending[str(deleted.path)].document is None
    assert len(recovery.all()) == 5
    copy = pending[str(changed.path)]
    with pytest.raises(FileChanged):
        library.save(changed, copy.entry.post)
    assert copy.document is not None
    assert library.keep_both(copy.document, copy.entry.post).post.body == "typed\n"
    library.close()


def test_the_session_is_remembered(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path)
    assert recovery.load_session() == {}
    recovery.save_session({"post": "abc", "cursor": 12})
    assert Recovery(tmp_path).load_session() == {"post": "abc", "cursor": 12}


def test_a_kill_at_any_moment_costs_at_most_a_second(tmp_path: Path) -> None:
    """50 kills at random moments of a typist who is never idle; eight type at a time."""
    chance = random.Random(20)
    for _round in range(7):
        children = []
        for number in range(8):
            folder = tmp_path / f"{_round}-{number}"
            child = subprocess.Popen(
                [sys.executable, "-c", TYPIST, str(folder)], stdout=subprocess.PIPE, text=True
            )
            children.append((child, folder, chance.uniform(1.1, 2.5)))
        for child, _folder, _lifetime in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        started = time.monotonic()
        for child, _folder, lifetime in sorted(children, key=lambda c: c[2]):
            try:
                child.wait(max(0.0, started + lifetime - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
        for child, folder, _lifetime in children:
            output, _nothing = child.communicate()
            assert child.returncode == -signal.SIGKILL
            strokes = [
                line.split()
                for line in output.splitlines()
                if line.count(".") == 1 and len(line.split()) == 2
            ]
            last = float(strokes[-1][1])
            certain = [int(count) for count, moment in strokes if float(moment) < last - 1.0]
            (entry,) = Recovery(folder).all()
            assert entry.post.body == "x" * len(entry.post.body)
            assert len(entry.post.body) >= max(certain, default=0)
            assert entry.cursor == len(entry.post.body)
            assert not list((folder / "recovery").glob("*.broken"))
