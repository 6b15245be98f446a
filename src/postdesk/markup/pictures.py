"""Finds the pictures of a post, and renders a post with the addresses that a blog gave them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
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
_TAG = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
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
        _add(found, text, match, ref, match["alt"], match["double"] or match["single"] or "")
    addresses = {_label(match["label"]): match for match in reversed(list(_ADDRESS.finditer(visible)))}
    for match in _BY_LABEL.finditer(visible):
        defined = addresses.get(_label(match["label"] or match["alt"]))
        if defined is not None:
            title = defined["double"] or defined["single"] or defined["round"] or ""
            _add(found, text, match, defined["angled"] or defined["plain"], match["alt"], title)
    for match in _TAG.finditer(visible):
        attributes = _attributes(match[0])
        _add(
            found,
            text,
            match,
            attributes.get("src", ""),
            attributes.get("alt", ""),
            attributes.get("title", ""),
            escaped=False,
        )
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

    def exchanged(match: re.Match[str]) -> str:
        tag = match[0]
        attributes = _attributes(tag)
        address = address_of(attributes["src"]) if "src" in attributes else None
        if address is None:
            return tag

        def replaced(attribute: re.Match[str]) -> str:
            return f'src="{html.escape(address)}"' if attribute["name"].lower() == "src" else attribute[0]

        return _ATTRIBUTE.sub(replaced, tag)

    return _TAG.sub(exchanged, page)


def _add(
    found: dict[int, PictureRef],
    text: str,
    match: re.Match[str],
    ref: str,
    alt: str,
    caption: str,
    *,
    escaped: bool = True,
) -> None:
    ref = ref.strip()
    if not ref or match.start() in found:
        return
    if escaped:
        ref, alt, caption = (html.unescape(_ESCAPED.sub(r"\1", part)) for part in (ref, alt, caption))
    line = text.count("\n", 0, match.start())
    found[match.start()] = PictureRef(ref, alt, caption, match.start(), match.end(), line)


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
