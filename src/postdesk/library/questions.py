"""What a search asks of the full-text index, in the index's own language: SQL and FTS5's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from postdesk.library.query import Filter, Term

# What a filter asks of a row, and what its value is compared with.
_CONDITIONS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "has": ("picture", lambda _value: None),
    "links": ("instr(lower(links), ?)", lambda value: value),
    "tag": ("instr(labels, ?)", lambda value: f"\nt:{value}"),
    "category": ("instr(labels, ?)", lambda value: f"\nc:{value}"),
}

ASKED = frozenset(_CONDITIONS)
"""The operators that the index answers."""


def question(terms: Sequence[Term], filters: Sequence[Filter]) -> tuple[str, list[object]]:
    """SQL that answers with all numbers as one text."""
    conditions: list[str] = []
    values: list[object] = []
    matches = match(term for term in terms if not term.excluded)
    unwanted = [one for term in terms if term.excluded and (one := match([term]))]
    if matches and not unwanted and not filters:
        # Numbers of no post fall out later: looking each up here takes longer than finding them.
        return "SELECT group_concat(rowid) FROM words WHERE words MATCH ?", [matches]
    if matches:
        conditions.append("number IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(matches)
    for one in unwanted:
        conditions.append("number NOT IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(one)
    for each in filters:
        condition, compared = _CONDITIONS[each.operator]
        conditions.append(f"NOT {condition}" if each.excluded else condition)
        if (value := compared(each.value)) is not None:
            values.append(encodable(value))
    return f"SELECT group_concat(number) FROM posts WHERE {' AND '.join(conditions) or '1'}", values  # noqa: S608  ours


def match(terms: Iterable[Term]) -> str:
    """The terms in FTS5's own language: each in quotation marks, so that nothing in it is an operator."""
    return " AND ".join(f'"{encodable(term.words)}"{"" if term.phrase else " *"}' for term in terms)


def encodable(text: str) -> str:
    """The text without what UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
