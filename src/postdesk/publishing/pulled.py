"""Posts that came from a blog: the map of each, and the post as the writer's file has it."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Protocol

from postdesk.backends.base import RemotePost
from postdesk.core.account import plain_address
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt
from postdesk.publishing.compare import base_values

if TYPE_CHECKING:  # with it come Python-Markdown and Pygments, which the window's start does without
    from postdesk.markup.lossless import Opened

_log = logging.getLogger(__name__)


class Bases(Protocol):
    """What is kept content-addressed beside the receipts."""

    def put_base(self, text: str) -> str:
        """Keep a text; returns its hash."""

    def base(self, content_hash: str) -> str | None:
        """The text, or None."""


def pulled_id(address: str, remote_id: str) -> str:
    """The id of a blog's post in any library: 16 hex digits, the same on every machine and at every pull."""
    name = f"postdesk pull\0{plain_address(address)}\0{remote_id}"
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def opened_of(bases: Bases, receipt: Receipt | None) -> Opened | None:
    """What the blog had of a post when it was last in step, in pieces; None for one that was written here. A map that
    is lost is made again of the base. Where that is lost, too, it is None, and every block is made afresh, but for the
    cards, which hold their source themselves."""
    if receipt is None or not receipt.map_hash:
        return None
    from postdesk.markup.lossless import Opened

    text = bases.base(receipt.map_hash)
    if text is not None:
        try:
            return Opened.from_json(text)
        except (ValueError, KeyError, TypeError) as error:
            _log.warning("A map cannot be read: %s", error)
    return _opened_again(bases.base(receipt.base_hash) if receipt.base_hash else None)


def _opened_again(base: str | None) -> Opened | None:
    from postdesk.markup.lossless import open_post

    content = base_values(base or "").get("content")
    if not isinstance(content, str):
        return None
    # Of plain HTML it is not known any more whether the blog makes paragraphs of blank lines; tags do no harm there.
    return open_post(content, classic=not content.lstrip().lower().startswith("<p"))


def keep_map(bases: Bases, opened: Opened, content: str) -> str:
    """Keep the map of a post whose content on the blog is `content` now; returns its hash."""
    from postdesk.markup.lossless import followed

    return bases.put_base(followed(opened, content).to_json())


def as_post(remote: RemotePost, post_id: str, markdown: str) -> Post:
    """The post as her file will have it; `markdown` is what was made of its content."""
    return Post(
        post_id, remote.title, markdown, remote.slug, remote.date, remote.tags, remote.categories,
        remote.excerpt, visibility=remote.visibility, post_password=remote.post_password, kind=remote.kind,
    )  # fmt: skip
