"""The frame of a block's source when the block itself changes its place: another level of heading, a copy."""

from __future__ import annotations

import json
import re

_HEADING = re.compile(r"(#{1,6}) ")
_TAG = re.compile(r"(</?h)[1-6](?=[\s>])", re.IGNORECASE)
_DELIMITER = re.compile(r"(<!--\s+wp:heading\s+)(?:(\{.*?\})\s+)?-->", re.DOTALL)
_LEVEL = re.compile(r'"level":\d,?')
_FIRST_TAG = re.compile(r"<[a-z][a-z0-9]*(?:\s[^<>]*)?>", re.IGNORECASE)
_ID = re.compile(r"""\sid\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)
_ANCHOR = re.compile(r"(<!--\s+wp:[a-z0-9/-]+\s+)(\{.*?\})(\s+/?-->)", re.DOTALL)


def level_of(markdown: str) -> int:
    """The level of a heading, 0 for what is none."""
    found = _HEADING.match(markdown)
    return len(found[1]) if found is not None else 0


def with_level(markdown: str, source: str, level: int) -> tuple[str, str]:
    """A heading's Markdown and source on another level, all else as it was."""
    written = _HEADING.sub("#" * level + " ", markdown, count=1)
    return written, _DELIMITER.sub(
        lambda found: _leveled(found, level), _TAG.sub(rf"\g<1>{level}", source), count=1
    )


def _leveled(found: re.Match[str], level: int) -> str:
    values = found[2] or "{}"
    rest = _LEVEL.sub("", values)
    rest = rest.replace(",}", "}")
    if level != 2:
        rest = f'{{"level":{level}}}' if rest == "{}" else f'{{"level":{level},{rest[1:]}'
    return f"{found[1]}-->" if rest == "{}" else f"{found[1]}{rest} -->"


def without_anchor(source: str) -> str:
    """A block's source for a second one of it: an id may be on a page once."""
    first = _FIRST_TAG.search(source)
    if first is None:
        return source
    tag = _ID.sub("", first[0])
    if tag == first[0]:
        return source
    return _ANCHOR.sub(_unanchored, source[: first.start()], count=1) + tag + source[first.end() :]


def _unanchored(found: re.Match[str]) -> str:
    try:
        values = json.loads(found[2])
    except (ValueError, RecursionError):
        return found[0]
    name = values.get("anchor") if isinstance(values, dict) else None
    if not isinstance(name, str):
        return found[0]
    rest = re.sub(rf'"anchor":{re.escape(json.dumps(name))},?', "", found[2]).replace(",}", "}")
    return f"{found[1]}{found[3].lstrip()}" if rest == "{}" else f"{found[1]}{rest}{found[3]}"
