"""Merges two commits into a third without touching the folder: git says what both sides changed, we how that is one.

git's own merge (`merge-tree`) does what only one side changed, and follows renames. Each file that both changed comes
back with its three versions, as the driver is told to refuse it there, and is merged here: posts by block, receipts by
key, anything else by keeping both. What cannot be one is kept beside the file as a conflict copy, so a merge always
comes to its end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, Protocol

from postdesk.core.files import same_name
from postdesk.core.language import _
from postdesk.library.git.run import Git
from postdesk.library.git.state import OURS

_FILE: Final = ("100644", "100755")
_LONGEST: Final = 200  # bytes of a name without its ending; file systems take 255
_ASIDE: Final = re.compile(r"(.+)~[0-9a-f]{40,64}(?:_\d+)?", re.DOTALL)
_RENAMED_TWICE: Final = b"CONFLICT (rename/rename)"


@dataclass(frozen=True, slots=True)
class Merged:
    """One file out of two. `copy` is what is kept beside it, None when nothing is left over; `copy_name` is its name,
    "" for that of a conflict copy."""

    content: bytes
    copy: bytes | None = None
    copy_name: str = ""


class MergeFile(Protocol):
    """How a file that both sides changed is merged."""

    def __call__(self, path: str, base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
        """`path` is relative to the library, with slashes; `base` is what both began with, None for nothing. The
        same arguments give the same answer, so that a repeated merge makes no second copy."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A commit that has all of both sides, and the conflict copies in it, by their paths."""

    commit: str
    copies: tuple[str, ...]


@dataclass(slots=True)
class _Tree:
    """What git merged, and what is changed in it: by path a mode and an object, "" for gone."""

    tree: str
    stages: dict[str, dict[int, tuple[str, str]]]
    renamed: list[list[str]]
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)


def merge_commits(git: Git, mine: str, theirs: str, merge: MergeFile) -> Merge:
    """Make the commit that joins two; nothing refers to it yet. Raises LibraryError's kind."""
    found = _merge_trees(git, mine, theirs)
    when = moment(git, theirs)
    for old, here, there in found.renamed:
        _rename_once(git, found, old, here, there, (mine, theirs), merge, when)
    for path, stages in found.stages.items():
        if path not in found.entries:
            _settle(git, found, path, stages, merge, when)
    tree = _write(git, found) if found.entries else found.tree
    return Merge(_commit(git, tree, mine, theirs, found.copies), tuple(found.copies))


def conflict_name(path: str, when: str, taken: Collection[str], number: int = 1) -> str:
    """The path of a conflict copy beside `path`, e.g. "name (conflict 2026-03-01 1230).md"; `when` is spoken as in
    that. `taken` are names in that folder."""
    place = PurePosixPath(path)
    used = {same_name(name) for name in taken}
    while True:
        name = _conflict(place.stem, when, number) + place.suffix
        if same_name(name) not in used:
            return str(place.with_name(name))
        number += 1


def _conflict(stem: str, when: str, number: int) -> str:
    while True:
        made = _("{name} (conflict {when})").format(name=stem, when=when) + (
            f" {number}" if number > 1 else ""
        )
        if len(os.fsencode(made)) <= _LONGEST or not stem:
            return made
        stem = stem[:-1].rstrip()


def _merge_trees(git: Git, mine: str, theirs: str) -> _Tree:
    answer = git(
        "-c", f"merge.{OURS}.driver=false", "merge-tree", "--write-tree", "-z", "--allow-unrelated-histories",
        mine, theirs, accept=(0, 1),
    )  # fmt: skip
    parts = answer.out.split(b"\0")
    stages: dict[str, dict[int, tuple[str, str]]] = {}
    at = 1
    while at < len(parts) and parts[at]:
        head, _tab, name = parts[at].partition(b"\t")
        mode, oid, stage = head.decode().split()
        stages.setdefault(os.fsdecode(name), {})[int(stage)] = (mode, oid)
        at += 1
    at += 1
    renamed = []
    while at < len(parts) and parts[at]:
        count = int(parts[at])
        paths = parts[at + 1 : at + 1 + count]
        if parts[at + 1 + count] == _RENAMED_TWICE and count == 3:
            renamed.append([os.fsdecode(path) for path in paths])
        at += count + 3
    return _Tree(parts[0].decode(), stages, renamed)


def _settle(
    git: Git,
    found: _Tree,
    path: str,
    stages: dict[int, tuple[str, str]],
    merge: MergeFile,
    when: str,
) -> None:
    """Decide a path that git could not."""
    mine, theirs, base = stages.get(2), stages.get(3), stages.get(1)
    aside = _ASIDE.fullmatch(path)
    if aside is not None and (kept := mine or theirs) and kept[0] in _FILE:
        # A link or a folder has the file's name on the other side. What git calls the file no list would show.
        found.entries[path] = ("0", "")
        _keep_copy(git, found, aside[1], Merged(b"", _blob(git, kept[1])), when)
        return
    if mine is None or theirs is None:
        # One deleted what the other edited: the edited one stays.
        found.entries[path] = mine or theirs or ("0", "")
        return
    if (
        mine[0] not in _FILE or theirs[0] not in _FILE
    ):  # a link or a repository of its own: there is no middle
        found.entries[path] = mine
        return
    first = _blob(git, base[1]) if base is not None and base[0] in _FILE else None
    merged = merge(path, first, _blob(git, mine[1]), _blob(git, theirs[1]))
    found.entries[path] = (mine[0], _store(git, merged.content))
    if merged.copy is not None:
        _keep_copy(git, found, path, merged, when)


def _rename_once(
    git: Git, found: _Tree, old: str, here: str, there: str, sides: tuple[str, str], merge: MergeFile, when: str
) -> None:  # fmt: skip
    """Both gave one file another name: it has ours, and the text of both."""
    base = found.stages.get(old, {}).get(1)
    blobs = [git.ask("rev-parse", "--verify", "-q", f"{s}:{p}").line for s, p in zip(sides, (here, there))]
    if base is None or not all(blobs) or not {here, there} <= set(found.stages):
        return
    mode = found.stages[here].get(2, ("100644", ""))[0]
    if mode not in _FILE:
        return
    merged = merge(here, _blob(git, base[1]), _blob(git, blobs[0]), _blob(git, blobs[1]))
    found.entries |= {
        old: ("0", ""),
        there: ("0", ""),
        here: (mode, _store(git, merged.content)),
    }
    if merged.copy is not None:
        _keep_copy(git, found, here, merged, when)


def _keep_copy(git: Git, found: _Tree, path: str, merged: Merged, when: str) -> None:
    oid = _store(git, merged.copy or b"")
    place = PurePosixPath(path)
    above = str(place.parent) if place.parent != PurePosixPath() else ""
    listed = git("ls-tree", "-z", found.tree, *(["--", f"{above}/"] if above else [])).fields
    there = {
        os.fsdecode(name): head.split()[2].decode() for head, _t, name in (e.partition(b"\t") for e in listed)
    }
    there |= {p: o for p, (_mode, o) in found.entries.items()}
    there = {p: o for p, o in there.items() if o}
    beside = {PurePosixPath(p).name: o for p, o in there.items() if PurePosixPath(p).parent == place.parent}
    if merged.copy_name:
        copy = str(place.with_name(merged.copy_name))
    elif any(o == oid and name != place.name for name, o in beside.items()):
        return  # an earlier merge kept it already
    else:
        copy = conflict_name(path, when, beside)
    found.entries[copy] = ("100644", oid)
    found.copies.append(copy)


def _write(git: Git, found: _Tree) -> str:
    """The tree with our decisions in it, by an index of its own."""
    index = git.folder() / OURS / "index"
    index.parent.mkdir(exist_ok=True)
    env = {"GIT_INDEX_FILE": str(index)}
    git("read-tree", found.tree, env=env)
    lines = b"".join(
        f"{mode if oid else 0} {oid or '0' * len(found.tree)}\t".encode() + os.fsencode(path) + b"\0"
        for path, (mode, oid) in found.entries.items()
    )
    git("update-index", "-z", "--index-info", stdin=lines, env=env)
    tree = git("write-tree", env=env).line
    index.unlink(missing_ok=True)
    return tree


def _commit(git: Git, tree: str, mine: str, theirs: str, copies: Collection[str]) -> str:
    message = _("Merge what another machine wrote") + "\n"
    if copies:
        message += "\n" + _("Both versions are kept where they could not be one:") + "\n"
        message += "".join(f"- {PurePosixPath(copy).name}\n" for copy in copies)
    signed = ("-S",) if git.ask("config", "--type=bool", "commit.gpgSign").line == "true" else ()
    return git(
        "commit-tree", *signed, tree, "-p", mine, "-p", theirs, stdin=message.encode("utf-8", "replace")
    ).line


def moment(git: Git, commit: str) -> str:
    """When a commit was made, as a conflict copy is named after it: the same each time that the merge is repeated."""
    return git(
        "show", "-s", "--no-show-signature", "--format=%cd", "--date=format:%Y-%m-%d %H%M", commit
    ).line


def _blob(git: Git, oid: str) -> bytes:
    return git("cat-file", "blob", oid).out


def _store(git: Git, content: bytes) -> str:
    return git("hash-object", "-w", "--stdin", stdin=content).line
