"""HTML files, one or a folder of them, as posts that are to come."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from postdesk.core.errors import LibraryError
from postdesk.core.files import read_file
from postdesk.core.post import Post
from postdesk.core.tokens import Kind, cut, entities
from postdesk.exchange.front import when
from postdesk.exchange.values import Incoming, Problem
from postdesk.library import frontmatter
from postdesk.library.names import is_hidden
from postdesk.markup.markdown import to_markdown, words_of
from postdesk.markup.simpler import simplify
from postdesk.markup.tree import Node, write_all

SUFFIXES = (".html", ".htm", ".xhtml")
_LARGEST = 20 << 20  # bytes of a page
_DEEPEST = 32  # folders in each other
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_DATES = ("article:published_time", "date", "dc.date", "dcterms.created", "dcterms.date", "datepublished")


class HtmlPages:
    """A folder of pages, or a single one."""

    kind = "html"

    def __init__(self, path: Path) -> None:
        real = Path(os.path.realpath(path))
        self.root = real if real.is_dir() else real.parent
        self.name = self.root.name if real.is_dir() else real.stem
        self._files = _walk(self.root) if real.is_dir() else [real.name]

    def count(self) -> int:
        """How many pages there are."""
        return len(self._files)

    def posts(self) -> Iterator[Incoming | Problem]:
        """The pages, in the order of their paths."""
        for name in self._files:
            try:
                data, _hash = read_file(self.root / name, limit=_LARGEST)
            except LibraryError as error:
                yield Problem(name, error.sentence)
                continue
            page = read_page(_decoded(data))
            path = PurePosixPath(name)
            stem = path.parent.name if path.stem.lower() == "index" and path.parent.name else path.stem
            values = {
                **page.values,
                "title": page.values.get("title") or stem,
                "slug": frontmatter.clean_slug(stem),
            }
            place = path.with_suffix("")
            extra = {"address": page.address} if page.address else {}
            key = f"{self.root.name}/{name}"
            yield Incoming(
                key,
                Post("", body=page.body, **values),
                None,
                extra,
                place,
                (self.root / name).parent,
                self.root,
            )


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: fields of a post by name, its Markdown, where it says that it stands."""

    body: str
    values: dict[str, Any] = field(default_factory=dict)
    address: str = ""


def read_page(html: str) -> Page:
    """A page's head and its main part. Never raises."""
    metas, title, address = _head(html)
    tree = simplify(html)
    body = _main(tree)
    if not title:
        title = next(
            (
                " ".join(node.plain().split())
                for root in body
                for node in root.everything()
                if node.tag == "h1"
            ),
            "",
        )
    body = _without_title(body, title)
    values: dict[str, Any] = {
        "title": frontmatter.tidy("title", " ".join((metas.get("og:title") or title).split())),
        "excerpt": frontmatter.tidy("excerpt", metas.get("description") or metas.get("og:description", "")),
        "tags": frontmatter.tidy("tags", metas.get("keywords", "").split(",")),
        "date": next((found for name in _DATES if (found := when(metas.get(name, "")))), None) or _time(tree),
    }
    return Page(to_markdown(write_all(body)), values, address)


def _head(html: str) -> tuple[dict[str, str], str, str]:
    """The page's meta tags by name, its title, and its address."""
    metas: dict[str, str] = {}
    title = address = ""
    in_title = False
    for kind, start, end, tag, pairs in cut(html):
        if kind is Kind.RAW and in_title and not title:
            title = " ".join(entities(html[start:end]).split())
        in_title = kind is Kind.START and tag == "title"
        if kind is not Kind.START:
            continue
        if tag == "meta":
            values = dict(reversed(pairs))
            name = values.get("name") or values.get("property") or values.get("itemprop") or ""
            metas.setdefault(name.strip().lower(), values.get("content", "").strip())
        elif tag == "link":
            values = dict(reversed(pairs))
            if values.get("rel", "").lower() == "canonical" and values.get("href", "").startswith(
                ("http:", "https:")
            ):
                address = address or values["href"]
        elif tag == "body":
            break
    return metas, title, address


def _main(tree: list[Node]) -> list[Node]:
    """What the page is about: its only article, else its main part, else all but the navigation."""
    everything = [node for root in tree for node in root.everything()]
    articles = [node for node in everything if node.tag == "article"]
    mains = [node for node in everything if node.tag == "main"]
    chosen = articles if len(articles) == 1 else mains[:1]
    if chosen and words_of(write_all(chosen)):
        return chosen[0].children
    for node in everything:
        node.children = [child for child in node.children if child.tag != "nav"]
    return [node for node in tree if node.tag != "nav"]


def _without_title(body: list[Node], title: str) -> list[Node]:
    """The body without a heading at its top that says the title again."""
    said = title.split()
    for root in body:
        for node in root.everything():
            if not node.tag and node.text.strip():
                return body
            if node.tag == "h1":
                words = node.plain().split()
                if words and (said == words or said[: len(words)] == words):
                    node.children = []
                return body
    return body


def _time(tree: list[Node]) -> Any:
    for root in tree:
        for node in root.everything():
            if node.tag == "time" and (found := when(node.attributes.get("datetime", ""))):
                return found
    return None


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found = _CHARSET.search(data[:4096])
        try:
            return data.decode(found[1].decode("ascii") if found else "cp1252", "replace")
        except (LookupError, ValueError):
            return data.decode("cp1252", "replace")


def _walk(root: Path) -> list[str]:
    found: list[str] = []
    folders = [("", os.fspath(root), 0)]
    while folders:
        prefix, folder, depth = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue  # what may not be looked into holds nothing for her
        for entry in entries:
            if is_hidden(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                folders.append((f"{prefix}{entry.name}/", entry.path, depth + 1))
            elif entry.is_file(follow_symlinks=False) and entry.name.lower().endswith(SUFFIXES):
                found.append(prefix + entry.name)
    return sorted(found)
