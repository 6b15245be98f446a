"""Tables, quotations, code, headings, descriptions, footnotes, and what is half-typed."""

from __future__ import annotations

import pytest

from tests.markup.traps import page


def table(head: str, *rows: str) -> str:
    """A table of cells that are separated by `;`."""

    def cells(tag: str, row: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row.split(";")) + "</tr>"

    body = "".join(cells("td", row) for row in rows)
    return f"<table><thead>{cells('th', head)}</thead><tbody>{body}</tbody></table>"


TRAPS: dict[str, tuple[str, str]] = {
    "a table right after a paragraph": ("text\n| a |\n|---|\n| 1 |", f"<p>text</p>{table('a', '1')}"),
    "a table without outer bars": ("a | b\n--|--\n1 | 2", table("a;b", "1;2")),
    "a table of one column": ("| a |\n|---|\n| 1 |\n| 2 |", table("a", "1", "2")),
    "a table without rows": ("| a |\n|---|", "<table><thead><tr><th>a</th></tr></thead></table>"),
    "a bar in code in a table": ("| a | b |\n|---|---|\n| `x|y` | 2 |", table("a;b", "<code>x|y</code>;2")),
    "an escaped bar in a table": ("| a | b |\n|---|---|\n| x \\| y | 2 |", table("a;b", "x | y;2")),
    "an escaped bar in code in a table": (
        "| a | b |\n|---|---|\n| `x \\| y` | 2 |",
        table("a;b", "<code>x | y</code>;2"),
    ),
    "rows too short and too long": ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", table("a;b", "1;", "1;2")),
    "an empty cell": ("| a | b |\n|---|---|\n| | 2 |", table("a;b", ";2")),
    "a table with columns aligned": (
        "|a|b|c|\n|:-|-:|:-:|\n|1|2|3|",
        '<table><thead><tr><th style="text-align: left;">a</th><th style="text-align: right;">b</th>'
        '<th style="text-align: center;">c</th></tr></thead><tbody><tr><td style="text-align: left;">1</td>'
        '<td style="text-align: right;">2</td><td style="text-align: center;">3</td></tr></tbody></table>',
    ),
    "emphasis in a table": ("| *a* |\n|---|\n| **b** |", table("<em>a</em>", "<strong>b</strong>")),
    "a table ends at a list": ("| a |\n|---|\n| 1 |\n- b", f"{table('a', '1')}<ul><li>b</li></ul>"),
    "bars that are no table": ("a | b\nc | d", "<p>a | b\nc | d</p>"),
    "a quotation right after a paragraph": ("a\n> b", "<p>a</p><blockquote><p>b</p></blockquote>"),
    "a quotation with a lazy line": ("> a\nb", "<blockquote><p>a\nb</p></blockquote>"),
    "a quotation without a space": (">a\n>b", "<blockquote><p>a\nb</p></blockquote>"),
    "a quotation in a quotation": (
        "> a\n>> b\n>\n> c",
        "<blockquote><p>a</p><blockquote><p>b</p></blockquote><p>c</p></blockquote>",
    ),
    "two quotations": ("> a\n\n> b", "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>"),
    "a list in a quotation": (
        "> - a\n>   - b\n>\n> c",
        "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul><p>c</p></blockquote>",
    ),
    "code in a quotation": (
        "> ```\n> x\n>\n> y\n> ```",
        "<blockquote><pre><code>x\n\ny\n</code></pre></blockquote>",
    ),
    "code by four spaces": ("a\n\n    x\n\n    y", "<p>a</p><pre><code>x\n\ny\n</code></pre>"),
    "no code right after a paragraph": ("a\n    b", "<p>a\nb</p>"),
    "a fence right after a paragraph": ("a\n```\nx\n```\nb", "<p>a</p><pre><code>x\n</code></pre><p>b</p>"),
    "a fence in a fence": ("````\n```\nx\n```\n````", "<pre><code>```\nx\n```\n</code></pre>"),
    "a fence of tildes": ("~~~ text\n```\n~~~", "<pre><code>```\n</code></pre>"),
    "a fence never closed": ("```\na *b*", "<p>```\na <em>b</em></p>"),
    "a fence never closed in an item": (
        "- ```\n  a\n\nb",
        "<ul><li><pre><code>a\n</code></pre></li></ul><p>b</p>",
    ),
    "a heading without a space": ("#tag and #more", "<p>#tag and #more</p>"),
    "seven number signs": ("####### a", "<p>####### a</p>"),
    "a heading right after a paragraph": ("a\n# b\nc", "<p>a</p><h1>b</h1><p>c</p>"),
    "a heading closed": ("## a ##", "<h2>a</h2>"),
    "a heading about C#": ("## C#", "<h2>C#</h2>"),
    "a heading underlined": ("a\nb\n---\nc", "<h2>a\nb</h2><p>c</p>"),
    "a rule": ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
    "a rule right after a paragraph": ("a\n***\nb", "<p>a</p><hr><p>b</p>"),
    "a rule with spaces": ("- - -", "<hr>"),
    "a description": ("Term\n: It means.", "<dl><dt>Term</dt><dd>It means.</dd></dl>"),
    "two descriptions": (
        "A\n: one\n: two\n\nB\n: three",
        "<dl><dt>A</dt><dd>one</dd><dd>two</dd><dt>B</dt><dd>three</dd></dl>",
    ),
    "descriptions without an empty line": (
        "A\n: one\nB\n: two",
        "<dl><dt>A</dt><dd>one</dd><dt>B</dt><dd>two</dd></dl>",
    ),
    "a description of two paragraphs": (
        "A\n\n: one\n\n    two",
        "<dl><dt>A</dt><dd><p>one</p><p>two</p></dd></dl>",
    ),
    "a description with a list": ("A\n: - b", "<dl><dt>A</dt><dd><ul><li>b</li></ul></dd></dl>"),
    "a clock at the line's start": (":30 past", "<p>:30 past</p>"),
    "a class": ("a\n{: .lead }", '<p class="lead">a</p>'),
    "a heading's name": ("## a {#b}", '<h2 id="b">a</h2>'),
    "a link's attribute": ("[a](b){: title=c}", '<p><a href="b" title="c">a</a></p>'),
    "braces that are none": ("`a`\\{b} {c}", "<p><code>a</code>{b} {c}</p>"),
    "a picture": ("![a](b.png)", '<figure><img alt="a" src="b.png"></figure>'),
    "a picture with a caption": (
        '![a](b.png "It *is* “so”")',
        '<figure><img alt="a" src="b.png"><figcaption>It *is* “so”</figcaption></figure>',
    ),
    "a picture with a link": (
        "[![a](b.png)](c)",
        '<figure><a href="c"><img alt="a" src="b.png"></a></figure>',
    ),
    "a picture in a line": ('see ![a](b.png "c")', '<p>see <img alt="a" src="b.png" title="c"></p>'),
    "a picture in brackets": ("![a](b(1).png)", '<figure><img alt="a" src="b(1).png"></figure>'),
    "a picture with spaces in its name": ("![a](<b c.png>)", '<figure><img alt="a" src="b c.png"></figure>'),
    "abbreviations": (
        "HTML and HTMLX\n\n*[HTML]: Hypertext",
        '<p><abbr title="Hypertext">HTML</abbr> and HTMLX</p>',
    ),
    "a definition that is used before": ("[a][B c]\n\n[b  C]: u 't'", '<p><a href="u" title="t">a</a></p>'),
    "definitions right after each other": (
        "[a]: u\n[b]: v\n\n[a] [b]",
        '<p><a href="u">a</a> <a href="v">b</a></p>',
    ),
    "the first of two definitions": ("[a]: u\n\n[a]: v\n\n[a]", '<p><a href="u">a</a></p>'),
    "HTML as it is": ('<div class="x">\n*a*\n\n*b*\n</div>', '<div class="x">\n*a*\n\n*b*\n</div>'),
    "Markdown in HTML": (
        '<div class="x" markdown="1">\n*a*\n\n- b\n</div>\n\nc',
        '<div class="x"><p><em>a</em></p><ul><li>b</li></ul></div><p>c</p>',
    ),
    "Markdown in a line of HTML": ("<p markdown='1'>*a*</p>", "<p><em>a</em></p>"),
    "Markdown after HTML": ("<div>a</div>\n\n*b*", "<div>a</div><p><em>b</em></p>"),
    "HTML never closed": ("<div>\n\n*a*", "<p>&lt;div&gt;</p><p><em>a</em></p>"),
    "HTML never closed in a quotation": (
        "> <div>\n> *a*\n\nb",
        "<blockquote><p>&lt;div&gt;\n<em>a</em></p></blockquote><p>b</p>",
    ),
    "HTML never opened": ("a\n</div>\n\nb", "<p>a\n&lt;/div&gt;</p><p>b</p>"),
    "a comment never closed": ("<!-- a\n\n*b*", "<p>&lt;!-- a</p><p><em>b</em></p>"),
    "code in HTML that is never closed": (
        "<div>\n\n    <b>",
        "<p>&lt;div&gt;</p><pre><code>&lt;b&gt;\n</code></pre>",
    ),
    "the teaser's end": ("a\n\n<!--more-->\n\nb", "<p>a</p><!--more--><p>b</p>"),
    "a line of a non-breaking space": ("a\n\u00a0\nb", "<p>a</p><p>b</p>"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_block(name: str) -> None:
    text, meant = TRAPS[name]
    assert page(text) == meant


def test_footnotes_may_be_used_before_they_are_defined() -> None:
    text = "B[^b] A[^a] B again[^b].\n\n[^a]: First.\n[^b]: Second, with[^c].\n\n[^c]: Third."
    assert page(text) == (
        '<p>B<sup id="fnref:b"><a class="footnote-ref" href="#fn:b">1</a></sup> '
        'A<sup id="fnref:a"><a class="footnote-ref" href="#fn:a">2</a></sup> '
        'B again<sup id="fnref2:b"><a class="footnote-ref" href="#fn:b">1</a></sup>.</p>'
        '<div class="footnote"><hr><ol>'
        '<li id="fn:b"><p>Second, with<sup id="fnref:c"><a class="footnote-ref" href="#fn:c">3</a></sup>.'
        '&#160;<a class="footnote-backref" href="#fnref:b">&#8617;</a>'
        '&#160;<a class="footnote-backref" href="#fnref2:b">&#8617;</a></p></li>'
        '<li id="fn:a"><p>First.&#160;<a class="footnote-backref" href="#fnref:a">&#8617;</a></p></li>'
        '<li id="fn:c"><p>Third.&#160;<a class="footnote-backref" href="#fnref:c">&#8617;</a></p></li>'
        "</ol></div>"
    )


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_a_footnote_may_have_several_paragraphs_and_code(indent: str) -> None:
    text = f"A[^a]\n\n[^a]: One.\n\n{indent}- *two*\n\n{indent}```\n{indent}x\n{indent}```\n\nB"
    assert (
        '<li id="fn:a"><p>One.</p><ul><li><em>two</em></li></ul><pre><code>x\n</code></pre>'
        '<p><a class="footnote-backref" href="#fnref:a">&#8617;</a></p></li>'
    ) in page(text)
    assert "<p>B</p><div" in page(text)


def test_a_footnote_in_a_quotation_is_one() -> None:
    text = "> A[^a]\n>\n> [^a]: One\n> and more."
    assert '<li id="fn:a"><p>One\nand more.' in page(text)


def test_what_is_no_footnote_stays_as_it_is() -> None:
    assert page("A[^b]\n\n[^a]: one") == "<p>A[^b]</p>"
