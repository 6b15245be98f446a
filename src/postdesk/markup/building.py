"""Makes elements of the blocks that structure.py found. Text that is still to be read by inline.py stays plain; what
must stay as it is is an AtomicString, as everywhere in Python-Markdown."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from postdesk.core.tokens import cut
from postdesk.markup.links import plain
from postdesk.markup.literal import signs
from postdesk.markup.nodes import Document, Node
from postdesk.markup.rawhtml import OPEN_TAG
from postdesk.markup.structure import read
from postdesk.markup.tables import add_table
from postdesk.markup.tree import parse

BLOCK = "pd-block"  # an element whose text is a block of HTML as it is
RAW_FENCE = "{=html}"
"""The info string of a fence whose text is HTML as it is: what a blog has and Markdown cannot say."""
_LANGUAGE = re.compile(r"[\w#.+-]+")
_TASK = re.compile(r"\[([ xX])\](?=[ \t]+\S)")
_MARKDOWN = re.compile(
    r"\smarkdown(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>/]+)))?(?=[\s/>])", re.IGNORECASE
)
_OPEN_TAG = re.compile(OPEN_TAG)
_NAME = re.compile(r"[A-Za-z_:][\w:.-]*")
_SPANS = frozenset("h1 h2 h3 h4 h5 h6 p dt summary address".split())
_WHITE = " \t\n\r\f\v"


def build(document: Document) -> Element:
    """The root element, a `div`, with all blocks of `document`; its definitions grow by what Markdown inside raw HTML
    defines."""
    root = Element("div")
    _Builder(document).fill(root, document.root.children, tight=False)
    return root


class _Builder:
    def __init__(self, document: Document) -> None:
        self._document = document

    def fill(self, parent: Element, nodes: list[Node], *, tight: bool) -> None:
        """Puts `nodes` into `parent`; `tight`: paragraphs are plain text there."""
        for node in nodes:
            if node.kind == "paragraph":
                text = _text(node)
                if tight:
                    _add_text(parent, text)
                else:
                    SubElement(parent, "p").text = text
            else:
                self._block(parent, node)

    def _block(self, parent: Element, node: Node) -> None:
        kind = node.kind
        if kind == "heading":
            SubElement(parent, f"h{node.level}").text = _text(node)
        elif kind == "rule":
            SubElement(parent, "hr")
        elif kind == "list":
            self._list(parent, node)
        elif kind == "quote":
            self.fill(SubElement(parent, "blockquote"), node.children, tight=False)
        elif kind == "code":
            _add_code(parent, node.lines, "")
        elif kind == "fence" and node.info.strip() == RAW_FENCE:
            self._raw(parent, "\n".join(node.lines))
        elif kind == "fence":
            word = _LANGUAGE.match(plain(node.info))
            _add_code(parent, node.lines, word[0] if word is not None else "")
        elif kind == "html":
            self._html(parent, "\n".join(node.lines))
        elif kind == "table":
            add_table(parent, node)
        elif kind == "descriptions":
            self._descriptions(parent, node)
        elif kind == "group":
            self.fill(parent, node.children, tight=False)
        elif kind == "terms":
            SubElement(parent, "p").text = _text(node)

    def _list(self, parent: Element, node: Node) -> None:
        element = SubElement(parent, "ol" if len(node.mark) > 1 else "ul")
        if node.level != 1 and len(node.mark) > 1:
            element.set("start", str(node.level))
        tight = _together(node.children) and all(_together(item.children) for item in node.children)
        tasks = False
        for item in node.children:
            entry = SubElement(element, "li")
            done = _task(item)
            self.fill(entry, item.children, tight=tight)
            if done is not None:
                tasks = True
                entry.set("class", "task-list-item")
                _tick(entry if tight else entry[0], done)
        if tasks:
            element.set("class", "task-list")

    def _descriptions(self, parent: Element, node: Node) -> None:
        element = SubElement(parent, "dl")
        before: Node | None = None
        for child in node.children:
            if child.kind == "terms":
                for line in child.lines:
                    SubElement(element, "dt").text = line.strip(_WHITE)
            else:
                tight = _together(child.children) and (before is None or _end(before) + 1 >= child.start)
                self.fill(SubElement(element, "dd"), child.children, tight=tight)
            before = child

    def _raw(self, parent: Element, source: str) -> None:
        """HTML from a fence; what is never closed is one end of a frame around other blocks, and shows nothing."""
        if source.strip() and all(one.closed for node in parse(source) for one in node.everything()):
            SubElement(parent, BLOCK).text = AtomicString(source)

    def _html(self, parent: Element, source: str) -> None:
        tag = _OPEN_TAG.match(source)
        asked = _MARKDOWN.search(tag[0]) if tag is not None else None
        if tag is None or asked is None:
            SubElement(parent, BLOCK).text = AtomicString(source)
            return
        name, attributes = _start_tag(tag[0])
        end, after = _end_of(source, name, tag.end())
        value = (asked[1] or asked[2] or asked[3] or "1").lower()
        element = SubElement(parent, name, attributes)
        inside = source[tag.end() : end]
        if value == "span" or (value != "block" and name in _SPANS):
            element.text = inside.strip(_WHITE)
        else:
            self._markdown(element, inside)
        if source[after:].strip():
            self._markdown(parent, source[after:])

    def _markdown(self, parent: Element, text: str) -> None:
        inner = read(text.split("\n"))
        self._document.take(inner)
        self.fill(parent, inner.root.children, tight=False)


# --- code ---


def _add_code(parent: Element, lines: list[str], language: str) -> None:
    source = signs("\n".join(lines)) + "\n" if lines else ""
    SubElement(parent, BLOCK).text = AtomicString(_highlighted(source, language))


@lru_cache(maxsize=200)
def _highlighted(source: str, language: str) -> str:
    """Code as HTML, coloured by classes where `language` is known."""
    if language:
        try:
            lexer = get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            pass
        else:
            formatter = HtmlFormatter(cssclass=f"language-{language} highlight", wrapcode=True)
            return str(highlight(source, lexer, formatter)).strip("\n")
    escaped = html.escape(source, quote=False)
    return f'<div class="language-{language or "text"} highlight"><pre><span></span><code>{escaped}</code></pre></div>'


def _text(node: Node) -> str:
    return "\n".join(node.lines).strip(_WHITE)


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        last = parent[-1]
        last.tail = f"{last.tail}\n{text}" if last.tail else text
    else:
        parent.text = f"{parent.text}\n{text}" if parent.text else text


def _end(node: Node) -> int:
    """The last line with something in it; of a list that of its last item."""
    if node.kind in ("list", "descriptions") and node.children:
        return max(node.end, _end(node.children[-1]))
    return node.end


def _together(nodes: list[Node]) -> bool:
    """Whether no blank line is between any two."""
    return all(_end(one) + 1 >= other.start for one, other in pairwise(nodes))


# --- tasks ---


def _task(item: Node) -> bool | None:
    """Whether the item is a task that is done; None when it is no task. Its box is taken off its text."""
    first = item.children[0] if item.children else None
    if first is None or first.kind != "paragraph":
        return None
    match = _TASK.match(first.lines[0])
    if match is None:
        return None
    first.lines[0] = first.lines[0][match.end() :].lstrip(_WHITE)
    return match[1] != " "


def _tick(holder: Element, done: bool) -> None:
    box = Element("input", {"type": "checkbox", "disabled": ""} | ({"checked": ""} if done else {}))
    box.tail = " " + (holder.text or "")
    holder.text = None
    holder.insert(0, box)


# --- Markdown inside raw HTML ---


def _start_tag(written: str) -> tuple[str, dict[str, str]]:
    _kind, _start, _end, tag, attributes = next(cut(written))
    values: dict[str, str] = {}
    for name, value in attributes:
        if name != "markdown" and _NAME.fullmatch(name):
            values.setdefault(name, value)
    return tag, values


def _end_of(source: str, name: str, place: int) -> tuple[int, int]:
    """Where the end tag of the element that is open at `place` begins and ends."""
    depth = 1
    for match in re.compile(rf"<(/?){re.escape(name)}(?=[\s/>])[^>]*>", re.IGNORECASE).finditer(
        source, place
    ):
        depth += -1 if match[1] else 1
        if depth == 0:
            return match.start(), match.end()
    return len(source), len(source)
