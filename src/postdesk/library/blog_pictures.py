"""Pictures of a blog that were brought home: which file of the library stands for which address.

A post that came from a blog names its pictures by their addresses there, and so does what goes back: the text is never
changed for a copy. The copies are files for everybody, in `<blog>/Pictures`; that one of them is what an address shows
is said by a record, one small file for each address in the hidden folder, so that records travel and merge as receipts
do. The file comes first, then its record: a record never speaks of half a picture. A file that is not as it came
(removed, moved, drawn into) is hers, and counts as no copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from postdesk.core.account import plain_address
from postdesk.core.errors import FileGone, LibraryError, PictureRefused
from postdesk.core.file_errors import explain
from postdesk.core.files import ANY, read_file, save_file
from postdesk.core.language import _
from postdesk.library import names
from postdesk.library.connected import HIDDEN, Connected
from postdesk.library.pictures import LARGEST, open_contained

_WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DROPPED = re.compile(r"[\t\r\n]")  # browsers read addresses without these
_AS_THEY_ARE = "".join(chr(c) for c in range(0x21, 0x7F))
_NAME: Final = re.compile(r"[0-9a-f]{32}\.json")
_LARGEST_RECORD = 64 * 1024

Take = Callable[[Path, str, bytes], str]
"""Puts a picture into a folder of the library by a name, and returns its reference there (`Library.take_picture`)."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of an address. `file` is below the library's folder, with slashes, "" where there is none; then
    `why` says what the blog answered ("gone", "no picture", …). `size` in bytes; `etag` and `changed` are what the blog
    calls this version."""

    key: str
    file: str = ""
    content_hash: str = ""
    size: int = 0
    etag: str = ""
    changed: str = ""
    why: str = ""


def names_server(reference: str) -> bool:
    """Whether a reference names a server."""
    return _WEB.match(_DROPPED.sub("", reference).strip()) is not None


def key_of(reference: str, post_id: str) -> str:
    """What a reference in a post's text is known by: the address without what does not change what is there (scheme,
    `www.`, usual port, fragment). An address that depends on where the post stands is known by the post, too. "" for
    one that no blog can answer."""
    plain = _DROPPED.sub("", reference).strip()
    if not _WEB.match(plain):
        return f"{post_id} {plain}" if plain and not _SCHEME.match(plain) else ""
    try:
        parts = urlsplit(plain)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return ""
    if not host or any(c <= " " for c in host):
        return ""
    place = f"//{host}" if port in (None, 80, 443) else f"//{host}:{port}"
    path = quote(parts.path or "/", safe=_AS_THEY_ARE)
    return f"{place}{path}?{quote(parts.query, safe=_AS_THEY_ARE)}" if parts.query else place + path


def featured_key(blog: str, number: str) -> str:
    """What a featured picture of the blog at the address `blog` is known by, of which a post tells only the number; ""
    for none."""
    return f"featured {plain_address(blog)} {number}" if number else ""


class BlogPictures:
    """The copies in the library at `root`; `take` puts a picture into one of its folders."""

    def __init__(self, root: Path, take: Take) -> None:
        self._root = root
        self._take = take
        self._records = root / HIDDEN / "pictures"
        self._connected = Connected(root)
        self._by_content: dict[str, str] | None = None

    def copy(self, key: str) -> Copy | None:
        """What is known of an address, None for nothing (and for a record that cannot be read)."""
        return _read(self._path(key), key) if key else None

    def file(self, key: str) -> Path:
        """The file that stands for an address. Raises PictureRefused where there is none that is as it came."""
        known = self.copy(key)
        if known is None or not known.file:
            raise _not_here()
        descriptor, path = open_contained(self._root, self._root, f"/{names.encode_reference(known.file)}")
        try:
            if os.fstat(descriptor).st_size != known.size:
                raise _not_here()
        finally:
            os.close(descriptor)
        return path

    def has(self, key: str) -> bool:
        """Whether there is such a file."""
        try:
            self.file(key)
        except PictureRefused:
            return False
        return True

    def data(self, key: str) -> bytes:
        """Its bytes. Raises PictureRefused, also where they are not the ones that came."""
        known = self.copy(key)
        try:
            data, digest = read_file(self.file(key), limit=LARGEST)
        except PictureRefused:
            raise
        except LibraryError as error:
            raise _not_here() from error
        if known is None or digest != known.content_hash:
            raise _not_here()
        return data

    def keep(
        self, key: str, data: bytes, digest: str, folder: Path, name: str, etag: str = "", changed: str = ""
    ) -> Copy:
        """Keep a picture with the hash `digest`: in the file that has it already, else in `folder`, called `name` if
        that is free. Raises what saving raises."""
        file = self._with_content(digest)
        if not file:
            reference = self._take(folder, name, data)
            place = folder / names.decode_reference(reference)
            file = place.relative_to(self._root).as_posix()
        made = Copy(key, file, digest, len(data), etag, changed)
        self.put(made)
        return made

    def put(self, copy: Copy) -> None:
        """Store a record in place of the last one for its address. Raises LibraryAway, and what saving raises."""
        self._connected.expect()
        values = {name: value for name, value in asdict(copy).items() if value}
        text = json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n"
        save_file(self._path(copy.key), text.encode("utf-8", "backslashreplace"), expected=ANY, parents=True)
        if self._by_content is not None and copy.file:
            self._by_content[copy.content_hash] = copy.file

    def all(self) -> Iterator[Copy]:
        """Every record that can be read."""
        for part in sorted(names.names_in(self._records)):
            if len(part) != 2:
                continue
            for name in sorted(names.names_in(self._records / part)):
                if _NAME.fullmatch(name):
                    found = _read(self._records / part / name)
                    if found is not None:
                        yield found

    def forget(self, key: str) -> None:
        """Remove what is known of an address; its file stays."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, path) from error
        self._by_content = None

    def discard(self, copy: Copy) -> int:
        """Remove the file of a copy; returns the bytes that are free now. One that is not as it came is hers, and
        stays."""
        try:
            path = self.file(copy.key)
            if read_file(path, limit=LARGEST)[1] != copy.content_hash:
                return 0
            path.unlink()
        except (PictureRefused, FileGone):
            return 0
        except OSError as error:
            raise explain(error, self._root / copy.file) from error
        folder = path.parent
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                break  # something else lies there
            folder = folder.parent
        return copy.size

    def _with_content(self, digest: str) -> str:
        """The file below the root that has this content, "" for none."""
        if self._by_content is None:
            self._by_content = {c.content_hash: c.file for c in self.all() if c.file}
        file = self._by_content.get(digest, "")
        try:
            return file if file and read_file(self._root / file, limit=LARGEST)[1] == digest else ""
        except LibraryError:
            return ""

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        return self._records / name[:2] / f"{name}.json"


def _read(path: Path, key: str = "") -> Copy | None:
    try:
        values = json.loads(read_file(path, limit=_LARGEST_RECORD)[0])
        kinds = {field.name: int if field.name == "size" else str for field in fields(Copy)}
        made = Copy(**{name: value for name, value in values.items() if name in kinds})
        good = all(type(getattr(made, name)) is kind for name, kind in kinds.items())
    except (LibraryError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return made if good and made.key and key in ("", made.key) else None


def _not_here() -> PictureRefused:
    return PictureRefused(
        _("The picture is on the blog, and no copy of it is here."),
        _("Your text is not affected."),
        _("Bring the post's pictures here."),
    )
