"""Which kind of source a file or folder is: looked at, not asked."""

from __future__ import annotations

from pathlib import Path

from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.language import _
from postdesk.exchange.folder import MarkdownFolder
from postdesk.exchange.values import Source


def open_source(path: Path) -> Source:
    """The source at `path`. Raises FileGone, and LibraryError for what is none."""
    if path.is_dir():
        return MarkdownFolder(path)
    if not path.exists():
        raise FileGone(
            _("“{name}” is not there.").format(name=path.name),
            _("Nothing was imported."),
            _("Look at the path, and try again."),
        )
    raise _unknown(path)


def _unknown(path: Path) -> LibraryError:
    return LibraryError(
        _("“{name}” is no export that Post Desk knows.").format(name=path.name),
        _("Nothing was imported."),
        _("Choose a folder of Markdown or HTML files, a WordPress export (.xml) or a Ghost export (.json)."),
    )
