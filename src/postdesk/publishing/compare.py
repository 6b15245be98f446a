"""Comparing: what a blog has with what it had (the base), and with what was tried."""

from __future__ import annotations

import hashlib
import html as entities
import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from postdesk.backends.base import Outgoing, RemotePost
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status
from postdesk.core.tokens import read

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SPACE = re.compile(r"\s+")
_WORDS = ("title", "content", "excerpt", "tags", "categories", "featured")


def is_empty(remote: RemotePost) -> bool:
    """Whether a post has no text yet; a comment (the marker, for blogs that clear the slugs of drafts) is none."""
    return not _COMMENT.sub("", remote.content).strip()


def base_of(remote: RemotePost, asked_slug: str, read_before: str = "") -> str:
    """The base as text: what the blog has now, and the slug that was asked for. Equal posts give equal text.

    `read_before` is an older base, for a job that changes the post's state and not its words: those stay as she had
    them, so that what somebody else changed in them is a conflict when she sends hers again.
    """
    values = {
        "title": remote.title, "content": remote.content, "excerpt": remote.excerpt, "slug": remote.slug,
        "status": remote.status.value, "tags": sorted(remote.tags), "categories": sorted(remote.categories),
        "featured": remote.featured, "date": remote.date.isoformat() if remote.date else None, "asked_slug": asked_slug,
        "visibility": remote.visibility.value,
    }  # fmt: skip
    if remote.post_password:
        values["post_password"] = password_mark(remote.post_password)
    values |= {name: value for name, value in base_values(read_before).items() if name in _WORDS}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1)


def password_mark(password: str) -> str:
    """What tells one password of readers from the next; the base says no more of it."""
    return hashlib.sha256(b"post desk readers\0" + password.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def base_values(base: str) -> dict[str, Any]:
    """What `base_of` wrote, as values; {} for a text that is none."""
    try:
        values = json.loads(base)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def is_unchanged(remote: RemotePost, base: str, *, in_trash: bool = False) -> bool:
    """Whether nobody changed the post since the base: content, not times, decides. A scheduled post that has gone
    live by itself is unchanged. `in_trash`: but for being in the blog's trash."""
    then = base_values(base)
    now = base_values(base_of(remote, ""))
    if not then:
        return False
    names = {
        "title",
        "content",
        "excerpt",
        "slug",
        "tags",
        "categories",
        "featured",
        "visibility",
        "status",
        "date",
    }
    if "post_password" in then and remote.visibility is Visibility.PASSWORD:
        names |= {"post_password"}
    if remote.status in (Status.DRAFT, Status.TRASHED):
        names -= {"date"}  # a draft's date floats
    if then.get("status") == Status.SCHEDULED.value and remote.status is Status.PUBLISHED:
        names -= {"status"}
    if in_trash and remote.status is Status.TRASHED:
        # What the trash makes of it: another name, and on WordPress a category where it had none (6.1, 7.1).
        names -= {"status", "slug", "visibility", "categories"}
    return all(then.get(n) == now.get(n) for n in names)


def is_ours(remote: RemotePost, tried: Outgoing, *, exact: bool = False) -> bool:
    """Whether what the blog has is what we tried to set. Blogs filter: the words have to be the same, and there
    may be no HTML tag, tag or category that we did not send. `exact`: not even that."""
    if remote.title != tried.title and _plain(remote.title) != _plain(tried.title):
        return False
    if _plain(remote.excerpt) != _plain(tried.excerpt) or not names_of(remote.tags) <= names_of(tried.tags):
        return False
    if tried.categories and not names_of(remote.categories) <= names_of(tried.categories):
        return False
    if remote.content.strip() == tried.content.strip():
        return True
    if exact:
        return False
    theirs, ours = pieces(remote.content), pieces(tried.content)
    return theirs.words == ours.words and is_part(theirs.tags, ours.tags)


def outgoing_json(outgoing: Outgoing) -> dict[str, Any]:
    """What was to be set, as JSON values. The readers' password is left out: the snapshot has it where it is
    needed."""
    values = asdict(outgoing)
    del values["post_password"]
    values["status"] = outgoing.status.value
    values["visibility"] = outgoing.visibility.value
    values["date"] = outgoing.date.isoformat() if outgoing.date else None
    return values


def outgoing_from_json(values: dict[str, Any]) -> Outgoing:
    """What `outgoing_json` wrote."""
    return Outgoing(
        **{
            **values, "status": Status(values["status"]), "visibility": Visibility(values["visibility"]),
            "date": datetime.fromisoformat(values["date"]) if values["date"] else None,
            "tags": tuple(values["tags"]), "categories": tuple(values["categories"]),
        }
    )  # fmt: skip


def as_outgoing(remote: RemotePost) -> Outgoing:
    """What the blog has, as something that can be set again."""
    return Outgoing(
        remote.title, remote.content, remote.status, remote.slug, remote.date, remote.excerpt, remote.tags,
        remote.categories, remote.featured, remote.visibility,
    )  # fmt: skip


class Pieces:
    """The words and the start tags of some HTML, in order."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self.tags: list[tuple[str, frozenset[tuple[str, str]]]] = []

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        self.tags.append((tag, frozenset(attributes)))

    def end(self, tag: str) -> None:
        """End tags are the blog's to write or to leave out."""

    def text(self, words: str) -> None:
        """Text between tags."""
        self._texts.append(words)

    @property
    def words(self) -> str:
        """The text without white space: blogs add and take away line ends between blocks."""
        return _SPACE.sub("", "".join(self._texts))

    @property
    def spaced(self) -> str:
        """The text as it stands there."""
        return "".join(self._texts)

    @property
    def pictures(self) -> set[str]:
        """The addresses of the pictures shown."""
        return {v for tag, attrs in self.tags if tag == "img" for n, v in attrs if n == "src"}

    @property
    def links(self) -> set[str]:
        """The addresses that it leads to."""
        return {v for tag, attrs in self.tags if tag == "a" for n, v in attrs if n == "href"}


def pieces(html: str) -> Pieces:
    """What of some HTML counts when it is compared."""
    found = Pieces()
    read(html, found)
    return found


def is_part(
    part: list[tuple[str, frozenset[tuple[str, str]]]], whole: list[tuple[str, frozenset[tuple[str, str]]]]
) -> bool:
    """Whether `part` is `whole` with tags or attributes left out."""
    rest = iter(whole)
    return all(any(name == n and attrs <= a for n, a in rest) for name, attrs in part)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", entities.unescape(text)).strip()


def names_of(names: tuple[str, ...]) -> set[str]:
    """Names of tags or categories as blogs tell them apart: letters' case, blanks and entities do not count."""
    return {_plain(n).casefold() for n in names}
