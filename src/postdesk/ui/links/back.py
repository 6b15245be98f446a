"""Who links to a post, who names it, and the link made there and taken back. Called in tasks; nothing of Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from postdesk.core.errors import LibraryError
from postdesk.core.post import Post
from postdesk.library.library import Library
from postdesk.library.query import Query, Term
from postdesk.library.receipts import Receipts
from postdesk.markup.mentions import SHORTEST, find_mention, linked
from postdesk.markup.postlinks import SCHEME
from postdesk.ui.details.values import LinkedFrom

_MOST_READ = 40  # files in which a mention is looked for


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made: in which file, and its text before and after."""

    path: Path
    title: str
    before: str
    after: str


def look_back(
    library: Library, receipts: Receipts, post: Post, here: Path, title_at: Callable[[Path], str | None]
) -> tuple[tuple[LinkedFrom, ...], tuple[LinkedFrom, ...]]:
    """The posts of the library that link to `post`, by its id or its address on a blog, and those whose text names its
    title. `here` is its own file, `title_at` says the title of the post in a file. Asks the index; what that does not
    know yet is not found yet."""
    try:
        addresses = [r.address for r in receipts.for_post(post.id) if r.address]
    except LibraryError:  # publishing says so; here it only means that no address is known
        addresses = []
    linking = library.linking_to(post.id, addresses) - {here}
    naming: list[LinkedFrom] = []
    if sum(letter.isalnum() for letter in post.title) >= SHORTEST:
        query = Query((Term(" ".join(post.title.replace('"', " ").split()), phrase=True),))
        found = (library.search(query) or frozenset()) - linking - {here}
        for path in sorted(found)[:_MOST_READ]:
            title = title_at(path)
            if title is None:
                continue  # gone since
            try:
                document = library.read(path)
            except LibraryError:
                continue  # gone since; the next look says so
            mention = None if document.problem else find_mention(document.post.body, post.title)
            if mention is not None:
                naming.append(LinkedFrom(path, title, mention.line))
    titled = ((path, title_at(path)) for path in linking)
    shown = sorted(
        (LinkedFrom(path, title) for path, title in titled if title is not None), key=lambda one: one.title
    )
    return tuple(shown), tuple(naming)


def make_link_in(library: Library, path: Path, target: Post) -> Linked | None:
    """Make the first mention of `target` in that file a link; None when there is none any more. Raises what saving
    raises."""
    document = library.read(path)
    mention = None if document.problem else find_mention(document.post.body, target.title)
    if mention is None:
        return None
    body = linked(document.post.body, mention, SCHEME + target.id)
    library.save(document, replace(document.post, body=body))
    return Linked(path, document.post.title or path.stem, document.post.body, body)


def take_link_back(library: Library, what: Linked) -> bool:
    """Give the file its text back, where it is still the one with the link; whether that was so."""
    document = library.read(what.path)
    if document.post.body != what.after:
        return False
    library.save(document, replace(document.post, body=what.before))
    return True
