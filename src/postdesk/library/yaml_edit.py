"""Changes one top-level value in the text of a front matter; all other characters stay as they are."""

from __future__ import annotations

import re

from postdesk.library.yaml_tree import LINE_REST, Mapping, Node, Scalar, Sequence

# Plain text that every YAML reader takes for the same text: a letter first, nothing that means something.
_PLAIN = re.compile(r"[^\W\d_](?:[\w \-.,;!?()/’‘“”–—…+%'’]*[\w.!?)’”…])?")
_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "none", "nan", "inf"})
_BLOCK_ITEM = re.compile(r"[ \t]*-[ \t]+")
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|[\U0001fffe\U0001ffff\U0010fffe\U0010ffff]"
)


def put(text: str, tree: Mapping, key: str, value: str | tuple[str, ...] | None, eol: str) -> str:
    """`text` with `key` set to `value` (None: without the key). `tree` is what `read_tree(text)` gave."""
    entry = tree.entry(key)
    if entry is None:
        return text if value is None else _append(text, tree, key, value, eol)
    name, old = entry
    unwritten = isinstance(old, Scalar) and old.start >= old.end  # its place is that of the next key
    if value is None:
        end = _colon(text, name) if unwritten else old.end
        start = text.rfind("\n", 0, name.start) + 1
        return text[:start] + text[_rest_of_line(text, end) :]
    if unwritten:
        place = _colon(text, name)
        return f"{text[:place]} {_spelled(value, None)}{text[place:]}"
    if isinstance(old, Sequence) and not old.flow and isinstance(value, tuple):
        chunks = _chunks(text, old, eol)
        if chunks is not None:
            start = text.rfind("\n", 0, old.items[0].start) + 1
            end = _rest_of_line(text, old.end)
            prefix = _BLOCK_ITEM.match(text, start)
            lead = prefix.group() if prefix else "- "
            style = old.items[0]
            lines = [chunks.get(item) or f"{lead}{_spelled(item, style)}{eol}" for item in value]
            return text[:start] + "".join(lines) + text[end:]
    start = old.start
    if isinstance(old, Sequence) and not old.flow:
        # The list began on the line after its key; its new form stands on the key's own.
        start = _colon(text, name)
        return f"{text[:start]} {_spelled(value, old)}{eol}{text[_rest_of_line(text, old.end) :]}"
    if isinstance(old, Sequence) and isinstance(value, tuple):
        kept = {
            item.value.strip(): text[item.start : item.end] for item in old.items if isinstance(item, Scalar)
        }
        inner = ", ".join(kept.get(item) or _scalar(item, None, flow=True) for item in value)
        return f"{text[:start]}[{inner}]{text[old.end :]}"
    return text[:start] + _spelled(value, old) + text[old.end :]


def rename_key(text: str, tree: Mapping, key: str, new: str) -> str:
    """`text` with another name for `key`; its value stays."""
    entry = tree.entry(key)
    if entry is None:
        return text
    return text[: entry[0].start] + new + text[entry[0].end :]


def _append(text: str, tree: Mapping, key: str, value: str | tuple[str, ...], eol: str) -> str:
    indent = ""
    if tree.pairs:
        first = tree.pairs[0][0].start
        lead = text[text.rfind("\n", 0, first) + 1 : first]
        indent = lead if not lead.strip() else ""
    if text and not text.endswith("\n"):
        text += eol
    return f"{text}{indent}{key}: {_spelled(value, None)}{eol}"


def _chunks(text: str, old: Sequence, eol: str) -> dict[str, str] | None:
    """The lines of each member of a list, comments up to the next one included; None when it is not one to
    a line.
    """
    starts = []
    for item in old.items:
        line = text.rfind("\n", 0, item.start) + 1
        dash = _BLOCK_ITEM.match(text, line)
        if not isinstance(item, Scalar) or dash is None or dash.end() != item.start:
            return None
        starts.append(line)
    if not starts:
        return None
    starts.append(_rest_of_line(text, old.end))
    chunks = {}
    for item, start, end in zip(old.items, starts, starts[1:]):
        chunk = text[start:end]
        if isinstance(item, Scalar):
            chunks[item.value.strip()] = chunk if chunk.endswith("\n") else chunk + eol
    return chunks


def _colon(text: str, key: Node) -> int:
    return text.index(":", key.end) + 1


def _rest_of_line(text: str, position: int) -> int:
    found = LINE_REST.match(text, position)
    return found.end() if found else len(text)


def _spelled(value: str | tuple[str, ...], like: Node | None) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_scalar(item, None, flow=True) for item in value) + "]"
    return _scalar(value, like, flow=False)


def _scalar(value: str, like: Node | None, *, flow: bool) -> str:
    """`value` in the quotes of what stood there, if it can be written so."""
    style = like.style if isinstance(like, Scalar) else ""
    if style == "'" and not _UNPRINTABLE.search(value):
        return "'" + value.replace("'", "''") + "'"
    if style in ("", "|", ">") and _is_plain(value, flow):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + _UNPRINTABLE.sub(_escape, escaped) + '"'


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_plain(value: str, flow: bool) -> bool:
    if flow and "," in value:
        return False
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value):
        return True  # a date is no text to other programs, and must not become one
    return _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS
