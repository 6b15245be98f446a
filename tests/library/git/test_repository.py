"""A library becomes a repository by one click, and git on each machine learns how posts are merged."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.library.git.repository import driver_command, make_repository, register
from postdesk.library.git.run import Git
from postdesk.library.git.state import Kind, spoken, state
from tests.library.git.machines import Machine, git


@pytest.fixture
def library(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "Post Desk")
    machine.write("Storm.md", "Text.")
    machine.put(".postdesk/receipts/id-storm.blog1.json", b"{}")
    machine.put(".postdesk/trash/x/Old.md", b"thrown away")
    machine.put(".pd-0123456789abcdef01234567.tmp", b"half a save")
    machine.put(".gitignore", b"drafts-of-mine/\n*~")
    return machine


def test_everything_of_the_writer_is_in_the_first_commit_and_litter_is_not(library: Machine) -> None:
    make_repository(library.root, Cancel())
    names = set(git(library.root, "ls-files").split("\n"))
    assert {"Storm.md", ".gitattributes", ".gitignore", ".postdesk/receipts/id-storm.blog1.json"} <= names
    assert not any("trash" in n or n.startswith(".pd-") for n in names)
    assert git(library.root, "branch", "--show-current") == "main\n"
    assert git(library.root, "status", "--porcelain") == ""
    assert library.read(".gitignore").startswith("drafts-of-mine/\n*~\n")
    assert library.read(".gitignore").count("*~\n") == 1


def test_made_twice_is_made_once(library: Machine) -> None:
    make_repository(library.root, Cancel())
    before = git(library.root, "rev-parse", "HEAD"), library.read(".gitattributes")
    make_repository(library.root, Cancel(), address="/somewhere/else.git")
    make_repository(library.root, Cancel(), address="/somewhere.git")
    assert (git(library.root, "rev-parse", "HEAD"), library.read(".gitattributes")) == before
    assert git(library.root, "remote", "get-url", "origin") == "/somewhere.git\n"


def test_what_was_killed_before_the_first_commit_is_finished(library: Machine) -> None:
    git(library.root, "init", "-q")
    make_repository(library.root, Cancel())
    assert "Storm.md" in git(library.root, "ls-tree", "-r", "--name-only", "HEAD")


def test_a_writer_whom_git_does_not_know_is_given_a_name_of_this_machine(
    library: Machine, tmp_path: Path
) -> None:
    (tmp_path / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    make_repository(library.root, Cancel())
    assert git(library.root, "config", "--local", "user.email").endswith("@localhost\n")


def test_a_folder_of_another_repository_is_left_alone(library: Machine, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert state(library.root).kind is Kind.INSIDE
    assert spoken(state(library.root)) == ""
    with pytest.raises(LibraryError, match="inside another git repository"):
        make_repository(library.root, Cancel())
    assert not (library.root / ".git").exists()
    assert not (library.root / ".gitattributes").exists()


def test_a_broken_git_folder_is_not_taken_for_the_repository_above(library: Machine, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (library.root / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(LibraryError):
        state(library.root)


@pytest.mark.parametrize("address", ["--upload-pack=touch x", "two\nlines", " "])
def test_an_address_that_git_would_obey_is_refused(library: Machine, address: str) -> None:
    with pytest.raises(LibraryError, match="not the address"):
        make_repository(library.root, Cancel(), address=address)
    assert not (library.root / ".git").exists()


def test_without_git_she_is_told_so(
    library: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert state(library.root).kind is Kind.NO_GIT
    with pytest.raises(LibraryError, match="not installed"):
        make_repository(library.root, Cancel())


def test_a_clone_learns_how_to_merge_and_keeps_what_is_there(library: Machine, tmp_path: Path) -> None:
    git(library.root, "init", "-q")
    git(library.root, "add", "Storm.md")
    git(library.root, "commit", "-qm", "before Post Desk")
    git(library.root, "clone", "-q", ".", str(tmp_path / "clone"))
    clone = Machine(tmp_path / "clone")
    for _time in range(2):
        register(Git(clone.root))
    assert "merge-driver -- %O %A %B %P" in git(clone.root, "config", "merge.postdesk.driver")
    assert git(clone.root, "check-attr", "merge", "--", "Storm.md") == "Storm.md: merge: postdesk\n"
    assert clone.names() == ["Storm.md"]  # nothing of ours in her tree
    assert (clone.root / ".git/info/attributes").read_text().count("*.md") == 1


def test_the_drivers_program_may_lie_anywhere() -> None:
    words = shlex.split(driver_command(["/opt/my 100% 'own'/python"]))
    assert words[0] == "/opt/my 100%% 'own'/python"
    assert words[-4:] == ["%O", "%A", "%B", "%P"]
