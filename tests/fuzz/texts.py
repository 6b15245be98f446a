"""Posts and HTML that nobody means: generated from the marks that parsers act on, and real texts cut up."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from tests.fuzz.patterns import PATTERNS
from tests.markup.texts import LINES

_MARKS = [
    "*", "**", "***", "_", "__", "~~", "`", "``", "```", "~~~", "[", "]", "(", ")", "](", "![", "[^", "]:", "<", ">",
    "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "<!", "&", "&#", "&#x", ";", "&amp;", "&#0;", "&#xd800;",
    "\\", "\\\\", "|", "|-", ":-:", "#", "{", "}", "{:", "{: .a #b c=d }", "=", "==", "-", "- ", "+ ", "1. ", "1) ",
    "> ", ">", ": ", "*[", "\n", "\n\n", "\r", "\r\n", "    ", "\t", "  \n", " ", "\xa0", "\u2028", "\u2029", "\x85",
    "\0", "\x02", "\x03", "\x02wzxhzdk:1\x03", "\x0b", "\x0c", "\x1c", "\ufeff", "\ufffe", "\ufdd0", "\ufdef", "\ud800",
    "\udc80", "\U0010fe80", "\u202e", "\u0301", "\U0001f469\u200d\U0001f4bb", "é", "漢", "ש", "a", "b ", "word ", "0",
    "https://", "https://x.example/", "mailto:", "javascript:", "www.a.b", "a@b.c", "[ ] ", "[x] ", "---\n", "===\n",
    "{{", "}}", "{%", "$", "$$", "^", "%", "%20", "'", '"', "“", "…", "<!--more-->", "[[", "[gallery]",
]  # fmt: skip
_NAMES = (
    "p div span b i em a img br hr table tr td th ul ol li pre code blockquote figure figcaption h1 details summary "
    "script style svg math template textarea title iframe select option input form noscript plaintext xmp html body "
    "head base meta link object embed video audio source picture canvas dl dt dd x-a a:b 1 é".split()
)
_ATTRIBUTES = [
    "", " ", " class=a", ' class="a b"', " href='javascript:a'", ' href="https://a"', " src=a.png", " onclick=a",
    " style='text-align: left;'", " id=fn:1", ' id="fn:a"', " a='", ' b="', " =", " /", " markdown=1", ' markdown="1"',
    " title='<b>'", " alt=\"'\"", " checked", " type=checkbox", " width=1", " srcset=a", "\n", "\0", " \ud800=\udc80",
]  # fmt: skip

_tag = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["<", "</", "< ", "<!", "<?"]),
    st.sampled_from(_NAMES) | st.sampled_from(_NAMES).map(str.upper),
    st.lists(st.sampled_from(_ATTRIBUTES), max_size=3).map("".join),
    st.sampled_from([">", "/>", "", " >", ">\n", "\n"]),
)
_letters = st.text(st.characters(exclude_categories=()), max_size=8)
_costly = st.builds(
    lambda name, length: PATTERNS[name](length), st.sampled_from(sorted(PATTERNS)), st.integers(0, 120)
)
_line = st.sampled_from(LINES)


def _cut_up(text: str, cuts: list[int], order: list[int]) -> str:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    pieces = [text[a:b] for a, b in pairwise(places)]
    return "".join(pieces[number % len(pieces)] for number in order) if pieces else text


_post = st.lists(_line, min_size=1, max_size=12).map("\n".join)
_mutated = st.builds(
    _cut_up,
    _post,
    st.lists(st.integers(0, 600), max_size=6),
    st.lists(st.integers(0, 10), min_size=1, max_size=8),
)

soup = st.lists(_tag | st.sampled_from(_MARKS) | _letters | _costly, max_size=25).map("".join)
"""HTML as nobody writes it."""

posts = st.one_of(
    st.lists(st.sampled_from(_MARKS) | _letters, max_size=40).map("".join),
    st.lists(_line | soup | _costly, max_size=8).map("\n".join),
    _mutated,
    soup,
)
"""Markdown as nobody writes it."""
