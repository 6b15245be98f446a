"""Emphasis, links, code, breaks and signs inside a line."""

from __future__ import annotations

import pytest

from tests.markup.traps import page

TRAPS: dict[str, tuple[str, str]] = {
    "emphasis": ("*a* _b_ **c** __d__", "<em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong>"),
    "both": ("***a*** **a *b* c**", "<em><strong>a</strong></em> <strong>a <em>b</em> c</strong>"),
    "emphasis in a word": ("in*cred*ible", "in<em>cred</em>ible"),
    "underscores in a word": (
        "snake_case_name and __init__.py",
        "snake_case_name and <strong>init</strong>.py",
    ),
    "sums": ("2 * 3 * 4 and 2*3*4", "2 * 3 * 4 and 2<em>3</em>4"),
    "stars that are none": ("* a*b **", "<ul><li>a*b **</li></ul>"),
    "emphasis around a quotation": ("**“a”** and *'b'*", "<strong>“a”</strong> and <em>'b'</em>"),
    "emphasis before punctuation": ("**a**, *b*; (*c*)", "<strong>a</strong>, <em>b</em>; (<em>c</em>)"),
    "emphasis beside Chinese": ("这是**“重要”**的", "这是<strong>“重要”</strong>的"),
    "emphasis beside Japanese": ("**「重要」**です", "<strong>「重要」</strong>です"),
    "emphasis beside Korean": ("**강조(强調)**를", "<strong>강조(强調)</strong>를"),
    "emphasis beside Hebrew": ("שלום *עולם*!", "שלום <em>עולם</em>!"),
    "emphasis never closed": ("*a **b", "*a **b"),
    "emphasis that crosses": ("*a **b* c**", "<em>a <em><em>b</em> c</em></em>"),
    "struck through": ("~~gone~~ H~2~O ~~~no~~~", "<del>gone</del> H~2~O ~~~no~~~"),
    "code": ("`a` ``b`c`` `` `d` ``", "<code>a</code> <code>b`c</code> <code>`d`</code>"),
    "marks in code": ("`*a* <b> &amp; \\`", "<code>*a* &lt;b&gt; &amp;amp; \\</code>"),
    "code before emphasis": ("*a `b* c`", "*a <code>b* c</code>"),
    "code never closed": ("`a ``b", "`a ``b"),
    "a link": ('[a](https://x.example/ "b")', '<a href="https://x.example/" title="b">a</a>'),
    "a link with underscores": ("[a](https://x.example/a_b_c)", '<a href="https://x.example/a_b_c">a</a>'),
    "a link with brackets": ("[a](https://x.example/a_(b))", '<a href="https://x.example/a_(b)">a</a>'),
    "a link with spaces": ("[a](</b c>)", '<a href="/b c">a</a>'),
    "a link with an ampersand": ("[a](/?b&c=1&amp;d)", '<a href="/?b&amp;c=1&amp;d">a</a>'),
    "emphasis in a link": ("[*a* `]`](b)", '<a href="b"><em>a</em> <code>]</code></a>'),
    "a link in emphasis": ("*[a](b)*", '<em><a href="b">a</a></em>'),
    "brackets in a link": ("[a [b]](c)", '<a href="c">a [b]</a>'),
    "brackets": ("[a] [b](", "[a] [b]("),
    "a bare address": ("see https://x.example/a_b_c and on", "see https://x.example/a_b_c and on"),
    "a bare address alone": ("https://x.example/_a_*b*", "https://x.example/_a_*b*"),
    "an address in brackets": (
        "<https://x.example/a_b_c>",
        '<a href="https://x.example/a_b_c">https://x.example/a_b_c</a>',
    ),
    "a mail address": ("<a@x.example>", '<a href="mailto:a@x.example">a@x.example</a>'),
    "a break by two spaces": ("a  \nb", "a<br>\nb"),
    "a break by a backslash": ("a\\\nb", "a<br>\nb"),
    "no break by one space": ("a \nb", "a\nb"),
    "no break at the end": ("a  ", "a"),
    "escapes": ("\\*a\\* \\[b] \\# \\a", "*a* [b] # \\a"),
    "entities": ("&amp; &copy; &nbsp;&#8211; &nosuch; &", "&amp; © \u00a0– &amp;nosuch; &amp;"),
    "an entity as it is typed": ("&amp;copy;", "&amp;copy;"),
    "signs of HTML": ("1 < 2 > 1 && a<b", "1 &lt; 2 &gt; 1 &amp;&amp; a&lt;b"),
    "smart signs": ("“a” – ‘b’ — c… -- ... 'd' \"e\"", "“a” – ‘b’ — c… -- ... 'd' \"e\""),
    "HTML in a line": ("H<sub>2</sub>O <kbd>*a*</kbd>", "H<sub>2</sub>O <kbd><em>a</em></kbd>"),
    "a comment in a line": ("a <!-- *b* --> c", "a <!-- *b* --> c"),
    "a hash in a line": ("a #tag", "a #tag"),
    "emoji": ("**👩‍👩‍👧** e\u0301", "<strong>👩‍👩‍👧</strong> e\u0301"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_line(name: str) -> None:
    text, meant = TRAPS[name]
    assert page(text) in (f"<p>{meant}</p>", meant)
