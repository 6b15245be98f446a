"""What the details drawer shows and changes, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from postdesk.core.post import Visibility

WIDTH = 300  # px at 100 %
EVERYTHING = frozenset({"excerpt", "tags", "categories", "picture", "private", "password", "pending"})


@dataclass(frozen=True, slots=True)
class LinkedFrom:
    """A post that links to the one that is shown; or names it without a link, in this `line`."""

    path: Path
    title: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """The fields of a post that are not its title and text; as in `core.post.Post`."""

    slug: str = ""
    date: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excerpt: str = ""
    image: str = ""
    visibility: Visibility = Visibility.PUBLIC
    post_password: str = field(default="", repr=False)
