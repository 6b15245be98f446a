"""HTML of any origin as a shallow tree without surprises, for markdown.py to read.

Ends that HTML lets people leave out are put in, what is not shown is left out, and no element is nested deeper
than a limit, so that whoever reads the tree may go down it by recursion.
Source: the HTML standard, 13.2.6, in its plain cases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from postdesk.core.tokens import Kind, comment_text, cut, entities
from postdesk.markup.tree import VOID, Node

DEEPEST = 40
"""Open elements; of what is deeper only the text stays."""

BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav object ol "
    "p pre search section summary svg math table tbody tfoot thead tr td th caption video audio embed ul".split()
)
DROPPED = frozenset(
    "script style noscript template title head textarea select noembed noframes canvas applet button xmp".split()
)
"""What no reader sees, or cannot use in a post; gone with everything inside."""

_GONE = frozenset(
    ["meta", "link", "base", "input", "source", "track", "col", "param", "area", "frame", "keygen"]
)
_KEPT_IN = {
    "source": ("video", "audio"),
    "track": ("video", "audio"),
    "param": ("object",),
    "col": ("colgroup",),
}
_CLOSES = {
    "li": (
        frozenset(["li"]),
        frozenset(["ul", "ol", "menu", "dir", "td", "th", "blockquote", "div", "table"]),
    ),
    "dt": (frozenset(["dt", "dd"]), frozenset(["dl", "table"])),
    "dd": (frozenset(["dt", "dd"]), frozenset(["dl", "table"])),
    "tr": (frozenset(["tr", "td", "th"]), frozenset(["table"])),
    "td": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "th": (frozenset(["td", "th"]), frozenset(["table", "tr"])),
    "tbody": (frozenset(["tbody", "thead", "tfoot", "tr", "td", "th"]), frozenset(["table"])),
    "thead": (frozenset(["tbody", "thead", "tfoot", "tr", "td", "th"]), frozenset(["table"])),
    "tfoot": (frozenset(["tbody", "thead", "tfoot", "tr", "td", "th"]), frozenset(["table"])),
    "a": (frozenset(["a"]), BLOCKS),
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile("[\x0c\x1c-\x1f\x85\u2028\u2029]")
_MARKS = re.compile(r"\s*(?:more\b.*|nextpage)\s*\Z", re.DOTALL)


@dataclass(slots=True)
class Holder(Node):
    """An element that is a block, or has one inside; those without are plain `Node`s or `holds_blocks` False."""

    holds_blocks: bool = False


def simplify(html: str) -> list[Node]:
    """The top-level nodes of `html`."""
    root = Holder("#")
    _Builder(root).read(without_controls(html))
    return root.children


def without_controls(text: str) -> str:
    """`text` without characters that nobody sees and no file should hold; odd line ends are spaces."""
    return _CONTROL.sub("", _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))


def is_mark(comment: str) -> bool:
    """Whether a comment ends the teaser or a page of the post."""
    return _MARKS.match(comment) is not None and "--" not in comment


def _boundary() -> Holder:
    """What keeps the words before a block apart from those after it where the block itself is left out."""
    return Holder("p", holds_blocks=True)


class _Builder:
    def __init__(self, root: Holder) -> None:
        self._open: list[Holder] = [root]
        self._dropping: list[str] = []
        self._in_frame = False

    def read(self, source: str) -> None:
        """Everything in `source`."""
        for kind, start, end, tag, attributes in cut(source):
            if kind is Kind.START:
                self._in_frame = tag == "iframe"
                self._begin(tag, attributes)
            elif kind is Kind.END:
                self._end(tag)
            elif self._dropping:
                continue
            elif kind is Kind.COMMENT:
                words = comment_text(source[start:end])
                if is_mark(words):
                    self._close_paragraph()
                    self._add(Holder("!", text=words, holds_blocks=True))
            elif kind is Kind.TEXT:
                self._text(without_controls(entities(source[start:end])))
            elif kind is Kind.RAW and not self._in_frame:
                self._text(source[start:end])
        self._pop_to(1)

    def _text(self, words: str) -> None:
        if words:
            self._open[-1].children.append(Node("", text=words))

    def _begin(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        if tag in DROPPED:
            self._dropping.append(tag)
        is_task = tag == "input" and ("type", "checkbox") in attributes and self._in_list()
        is_gone = tag in _GONE and not is_task and self._open[-1].tag not in _KEPT_IN.get(tag, ())
        if self._dropping or is_gone:
            return
        if tag in BLOCKS and tag != "li":
            self._close_paragraph()
        self._close_implied(tag)
        values: dict[str, str] = {}
        for name, value in attributes:
            # An event is a script, a look is not hers; what cannot be written as an attribute is none.
            if re.fullmatch(r"[a-z][\w:.-]*", name) and not name.startswith("on"):
                values.setdefault(name, value)
        node = Holder(tag, attributes=values, holds_blocks=tag in BLOCKS)
        if tag in VOID:
            self._add(node)
        elif len(self._open) < DEEPEST and re.fullmatch(r"[a-z][a-z0-9-]*", tag):
            self._open[-1].children.append(node)
            self._open.append(node)
        elif tag in BLOCKS:
            self._add(_boundary())

    def _add(self, node: Holder) -> None:
        self._open[-1].children.append(node)
        self._settle(node)
        if node.holds_blocks:
            self._open[-1].holds_blocks = True

    def _end(self, tag: str) -> None:
        if self._dropping:
            if tag in self._dropping:
                while self._dropping.pop() != tag:
                    pass
            return
        if tag == "br":
            self._add(Holder("br"))
            return
        for place in range(len(self._open) - 1, 0, -1):
            name = self._open[place].tag
            if name == tag:
                self._pop_to(place)
                return
            if name in BLOCKS and tag not in BLOCKS:
                return  # an emphasis that ends in another block than it began ends with that block
        if tag in BLOCKS:
            self._add(_boundary())

    def _pop_to(self, place: int) -> None:
        while len(self._open) > place:
            node = self._open.pop()
            self._settle(node)

    def _settle(self, node: Holder) -> None:
        if node.holds_blocks:
            self._open[-1].holds_blocks = True

    def _close_paragraph(self) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == "p":
                self._pop_to(place)
                return
            if self._open[place].tag in BLOCKS:
                return

    def _close_implied(self, tag: str) -> None:
        found = _CLOSES.get(tag)
        if found is None:
            return
        outermost = 0
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag in found[1]:
                break
            if self._open[place].tag in found[0]:
                outermost = place
        if outermost:
            self._pop_to(outermost)

    def _in_list(self) -> bool:
        return any(node.tag == "li" for node in self._open)
