"""Clears copies of a blog's pictures that no post shows any more. In doubt a copy stays: it may be the last one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from postdesk.core.cancel import Cancel
from postdesk.core.errors import FileGone, LibraryError
from postdesk.core.receipt import Receipt
from postdesk.library.blog_pictures import key_of, names_server
from postdesk.markup.shown import shown_pictures
from postdesk.publishing.bringing import absolute, there_made
from postdesk.publishing.compare import base_values

if TYPE_CHECKING:
    from pathlib import Path

    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many files went, and how many bytes are free now."""

    count: int = 0
    size: int = 0


def clear_unused(
    library: Library,
    receipts: Receipts,
    cancel: Cancel,
    rendered: Callable[[Receipt], str] = lambda _receipt: "",
) -> Cleared:
    """Remove the copies that neither a post of the library shows nor a blog's own version of one, in the trash or not,
    nor what its readers get (`rendered`), nor any text by the name of the file. For a task. Raises `Cancelled`, and
    LibraryError where a post cannot be read: then nothing was removed."""
    used: set[str] = set()
    files: set[Path] = set()
    for summary in library.up_to_date():
        cancel.check()
        try:
            post = library.read(summary.path).post
        except FileGone:
            continue
        refs = [shown.ref for shown in shown_pictures(post.body)]
        for ref in (*refs, post.image):
            used.add(key_of(ref, post.id))
            if ref and not names_server(ref):
                try:
                    files.add(library.resolve_picture(summary.path, ref))
                except LibraryError:
                    continue  # it names no picture here
    for receipt in receipts.all():
        cancel.check()
        values = base_values(receipts.base(receipt.base_hash) or "") if receipt.base_hash else {}
        content = values.get("content")
        made = rendered(receipt) if there_made(content) else ""
        for shown in shown_pictures("", f"{content}\n{made}" if isinstance(content, str) else ""):
            used |= {key_of(shown.ref, receipt.post_id), key_of(absolute(receipt.address, shown.ref), "")}
        used.add(f"number {values.get('featured')}")
    return _clear(library, used, files, cancel)


def _clear(library: Library, used: set[str], files: set[Path], cancel: Cancel) -> Cleared:
    pictures = library.blog_pictures
    known = list(pictures.all())

    def is_used(key: str) -> bool:
        return key in used or (key.startswith("featured ") and f"number {key.rpartition(' ')[2]}" in used)

    needed = {copy.file for copy in known if is_used(copy.key)}
    count = size = 0
    for copy in known:
        cancel.check()
        if is_used(copy.key):
            continue
        is_alone = bool(copy.file) and copy.file not in needed and pictures.has(copy.key)
        if is_alone and pictures.file(copy.key) not in files:
            freed = pictures.discard(copy)
            count, size = count + bool(freed), size + freed
        pictures.forget(copy.key)
    return Cleared(count, size)
