"""A WordPress export (WXR, "extended RSS" 1.0 to 1.2), read as a stream: its length does not matter.

The file is read twice: once for the number of posts and the addresses of pictures, which may stand behind the posts
that show them, and once for the posts. It is XML of unknown origin: entities that a file declares itself are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.parsers import expat  # entities are refused below

from postdesk.core.errors import LibraryError
from postdesk.core.file_errors import explain
from postdesk.core.language import _
from postdesk.core.post import PAGE, Post, Visibility
from postdesk.exchange.values import Incoming, Problem
from postdesk.library import frontmatter
from postdesk.markup.classic import as_markdown
from postdesk.markup.markdown import words_of

_CHUNK = 1 << 18  # bytes
_LONGEST = 20 << 20  # characters of one post
_LONGEST_TAG = 8 << 20  # bytes of a tag or comment, which expat 2.5 reads anew with each chunk until it ends
# XML has no such characters, but posts that were pasted together do, and WordPress exports them as they are.
_NO_XML = bytes(code for code in range(32) if code not in (9, 10, 13))
_TEXTS = frozenset(
    "title link guid dc:creator content:encoded excerpt:encoded wp:post_id wp:post_date wp:post_date_gmt wp:post_name "
    "wp:status wp:post_type wp:post_password wp:attachment_url wp:is_sticky wp:meta_key wp:meta_value "
    "category".split()
)
_TYPES = frozenset(["post", "page"])
_SKIPPED = frozenset(["trash", "auto-draft", "inherit"])
_STATUS = {
    "publish": "published",
    "private": "published",
    "future": "scheduled",
    "draft": "draft",
    "pending": "draft",
}


class WordPressExport:
    """A file that WordPress' Tools > Export made."""

    kind = "wordpress"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._site = path.stem
        self._base = ""
        self._count: int | None = None
        self._attachments: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The site's title."""
        self.count()
        return self._site

    def count(self) -> int:
        """How many posts and pages there are, as far as the file can be read."""
        if self._count is None:
            count = 0
            reader = _Reader(bodies=False)
            for values in self._items(reader, quiet=True):
                if isinstance(values, Problem):
                    break
                texts = values.texts
                if texts.get("wp:post_type") == "attachment":
                    self._attachments[texts.get("wp:post_id", "")] = texts.get("wp:attachment_url", "")
                count += _is_wanted(texts)
            self._site = " ".join(words_of(reader.channel.get("title", ""))) or self._path.stem
            self._base = reader.channel.get("wp:base_blog_url", "")
            self._count = count
        return self._count

    def posts(self) -> Iterator[Incoming | Problem]:
        """The posts and pages, in the order of the file. A file that is damaged gives what stands before that."""
        self.count()
        seen: set[str] = set()
        for values in self._items(_Reader(bodies=True), quiet=False):
            if isinstance(values, Problem):
                yield values
            elif _is_wanted(values.texts):
                key = values.texts.get("guid") or f"{self._base} {values.texts.get('wp:post_id', '')}"
                if key in seen:  # some sites were copied together
                    key = f"{key} {values.texts.get('wp:post_id', '')}"
                seen.add(key)
                if values.too_long:
                    yield Problem(
                        values.texts.get("title", ""), _("This post is far too long, and was left out.")
                    )
                else:
                    yield self._incoming(key, values)

    def _incoming(self, key: str, values: _Values) -> Incoming:
        texts = values.texts
        status = texts.get("wp:status", "")
        content = texts.get("content:encoded", "")
        password = texts.get("wp:post_password", "")
        visibility = {"private": Visibility.PRIVATE, "pending": Visibility.PENDING}.get(
            status, Visibility.PUBLIC
        )
        if password:
            visibility = Visibility.PASSWORD
        excerpt = texts.get("excerpt:encoded", "")
        post = Post(
            "",
            frontmatter.tidy("title", _words(texts.get("title", ""))),
            as_markdown(content, self._attachments),
            frontmatter.clean_slug(texts.get("wp:post_name", "")),
            _date(texts.get("wp:post_date", ""), texts.get("wp:post_date_gmt", "")),
            frontmatter.tidy(
                "tags", [_words(words) for domain, words in values.terms if domain == "post_tag"]
            ),
            frontmatter.tidy(
                "categories", [_words(words) for domain, words in values.terms if domain == "category"]
            ),
            frontmatter.tidy("excerpt", " ".join(words_of(excerpt)) if "<" in excerpt else excerpt),
            self._attachments.get(values.meta.get("_thumbnail_id", ""), ""),
            visibility,
            password,
            PAGE if texts.get("wp:post_type") == PAGE else "",
        )
        extra: dict[str, Any] = {"status": _STATUS.get(status, status)}
        if texts.get("dc:creator"):
            extra["author"] = texts["dc:creator"]
        if status == "publish" and re.match(r"https?://", texts.get("link", "")):
            extra["address"] = texts["link"]
        return Incoming(key, post, None, extra)

    def _items(self, reader: _Reader, *, quiet: bool) -> Iterator[_Values | Problem]:
        """The items of the file; a problem ends them."""
        try:
            with self._path.open("rb") as file:
                while True:
                    data = file.read(_CHUNK)
                    try:
                        reader.feed(data)
                    except (expat.ExpatError, _Refused) as error:
                        yield from reader.take()
                        if not quiet:
                            yield Problem(self._path.name, _damaged(error))
                        return
                    yield from reader.take()
                    if not data:
                        return
        except OSError as error:
            raise explain(error, self._path, reading=True) from error


@dataclass(slots=True)
class _Values:
    """One item of the file."""

    texts: dict[str, str] = field(default_factory=dict)
    terms: list[tuple[str, str]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    too_long: bool = False


class _Refused(Exception):
    """The file declares entities of its own, or has a tag that does not end."""


class _Reader:
    """Collects items from chunks of bytes. `bodies`: whether the posts' texts are wanted."""

    def __init__(self, *, bodies: bool) -> None:
        self.channel: dict[str, str] = {}
        self._bodies = bodies
        self._done: list[_Values] = []
        self._item: _Values | None = None
        self._depth = 0
        self._within = ""  # the element whose text is collected
        self._words: list[str] = []
        self._length = 0
        self._domain = ""
        self._meta_key = ""
        self._comment = 0  # how deep the comment is that is being skipped
        # Without a table of name spaces: exports that leave their declarations out are common.
        self._parser = expat.ParserCreate()
        self._fed = 0
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, data: bytes) -> None:
        """One more piece of the file, none at its end. Raises ExpatError, _Refused."""
        data = data.translate(None, _NO_XML)
        self._fed += len(data)
        self._parser.Parse(data, not data)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise _Refused

    def take(self) -> list[_Values]:
        """The items that are whole by now."""
        done, self._done = self._done, []
        return done

    def _refuse(self, *_declaration: object) -> None:
        raise _Refused

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._comment:
            return
        self._within = ""
        if name == "wp:comment":
            self._comment = self._depth
        elif name == "item":
            self._item = _Values()
        elif self._item is None:
            if self._depth == 3 and name in ("title", "wp:base_blog_url"):
                self._collect(name)
        elif name in _TEXTS and (self._bodies or name not in ("content:encoded", "excerpt:encoded")):
            self._domain = attributes.get("domain", "")
            self._collect(name)

    def _collect(self, name: str) -> None:
        self._within = name
        self._words = []
        self._length = 0

    def _text(self, words: str) -> None:
        if not self._within or self._comment:
            return
        self._length += len(words)
        if self._length <= _LONGEST:
            self._words.append(words)
        elif self._item is not None:
            self._item.too_long = True
            self._words = []

    def _end(self, name: str) -> None:
        if self._comment:
            if self._depth == self._comment:
                self._comment = 0
            self._depth -= 1
            return
        self._depth -= 1
        words, within = "".join(self._words), self._within
        self._within = ""
        if name == "item" and self._item is not None:
            self._done.append(self._item)
            self._item = None
        elif within != name:
            return
        elif self._item is None:
            self.channel.setdefault(name, words.strip())
        elif name == "category":
            self._item.terms.append((self._domain, words))
        elif name == "wp:meta_key":
            self._meta_key = words.strip()
        elif name == "wp:meta_value":
            if self._meta_key == "_thumbnail_id":
                self._item.meta[self._meta_key] = words.strip()
        else:
            self._item.texts.setdefault(name, words if name == "content:encoded" else words.strip())


def _is_wanted(texts: Mapping[str, str]) -> bool:
    return texts.get("wp:post_type", "post") in _TYPES and texts.get("wp:status") not in _SKIPPED


def _words(text: str) -> str:
    """A title or name, in which WordPress keeps entities and sometimes tags."""
    return " ".join(words_of(text)) if "<" in text or "&" in text else text


def _date(local: str, utc: str) -> datetime | None:
    """A post's date with the offset that the site had then; None for a draft that was never dated."""
    try:
        instant = datetime.strptime(utc, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        there = datetime.strptime(local, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    minutes = round((there - instant) / timedelta(minutes=1))
    return instant.astimezone(timezone(timedelta(minutes=minutes))) if abs(minutes) < 24 * 60 else instant


def _damaged(error: Exception) -> str:
    if isinstance(error, _Refused):
        return _(
            "This file declares XML entities of its own, or has a tag without an end, as no export does. It was not "
            "read any further."
        )
    line = getattr(error, "lineno", 0)
    return _(
        "The export is damaged or ends too early (line {line}). What stands before that was read. Export it again "
        "for the rest; what is here already does not come twice."
    ).format(line=line)


def is_wordpress(start: bytes) -> bool:
    """Whether a file that begins so is a WordPress export."""
    return b"<rss" in start and (b"wordpress.org/export" in start or b"<wp:" in start)


def refuse(path: Path) -> LibraryError:
    """For an XML file that is something else."""
    return LibraryError(
        _("“{name}” is XML, but no WordPress export.").format(name=path.name),
        _("Nothing was imported."),
        _("In WordPress choose Tools, Export, All content."),
    )
