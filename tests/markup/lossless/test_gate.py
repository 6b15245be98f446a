"""What is rendered together and foretold is what each block gives by itself."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.markup.lossless.cutting import Flavour, Kind, Segment, cut, flavour_of
from postdesk.markup.lossless.gate import Gate
from postdesk.markup.lossless.opening import open_post, with_gaps
from postdesk.markup.lossless.plainly import guess
from tests.markup.lossless.corpus import Remote, block_posts, classic_posts, html_posts


def _segments(post: Remote) -> tuple[Flavour, list[Segment]]:
    flavour = flavour_of(post.content, classic=post.classic)
    return flavour, [segment for segment, _gap in with_gaps(cut(post.content, flavour))[1]]


def test_most_blocks_of_the_corpus_are_foretold_as_they_are_said_one_by_one() -> None:
    foretold = told = 0
    for post in [*block_posts(12), *html_posts(12), *classic_posts(12)]:
        flavour, segments = _segments(post)
        together, alone = Gate(flavour), Gate(flavour)
        together.foresee(segments)
        for segment in segments:
            told += 1
            if segment in together.known:
                foretold += 1
                assert together.known[segment] == alone.said(segment), segment
    assert foretold > 0.85 * told


_WORDS = st.lists(
    st.sampled_from(
        ["~~", "word", "Ünïcode", "1.", "-", "+", "#", "a*b", "_x_", "__y__", "&amp;", "&lt;b&gt;", "&nbsp;",
         "&#8217;", "\\u00a0",
         "`", "[a](b)", "[x]", "![y]", "\\", "http://a.b/c_d_e", "www.x.y", "a@b.cd", "|", ":", ">", "{.c}", "=", "***",
         "😀", "[^1]", "*[HTML]:", "&#10;", "&copy", "(c)", "\u200b", "x&y", "^", "1986.", "&#x26;amp;"]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)  # fmt: skip
_PARTS = st.one_of(
    _WORDS,
    st.builds(
        lambda tag, words: f"<{tag}>{words}</{tag.split(' ')[0]}>",
        st.sampled_from(
            ["strong", "em", "code", 'a href="/x?a=1&amp;b=_c_"', 'a href="https://b.example/(d)"',
             'a href="/y" target="_blank" rel="noopener"']
        ),
        _WORDS,
    ),
    st.sampled_from(["<br>", "<br />\n", "\n", " ", "<strong>a</strong>b", "(<em>c</em>)", "<code>d</code>e"]),
)  # fmt: skip
_RUN = st.lists(_PARTS, min_size=1, max_size=5).map("".join)
_SHAPES = [
    "<p>{}</p>", '<p class="x">{}</p>', "<h2>{}</h2>", "<ul>\n<li>{}</li>\n<li>b</li>\n</ul>", "<ol><li>{}</li></ol>",
    "<pre><code>{}</code></pre>", "{}",
    "<!-- wp:paragraph -->\n<p>{}</p>\n<!-- /wp:paragraph -->",
    '<!-- wp:heading {{"level":3}} -->\n<h3 class="wp-block-heading">{}</h3>\n<!-- /wp:heading -->',
    '<!-- wp:list -->\n<ul class="wp-block-list"><!-- wp:list-item -->\n<li>{}</li>\n<!-- /wp:list-item --></ul>\n'
    "<!-- /wp:list -->",
    '<!-- wp:code -->\n<pre class="wp-block-code"><code>{}</code></pre>\n<!-- /wp:code -->',
]  # fmt: skip


@settings(deadline=None, max_examples=80)
@example(["<pre><code>&nbsp; ~~</code></pre>"])
@example(["<p>~~ &#10;~~</p>"])
@given(st.lists(st.builds(lambda shape, run: shape.format(run), st.sampled_from(_SHAPES), _RUN), max_size=4))
def test_a_guess_that_is_believed_passes_the_gate(blocks: list[str]) -> None:
    """Law: what the gate takes for right without comparing atoms, it takes for right when it does."""
    content = "\n\n".join(blocks)
    for classic in (True, False):
        flavour, segments = _segments(Remote("x", content, classic))
        gate = Gate(flavour)
        gate.foresee(segments)
        for segment, markdown in gate.known.items():
            assert markdown is not None
            assert Gate(flavour).passes(markdown, segment), (segment, markdown)


@pytest.mark.parametrize(
    "source", ["<p>http://a.example/b</p>", "<p></p>", "<p>a<p>b</p></p>", "<h2>a #</h2>"]
)
def test_what_is_not_plain_is_not_guessed(source: str) -> None:
    assert guess(Segment(Kind.BLOCK, source)) is None


def test_lists_side_by_side_stay_two() -> None:
    post = open_post("<ul><li>a</li></ul>\n<ul><li>b</li></ul>", classic=False)
    assert [piece.markdown for piece in post.pieces] == ["- a", "<!-- -->", "- b"]
