"""Tables as on GitHub: what a row's cells are, where a table begins, and its elements."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from postdesk.markup.nodes import Node

_TICKS = re.compile("`+")
_IN_ROW = re.compile(r"`+|\\.|\|", re.DOTALL)
_IN_RULE = "|:- \t"
_COLUMN = re.compile(":?-+:?")
_WHITE = " \t\r\f\v"


def columns_of(head: str, rule: str) -> list[str] | None:
    """How the columns are aligned (`:--`, `--:`, `:-:`, `---`), if `rule` below `head` begins a table."""
    if "|" not in rule or "|" not in head or rule.strip(_IN_RULE):
        return None
    columns = cells(rule)
    if not all(map(_COLUMN.fullmatch, columns)) or len(cells(head)) != len(columns):
        return None
    return columns


def cells(row: str) -> list[str]:
    """The cells of a table's row. A bar in a code span or after a backslash is text."""
    row = row.strip(_WHITE)
    parts: list[str] = []
    current: list[str] = []
    ends = {match[0]: match.start() for match in _TICKS.finditer(row)} if "`" in row else {}
    place = 1 if row.startswith("|") else 0
    while True:
        match = _IN_ROW.search(row, place)
        if match is None:
            current.append(row[place:])
            break
        current.append(row[place : match.start()])
        found = match[0]
        place = match.end()
        if found == "|":
            parts.append("".join(current))
            current = []
        elif found == "\\|":
            current.append("|")
        elif found[0] == "`" and ends[found] > match.start():
            end = re.compile(f"(?<!`){found}(?!`)").search(row, place)
            if end is None:
                current.append(found)
            else:
                current.append(row[match.start() : end.end()].replace("\\|", "|"))
                place = end.end()
        else:
            current.append(found)
    last = "".join(current)
    if last.strip(_WHITE) or not row.endswith("|") or not parts:
        parts.append(last)
    return [part.strip(_WHITE) for part in parts]


def add_table(parent: Element, node: Node) -> None:
    """Puts a table into `parent`, with the text of its cells still to be read."""
    table = SubElement(parent, "table")
    styles = [_style(column) for column in node.info.split(",")]
    _row(SubElement(SubElement(table, "thead"), "tr"), "th", node.lines[0], styles)
    if len(node.lines) == 1:
        return
    body = SubElement(table, "tbody")
    for line in node.lines[1:]:
        _row(SubElement(body, "tr"), "td", line, styles)


def _style(column: str) -> str:
    if column.startswith(":"):
        return "center" if column.endswith(":") else "left"
    return "right" if column.endswith(":") else ""


def _row(row: Element, tag: str, line: str, styles: list[str]) -> None:
    texts = cells(line)
    for number, style in enumerate(styles):
        cell = SubElement(row, tag)
        if style:
            cell.set("style", f"text-align: {style};")
        cell.text = texts[number] if number < len(texts) else ""
