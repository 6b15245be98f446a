"""What of a block is lost when another takes its place: looks, elements, comments, and words if it comes to that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum

from postdesk.core.tokens import Kind as Token
from postdesk.core.tokens import comment_text, cut
from postdesk.markup.delimiters import delimiter_of
from postdesk.markup.markdown import words_of

_OWN_CLASS = re.compile(
    r"wp-(?:block|element)-.*|has-fixed-layout|size-large|task-list(?:-item)?|language-text"
)


class Lost(Enum):
    """What a conversion leaves behind."""

    BLOCK = "block"  # a block that only the blog can make; its name
    FRAME = "frame"  # the frame of a container; its name
    TAG = "tag"  # an element; its name
    LOOK = "look"  # an attribute; name="value"
    COMMENT = "comment"  # its text
    WORDS = "words"  # what a reader saw


def lost_of(source: str, result: str) -> tuple[tuple[Lost, str], ...]:
    """What is in `source` and not in `result`, in order, each once."""
    there, here = Counter(_features(source)), Counter(_features(result))
    missing = list((there - here).keys())
    words = Counter(words_of(source)) - Counter(words_of(result))
    if words:
        missing.append((Lost.WORDS, " ".join(word for word in words_of(source) if word in words)))
    return tuple(missing)


def _features(html: str) -> Iterable[tuple[Lost, str]]:
    for kind, start, end, tag, attributes in cut(html):
        if kind is Token.COMMENT:
            yield from _of_comment(html[start:end])
        elif kind is Token.START:
            if tag not in ("p", "figure", "figcaption"):
                yield Lost.TAG, {"b": "strong", "i": "em", "strike": "del", "s": "del"}.get(tag, tag)
            for name, value in dict(reversed(attributes)).items():
                if name == "class":
                    value = " ".join(one for one in value.split() if not _OWN_CLASS.fullmatch(one))
                    if not value:
                        continue
                yield Lost.LOOK, f'{name}="{value}"'


def _of_comment(written: str) -> Iterable[tuple[Lost, str]]:
    found = delimiter_of(written)
    if found is None:
        text = comment_text(written).strip()
        if text:
            yield Lost.COMMENT, text
    elif found.void:
        yield Lost.BLOCK, found.name
    elif not found.closes and found.name in _FRAMES:
        yield Lost.FRAME, found.name
    elif not found.closes and found.name not in _SAID:
        yield Lost.BLOCK, found.name


_FRAMES = frozenset("group columns column cover media-text buttons".split())
_SAID = frozenset(
    "paragraph heading list list-item quote code image gallery table separator embed html more nextpage shortcode "
    "preformatted freeform".split()
)
