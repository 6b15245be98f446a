"""A folder of Markdown from Hugo, Jekyll, Pelican, Obsidian or any other program, as posts that are to come."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from postdesk.core.errors import BrokenFrontMatter, LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.files import read_file
from postdesk.core.post import Post
from postdesk.exchange.front import read_head, when, written
from postdesk.exchange.obsidian import plain_links, plain_tags
from postdesk.exchange.values import Incoming, Problem
from postdesk.library import encoding, frontmatter
from postdesk.library.names import POST_SUFFIXES, is_hidden

_DEEPEST = 32  # folders in each other
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)")
_OWN_ID = re.compile(r"[0-9a-f]{16}")
_BUILT = frozenset(["_site", "public", "node_modules", "vendor", "themes", "archetypes", "layouts"])
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic")


class MarkdownFolder:
    """A folder, or the one file in it that is named `only`. Links that lead elsewhere are not followed; hidden folders
    and those that a generator builds are left out.
    """

    kind = "markdown"

    def __init__(self, root: Path, only: str = "") -> None:
        self.root = Path(os.path.realpath(root))
        self._only = only
        self.name = self.root.name
        self._files: list[str] | None = None
        self._by_name: dict[str, str] = {}

    def count(self) -> int:
        """How many posts there are."""
        return len(self._walked())

    def posts(self) -> Iterator[Incoming | Problem]:
        """The posts, in the order of their paths."""
        for name in self._walked():
            try:
                yield self._read(name)
            except LibraryError as error:
                yield Problem(name, error.sentence)

    def _read(self, name: str) -> Incoming | Problem:
        path = self.root / name
        try:
            too_large = path.stat().st_size > encoding.LARGEST
        except OSError as error:  # gone since the folder was looked through
            raise explain(error, path, reading=True) from error
        if too_large:
            return Problem(name, encoding.too_large())
        data, _hash = read_file(path)
        decoded = encoding.decode(data)
        place = PurePosixPath(name).with_suffix("")
        # What the folder is called keeps apart two folders whose posts have the same paths.
        key = f"{self.name}/{name}"
        if decoded.readonly:
            return Problem(name, decoded.problem)
        text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            head, body = read_head(text)
            post = self._post(name, head.fields, body)
            written(replace(post, id="0" * 16), head.front, {})
        except BrokenFrontMatter as error:
            # It stays as it is, to be mended by her: nothing may be guessed into it.
            return Incoming(key, Post(""), place=place, verbatim=data, extra={"problem": error.sentence})
        extra = dict(head.extra)
        front = head.front
        if head.fields.id and not post.id:
            # Another program's: it makes room for the post's own, and stays under another name.
            extra["original_id"] = head.fields.id
            if front is not None and "original_id" not in front:
                front = f'{front}original_id: "{head.fields.id}"\n'
        if "_drafts" in place.parts[:-1] and front is None:
            extra.setdefault("draft", True)
        elif (
            "_drafts" in place.parts[:-1]
            and front is not None
            and not re.search(r"^draft:", front, re.MULTILINE)
        ):
            front = f"{front}draft: true\n"
        return Incoming(key, post, front, extra, place, path.parent, self.root)

    def _post(self, name: str, fields: frontmatter.Fields, body: str) -> Post:
        path = PurePosixPath(name)
        slug, date = fields.slug, fields.date
        dated = _DATED.fullmatch(path.stem)
        if dated is not None:
            date = date or when(dated[1])
            slug = slug or frontmatter.clean_slug(dated[2])
        title = fields.title or self._title(path, dated[2] if dated else "")
        body = plain_links(body, lambda wanted: self._find(path, wanted))
        values = {
            n: getattr(fields, n)
            for n in frontmatter.KEYS
            if n not in ("id", "title", "slug", "date", "tags")
        }
        post_id = fields.id if _OWN_ID.fullmatch(fields.id) else ""
        return Post(
            post_id,
            title,
            body.rstrip() + "\n" if body.strip() else "",
            slug,
            date,
            plain_tags(fields.tags),
            **values,
        )

    @staticmethod
    def _title(path: PurePosixPath, dated: str) -> str:
        """A note without a title is called as its file."""
        stem = path.parent.name if path.stem in ("index", "_index") and path.parent.name else path.stem
        return (dated or stem).replace("-", " ").replace("_", " ").strip().capitalize() if dated else stem

    def _find(self, path: PurePosixPath, wanted: str) -> str | None:
        """The path, from the post's folder, of the note or picture that Obsidian finds by its name."""
        folded = wanted.casefold()
        for name in (folded, f"{folded}.md"):
            there = self._by_name.get(name) or self._by_name.get(PurePosixPath(name).name)
            if there is not None:
                return Path(os.path.relpath(there, os.fspath(path.parent))).as_posix()
        return None

    def _walked(self) -> list[str]:
        if self._files is not None:
            return self._files
        found: list[str] = []
        folders = [("", os.fspath(self.root), 0)]
        while folders:
            prefix, folder, depth = folders.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue  # what may not be looked into holds nothing for her
            for entry in entries:
                name = entry.name
                if is_hidden(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth < _DEEPEST and name not in _BUILT:
                        folders.append((f"{prefix}{name}/", entry.path, depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    if name.lower().endswith(POST_SUFFIXES):
                        found.append(prefix + name)
                    if name.lower().endswith((*POST_SUFFIXES, *_PICTURES)):
                        self._by_name.setdefault(name.casefold(), prefix + name)
                        self._by_name.setdefault((prefix + name).casefold(), prefix + name)
        self._files = sorted(name for name in found if not self._only or name == self._only)
        return self._files
