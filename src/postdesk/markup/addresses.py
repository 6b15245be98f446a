"""A bare address that stands alone (in a paragraph, an item, a cell) stays as it is: no sign in it is Markdown.

Names of videos are made of letters, digits, `-` and `_`; read as Markdown, one in a thousand would lose two of its
underscores to emphasis, and lead nowhere.
"""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

_BEFORE_ALL = 200  # code spans have 190, escapes 180


class Addresses(Extension):
    """Adds the pattern to a dialect."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(
            _Address(r"\A[ \t]*(https?://[^\s<>\[\]`\\]+)[ \t]*\Z"), "bare-address", _BEFORE_ALL
        )


class _Address(InlineProcessor):
    """An address that is all there is."""

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        return match[1], match.start(0), match.end(0)
