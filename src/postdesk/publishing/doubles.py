"""Recognises a post of a blog that came here in another way: by an export of that blog that was imported before."""

from __future__ import annotations

import html
import json
import re
import zlib
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.backends.base import RemotePost
from postdesk.core.account import Account, plain_address
from postdesk.core.errors import LibraryError
from postdesk.core.files import read_start
from postdesk.core.post import imported_id
from postdesk.library import frontmatter
from postdesk.library.columns import Listed
from postdesk.library.document import Document
from postdesk.publishing.compare import names_of
from postdesk.publishing.content import sent_on
from postdesk.publishing.opener import Ready

if TYPE_CHECKING:
    from postdesk.library.library import Library

_HEAD = 16_384  # bytes that an import's front matter is looked for in
_ADDRESS = re.compile(r"^address:[ \t]*(\"https?://[^\"\n]+\"|https?://\S+)[ \t]*$", re.MULTILINE)


class Likeness(Enum):
    """What a file that came in another way is to the post. `SAME`: it would go back as the blog has it; `AS_MADE`: it
    would not, but nobody touched it since it was imported; `OTHER`: it says something else."""

    SAME = "same"
    AS_MADE = "as made"
    OTHER = "other"


class Doubles:
    """For one pull; `learn` first."""

    def __init__(self, account: Account, library: Library) -> None:
        self._is_wordpress = account.kind == "wordpress"
        self._library = library
        self._files: tuple[tuple[str, Path], ...] = ()
        self._by_address: dict[str, str] | None = None

    def learn(self, there: Listed, with_receipt: Iterable[str]) -> None:
        """The posts that are here, and the ids of those that are known to be on a blog."""
        known, root = frozenset(with_receipt), self._library.root
        self._files = tuple(
            (post_id, root / name)
            for post_id, name, live in zip(there.ids, there.names, there.live, strict=True)
            if live and post_id not in known
        )

    def find(self, remote: RemotePost) -> str:
        """The id of the post here that is this one, "" for none."""
        if not self._is_wordpress or not self._files:
            return ""
        for key in dict.fromkeys((remote.guid, html.unescape(remote.guid))):
            post_id = imported_id("wordpress", key) if key else ""
            if post_id and self._library.find(post_id) is not None:
                return post_id
        if self._by_address is None:
            self._by_address = {
                plain_address(address): post_id
                for post_id, path in self._files
                if (address := _address_in(path))
            }
        return self._by_address.get(plain_address(remote.address), "") if remote.address else ""

    def compare(self, document: Document, remote: RemotePost, ready: Ready) -> Likeness:
        """What the file of such a post is to what the blog has now."""
        from postdesk.markup.classic import as_markdown
        from postdesk.markup.lossless import Opened

        if document.fields is None or not _fields_alike(document, remote):
            return Likeness.OTHER
        opened = Opened.from_json(zlib.decompress(ready.map_data).decode("utf-8", "surrogatepass"))
        sent = sent_on(opened, document.post, {}, {})
        if not sent.broken and sent.opened.content == remote.content:
            return Likeness.SAME
        made = as_markdown(remote.content, {})
        return Likeness.AS_MADE if document.post.body.split() == made.split() else Likeness.OTHER


def _fields_alike(document: Document, remote: RemotePost) -> bool:
    """Whether the fields say what the blog has, in whatever form an export gives them."""
    post = document.post
    return (
        _words(post.title) == _words(remote.title)
        and _words(post.excerpt) == _words(remote.excerpt)
        and post.slug in ("", frontmatter.clean_slug(remote.slug))
        and (post.date is None or post.date == remote.date)
        and names_of(post.tags) == names_of(remote.tags)
        and names_of(post.categories) == names_of(remote.categories)
        and (post.visibility, post.post_password) == (remote.visibility, remote.post_password)
        and post.kind == remote.kind
    )


def _words(text: str) -> list[str]:
    from postdesk.markup.markdown import words_of

    return list(words_of(html.unescape(text)))


def _address_in(path: Path) -> str:
    """The address that an import wrote into a file's front matter, "" for none."""
    try:
        data, _hash = read_start(path, _HEAD)
    except LibraryError:
        return ""
    front, _body = frontmatter.split(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    found = _ADDRESS.search(front) if front is not None else None
    if found is None:
        return ""
    return str(json.loads(found[1])) if found[1].startswith('"') else found[1]
