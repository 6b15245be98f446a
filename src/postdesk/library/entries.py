"""Reads one file of the library as the list needs it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.core.language import _
from postdesk.library.columns import YOUNG, Entry, Marks, changed_at, is_young, marks_of, short_hash, stamp
from postdesk.library.encoding import LARGEST, too_large
from postdesk.library.frontmatter import Fields
from postdesk.library.kept import details_of
from postdesk.library.scan import Scan, scan


def read_entries(root: str, found: Iterable[tuple[str, Marks]]) -> list[Entry | None]:
    """`read_entry` of each of these files."""
    return [read_entry(root, name, marks) for name, marks in found]


def read_entry(root: str, name: str, found: Marks) -> Entry | None:
    """The file `name` below `root`, of which the system said `found`; None for what is no post, or is gone."""
    young = is_young(found)
    if stat.S_ISLNK(found.st_mode):
        real = Path(os.path.realpath(f"{root}{os.sep}{name}"))
        if real.is_relative_to(os.path.realpath(root)):
            return None  # the post itself is in the list
        problem = _("This is a link to a file outside the library; it is not opened.")
        return entry_of(found, "", Scan(Fields(), 0, "", problem=problem), young=young)
    if found.st_size > LARGEST:
        return entry_of(found, "", Scan(Fields(), 0, "", problem=too_large()), young=young)
    try:
        data, digest = read_file(f"{root}{os.sep}{name}")
    except LibraryError as error:
        if not Path(root, name).exists():
            return None
        return entry_of(found, "", Scan(Fields(), 0, "", problem=error.sentence), young=True)
    return entry_of(found, digest, scan(data), young=young)


def entry_of(found: Marks, digest: str, read: Scan, *, young: bool) -> Entry:
    """`digest` is "" for what cannot be read: it is taken for another one when its marks move."""
    marks = marks_of(found)
    own = read.fields
    return Entry(
        YOUNG if young else marks, short_hash(digest) if digest else marks, own.id, own.title, changed_at(found),
        stamp(own.date), read.words, read.problem, details_of(read, found.st_size),
    )  # fmt: skip
