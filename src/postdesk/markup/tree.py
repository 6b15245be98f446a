"""HTML as a small tree, each node with the place in the source that it came from."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

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
    builder = _Builder(source)
    builder.feed(source)
    builder.close()
    return builder.finished()


def write(node: Node) -> str:
    """`node` as HTML: lower case, quoted attributes, nothing optional left out."""
    if node.tag == "!":
        return f"<!--{node.text}-->"
    if not node.tag:
        return html.escape(node.text, quote=False).replace("\u00a0", "&nbsp;")
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    return f"<{node.tag}{attributes}>{write_all(node.children)}</{node.tag}>"


def write_all(nodes: list[Node]) -> str:
    """`nodes` one after another as HTML."""
    return "".join(write(node) for node in nodes)


class _Builder(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._source = source
        self._root = Node("#")
        self._open = [self._root]
        self._lines = [0]
        for number, letter in enumerate(source):
            if letter == "\n":
                self._lines.append(number + 1)

    def finished(self) -> list[Node]:
        """Everything that was read."""
        for node in self._open[1:]:
            node.closed = False
            node.end = len(self._source)
        return self._root.children

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[min(line, len(self._lines)) - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._here()
        written = self.get_starttag_text() or ""
        values: dict[str, str] = {}
        for name, value in attrs:
            values.setdefault(name, value or "")
        node = Node(tag, attributes=values, start=start, end=start + len(written))
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        start = self._here()
        end = self._source.find(">", start) + 1 or len(self._source)
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                for node in self._open[depth + 1 :]:
                    node.closed = False
                    node.end = start
                self._open[depth].end = end
                del self._open[depth:]
                return
        # A stray end tag stays visible to the caller as an element that is not closed.
        self._open[-1].children.append(Node("/" + tag, start=start, end=end, closed=False))

    def handle_data(self, data: str) -> None:
        self._text(data, len(data))

    def handle_entityref(self, name: str) -> None:
        self._reference("&" + name)

    def handle_charref(self, name: str) -> None:
        self._reference("&#" + name)

    def _reference(self, written: str) -> None:
        start = self._here()
        if self._source.startswith(";", start + len(written)):
            written += ";"
        self._text(html.unescape(written), len(written))

    def _text(self, text: str, length: int) -> None:
        start = self._here()
        siblings = self._open[-1].children
        if siblings and not siblings[-1].tag and siblings[-1].end == start:
            siblings[-1].text += text
            siblings[-1].end = start + length
        else:
            siblings.append(Node("", text=text, start=start, end=start + length))

    def handle_comment(self, data: str) -> None:
        start = self._here()
        end = self._source.find("-->", start) + 3
        self._open[-1].children.append(Node("!", text=data, start=start, end=max(end, start + 4)))

    def handle_decl(self, decl: str) -> None:
        self._odd(len(decl) + 3)

    def handle_pi(self, data: str) -> None:
        self._odd(len(data) + 3)

    def unknown_decl(self, data: str) -> None:
        self._odd(len(data) + 5)

    def _odd(self, length: int) -> None:
        start = self._here()
        self._open[-1].children.append(Node("?", start=start, end=start + length, closed=False))
