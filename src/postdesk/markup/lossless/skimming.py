"""The outermost elements, texts and comments of HTML with their places, without a tree of what is in them.

Law, held by tests/markup/lossless/test_skimming.py: they are those that `tree.parse` finds, up to the first that is not
closed.
"""

from __future__ import annotations

from typing import NamedTuple

from postdesk.core.tokens import Kind, comment_text, cut
from postdesk.markup.simpler import BLOCKS
from postdesk.markup.tree import VOID

_APART = BLOCKS | {"script", "style"}


class Top(NamedTuple):
    """An element (`tag`), a text (tag "") or a comment (tag "!") from `start` to `end` (code points). `closed`: whether
    it is, and all in it; `words` are a comment's. `bare`: nothing is in it but text and what stands in a line."""

    tag: str
    start: int
    end: int
    closed: bool = True
    words: str = ""
    bare: bool = True


def skim(source: str) -> list[Top]:
    """What is outermost in `source`, in order. The first that is not closed is the last."""
    found: list[Top] = []
    path: list[str] = []
    names: dict[str, int] = {}  # how many are open
    begin = 0
    whole = bare = True
    for kind, start, end, tag, _attributes in cut(source):
        if kind is Kind.START:
            if not path and tag in VOID:
                found.append(Top(tag, start, end))
                continue
            if not path:
                begin, whole, bare = start, True, True
            elif tag in _APART:
                bare = False
            if tag not in VOID:
                path.append(tag)
                names[tag] = names.get(tag, 0) + 1
        elif kind is Kind.END:
            if not names.get(tag):
                whole = False  # nothing of its name is open
                if not path:
                    return [*found, Top("/" + tag, start, end, closed=False)]
                continue
            outermost = path[0]
            while (last := path.pop()) != tag:
                names[last] -= 1
                whole = False
            names[tag] -= 1
            if not path:
                found.append(Top(outermost, begin, end, whole, bare=bare))
                if not whole:
                    return found
        elif path:
            if kind is Kind.COMMENT:
                bare = False
            elif kind is Kind.OTHER:
                whole = False
        elif kind is Kind.COMMENT:
            found.append(Top("!", start, end, words=comment_text(source[start:end])))
        elif kind is Kind.OTHER:
            return [*found, Top("?", start, end, closed=False)]
        else:
            found.append(Top("", start, end))
    if path:
        found.append(Top(path[0], begin, len(source), closed=False, bare=bare))
    return found
