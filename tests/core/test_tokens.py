"""HTML is cut as browsers cut it; what they would swallow to the end of the page is text."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postdesk.core import tokens
from tests.fuzz.texts import soup

Told = list[tuple[object, ...]]


class Listener:
    def __init__(self) -> None:
        self.told: Told = []

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        self.told.append(("<", tag, *attributes))

    def end(self, tag: str) -> None:
        self.told.append((">", tag))

    def text(self, words: str) -> None:
        self.told.append((words,))


def told(source: str) -> Told:
    listener = Listener()
    tokens.read(source, listener)
    return listener.told


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("a < b & c &lt; d", [("a < b & c < d",)]),
        ("<B A=1 b='&amp;' c=\"x>y\" d e = f/g>t</B >", [
            ("<", "b", ("a", "1"), ("b", "&"), ("c", "x>y"), ("d", ""), ("e", "f/g")), ("t",), (">", "b")]),
        ("<br/><hr / >", [("<", "br"), ("<", "hr")]),
        ("<p a=b/>", [("<", "p", ("a", "b/"))]),
        ("<p =a ==b =>", [("<", "p", ("=a", "=b"), ("=", ""))]),
        ("a<!-- b -->c<!-->d<!--->e<!-- f --!>g", [("a",), ("c",), ("d",), ("e",), ("g",)]),
        ("a<!-- b <i>c</i>", [("a<!-- b ",), ("<", "i"), ("c",), (">", "i")]),
        ("<!doctype html><?xml?><![CDATA[x]]></ y>z", [("z",)]),
        ("a <b c='d>e</b>", [("a <b c='d>e</b>",)]),
        ("a<", [("a<",)]),
        ("a</", [("a</",)]),
        ("a</>b", [("a",), ("b",)]),
        ("<script>a<b>c</SCRIPT >d", [("<", "script"), ("a<b>c",), (">", "script"), ("d",)]),
        ("<style>a", [("<", "style"), ("a",)]),
        ("<title></title>a", [("<", "title"), (">", "title"), ("a",)]),
        ("&#" + "9" * 5000 + ";", [("\ufffd",)]),
        ("<1>", [("<1>",)]),
    ],
)  # fmt: skip
def test_html_is_cut_as_browsers_cut_it(source: str, expected: Told) -> None:
    assert told(source) == expected


@given(soup)
@settings(max_examples=200)
def test_text_without_tags_is_told_whole(text: str) -> None:
    """Law: what holds no "<" is one text, and whatever holds one comes to an end."""
    told(text)
    plain = text.replace("<", "")
    assert told(plain) == ([(tokens.entities(plain),)] if plain else [])


@pytest.mark.parametrize("piece", ["<!--", "<!", "<a ", "</", "<a b='", "<script>", "</p", "&#", "<svg>"])
def test_a_tag_that_never_ends_is_looked_for_once(piece: str) -> None:
    """Law: four times the text is told in about four times as many pieces, and no text twice."""
    text = piece * 20_000
    assert sum(len(str(each[0])) for each in told(text)) <= 2 * len(text)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(['<a href="b" c-d="&amp;" />', '<a b="c"d="e">', '<a  b="c">', '<a b="c'])
@given(
    st.lists(
        st.sampled_from(
            ["<a", "<p", ' b="c"', ' d="&lt;>"', ' f=""', " g", '"', "'", "=", " ", "/", ">", "x"]
        )
    )
)
def test_attributes_that_are_written_plainly_are_read_as_all_are(
    monkeypatch: pytest.MonkeyPatch, parts: list[str]
) -> None:
    """Law: without the shorter way for most tags the same is told."""
    source = "".join(parts)
    found = list(tokens.cut(source))
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "_PLAIN_ATTRIBUTES", re.compile(r"(?!)"))
        assert found == list(tokens.cut(source))
