"""An import of 5,000 posts, killed ten times and finished: each post is there once, and whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from postdesk.library.document import load_document

COUNT = 5_000


def start(home: Path, source: Path) -> subprocess.Popen[bytes]:
    command: Sequence[str] = [
        sys.executable,
        "-m",
        "postdesk",
        "--home",
        str(home),
        "import",
        str(source),
        "--into",
        "Old",
    ]
    return subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def count(folder: Path) -> int:
    return sum(1 for _path in folder.rglob("*.md"))


def test_an_import_killed_ten_times_ends_without_doubles(tmp_path: Path) -> None:
    source, home = tmp_path / "site", tmp_path / "home"
    for number in range(COUNT):
        folder = source / f"{2010 + number % 15}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"post-{number}.md").write_text(
            f"---\ntitle: Post {number}\n---\n\nWords of {number}.\n", "utf-8"
        )
    target = home / "documents" / "Post Desk" / "Old"
    chance = random.Random(5)
    for kill in range(10):
        before = count(target)
        process = start(home, source)
        # Somewhere in the next three hundred files.
        wanted = before + chance.randrange(1, 300)
        while process.poll() is None and count(target) < wanted:
            pass
        process.kill()
        process.communicate()
        assert process.returncode == -9, f"it ended by itself before kill {kill}"
    process = start(home, source)
    _out, said = process.communicate()
    assert process.returncode == 0, said.decode()
    documents = [load_document(path) for path in target.rglob("*.md")]
    assert len(documents) == COUNT
    assert all(not document.problem for document in documents)
    assert Counter(document.post.body for document in documents) == Counter(
        f"Words of {number}.\n" for number in range(COUNT)
    )
    assert len({document.post.id for document in documents}) == COUNT
