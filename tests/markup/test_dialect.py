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


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("", ""),
        (" \n\t\n\u00a0", ""),
        ("a `<!--` b\n\nc", "<p>a <code>&lt;!--</code> b</p><p>c</p>"),
        ("a\x00b\x02c\x03d", "<p>a\ufffdb\ufffdc\ufffdd</p>"),
        ("&#2;&#0;&#xd800;", "<p>\ufffd\ufffd\ufffd</p>"),
        ("[a]\r\n\r\n[a]: u\r", '<p><a href="u">a</a></p>'),
        ("\\{: .x}", "<p>{: .x}</p>"),
        ("a\x0bb\x85c\u2028d", "<p>a\x0bb\x85c\u2028d</p>"),
        ("<div><br><p>a<p>b</div>", "<div><br><p>a<p>b</div>"),
        ('<div title="</div>\n\n">a</div>', '<div title="</div>\n\n">a</div>'),
        ("<script>\n\n'<div>'\n</script>", "<script>\n\n'<div>'\n</script>"),
    ],
)
def test_text_means_what_it_says(text: str, page: str) -> None:
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


def test_code_in_a_language_that_nothing_colours_keeps_its_name() -> None:
    assert flat("```nosuch\na\n```").startswith('<div class="language-nosuch highlight"><pre>')


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
    "closed brackets": "[" * 50_000 + "]" * 50_000,
    "links never closed": "[a](" * 25_000,
    "titles never closed": '[a](b "c' * 12_000,
    "backticks of every length": "".join("`" * length + " " for length in range(1, 440)),
    "stars": "*" * 100_000,
    "unequal stars": "a**b*" * 20_000,
    "emphasis in emphasis": "*a **b " * 14_000,
    "words with underscores": "a_" * 50_000,
    "things struck through": "~~a" * 33_000,
    "attributes never closed": "<a b='" * 16_000,
    "comments never closed": "<!--" * 25_000,
    "instructions never closed": "<?" * 50_000,
    "addresses never closed": "<a:" * 33_000,
    "marks and then links": "*a " * 15_000 + "[b](c)" * 8_000,
    "lines": "a\n" * 50_000 + "===",
    "items": "- a\n" * 25_000,
    "signs after a heading": "# a" + " #" * 50_000 + " b",
    "descriptions": "T\n: d\n" * 10_000,
    "definitions": "".join(f"[a{number}]: b\n" for number in range(5_000)),
    "code in a table": "|a|\n|-|\n|" + "`a``b" * 20_000,
    "braces": "*a*{" * 25_000,
    "marks of the renderer": "\x02\x03klzzwxh:1\x03" * 1000,
    "lone surrogates": "a \ud800 b [^\ud800]\n\n[^\ud800]: c",
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_what_nobody_should_write_has_a_page_nonetheless(name: str) -> None:
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
    assert 'title="Shown as it was typed: it could not be rendered.">*broken* &lt;b&gt;</pre>' in page


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
