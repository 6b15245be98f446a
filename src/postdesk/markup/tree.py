"""HTML as a small tree, each node with the place in the source that it came from."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from postdesk.core.tokens import TEXT_ONLY, Kind, comment_text, cut, entities

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


@dataclass(slots=True)
class Node:
    """An element (`tag`), a text (tag "") or a comment (tag "!"). `start` and `end` are code points in the source.

    `text` is unescaped. `closed` is False for an element that the source never closes.
    """

    tag: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    start: int = 0
    end: int = 0
    closed: bool = True

    @property
    def classes(self) -> list[str]:
        """The names in the element's class attribute."""
        return self.attributes.get("class", "").split()

    @property
    def is_blank(self) -> bool:
        """Whether this is text of nothing but white space."""
        return not self.tag and not self.text.strip()

    def everything(self) -> Iterator[Node]:
        """This node and all below it, in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def plain(self) -> str:
        """The text below, marks and comments left out."""
        return "".join(node.text for node in self.everything() if not node.tag)


def parse(source: str) -> list[Node]:
    """The top-level nodes of `source`. Never raises for malformed HTML; deep nesting is the caller's care."""
    return _Builder(source).read()


def write(node: Node) -> str:
    """`node` as HTML: lower case, quoted attributes, nothing optional left out."""
    if node.tag == "!":
        return f"<!--{node.text}-->"
    if not node.tag:
        return html.escape(node.text, quote=False).replace("\u00a0", "&nbsp;")
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    inside = node.plain() if node.tag in TEXT_ONLY else write_all(node.children)
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>"


def write_all(nodes: list[Node]) -> str:
    """`nodes` one after another as HTML."""
    return "".join(write(node) for node in nodes)


class _Builder:
    def __init__(self, source: str) -> None:
        self._source = source
        self._root = Node("#")
        self._open = [self._root]
        self._names: Counter[str] = Counter()  # of the elements that are open

    def read(self) -> list[Node]:
        """The top-level nodes."""
        for kind, start, end, tag, attributes in cut(self._source):
            if kind is Kind.START:
                self._begin(tag, attributes, start, end)
            elif kind is Kind.END:
                self._end(tag, start, end)
            else:
                self._open[-1].children.append(self._leaf(kind, start, end))
        for node in self._open[1:]:
            node.closed = False
            node.end = len(self._source)
        return self._root.children

    def _begin(self, tag: str, attributes: list[tuple[str, str]], start: int, end: int) -> None:
        values: dict[str, str] = {}
        for name, value in attributes:
            values.setdefault(name, value)
        node = Node(tag, attributes=values, start=start, end=end)
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)
            self._names[tag] += 1

    def _end(self, tag: str, start: int, end: int) -> None:
        if not self._names[tag]:
            # A stray end tag stays visible to the caller as an element that is not closed.
            self._open[-1].children.append(Node("/" + tag, start=start, end=end, closed=False))
            return
        while True:
            node = self._open.pop()
            self._names[node.tag] -= 1
            if node.tag == tag:
                node.end = end
                return
            node.closed = False
            node.end = start

    def _leaf(self, kind: Kind, start: int, end: int) -> Node:
        written = self._source[start:end]
        if kind is Kind.COMMENT:
            return Node("!", text=comment_text(written), start=start, end=end)
        if kind is Kind.OTHER:
            return Node("?", start=start, end=end, closed=False)
        return Node("", text=written if kind is Kind.RAW else entities(written), start=start, end=end)
