"""What the full-text index remembers of a file beside what the list shows, so that it need not be read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postdesk.core.post import Visibility
from postdesk.library.scan import Scan


@dataclass(frozen=True, slots=True)
class Details:
    """`size` is in bytes, `start` the first text, one line."""

    slug: str = ""
    date: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    start: str = ""
    size: int = 0


def details_of(scan: Scan, size: int) -> str:
    """The details of a file as text: JSON of what is not as it is for most posts."""
    fields = scan.fields
    values: dict[str, Any] = {
        "slug": fields.slug, "tags": fields.tags, "categories": fields.categories, "size": size,
        "date": fields.date.isoformat() if fields.date else "",
        "visibility": fields.visibility.value if fields.visibility is not Visibility.PUBLIC else "",
        "start": scan.start,
    }  # fmt: skip
    return json.dumps({name: value for name, value in values.items() if value})


def read_details(text: str) -> Details | None:
    """What `details_of` wrote; None for anything else."""
    try:
        return _details(json.loads(text))
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _details(values: Mapping[str, Any]) -> Details:
    text = values.get
    return Details(
        slug=text("slug", ""),
        date=datetime.fromisoformat(values["date"]) if "date" in values else None,
        tags=tuple(text("tags", ())),
        categories=tuple(text("categories", ())),
        visibility=Visibility(text("visibility", "public")),
        start=text("start", ""),
        size=text("size", 0),
    )
