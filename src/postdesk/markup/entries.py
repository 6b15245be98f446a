"""The entries of a list, as pieces of its Markdown that can be put together again in another order."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MARKER = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])( {1,4}(?=\S)|(?=\s*\Z))")
_RULE = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})\Z")
_HTML = re.compile(r"<[A-Za-z/!?]")


def entries(block: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The entries of a top-level list, each without the line ends behind it, and what stands between them: joined they
    are the block. None where that is not certain: what is no list, has one entry, several kinds of markers, tabs, or
    raw HTML, which may reach from one entry into the next."""
    if "\t" in block or _HTML.search(block):
        return None
    chunks: list[str] = []
    kind, inside = "", 0
    for line in _LINE.findall(block):
        marker = _MARKER.match(line)
        if marker is None or (chunks and len(marker[1]) >= inside):
            if not chunks:
                return None
            chunks[-1] += line
            continue
        if _RULE.match(line) or marker[2][-1] != (kind or marker[2][-1]):
            return None
        kind, inside = marker[2][-1], marker.end()
        chunks.append(line)
    texts = tuple(chunk.rstrip("\r\n ") for chunk in chunks[:-1])
    gaps = tuple(chunk[len(text) :] for chunk, text in zip(chunks, texts))
    return ((*texts, chunks[-1]), gaps) if texts else None
