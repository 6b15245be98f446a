"""How a blog looks, as the preview takes it on: bytes that are served to the page under names of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Font = Callable[[str], tuple[str, bytes]]
"""From a font's name to its media type and bytes; KeyError for none. Fit for a worker thread."""

FONTS = "blog-font/"

AS_IT_IS = "<!---->"
"""Stands before HTML that the blog made: page.js adds no class to it. No comment of a post comes through the
cleaning."""

_CONTENT = re.compile(r"<(?:img|hr|input)\b|>[^<]*[^\s<]|^[^<]*[^\s<]")


def has_content(cleaned: str) -> bool:
    """Whether there is anything to be seen of cleaned HTML."""
    return _CONTENT.search(cleaned) is not None


@dataclass(frozen=True, slots=True)
class Look:
    """`name`: the blog's, for a sentence. `root` and `body` are the page's frame (`markup.appearance.frame`), `light`
    and `dark` its style sheet for either. `classes` are what page.js adds to elements, by selector."""

    name: str
    root: str
    body: str
    light: bytes = field(repr=False)
    dark: bytes = field(repr=False)
    knows_dark: bool
    font: Font = field(repr=False, compare=False)
    classes: tuple[tuple[str, str], ...] = ()

    def is_dark(self, dark: bool) -> bool:
        """Whether its page is a dark one while the window is `dark`."""
        return dark and self.knows_dark

    def ground(self, dark: bool) -> str:
        """The colour behind a page that gives none, as `#rrggbb`: a browser's."""
        return "#121212" if self.is_dark(dark) else "#ffffff"
