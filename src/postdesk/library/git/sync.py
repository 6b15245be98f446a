"""The one Sync: commit, fetch, merge, push. It may be killed at any moment; the next one goes on."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Final

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, LibraryError, LibraryInUse, PostDeskError, Unreachable
from postdesk.core.language import _, ngettext
from postdesk.core.lock import FileLock
from postdesk.library.git import taking
from postdesk.library.git.contents import changes
from postdesk.library.git.failures import explain
from postdesk.library.git.merging import MergeFile, merge_commits
from postdesk.library.git.repository import add_all, register
from postdesk.library.git.run import NETWORK, Git
from postdesk.library.git.state import HIDDEN, OURS, look, name_there, refuse, remote_of, state
from postdesk.library.names import POST_SUFFIXES

log = logging.getLogger(__name__)

_ROUNDS: Final = 6  # times that another machine may push between our fetch and our push
_PATIENCE: Final = 10.0  # seconds for another git to come to its end
_SETTLES: Final = 1.0  # seconds in which a git that outlived its sync takes its lock away itself
_NAMED: Final = 40  # posts that a commit's message names
_MOVED: Final = ("fetch first", "non-fast-forward", "cannot lock ref", "stale info", "failed to update ref")


class Step(Enum):
    """What a sync is at."""

    SAVE = "save"
    FETCH = "fetch"
    MERGE = "merge"
    SEND = "send"


Say = Callable[[Step, int], None]
"""Told the step, and how far it is in per cent, 0 where that is not known."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did. `sent` and `came` count posts, `others` is whether anything else travelled; `copies` are the
    conflict copies that a merge made, as paths in the library. `remote` is "" where there is nowhere to send to.
    `remarks` are sentences about files that git could not read."""

    remote: str = ""
    sent: int = 0
    came: int = 0
    others: bool = False
    copies: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def spoken(synced: Synced) -> str:
    """What a sync did, in a sentence or two."""
    if not synced.remote:
        words = _("Saved in git on this machine. It has no address to back up to yet.")
    elif synced.sent and synced.came:
        words = _("Synced: {sent}, {came}.").format(
            sent=ngettext("{count} post sent", "{count} posts sent", synced.sent),
            came=ngettext("{count} came", "{count} came", synced.came),
        )
    elif synced.sent:
        words = ngettext("Synced: {count} post sent.", "Synced: {count} posts sent.", synced.sent)
    elif synced.came:
        words = ngettext("Synced: {count} post came.", "Synced: {count} posts came.", synced.came)
    elif synced.others:
        words = _("Synced: pictures and receipts.")
    else:
        words = _("Synced: both sides had everything.")
    if synced.copies:
        both = ngettext(
            "{count} file was changed on both machines in one place; both versions are kept.",
            "{count} files were changed on both machines in one place; both versions are kept.",
            len(synced.copies),
        )
        words += f" {both} " + _("Look at “{name}”.").format(name=PurePosixPath(synced.copies[0]).name)
    return " ".join((words, *synced.remarks))


def sync(
    root: Path,
    merge: MergeFile,
    cancel: Cancel,
    say: Say = lambda _step, _percent: None,
    *,
    patience: float = _PATIENCE,
) -> Synced:
    """Commit what changed in the library, fetch, merge and push. `patience` is in seconds.

    Raises Cancelled; LibraryInUse while another Post Desk syncs; Unreachable without a connection, SignInRefused,
    NotAllowed or Intercepted where the server said no: what was written here is committed then and goes with the
    next one; LibraryError for all else.
    """
    refuse(state(root, cancel))
    git = Git(root, cancel)
    folder = git.folder()
    running = folder / OURS / "running"
    with _alone(folder):
        _remove_locks(git, running, patience)
        git.running = running
        try:
            say(Step.SAVE, 0)
            register(git)
            taking.finish(git, merge)
            remarks = _commit(git)
            synced = _exchange(git, merge, say, patience)
        except Cancelled:
            raise  # a git that had to be killed may have left a lock
        except BaseException:
            running.unlink(missing_ok=True)
            raise
        running.unlink(missing_ok=True)
        git.running = None
        _tidy(git)
    return Synced(synced.remote, synced.sent, synced.came, synced.others, synced.copies, remarks)


def _tidy(git: Git) -> None:
    """git's own housekeeping, which is due once in thousands of changes; all is backed up by then."""
    try:
        git.ask("-c", "gc.auto=6700", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet")
    except PostDeskError as error:
        log.info("git's housekeeping was not finished: %s", error.details or error.happened)


def _exchange(git: Git, merge: MergeFile, say: Say, patience: float) -> Synced:
    backup = look(git)
    mine = git.commit_of("HEAD")
    remote, _known = remote_of(git, backup.branch)
    if not remote:
        return Synced()
    there = name_there(git, backup.branch)
    came: set[str] = set()
    sent: set[str] = set()
    copies: list[str] = []
    for _round in range(_ROUNDS):
        say(Step.FETCH, 0)
        git("fetch", "--progress", "--", remote, limit=NETWORK, percent=lambda p: say(Step.FETCH, p))
        theirs = remote_of(git, backup.branch)[1]
        if not theirs and not mine:
            return Synced(remote)
        target = mine
        if theirs and not mine:  # an empty library meets what another machine wrote
            empty = git("hash-object", "-w", "-t", "tree", "--stdin").line
            taking.take(git, empty, theirs, merge)
            came |= _paths(git, "", theirs)
            mine = target = theirs
        elif theirs and not _has(git, mine, theirs):
            say(Step.MERGE, 0)
            if _has(git, theirs, mine):
                target = theirs
            else:
                merged = merge_commits(git, mine, theirs, merge)
                target = merged.commit
                copies += merged.copies
            taking.take(git, mine, target, merge)
            came |= _paths(git, mine, target)
            mine = target
        if theirs == mine:
            return _told(remote, sent, came, copies)
        say(Step.SEND, 0)
        going = _paths(git, theirs, mine)
        answer = git.ask(
            "push", "--porcelain", "--progress", "--set-upstream", "--", remote, f"HEAD:refs/heads/{there}",
            limit=NETWORK, percent=lambda p: say(Step.SEND, p),
        )  # fmt: skip
        if not answer.code:
            return _told(remote, sent | going, came, copies)
        said = os.fsdecode(answer.out) + answer.err
        if not any(f"({why}" in said for why in _MOVED):
            raise explain("push", answer.code, said)
        if "File exists" in said:
            _free_remote(git, remote, patience)
    raise Unreachable(
        _("Other machines wrote to the other repository again and again while this one did."),
        _("Your posts are saved on this machine and not backed up yet."),
        _("Sync again in a moment."),
    )


def _commit(git: Git) -> tuple[str, ...]:
    """Commit what changed; returns sentences about what git could not read."""
    unread = add_all(git)
    remarks: tuple[str, ...] = ()
    if unread:
        remarks = (_("Some files could not be read and are not backed up: {words}").format(words=unread),)
    remarks += tuple(
        _("“{name}” is a git repository of its own: what is in it is not backed up with the library.").format(
            name=_name(path)
        )
        for path in _repositories(git)
    )
    fields = git("diff", "--cached", "--name-status", "-z", "--no-renames", "--no-ext-diff").fields
    if fields:
        staged = list(zip(fields[::2], (os.fsdecode(f) for f in fields[1::2])))
        git("commit", "--quiet", "--no-edit", "-F", "-", stdin=message(staged).encode("utf-8", "replace"))
    return remarks


def _repositories(git: Git) -> list[str]:
    """The folders of the library that are repositories of their own: git has their commits' names and nothing else."""
    listed = git("ls-files", "--stage", "-z").fields
    return [os.fsdecode(entry.partition(b"\t")[2]) for entry in listed if entry.startswith(b"160000 ")]


def message(staged: Sequence[tuple[bytes, str]]) -> str:
    """What a commit of these changes (git's letter, and the path) is called: it names the posts."""
    words = {b"A": _("New"), b"D": _("Deleted")}
    posts = [(words.get(k[:1], _("Changed")), _name(p)) for k, p in staged if _is_post(p)]
    if not posts:
        files = [_name(p) for _k, p in staged if not p.startswith(HIDDEN)]
        return (_("Files: {names}").format(names=", ".join(files[:5])) if files else _("Receipts")) + "\n"
    if len(posts) == 1:
        return _("{what}: {name}").format(what=posts[0][0], name=posts[0][1]) + "\n"
    names = ", ".join(name for _what, name in posts[:3]) + (", …" if len(posts) > 3 else "")
    head = ngettext("{count} post", "{count} posts", len(posts))
    body = "".join(f"- {what}: {name}\n" for what, name in posts[:_NAMED])
    return f"{head}: {names}\n\n{body}"


def _name(path: str) -> str:
    place = PurePosixPath(path)
    name = place.stem if _is_post(path) else place.name
    return "".join(c if c.isprintable() else " " for c in name)


def _is_post(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in POST_SUFFIXES and not path.startswith(".")


def _told(remote: str, sent: set[str], came: set[str], copies: list[str]) -> Synced:
    posts = [sum(map(_is_post, paths)) for paths in (sent, came)]
    return Synced(remote, posts[0], posts[1], bool(sent or came), tuple(copies))


def _has(git: Git, commit: str, older: str) -> bool:
    """Whether a commit has an older one in it."""
    return git("merge-base", "--is-ancestor", older, commit, accept=(0, 1)).code == 0


def _paths(git: Git, before: str, after: str) -> set[str]:
    if not before:
        fields = git("ls-tree", "-r", "-z", "--name-only", after).fields
        return {os.fsdecode(name) for name in fields}
    return {change.path for change in changes(git, before, after)}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / OURS / "lock")
    if not lock.acquire():
        raise LibraryInUse(
            _("Another Post Desk is syncing this library."),
            _("Your posts are saved on this machine."),
            _("Wait until it is done."),
        )
    try:
        yield
    finally:
        lock.release()


def _remove_locks(git: Git, running: Path, patience: float) -> None:
    """Take away the locks of a git that was killed with the sync that had started it. One that another git holds is
    waited for, and never taken away."""
    killed = running.exists()
    start = time.monotonic()
    while locks := _locks(git, running.parent.parent):
        waited = time.monotonic() - start
        if killed and waited >= min(_SETTLES, patience) and not _is_alive(running):
            for lock in locks:
                lock.unlink(missing_ok=True)
        elif waited > patience:
            raise LibraryError(
                _("Another git is at work in the library."),
                _("Your posts are saved on this machine."),
                _("Let it come to its end. If none is running, delete “{lock}”, then sync again.").format(
                    lock=locks[0]
                ),
            )
        elif git.cancel.wait(0.1):
            git.cancel.check()


def _free_remote(git: Git, remote: str, patience: float) -> None:
    """Take away the locks in another repository on this machine's disks that nobody touches for `patience` s: those of
    a push that was killed. git itself holds one for milliseconds. Of a server nothing is seen from here; it sees to
    its own."""
    there = Path(git("remote", "get-url", "--push", remote).line.removeprefix("file://"))
    folder = there / ".git" if (there / ".git").is_dir() else there
    start = time.monotonic()
    before = seen = _held(folder)
    while seen and time.monotonic() - start < patience:
        if git.cancel.wait(0.1):
            git.cancel.check()
        seen = before & _held(folder)
    for lock, _changed in seen:
        lock.unlink(missing_ok=True)


def _held(folder: Path) -> set[tuple[Path, int]]:
    """The locks below a repository's folder, and when each was made."""
    found = set()
    for lock in (*folder.glob("*.lock"), *(folder / "refs").rglob("*.lock")):
        try:
            found.add((lock, lock.stat().st_mtime_ns))
        except FileNotFoundError:
            continue
    return found


def _locks(git: Git, folder: Path) -> list[Path]:
    common = folder / git("rev-parse", "--git-common-dir").line if folder.name != ".git" else folder
    found = [lock for place in {folder, common, folder / OURS} for lock in place.glob("*.lock")]
    return found + list((common / "refs").rglob("*.lock"))


def _is_alive(running: Path) -> bool:
    """Whether the git that the last sync started still runs; after ten minutes its number is another's."""
    try:
        number = int(running.read_text("ascii"))
        if time.time() - running.stat().st_mtime > 600:
            return False
        if os.name == "nt":
            return False
        os.kill(number, 0)
    except (OSError, ValueError):
        return False
    return True
