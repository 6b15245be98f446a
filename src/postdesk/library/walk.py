"""Walks the library's folder and asks the system for the marks of every post's file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import is_litter, sweep
from postdesk.core.language import _
from postdesk.library.names import POST_SUFFIXES, is_hidden

_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Walked:
    """`posts`: what the system says of each file, by its name below the root, with slashes. `unread`: beginnings of
    names below which nothing could be seen. `folders`: where the walk went, as the system writes paths."""

    posts: dict[str, os.stat_result]
    unread: tuple[str, ...]
    folders: tuple[str, ...]


def walk(root: Path, *, tidy: bool = False) -> Walked:
    """Every file below `root` that may be a post; links are not followed. `tidy` removes what killed saves left there
    long ago. Raises LibraryError when `root` itself cannot be read."""
    found: dict[str, os.stat_result] = {}
    unread: list[str] = []
    walked: list[str] = []
    folders = [("", os.fspath(root), 0)]
    while folders:
        prefix, folder, depth = folders.pop()
        walked.append(folder)
        litter = False
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if is_hidden(name):
                        litter = litter or is_litter(name)
                    elif name.lower().endswith(POST_SUFFIXES):
                        if entry.is_file() or entry.is_symlink():
                            try:
                                found[prefix + name] = entry.stat(follow_symlinks=False)
                            except FileNotFoundError:
                                continue  # deleted in this moment
                    elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                        folders.append((f"{prefix}{name}/", entry.path, depth + 1))
        except OSError as error:
            if depth == 0:
                raise LibraryError(
                    _("The folder “{name}” cannot be reached.").format(name=root.name),
                    _("Nothing was changed in it; open texts are safe in Post Desk."),
                    _("Connect the disk again, or choose another folder."),
                    details=str(error),
                ) from error
            # What cannot be read is not deleted.
            unread.append(prefix)
        if litter and tidy:
            sweep(folder)
    return Walked(found, tuple(unread), tuple(walked))
