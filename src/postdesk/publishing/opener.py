"""The process that opens a blog's posts for a pull: `python -m postdesk.publishing.opener`, spoken to over its standard
streams.

Opening is almost all of a pull's own work; here it runs beside the wait for the blog, on another processor, and leaves
the interpreter's lock to the window. It writes nothing and asks nobody. It is sent (`core.messages`) a list of
`(content, classic, base)` and answers with a list of `Ready` as tuples.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from postdesk.core.messages import serve
from postdesk.library.receipts import packed_base

_BETWEEN = 200_000  # objects made between two looks for rubbish, of which opening makes none to speak of


class Unopened(NamedTuple):
    """A post's content as an editor of the blog gets it; `classic`: whether the blog makes paragraphs of blank lines;
    `base` is the text of its base."""

    content: str
    classic: bool
    base: str


class Ready(NamedTuple):
    """A post opened: its Markdown, and map and base as they are kept (see `library.receipts.Packed`)."""

    markdown: str
    map_digest: str
    map_data: bytes
    base_digest: str
    base_data: bytes


def open_posts(posts: Sequence[Unopened]) -> list[Ready]:
    """Each of the posts, opened."""
    from postdesk.markup.lossless import open_post

    found = []
    for post in posts:
        opened = open_post(post.content, classic=post.classic)
        map_, base = packed_base(opened.to_json()), packed_base(post.base)
        found.append(Ready(opened.markdown, map_.digest, map_.data, base.digest, base.data))
    return found


def main() -> int:
    """Answer until the standard input ends, which is when the pull is over; returns the exit code."""
    if hasattr(os, "nice"):
        os.nice(5)  # keys come first
    import postdesk.markup.lossless  # noqa: F401  # what is loaded now stays

    gc.freeze()
    gc.set_threshold(_BETWEEN)
    return serve(_answers)


def _answers(questions: Iterable[list[tuple[str, bool, str]]]) -> Iterator[list[tuple[object, ...]]]:
    for posts in questions:
        yield [tuple(one) for one in open_posts([Unopened(*post) for post in posts])]


if __name__ == "__main__":
    sys.exit(main())
