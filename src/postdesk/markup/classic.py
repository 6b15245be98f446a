"""WordPress' classic text as HTML: paragraphs from blank lines, breaks from line ends, shortcodes that hold words.

Source: what WordPress documents of its `wpautop` and of its own shortcodes. Any other shortcode stays in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape

from postdesk.core.tokens import Kind, cut
from postdesk.markup.simpler import BLOCKS

# None of these looks beyond the next shortcode of its kind, so that a thousand that never end are read once.
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b([^\]\[]{0,2000})\]((?:(?!\[(?:wp_)?caption\b).)*?)\[/(?:wp_)?caption\]", re.DOTALL
)
_CAPTIONED = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)\Z", re.DOTALL | re.IGNORECASE)
_CODE = re.compile(
    r"\[(code|sourcecode|php|css|python)\b([^\]\[]{0,500})\]"
    r"((?:(?!\[(?:code|sourcecode|php|css|python)\b).)*?)\[/\1\]",
    re.DOTALL,
)
_EMBED = re.compile(r"\[(embed|youtube|vimeo)\b[^\]\[]{0,500}\](https?://[^\s\[\]<>]+)\[/\1\]")
_ADDRESSED = re.compile(r"\[(?:youtube|vimeo|twitter|tweet|instagram)[=\s]{1,9}(https?://[^\s\[\]<>]+)\]")
_GALLERY = re.compile(r"\[gallery\b([^\]\[]{0,20000})\]")
_ATTRIBUTE = re.compile(
    r"([a-z_]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\]]+))", re.IGNORECASE
)
_BLANK = re.compile(r"(?<![ \t])[ \t]*+\n[ \t]*+\n\s*+")
_NO_WORDS = re.compile(r"<p>\s*</p>")
_VERBATIM = frozenset(["pre", "script", "style", "textarea", "code"])


def classic_html(text: str, attachments: Mapping[str, str]) -> str:
    """`text` of the classic editor as HTML. `attachments` gives the addresses of pictures by their ids, for galleries.
    Never raises; time grows with the length.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "[" in text:
        text = _without_shortcodes(text, attachments)
    return _paragraphs(text)


def with_galleries(html: str, attachments: Mapping[str, str]) -> str:
    """`html` with the shortcodes that hold words or pictures as elements."""
    return _without_shortcodes(html, attachments) if "[" in html else html


def closed_paragraphs(html: str) -> str:
    """`html` in which each paragraph ends, before a block and at the end of what holds it, and in which a quotation
    holds nothing but blocks."""
    parts: list[str] = []
    within: list[str] = []  # the blocks that are open
    names: Counter[str] = Counter()
    is_open = False
    for kind, start, end, tag, _attributes in cut(html):
        written = html[start:end]
        is_block = kind in (Kind.START, Kind.END) and tag in _ENDS_PARAGRAPH
        if is_open and (is_block or (tag == "p" and kind is Kind.START)):
            parts.append("</p>")
            is_open = False
        if tag == "p":
            is_open = kind is Kind.START
        elif is_block and kind is Kind.START and tag != "hr":
            within.append(tag)
            names[tag] += 1
        elif is_block and names[tag]:
            while (last := within.pop()) != tag:
                names[last] -= 1
            names[tag] -= 1
        elif not is_block and not is_open and within[-1:] == ["blockquote"] and written.strip():
            parts.append("<p>")
            is_open = True
        parts.append(written)
    return _NO_WORDS.sub("", "".join(parts) + ("</p>" if is_open else ""))


_ENDS_PARAGRAPH = frozenset(
    "blockquote div ul ol li dl dt dd table tbody thead tr td th pre h1 h2 h3 h4 h5 h6 hr figure figcaption "
    "section article aside header footer main nav form address".split()
)


def _without_shortcodes(text: str, attachments: Mapping[str, str]) -> str:
    if "caption]" in text:
        text = _CAPTION.sub(_figure, text)
    for name in ("code", "sourcecode", "php", "css", "python"):
        if f"[/{name}]" in text:
            text = _CODE.sub(_code, text)
            break
    text = _EMBED.sub(r"\n\n\2\n\n", text)
    text = _ADDRESSED.sub(r"\n\n\1\n\n", text)
    return _GALLERY.sub(lambda found: _gallery(found, attachments), text)


def _figure(found: re.Match[str]) -> str:
    parts = _CAPTIONED.match(found[2])
    if parts is None:
        return found[2]
    words = _attributes(found[1]).get("caption", "") or parts[2].strip()
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f"\n\n<figure>{parts[1].strip()}{caption}</figure>\n\n"


def _code(found: re.Match[str]) -> str:
    values = _attributes(found[2])
    language = values.get("language") or values.get("lang") or (found[1] if "code" not in found[1] else "")
    code = found[3].strip("\n")
    if "&lt;" not in code and "&gt;" not in code:
        code = escape(code, quote=False)
    return f'\n\n<pre class="lang-{escape(language)}">{code}</pre>\n\n'


def _gallery(found: re.Match[str], attachments: Mapping[str, str]) -> str:
    ids = _attributes(found[1]).get("ids", "").split(",")
    addresses = [attachments[one.strip()] for one in ids if one.strip() in attachments]
    if not addresses:
        return found[0]
    return "\n\n" + "\n\n".join(f'<figure><img src="{escape(one)}"></figure>' for one in addresses) + "\n\n"


def _attributes(text: str) -> dict[str, str]:
    return {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(text)}


def _paragraphs(text: str) -> str:
    """Blank lines as the beginnings of paragraphs, other line ends as breaks, but not in code and beside blocks."""
    tokens = list(cut(text))
    pieces: list[str] = []
    verbatim: list[str] = []
    for number, (kind, start, end, tag, _values) in enumerate(tokens):
        written = text[start:end]
        if kind is Kind.START and tag in _VERBATIM:
            verbatim.append(tag)
        elif kind is Kind.END and verbatim and tag == verbatim[-1]:
            verbatim.pop()
        elif kind is Kind.TEXT and not verbatim:
            before = number == 0 or _is_block(tokens[number - 1])
            after = number + 1 == len(tokens) or _is_block(tokens[number + 1])
            pieces.append(_broken(written, before=before, after=after))
            continue
        pieces.append(written)
    return "".join(pieces)


def _is_block(token: tuple[Kind, int, int, str, list[tuple[str, str]]]) -> bool:
    return token[0] is Kind.COMMENT or (
        token[0] in (Kind.START, Kind.END) and (token[3] in BLOCKS or token[3] == "br")
    )


def _broken(words: str, *, before: bool, after: bool) -> str:
    lead = words[: len(words) - len(words.lstrip(" \t\n"))]
    core = words.strip(" \t\n")
    tail = words[len(lead) + len(core) :] if core else ""
    middle = "<p>".join(part.replace("\n", "<br>\n") for part in _BLANK.split(core))
    if not core:
        return "<p>" if lead.count("\n") > 1 else ("\n" if before or after or "\n" not in lead else "<br>\n")
    return _edge(lead, beside=before) + middle + _edge(tail, beside=after)


def _edge(space: str, *, beside: bool) -> str:
    if space.count("\n") > 1:
        return "<p>"
    if "\n" in space:
        return "\n" if beside else "<br>\n"
    return space
