"""What opening a long post of a blog and sending one edit of it cost, beside rendering the same text once.

Ratios, as they say the same on any machine; seconds are given with them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import Opened, open_post, send_post
from postdesk.markup.lossless.cutting import Kind
from postdesk.markup.render import render_document
from tests.markup.lossless.corpus import Remote, block_posts, classic_posts, html_posts

LONG = 1_400_000  # letters
_POSTS = 260
_T = TypeVar("_T")


def taken(times: int = 3, letters: int = LONG) -> str:
    """The figures as a table; some ten seconds for each time."""
    lines = [
        f"One post of {letters:,} letters, medians of {times}, processor time, beside rendering its text once.",
        "",
        "| flavour | blocks | Markdown | opened | of rendered | an edit sent | of rendered |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, make in (("blocks", block_posts), ("HTML", html_posts), ("classic text", classic_posts)):
        lines.append(_row(name, _long(make(_POSTS), letters), times))
    return "\n".join(lines)


def _row(name: str, post: Remote, times: int) -> str:
    opening, opened = _timed(lambda: open_post(post.content, classic=post.classic), times)
    assert opened.content == post.content
    text = _edited(opened)
    sending, sent = _timed(lambda: send_post(opened, text, to_blocks if name == "blocks" else str), times)
    assert "altogether" in sent.opened.content
    rendering, _page = _timed(lambda: render_document(opened.markdown), times)
    blocks = [piece for piece in opened.pieces if piece.source and piece.kind is not Kind.FRAME]
    share = sum(not piece.card for piece in blocks) / len(blocks)
    return (
        f"| {name} | {len(blocks):,} | {share:.1%} | {opening:.2f} s | {opening / rendering:.1f} × | {sending:.3f} s "
        f"| {sending / rendering:.2f} × |"
    )


def _long(posts: list[Remote], letters: int) -> Remote:
    """Posts one after the other, as long as is asked; none that leaves something open."""
    whole = [
        p
        for p in posts
        if all(o.kind is not Kind.OPEN for o in open_post(p.content, classic=p.classic).pieces)
    ]
    parts: list[str] = []
    place = 0
    while sum(map(len, parts)) < letters:
        parts.append(whole[place % len(whole)].content)
        place += 1
    return Remote("long", "\n\n".join(parts), whole[0].classic)


def _edited(opened: Opened) -> str:
    words = next(
        p.markdown for p in opened.pieces if not p.card and p.markdown[:1].isalpha() and len(p.markdown) > 80
    )
    return opened.markdown.replace(words, words + " altogether", 1)


def _timed(work: Callable[[], _T], times: int) -> tuple[float, _T]:
    spent: list[float] = []
    while True:
        start = time.process_time()
        found = work()
        spent.append(time.process_time() - start)
        if len(spent) == times:
            return statistics.median(spent), found
