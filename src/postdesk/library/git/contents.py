"""What two commits differ in, and what the files of each have in the folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from postdesk.core.errors import LibraryError
from postdesk.core.language import _
from postdesk.library.git.run import Git

FILE: Final = ("100644", "100755")
LINK: Final = "120000"
NOTHING: Final = "000000"


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a diff between two commits. `old_path` differs for a file that was renamed; a mode is NOTHING and an
    object all zeros where there is nothing."""

    old_path: str
    path: str
    old_mode: str
    mode: str
    old: str
    new: str


def changes(git: Git, before: str, after: str) -> list[Change]:
    """What differs between two commits, renamed files as one."""
    answer = git("diff-tree", "-r", "-z", "--raw", "-M", "--no-ext-diff", "--full-index", before, after)
    fields = iter(answer.fields)
    found = []
    for head in fields:
        old_mode, mode, old, new, kind = head.decode().removeprefix(":").split()
        path = os.fsdecode(next(fields))
        other = os.fsdecode(next(fields)) if kind[0] in "RC" else path
        found.append(Change(path, other, old_mode, mode, old, new))
    return found


def contents(git: Git, batch: Sequence[Change], *, converts: bool) -> dict[tuple[str, str], bytes]:
    """By path and object, what each file has in the folder before and after. `converts`: line ends are changed
    wherever no attribute says otherwise (`core.autocrlf`). Raises LibraryError for a damaged repository."""
    wanted = [(c.old_path, c.old) for c in batch if c.old_mode in FILE]
    wanted += [(c.path, c.new) for c in batch if c.mode in FILE]
    converted = _converted(git, {path for path, _oid in wanted}, converts)
    blobs = _blobs(git, {oid for path, oid in wanted if path not in converted})
    return {
        (path, oid): git("cat-file", "--filters", f"--path={path}", oid).out
        if path in converted
        else blobs[oid]
        for path, oid in wanted
    }


def _blobs(git: Git, oids: Iterable[str]) -> dict[str, bytes]:
    answer = git("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in oids).encode()).out
    found, at = {}, 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        words = answer[at:end].decode().split()
        if len(words) != 3:
            raise LibraryError(
                _("The library's git repository is damaged."),
                _("Your posts are plain files, and none was changed."),
                _("“git fsck” says more."),
                details=" ".join(words),
            )
        size = int(words[2])
        found[words[0]] = answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


def _converted(git: Git, paths: set[str], converts: bool) -> set[str]:
    """The paths whose files are not their objects' bytes (line ends, filters such as git-lfs)."""
    names = ("text", "eol", "filter", "ident", "working-tree-encoding")
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answer = git("check-attr", "-z", "--stdin", *names, stdin=asked).out.split(b"\0")
    found = set()
    for path, name, value in zip(answer[::3], answer[1::3], answer[2::3]):
        plain = value in (b"unspecified", b"unset")
        if (name == b"text" and value == b"unspecified" and converts) or not plain:
            found.add(os.fsdecode(path))
    return found
