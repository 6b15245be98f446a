"""How a library stands with git: whether it is a repository, what of it is not backed up, and the words for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.core.language import _, ngettext
from postdesk.library.git.run import NEEDED, Git, find_git, is_repository

HIDDEN: Final = ".postdesk/"
OURS: Final = "postdesk"  # the folder below .git that is ours, and the name of the merge driver

_WORK: Final = (
    ("MERGE_HEAD", _("merge")),
    ("rebase-merge", _("rebase")),
    ("rebase-apply", _("rebase")),
    ("CHERRY_PICK_HEAD", _("cherry-pick")),
    ("REVERT_HEAD", _("revert")),
)


class Kind(Enum):
    """Where a library stands. Only READY and INTERRUPTED can be synced."""

    NO_GIT = "no git"  # the program is not installed, or too old
    NO_REPOSITORY = "no repository"
    INSIDE = "inside"  # a folder below the top of a repository: that one is the writer's to run
    DETACHED = "detached"  # on no branch
    UNFINISHED = "unfinished"  # a merge, a rebase or the like that another program began
    INTERRUPTED = "interrupted"  # a sync was killed while it brought changes into the folder
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Backup:
    """What git knows of the library, without asking the network. `changes` counts the writer's files that the other
    repository does not have as they are here, committed or not; `uncommitted` those of them that git does not have
    either; `unsent` and `behind` count commits, as of the last fetch. `remote` is git's name for the other repository,
    "" for none; `work` says what is unfinished."""

    kind: Kind
    branch: str = ""
    remote: str = ""
    changes: int = 0
    uncommitted: int = 0
    unsent: int = 0
    behind: int = 0
    work: str = ""

    @property
    def is_repository(self) -> bool:
        """Whether the library's own folder is one."""
        return self.kind not in (Kind.NO_GIT, Kind.NO_REPOSITORY, Kind.INSIDE)

    @property
    def is_backed_up(self) -> bool:
        """Whether the other repository has everything."""
        return self.kind is Kind.READY and bool(self.remote) and not self.changes and not self.unsent


def spoken(backup: Backup, *, offline: bool = False) -> str:
    """The words of the status bar, "" where the library is no repository. `offline`: the last sync met nobody."""
    if not backup.is_repository:
        return ""
    if backup.kind is Kind.DETACHED:
        return _("Not backed up: git is on no branch")
    if backup.kind is Kind.UNFINISHED:
        return _("Not backed up: a {work} is not finished").format(work=backup.work)
    if backup.kind is Kind.INTERRUPTED:
        return _("Not backed up: the last sync was interrupted")
    if not backup.remote:
        if backup.uncommitted:
            return ngettext(
                "{count} change not in git yet", "{count} changes not in git yet", backup.uncommitted
            )
        return _("In git, on this machine only")
    if offline and not backup.is_backed_up:
        return _("Not backed up: no connection")
    if backup.changes or backup.unsent:
        count = max(backup.changes, 1)
        return ngettext("{count} change not backed up", "{count} changes not backed up", count)
    if backup.behind:
        return _("Backed up; there is news to fetch")
    return _("Backed up")


def state(root: Path, cancel: Cancel | None = None) -> Backup:
    """How the library in `root` stands. Nothing runs where it has no `.git`. Raises LibraryError."""
    if not is_repository(root):
        return Backup(Kind.INSIDE if _above(root) else Kind.NO_REPOSITORY if find_git() else Kind.NO_GIT)
    if not find_git():
        return Backup(Kind.NO_GIT)
    git = Git(root, cancel, unasked=True)
    if git.version() < NEEDED:
        return Backup(Kind.NO_GIT)
    return look(git)


def look(git: Git) -> Backup:
    """As `state`, for a folder that is known to be a repository. Raises LibraryError."""
    folder = git.folder()
    # Without a lock: a look must not be in the way of another git.
    answer = git(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--ignore-submodules=dirty",
        env={"GIT_OPTIONAL_LOCKS": "0"},
    )  # fmt: skip
    branch, changed = "", set()
    entries = iter(answer.fields)
    for entry in entries:
        kind, _blank, rest = os.fsdecode(entry).partition(" ")
        if kind == "#" and rest.startswith("branch.head "):
            branch = rest.removeprefix("branch.head ")
        elif kind in "12u":
            changed.add(rest.split(" ", {"1": 7, "2": 8, "u": 9}[kind])[-1])
            if kind == "2":
                next(entries, None)  # the name it had before
        elif kind == "?":
            changed.add(rest)
    if branch == "(detached)":
        work = _work(folder)
        return Backup(Kind.UNFINISHED if work else Kind.DETACHED, work=work)
    work = _work(folder)
    if work:
        return Backup(Kind.UNFINISHED, branch, work=work)
    if (folder / OURS / "taking").exists():
        return Backup(Kind.INTERRUPTED, branch)
    remote, there = remote_of(git, branch)
    uncommitted = _hers(changed)
    if not remote:
        return Backup(Kind.READY, branch, changes=uncommitted, uncommitted=uncommitted)
    unsent, behind = 0, 0
    if git.commit_of("HEAD"):
        if there:
            counts = git("rev-list", "--left-right", "--count", f"{there}...HEAD").line.split()
            behind, unsent = int(counts[0]), int(counts[1])
            differing = git("diff", "--name-only", "-z", "--no-ext-diff", f"{there}...HEAD", accept=(0, 128))
        else:
            unsent = int(git("rev-list", "--count", "HEAD").line)
            differing = git("ls-tree", "-r", "-z", "--name-only", "HEAD")
        changed |= {os.fsdecode(name) for name in differing.fields} if unsent else set()
    return Backup(Kind.READY, branch, remote, _hers(changed), uncommitted, unsent, behind)


def remote_of(git: Git, branch: str) -> tuple[str, str]:
    """git's name of the repository that a branch goes to, and the commit that it had there at the last fetch; each
    "" for none."""
    remotes = git("remote").line.splitlines()
    remote = git.config(f"branch.{branch}.remote")
    if remote not in remotes:
        remote = "origin" if "origin" in remotes else remotes[0] if remotes else ""
    if not remote:
        return "", ""
    return remote, git.commit_of(f"refs/remotes/{remote}/{name_there(git, branch)}")


def name_there(git: Git, branch: str) -> str:
    """What the branch is called in the other repository."""
    return git.config(f"branch.{branch}.merge").removeprefix("refs/heads/") or branch


def refuse(backup: Backup) -> None:
    """Raise a LibraryError that says why a library in this state cannot be synced; nothing where it can."""
    safe = _("Your posts are saved on this machine.")
    if backup.kind is Kind.NO_GIT:
        raise LibraryError(
            _("git is not installed, or older than {version}.").format(version=".".join(map(str, NEEDED))),
            safe,
            _("Install git (git-scm.com), then sync again."),
        )
    if backup.kind in (Kind.NO_REPOSITORY, Kind.INSIDE):
        raise LibraryError(
            _("The library is not a git repository of its own."),
            safe,
            _("Choose “Make This Library a Git Repository…” in the File menu, or use git there yourself."),
        )
    if backup.kind is Kind.DETACHED:
        raise LibraryError(
            _("The library's git repository is on no branch."),
            safe,
            _("Choose one (git switch), then sync again."),
        )
    if backup.kind is Kind.UNFINISHED:
        raise LibraryError(
            _("A {work} that another program began in the library is not finished.").format(work=backup.work),
            safe,
            _("Finish it or give it up with git, then sync again."),
        )


def _work(folder: Path) -> str:
    return next((words for name, words in _WORK if (folder / name).exists()), "")


def _hers(changed: set[str]) -> int:
    """How many of these are files of the writer's; what travels with them counts where there is nothing else."""
    visible = sum(not name.startswith((HIDDEN, ".git")) for name in changed)
    return visible or min(len(changed), 1)


def _above(root: Path) -> bool:
    """Whether a folder above is a repository."""
    return any((folder / ".git").exists() for folder in Path(os.path.realpath(root)).parents)
