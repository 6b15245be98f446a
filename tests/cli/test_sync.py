"""`postdesk sync` in a shell, and git running `postdesk merge-driver` when she merges in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.library.git.repository import make_repository, register
from postdesk.library.git.run import Git
from tests.cli.conftest import Terminal
from tests.library.git.machines import Machine, git, settle_git


@pytest.fixture
def machines(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Machine, Machine, Path]:
    """Her library, a clone of it, and the bare repository between them."""
    settle_git(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "server.git")
    here = Machine(terminal.library)
    here.write("Storm.md", "First block.\n\nSecond block.")
    here.put(".postdesk/.gitignore", b"trash/\n")
    make_repository(here.root, Cancel(), address=str(tmp_path / "server.git"))
    here.sync()
    git(tmp_path, "clone", "--quiet", "server.git", "laptop")
    return here, Machine(tmp_path / "laptop"), tmp_path / "server.git"


def test_sync_says_what_it_did(terminal: Terminal, machines: tuple[Machine, Machine, Path]) -> None:
    here, laptop, _bare = machines
    laptop.write("Train.md", "Written on the train.")
    laptop.sync()
    here.write("Desk.md", "Written at the desk.")
    answer = terminal("sync")
    assert (answer.code, answer.out) == (0, "Synced: 1 post sent, 1 came.\n")
    assert "Fetching…" in answer.err
    assert "Written on the train." in here.read("Train.md")
    laptop.write("Train.md", "Changed.")
    answer = terminal("sync", laptop.root, "--json")
    assert answer.values == {"remote": "origin", "sent": 1, "came": 1, "copies": [], "remarks": []}


def test_without_a_connection_it_waits(terminal: Terminal, machines: tuple[Machine, Machine, Path]) -> None:
    here, _laptop, bare = machines
    bare.rename(bare.with_name("away"))
    here.write("Desk.md", "Written at the desk.")
    answer = terminal("sync")
    assert answer.code == 3
    assert "not backed up yet" in answer.err
    assert "Could not read from remote repository" in answer.err


def test_a_folder_that_is_no_repository_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    answer = terminal("sync", folder)
    assert answer.code == 7
    assert "not a git repository" in answer.err
    assert not (folder / ".git").exists()
    assert terminal("sync", tmp_path / "nowhere").code == 7


def test_a_merge_in_a_terminal_keeps_both_and_leaves_no_marks(
    machines: tuple[Machine, Machine, Path],
) -> None:
    here, laptop, _bare = machines
    here.write("Storm.md", "First block of the desk.\n\nSecond block.")
    here.sync()
    register(Git(laptop.root))
    laptop.write("Storm.md", "First block of the train.\n\nSecond block.")
    git(laptop.root, "commit", "-qam", "mine")
    git(laptop.root, "pull", "-q", "--no-rebase", "--no-edit")
    assert "of the train" in laptop.read("Storm.md")
    assert "<<<" not in laptop.everything()
    copies = [n for n in laptop.names() if n.startswith("Storm (conflict ")]
    assert len(copies) == 1
    assert "of the desk" in laptop.read(copies[0])
    assert "id: id-storm\n" not in laptop.read(copies[0])
    assert laptop.sync().sent == 2


def test_the_driver_is_in_no_list(terminal: Terminal) -> None:
    answer = terminal("--help")
    assert "sync" in answer.out
    assert "merge-driver" not in answer.out
