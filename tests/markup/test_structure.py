"""Lines that are read by a shorter way are read as all lines are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from postdesk.markup import structure
from postdesk.markup.nodes import Document, Node
from tests.markup.texts import documents


def _all(node: Node) -> list[Any]:
    own = [getattr(node, name) for name in Node.__slots__ if name not in ("children", "balance")]
    return [*own, [_all(child) for child in node.children]]


def _values(document: Document) -> list[Any]:
    defined = (document.references, document.notes, document.abbreviations)
    return [_all(document.root), *defined, document.open_fences, document.closed]


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(documents)
@example("```\n\n a\n\tb\n```\nc")
@example("| a |\n| - |\nb \n\nc")
@example("a\n: b\nc\n\n    d\n\ne")
def test_a_plain_line_is_read_as_any_other(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Law: without its shorter way the reader gives the same."""
    lines = text.split("\n")
    try:
        found = _values(structure.read(lines))
    except structure.TooDeep:
        return
    with monkeypatch.context() as patch:
        patch.setattr(structure._Reader, "_plainly", lambda _reader, _line: False)
        assert found == _values(structure.read(lines))
