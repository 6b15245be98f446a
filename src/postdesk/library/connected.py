"""Whether the folder of a library is there, or only the empty place where its disk is not connected.

Nothing is written into such a place: the disk would hide it as soon as it comes back, and until then its posts would be
taken for deleted and its receipts for posts that never went out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from postdesk.core.errors import LibraryAway, LibraryError
from postdesk.core.language import _
from postdesk.library.names import is_hidden, names_in

HIDDEN: Final = ".postdesk"
"""The folder in a library that is the program's own."""


class Connected:
    """The folder of a library, for who expects it to be there if it was there before."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._was_there = os.path.isdir(root / HIDDEN)  # noqa: PTH112  that of paths raises when the disk fails

    def expect(self) -> None:
        """Raises LibraryAway when there is nothing where the library was."""
        if self._was_there and is_away(self._root):
            raise away(self._root)


def is_away(root: Path) -> bool:
    """Whether there is nothing where a library was: no folder, or an empty one."""
    if os.path.isdir(root / HIDDEN):  # noqa: PTH112  that of paths raises when the disk fails
        return False
    try:
        return all(is_hidden(name) for name in names_in(root))
    except LibraryError:
        return False  # whoever goes there hears what is wrong


def away(root: Path) -> LibraryAway:
    """What to say then."""
    return LibraryAway(
        _("The folder “{name}” is empty or not connected.").format(name=root.name),
        _("Its posts are not taken for deleted; open texts are safe in Post Desk."),
        _("Connect the disk again, or choose another folder."),
        details=str(root),
    )
