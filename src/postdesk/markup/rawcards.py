"""Cards: parts of a post that stand in the text as the blog has them, in a fence marked `{=html}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from postdesk.markup.blocks import Block, split
from postdesk.markup.building import RAW_FENCE

_VOID = re.compile(r"\s*<!--\s+wp:([a-z0-9/_-]{1,80})\s[^\0]*/-->\s*\Z")


def raw_source(block: Block) -> str | None:
    """The source in a card, None for any other block."""
    return source_of(block.text) if block.kind == "fence" else None


def source_of(text: str) -> str | None:
    """The source in the card that `text`, one block, is; None for any other block."""
    lines = text.split("\n")
    if lines[0].strip().strip("`~").strip() != RAW_FENCE or len(lines) < 2:
        return None
    return "\n".join(lines[1:-1])


def sources_in(text: str) -> Iterator[str]:
    """The sources of all cards of a text, in order."""
    if RAW_FENCE not in text:
        return
    for block in split(text):
        if (source := raw_source(block)) is not None:
            yield source


def card_digest(source: str) -> str:
    """By what the rendering of a card is found: the same for the same source."""
    return sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def void_name(source: str) -> str:
    """The name of a block that is nothing but its comment, e.g. "latest-posts": only the blog can show it; "" for any
    other card."""
    found = _VOID.match(source)
    return found[1].removeprefix("core/") if found is not None and source.count("-->") == 1 else ""
