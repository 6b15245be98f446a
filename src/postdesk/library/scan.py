"""Reads what the list shows from a post's bytes, with regular expressions: 10,000 posts in about a second.

A front matter of which any line is not of the plain forms goes to the real parser, so that list and editor
never disagree about a post.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from postdesk.core.errors import BrokenFrontMatter
from postdesk.core.language import _
from postdesk.library import encoding, frontmatter
from postdesk.library.frontmatter import Fields

_EXCERPT = 200  # characters; two lines of a row
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
_INDICATORS = r"\"'\#&*!|>%@`{}\[\],?:-"
_PLAIN = rf"[^\x20\xa0{_CONTROL}{_INDICATORS}](?:[^{_CONTROL}:\#]|:(?![\s])|(?<=\S)\#)*"
_FLOW = rf"[^{_CONTROL}\"'\#&*!|>%@`{{}}\[\]?:]*"
_LINE = re.compile(
    rf"""
    (?P<key>[A-Za-z_][\w-]*):
        (?:[ ]+(?:(?P<plain>{_PLAIN}) | '(?P<single>(?:[^'{_CONTROL}]|'')*)' | "(?P<double>[^"\\{_CONTROL}]*)"
            | \[(?P<flow>{_FLOW})\] ))?
        [ ]*(?:(?<=[ ])\#[^{_CONTROL}]*)?\r?\n
    | (?P<indent>[ ]*)-[ ]+(?P<item>{_PLAIN})[ ]*\r?\n
    | (?P<deeper>[ ]+)(?P<nested>[A-Za-z_][\w-]*):(?:[ ]+(?:{_PLAIN} | "[^"\\{_CONTROL}]*"))?[ ]*\r?\n
    | [ ]*(?:\#[^{_CONTROL}]*)?\r?\n
    """,
    re.VERBOSE,
)
_BLANKS = " \t"  # what YAML leaves out around a value; any other space, such as U+00A0, is a part of it
_NULL = frozenset({"~", "null", "Null", "NULL"})
_NEEDS_CARE = frozenset({"visibility", "post_password"})
_OURS = frozenset(
    key for keys in frontmatter.KEYS.values() for key in keys[: 1 if keys[0] == "image" else None]
)
_MARKUP = re.compile(r"^[>#*\-+\s]+|[*_`]+|!?\[([^\]\n]*)\]\([^)\n]*\)|<[^>\n]*>", re.MULTILINE)
_MAY_BE_MARKUP = re.compile(r"[>#*+_`\[<-]")
_BLANK_OR_NOT = bytes(byte not in b" \t\n\r\x0b\x0c" for byte in range(256))
_WORD_BEGINS = b"\0\1"


@dataclass(frozen=True, slots=True)
class Scan:
    """What a row of the list needs of one file; `words` counts the body's, `start` is its first text, one
    line.
    """

    fields: Fields
    words: int
    start: str
    problem: str = ""


def scan(data: bytes) -> Scan:
    """What the file's bytes say. Never raises: what is wrong with the file is `problem`, a sentence."""
    decoded = encoding.decode(data)
    text, problem = decoded.text, decoded.problem
    if text.startswith("+++"):
        problem = problem or toml()
    if decoded.readonly:
        # Its words are not hers to find under a title, a date or an id that is never read again.
        return Scan(Fields(), 0, _start(text), problem)
    front, body = frontmatter.split(text)
    fields = Fields()
    if front is not None and decoded.stand_ins and encoding.has_stand_ins(front):
        body = text
    elif front is not None:
        quick = _quick(front)
        if quick is not None:
            fields = quick
        else:
            try:
                fields = frontmatter.parse(front)
            except BrokenFrontMatter as error:
                problem = problem or error.sentence
                body = text
    words = _words(data) - (len(text[: len(text) - len(body)].split()) if body is not text else 0)
    return Scan(fields, words, fields.excerpt[:_EXCERPT] or _start(body), problem)


def toml() -> str:
    """The sentence for Hugo's other front matter."""
    return _(
        "This post has its front matter in TOML (+++), which Post Desk shows as text and does not change."
    )


def exact(front: str) -> Fields | None:
    """All the fields, the picture too, as `frontmatter.parse` gives them; None when only the parser can tell. A
    hundredth of its time, and without loading it."""
    found = _read(front)
    fields = None if found is None else _fields(found)
    if found is None or fields is None:
        return None
    images = [found[key] for key in frontmatter.KEYS["image"] if key in found]
    texts = [image.strip(_BLANKS) for image in images if isinstance(image, str)]
    if len(texts) < len(images):
        return None
    return replace(fields, image=texts[0]) if texts else fields


def _quick(front: str) -> Fields | None:
    """The fields that a row shows, or None when only the parser can tell."""
    found = _read(front)
    return None if found is None else _fields(found)


def _read(front: str) -> dict[str, str | list[str]] | None:
    """The values by key, or None when only the parser can tell."""
    if len(front) > frontmatter.LONGEST:
        return None
    found: dict[str, str | list[str]] = {}
    position = 0
    above = ""
    below: list[str] = []  # the indentation under that key, and the names there
    items: list[str] | None = None  # of the key above, while it has no value of its own
    for line in _LINE.finditer(front):
        if line.start() != position:
            return None
        position = line.end()
        key, plain, single, double, flow, indent, item, deeper, nested = line.groups()
        if key is not None:
            if key in found or key in _NEEDS_CARE:
                return None
            items, above, below = None, key, []
            if plain is not None:
                found[key] = "" if (value := plain.rstrip(_BLANKS)) in _NULL else value
            elif single is not None:
                found[key] = single.replace("''", "'")
            elif double is not None:
                found[key] = double
            elif flow is not None:
                values = [part.strip(_BLANKS) for part in flow.split(",")]
                if any(value in _NULL or value[:1] == "-" for value in values) or "" in values[:-1]:
                    return None
                found[key] = values
            else:
                found[key] = items = []
        elif item is not None:
            value = item.rstrip(_BLANKS)
            if items is None or value in _NULL or (below or [indent]) != [indent]:
                return None
            below = [indent]
            items.append(value)
        elif nested is not None:
            # Of other programs' keys only the shape is looked at: one level, each name once.
            if items is None or items or above in _OURS or nested in below or below[:1] not in ([], [deeper]):
                return None
            below += [nested] if below else [deeper, nested]
    return found if position == len(front) else None


def _fields(found: dict[str, str | list[str]]) -> Fields | None:
    values: dict[str, str] = {}
    for name in ("id", "title", "date", "slug", "excerpt", "description", "summary"):
        value = found.get(name, "")
        if not isinstance(value, str):
            if value:
                return None
            value = ""
        values[name] = value
    kind = found.get("type", "")
    if not isinstance(kind, str):
        if kind:
            return None
        kind = ""
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("tags", "categories", "category"):
        value = found.get(name, [])
        if isinstance(value, str):
            value = [value] if name == "category" else value.split(",")
        # One line each already; otherwise as `tidy` has it.
        lists[name] = (
            tuple(dict.fromkeys([i for i in [v.strip(_BLANKS) for v in value] if i])) if value else ()
        )
    excerpt = next((values[name] for name in ("excerpt", "description", "summary") if name in found), "")
    date = _date(values["date"]) if values["date"] else None
    return Fields(
        id=frontmatter.safe_id(values["id"].strip(_BLANKS)),
        title=values["title"].strip(_BLANKS),
        date=date,
        slug=frontmatter.clean_slug(values["slug"]),
        tags=lists["tags"],
        categories=lists["categories" if "categories" in found else "category"],
        excerpt=excerpt.strip(),
        kind=frontmatter.read_kind(kind),
        date_unread="" if date else values["date"].strip(),
    )


def _date(text: str) -> datetime | None:
    """`frontmatter.read_date`, but the usual form is read by the standard library, which is quicker."""
    if len(text) == 25 and text[10] == "T":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    return frontmatter.read_date(text)


def _start(body: str) -> str:
    start = body[: _EXCERPT + 100]
    if _MAY_BE_MARKUP.search(start):
        start = _MARKUP.sub(r"\1", start)
    return " ".join(start.split())[:_EXCERPT]


def _words(data: bytes) -> int:
    """`len(data.split())`, without making the words: in bytes that are 1 in words and 0 between them they are counted
    where they begin."""
    marks = data.translate(_BLANK_OR_NOT)
    return marks.count(_WORD_BEGINS) + marks.startswith(_WORD_BEGINS[1:])
