"""The front matter: reads the fields of a post from it, and changes one without touching another character.

The vocabulary is the one that Hugo and Jekyll read. A field that did not change keeps its spelling, quotes,
comment and place; a key we do not know is never touched. A field set to nothing loses its key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from postdesk.core.language import _
from postdesk.core.post import PAGE, Post, Visibility

if TYPE_CHECKING:
    from postdesk.library import yaml_tree

# The first name is ours; the others are read, and changed in place, when the first is missing.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title",),
    "date": ("date",),
    "slug": ("slug",),
    "tags": ("tags",),
    "categories": ("categories", "category"),
    "excerpt": ("excerpt", "description", "summary"),
    "image": ("image", "featured_image", "cover"),
    "visibility": ("visibility",),
    "post_password": ("post_password",),
    "kind": ("type",),
    "id": ("id",),
}
LONGEST: Final = 32_000
"""Characters; far beyond any front matter, and short enough to be parsed while she waits."""

_LISTS = ("tags", "categories")

_OPENING = re.compile(r"---[ \t]*\r?\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_GAP = re.compile(r"[ \t]*\r?\n")
_KEY = re.compile(r"^[ \t]*(?:[^\s#-]|-[^\s-])[^\n]*?:(?:[ \t\r]|$)|^[ \t]*[{?]", re.MULTILINE)
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"[ \t]*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_SAFE_ID = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_NO_SLUG = re.compile(r"(?:[\x00-\x20\x7f-\xa0\ud800-\udfff/\\?#&:*\"'<>|]|%(?![89a-fA-F][0-9a-fA-F]))+")


@dataclass(frozen=True, slots=True)
class Parts:
    """A file's text in pieces that, put together, are the text: dashes, front matter, dashes, an empty
    line, body.
    """

    opening: str
    front: str
    closing: str
    gap: str
    body: str


@dataclass(frozen=True, slots=True)
class Fields:
    """What the front matter says, with the same meanings as in `Post`. `id` is "" when it has none.

    `opaque` names the fields whose key holds something that is no text and no list of texts; they read as
    empty and are never rewritten. `date_unread` is the text of a date that is none.
    """

    id: str = ""
    title: str = ""
    date: datetime | None = None
    slug: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excerpt: str = ""
    image: str = ""
    visibility: Visibility = Visibility.PUBLIC
    post_password: str = field(default="", repr=False)
    kind: str = ""
    opaque: frozenset[str] = frozenset()
    date_unread: str = ""


def cut(text: str) -> Parts | None:
    """The pieces of a text that starts with a front matter, else None. `text` has no byte order mark."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return None
    front = text[opening.end() : closing.start()]
    # A post may open with a rule, a line and another rule: without a key that is text.
    if front.strip() and not _KEY.search(front):
        return None
    gap = _GAP.match(text, closing.end())
    end = gap.end() if gap else closing.end()
    return Parts(opening.group(), front, closing.group(), text[closing.end() : end], text[end:])


def split(text: str) -> tuple[str | None, str]:
    """The front matter without its dashes, None when there is none, and the body."""
    parts = cut(text)
    return (None, text) if parts is None else (parts.front, parts.body)


def parse(front: str) -> Fields:
    """The fields. Raises BrokenFrontMatter."""
    from postdesk.library import yaml_tree  # not before a post is opened: the list does without

    return _fields(yaml_tree.read_tree(front))


def rewrite(front: str, changes: Mapping[str, Any], *, eol: str = "\n") -> str:
    """The front matter with some fields changed; every other character stays.

    `changes` maps names of `Fields` to values of the same types. Raises BrokenFrontMatter when the front
    matter does not parse, when a field is opaque, or when the result would not say what was meant; nothing
    is half done.
    """
    from postdesk.library import yaml_edit, yaml_tree

    before = yaml_tree.read_tree(front)
    opaque = _fields(before).opaque
    wanted = {name: tidy(name, value) for name, value in changes.items()}
    touched = set()
    text = front
    for name, value in wanted.items():
        if name in opaque:
            raise yaml_tree.broken(_("“{key}” holds something that is no text").format(key=name))
        tree = yaml_tree.read_tree(text)
        key = _source(tree, name) or KEYS[name][0]
        written = _written(value, wanted, tree)
        touched.add(key)
        if written is None and any(tree.entry(other) for other in KEYS[name] if other != key):
            written = ""  # without the key another one would be read in its place
        if key == "category" and isinstance(written, tuple):
            text = yaml_edit.rename_key(text, tree, key, "categories")
            tree = yaml_tree.read_tree(text)
            key = "categories"
            touched.add(key)
        text = yaml_edit.put(text, tree, key, written, eol)
    after = yaml_tree.read_tree(text)
    said = _fields(after)
    rest_before = [(yaml_tree.meaning(k), yaml_tree.meaning(v)) for k, v in _others(before, touched)]
    rest_after = [(yaml_tree.meaning(k), yaml_tree.meaning(v)) for k, v in _others(after, touched)]
    if rest_before != rest_after or any(getattr(said, name) != value for name, value in wanted.items()):
        raise yaml_tree.broken(_("a field could not be changed without touching another"))
    return text


def fresh(post: Post, *, eol: str = "\n") -> str:
    """The front matter of a file that had none: the fields that are not empty, in the usual order."""
    from postdesk.library import yaml_edit, yaml_tree

    changes = changes_to(Fields(), post)
    nothing = yaml_tree.Mapping((), 0, 0, flow=False)
    text = ""
    for name, value in changes.items():
        # One after the other, without parsing: an import makes thousands of files.
        text = yaml_edit.put(text, nothing, KEYS[name][0], _written(value, changes, nothing), eol)
    return text


def changes_to(fields: Fields, post: Post) -> dict[str, Any]:
    """What must change in `fields` so that they say what `post` says; dates are compared as instants."""
    changes = {}
    for name in KEYS:
        value = tidy(name, getattr(post, name))
        if value != getattr(fields, name):
            changes[name] = value
    if "post_password" in changes:
        changes["visibility"] = post.visibility  # which a password alone would imply
    return changes


def tidy(name: str, value: Any) -> Any:
    """A field's value in the form in which it is kept: no line ends in a title, no path in a slug."""
    if name in _LISTS:
        return tuple(dict.fromkeys(item for item in (_one_line(item) for item in value) if item))
    if name == "slug":
        return clean_slug(value)
    if name == "date":
        return value.replace(microsecond=0) if value is not None else None
    if name == "excerpt":
        return _encodable(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _one_line(value) if isinstance(value, str) else value


def clean_slug(text: str) -> str:
    """`text` as one part of an address: nothing in it can climb, end a name or start a query. May be ""."""
    slug = _NO_SLUG.sub("-", text.strip()).strip("-.")
    while len(slug.encode()) > 200:
        slug = slug[:-1].rstrip("-.%")
    return slug


def read_kind(text: str) -> str:
    """What the key `type` says; of the words that other programs have there only one is ours."""
    return PAGE if text.strip().lower() == PAGE else ""


def safe_id(text: str) -> str:
    """`text` when it can be a part of a file name everywhere, else an id that stands for it; "" stays ""."""
    if not text or _SAFE_ID.fullmatch(text):
        return text
    return "x" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:15]


def read_date(text: str) -> datetime | None:
    """An ISO 8601 date, as people write it, as an instant; without an offset it is this machine's local time.

    None when it is no date.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, _fraction, zone = found.groups()
    offset = ""
    if zone:
        offset = "+0000" if zone in "Zz" else zone.replace(":", "")
        offset = offset.ljust(5, "0")
    plain = f"{year}-{int(month):02}-{int(day):02} {int(hour or 0):02}:{minute or '00'}:{second or '00'}"
    try:
        if offset:
            return datetime.strptime(f"{plain} {offset}", "%Y-%m-%d %H:%M:%S %z")
        return datetime.strptime(plain, "%Y-%m-%d %H:%M:%S").astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n\x0b\x0c\x85\u2028\u2029]\s*", " ", _encodable(text)).strip(" \t\r\n")


def _encodable(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _source(tree: yaml_tree.Mapping, name: str) -> str | None:
    """The key that a field is read from."""
    for key in KEYS[name]:
        entry = tree.entry(key)
        if entry is not None and (key == KEYS[name][0] or _texts(entry[1]) is not None):
            return key
    return None


def _texts(node: yaml_tree.Node) -> tuple[str, ...] | str | None:
    """A text, a list of texts, or None for anything else."""
    from postdesk.library.yaml_tree import Scalar, Sequence

    if isinstance(node, Scalar):
        return "" if node.empty else node.value
    if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
        return tuple(item.value for item in node.items if isinstance(item, Scalar) and not item.empty)
    return None


def _fields(tree: yaml_tree.Mapping) -> Fields:
    from postdesk.library.yaml_tree import broken

    values: dict[str, Any] = {}
    opaque = set()
    for name in KEYS:
        key = _source(tree, name)
        entry = tree.entry(key) if key else None
        if key is None or entry is None:
            continue
        texts = _texts(entry[1])
        if texts is None or (isinstance(texts, tuple) and name not in _LISTS):
            opaque.add(name)
        else:
            reader: Callable[[Any], Any] = _READERS.get(name, _read_text)
            values[name] = reader(texts)
            if name in _LISTS and isinstance(texts, str) and key != "category":
                values[name] = _read_list(tuple(texts.split(",")))
    unread = ""
    if isinstance(values.get("date"), str):
        unread = values.pop("date")
    stated = values.pop("visibility", "").lower()
    if stated not in _VISIBLE or "visibility" in opaque:
        # What is not understood must not go out for all to see.
        raise broken(
            _("“visibility” must be one of {words}").format(words=", ".join(v.value for v in Visibility))
        )
    if stated:
        values["visibility"] = Visibility(stated)
    elif values.get("post_password"):
        values["visibility"] = Visibility.PASSWORD
    if "id" in opaque:
        raise broken(_("“id” holds something that is no text"))
    return Fields(**values, opaque=frozenset(opaque), date_unread=unread)


_VISIBLE = frozenset({"", *(v.value for v in Visibility)})


def _read_text(texts: Any) -> str:
    return _one_line(texts)


def _read_list(texts: Any) -> tuple[str, ...]:
    return tuple(tidy("tags", (texts,) if isinstance(texts, str) else texts))


def _read_date(texts: Any) -> datetime | str | None:
    return read_date(texts) or texts.strip() or None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "date": _read_date,
    "slug": clean_slug,
    "tags": _read_list,
    "categories": _read_list,
    "excerpt": lambda text: tidy("excerpt", text),
    "kind": read_kind,
    "id": lambda text: safe_id(_one_line(text)),
}


def _written(value: Any, changes: Mapping[str, Any], tree: yaml_tree.Mapping) -> str | tuple[str, ...] | None:
    """What is to stand in the file; None for no key at all."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Visibility):
        password = changes.get("post_password", _fields(tree).post_password)
        implied = Visibility.PASSWORD if password else Visibility.PUBLIC
        return None if value is implied is Visibility.PUBLIC else value.value
    return value or None


def _others(tree: yaml_tree.Mapping, touched: set[str]) -> list[tuple[Any, Any]]:
    return [(k, v) for k, v in tree.pairs if getattr(k, "value", None) not in touched]
