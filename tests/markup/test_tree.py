"""HTML as a tree: every node knows its place in the source, whatever the source is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from postdesk.markup.tree import Node, parse, write_all
from tests.fuzz.texts import soup


def shape(nodes: list[Node]) -> list[object]:
    return [
        node.text
        if not node.tag
        else (node.tag, node.closed, *([node.text] if node.tag == "!" else shape(node.children)))
        for node in nodes
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a &amp; b<br>c</p>", [("p", True, "a & b", ("br", True), "c")]),
        ("<b>a<i>b</b>c", [("b", True, "a", ("i", False, "b")), "c"]),
        ("a</i>b", ["a", ("/i", False), "b"]),
        ("<p>a", [("p", False, "a")]),
        ("<!--more--><!-- a --!><!-->", [("!", True, "more"), ("!", True, " a "), ("!", True, "")]),
        ("<!doctype html>a", [("?", False), "a"]),
        ("<script>a &amp; <b></script>", [("script", True, "a &amp; <b>")]),
        ("a <b c='d", ["a <b c='d"]),
    ],
)  # fmt: skip
def test_html_becomes_a_tree(source: str, expected: list[object]) -> None:
    assert shape(parse(source)) == expected


@given(soup)
@settings(max_examples=200)
def test_nothing_of_the_source_is_left_out(source: str) -> None:
    """Law: the nodes of each level follow each other in the source, and those on top are all of it."""
    nodes = parse(source)
    assert "".join(source[node.start : node.end] for node in nodes) == source
    for node in nodes:
        for below in node.everything():
            ends = [child.end for child in below.children]
            starts = [child.start for child in below.children]
            assert starts[1:] == ends[:-1]
            assert all(below.start <= child.start <= child.end <= below.end for child in below.children)


@given(soup)
@settings(max_examples=200)
def test_what_is_written_reads_the_same(source: str) -> None:
    """Law: a tree without broken parts, written and read again, is the same tree."""
    nodes = [node for node in parse(source) if all(n.closed and n.tag != "!" for n in node.everything())]
    assert shape(parse(write_all(nodes))) == shape(_joined(nodes))


def _joined(nodes: list[Node]) -> list[Node]:
    """Neighbouring texts as the one text that they are when they are written."""
    found: list[Node] = []
    for node in nodes:
        if found and not node.tag and not found[-1].tag:
            found[-1] = Node("", text=found[-1].text + node.text)
        else:
            found.append(node)
    return found
