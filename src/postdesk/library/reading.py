"""Reads one file of the library for the full-text index."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.library import encoding, frontmatter
from postdesk.library.addresses import addresses
from postdesk.library.columns import Entry, short_hash
from postdesk.library.kept import Details, details_of, read_details
from postdesk.library.lessons import Lesson
from postdesk.library.scan import scan
from postdesk.library.texts import Ready, Text, ready

_MOST = 4 << 20  # characters of one post that can be found
_BATCH = 16 << 20  # characters that are learnt at once


def read_texts(root: str, lessons: Sequence[Lesson]) -> list[Ready | None]:
    """What is to be found of the first of these files, at least one if there is any, until there are some megabytes;
    None as in `text_of`."""
    made: list[Ready | None] = []
    length = 0
    for lesson in lessons:
        text = text_of(root, *lesson)
        made.append(None if text is None else ready(text))
        length += 0 if text is None else len(text.body)
        if length > _BATCH:
            break
    return made


def text_of(root: str, name: str, post_id: str, entry: Entry) -> Text | None:
    """What is to be found of the file `name` below `root`, which was read as `entry`; None when it is no file that can
    be read, or is another by now."""
    read = _read(f"{root}{os.sep}{name}")
    if read is None:
        return None
    found, data, digest = read
    if short_hash(digest) != entry.hash:
        return None
    if not entry.details:
        entry = replace(entry, details=details_of(scan(data), found.st_size))
    body = _body(data)
    links, picture = addresses(body)
    details = read_details(entry.details) or Details()
    return Text(name, post_id, entry, body, details.tags, details.categories, links, picture)


def body_of(path: Path) -> str:
    """The text of a post's file as it is indexed; "" for what is no file that can be read."""
    read = _read(os.fspath(path))
    return "" if read is None else _body(read[1])


def _read(path: str) -> tuple[os.stat_result, bytes, str] | None:
    """What the system says of a regular file, its bytes, and their hash."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > encoding.LARGEST:
            return None
        return found, *read_file(path)
    except (OSError, LibraryError):
        return None


def _body(data: bytes) -> str:
    decoded = encoding.decode(data)
    return "" if decoded.readonly else frontmatter.split(decoded.text)[1][:_MOST]
