"""Which runs of `*`, `_` and `~~` open and close emphasis: CommonMark's rules, in time that is nearly linear.

https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis and the appendix on strategy. A letter of a script that
is written without spaces counts as one, so that emphasis may end between a bracket and such a letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TAGS = {("*", 1): "em", ("*", 2): "strong", ("_", 1): "em", ("_", 2): "strong", ("~", 2): "del"}


class Run:
    """A run of `*`, `_` or `~`: how many are left, and the elements that it opens and closes."""

    __slots__ = (
        "after",
        "before",
        "can_close",
        "can_open",
        "character",
        "closes",
        "count",
        "length",
        "opens",
        "token",
    )

    def __init__(self, token: int, character: str, length: int, can_open: bool, can_close: bool) -> None:
        self.token = token
        self.character = character
        self.count = self.length = length
        self.can_open = can_open
        self.can_close = can_close
        self.opens: list[str] = []  # innermost first
        self.closes: list[str] = []  # innermost first
        self.before: Run | None = None
        self.after: Run | None = None


class Runs:
    """The runs of a text that may still open or close something, in their order."""

    def __init__(self) -> None:
        self.last: Run | None = None

    def add(self, run: Run) -> None:
        """One more at the end."""
        if run.can_open or run.can_close:
            run.before = self.last
            if self.last is not None:
                self.last.after = run
            self.last = run

    def match(self, bottom: Run | None) -> None:
        """Matches the runs above `bottom`, and forgets them."""
        if self.last is bottom:
            return
        lowest: dict[tuple[str, bool, int], int] = {}  # below it no opener was found
        ground = -1 if bottom is None else bottom.token
        closer = self.last
        while closer is not None and closer.before is not bottom:
            closer = closer.before
        while closer is not None:
            if not closer.can_close:
                closer = closer.after
                continue
            kind = (closer.character, closer.can_open, closer.length % 3)
            floor = lowest.get(kind, ground)
            opener = closer.before
            while opener is not None and opener.token > floor and not _matches(opener, closer):
                opener = opener.before
            if opener is None or opener.token <= floor:
                lowest[kind] = ground if closer.before is None else closer.before.token
                if not closer.can_open:
                    self._forget(closer)
                closer = closer.after
                continue
            used = 2 if opener.count >= 2 and closer.count >= 2 else 1
            tag = _TAGS[closer.character, used]
            opener.count -= used
            closer.count -= used
            opener.opens.append(tag)
            closer.closes.append(tag)
            opener.after = closer  # what is between them matches nothing any more
            closer.before = opener
            if not opener.count:
                self._forget(opener)
            if not closer.count:
                following = closer.after
                self._forget(closer)
                closer = following
        self.last = bottom
        if bottom is not None:
            bottom.after = None

    def _forget(self, run: Run) -> None:
        if run.before is not None:
            run.before.after = run.after
        if run.after is not None:
            run.after.before = run.before
        if self.last is run:
            self.last = run.before


def _matches(opener: Run, closer: Run) -> bool:
    if not opener.can_open or opener.character != closer.character:
        return False
    if (opener.can_close or closer.can_open) and (opener.length + closer.length) % 3 == 0:
        return opener.length % 3 == 0 and closer.length % 3 == 0
    return True


def flanking(character: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run between these two signs can open and can close."""
    left, right = _sort(before), _sort(after)
    opens = right != " " and (right != "." or left != "a")
    closes = left != " " and (left != "." or right != "a")
    if character == "_":
        return opens and (not closes or left == "."), closes and (not opens or right == ".")
    return opens, closes


@lru_cache(maxsize=4096)
def _sort(character: str) -> str:
    """`" "` for white space, `"."` for punctuation and symbols, `"c"` for letters of scripts without spaces, `"a"`."""
    if character.isspace():
        return " "
    if character in PUNCTUATION or unicodedata.category(character)[0] in "PS":
        return "."
    if character > "\u10ff" and _CJK.match(character):
        return "c"
    return "a"


_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
