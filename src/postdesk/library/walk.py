"""Walks the library's folder and asks the system for the marks of every post's file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import is_litter, sweep
from postdesk.core.language import _
from postdesk.library.names import POST_SUFFIXES, is_hidden

_DEEPEST = 32


class Walk:
    """One walk through everything below `root`: gives each file that may be a post, as its name below the root (with
    slashes) and what the system says of it; links are not followed. `tidy` removes what killed saves left there long
    ago. Raises LibraryError when `root` itself cannot be read."""

    def __init__(self, root: Path, *, tidy: bool = False) -> None:
        self._root, self._tidy = root, tidy
        self._unread: list[str] = []
        self._folders: list[str] = []

    @property
    def unread(self) -> tuple[str, ...]:
        """Beginnings of names below which nothing could be seen: that is not deleted."""
        return tuple(self._unread)

    @property
    def folders(self) -> tuple[str, ...]:
        """Where the walk went, as the system writes paths."""
        return tuple(self._folders)

    def __iter__(self) -> Iterator[tuple[str, os.stat_result]]:
        folders = [("", os.fspath(self._root), 0)]
        while folders:
            prefix, folder, depth = folders.pop()
            self._folders.append(folder)
            litter = False
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        name = entry.name
                        if is_hidden(name):
                            litter = litter or is_litter(name)
                        elif name.lower().endswith(POST_SUFFIXES):
                            if (
                                entry.is_symlink() or entry.is_file()
                            ):  # a link in a circle raises when followed
                                try:
                                    found = entry.stat(follow_symlinks=False)
                                except FileNotFoundError:
                                    continue  # deleted in this moment
                                yield prefix + name, found
                        elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                            folders.append((f"{prefix}{name}/", entry.path, depth + 1))
            except OSError as error:
                if depth == 0:
                    raise LibraryError(
                        _("The folder “{name}” cannot be reached.").format(name=self._root.name),
                        _("Nothing was changed in it; open texts are safe in Post Desk."),
                        _("Connect the disk again, or choose another folder."),
                        details=str(error),
                    ) from error
                self._unread.append(prefix)
            if litter and self._tidy:
                sweep(folder)
