"""Whatever a repository holds, and whoever made it: nothing of it is run unasked, nothing is written elsewhere, and the
words in it are there and in the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.library.git import taking
from postdesk.library.git.repository import make_repository, register
from postdesk.library.git.run import Git
from tests.library.git.machines import Machine, git
from tests.library.git.test_sync import both


@pytest.fixture
def trap(tmp_path: Path) -> tuple[str, Callable[[], set[str]]]:
    """A program, and which of its names it was run by so far."""
    ran = tmp_path / "ran"
    ran.mkdir()
    program = tmp_path / "trap"
    program.write_text(f'#!/bin/sh\ntouch "{ran}/$1"\n[ "$1" = monitor ] || cat\n')
    program.chmod(0o755)
    return str(program), lambda: {file.name for file in ran.iterdir()}


def test_nothing_that_a_library_from_elsewhere_names_runs_because_it_is_open(
    desktop: Machine, trap: tuple[str, Callable[[], set[str]]]
) -> None:
    program, ran = trap
    desktop.put(".gitattributes", b"*.md filter=a=b\n*.jpg filter=pictures\n")
    desktop.sync()
    with (desktop.root / ".git" / "config").open("a") as settings:
        settings.write(f'[core]\n\tfsmonitor = "{program} monitor"\n')
        settings.write(f'[filter "a=b"]\n\tclean = "{program} filter"\n\trequired = true\n')
        settings.write("[include]\n\tpath = more\n")
    (desktop.root / ".git" / "more").write_text(f'[filter "pictures"]\n\tclean = "{program} included"\n')
    for name in ("Storm.md", "storm.jpg"):
        (desktop.root / name).touch()  # git has to look at what is in it
    desktop.write("2025/Archive.md", "Changed.")
    state = desktop.state
    register(Git(desktop.root, unasked=True))
    assert ran() == set()
    assert state.uncommitted == 1
    git(desktop.root, "status")
    assert ran() == {"monitor", "filter", "included"}, "the trap must be one"


def test_a_link_in_what_is_ours_is_not_brought(desktop: Machine, laptop: Machine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = desktop.root / ".postdesk" / "receipts"
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to(outside)
    (desktop.root / "more").symlink_to("2025")
    desktop.sync()
    laptop.sync()
    assert (laptop.root / "more").is_symlink()
    assert not (laptop.root / ".postdesk" / "receipts").is_symlink()


def test_a_post_whose_name_a_link_or_a_folder_has_elsewhere_stays_a_post(
    desktop: Machine, laptop: Machine
) -> None:
    (laptop.root / "Storm.md").unlink()
    (laptop.root / "Storm.md").symlink_to("2025/Archive.md")
    desktop.write("Storm.md", "First block, edited at the desk.")
    desktop.write("Notes.md", "A file at the desk.")
    laptop.write("Notes.md/Inside.md", "A post in the folder.")
    laptop.sync()
    both(desktop, laptop)
    words = desktop.everything()
    assert "edited at the desk" in words
    assert "A file at the desk." in words
    assert "A post in the folder." in words
    assert all(name.endswith((".md", ".jpg")) for name in desktop.names() if not name.startswith("."))
    both(desktop, laptop)
    assert len([name for name in desktop.names() if "conflict" in name]) == 2, "once each"


def test_a_repository_within_the_library_is_said_not_to_be_backed_up(desktop: Machine) -> None:
    site = desktop.root / "site"
    site.mkdir()
    git(site, "init", "--quiet")
    desktop.write("site/Inside.md", "Words in the other repository.")
    desktop.write("Storm.md", "Edited.")
    (remark,) = desktop.sync().remarks
    assert "site" in remark
    assert desktop.state.unsent == 0, "all else is backed up"
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "-m", "its own")
    for _time in range(2):
        (remark,) = desktop.sync().remarks
        assert "“site” is a git repository of its own" in remark
    assert "Words in the other repository." in desktop.read("site/Inside.md")


def test_a_file_called_like_an_option_is_merged_by_git_itself(desktop: Machine, laptop: Machine) -> None:
    text = "First block.\n\nSecond block.\n\nThird block."
    for name in ("-rf.md", "--help.md"):
        desktop.write(name, text)
    both(desktop, laptop)
    for name in ("-rf.md", "--help.md"):
        desktop.write(name, text.replace("First", "The desk's"))
        laptop.write(name, text.replace("Third", "The train's"))
    desktop.sync()
    git(laptop.root, "commit", "--quiet", "--all", "-m", "in a terminal")
    git(laptop.root, "pull", "--quiet", "--no-rebase", "--no-edit")
    for name in ("-rf.md", "--help.md"):
        assert "The desk's block." in laptop.read(name)
        assert "The train's block." in laptop.read(name)


def test_a_sync_killed_before_it_takes_anything_leaves_gits_index_alone(
    desktop: Machine, laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.write("Storm.md", "Edited at the desk.")
    desktop.sync()

    def killed(*_arguments: object) -> None:
        raise Cancelled("stopped")

    monkeypatch.setattr(taking, "save_json", killed)
    with pytest.raises(Cancelled):
        laptop.sync()
    assert git(laptop.root, "diff", "--cached", "--name-only") == ""
    assert not (laptop.root / ".git" / "postdesk" / "index").exists()


def test_a_library_with_another_repository_in_it_can_be_made_one(tmp_path: Path) -> None:
    library = Machine(tmp_path / "Post Desk")
    library.write("Storm.md", "Words.")
    library.write("site/Inside.md", "More words.")
    git(library.root / "site", "init", "--quiet")
    make_repository(library.root, Cancel())
    assert "Storm.md" in git(library.root, "ls-files")
