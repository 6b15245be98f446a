"""YAML as a tree of spans: which characters of a front matter are which value, and nothing made from them.

No value is ever resolved: `no`, `012` and `12:30` are the characters that stand there. Anchors, aliases,
repeated keys and tags that would make objects are refused, each with its sentence. The parsing is
ruamel.yaml's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from postdesk.core.errors import BrokenFrontMatter
from postdesk.core.language import _
from postdesk.library.frontmatter import LONGEST

_DEEPEST = 40
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `value` is its text without quotes, `style` one of "" (plain), ' " | >. Offsets are in
    characters.
    """

    value: str
    start: int
    end: int
    style: str

    @property
    def empty(self) -> bool:
        """Whether it is YAML's null, written or left out."""
        return not self.style and self.value in _NULL


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` is the form in brackets. `end` of the other form is that of its last member."""

    items: tuple[Node, ...]
    start: int
    end: int
    flow: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the text."""

    pairs: tuple[tuple[Node, Node], ...]
    start: int
    end: int
    flow: bool

    def entry(self, name: str) -> tuple[Node, Node] | None:
        """The pair whose key is `name`."""
        for key, value in self.pairs:
            if isinstance(key, Scalar) and key.value == name:
                return key, value
        return None


Node = Scalar | Sequence | Mapping


def read_tree(front: str) -> Mapping:
    """The keys and values of a front matter (the text between the lines of dashes).

    Raises BrokenFrontMatter when it is no YAML, no set of keys, or holds what is refused.
    """
    if len(front) > LONGEST:
        raise broken(_("it is longer than {count} characters").format(count=LONGEST))
    try:
        events = iter(list(_events(front)))
    except YAMLError as error:
        raise broken(_reason(error)) from error
    except (ValueError, RecursionError, IndexError, AttributeError) as error:
        raise broken(_("it is no YAML")) from error
    event = next(events, None)
    if event is None:
        return Mapping((), 0, 0, flow=False)
    tree = _node(event, events, front)
    if isinstance(tree, Scalar) and tree.empty:
        return Mapping((), 0, 0, flow=False)
    if not isinstance(tree, Mapping):
        raise broken(_("it has no keys"))
    if tree.flow:
        raise broken(_("it is written in braces instead of one key to a line"))
    if next(events, None) is not None:
        raise broken(_("it holds more than one document"))
    return tree


def meaning(node: Node) -> Any:
    """The node without its places in the text: equal for two that say the same."""
    if isinstance(node, Scalar):
        return node.value, node.style
    if isinstance(node, Sequence):
        return [meaning(item) for item in node.items]
    return {"pairs": [(meaning(key), meaning(value)) for key, value in node.pairs]}


def broken(reason: str) -> BrokenFrontMatter:
    """The error with its sentence; `reason` is a clause."""
    return BrokenFrontMatter(
        _("The front matter of this post cannot be read: {reason}.").format(reason=reason),
        _("The file is shown as plain text and keeps every character."),
        _("Mend the lines between the dashes at the top of the text."),
    )


def _reason(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    if mark is None or not problem:
        return _("it is no YAML")
    return _("line {line}: {problem}").format(line=mark.line + 2, problem=problem)


def _events(front: str) -> Iterator[Any]:
    """The parser's events for nodes; refuses what must not be there."""
    yaml = YAML(typ="safe", pure=True)
    depth = 0
    for event in yaml.parse(front):
        kind = type(event).__name__
        # While the events come: the parser takes a minute for some thousand brackets.
        depth += kind in ("SequenceStartEvent", "MappingStartEvent")
        depth -= kind in ("SequenceEndEvent", "MappingEndEvent")
        if depth > _DEEPEST:
            raise broken(_("it is nested too deeply"))
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise broken(_("it holds an anchor or an alias (& or *), which Post Desk does not follow"))
        if "python" in (getattr(event, "tag", None) or ""):
            raise broken(_("it asks for a Python object"))
        if kind.startswith(("Scalar", "Sequence", "Mapping")):
            yield event


def _node(event: Any, events: Iterator[Any], front: str) -> Node:
    kind = type(event).__name__
    start = event.start_mark.index
    if kind == "ScalarEvent":
        style = event.style or ""
        end = event.end_mark.index
        if style in ("|", ">"):
            end = _block_end(front, start)
        return Scalar(event.value, start, end, style)
    flow = bool(event.flow_style)
    if kind == "SequenceStartEvent":
        items: list[Node] = []
        while type(inner := next(events)).__name__ != "SequenceEndEvent":
            items.append(_node(inner, events, front))
        return Sequence(tuple(items), start, _end(inner, flow, [i.end for i in items], start), flow)
    pairs: list[tuple[Node, Node]] = []
    names: set[str] = set()
    while type(inner := next(events)).__name__ != "MappingEndEvent":
        key = _node(inner, events, front)
        value = _node(next(events), events, front)
        if isinstance(key, Scalar):
            if key.value in names:
                raise broken(_("the key “{key}” is there twice").format(key=key.value[:40]))
            names.add(key.value)
        pairs.append((key, value))
    return Mapping(tuple(pairs), start, _end(inner, flow, [v.end for _key, v in pairs], start), flow)


def _end(event: Any, flow: bool, ends: list[int], start: int) -> int:
    if flow:
        return int(event.end_mark.index)
    return max(ends, default=start)


def _block_end(front: str, start: int) -> int:
    """Where a `|` or `>` text ends: after its last line that is indented deeper than its key, blank ones
    left out.

    The parser's own mark lies behind the comments and blank lines that follow.
    """
    head = front.rfind("\n", 0, start) + 1
    indent = len(front[head:start]) - len(front[head:start].lstrip(" -"))
    end = _line_end(front, start)
    position = end
    while position < len(front):
        line_start = position + 1 if front[position] == "\n" else position
        line_end = _line_end(front, line_start)
        line = front[line_start:line_end]
        if line.strip():
            if len(line) - len(line.lstrip(" ")) <= indent:
                break
            end = line_end
        if line_end >= len(front):
            break
        position = line_end
    return end - 1 if front[end - 1 : end] == "\r" else end


def _line_end(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found


LINE_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)|[^\n]*(?:\n|\Z)")
"""What follows a value on its line, line end included."""
