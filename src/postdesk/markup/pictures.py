"""Finds the pictures of a post, and renders a post with the addresses that a blog gave them."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from postdesk.markup import starts

_INLINE = re.compile(
    r"""!\[(?P<alt>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]
        \(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>(?:[^\s()\\]|\\.|\([^\s()]*\))*))
        (?:\s+(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'))?\s*\)""",
    re.VERBOSE,
)
_BY_LABEL = re.compile(r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\](?:\[(?P<label>[^\[\]]*)\])?(?!\()")
_ADDRESS = re.compile(
    r"""^[ ]{0,3}\[(?P<label>[^\[\]^][^\[\]]*)\]:[ ]*\n?[ ]*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>\S+))
        (?:[ ]*\n?[ ]*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|\((?P<round>[^)\n]*)\)))?[ ]*$""",
    re.VERBOSE | re.MULTILINE,
)
_TAG = re.compile(r"<img\b", re.IGNORECASE)
_WHOLE_TAG = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>", re.IGNORECASE)
_LONG_TAG = 3_000  # letters, up to where one is looked for by itself
_IN_TAG = re.compile("[>\"']")
_ATTRIBUTE = re.compile(
    r"(?P<name>[a-zA-Z-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))"
)
_CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(?:(?!\n\n)[\s\S])*?(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture in the text: its reference as an address (not yet percent-decoded), its alt text, its caption (the
    title, "" without), where it stands (start and end in code points) and its line (from 0)."""

    ref: str
    alt: str
    caption: str
    start: int
    end: int
    line: int


def find_pictures(text: str) -> tuple[PictureRef, ...]:
    """Every picture that `text` (Markdown, LF) shows, in order; those in code are none."""
    if "![" not in text and "<img" not in text.lower():
        return ()
    visible = without_code(text)
    found: dict[int, PictureRef] = {}
    for match in _INLINE.finditer(visible):
        ref = match["angled"] if match["angled"] is not None else match["plain"]
        _add(found, text, match.span(), ref, match["alt"], match["double"] or match["single"] or "")
    addresses = {_label(match["label"]): match for match in reversed(list(_ADDRESS.finditer(visible)))}
    for match in _BY_LABEL.finditer(visible):
        defined = addresses.get(_label(match["label"] or match["alt"]))
        if defined is not None:
            title = defined["double"] or defined["single"] or defined["round"] or ""
            _add(found, text, match.span(), defined["angled"] or defined["plain"], match["alt"], title)
    for start, end in tags_in(visible):
        attributes = _attributes(visible[start:end])
        src, alt, title = (attributes.get(name, "") for name in ("src", "alt", "title"))
        _add(found, text, (start, end), src, alt, title, escaped=False)
    return tuple(found[start] for start in sorted(found))


@dataclass(frozen=True, slots=True)
class DescriptionPlace:
    """Where the description of a picture is written: the place in the text (code points), and what has to be there
    before and behind it so that it is one."""

    position: int
    before: str = ""
    behind: str = ""


def description_place(text: str, picture: PictureRef) -> DescriptionPlace:
    """For a picture of `text` that has no description."""
    written = text[picture.start : picture.end]
    if written.startswith("!["):
        return DescriptionPlace(picture.start + len("!["))
    for match in _ATTRIBUTE.finditer(written):
        if match["name"].lower() == "alt" and match["bare"] is None:
            return DescriptionPlace(picture.start + match.end() - 1)
    return DescriptionPlace(picture.start + len("<img"), ' alt="', '"')


def render_for_blog(body: str, address_of: Callable[[str], str | None]) -> str:
    """The HTML of `body` (Markdown) as it goes out. `address_of` gets every picture's reference as the HTML has it
    and gives the blog's address for it, or None to leave it."""
    from postdesk.markup.render import render_document  # with it come Python-Markdown and Pygments

    return exchange_sources(render_document(body), address_of)


def exchange_sources(page: str, address_of: Callable[[str], str | None]) -> str:
    """`page` (HTML) with the `src` of every picture exchanged as `address_of` says; None leaves it."""

    def exchanged(tag: str) -> str:
        attributes = _attributes(tag)
        address = address_of(attributes["src"]) if "src" in attributes else None
        if address is None:
            return tag

        def replaced(attribute: re.Match[str]) -> str:
            return f'src="{html.escape(address)}"' if attribute["name"].lower() == "src" else attribute[0]

        return _ATTRIBUTE.sub(replaced, tag)

    parts = []
    place = 0
    for start, end in tags_in(page):
        parts += [page[place:start], exchanged(page[start:end])]
        place = end
    return "".join(parts) + page[place:]


def tags_in(text: str) -> Iterator[tuple[int, int]]:
    """Where each tag of a picture begins and ends. Time grows with the text's length, however many are never closed."""
    ends: _Ends | None = None
    last = 0
    for found in _TAG.finditer(text):
        start = found.start()
        if start < last:
            continue
        short = _WHOLE_TAG.match(text, start, start + _LONG_TAG) if ends is None else None
        if short is not None:
            end = short.end()
        else:
            ends = ends or _Ends(text, start)
            end = ends.after(start)
        if end:
            yield start, end
            last = end


class _Ends:
    """Where a tag of `text` is over that begins at `first` or later, found for all of them at once, from the text's end
    on."""

    def __init__(self, text: str, first: int) -> None:
        signs = [(found[0], found.start()) for found in _IN_TAG.finditer(text, first)]
        self._places = [at for _sign, at in signs]
        self._ends = [0] * (len(signs) + 1)  # for each sign, if it stands outside of quotes
        later: dict[str, int] = {}  # where the quote is that a quote ends with
        for number in range(len(signs) - 1, -1, -1):
            sign, at = signs[number]
            if sign == ">":
                self._ends[number] = at + 1
                continue
            if sign in later:
                self._ends[number] = self._ends[later[sign] + 1]
            later[sign] = number

    def after(self, start: int) -> int:
        """The place after the tag that begins at `start`, 0 for one that is never closed."""
        return self._ends[bisect_left(self._places, start)]


def _add(
    found: dict[int, PictureRef],
    text: str,
    span: tuple[int, int],
    ref: str,
    alt: str,
    caption: str,
    *,
    escaped: bool = True,
) -> None:
    ref = ref.strip()
    start, end = span
    if not ref or start in found:
        return
    if escaped:
        ref, alt, caption = (html.unescape(_ESCAPED.sub(r"\1", part)) for part in (ref, alt, caption))
    found[start] = PictureRef(ref, alt, caption, start, end, text.count("\n", 0, start))


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, unescaped; the first of two wins."""
    values: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        value = next(part for part in (match["double"], match["single"], match["bare"]) if part is not None)
        values.setdefault(match["name"].lower(), html.unescape(value))
    return values


def _label(label: str) -> str:
    return " ".join(label.lower().split())


def without_code(text: str) -> str:
    """`text` of the same length, with spaces where fences and code spans are."""
    lines = text.split("\n")
    unclosed: set[tuple[str, int]] = set()
    position = 0
    while position < len(lines):
        line = lines[position]
        end = starts.fence_end(lines, position, unclosed) if "```" in line or "~~~" in line else None
        if end is None:
            position += 1
            continue
        for number in range(position, end + 1):
            lines[number] = " " * len(lines[number])
        position = end + 1
    return _CODE_SPAN.sub(_blanked, "\n".join(lines))


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
