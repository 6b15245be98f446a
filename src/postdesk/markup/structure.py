"""The block structure of a text: what stands in which quotation, item or note, read line by line.

Written after CommonMark 0.31.2 (https://spec.commonmark.org/0.31.2/#container-blocks and its appendix on strategy),
with tables, footnotes, descriptions and abbreviations, and with more patience for indentation: what belongs to an item
may be indented by two spaces, whatever the width of its mark. Every line is looked at once, so the time is linear.
Long because the rules for one line depend on each other.

`read` gives the tree; building.py makes elements of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from postdesk.markup import starts
from postdesk.markup.links import read_definition
from postdesk.markup.literal import without_tags
from postdesk.markup.nodes import Document, Node
from postdesk.markup.rawhtml import Balance, html_kind
from postdesk.markup.starts import TAB
from postdesk.markup.tables import columns_of

DEEPEST = 20  # levels of quotations and lists; nobody reads deeper, and Python's stack ends

_SETEXT = re.compile(r"(?:=+|-+)[ \t]*\Z")
_ABBREVIATION = re.compile(r"\*\[([^\[\]\\]+)\] ?:[ \t]*(.*)\Z")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\n]+)\]: ?")
_DESCRIPTION = re.compile(r":[ \t]{1,3}(?=\S)")
_WHITE = " \t\r\f\v"


class TooDeep(ValueError):
    """More levels of quotations and lists than anybody reads."""


def read(lines: Sequence[str], *, raw: bool = True) -> Document:
    """The structure of `lines`; `raw`: whether there may be raw HTML. Raises TooDeep."""
    reader = _Reader(list(lines), raw)
    for number, line in enumerate(reader.lines):
        reader.line(number, line)
    reader.finish()
    return reader.document


def widen(text: str, column: int = 0) -> str:
    """`text`, which begins in `column`, with spaces for the tabs at its start."""
    if "\t" not in text[:64]:
        return text
    body = text.lstrip(" \t")
    space = text[: len(text) - len(body)]
    if "\t" not in space:
        return text
    return (" " * column + space).expandtabs(TAB)[column:] + body if column else space.expandtabs(TAB) + body


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _blank(text: str) -> bool:
    return not text or text.isspace()


class _Reader:
    def __init__(self, lines: list[str], raw: bool) -> None:
        self.lines = lines
        self._raw = raw
        self.document = Document()
        self._open: list[Node] = [self.document.root]
        self._leaf: Node | None = None
        self._after_blank = False
        self._unclosed: set[tuple[str, int]] = set()
        self._number = 0

    # --- one line ---

    def line(self, number: int, line: str) -> None:
        """Reads one more line."""
        self._number = number
        if len(self._open) == 1 and self._plainly(line):
            return
        rest = widen(line)
        width = len(rest)
        depth = 1
        touched = 0  # containers up to here have their mark in this line
        while depth < len(self._open):
            node = self._open[depth]
            inside = self._continued(node, rest, width - len(rest))
            if inside is None:
                break
            if node.kind == "quote":
                touched = depth
            rest = inside
            if node.kind == "note":
                node.lines.append(rest)
            depth += 1
        blank = _blank(rest)
        self._body(rest, blank, depth, width)
        last = len(self._open) if not blank else touched + 1
        for node in self._open[:last]:
            node.end = number
        self._after_blank = blank

    def _plainly(self, line: str) -> bool:
        """Reads a line outside of all containers that is blank, begins with a letter or is code in a fence, which is
        most of them; False for any other. What it does is what `_body` would do."""
        leaf = self._leaf
        if leaf is not None and leaf.kind in ("fence", "html"):
            self._after_blank = _blank(line)
            self._verbatim(leaf, widen(line), self._after_blank)
        elif not line:
            self._after_blank = True
            if leaf is not None and leaf.kind == "code":
                leaf.lines.append("")
            elif leaf is not None:
                self._close_leaf()
        elif line[0].isalpha():
            self._after_blank = False
            if leaf is None or leaf.kind not in ("paragraph", "table"):
                self._close_leaf()
                leaf = self._leaf = self._add("paragraph")
            leaf.lines.append(line if leaf.kind == "paragraph" else line.strip(_WHITE))
            leaf.end = self._number
        else:
            return False
        self.document.root.end = self._number
        return True

    def finish(self) -> None:
        """The text ends."""
        self._close(0)

    def _continued(self, node: Node, rest: str, column: int) -> str | None:
        """What of the line is inside `node`; None when the line does not belong to it."""
        indent = _indent(rest)
        if node.kind == "quote":
            if indent < TAB and rest[indent : indent + 1] == ">":
                return _after_mark(rest, indent + 1, column)
            return None
        if _blank(rest):
            if node.kind == "item" and not node.children:
                return None
            return rest[node.text :]
        if indent >= node.text:
            return rest[node.text :]
        if indent - node.at < 2:
            return None
        body = rest[indent:]
        leaf = self._leaf
        if leaf is not None and leaf.kind in ("fence", "html"):
            return body
        item = starts.item_start(body)
        if item is not None:
            # `1. a` and then `  2. b` is the list's next item, a little to the right.
            slides = item.number is not None and item.number == _following(self._open, node)
            return None if slides else body
        if self._after_blank or starts.fence_opening(body) is not None or body.startswith(">"):
            return body
        return None

    def _body(self, rest: str, blank: bool, depth: int, width: int) -> None:
        """The rest of the line, inside the first `depth` containers."""
        leaf = self._leaf
        matched = depth == len(self._open)
        if matched and leaf is not None and leaf.kind in ("fence", "html"):
            self._verbatim(leaf, rest, blank)
            return
        fresh = False
        paragraph = leaf if leaf is not None and leaf.kind == "paragraph" else None
        while not blank:
            indent = _indent(rest)
            if indent >= TAB:
                if paragraph is None or fresh:
                    self._truncate(depth)
                    self._code(rest)
                    return
                break
            body = rest[indent:]
            inside = paragraph if matched and not fresh else None
            opened = self._container(
                body, rest, indent, depth, width, inside, paragraph if not fresh else None
            )
            if opened is None:
                if self._whole_line(body, indent, depth, inside, lazy=paragraph is not None and not fresh):
                    return
                break
            rest, depth = opened, len(self._open)
            fresh = True
            blank = _blank(rest)
        if blank:
            self._blank_line(rest, depth)
            return
        if not matched and not fresh and paragraph is not None and not self._is_term(depth):
            paragraph.lines.append(rest.lstrip(_WHITE))
            paragraph.end = self._number
            for node in self._open[depth:]:
                if node.kind == "note":
                    node.lines.append(rest.lstrip(_WHITE))
            return
        self._truncate(depth)
        leaf = self._leaf
        if leaf is not None and leaf.kind == "paragraph":
            leaf.lines.append(rest.lstrip(_WHITE))
        elif leaf is not None and leaf.kind == "table":
            leaf.lines.append(rest.strip(_WHITE))
        else:
            self._close_leaf()
            leaf = self._add("paragraph")
            leaf.lines.append(rest.lstrip(_WHITE))
            self._leaf = leaf
        leaf.end = self._number

    def _is_term(self, depth: int) -> bool:
        """Whether the line, which is outside of a description, has one of its own in the next line."""
        after = self._number + 1
        return (
            self._open[depth].kind == "description"
            and after < len(self.lines)
            and starts.DESCRIPTION.match(self.lines[after]) is not None
        )

    def _blank_line(self, rest: str, depth: int) -> None:
        self._truncate(depth)
        if self._leaf is not None and self._leaf.kind == "code":
            self._leaf.lines.append(rest[TAB:])
        else:
            self._close_leaf()

    # --- what begins ---

    def _container(
        self,
        body: str,
        rest: str,
        indent: int,
        depth: int,
        width: int,
        inside: Node | None,
        lazy: Node | None,
    ) -> str | None:
        """Opens the quotation, item, note or description that begins here; returns what stands inside it."""
        first = body[0]
        column = width - len(rest)
        if first == ">":
            self._truncate(depth)
            self._enter("quote")
            return _after_mark(rest, indent + 1, column)
        if first in "-+*" or first.isdigit():
            item = starts.item_start(body)
            if item is not None and (inside is None or item.interrupts):
                return self._item(item, body, indent, depth, column)
            if first == "*" and body.startswith("*["):
                return None
        if first == "[" and body.startswith("[^"):
            match = _FOOTNOTE.match(body)
            if match is not None:
                self._truncate(depth)
                note = self._enter("note")
                note.info = match[1]
                note.text = TAB
                note.at = 0
                note.lines.append(body[match.end() :])
                return body[match.end() :]
        if first == ":" and self._describes(depth, inside):
            match = _DESCRIPTION.match(body)
            if match is not None:
                self._truncate(depth)
                self._description(indent, inside)
                return body[match.end() :]
        return None

    def _item(self, item: starts.Item, body: str, indent: int, depth: int, column: int) -> str:
        self._truncate(depth)
        self._close_leaf()
        holder = self._open[-1]
        above = holder.children[-1] if holder.children else None
        if above is None or above.kind != "list" or above.mark != item.kind:
            above = Node("list", self._number)
            above.mark = item.kind
            above.level = item.number or 0
            holder.children.append(above)
        node = Node("item", self._number)
        above.children.append(node)
        self._push(node)
        mark = len(item.mark)
        inside = widen(body[mark:], column + indent + mark)
        gap = _indent(inside)
        if _blank(inside) or gap > TAB:
            gap = 1
        node.at = indent
        node.text = indent + mark + gap
        return inside[gap:] if not _blank(inside) else ""

    def _describes(self, depth: int, inside: Node | None) -> bool:
        """Whether there are terms that a description could belong to."""
        if inside is not None:
            return True
        children = self._open[depth - 1].children
        if depth < len(self._open) and self._open[depth].kind == "description":
            return True
        return bool(children) and children[-1].kind in ("descriptions", "paragraph")

    def _description(self, indent: int, inside: Node | None) -> None:
        self._close_leaf()
        holder = self._open[-1]
        above = holder.children[-1] if holder.children else None
        if above is not None and above.kind == "paragraph":
            above.kind = "terms"
            holder.children.pop()
            before = holder.children[-1] if holder.children else None
            # Over a blank line the terms may stand in a block of their own, which knows nothing of what was before.
            if before is None or before.kind != "descriptions" or inside is None:
                before = Node("descriptions", above.start)
                holder.children.append(before)
            before.children.append(above)
        elif above is None or above.kind != "descriptions":
            above = Node("descriptions", self._number)
            holder.children.append(above)
        node = Node("description", self._number)
        node.at = indent
        node.text = TAB
        holder.children[-1].children.append(node)
        self._push(node)

    def _whole_line(self, body: str, indent: int, depth: int, inside: Node | None, *, lazy: bool) -> bool:
        """Opens the leaf that begins here, if any."""
        first = body[0]
        if first == "#":
            if starts.HEADING.match(body):
                node = self._single("heading", depth)
                text = body.lstrip("#")
                node.level = len(body) - len(text)
                node.lines = [_without_closing(text.strip(_WHITE))]
                return True
        elif first in "`~":
            return self._fence(body, indent, depth)
        elif first == "<":
            return self._html(body, indent, depth, lazy=lazy)
        elif first == "*" and body.startswith("*["):
            match = _ABBREVIATION.match(body)
            if match is not None and match[2].strip():
                self._single("definition", depth)
                self.document.abbreviations[match[1].strip()] = match[2].strip()
                return True
        if inside is not None:
            if first in "=-" and _SETEXT.match(body) and self._setext(inside, 1 if first == "=" else 2):
                return True
            if first in "|:-" and inside.lines and self._table(inside, body):
                return True
        if first in "-_*" and starts.RULE.match(body):
            self._single("rule", depth)
            return True
        return False

    def _setext(self, paragraph: Node, level: int) -> bool:
        """The paragraph becomes a heading, unless it is nothing but definitions."""
        self._define(paragraph)
        if not paragraph.lines:
            paragraph.kind = "definition"
            self._leaf = None
            return False
        if paragraph.kind == "definition":
            return False
        paragraph.kind = "heading"
        paragraph.level = level
        paragraph.end = self._number
        self._leaf = None
        return True

    def _fence(self, body: str, indent: int, depth: int) -> bool:
        opening = starts.fence_opening(body)
        if opening is None:
            return False
        if depth == 1 and starts.fence_end(self.lines, self._number, self._unclosed) is None:
            self.document.open_fences.append(self._number)
            return False
        node = self._single("fence", depth)
        node.fence = (opening[0], opening[1], indent)
        node.info = body[opening[1] :].strip()
        self._leaf = node
        return True

    def _html(self, body: str, indent: int, depth: int, *, lazy: bool) -> bool:
        kind = html_kind(body) if self._raw else 0
        if not kind or (kind == 7 and lazy):
            return False
        node = self._single("html", depth)
        node.balance = Balance(kind)
        self._leaf = node
        self._verbatim(node, body, blank=False)
        return True

    def _table(self, paragraph: Node, body: str) -> bool:
        head = paragraph.lines[-1]
        columns = columns_of(head, body)
        if columns is None:
            return False
        paragraph.lines.pop()
        if paragraph.lines:
            paragraph.end = self._number - 2
            self._close_leaf()
            node = self._add("table")
        else:
            node = paragraph
            node.kind = "table"
        node.start = self._number - 1
        node.end = self._number
        node.info = ",".join(columns)
        node.lines = [head]
        self._leaf = node
        return True

    # --- leaves ---

    def _verbatim(self, leaf: Node, rest: str, blank: bool) -> None:
        """A line inside a fence or raw HTML."""
        if leaf.kind == "fence":
            character, length, indent = leaf.fence
            if starts.closes_fence(rest, character, length):
                leaf.end = self._number
                self._leaf = None
                return
            leaf.lines.append(rest[min(indent, _indent(rest)) :])
        else:
            balance = leaf.balance
            if blank and balance is not None and balance.closed:
                self._leaf = None
                return
            leaf.lines.append(rest)
            if balance is not None:
                balance.feed(rest)
                if balance.ends_by_itself:
                    leaf.end = self._number
                    self._leaf = None
                    return
        if not blank:
            leaf.end = self._number

    def _code(self, rest: str) -> None:
        leaf = self._leaf
        if leaf is None or leaf.kind != "code":
            self._close_leaf()
            leaf = self._leaf = self._add("code")
        leaf.lines.append(rest[TAB:])
        leaf.end = self._number

    def _single(self, kind: str, depth: int) -> Node:
        """A new leaf after what was there."""
        self._truncate(depth)
        self._close_leaf()
        return self._add(kind)

    def _add(self, kind: str) -> Node:
        node = Node(kind, self._number)
        self._open[-1].children.append(node)
        return node

    # --- opening and closing ---

    def _enter(self, kind: str) -> Node:
        self._close_leaf()
        node = self._add(kind)
        self._push(node)
        return node

    def _push(self, node: Node) -> None:
        if len(self._open) > DEEPEST:
            raise TooDeep
        self._open.append(node)

    def _truncate(self, depth: int) -> None:
        """Closes the containers that the line does not belong to."""
        if depth < len(self._open):
            self._close(depth)

    def _close(self, depth: int) -> None:
        self._close_leaf()
        while len(self._open) > depth:
            node = self._open.pop()
            if node.kind == "note":
                self.document.notes.setdefault(node.info, "\n".join(node.lines).strip("\n"))

    def _close_leaf(self) -> None:
        leaf = self._leaf
        if leaf is None:
            return
        self._leaf = None
        if leaf.kind == "paragraph":
            self._define(leaf)
        elif leaf.kind == "html" and leaf.balance is not None and not leaf.balance.closed:
            # Never closed: it must not reach out of where it stands.
            if len(self._open) == 1:
                self.document.closed = False
            inner = read(without_tags("\n".join(leaf.lines)).split("\n"), raw=False)
            leaf.kind = "group"
            leaf.children = inner.root.children
            self.document.take(inner)
        elif leaf.kind in ("code", "fence"):
            # What follows the last line is not the block's; of a fence only when it was never closed.
            while leaf.lines and not leaf.lines[-1].strip(_WHITE):
                leaf.lines.pop()

    def _define(self, paragraph: Node) -> None:
        """Takes the definitions off the start of a paragraph."""
        if not paragraph.lines[0].startswith("["):
            return
        text = "\n".join(paragraph.lines)
        place = 0
        while place < len(text) and text[place] == "[":
            found = read_definition(text, place)
            if found is None:
                break
            label, address, title, place = found
            self.document.references.setdefault(label, (address, title))
        if place:
            rest = text[place:]
            paragraph.lines = rest.split("\n") if rest else []
            if not rest:
                paragraph.kind = "definition"


def _after_mark(rest: str, place: int, column: int) -> str:
    """The rest of a line after the `>` that ends at `place`."""
    inside = widen(rest[place:], column + place)
    return inside[1:] if inside.startswith(" ") else inside


def _without_closing(heading: str) -> str:
    """A heading's text without the `#` at its end."""
    text = heading.rstrip("#")
    return text.rstrip(_WHITE) if not text or text[-1] in _WHITE else heading


def _following(path: list[Node], item: Node) -> int | None:
    """The number that the next item after `item` would have; None in a list without numbers."""
    holder = path[path.index(item) - 1]
    above = holder.children[-1]
    if above.kind != "list" or len(above.mark) < 2:
        return None
    return above.level + len(above.children)
