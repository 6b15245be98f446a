"""The front matter of other programs: YAML with their keys, TOML, JSON and Pelican's lines, as fields of a post."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from postdesk.core.errors import BrokenFrontMatter
from postdesk.core.post import Post, Visibility
from postdesk.library import frontmatter, scan
from postdesk.library.frontmatter import Fields

_TOML = re.compile(r"\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"([A-Za-z][A-Za-z_-]*):[ \t]*(.*)\Z")
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_NAMES = {key: name for name, keys in frontmatter.KEYS.items() for key in keys}
_OTHER_NAMES = {
    "tag": "tags",
    "keywords": "tags",
    "category": "categories",
    "modified": "",
    "feature_image": "image",
}
_LONGEST = 1 << 16  # characters of TOML or JSON
# A key of thousands of parts takes tomllib the square of their number.
_LONG_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){20}")
_DEEPEST = 20  # brackets in each other, in JSON or TOML


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a text. `front` is the YAML to be kept, None for another form; `extra` are its other keys."""

    fields: Fields = field(default_factory=Fields)
    front: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_head(text: str, *, lines: bool = True) -> tuple[Head, str]:
    """The front matter of `text` (LF) in whatever form it has, and the body. `lines`: whether lines such as `Title: …`
    at the top are one, too. Raises BrokenFrontMatter.
    """
    parts = frontmatter.cut(text)
    if parts is not None:
        fields = scan.exact(parts.front) or frontmatter.parse(parts.front)
        return Head(fields, parts.front), parts.body
    found = _TOML.match(text)
    if found is not None:
        if len(found[1]) > _LONGEST or _LONG_KEY.search(found[1]):
            raise _broken("too long")
        try:
            values = tomllib.loads(found[1])
            _value(values)
        except (ValueError, RecursionError) as error:
            raise _broken(str(error) or "nested too deeply") from error
        return _head(values), text[found.end() :].lstrip("\n")
    if text.startswith("{"):
        return _json(text)
    if lines:
        return _metadata(text)
    return Head(), text


def written(post: Post, front: str | None, extra: Mapping[str, Any]) -> str:
    """A whole file that says `post`: with the YAML of its source, where it has one, changed no more than needed, or
    with a new one and the `extra` keys in it. Raises BrokenFrontMatter.
    """
    body = f"\n{post.body}" if post.body else ""
    if front is None:
        # A `type` that is none of ours is another program's word.
        more = "".join(
            f"{_key(key)}: {_value(value)}\n"
            for key, value in extra.items()
            if key not in _NAMES or (_NAMES[key] == "kind" and not post.kind)
        )
        return f"---\n{frontmatter.fresh(post)}{more}---\n{body}"
    front = front.replace("\r\n", "\n")
    fields = scan.exact(front)
    if fields is not None:
        changes = frontmatter.changes_to(fields, post)
        added = replace(
            post, **{n: getattr(fields, n) for n in frontmatter.KEYS if n not in changes and n != "id"}
        )
        quick = front + frontmatter.fresh(_only(added, changes))
        said = scan.exact(quick)
        if said is not None and not frontmatter.changes_to(said, post):
            return f"---\n{quick}---\n{body}"
    else:
        changes = frontmatter.changes_to(frontmatter.parse(front), post)
    return f"---\n{frontmatter.rewrite(front, changes)}---\n{body}"


def _only(post: Post, changes: Mapping[str, Any]) -> Post:
    """A post with nothing but what changed."""
    empty = Post("")
    return replace(post, **{n: getattr(empty, n) for n in frontmatter.KEYS if n not in changes})


def _json(text: str) -> tuple[Head, str]:
    """Hugo's JSON: an object at the very top."""
    start = text[:_LONGEST]  # one that does not end there is none
    if _depth(start) > _DEEPEST:
        raise _broken("nested too deeply")
    try:
        values, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return Head(), text
    if not isinstance(values, dict):
        return Head(), text
    return _head(values), text[end:].lstrip("\n")


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[\[{\]}]", text):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _metadata(text: str) -> tuple[Head, str]:
    """Pelican's lines: `Title: …`, `Date: …`, until an empty one. A text that merely begins with a colon in its first
    line is none: there has to be a title or a date."""
    values: dict[str, Any] = {}
    rows = text.split("\n")
    last = ""
    end = len(rows)
    for number, row in enumerate(rows):
        found = _LINE.match(row.rstrip())
        if found is not None:
            last = found[1].lower()
            values[last] = found[2].strip()
        elif last and row[:1] in (" ", "\t") and row.strip():
            values[last] = f"{values[last]} {row.strip()}"
        elif not row.strip() and values:
            end = number
            break
        else:
            return Head(), text
    if not {"title", "date"} & values.keys():
        return Head(), text
    for key in ("tags", "keywords", "category", "authors"):
        if key in values:
            values[key] = [part.strip() for part in re.split(r"[,;]", values[key]) if part.strip()]
    return _head(values), "\n".join(rows[end:]).lstrip("\n")


def _head(values: Mapping[str, Any]) -> Head:
    """Fields and other keys from a table of values."""
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in values.items():
        name = _NAMES.get(key.lower()) or _OTHER_NAMES.get(key.lower(), "")
        meant = _meant(name, value) if name and name not in known else None
        if meant is None:
            extra[key] = value
        else:
            known[name] = meant
    return Head(Fields(**known), None, extra)


def _meant(name: str, value: Any) -> Any:
    """A field's value, None when this is none."""
    if name == "date":
        return when(value)
    if name == "kind":
        return frontmatter.read_kind(value) or None if isinstance(value, str) else None
    if name == "visibility":
        return Visibility(value) if value in [v.value for v in Visibility] else None
    if name in ("tags", "categories"):
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str | int | float) for part in parts):
            return None
        return frontmatter.tidy(name, [str(part) for part in parts])
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    text = str(value)
    return frontmatter.safe_id(text.strip()) if name == "id" else frontmatter.tidy(name, text)


def when(value: object) -> datetime | None:
    """A date as some program wrote it, as an instant; without an offset it is this machine's local time."""
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.astimezone()
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC).replace(tzinfo=None).astimezone()
    except (ValueError, OverflowError):  # Hugo's word for no date is the first day of the year 1
        return None
    if not isinstance(value, str):
        return None
    return frontmatter.read_date(re.sub(r"(\.\d+)?(Z|[+-]\d{2}:?\d{2})?\Z", r"\2", value.strip()))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w-]*", key) else _value(key)


def _value(value: Any) -> str:
    """A value as JSON on one line, which is YAML, too."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _broken(reason: str) -> BrokenFrontMatter:
    from postdesk.library.yaml_tree import broken

    return broken(reason)
