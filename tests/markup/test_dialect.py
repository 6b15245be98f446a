"""Where writers trip, and what becomes of what nobody should write."""

from __future__ import annotations

import re

import pytest

from postdesk.markup.blocks import Block
from postdesk.markup.dialect import Dialect
from postdesk.markup.live import LivePage
from postdesk.markup.render import BlockRenderer, Definitions, highlight_css, render_document


def flat(text: str) -> str:
    """The HTML of `text` without the white space between elements."""
    return re.sub(r">\s+<", "><", render_document(text)).strip()


NESTED = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("text\n- a\n- b", "<p>text</p><ul><li>a</li><li>b</li></ul>"),
        ("- a\n  - b\n    - c", NESTED),
        ("- a\n   - b\n      - c", NESTED),
        ("- a\n    - b\n        - c", NESTED),
        ("- a\n\t- b\n\t\t- c", NESTED),
        ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\n\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("- a\n\n  b", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("It was in\n1986. A year.", "<p>It was in\n1986. A year.</p>"),
        (
            "text\n| a |\n|---|\n| 1 |",
            "<p>text</p><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        ),
        ("text\n> quote\nlazy", "<p>text</p><blockquote><p>quote\nlazy</p></blockquote>"),
        ("> a\n>> b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
        ("#tag at the start", "<p>#tag at the start</p>"),
        ("~~gone~~ H~2~O", "<p><del>gone</del> H~2~O</p>"),
        ("one\\\ntwo", "<p>one<br>\ntwo</p>"),
        ("one  \ntwo", "<p>one<br>\ntwo</p>"),
        ("snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"),
        ("“Quotes” -- and 'these'...", "<p>“Quotes” -- and 'these'...</p>"),
        ("https://x.example/a", "<p>https://x.example/a</p>"),
        ("Term\n: What it means", "<dl><dt>Term</dt><dd>What it means</dd></dl>"),
        ("HTML\n\n*[HTML]: Hypertext", '<p><abbr title="Hypertext">HTML</abbr></p>'),
        (
            '![alt](a.png "Caption")',
            '<figure><img alt="alt" src="a.png"><figcaption>Caption</figcaption></figure>',
        ),
        ("![alt](a.png)", '<figure><img alt="alt" src="a.png"></figure>'),
        ("in ![alt](a.png) line", '<p>in <img alt="alt" src="a.png"> line</p>'),
        ("<div>\n\nnever closed", "<p>&lt;div&gt;</p><p>never closed</p>"),
        ("a `<!--` b\n\nc", "<p>a <code>&#60;&#33;&#45;&#45;</code> b</p><p>c</p>"),
        ("```\nnever closed", "<p>&#96;&#96;&#96;\nnever closed</p>"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_text_means_what_writers_mean(text: str, page: str) -> None:
    assert flat(text) == page


def test_code_in_a_list_item_stays_there() -> None:
    page = flat("- a\n\n  ```python\n  x = 1\n  ```\n- b")
    assert page.startswith('<ul><li><p>a</p><div class="language-python highlight">')
    assert page.count("<ul>") == 1


def test_code_is_coloured_by_classes_and_keeps_its_language() -> None:
    page = flat("```python\ndef f(): pass\n```")
    assert page.startswith('<div class="language-python highlight"><pre>')
    assert '<span class="k">def</span>' in page
    assert ".highlight .k" in highlight_css(dark=False)
    assert highlight_css(dark=True) != highlight_css(dark=False)


def test_a_fence_can_name_no_markup() -> None:
    assert "<img" not in render_document('```"><img src=x onerror=alert(1)>\ncode\n```')


def test_footnotes_are_numbered_as_they_are_referred_to() -> None:
    page = flat("B[^b] A[^a] B again[^b].\n\n[^a]: First defined.\n[^b]: Second, with[^c].\n\n[^c]: Third.")
    assert re.findall(r'href="#fn:(\w)">(\d)<', page) == [("b", "1"), ("a", "2"), ("b", "1"), ("c", "3")]
    assert re.findall(r'<li id="fn:(\w)">', page) == ["b", "a", "c"]
    assert 'href="#fnref2:b"' in page


PATHOLOGICAL = {
    "quotations": ">" * 100_000,
    "emphasis": "*a_" * 40_000,
    "a table": "|" + " a |" * 2000 + "\n|" + "---|" * 2000 + "\n" + "| x |\n" * 2000,
    "brackets": "[" * 100_000,
    "backticks": "`" * 100_001,
    "open tags": "<a " * 50_000,
    "elements": "<div>" * 30_000,
    "lists": "- " * 5000 + "a",
    "lists by steps": "\n".join("  " * depth + "- a" for depth in range(500)),
    "pictures": "![" * 50_000,
    "one line": "a" * 2_000_000,
    "spaces": "a" + " " * 100_000 + "b",
    "entities": "&" * 100_000,
    "open fences": "```a\n\n" * 300,
    "open elements": "<div>\n\n" * 300,
    "marks of the renderer": "\x02\x03klzzwxh:1\x03" * 1000,
    "lone surrogates": "a \ud800 b [^\ud800]\n\n[^\ud800]: c",
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_what_nobody_should_write_is_shown_as_typed(name: str) -> None:
    text = PATHOLOGICAL[name]
    page = render_document(text)
    assert len(page) < 50 * len(text)
    assert LivePage(text).html == page


def test_what_is_shown_as_typed_says_so() -> None:
    assert 'title="Shown as it was typed: nested too deeply."' in render_document(">" * 100 + " a")


def test_a_block_that_fails_is_shown_as_typed_and_the_rest_is_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from postdesk.markup import render

    real = render._parse

    def failing(dialect: Dialect, markdown: str) -> object:
        if "broken" in markdown:
            raise ValueError("a bug")
        return real(dialect, markdown)

    monkeypatch.setattr(render, "_parse", failing)
    page = render_document("*good*\n\n*broken* <b>\n\n*better*")
    assert "<em>good</em>" in page
    assert "<em>better</em>" in page
    assert '<pre class="as-typed">*broken* &lt;b&gt;</pre>' in page


def test_only_what_an_edit_touches_is_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = BlockRenderer()
    page = LivePage("one\n\ntwo [x]\n\nthree\n\n[x]: https://x.example", renderer)
    assert page.html
    rendered: list[str] = []
    real = renderer.render

    def noted(block: Block, known: Definitions) -> str:
        rendered.append(block.text)
        return real(block, known)

    monkeypatch.setattr(renderer, "render", noted)
    page.edit(4, 1, ["three!"])
    assert page.html
    assert rendered == ["three!"]
    rendered.clear()
    page.edit(6, 1, ["[x]: https://y.example"])
    assert page.html
    assert sorted(rendered) == ["[x]: https://y.example", "two [x]"]
