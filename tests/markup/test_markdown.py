"""HTML of any origin becomes the Markdown that the writer would have typed, and no word of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.markup.markdown import to_markdown, words_of
from postdesk.markup.render import render_document

PAIRS = [
    ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
    ("<h2>Head <em>line</em> #</h2>", "## Head *line* \\#\n"),
    ("<p>a <strong>bold </strong>word</p>", "a **bold** word\n"),
    ("<p>a<b>b</b><b>c</b> d</p>", "a**bc** d\n"),
    ("<p>one<br>two<br></p>", "one\\\ntwo\n"),
    ("one<br><br>two", "one\n\ntwo\n"),
    ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c\n"),
    ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b\n"),
    ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b\n"),
    ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b\n"),
    ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>", "> a\n>\n> > b\n"),
    ("<a href='http://a.b/c d' title='T'>x</a>", '[x](http://a.b/c%20d "T")\n'),
    ("<a href='http://a.b/c_(d)'>x</a>", "[x](<http://a.b/c_(d)>)\n"),
    ("<a href='http://a.b/c'>http://a.b/c</a>", "<http://a.b/c>\n"),
    ("<a href='javascript:alert(1)'>x</a>", "x\n"),
    ("<p><img src='a.jpg' alt='A [b]' title='file'></p>", "![A \\[b\\]](a.jpg)\n"),
    (
        "<figure><a href='/big.jpg'><img src='a.jpg'></a><figcaption>The “cap”</figcaption></figure>",
        '[![](a.jpg "The “cap”")](/big.jpg)\n',
    ),
    (
        "<figure><img src='a.jpg'><figcaption>by <a href='/me'>me</a></figcaption></figure>",
        '<figure><img src="a.jpg"><figcaption>by <a href="/me">me</a></figcaption></figure>\n',
    ),
    (
        "<table><tr><th>a|b<th align=right>c<tr><td>1<td>2</table>",
        "| a\\|b | c |\n| --- | --: |\n| 1 | 2 |\n",
    ),
    ("<table><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr></table>\n"),
    (
        '<pre class="wp-block-code"><code class="language-Python">a\n\n  b\n</code></pre>',
        "```python\na\n\n  b\n```\n",
    ),
    ("<pre>```</pre>", "````\n```\n````\n"),
    ("<p>a <code>b`c</code></p>", "a ``b`c``\n"),
    (
        "<p>1986. A year, 5 * 3, snake_case, [x](y), &lt;b&gt;</p>",
        "1986\\. A year, 5 \\* 3, snake_case, \\[x\\](y), \\<b>\n",
    ),
    ("<p># a</p><p>- b</p><p>&gt; c</p>", "\\# a\n\n\\- b\n\n\\> c\n"),
    ("<p>&amp;lt;</p>", "&amp;lt;\n"),
    ("<p>“a”&nbsp;b…</p>", "“a”\u00a0b…\n"),
    ("<p>H<sub>2</sub>O</p>", "H<sub>2</sub>O\n"),
    ("<p>a</p><!--more--><p>b</p><!-- wp:x -->", "a\n\n<!--more-->\n\nb\n"),
    ("<p>a</p><script>b</script><style>c</style>", "a\n"),
    ("<p>https://example.com/a_b_</p>", "https://example.com/a_b_\n"),
    (
        '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?x=1"></iframe>',
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n",
    ),
    ("<p>&nbsp;</p>", ""),
    ("<hr>", "***\n"),
    ("<ul><li><input type=checkbox checked> done</li></ul>", "- [x] done\n"),
]


@pytest.mark.parametrize(("html", "markdown"), PAIRS, ids=[pair[0][:40] for pair in PAIRS])
def test_it_is_the_markdown_that_she_would_have_typed(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


TAGS = (
    "p div h1 h3 ul ol li blockquote pre code b strong i em del a img br hr table tr td th figure figcaption span sup "
    "q dl dt dd script style iframe details summary input center"
).split()
SIGNS = "*_`~[]()<>#+-=|:\\!&;{}\"'.1 9\n\t\u00a0é漢ab"
LONGER = [
    "<a href='http://x/y_(z)' title='t'>", "<img src='a b.png' alt='x]'>", "<!--more-->", "<ol start=7>", "&amp;lt;",
    "<input type=checkbox>", "<code class='language-c'>", "[x]: y", "1. ", "***", "---", "===", "```", "{: .x }",
    "*[A]: b", "[^1]", "&nbsp;", "http://a.b/_c_", ": d", "    ", "| a | b |", "\n\n",
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(LONGER),
    st.text(SIGNS, max_size=8),
    st.text(max_size=5),
)


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=400)
@example("<i>a</i>b<i>*</i>")
@example("<ul><li><pre>a\n\nb</pre><li><blockquote>c</blockquote></ul>")
@example("a<br>***<br>---<br>===")
@example("&nbsp;<br><br>[x]: y")
def test_the_law_rendering_what_was_made_gives_the_words_that_the_html_had(html: str) -> None:
    """Law: words_of(render_document(to_markdown(html))) == words_of(html)."""
    assert words_of(render_document(to_markdown(html))) == words_of(html)


DEEP = {
    "<div>": "", "<b>": "", "<ul><li>": "", "<blockquote>": "</blockquote>" * 9, "<table><tr><td>": "",
    "<a href=x>": "", "<figure>": "", "</p>": "", "<p>": "", "<i>a</i>": "", "<br>": "",
}  # fmt: skip


@pytest.mark.parametrize("opening", DEEP)
def test_no_depth_and_no_length_is_too_much(opening: str) -> None:
    html = opening * 10_000 + "word" + DEEP[opening]
    assert "word" in words_of(render_document(to_markdown(html)))[-1]
