"""Whatever a blog's style sheets hold: what is kept loads nothing, lies over nothing, and still looks the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st

from postdesk.markup.appearance import sheets as module
from postdesk.markup.appearance.sheets import (
    DEEPEST,
    Sheets,
    for_scheme,
    harmless,
    harmless_style,
    knows_dark,
    style_in_place,
)
from postdesk.markup.clean import clean

HOME = "https://blog.example/wp/style.css"
_PIECES = (
    "a", "b:hover", "{", "}", "(", ")", "[", "]", ";", ":", ",", " ", "\n", '"', "'", "\\", "@", "@import ", "@media ",
    "@font-face{", "@supports ", "@layer ", "@namespace ", "@charset 'x';", "url(", "url('http://evil.example/a')",
    "url(//evil.example/?q)", "u\\72l(http://evil.example)", "\\75 rl(x)", "src('http://evil.example')",
    "image-set('http://evil.example/i' 1x)", "-webkit-image-set(url(http://evil.example) 2x)", "expression(alert(1))",
    "var(--x)", "--x:", "position:fixed", "position:st\\69 cky", "behavior:url(x.htc)", "-moz-binding:url(x)",
    "</style>", "<!--", "-->", "<script>", "content:", "src:", "format('woff2')", "local('X')", "font-family:x;",
    "!important",
    "/*", "*/", "\0", "\ufdd0", "\ufdd1", "\ufffd", "(prefers-color-scheme:dark)", "data:text/html,x",
    "data:font/woff2;base64,d09GMg==",
    "paint(x)", "cross-fade(url(x), 'y')", "element(#x)", "U+0-7F", "color:red", "&", "{}", "calc(1px + (2px))",
    "😀", "é",
)  # fmt: skip
_VALUES = tuple(
    piece
    for piece in _PIECES
    if not set(piece) & set("{}\"'\\@;</!\0") or piece.startswith(("url", "u\\", "im"))
)
values = st.lists(st.sampled_from(_VALUES), min_size=1, max_size=4).map(" ".join)
# Rules as they are meant, and whatever comes of pieces.
rules = st.builds(
    "{}{{{}:{};}}".format, st.sampled_from(("a", ".x > b")), st.sampled_from(("--x", "b", "src")), values
)
pieces = st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=12).map("".join)
sheets = st.lists(rules | pieces | rules.map("@media screen{{{}}}".format), max_size=4).map("".join)


LOADING = ("src", "image-set", "-webkit-image-set", "expression", "paint", "element", "cross-fade", "image")


def _nodes(css: str) -> Iterator[Any]:
    waiting = list(tinycss2.parse_stylesheet(css))
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("prelude", "content", "arguments", "value"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                waiting.extend(inner)
        if node.type in ("qualified-rule", "at-rule") and node.content:
            waiting.extend(tinycss2.parse_blocks_contents(node.content))


def _is_harmless(css: str) -> None:
    assert "</" not in css
    for node in _nodes(css):
        if node.type == "url":
            assert node.value.startswith("blog-font/")
        elif node.type == "function":
            assert node.lower_name not in LOADING
            if node.lower_name == "url":
                assert [one.value.startswith("blog-font/") for one in node.arguments] == [True]
        elif node.type == "at-rule":
            assert node.lower_at_keyword not in ("import", "charset", "namespace", "document", "page")
        elif node.type == "declaration":
            assert node.lower_name not in ("behavior", "-moz-binding")
            if node.lower_name == "position":
                assert not {getattr(one, "lower_value", "") for one in node.value} & {"fixed", "sticky"}


@settings(max_examples=200)
@given(sheets, sheets)
def test_nothing_in_a_sheet_or_in_what_it_imports_loads_anything(css: str, imported: str) -> None:
    """Law: no address but a kept font's, no import, nothing that stays in view; made harmless again it is the same."""
    asked: list[str] = []

    def fetch(address: str) -> tuple[str, str] | None:
        asked.append(address)
        return (imported, address) if len(asked) < 5 else None

    kept = harmless(css, HOME, media="screen", fetch=fetch, keep=lambda _address: "blog-font/0")
    for dark in (False, True):
        shown = for_scheme(kept, dark)
        _is_harmless(shown)
        again = Sheets(lambda _a: None, lambda address: "blog-font/0" if "blog-font/0" in address else None)
        assert again.add(shown, HOME) == shown


@settings(max_examples=100)
@given(sheets)
def test_no_style_attribute_loads_anything(style: str) -> None:
    _is_harmless(f"a{{{harmless_style(style)}}}")


def test_html_in_a_text_keeps_its_style_and_its_place() -> None:
    style = "flex-basis:66.6%;color:red;POSITION:absolute;z-index:9;top:0;background:url(x) #fff;transform:scale(9)"
    html = clean(
        f'<p style="{style}">x</p><td style="text-align:left">', lambda _src: None, True, style_in_place
    )
    assert html == (
        '<p style="flex-basis:66.6%;color:red;background:none #fff;">x</p><td style="text-align: left;"></td>'
    )
    assert clean(f'<p style="{style}">x</p>', lambda _src: None, True) == "<p>x</p>"


def test_what_a_theme_needs_stays() -> None:
    css = (
        "@layer base,theme;:root{--a:clamp(1rem,2vw + 1px,3rem);}"
        "body .entry > p:not(.x):nth-child(2n+1)::first-line{color:rgb(0 0 0/50%)!important;margin:var(--a,1px) auto;}"
        "@media (min-width: 600px) and (hover:hover){a{color:oklch(60% .1 20);}}"
        "@supports (display:grid){.g{display:grid;}}@container c (width > 30em){p{x:y;}}"
        '@keyframes in{from{opacity:0;}50%{opacity:.5;}}.\\31 0\\:md{content:"\\201C";}p{a:b;&:hover{c:d;}}'
    )
    kept = harmless(css, HOME).replace("\n", "").replace("/**/", "")
    assert kept == css.replace("\\201C", "“")


def test_addresses_become_none_and_the_rest_of_a_value_stays() -> None:
    kept = harmless("a{background:#fff url(x.png) no-repeat;--i:url('y');list-style:image-set('z' 1x)}", HOME)
    assert kept == "a{background:#fff none no-repeat;--i:none;list-style:none;}\n"


def test_imports_are_written_where_they_stood_with_their_conditions() -> None:
    sheets_there = {
        "https://blog.example/wp/base.css": "@import 'deeper/more.css';b{c:d}",
        "https://blog.example/wp/deeper/more.css": "@import '../base.css';i{j:k}",
    }
    asked: list[str] = []

    def fetch(address: str) -> tuple[str, str] | None:
        asked.append(address)
        return (sheets_there[address], address) if address in sheets_there else None

    css = "@import url(base.css) layer(x) supports(display:grid) screen;a{b:c}@import 'late.css';"
    kept = harmless(css, HOME, fetch=fetch).replace("\n", "")
    assert kept == "@supports (display:grid){@layer x{@media screen{i{j:k;}b{c:d;}}}}a{b:c;}"
    assert asked == ["https://blog.example/wp/base.css", "https://blog.example/wp/deeper/more.css"]


def test_a_chain_of_imports_ends() -> None:
    asked: list[str] = []

    def fetch(address: str) -> tuple[str, str]:
        asked.append(address)
        return f"@import '{len(asked)}.css';p{{a:b}}", address

    assert harmless("@import '0.css';", HOME, fetch=fetch).count("p{a:b;}") == len(asked) == 5


def test_the_best_font_that_is_there_is_kept() -> None:
    css = (
        "@font-face{font-family:X;font-weight:200 900;src:url(x.eot?#iefix) format('embedded-opentype'),"
        "url(x.ttf) format('truetype'),url(x.woff2) format('woff2'),local('X');unicode-range:U+0-FF}"
    )
    wanted: list[str] = []

    def keep(address: str) -> str | None:
        wanted.append(address.rpartition("/")[2])
        return "blog-font/1" if address.endswith(".ttf") else None

    kept = harmless(css, HOME, keep=keep)
    assert wanted == ["x.woff2", "x.ttf"]
    assert kept.startswith(
        '@font-face{font-family:X;font-weight:200 900;unicode-range:U+0-FF;src:url("blog-font/1")'
    )
    assert harmless(css, HOME) == ""


def test_light_and_dark_are_the_window_s_to_choose() -> None:
    css = (
        "@media (prefers-color-scheme: dark) and (min-width:1px){a{b:c}}"
        "@media not (prefers-color-scheme:light){d{e:f}}"
    )
    kept = harmless(css, HOME)
    assert knows_dark(kept)
    assert for_scheme(kept, True).replace("\n", "") == (
        "@media (min-width:0px) and (min-width:1px){a{b:c;}}@media not (max-width:-1px){d{e:f;}}"
    )
    assert for_scheme(kept, False).replace("\n", "") == (
        "@media (max-width:-1px) and (min-width:1px){a{b:c;}}@media not (min-width:0px){d{e:f;}}"
    )
    assert not knows_dark(harmless("a{b:c}", HOME))


@pytest.mark.parametrize(
    "opening", ["(", "[", "{", "a{", "@media x{", "a{b:(", "@import url(x) ((", "a{b:f("]
)
def test_brackets_in_brackets_are_left_out_where_they_are_too_deep(opening: str) -> None:
    assert len(harmless(opening * 4_000 + "c{d:e}", HOME)) < 200 * DEEPEST


def test_a_sheet_of_too_many_rules_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 100)
    assert 10 < harmless("a{b:c}" * 200, HOME).count("a{") <= 100
