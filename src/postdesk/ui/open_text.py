"""The text of a post between the keyboard and its file: what is typed, what the file has, and who waits for the two to
be the same; and the words that a crash left in recovery copies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library.document import Document, is_only_text
from postdesk.library.library import Library
from postdesk.library.recovery import Entry, Recovery
from postdesk.ui.details import Details

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class OpenText:
    """One post that is open, or was until its words are in the file. `post` is what is typed, `document` the file as it
    was last read or written, `cursor` an offset in UTF-16 units. `saving`: its file is being written or renamed now.
    `stuck`: the disk said no; she was told, and typing goes on. `waiting`: whom to tell of the next save's end."""

    document: Document
    post: Post
    cursor: int = 0
    saving: bool = False
    stuck: bool = False
    waiting: list[tuple[Callable[[Document], None], Callable[[Exception], None]]] = field(
        default_factory=list
    )

    @property
    def key(self) -> str:
        """The post's id."""
        return self.document.post.id

    @property
    def is_dirty(self) -> bool:
        """Whether there is something that the file does not have yet."""
        return self.post != self.document.post

    @property
    def is_plain(self) -> bool:
        """Whether what is typed is a whole file as one text."""
        return self.document.fields is None and is_only_text(self.post)

    def saved(self) -> None:
        """Call who waited for everything to be in the file."""
        waiting, self.waiting = self.waiting, []
        for then, _otherwise in waiting:
            then(self.document)

    def refused(self, error: Exception) -> None:
        """Tell who waited that it was not saved."""
        waiting, self.waiting = self.waiting, []
        for _then, otherwise in waiting:
            otherwise(error)


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What became of the recovery copies: `sentences` to tell, those that the disk would not take (`unsaved`; they stay
    where they are), and where she was in the posts of the others: UTF-16 units by post id."""

    sentences: tuple[str, ...]
    unsaved: tuple[Entry, ...]
    cursors: Mapping[str, int]


def bring_back(library: Library, recovery: Recovery) -> BroughtBack:
    """Put every recovery copy into its file; what another program wrote there since goes beside it."""
    sentences: list[str] = []
    unsaved: list[Entry] = []
    cursors: dict[str, int] = {}
    for found in recovery.pending(library.read, library.root):
        entry, document, clean = found.entry, found.document, found.clean
        title = entry.post.title or _("Untitled")
        try:
            if document is not None and document.post.id != entry.post.id:
                document = None  # another post lies there now
            if document is None and (path := library.find(entry.post.id)) is not None:
                document = entry.onto(library.read(path))  # it was renamed or moved
                clean = document.hash == entry.base_hash
            if document is None:
                library.new_again(entry.post, entry.path, plain=entry.plain is True)
                words = _("The file of “{title}” is gone; the words you typed are in a new one.")
            elif clean:
                library.save(document, entry.post)
                words = _("Brought back what you typed in “{title}” before the program ended.")
            else:
                library.keep_both(document, entry.post)
                words = _(
                    "Another program changed “{title}” after you typed in it. Both are kept: your "
                    "words are in the post, the other version is in a copy beside it."
                )
            cursors[entry.post.id] = entry.cursor
            recovery.drop(entry.key)
            sentences.append(words.format(title=title))
        except PostDeskError as error:
            _log.warning("A recovery copy stays where it is: %s", error.details or error.happened)
            unsaved.append(entry)
            sentences.append(error.sentence)
    return BroughtBack(tuple(sentences), tuple(unsaved), cursors)


def details_of(post: Post) -> Details:
    """The fields that the drawer shows."""
    return Details(
        post.slug,
        post.date,
        post.tags,
        post.categories,
        post.excerpt,
        post.image,
        post.visibility,
        post.post_password,
    )
