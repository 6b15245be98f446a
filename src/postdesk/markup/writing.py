"""Writes a tree of elements as HTML: what goes out and what the preview shows."""

from __future__ import annotations

import html
import re
from collections.abc import ItemsView
from xml.etree.ElementTree import Element

from postdesk.markup.building import BLOCK
from postdesk.markup.inline import NOTE, RAW

_VOID = frozenset(["br", "hr", "img", "input"])
_BARE = frozenset(["disabled", "checked"])
_INLINE = frozenset(
    ["a", "abbr", "br", "code", "del", "em", "figcaption", "img", "input", "strong", RAW, NOTE]
)
_ESCAPED = re.compile("\u0002(\\d+)\u0003")


def write(root: Element) -> str:
    """`root` with all that is in it. Every block begins a line; text is escaped once, whatever it looks like."""
    out: list[str] = []
    _write(root, out)
    return "".join(out)


def _write(element: Element, out: list[str]) -> None:
    tag = element.tag
    if tag == RAW:
        out.append(element.text or "")
        return
    if tag == NOTE:
        out.append(f"\u0002pd-note:{_attribute(element.get('label', ''))}\u0003")
        return
    block = tag not in _INLINE
    if block and out and out[-1].endswith(">"):
        out.append("\n")
    if tag == BLOCK:
        out.append((element.text or "").strip())
        out.append("\n")
        return
    attributes = element.items()
    out.append(f"<{tag}{_attributes(attributes)}>" if attributes else f"<{tag}>")
    if tag not in _VOID:
        if element.text:
            out.append(_escaped(element.text))
        for child in element:
            _write(child, out)
            if child.tail:
                out.append(_escaped(child.tail))
        out.append(f"</{tag}>")
    if block:
        out.append("\n")


def _attributes(attributes: ItemsView[str, str]) -> str:
    return "".join(
        f" {name}" if name in _BARE and not value else f' {name}="{_attribute(value)}"'
        for name, value in sorted(attributes)
    )


def _escaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return _ESCAPED.sub(_sign, text) if "\u0002" in text else text


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;")


def _sign(match: re.Match[str]) -> str:
    return html.escape(chr(int(match[1])), quote=False)
