"""A post as the writer has it: plain values, no file, no server."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any

PAGE = "page"
"""`Post.kind` of a page of a blog: not dated for readers, in a tree of pages, without tags and categories."""


class Visibility(Enum):
    """Who can see a published post."""

    PUBLIC = "public"
    PRIVATE = "private"
    PASSWORD = "password"  # noqa: S105  the name of a visibility, not a secret
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `id` never changes; `body` is Markdown with LF line ends; `date` is an instant with an offset
    or None ("when published"); `image` is a reference as in the text (path relative to the post's folder, or
    an https address). `post_password` is what readers type when `visibility` is PASSWORD; it is no credential
    of hers, but is never logged. `kind` is "page" for a page of a blog, "" for a post.
    """

    id: str
    title: str = ""
    body: str = ""
    slug: str = ""
    date: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excerpt: str = ""
    image: str = ""
    visibility: Visibility = Visibility.PUBLIC
    post_password: str = field(default="", repr=False)
    kind: str = ""

    def __post_init__(self) -> None:
        if self.date is not None and self.date.tzinfo is None:
            raise ValueError("a post's date needs an offset")

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over everything that goes out; equal hashes mean nothing to publish. The id is left
        out.
        """
        values = to_json(self)
        del values["id"]
        if not self.kind:  # receipts of posts hold hashes from before there were pages
            del values["kind"]
        return hashlib.sha256(
            json.dumps(values, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


def new_id() -> str:
    """A fresh post id: 16 hex digits, random."""
    return secrets.token_hex(8)


def to_json(post: Post) -> dict[str, Any]:
    """The post as JSON values; `date` in ISO 8601 with offset."""
    values: dict[str, Any] = {
        one.name: getattr(post, one.name) for one in fields(post)
    }  # `asdict` copies deeply
    values["date"] = post.date.isoformat() if post.date else None
    values["visibility"] = post.visibility.value
    values["tags"] = list(post.tags)
    values["categories"] = list(post.categories)
    return values


def from_json(values: dict[str, Any]) -> Post:
    """The post that `to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""
    return Post(
        id=str(values["id"]),
        title=str(values["title"]),
        body=str(values["body"]),
        slug=str(values["slug"]),
        date=datetime.fromisoformat(values["date"]) if values["date"] else None,
        tags=tuple(str(t) for t in values["tags"]),
        categories=tuple(str(c) for c in values["categories"]),
        excerpt=str(values["excerpt"]),
        image=str(values["image"]),
        visibility=Visibility(values["visibility"]),
        post_password=str(values["post_password"]),
        kind=str(values.get("kind", "")),
    )


def imported_id(kind: str, key: str) -> str:
    """The id of a post from elsewhere: 16 hex digits, the same whenever the same post is read. `kind` of source, and
    what that calls the post."""
    return hashlib.sha256(f"postdesk import\0{kind}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slugify(title: str, limit: int = 80) -> str:
    """A title as an address part: ASCII lower case, words joined by hyphens, cut at a word near `limit`
    characters.

    Diacritics are folded; a title without any Latin letter or digit gives "".
    """
    folded = unicodedata.normalize("NFKD", title.replace("ß", "ss").replace("’", "").replace("'", ""))
    plain = folded.encode("ascii", "ignore").decode().lower()
    slug = _NOT_SLUG.sub("-", plain).strip("-")
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rsplit("-", 1)[0][:limit].strip("-")
