"""What a local site knows: one JSON file per post in the site's hidden folder, and the pages made from them.

The post's file is the truth and is written first; pages are made from all of them, and a page whose inputs
did not change is not touched. A crash between the two is mended by the next write.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from postdesk.core.files import save_file
from postdesk.core.receipt import Status

HIDDEN = ".postdesk-site"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")
_NOT_PATH = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class SitePost:
    """A post as the site keeps it. `path` is its folder below the site ("2026/11/slug", "" until published);
    `old_paths` are addresses it had before and that still lead to it."""

    remote_id: str
    status: Status = Status.DRAFT
    title: str = ""
    content: str = ""
    slug: str = ""
    excerpt: str = ""
    date: str = ""
    modified: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    featured: str = ""
    path: str = ""
    old_paths: tuple[str, ...] = field(default=())

    @property
    def revision(self) -> str:
        """SHA-256 (hex, 32 digits) over all that a save may change; the time of the save is left out."""
        values = asdict(replace(self, modified=""))
        values["status"] = self.status.value
        return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[
            :32
        ]

    @property
    def when(self) -> datetime | None:
        """The date as an instant, None before the first publication."""
        return datetime.fromisoformat(self.date) if self.date else None

    @property
    def is_public(self) -> bool:
        """Whether readers can see it."""
        return self.status is Status.PUBLISHED


def path_part(text: str) -> str:
    """A slug or a tag as one safe folder name: letters, digits and hyphens of any script, at most 120 bytes
    of UTF-8.
    """
    plain = _NOT_PATH.sub("-", unicodedata.normalize("NFC", text).lower()).strip("-_")
    while len(plain.encode()) > 120:
        plain = plain[:-1]
    return plain.strip("-_")


class Store:
    """The hidden folder of a site."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._posts = site / HIDDEN / "posts"
        self._media = site / HIDDEN / "media"

    def make(self) -> None:
        """Make the folders; raises OSError when they cannot be."""
        self._posts.mkdir(parents=True, exist_ok=True)
        self._media.mkdir(parents=True, exist_ok=True)

    def get(self, remote_id: str) -> SitePost | None:
        """The post, or None."""
        return self._load(self._posts / f"{remote_id}.json") if _NAME.match(remote_id) else None

    def put(self, post: SitePost) -> None:
        """Keep the post; on the disk when this returns."""
        values = asdict(post)
        values["status"] = post.status.value
        self._save(self._posts / f"{post.remote_id}.json", values)

    def all(self) -> tuple[SitePost, ...]:
        """Every post, newest first by date, then by id."""
        found = [p for f in sorted(self._posts.glob("*.json")) if (p := self._load(f)) is not None]
        return tuple(sorted(found, key=lambda p: (p.date, p.remote_id), reverse=True))

    def media(self) -> Iterable[dict[str, Any]]:
        """What is known of each picture."""
        for file in sorted(self._media.glob("*.json")):
            values = self._values(file)
            if values is not None:
                yield values

    def put_media(self, name: str, values: dict[str, Any]) -> None:
        """Keep what is known of the picture called `name`."""
        self._save(self._media / f"{name}.json", values)

    def drop_media(self, name: str) -> None:
        """Forget the picture called `name`."""
        (self._media / f"{name}.json").unlink(missing_ok=True)

    def pages(self) -> dict[str, str]:
        """The fingerprint of every page that was written, by path below the site."""
        values = self._values(self.site / HIDDEN / "pages.json")
        return {str(k): str(v) for k, v in values.items()} if values else {}

    def put_pages(self, pages: dict[str, str]) -> None:
        """Keep the fingerprints."""
        self._save(self.site / HIDDEN / "pages.json", pages)

    def _save(self, path: Path, values: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(
            path, json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True).encode(), expected=""
        )

    def _values(self, path: Path) -> dict[str, Any] | None:
        try:
            values = json.loads(path.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return values if isinstance(values, dict) else None

    def _load(self, path: Path) -> SitePost | None:
        values = self._values(path)
        try:
            if values is None:
                return None
            for name in ("tags", "categories", "old_paths"):
                values[name] = tuple(values[name])
            return SitePost(**{**values, "status": Status(values["status"])})
        except (KeyError, TypeError, ValueError):
            return None
