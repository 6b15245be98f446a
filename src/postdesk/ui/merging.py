"""Two versions of the open post, hers and the file's or a conflict copy's: what they make together, and what is hers to
decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.core.files import content_hash
from postdesk.core.post import Post
from postdesk.library import frontmatter
from postdesk.library.document import Document, as_saved, read_document
from postdesk.library.library import Library

if TYPE_CHECKING:
    from postdesk.publishing.merge_files import Choice, MergedFiles

__all__ = ["Choice", "Meeting", "meet", "meet_copy"]

_MOST_VERSIONS = 60  # of the history that are asked whether a copy was made from them


@dataclass(frozen=True, slots=True)
class Meeting:
    """`document` is the file as she had it, `post` what she made of it, `there` the file as it is now, or a conflict
    copy beside it. Without `related` nobody knows what both were made from, and nothing is merged before she saw it."""

    document: Document
    post: Post
    there: Document
    merged: MergedFiles
    related: bool

    @property
    def is_copy(self) -> bool:
        """Whether `there` is another file than the post's own."""
        return self.there.path != self.document.path

    @property
    def is_clean(self) -> bool:
        """Whether the two make one without a question."""
        return self.related and self.merged.is_clean and not self.is_copy

    def result(self, choices: Sequence[Choice]) -> Post:
        """The post once everything is decided, the front matter's keys first; what has no choice keeps hers."""
        data = self.merged.resolve(choices)
        return read_document(self.there.path, data, self.document.post.id, self.there).post


def meet(library: Library, document: Document, post: Post, there: Document) -> Meeting | None:
    """What `post`, typed into `document`, and the file that is `there` make together; None when they cannot be
    compared, as one of them is no post whose front matter can be read. Raises LibraryError."""
    from postdesk.publishing.merge_files import merge_files

    if not _can_be_compared(document, there):
        return None
    base: bytes | None = document.data
    if base is not None and content_hash(base) != document.hash:  # it came from a recovery copy
        base = library.version(document.post.id, document.hash)
    merged = merge_files(base or b"", as_saved(document, post), there.data)
    return Meeting(document, post, there, merged, base is not None)


def meet_copy(library: Library, document: Document, post: Post, path: Path) -> Meeting | None:
    """What the open post and the conflict copy at `path` make together; None when they cannot be compared. Raises
    LibraryError."""
    from postdesk.publishing.merge_files import merge_files

    copy = library.read(path)
    if not _can_be_compared(document, copy):
        return None
    versions = [document.data, *islice(library.files_of(document.post.id), _MOST_VERSIONS)]
    base = ancestor(versions, copy.data)
    merged = merge_files(base or b"", as_saved(document, post), copy.data)
    return Meeting(document, post, copy, merged, base is not None)


def ancestor(versions: Iterable[bytes], copy: bytes) -> bytes | None:
    """Of a post's versions, the newest first, the one that a copy was made from, as far as can be told: the one that
    differs from it least. Of several the oldest: a base that is too old asks too much, one that is too new would take
    what was written since for something that the copy removed. None when none has a line in common with it."""
    wanted = _lines(copy)
    best: bytes | None = None
    least = 0
    for version in versions:
        lines = _lines(version)
        common = (lines & wanted).total()
        distance = lines.total() + wanted.total() - 2 * common
        if common and (best is None or distance <= least):
            best, least = version, distance
    return best


def _lines(data: bytes) -> Counter[bytes]:
    """The lines with words, of the text alone."""
    text = data.decode("utf-8", "replace")
    parts = frontmatter.cut(text.removeprefix("\ufeff"))
    body = parts.body if parts is not None else text
    return Counter(line.strip() for line in body.encode().splitlines() if line.strip())


def _can_be_compared(document: Document, there: Document) -> bool:
    alike = (document.fields is None) is (there.fields is None)
    return alike and document.base is None and not document.readonly and not there.readonly
