"""Turns the HTML of a post into WordPress' block markup, so that the block editor opens it without complaint.

What the dialect makes has a block of its own each; everything else goes into an HTML block byte for byte. The forms
are those that @wordpress/block-library 11 writes itself, and older versions accept; tests/markup/test_gutenberg.py
holds each against that library.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from postdesk.core.embeds import provider_of
from postdesk.markup.delimiters import classes, delimited, embed, end_of_block
from postdesk.markup.pictures import exchange_sources
from postdesk.markup.tree import Node, parse, write_all


@dataclass(frozen=True, slots=True)
class Media:
    """A picture that the blog has: its media id there ("" when it has none), its address, its size in px (0:
    unknown)."""

    id: str
    address: str
    width: int = 0
    height: int = 0


_NO_MEDIA: Mapping[str, Media] = MappingProxyType({})


def to_blocks(html: str, media: Mapping[str, Media] = _NO_MEDIA) -> str:
    """Block markup for `html` (as render_document writes it). `media` is found by the `src` of a picture."""
    writer = _Writer(html, media)
    try:
        blocks = writer.blocks(parse(html))
    except (_Foreign, RecursionError, ValueError):
        # Too deep to take apart, or with an entity of thousands of digits, which Python refuses: it goes out as it is.
        blocks = [writer.html_block(html)]
    return "\n\n".join(blocks)


class _Foreign(Exception):
    """An element that has no block."""


_INLINE = frozenset(
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q s samp small span strong sub sup time u "
    "var".split()
)
_ALIGNED = re.compile(r"\s*text-align:\s*(left|right|center);?\s*\Z")
_ISOLATED_ADDRESS = re.compile(r"^(\s*https?:)//([^\s<>\"]+\s*)$", re.MULTILINE)


class _Writer:
    def __init__(self, source: str, media: Mapping[str, Media]) -> None:
        self._source = source
        self._media = media

    def blocks(self, nodes: list[Node]) -> list[str]:
        """A block for each node; neighbours without a block share an HTML block."""
        written: list[str] = []
        foreign: list[Node] = []

        def flush() -> None:
            if foreign:
                written.append(self.html_block(self._source[foreign[0].start : foreign[-1].end]))
                foreign.clear()

        passed = 0  # up to where block markup of hers was taken over
        for place, node in enumerate(nodes):
            if node.is_blank or node.start < passed:
                continue
            end = end_of_block(nodes, place)
            if end:
                flush()
                written.append(self._with_addresses(self._source[node.start : end]))
                passed = end
                continue
            try:
                block = self._block(node)
            except _Foreign:
                foreign.append(node)
                continue
            flush()
            if block:
                written.append(block)
        flush()
        return written

    def html_block(self, source: str) -> str:
        """`source` with the blog's addresses of its pictures, otherwise as it is."""
        return delimited("html", {}, self._with_addresses(source.strip("\n")))

    def _with_addresses(self, source: str) -> str:
        def address(src: str) -> str | None:
            known = self._media.get(src)
            return known.address if known is not None else None

        return exchange_sources(source, address)

    def _block(self, node: Node) -> str:
        if node.tag == "!":
            if re.fullmatch(r"more(?: [^<>]*)?", node.text.strip()):
                words = node.text.strip()[len("more") :].strip()
                values = {"customText": words} if words else {}
                return delimited("more", values, f"<!--more{' ' + words if words else ''}-->")
            if node.text.strip() == "nextpage":
                return delimited("nextpage", {}, "<!--nextpage-->")
            raise _Foreign
        if not node.tag or any(not below.closed for below in node.everything()):
            raise _Foreign
        make = _BLOCKS.get(node.tag)
        if make is None:
            raise _Foreign
        return make(self, node)

    # --- text ------------------------------------------------------------------------------------------------

    def paragraph(self, node: Node) -> str:
        values = _own(node, "class")
        if not values:
            address = node.plain().strip()
            provider = provider_of(address) if all(not child.tag for child in node.children) else None
            if provider is not None:
                return embed(address, provider)
        inner = self.inline(node.children)
        if not inner:
            return ""
        return delimited("paragraph", values, f"<p{classes(*node.classes)}>{inner}</p>")

    def heading(self, node: Node) -> str:
        names = _own(node, "class", "id")
        level = int(node.tag[1])
        values: dict[str, object] = {"level": level} if level != 2 else {}
        anchor = node.attributes.get("id", "")
        # The order is that of the library: what the block has itself, then what it supports.
        values |= names
        identity = f' id="{html.escape(anchor)}"' if anchor else ""
        names_there = classes("wp-block-heading", *node.classes)
        return delimited(
            "heading",
            values,
            f"<{node.tag}{names_there}{identity}>{self.inline(node.children)}</{node.tag}>",
        )

    def inline(self, nodes: list[Node]) -> str:
        """Text and inline elements; raises _Foreign for anything else."""
        for node in nodes:
            for below in node.everything():
                if below.tag and below.tag not in _INLINE:
                    raise _Foreign
                if below.tag == "img":
                    self._place(below)
        text = re.sub(r"<br>\n?", "<br>", write_all(nodes))
        return text.strip(" \n")

    def _place(self, picture: Node) -> Media | None:
        """Gives a picture the blog's address."""
        known = self._media.get(picture.attributes.get("src", ""))
        if known is None:
            return None
        picture.attributes["src"] = known.address
        if known.id and not any(name.startswith("wp-image-") for name in picture.classes):
            picture.attributes["class"] = " ".join([*picture.classes, f"wp-image-{known.id}"])
        return known

    # --- containers ------------------------------------------------------------------------------------------

    def quote(self, node: Node) -> str:
        values = _own(node, "class")
        children = [child for child in node.children if not child.is_blank]
        if any(not child.tag for child in children):
            raise _Foreign
        said = ""
        if len(children) > 1 and (cited := _citation(children[-1])) is not None:
            children.pop()
            said = f"<cite>{self.inline(cited.children)}</cite>"
        inner = "\n\n".join(self.blocks(children)) + said
        return delimited(
            "quote", values, f"<blockquote{classes('wp-block-quote', *node.classes)}>{inner}</blockquote>"
        )

    def list(self, node: Node) -> str:
        names = [name for name in node.classes if name != "task-list"]
        if set(node.attributes) - {"class", "start"}:
            raise _Foreign
        values: dict[str, object] = {}
        start = ""
        if node.tag == "ol":
            values["ordered"] = True
            number = node.attributes.get("start", "")
            if number and number != "1":
                if not re.fullmatch(r"\d{1,9}", number):
                    raise _Foreign
                values["start"] = int(number)
                start = f' start="{number}"'
        if names:
            values["className"] = " ".join(names)
        items = []
        for child in node.children:
            if child.is_blank:
                continue
            if child.tag != "li":
                raise _Foreign
            items.append(self._item(child))
        inner = "\n\n".join(items)
        return delimited(
            "list", values, f"<{node.tag}{start}{classes('wp-block-list', *names)}>{inner}</{node.tag}>"
        )

    def _item(self, node: Node) -> str:
        names = [name for name in node.classes if name != "task-list-item"]
        if set(node.attributes) - {"class"}:
            raise _Foreign
        for below in node.children:
            _tick(below)
        parts: list[str] = []  # what paragraphs were, to be separated by an empty line
        run: list[Node] = []
        lists: list[str] = []
        for child in node.children:
            if child.tag in ("ul", "ol"):
                lists.append(self.list(child))
            elif lists and not child.is_blank:
                raise _Foreign  # text after a nested list has no place in a list item
            elif child.tag == "p" and not child.attributes:
                parts.append(self.inline(run))
                parts.append(self.inline(child.children))
                run = []
            else:
                run.append(child)
        parts.append(self.inline(run))
        text = "<br><br>".join(part for part in parts if part)
        values: dict[str, object] = {"className": " ".join(names)} if names else {}
        nested = "\n\n".join(lists)
        return delimited("list-item", values, f"<li{classes(*names)}>{text}{nested}</li>")

    # --- the rest --------------------------------------------------------------------------------------------

    def picture(self, node: Node) -> str:
        _plain(node)
        children = [child for child in node.children if not child.is_blank]
        caption = ""
        if children and children[-1].tag == "figcaption":
            last = children.pop()
            _plain(last)
            caption = self.inline(last.children)
        if len(children) != 1:
            raise _Foreign
        link = children[0] if children[0].tag == "a" else None
        inside = [child for child in link.children if not child.is_blank] if link is not None else children
        if len(inside) != 1 or inside[0].tag != "img" or set(inside[0].attributes) - {"src", "alt"}:
            raise _Foreign
        if link is not None and set(link.attributes) - {"href"}:
            raise _Foreign
        known = self._place(inside[0])
        values: dict[str, object] = {}
        names = ["wp-block-image"]
        if known is not None and known.id:
            values = {"id": int(known.id) if known.id.isdigit() else known.id, "sizeSlug": "large"}
            names.append("size-large")
            values["linkDestination"] = "none" if link is None else "custom"
        elif link is not None:
            values["linkDestination"] = "custom"
        attributes = inside[0].attributes
        identity = f' class="{html.escape(attributes["class"])}"' if "class" in attributes else ""
        source, alt = (html.escape(attributes.get(name, "")) for name in ("src", "alt"))
        shown = f'<img src="{source}" alt="{alt}"{identity}/>'
        if link is not None:
            shown = f'<a href="{html.escape(link.attributes.get("href", ""))}">{shown}</a>'
        if caption:
            shown += f'<figcaption class="wp-element-caption">{caption}</figcaption>'
        return delimited("image", values, f"<figure{classes(*names)}>{shown}</figure>")

    def code(self, node: Node) -> str:
        """`pre` with one `code`, or what the highlighter made of it: a `div` around it with the language."""
        pre = node
        names = [name for name in node.classes if name.startswith("language-")]
        if node.tag == "div":
            inside = [child for child in node.children if not child.is_blank]
            if "highlight" not in node.classes or len(inside) != 1 or inside[0].tag != "pre":
                raise _Foreign
            pre = inside[0]
        elif node.attributes:
            raise _Foreign
        inner = [child for child in pre.children if not (child.tag == "span" and not child.children)]
        if len(inner) != 1 or inner[0].tag != "code":
            raise _Foreign
        names += [name for name in inner[0].classes if name.startswith("language-") and name not in names]
        names = [name for name in names if name != "language-text"]
        text = inner[0].plain().removesuffix("\n")
        escaped = html.escape(text, quote=False).replace("[", "&#91;").replace("\u00a0", "&nbsp;")
        escaped = _ISOLATED_ADDRESS.sub(r"\1&#47;&#47;\2", escaped)
        values: dict[str, object] = {"className": " ".join(names)} if names else {}
        return delimited(
            "code", values, f"<pre{classes('wp-block-code', *names)}><code>{escaped}</code></pre>"
        )

    def table(self, node: Node) -> str:
        _plain(node)
        parts = []
        for section in node.children:
            if section.is_blank:
                continue
            if section.tag not in ("thead", "tbody", "tfoot"):
                raise _Foreign
            _plain(section)
            rows = [self._row(row) for row in section.children if not row.is_blank]
            if rows:
                parts.append(f"<{section.tag}>{''.join(rows)}</{section.tag}>")
        if not parts:
            raise _Foreign
        return delimited(
            "table",
            {},
            '<figure class="wp-block-table"><table class="has-fixed-layout">'
            + "".join(parts)
            + "</table></figure>",
        )

    def _row(self, node: Node) -> str:
        if node.tag != "tr":
            raise _Foreign
        _plain(node)
        cells = []
        for cell in node.children:
            if cell.is_blank:
                continue
            if cell.tag not in ("td", "th") or set(cell.attributes) - {"style"}:
                raise _Foreign
            aligned = ""
            if "style" in cell.attributes:
                match = _ALIGNED.match(cell.attributes["style"])
                if match is None:
                    raise _Foreign
                aligned = f' class="has-text-align-{match[1]}" data-align="{match[1]}"'
            cells.append(f"<{cell.tag}{aligned}>{self.inline(cell.children)}</{cell.tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    def rule(self, node: Node) -> str:
        _plain(node)
        return delimited("separator", {}, '<hr class="wp-block-separator has-alpha-channel-opacity"/>')


_BLOCKS = {
    "p": _Writer.paragraph,
    "blockquote": _Writer.quote,
    "ul": _Writer.list,
    "ol": _Writer.list,
    "figure": _Writer.picture,
    "pre": _Writer.code,
    "div": _Writer.code,
    "table": _Writer.table,
    "hr": _Writer.rule,
} | {f"h{level}": _Writer.heading for level in range(1, 7)}


def _citation(node: Node) -> Node | None:
    """Who said it: the one thing in the last paragraph of a quotation."""
    children = [child for child in node.children if not child.is_blank]
    if node.tag != "p" or node.attributes or len(children) != 1:
        return None
    return children[0] if children[0].tag == "cite" and not children[0].attributes else None


def _plain(node: Node) -> None:
    if node.attributes:
        raise _Foreign


def _own(node: Node, *allowed: str) -> dict[str, object]:
    """The block's attribute for the classes that the writer gave; any other attribute has no place in a block."""
    if set(node.attributes) - set(allowed):
        raise _Foreign
    values: dict[str, object] = {}
    if node.attributes.get("id"):
        values["anchor"] = node.attributes["id"]
    if node.classes:
        values["className"] = " ".join(node.classes)
    return values


def _tick(node: Node) -> None:
    """A task's box as a letter: WordPress takes `<input>` out of the posts of most of its users."""
    if node.tag == "p":
        for child in node.children:
            _tick(child)
    elif node.tag == "input" and node.attributes.get("type") == "checkbox":
        node.text = "☑" if "checked" in node.attributes else "☐"
        node.tag = ""
        node.attributes = {}
