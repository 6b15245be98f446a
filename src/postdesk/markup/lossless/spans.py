"""Runs of text as Markdown without any loss: what Markdown cannot say exactly stays as the tag that it was."""

from __future__ import annotations

from html import escape

from postdesk.markup.spans import Spans
from postdesk.markup.tree import VOID, Node

_PLAIN = frozenset(["strong", "em", "del", "code", "br"])


class ExactSpans(Spans):
    """`marks`: whether emphasis and links may be written with signs; without them every element is a tag."""

    def __init__(self, *, marks: bool) -> None:
        self._marks = marks

    def _run(self, nodes: list[Node], *, breaks: bool, linked: bool) -> str:
        return super()._run([self._as_tag(node) for node in nodes], breaks=breaks, linked=linked)

    def _one(self, node: Node, *, breaks: bool, linked: bool) -> str:
        if not node.tag.startswith("="):
            return super()._one(node, breaks=breaks, linked=linked)
        tag = node.tag[1:]
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
        if tag in VOID:
            return f"<{tag}{attributes}>"
        return f"<{tag}{attributes}>{self._run(node.children, breaks=breaks, linked=linked)}</{tag}>"

    def _as_tag(self, node: Node) -> Node:
        """The node under another name when only a tag says it exactly."""
        if not node.tag or node.tag == "!" or node.tag.startswith("=") or self._is_sayable(node):
            return node
        return Node("=" + node.tag, attributes=node.attributes, children=node.children)

    def _is_sayable(self, node: Node) -> bool:
        names = set(node.attributes)
        if node.tag == "br":
            return not names
        if not self._marks:
            return False
        if node.tag == "img":
            return bool(node.attributes.get("src"))  # all else stays with the picture
        if node.tag == "a":
            return names <= {"href", "title"} and bool(node.attributes.get("href"))
        return node.tag in _PLAIN and not names
