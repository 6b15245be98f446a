"""Obsidian's own marks as the Markdown that everybody reads: wiki links, embeds, tags with a hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from postdesk.library.names import encode_reference
from postdesk.markup import starts

_WIKI = re.compile(
    r"(!?)\[\[([^\[\]\n|#]*)(#[^\[\]\n|]*)?(?:\|([^\[\]\n]*))?\]\]|(?<!`)(`+)(?!`)(?:(?!\n\n)[\s\S]){0,5000}?(?<!`)\5(?!`)"
)
_PICTURE = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".svg", ".bmp")


def plain_links(text: str, find: Callable[[str], str | None]) -> str:
    """`text` with `[[note|words]]` as links and `![[picture.png|alt]]` as pictures. `find` gives the path of a note or
    picture by its name as the text has it, or None. Code stays as it is.
    """
    if "[[" not in text:
        return text
    lines = text.split("\n")
    unclosed: set[tuple[str, int]] = set()
    pieces: list[str] = []
    waiting: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        end = starts.fence_end(lines, number, unclosed) if "```" in line or "~~~" in line else None
        if end is None:
            waiting.append(line)
            number += 1
            continue
        if waiting:
            pieces.append(_WIKI.sub(lambda m: _link(m, find), "\n".join(waiting)))
            waiting = []
        pieces.append("\n".join(lines[number : end + 1]))
        number = end + 1
    if waiting:
        pieces.append(_WIKI.sub(lambda m: _link(m, find), "\n".join(waiting)))
    return "\n".join(pieces)


def plain_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without their hash."""
    return tuple(tag.lstrip("#").strip() for tag in tags)


def _link(found: re.Match[str], find: Callable[[str], str | None]) -> str:
    if found[5]:
        return found[0]
    embed, name, part, words = found[1], found[2].strip(), found[3] or "", (found[4] or "").strip()
    there = find(name) if name else ""
    if embed and PurePosixPath(name).suffix.lower() in _PICTURE:
        alt = "" if re.fullmatch(r"\d+(x\d+)?", words) else words
        return f"![{_bracketed(alt)}]({encode_reference(there or name)})"
    shown = words or (name + (f" › {part[1:]}" if part and name else part[1:]))
    if there is None:
        return shown  # a note that is not there, or not in this folder
    anchor = "#" + encode_reference(part[1:].strip().lower().replace(" ", "-")) if part else ""
    return f"[{_bracketed(shown)}]({encode_reference(there)}{anchor})"


def _bracketed(words: str) -> str:
    return words.replace("[", "\\[").replace("]", "\\]")
