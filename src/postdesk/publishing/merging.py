"""Merges one file of the library that two machines changed: a post by block, a receipt by key, a record of a blog's
picture by what it knows, anything else by keeping both. git's merge driver and the Sync command both ask here."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from postdesk.core.errors import PostDeskError
from postdesk.library.document import compose, read_document
from postdesk.library.git.merging import Merged
from postdesk.library.git.state import HIDDEN
from postdesk.library.names import POST_SUFFIXES
from postdesk.library.receipt_merge import merge_receipts
from postdesk.publishing.merge_files import merge_files


def merge_file(path: str, base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
    """`library.git.merging.MergeFile`. Raises nothing: what cannot be merged is kept twice."""
    if mine == theirs or theirs == base:
        return Merged(mine)
    if mine == base:
        return Merged(theirs)
    place = PurePosixPath(path)
    if path.startswith(f"{HIDDEN}receipts/") and place.suffix == ".json":
        return merge_receipts(path, base, mine, theirs)
    if path.startswith(f"{HIDDEN}bases/"):
        return Merged(mine)  # named after what it holds; packed by another version it holds the same
    if path.startswith(f"{HIDDEN}pictures/"):
        return Merged(mine if b'"file"' in mine else theirs)  # both say true things of one address
    if place.name in (".gitignore", ".gitattributes"):
        return Merged(_lines_of_both(mine, theirs))
    if place.suffix.lower() not in POST_SUFFIXES:
        return Merged(mine, theirs)
    merged = merge_files(base or b"", mine, theirs)
    if merged.data is not None:
        return Merged(merged.data)
    # What could be one is in the file, with mine where it could not; theirs is kept whole.
    return Merged(merged.resolve(()), with_own_id(path, theirs))


def _lines_of_both(mine: bytes, theirs: bytes) -> bytes:
    there = set(mine.splitlines())
    more = [line + b"\n" for line in theirs.splitlines() if line not in there]
    return b"".join((mine, b"" if mine.endswith(b"\n") or not mine else b"\n", *more))


def with_own_id(path: str, data: bytes) -> bytes:
    """A post's bytes for a conflict copy: with an id of its own, the same each time, where it names one at all."""
    document = read_document(Path(path), data, "")
    if document.fields is None or not document.fields.id:
        return data
    own = hashlib.sha256(path.encode("utf-8", "surrogateescape") + b"\0" + data).hexdigest()[:16]
    try:
        return compose(document, replace(document.post, id=own))
    except PostDeskError:
        return data
