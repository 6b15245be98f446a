"""A Ghost export (JSON): its posts and pages, whichever of its editors wrote them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.core.language import _
from postdesk.core.post import PAGE, Post, Visibility
from postdesk.exchange.front import when
from postdesk.exchange.ghost_cards import from_lexical, from_mobiledoc
from postdesk.exchange.values import Incoming, Problem
from postdesk.library import frontmatter
from postdesk.markup.markdown import to_markdown

_LARGEST = 500 << 20  # bytes
_MOST_VALUES = 20_000_000
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_SIGNS = (b"[", b"{", b",")
_SITE = "__GHOST_URL__"


class GhostExport:
    """A file that Ghost's Settings > Export made. Pictures are found where the folder `content` lies beside it."""

    kind = "ghost"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tables: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The site's title."""
        for row in _rows(self._read(), "settings"):
            if row.get("key") == "title" and isinstance(row.get("value"), str):
                return str(row["value"])
        return self._path.stem

    def count(self) -> int:
        """How many posts and pages there are."""
        return len(_rows(self._read(), "posts"))

    def posts(self) -> Iterator[Incoming | Problem]:
        """The posts and pages, in the order of the file."""
        tables = self._read()
        names = {str(row.get("id")): row.get("name") for row in _rows(tables, "tags")}
        tags: dict[str, list[tuple[int, str]]] = {}
        for row in _rows(tables, "posts_tags"):
            name = names.get(str(row.get("tag_id")))
            order = row.get("sort_order")
            if isinstance(name, str):
                place = order if isinstance(order, int) else 0
                tags.setdefault(str(row.get("post_id")), []).append((place, name))
        for row in _rows(tables, "posts"):
            title = str(row.get("title") or "")
            try:
                yield self._incoming(row, [name for _order, name in sorted(tags.get(str(row.get("id")), []))])
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                yield Problem(title, _("This post is not written as Ghost writes one, and was left out."))

    def _incoming(self, row: Mapping[str, Any], tags: list[str]) -> Incoming:
        status = str(row.get("status") or "draft")
        date = when(row.get("published_at"))
        if (
            date is not None
            and isinstance(row.get("published_at"), str)
            and not _has_offset(row["published_at"])
        ):
            date = date.replace(tzinfo=UTC)  # older versions leave it out, and mean UTC
        post = Post(
            "",
            frontmatter.tidy("title", str(row.get("title") or "")),
            _body(row).replace(f"{_SITE}/", "").replace(_SITE, "/"),
            frontmatter.clean_slug(str(row.get("slug") or "")),
            date,
            frontmatter.tidy("tags", [tag for tag in tags if not tag.startswith("#")]),
            (),
            frontmatter.tidy("excerpt", str(row.get("custom_excerpt") or "")),
            frontmatter.tidy(
                "image", str(row.get("feature_image") or row.get("image") or "").replace(f"{_SITE}/", "")
            ),
            Visibility.PUBLIC if row.get("visibility", "public") in ("public", None) else Visibility.PRIVATE,
            kind=PAGE if row.get("type") == PAGE or row.get("page") in (1, True) else "",
        )
        extra: dict[str, Any] = {"status": "published" if status == "sent" else status}
        if isinstance(row.get("visibility"), str) and row["visibility"] != "public":
            extra["readers"] = row["visibility"]  # members, paid: what Ghost alone knows
        key = str(row.get("uuid") or row.get("id") or "") or f"{row.get('slug')} {row.get('created_at')}"
        return Incoming(key, post, None, extra, None, self._path.parent, self._path.parent)

    def _read(self) -> Mapping[str, Any]:
        if self._tables is None:
            data, _hash = read_file(self._path, limit=_LARGEST)
            if _count_values(data) > _MOST_VALUES:
                raise LibraryError(
                    _("“{name}” has far more in it than a blog.").format(name=self._path.name),
                    _("Nothing was imported."),
                    _("Export the posts in several parts, if that is one."),
                )
            try:
                values = json.loads(data)
            except (ValueError, RecursionError) as error:
                raise refuse(self._path) from error
            tables = _tables(values)
            if tables is None:
                raise refuse(self._path)
            self._tables = tables
        return self._tables


def _count_values(data: bytes) -> int:
    """About how many values there are outside of texts: a few bytes of JSON become hundreds in memory."""
    count = place = 0
    for text in _TEXT.finditer(data):
        count += 1 + sum(data.count(sign, place, text.start()) for sign in _SIGNS)
        place = text.end()
        if count > _MOST_VALUES:
            break
    return count + sum(data.count(sign, place) for sign in _SIGNS)


def _tables(values: Any) -> Mapping[str, Any] | None:
    """The tables of the database in an export: in "data", or in "db", of which there is one."""
    if isinstance(values, dict) and isinstance(values.get("db"), list) and values["db"]:
        values = values["db"][0]
    tables = values.get("data") if isinstance(values, dict) else None
    return tables if isinstance(tables, dict) and isinstance(tables.get("posts"), list) else None


def _rows(tables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = tables.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _body(row: Mapping[str, Any]) -> str:
    html = row.get("html")
    if isinstance(html, str) and html.strip():
        return to_markdown(html)
    for name, read in (("lexical", from_lexical), ("mobiledoc", from_mobiledoc)):
        written = row.get(name)
        if isinstance(written, str) and written.strip():
            return read(json.loads(written))
    markdown = row.get("markdown")
    return markdown if isinstance(markdown, str) else str(row.get("plaintext") or "")


def _has_offset(text: str) -> bool:
    return text.endswith("Z") or "+" in text[10:] or "-" in text[10:]


def refuse(path: Path) -> LibraryError:
    """For a JSON file that is something else, or damaged."""
    return LibraryError(
        _("“{name}” is no Ghost export, or it is damaged.").format(name=path.name),
        _("Nothing was imported."),
        _("In Ghost choose Settings, Import/Export, Export content."),
    )
