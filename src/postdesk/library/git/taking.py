"""Brings the files of a merged commit into the folder, while the writer may be typing into one of them.

git's own checkout writes over a file that is saved a moment before, and leaves half a file when it is killed. So each
file goes through `core/files.py`: it is replaced only while it is what it was, in one step, and what was written
meanwhile is merged with what came. Which commits it goes from and to is written down before the first file, so that
one that was killed is finished by the next sync, before anything is committed.
"""

from __future__ import annotations

import logging
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from postdesk.core.errors import DiskFull, FileChanged, FileGone, LibraryError, NameTaken
from postdesk.core.file_errors import explain
from postdesk.core.files import (
    ANY,
    content_hash,
    load_json,
    move_file,
    read_file,
    same_name,
    save_file,
    save_json,
)
from postdesk.core.language import _
from postdesk.library.git.contents import FILE, LINK, NOTHING, Change, changes, contents
from postdesk.library.git.merging import MergeFile, conflict_name, moment
from postdesk.library.git.run import Git
from postdesk.library.git.state import HIDDEN, OURS
from postdesk.library.names import POST_SUFFIXES, names_in

log = logging.getLogger(__name__)

_AT_ONCE: Final = 64  # files whose contents are asked of git in one go
_TRIES: Final = 20  # times that a file may be saved by somebody else while it is being merged


def note_of(folder: Path) -> Path:
    """Where it is written down what is being taken."""
    return folder / OURS / "taking"


def take(git: Git, before: str, after: str, merge: MergeFile) -> None:
    """Make `after` the branch's commit and bring its files into the folder, which had those of `before`: a commit,
    or at first an empty tree. Raises LibraryError's kind for a file that could not be written; the next sync goes
    on with it.
    """
    note = note_of(git.folder())
    _refuse_strange_paths(git, after)
    save_json(note, {"before": before, "after": after})
    before_it = (
        before if git.commit_of(before) else "0" * len(after)
    )  # the first commit here comes from elsewhere
    git("update-ref", "-m", "postdesk: sync", "HEAD", after, before_it)
    _bring(git, before, after, merge)


def finish(git: Git, merge: MergeFile) -> None:
    """Finish what a killed sync began to take; nothing where there is nothing."""
    note = note_of(git.folder())
    kept = load_json(note, {})
    before, after = str(kept.get("before", "")), str(kept.get("after", ""))
    if not before or not after:
        note.unlink(missing_ok=True)
        return
    # Where the branch had not moved nothing was brought; it may have moved on since, by a commit in a terminal.
    if git.ask("merge-base", "--is-ancestor", after, "HEAD").code == 0:
        _bring(git, before, after, merge)
    note.unlink(missing_ok=True)


def _bring(git: Git, before: str, after: str, merge: MergeFile) -> None:
    git("read-tree", "--reset", "HEAD")  # the index alone; without -u no file is touched
    found = changes(git, before, after)
    # What is gone comes last: a crash between leaves a file twice, never none.
    order = sorted(found, key=lambda c: c.mode == NOTHING)
    folder = _Folder(git, merge, moment(git, after))
    for batch in _batches(order):
        folder.bring(batch)
    if folder.refused:
        raise folder.refused[0]  # all others have come; the next sync tries these again
    git("update-index", "-q", "--refresh", accept=(0, 1))
    note_of(git.folder()).unlink(missing_ok=True)


def _refuse_strange_paths(git: Git, commit: str) -> None:
    """git's own check of every path (`..`, `.git` in any spelling), before anything refers to the commit."""
    index = git.folder() / OURS / "index"
    index.parent.mkdir(exist_ok=True)
    git("read-tree", commit, env={"GIT_INDEX_FILE": str(index)})
    index.unlink(missing_ok=True)


def _batches(found: list[Change]) -> Iterator[list[Change]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]


class _Folder:
    """The library's folder while files come in."""

    def __init__(self, git: Git, merge: MergeFile, when: str) -> None:
        self._git = git
        self._root = git.root
        self._merge = merge
        self._when = when
        self.refused: list[LibraryError] = []
        self._converts = git.config("core.autocrlf").lower() in ("true", "1", "yes", "on")

    def bring(self, batch: list[Change]) -> None:
        """Bring these paths from their old state to their new one, whatever part of that was done already."""
        self._git.cancel.check()
        ours = [c for c in batch if {c.old_mode, c.mode} <= {*FILE, NOTHING}]
        found = contents(self._git, ours, converts=self._converts)
        for change in ours:
            try:
                self._bring_one(change, found)
            except DiskFull:
                raise
            except LibraryError as error:
                log.info("Not brought: %s: %s", change.path, error.details or error.happened)
                self.refused.append(error)
        self._links([c for c in batch if LINK in (c.old_mode, c.mode)])

    def _bring_one(self, change: Change, found: dict[tuple[str, str], bytes]) -> None:
        old, new = found.get((change.old_path, change.old)), found.get((change.path, change.new))
        path = self._place(change.path)
        if change.old_path != change.path and not self._rename(self._place(change.old_path), path):
            # Another file has that name by now: it was not made from what comes.
            self._put(path, None, new or b"", replace(change, old_mode=NOTHING))
        elif new is None:
            self._remove(path, old, change)
        else:
            self._put(path, old, new, change)
            if change.mode != change.old_mode and os.name == "posix" and _is_file(path):
                bits = stat.S_IMODE(path.stat().st_mode)
                path.chmod(bits | 0o111 if change.mode == "100755" else bits & ~0o111)
        if change.old_path != change.path and not _is_one(self._place(change.old_path), path):
            self._remove(self._place(change.old_path), old, change)

    def _put(self, path: Path, old: bytes | None, new: bytes, change: Change) -> None:
        for attempt in range(_TRIES):
            if path.is_symlink() or path.is_dir():
                self._keep_beside(path, new)  # something else took its place meanwhile
                return
            try:
                current, found = read_file(path)
            except FileGone:
                if self._create(path, new):
                    return
                continue
            if current == new:
                return
            try:
                if current == old or self._is_same(change, current):
                    save_file(path, new, expected=found)
                    return
                # She wrote in it since: her words and those that came.
                merged = self._merge(change.path, old, current, new)
                save_file(path, merged.content, expected=found)
            except (FileChanged, FileGone):
                if attempt == _TRIES - 1:
                    raise
                continue
            if merged.copy is not None:
                self._keep_beside(path, merged.copy, merged.copy_name)
            return

    def _create(self, path: Path, new: bytes) -> bool:
        try:
            save_file(path, new, expected=None, parents=True)
        except NameTaken:
            if os.path.lexists(path):
                return False  # made just now
            # Another file's name differs only by case or Unicode form, and here that is another name.
            save_file(path, new, expected=ANY)
        return True

    def _rename(self, old: Path, new: Path) -> bool:
        """Whether the file has its new name, or neither name is there."""
        if not _is_file(old):
            return True
        if os.path.lexists(new) and not _is_one(old, new):
            return new.exists() and old.samefile(new)  # killed between its two names
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain(error, new) from error
        try:
            move_file(old, new)
        except FileGone:
            return True
        except NameTaken:
            return False
        self._tidy(old.parent)
        return True

    def _remove(self, path: Path, old: bytes | None, change: Change) -> None:
        """Take away a file that the other side deleted, unless she wrote in it: a post goes to the trash."""
        if not _is_file(path):
            return
        current, _found = read_file(path)
        if current != old and not self._is_same(change, current):
            return
        if path.suffix.lower() in POST_SUFFIXES:
            stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
            aside = self._root / ".postdesk" / "trash" / f"{stamp}-{secrets.token_hex(4)}" / path.name
        else:
            aside = path.with_name(f".pd-{secrets.token_hex(12)}.tmp")
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            move_file(path, aside)
            if read_file(aside)[0] != current:  # saved between the look and the move
                move_file(aside, path)
            elif aside.parent == path.parent:
                aside.unlink()
        except FileGone:
            return
        except OSError as error:
            raise explain(error, path) from error
        self._tidy(path.parent)

    def _keep_beside(self, path: Path, content: bytes, name: str = "") -> None:
        """A conflict copy, unless it is there already."""
        digest = content_hash(content)
        for other in names_in(path.parent):
            beside = path.with_name(other)
            if (
                beside != path
                and beside.suffix == path.suffix
                and _is_file(beside)
                and _hash(beside) == digest
            ):
                return
        while True:
            relative = path.relative_to(self._root).as_posix()
            copy = (
                path.with_name(name)
                if name
                else self._root / conflict_name(relative, self._when, names_in(path.parent))
            )
            try:
                save_file(copy, content, expected=None)
            except NameTaken:
                if name:
                    save_file(copy, content, expected=ANY)
                    return
                continue
            return

    def _is_same(self, change: Change, current: bytes) -> bool:
        """Whether git takes this content for what the file was, e.g. with other line ends."""
        if change.old_mode not in FILE:
            return False
        answer = self._git("hash-object", "--stdin", f"--path={change.old_path}", stdin=current)
        return answer.line == change.old

    def _links(self, batch: list[Change]) -> None:
        """Symbolic links are made by git, where the place still has what it had."""
        made = []
        for change in batch:
            path = self._place(change.path)
            if change.old_mode == LINK and path.is_symlink():
                was = self._git("cat-file", "blob", change.old).out
                if os.fsencode(os.readlink(path)) != was:  # noqa: PTH115
                    continue
                path.unlink()
            elif change.old_mode in FILE and _is_file(path):
                if not self._is_same(change, read_file(path)[0]):
                    continue
                path.unlink()
            if change.path.split("/")[0] == HIDDEN.rstrip("/"):
                # What is ours lies in the library: a link would have receipts and the trash written elsewhere.
                log.info("Not brought, a link: %s", change.path)
            elif change.mode != NOTHING and not os.path.lexists(path):
                made.append(os.fsencode(change.path) + b"\0")
        if made:
            self._git("checkout-index", "--quiet", "-z", "--stdin", stdin=b"".join(made))

    def _place(self, path: str) -> Path:
        """Where a path of the repository lies; never outside of the library by a link."""
        place = self._root / path
        real = Path(os.path.realpath(place.parent))
        if not real.is_relative_to(self._root):
            raise LibraryError(
                _("“{name}” lies outside the library.").format(name=place.name),
                _("It was not written."),
                _("Look at the links in the library, then sync again."),
                details=path,
            )
        return place

    def _tidy(self, folder: Path) -> None:
        """Remove folders that are empty now, as git does."""
        while (
            folder != self._root and folder.is_relative_to(self._root) and folder.name != HIDDEN.rstrip("/")
        ):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _is_one(old: Path, new: Path) -> bool:
    """Whether two names that differ only by case or Unicode form are one file to this system."""
    try:
        return same_name(str(old)) == same_name(str(new)) and old.samefile(new)
    except OSError:
        return False


def _hash(path: Path) -> str:
    try:
        return read_file(path)[1]
    except LibraryError:
        return ""
