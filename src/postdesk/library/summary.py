"""One post of the library, as lists show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from postdesk.core.post import Visibility


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the list. `modified` is in seconds since 1970, `size` in bytes; `excerpt` is the first text, one line;
    `problem` is a sentence or "". `copy_of`: the post that this is a conflict copy of.
    """

    path: Path
    id: str
    title: str
    slug: str
    date: datetime | None
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    visibility: Visibility
    excerpt: str
    modified: float
    size: int
    words: int
    problem: str = ""
    copy_of: Path | None = None
