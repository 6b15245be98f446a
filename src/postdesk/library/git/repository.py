"""Makes a library a git repository, and tells git on this machine how posts and receipts are merged."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.files import read_file, save_file
from postdesk.core.language import _
from postdesk.library.git.failures import explain, last_line
from postdesk.library.git.run import Git, is_repository
from postdesk.library.git.state import OURS, Kind, refuse, state

#: What stays on this machine: the trash, what a killed save left, and the litter of systems and other editors.
IGNORED: Final = (
    "/.postdesk/trash/", ".pd-*.tmp", ".DS_Store", "Thumbs.db", "desktop.ini", "~$*", ".~lock.*", "*.swp", "*~",
)  # fmt: skip
#: How each kind of file is merged, and that bytes travel as they are.
ATTRIBUTES: Final = (
    f"*.md -text diff merge={OURS}",
    f"*.markdown -text diff merge={OURS}",
    f"/.postdesk/receipts/*.json -text merge={OURS}",
    f"/.postdesk/pictures/** -text merge={OURS}",
    "/.postdesk/bases/** binary",
)
#: The same for a repository that was hers before: how her posts' line ends are kept stays her choice.
_LOCAL: Final = (f"*.md merge={OURS}", f"*.markdown merge={OURS}", *ATTRIBUTES[2:])
_UNREAD: Final = ("ermission denied", "does not have a commit checked out")
_COMMAND: Final = ("-m", "postdesk", "merge-driver", "--")  # a file may be called like an option


def make_repository(root: Path, cancel: Cancel, *, address: str = "") -> None:
    """Make the library in `root` a repository with everything in it committed, and `address` (of any remote, "" for
    none) as the place to back up to. A call that was killed is finished by the next one.

    Raises LibraryError: no git, a folder of another repository, an address that is none, a file that cannot be
    written.
    """
    check_address(address)
    before = state(root, cancel)
    if before.kind is not Kind.NO_REPOSITORY and not before.is_repository:
        if before.kind is Kind.INSIDE:
            raise LibraryError(
                _("The library lies inside another git repository."),
                _("It was left as it is."),
                _("Use git there yourself, or move the library out of it."),
            )
        refuse(before)
    git = Git(root, cancel)
    if not is_repository(root):
        git("init", "--quiet", "--initial-branch=main")
    _add_lines(git.root / ".gitignore", IGNORED)
    _add_lines(git.root / ".gitattributes", ATTRIBUTES)
    register(git)
    if address:
        known = "origin" in git("remote").line.splitlines()
        git("remote", *(("set-url", "--", "origin") if known else ("add", "--", "origin")), address)
    add_all(git)
    if not git.commit_of("HEAD") or git.ask("diff", "--cached", "--quiet").code:
        git("commit", "--quiet", "--no-edit", "-m", _("The library as it is"))


def add_all(git: Git) -> str:
    """Tell git of everything in the library; returns its words about what it could not read, "" for nothing. Raises
    LibraryError for all else that it says no to."""
    added = git.ask("add", "--all", "--ignore-errors", "--", ".")
    if not added.code:
        return ""
    error = explain("add", added.code, added.err)
    unread = [line for line in added.err.splitlines() if any(why in line for why in _UNREAD)]
    if type(error) is not LibraryError or not unread:
        raise error
    return last_line("\n".join(unread))


def check_address(address: str) -> None:
    """Raise LibraryError for what git must not be given as the address of a remote."""
    if address and (address.startswith("-") or not address.isprintable() or address != address.strip()):
        raise LibraryError(
            _("That is not the address of a git repository."),
            _("Nothing was changed."),
            _("Copy it from the server, e.g. git@example.com:me/posts.git, or name a folder."),
        )


def register(git: Git) -> None:
    """See to it that git on this machine merges as we do, whoever runs it; a clone carries none of this. Only what
    is missing is written, into the repository's own settings."""
    wanted = {
        f"merge.{OURS}.name": "Post Desk: posts by block, receipts by key",
        f"merge.{OURS}.driver": driver_command(),
        f"merge.{OURS}.recursive": "binary",
    }
    for key, value in wanted.items():
        if git.config(key) != value:
            git("config", "--local", key, value)
    if git.ask("var", "GIT_COMMITTER_IDENT").code:
        # She never told git who she is, and need not know what that is for.
        name, email = _identity()
        git("config", "--local", "user.name", name)
        git("config", "--local", "user.email", email)
    own = git.folder() / "info"
    asked = git("check-attr", "-z", "merge", "--", "x.md", ".postdesk/receipts/x.json").fields
    if set(asked[2::3]) != {OURS.encode()}:
        _add_lines(own / "attributes", _LOCAL)
    if git.ask("check-ignore", "-q", "--no-index", "--", ".pd-0.tmp").code:
        _add_lines(own / "exclude", IGNORED)


def driver_command(program: Sequence[str] = ()) -> str:
    """What git runs to merge a file, for its shell. `program` is the command that starts Post Desk."""
    words = [shlex.quote(word).replace("%", "%%") for word in (*(program or (sys.executable,)), *_COMMAND)]
    return " ".join((*words, "%O", "%A", "%B", "%P"))


def _identity() -> tuple[str, str]:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, e.g. in a container
        name = "writer"
    return name, f"{''.join(c for c in name if c.isascii() and c.isalnum()) or 'writer'}@localhost"


def _add_lines(path: Path, lines: Sequence[str]) -> None:
    """Put the lines that a file does not have yet at its end; what others wrote in it stays."""
    try:
        data, found = read_file(path, limit=1 << 20)
    except FileGone:
        save_file(path, "".join(f"{line}\n" for line in lines).encode(), expected=None, parents=True)
        return
    there = {os.fsencode(line.strip()) for line in data.decode("utf-8", "surrogateescape").splitlines()}
    missing = b"".join(line.encode() + b"\n" for line in lines if line.encode() not in there)
    if missing:
        save_file(path, data + (b"" if data.endswith(b"\n") or not data else b"\n") + missing, expected=found)
