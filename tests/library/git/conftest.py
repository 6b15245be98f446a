"""Machines, the bare repository between them, and a git that knows nothing of whoever runs the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.library.git.repository import make_repository
from tests.library.git.machines import Machine, git, settle_git


@pytest.fixture(autouse=True)
def own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git's settings are the test's own: a name, and nothing else."""
    settle_git(tmp_path, monkeypatch)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An empty bare repository."""
    folder = tmp_path / "server.git"
    folder.mkdir()
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main")
    return folder


@pytest.fixture
def desktop(tmp_path: Path, bare: Path) -> Machine:
    """A library with two posts and a picture, made a repository and synced."""
    machine = Machine(tmp_path / "desktop" / "Post Desk")
    machine.write("Storm.md", "First block.\n\nSecond block.\n\nThird block.")
    machine.write("2025/Archive.md", "An old post.")
    machine.put("storm.jpg", b"\xff\xd8\0picture")
    machine.put(".postdesk/.gitignore", b"trash/\n")
    make_repository(machine.root, Cancel(), address=str(bare))
    machine.sync()
    return machine


@pytest.fixture
def clone(tmp_path: Path, bare: Path) -> Callable[[str], Machine]:
    """`clone("laptop")` is another machine with a clone of what the server has."""

    def make(name: str) -> Machine:
        root = tmp_path / name / "Post Desk"
        root.parent.mkdir()
        git(root.parent, "clone", "--quiet", str(bare), root.name)
        return Machine(root)

    return make


@pytest.fixture
def laptop(desktop: Machine, clone: Callable[[str], Machine]) -> Machine:
    """The other machine."""
    return clone("laptop")
