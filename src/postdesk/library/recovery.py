"""Recovery copies and the session: what was typed and where she was, in the state folder, safe from any
crash.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postdesk.core.errors import LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.files import is_litter, load_json, save_json, sweep
from postdesk.core.post import Post, from_json, to_json
from postdesk.library import frontmatter
from postdesk.library.document import Document, is_only_text, meant_for
from postdesk.library.names import names_in

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A recovery copy: the whole post as it was on the screen. `key` is what it is filed under, one per
    open text.

    `path` is the post's file, None when it has none yet. `base_hash` is the hash of the file that was read.
    `cursor` is an offset in the body in UTF-16 units. `at` is when it was put. `plain`: the body is the whole file,
    which was read as one text; None in a copy of an older Post Desk, which did not say.
    """

    key: str
    post: Post
    path: Path | None = None
    base_hash: str = ""
    cursor: int = 0
    at: datetime | None = None
    plain: bool | None = None

    def onto(self, there: Document) -> Document:
        """The document of the post's file as this copy is to be written into it; see `meant_for`."""
        plain = self.plain
        if plain is None and there.fields is not None and is_only_text(self.post):
            # A text with a front matter of its own, where the file's says more than an id: that is the file's.
            says_more = there.fields != frontmatter.Fields(id=there.fields.id)
            plain = True if says_more and frontmatter.cut(self.post.body) is not None else None
        return meant_for(there, self.post, plain)


@dataclass(frozen=True, slots=True)
class Pending:
    """A recovery copy that holds more than the disk. `document` is the file now, as the copy is to be written into
    it; None when it is gone or unreadable.

    `clean`: the file is still the one that was read, so the copy may simply take its place; otherwise both
    are kept.
    """

    entry: Entry
    document: Document | None
    clean: bool


class Recovery:
    """Recovery copies in `state_folder`/recovery, one small file each; a put replaces the file in one step."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / "recovery"
        self._session = state_folder / "session.json"

    def put(
        self,
        key: str,
        post: Post,
        *,
        path: Path | None = None,
        base_hash: str = "",
        cursor: int = 0,
        plain: bool | None = None,
    ) -> None:
        """Store a copy in place of the last one under `key`. On the disk when it returns. Raises
        LibraryError.
        """
        values = {
            "key": key,
            "path": str(path) if path else None,
            "base_hash": base_hash,
            "cursor": cursor,
            "plain": plain,
            "at": datetime.now(UTC).isoformat(),
            "post": to_json(post),
        }
        save_json(self._file(key), values)

    def drop(self, key: str) -> None:
        """Remove the copy under `key`: the text is in its file."""
        try:
            self._file(key).unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, self._file(key)) from error

    def any(self) -> bool:
        """Whether there is any copy at all; quick, as nothing is read but the folder. Raises LibraryError."""
        return any(name.endswith(".json") and not is_litter(name) for name in names_in(self._folder))

    def all(self) -> tuple[Entry, ...]:
        """Every copy, the newest first. One that cannot be read is set aside, never removed."""
        sweep(self._folder)
        entries = []
        for name in names_in(self._folder):
            if name.endswith(".json") and not is_litter(name):
                entry = self._load(self._folder / name)
                if entry is not None:
                    entries.append(entry)
        entries.sort(
            key=lambda entry: (entry.at or datetime.min.replace(tzinfo=UTC), entry.key), reverse=True
        )
        return tuple(entries)

    def pending(self, read: Callable[[Path], Document], root: Path | None = None) -> tuple[Pending, ...]:
        """The copies that hold what the disk does not, for the start; those that the disk has too are
        dropped.

        `read` is the library's; with `root` only copies of files below it, and of texts without a file, are
        looked at.
        """
        found = []
        for entry in self.all():
            if entry.path is None:
                found.append(Pending(entry, None, clean=True))
                continue
            if root is not None and not entry.path.is_relative_to(root):
                continue
            try:
                document = entry.onto(read(entry.path))
            except LibraryError as error:
                log.info("A recovery copy has no file: %s", error)
                found.append(Pending(entry, None, clean=False))
                continue
            if document.post.content_hash == entry.post.content_hash:
                self.drop(entry.key)
            else:
                found.append(Pending(entry, document, clean=document.hash == entry.base_hash))
        return tuple(found)

    def load_session(self) -> dict[str, Any]:
        """What `save_session` stored; nothing at the first start, or when it cannot be read: she starts anew then."""
        try:
            return dict(load_json(self._session, {}))
        except LibraryError as error:
            log.warning("Where she was cannot be read: %s", error.details or error)
            return {}

    def save_session(self, values: dict[str, Any]) -> None:
        """Store where she is (open post, cursor, scroll, geometry): JSON values. Raises LibraryError."""
        save_json(self._session, values)

    def _file(self, key: str) -> Path:
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"{digest[:24]}.json"

    def _load(self, file: Path) -> Entry | None:
        values = load_json(file, {})
        if not values:
            return None
        try:
            return Entry(
                str(values["key"]),
                from_json(values["post"]),
                Path(values["path"]) if values["path"] else None,
                str(values["base_hash"]),
                int(values["cursor"]),
                datetime.fromisoformat(values["at"]),
                None if (plain := values.get("plain")) is None else bool(plain),
            )
        except (KeyError, TypeError, ValueError):
            log.warning("Set aside a broken recovery copy: %s", file)
            try:
                file.replace(file.with_name(file.name + ".broken"))
            except OSError as error:
                raise explain(error, file) from error
            return None
