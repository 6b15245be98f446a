"""Raw HTML in Markdown: where a block of it begins and ends, and whether what it opens is closed.

The seven kinds of blocks are CommonMark's (https://spec.commonmark.org/0.31.2/#html-blocks). One thing differs: kinds 6
and 7 end at the first blank line where all their elements are closed, so that what a writer pastes stays in one piece.
"""

from __future__ import annotations

import re

_NAME = "[A-Za-z][A-Za-z0-9-]*"
_VALUE = "(?:[^\\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\")"
_ATTRIBUTE = rf"(?:\s++[A-Za-z_:][A-Za-z0-9_.:-]*+(?:\s*+=\s*+{_VALUE})?+)"
OPEN_TAG = rf"<{_NAME}{_ATTRIBUTE}*+\s*+/?>"
CLOSE_TAG = rf"</{_NAME}\s*+>"

_BLOCK_NAMES = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul"
)
_STARTS = (
    (1, re.compile(r"<(?:script|pre|style|textarea)(?:\s|>|\Z)", re.IGNORECASE)),
    (2, re.compile(r"<!--")),
    (3, re.compile(r"<\?")),
    (4, re.compile(r"<![A-Za-z]")),
    (5, re.compile(r"<!\[CDATA\[")),
    (6, re.compile(rf"</?(?:{'|'.join(_BLOCK_NAMES.split())})(?:\s|/?>|\Z)", re.IGNORECASE)),
    (7, re.compile(rf"(?:{OPEN_TAG}|{CLOSE_TAG})\s*\Z")),
)
_ENDS = {
    1: re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    2: re.compile("-->"),
    3: re.compile(r"\?>"),
    4: re.compile(">"),
    5: re.compile(r"\]\]>"),
}
_VOID = frozenset(
    "area base basefont br col embed frame hr img input link meta param source track wbr".split()
)
_VERBATIM = frozenset(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"])
_INLINE_TAG = re.compile(f"{OPEN_TAG}|{CLOSE_TAG}")
_ENCLOSED = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = re.compile("<![A-Za-z]")
_TAG = re.compile(r"</?([A-Za-z][^\s/>]*)")
_WITHIN_TAG = re.compile(r"[^>\"']*")


def html_kind(text: str) -> int:
    """Which of the seven kinds of HTML block the line `text` (without its indentation) begins; 0 for none."""
    if not text.startswith("<"):
        return 0
    for kind, pattern in _STARTS:
        if pattern.match(text):
            return kind
    return 0


def end_of_inline(text: str, place: int, missing: set[str]) -> int | None:
    """Where the tag or comment in a line that begins at `place` ends, if it is one. `missing` remembers the ends that
    were looked for in vain, so that a text of a thousand open comments is not read a thousand times."""
    match = _INLINE_TAG.match(text, place)
    if match is not None:
        return match.end()
    for short in ("<!-->", "<!--->"):
        if text.startswith(short, place):
            return place + len(short)
    for start, end in _ENCLOSED:
        if text.startswith(start, place):
            at = -1 if end in missing else text.find(end, place + len(start))
            if at < 0:
                missing.add(end)
                return None
            return at + len(end)
    if _DECLARATION.match(text, place) and ">" not in missing:
        at = text.find(">", place)
        if at >= 0:
            return at + 1
        missing.add(">")
    return None


class Balance:
    """Reads HTML line by line and says whether everything that it opens is closed. Time is linear in its length."""

    def __init__(self, kind: int) -> None:
        self._end = _ENDS.get(kind)
        self._ended = False
        self._open: list[str] = []
        self._inside = ""  # what is looked for: -->, a quote, > of a tag, or the end tag of verbatim text
        self._tag = ""
        self._stray = False

    @property
    def ends_by_itself(self) -> bool:
        """Whether the block (kinds 1 to 5) ended in the last line."""
        return self._ended

    @property
    def closed(self) -> bool:
        """Whether nothing is open."""
        if self._end is not None:
            return self._ended
        return not (self._open or self._inside or self._stray)

    def feed(self, line: str) -> None:
        """One more line of the block, without its end."""
        if self._end is not None:
            self._ended = self._ended or self._end.search(line) is not None
            return
        place = 0
        while place < len(line):
            place = self._step(line, place)

    def _step(self, line: str, place: int) -> int:
        if self._inside in ("-->", "?>", "]]>"):
            at = line.find(self._inside, place)
            if at < 0:
                return len(line)
            at += len(self._inside)
            self._inside = ""
            return at
        if self._inside.startswith("</"):
            found = re.compile(re.escape(self._inside), re.IGNORECASE).search(line, place)
            if found is None:
                return len(line)
            self._inside = ""
            return found.start()
        if self._inside in ("'", '"'):
            at = line.find(self._inside, place)
            if at < 0:
                return len(line)
            self._inside = ">"
            return at + 1
        if self._inside == ">":
            return self._within(line, place)
        at = line.find("<", place)
        if at < 0:
            return len(line)
        for start, end in _ENCLOSED:
            if line.startswith(start, at):
                self._inside = end
                return at + len(start)
        match = _TAG.match(line, at)
        if match is None:
            return at + 1
        self._inside = ">"
        self._tag = match[0].lower()
        return match.end()

    def _within(self, line: str, place: int) -> int:
        """In a tag, after its name."""
        match = _WITHIN_TAG.match(line, place)
        at = match.end() if match is not None else place
        if at >= len(line):
            return at
        if line[at] in "'\"":
            self._inside = line[at]
            return at + 1
        self._inside = ""
        name = self._tag.lstrip("</")
        if self._tag.startswith("</"):
            self._close(name)
        elif name not in _VOID and line[at - 1] != "/":
            self._open.append(name)
            if name in _VERBATIM:
                self._inside = "</" + name
        return at + 1

    def _close(self, name: str) -> None:
        if self._open and self._open[-1] == name:
            self._open.pop()
        elif name in self._open:
            while self._open.pop() != name:
                pass  # an element whose end may be left out, as of a list item
        elif name not in _VOID:
            self._stray = True
