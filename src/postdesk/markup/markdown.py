"""HTML of any origin as Markdown: what a post says elsewhere, as the writer would have typed it here.

`to_markdown` is the whole of it. The text is built so that rendering it gives the words that the HTML had; as a last
wall each block is rendered and compared, and one that Markdown cannot say stays as raw HTML. Time grows with the length
of the source, and no depth of nesting is too deep: elements beyond a limit are left out, and their text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from postdesk.core.tokens import Kind, comment_text, cut, entities
from postdesk.markup.render import render_document
from postdesk.markup.simpler import BLOCKS, DROPPED, Holder, is_mark, simplify, without_controls
from postdesk.markup.spans import Spans, address, caption_of, escape_start
from postdesk.markup.tree import Node, write

__all__ = ["to_markdown", "words_of"]

_DEEPEST_LIST = 10  # lists and quotations in each other; twice as many are shown as typed by the renderer
_RAW = frozenset("table dl details iframe video audio object embed svg math figure form map".split())
_OPEN = frozenset("p div section article main center header footer figure h1 h2 h3 h4 h5 h6".split())
_SPACES = " \t\n\f"
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LANGUAGE = re.compile(r"(?:language|lang|brush|highlight-source)[-:][ ]?([A-Za-z0-9#+.-]+)")
_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")
_ALONE = re.compile(r"https?://[^\s<>\"']+\Z")
_PLAYERS = (
    (re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})"),
     "https://www.youtube.com/watch?v={}"),
    (re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}"),
)  # fmt: skip


def to_markdown(html: str) -> str:
    """`html` as Markdown that ends with a line end, "" when it shows nothing. Never raises.

    Scripts, styles and other things that are not shown are left out, and so are looks (colours, alignment). What
    Markdown has no way to say (a table without a head, a video, a caption with a link) is raw HTML. `<!--more-->`
    stays.
    """
    blocks = Writer().blocks(simplify(html))
    if not blocks:
        return ""
    text = "\n\n".join(written for written, _nodes in blocks) + "\n"
    if words_of(render_document(text)) == _words(blocks):
        return text
    return "\n\n".join(_checked(written, nodes) for written, nodes in blocks) + "\n"


def words_of(html: str) -> list[str]:
    """The words that a reader sees in `html`, without white space; a non-breaking space is a part of the word beside
    it, and none by itself."""
    shown = "".join(_shown(without_controls(html))).replace("\0", " ")
    return [word for word in re.split(r"[ \t\n\r\f]+", shown) if word.strip()]


def _shown(source: str) -> Iterator[str]:
    """The text that is shown, a NUL where a block begins or ends."""
    hidden: list[str] = []
    for kind, start, end, tag, _attributes in cut(source):
        if kind is Kind.START and (tag in DROPPED or tag == "iframe"):
            yield "\0" if tag == "iframe" and not hidden else ""
            hidden.append(tag)
        elif kind is Kind.END and hidden:
            if tag in hidden:
                del hidden[len(hidden) - 1 - hidden[::-1].index(tag) :]
        elif hidden:
            continue
        elif kind in (Kind.START, Kind.END):
            apart = tag == "br" or (tag == "img" and kind is Kind.START)
            yield "\0" if tag in BLOCKS else " " if apart else ""
        elif kind is Kind.COMMENT:
            yield "\0" if is_mark(comment_text(source[start:end])) else ""
        elif kind in (Kind.TEXT, Kind.RAW):
            words = source[start:end]
            yield without_controls(words if kind is Kind.RAW else entities(words))


def _words(blocks: list[tuple[str, list[Node]]]) -> list[str]:
    return [word for _written, nodes in blocks for word in words_of(_raw(nodes))]


def _checked(written: str, nodes: list[Node]) -> str:
    """A block as Markdown if that says what it should, else as raw HTML."""
    wanted = words_of(_raw(nodes))
    if words_of(render_document(written)) == wanted:
        return written
    raw = _raw(nodes)
    if nodes[0].tag not in BLOCKS:
        raw = f"<div>{raw}</div>"
    return raw


def _raw(nodes: list[Node]) -> str:
    """Raw HTML that no blank line cuts."""
    return _BLANK_LINES.sub("\n&#32;", "".join(write(node) for node in nodes))


class Writer:
    """Turns blocks of a simplified tree into Markdown; `spans` writes what stands in a line."""

    def __init__(self, spans: Spans | None = None) -> None:
        self._spans = spans or Spans()
        self._lists = 0

    def blocks(self, nodes: list[Node]) -> list[tuple[str, list[Node]]]:
        """The Markdown of each block, with the nodes that it was made from."""
        found: list[tuple[str, list[Node]]] = []
        waiting: list[Node] = []
        kinds: list[str] = []

        def paragraph() -> None:
            for run in _at_double_breaks(waiting):
                written = self._paragraph(run)
                if written:
                    found.append((written, run))
                    kinds.append("")
            waiting.clear()

        for node in _pushed_down(nodes):
            if not _is_block(node):
                waiting.append(node)
                continue
            paragraph()
            for written, kind, made_from in self._block(node, kinds[-1] if kinds else ""):
                found.append((written, made_from))
                kinds.append(kind)
        paragraph()
        return found

    def _text(self, nodes: list[Node]) -> str:
        """Blocks below a quotation or a list."""
        return "\n\n".join(written for written, _nodes in self.blocks(nodes))

    def _block(self, node: Node, before: str) -> list[tuple[str, str, list[Node]]]:
        """The blocks of one element: Markdown, what kind of list it is ("" for none), its nodes. `before` is the kind
        of the block before."""
        tag = node.tag
        if tag == "!":
            return [(f"<!--{node.text.strip()}-->", "", [node])]
        if tag in _HEADINGS:
            return self._heading(node)
        if tag == "hr":
            return [("***", "", [node])]
        if tag == "pre":
            return [(_code(node), "", [node])]
        if tag == "blockquote" and self._lists < _DEEPEST_LIST:
            self._lists += 1
            inner = self._text(node.children)
            self._lists -= 1
            return [(_prefixed(inner, "> ", "> "), "", [node])] if inner else []
        if tag in _LISTS and self._lists < _DEEPEST_LIST:
            return self._list(node, before)
        player = _player(node)
        if player:
            return [(player, "", [Node("p", children=[Node("", text=player)])])]
        if tag == "figure":
            return self._figure(node)
        if tag == "table":
            return [(self._table(node) or _raw([node]), "", [node])]
        if tag in _RAW:
            return [(_raw([node]), "", [node])]
        return [(written, "", nodes) for written, nodes in self.blocks(node.children)]

    def _paragraph(self, nodes: list[Node]) -> str:
        alone = "".join(node.text for node in nodes if not node.tag).strip(" \t\n")
        if all(not node.tag for node in nodes) and _ALONE.match(alone):
            return alone  # an address by itself is shown as a card, and has no marks
        return escape_start(self._spans.write(nodes))

    def _heading(self, node: Node) -> list[tuple[str, str, list[Node]]]:
        if any(_is_block(child) for child in node.children):
            return [(written, "", nodes) for written, nodes in self.blocks(node.children)]
        text = self._spans.write(node.children, breaks=False)
        if text.endswith("#"):
            text = text[:-1] + "\\#"
        return [(f"{'#' * _HEADINGS[node.tag]} {text}", "", [node])] if text else []

    def _list(self, node: Node, before: str) -> list[tuple[str, str, list[Node]]]:
        ordered = node.tag == "ol"
        mark = (")" if before == "." else ".") if ordered else ("*" if before == "-" else "-")
        start = node.attributes.get("start", "1").strip()
        number = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        parts: list[str] = []
        loose = any(c.tag == "li" and sum(g.tag == "p" for g in c.children) > 1 for c in node.children)
        self._lists += 1
        for child in node.children:
            if not child.tag and not child.text.strip(_SPACES):
                continue
            inner = child.children if child.tag == "li" else [child]
            lead = f"{number}{mark} " if ordered else f"{mark} "
            written = self.blocks(inner)
            parts.append(_prefixed(_joined(written), lead, " " * len(lead)))
            number += 1
        self._lists -= 1
        return [(("\n\n" if loose else "\n").join(parts), mark, [node])] if parts else []

    def _figure(self, node: Node) -> list[tuple[str, str, list[Node]]]:
        if any(one.tag == "figure" for one in node.everything() if one is not node):  # a gallery
            return [(written, "", nodes) for written, nodes in self.blocks(node.children)]
        address_alone = node.plain().strip()
        if "wp-block-embed" in node.classes and _ALONE.match(address_alone):
            return [(address_alone, "", [node])]
        captions = [one for one in node.everything() if one.tag == "figcaption"]
        rest = [one for one in node.everything() if not one.tag and one.text.strip(_SPACES)]
        pictures = [one for one in node.everything() if one.tag == "img" and one.attributes.get("src")]
        others = any(
            one.tag in _RAW or one.tag in ("pre", "blockquote")
            for one in node.everything()
            if one is not node
        )
        if not captions:
            if len(pictures) != 1 or rest or others:
                return [(written, "", nodes) for written, nodes in self.blocks(node.children)]
            return [(self._picture(node, pictures[0], ""), "", [node])]
        caption = caption_of(captions[0]) if len(captions) == 1 else None
        inside = "".join(one.text for one in captions[0].everything() if not one.tag)
        if (
            caption is None
            or others
            or len(pictures) != 1
            or "".join(one.text for one in rest).strip() != inside.strip()
        ):
            return [(_raw([node]), "", [node])]
        return [(self._picture(node, pictures[0], caption), "", [node])]

    def _picture(self, figure: Node, picture: Node, caption: str) -> str:
        written = self._spans.picture(picture, caption)
        links = [
            one
            for one in figure.everything()
            if one.tag == "a" and any(c is picture for c in one.everything())
        ]
        target = address(links[-1].attributes.get("href", "")) if links else ""
        return f"[{written}]({target})" if target else written

    def _table(self, node: Node) -> str:
        """A table with one row of heads and plain cells; "" for any other."""
        rows = [one for one in node.everything() if one.tag == "tr"]
        cells = [[cell for cell in row.children if cell.tag in ("td", "th")] for row in rows]
        width = len(cells[0]) if cells else 0
        plain = (
            len(rows) > 1
            and width > 0
            and all(len(row) == width for row in cells)
            and all(cell.tag == "th" for cell in cells[0])
            and not any({"colspan", "rowspan"} & cell.attributes.keys() for row in cells for cell in row)
            and not any(
                one.tag in ("caption", "pre") or (one is not node and one.tag in _RAW) or _is_list(one)
                for one in node.everything()
            )
            and not any(_is_block(child) for row in cells for cell in row for child in cell.children)
        )
        if not plain:
            return ""
        lines = []
        for row in cells:
            written = [self._spans.write(cell.children, breaks=False).replace("|", "\\|") for cell in row]
            lines.append("| " + " | ".join(written) + " |")
        aligns = [_ALIGN.get(_alignment(cell), "---") for cell in cells[0]]
        return "\n".join([lines[0], "| " + " | ".join(aligns) + " |", *lines[1:]])


_ALIGN = {"left": ":--", "right": "--:", "center": ":-:"}


def _alignment(cell: Node) -> str:
    styled = re.search(r"text-align:\s*(\w+)", cell.attributes.get("style", ""))
    written = cell.attributes.get("align") or cell.attributes.get("data-align", "")
    return (styled[1] if styled else written).lower()


def _is_list(node: Node) -> bool:
    return node.tag in _LISTS


def _is_block(node: Node) -> bool:
    return isinstance(node, Holder) and node.holds_blocks


def _pushed_down(nodes: list[Node]) -> Iterator[Node]:
    """The nodes with a link or an emphasis around blocks put around what is in them instead."""
    for node in nodes:
        if not _is_block(node) or node.tag in BLOCKS or node.tag == "!":
            yield node
            continue
        run: list[Node] = []
        for child in _pushed_down(node.children):
            if not _is_block(child):
                run.append(child)
                continue
            if run:
                yield Node(node.tag, attributes=node.attributes, children=run)
                run = []
            if child.tag in _OPEN:
                inner = Holder(node.tag, attributes=node.attributes, children=child.children)
                inner.holds_blocks = any(_is_block(one) for one in child.children)
                yield Holder(child.tag, attributes=child.attributes, children=[inner], holds_blocks=True)
            else:
                yield child
        if run:
            yield Node(node.tag, attributes=node.attributes, children=run)


def _at_double_breaks(nodes: list[Node]) -> list[list[Node]]:
    """A run of text in pieces: two breaks in a row are how many pages write paragraphs."""
    runs: list[list[Node]] = [[]]
    breaks: list[Node] = []
    for node in nodes:
        if node.tag == "br":
            breaks.append(node)
        elif breaks and not node.tag and not node.text.strip(_SPACES):
            continue
        else:
            if len(breaks) > 1:
                runs.append([])
            else:
                runs[-1] += breaks
            breaks = []
            runs[-1].append(node)
    return [run for run in runs if run]


def _joined(blocks: list[tuple[str, list[Node]]]) -> str:
    """The blocks of an item of a list; a list right below its first words needs no air."""
    if len(blocks) == 2 and blocks[1][1][0].tag in _LISTS and blocks[0][1][0].tag not in _LISTS:
        return blocks[0][0] + "\n" + blocks[1][0]
    return "\n\n".join(written for written, _nodes in blocks)


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        ((first if number == 0 else rest) + line).rstrip(" ")
        if not line
        else (first if number == 0 else rest) + line
        for number, line in enumerate(lines)
    )


def _code(node: Node) -> str:
    parts = ["\n" if one.tag == "br" else one.text for one in node.everything() if one.tag in ("", "br")]
    text = "".join(parts).removeprefix("\n").rstrip("\n")
    named = " ".join(
        f"{one.attributes.get('class', '')} lang-{one.attributes['data-lang']}"
        if "data-lang" in one.attributes
        else one.attributes.get("class", "")
        for one in [node, *node.children]
    )
    return fenced(text, named)


def fenced(text: str, named: str) -> str:
    """Code between fences longer than any in it; `named` holds the class names that may say its language."""
    found = _LANGUAGE.search(named)
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{found[1].lower() if found else ''}\n{text}\n{fence}"


def _player(node: Node) -> str:
    """The address of a video whose player is all that the element shows."""
    frames = [one for one in node.everything() if one.tag == "iframe"]
    if len(frames) != 1 or node.plain().strip():
        return ""
    for pattern, there in _PLAYERS:
        found = pattern.match(frames[0].attributes.get("src", "").strip())
        if found:
            return there.format(found[1])
    return ""
