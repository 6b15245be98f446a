"""Reads one file of the library for the full-text index."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.library import encoding, frontmatter
from postdesk.library.addresses import addresses
from postdesk.library.columns import Entry, short_hash
from postdesk.library.kept import Details, details_of, read_details
from postdesk.library.lessons import Due
from postdesk.library.scan import scan
from postdesk.library.texts import Text

_MOST = 4 << 20  # characters of one post that can be found
_BATCH = 16 << 20  # characters that are learnt at once


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read for the full-text index: the `texts` of posts and their `slots`; `renew` and `forget` as in `Due`;
    `others` are slots of files that are not as they were read last. `more`: there is more to learn."""

    texts: tuple[Text, ...] = ()
    slots: tuple[int, ...] = ()
    renew: tuple[tuple[str, str, Entry], ...] = ()
    forget: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    more: bool = False


def read_batch(root: Path, due: Due) -> tuple[Batch, list[int]]:
    """Read the files that are due, until there are some megabytes; also returns the slots of the others."""
    texts: list[Text] = []
    slots: list[int] = []
    others: list[int] = []
    length = 0
    for number, (slot, name, post_id, entry) in enumerate(due.learn):
        if length > _BATCH:
            unread = [slot for slot, *_rest in due.learn[number:]]
            return Batch(tuple(texts), tuple(slots), due.renew, due.forget, tuple(others), more=True), unread
        text = text_of(root, name, post_id, entry)
        if text is None:
            others.append(slot)
        else:
            texts.append(text)
            slots.append(slot)
            length += len(text.body)
    return Batch(tuple(texts), tuple(slots), due.renew, due.forget, tuple(others), due.more), []


def text_of(root: Path, name: str, post_id: str, entry: Entry) -> Text | None:
    """What is to be found of the file `name` below `root`, which was read as `entry`; None when it is no file that can
    be read, or is another by now."""
    read = _read(root / name)
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
