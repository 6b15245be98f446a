"""Which kind of source a file or folder is: looked at, not asked."""

from __future__ import annotations

import os
from pathlib import Path

from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.files import read_start
from postdesk.core.language import _
from postdesk.exchange import ghost, wordpress
from postdesk.exchange.folder import MarkdownFolder
from postdesk.exchange.ghost import GhostExport
from postdesk.exchange.pages import SUFFIXES, HtmlPages
from postdesk.exchange.values import Source
from postdesk.exchange.wordpress import WordPressExport
from postdesk.library.names import POST_SUFFIXES

_START = 1 << 16  # bytes that tell what a file is


def open_source(path: Path) -> Source:
    """The source at `path`. Raises FileGone, and LibraryError for what is none or cannot be read. May take a while."""
    if os.path.isdir(path):  # noqa: PTH112  where Path raises, reading says what is wrong
        folder = MarkdownFolder(path)
        if folder.count():
            return folder
        pages = HtmlPages(path)
        if pages.count():
            return pages
        raise _unknown(path)
    if not os.path.lexists(path):
        raise FileGone(
            _("“{name}” is not there.").format(name=path.name),
            _("Nothing was imported."),
            _("Look at the path, and try again."),
        )
    name = path.name.lower()
    start, _stamp = read_start(path, _START)
    if name.endswith(POST_SUFFIXES):
        return MarkdownFolder(path.parent, only=path.name)
    if wordpress.is_wordpress(start):
        return WordPressExport(path)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        if b'"data"' in start or b'"db"' in start:
            return GhostExport(path)
        raise ghost.refuse(path)
    if name.endswith(SUFFIXES):
        return HtmlPages(path)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        raise wordpress.refuse(path)
    raise _unknown(path)


def _unknown(path: Path) -> LibraryError:
    return LibraryError(
        _("“{name}” is no export that Post Desk knows.").format(name=path.name),
        _("Nothing was imported."),
        _("Choose a folder of Markdown or HTML files, a WordPress export (.xml) or a Ghost export (.json)."),
    )
