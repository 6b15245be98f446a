"""What a preview is given to show, and the small sums between blocks of the page and lines of the text."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import Any

from postdesk.markup.clean import clean
from postdesk.markup.patch import diff
from postdesk.markup.render import Rendered, RenderedBlock
from postdesk.ui.preview.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Content:
    """A post on the page. `serial` is another number for another post; `edited` is the line typed at (from 0)."""

    serial: int
    title: str
    byline: str
    pictures: Pictures
    rendered: Rendered = field(default_factory=Rendered)
    edited: int | None = None
    typed: bool = False
    """Whether the text comes from typing: then what changed is brought into view, otherwise the place stays."""


def cleaned(markup: str, pictures: Pictures) -> str:
    """HTML of a post without anything that acts or loads; pictures get our addresses, or words."""
    # "Allowed": `pictures` is asked for the remote ones too, answers none of them, and says in words whose they are.
    return pictures.placed(clean(markup, pictures.address, True))


def changes(
    old: Rendered, new: Rendered, pictures: Pictures
) -> tuple[list[list[Any]], str | None, int | None]:
    """What page.js is to do: operations, the new footnotes (None: as they were), and the first block that is new.

    Only the HTML of new blocks is cleaned, so that the cost follows the edit.
    """
    removed: list[int] = []
    added: list[str] = []
    first: int | None = None
    tail = None
    for change in diff(old, new).ops:
        if change.op == "remove":
            removed.append(change.index)
        elif change.op == "insert":
            first = change.index if first is None else first
            added.append(cleaned(change.html, pictures))
        elif change.op == "tail":
            tail = cleaned(change.html, pictures)
    # Removed and added blocks lie at one place. One that takes the place of another keeps its box on the page.
    start = first if first is not None else min(removed, default=0)
    kept = min(len(removed), len(added))
    ops: list[list[Any]] = [["set", start + n, added[n]] for n in range(kept)]
    if len(added) > kept:
        ops.append(["add", start + kept, added[kept:]])
    elif len(removed) > kept:
        ops.append(["cut", start + kept, len(removed) - kept])
    touched = start if removed or added else None
    return ops, tail, touched


def block_of(rendered: Rendered, line: int) -> tuple[int, float] | None:
    """The block that shows `line` (from 0), and how far down in it, 0 to 1; None without blocks."""
    blocks = rendered.blocks
    if not blocks:
        return None
    at = max(0, bisect.bisect_right(blocks, line, key=_first_line) - 1)
    block = blocks[at]
    length = block.last_line - block.first_line + 1
    return at, min(1.0, max(0.0, (line - block.first_line + 0.5) / length))


def line_of(rendered: Rendered, at: int, part: float) -> int | None:
    """The line (from 0) shown `part` (0 to 1) down in block `at`."""
    if not 0 <= at < len(rendered.blocks):
        return None
    block = rendered.blocks[at]
    length = block.last_line - block.first_line + 1
    return block.first_line + min(length - 1, int(max(0.0, part) * length))


def _first_line(block: RenderedBlock) -> int:
    return block.first_line
