"""What the full-text index remembers of a file, so that the next start need not read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postdesk.core.post import Visibility
from postdesk.library.frontmatter import Fields
from postdesk.library.scan import Scan

Marks = tuple[int, int, int, int]
"""Size in bytes, two times in ns since 1970, inode: what moves when a file is written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was indexed: its marks, the hash of its content, and what a row shows of it (`row_of`)."""

    marks: Marks
    hash: str
    row: str


def row_of(scan: Scan) -> str:
    """What a row shows of a file, as text: JSON of what is not as it is for most posts."""
    fields = scan.fields
    values: dict[str, Any] = {
        "id": fields.id, "title": fields.title, "slug": fields.slug, "tags": fields.tags,
        "categories": fields.categories, "excerpt": fields.excerpt, "date_unread": fields.date_unread,
        "date": fields.date.isoformat() if fields.date else "",
        "visibility": fields.visibility.value if fields.visibility is not Visibility.PUBLIC else "",
        "words": scan.words, "start": scan.start, "problem": scan.problem,
    }  # fmt: skip
    return json.dumps({name: value for name, value in values.items() if value})


def scan_of(row: str) -> Scan | None:
    """What `row_of` wrote; None for anything else."""
    try:
        return _scan(json.loads(row))
    except (ValueError, TypeError, AttributeError):
        return None


def _scan(values: Mapping[str, Any]) -> Scan:
    text = values.get
    fields = Fields(
        id=text("id", ""),
        title=text("title", ""),
        date=datetime.fromisoformat(values["date"]) if "date" in values else None,
        slug=text("slug", ""),
        tags=tuple(text("tags", ())),
        categories=tuple(text("categories", ())),
        excerpt=text("excerpt", ""),
        visibility=Visibility(text("visibility", "public")),
        date_unread=text("date_unread", ""),
    )
    return Scan(fields, text("words", 0), text("start", ""), text("problem", ""))
