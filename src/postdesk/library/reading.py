"""Reads one file of the library for the full-text index."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.library import encoding, frontmatter
from postdesk.library.addresses import addresses
from postdesk.library.fulltext import Text
from postdesk.library.index import is_young, marks_of
from postdesk.library.kept import Kept, row_of
from postdesk.library.scan import scan

_MOST = 4 << 20  # characters of one post that can be found
_NO_MARKS = (-1, 0, 0, 0)


def text_of(root: Path, name: str) -> Text | None:
    """What is to be found of the file `name` below `root`; None for what is no file that can be read."""
    read = _read(root / name)
    if read is None:
        return None
    found, data, digest = read
    marks = marks_of(found)
    # What may change and keep its marks is read again at the next start.
    row = scan(data)
    kept = Kept(_NO_MARKS if is_young(marks) else marks, digest, row_of(row))
    body = _body(data)
    links, picture = addresses(body)
    fields = row.fields
    return Text(name, kept, fields.title, body, fields.tags, fields.categories, links, picture)


def body_of(path: Path) -> str:
    """The text of a post's file as it is indexed; "" for what is no file that can be read."""
    read = _read(path)
    return "" if read is None else _body(read[1])


def _read(path: Path) -> tuple[os.stat_result, bytes, str] | None:
    """What the system says of a regular file, its bytes, and their hash."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > encoding.LARGEST:
            return None
        return found, *read_file(os.fspath(path))
    except (OSError, LibraryError):
        return None


def _body(data: bytes) -> str:
    decoded = encoding.decode(data)
    return "" if decoded.readonly else frontmatter.split(decoded.text)[1][:_MOST]
