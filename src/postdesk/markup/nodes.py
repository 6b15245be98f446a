"""The blocks that structure.py finds, as a tree, and what they define."""

from __future__ import annotations

from postdesk.markup.rawhtml import Balance


class Node:
    """A block. Lines count from 0; `end` is the last one with something in it.

    `kind` is one of document, quote, list, item, note, descriptions, terms, description (these hold `children`),
    paragraph, heading, code, fence, html, table, rule, definition (shows nothing).
    """

    __slots__ = (
        "at", "balance", "children", "end", "fence", "info", "kind", "level", "lines", "mark", "start", "text"
    )  # fmt: skip

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = self.end = start
        self.children: list[Node] = []
        self.lines: list[str] = []  # its text; of a note the whole inside as Markdown
        self.level = 0  # of a heading; the first number of a list
        self.mark = ""  # of a list
        self.at = self.text = 0  # columns of an item's mark and text
        self.info = ""  # a fence's first line, a note's label, a cell's alignments
        self.fence: tuple[str, int, int] = ("", 0, 0)
        self.balance: Balance | None = None


class Document:
    """What `read` gives."""

    def __init__(self) -> None:
        self.root = Node("document", 0)
        self.references: dict[
            str, tuple[str, str | None]
        ] = {}  # label as written: address, title; the first counts
        self.notes: dict[str, str] = {}  # label: Markdown
        self.abbreviations: dict[str, str] = {}
        self.open_fences: list[
            int
        ] = []  # lines outside of all containers that open a fence that is never closed
        self.closed = True  # whether the raw HTML outside of all containers is

    def take(self, inner: Document) -> None:
        """What `inner`, a part of this one that was read by itself, defines."""
        self.references = {**inner.references, **self.references}
        self.notes = {**inner.notes, **self.notes}
        self.abbreviations |= inner.abbreviations
