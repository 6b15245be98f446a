"""Two versions of the open post, hers and the file's: what they make together, and what is hers to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from postdesk.core.files import content_hash
from postdesk.core.post import Post
from postdesk.library.document import Document, as_saved, read_document
from postdesk.library.library import Library

if TYPE_CHECKING:
    from postdesk.publishing.merge_files import Choice, MergedFiles

__all__ = ["Choice", "Meeting", "meet"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """`document` is the file as she had it, `post` what she made of it, `there` the file as it is now. Without
    `related` nobody knows what both were made from, and nothing is merged before she saw it."""

    document: Document
    post: Post
    there: Document
    merged: MergedFiles
    related: bool

    @property
    def is_clean(self) -> bool:
        """Whether the two make one without a question."""
        return self.related and self.merged.is_clean

    def result(self, choices: Sequence[Choice]) -> Post:
        """The post once everything is decided, the front matter's keys first; what has no choice keeps hers."""
        data = self.merged.resolve(choices)
        return read_document(self.there.path, data, self.document.post.id, self.there).post


def meet(library: Library, document: Document, post: Post, there: Document) -> Meeting | None:
    """What `post`, typed into `document`, and the file that is `there` make together; None when they cannot be
    compared, as one of them is no post whose front matter can be read. Raises LibraryError."""
    from postdesk.publishing.merge_files import merge_files

    alike = (document.fields is None) is (there.fields is None)
    if not alike or document.base is not None or document.readonly or there.readonly:
        return None
    base: bytes | None = document.data
    if base is not None and content_hash(base) != document.hash:  # it came from a recovery copy
        base = library.version(document.post.id, document.hash)
    merged = merge_files(base or b"", as_saved(document, post), there.data)
    return Meeting(document, post, there, merged, base is not None)
