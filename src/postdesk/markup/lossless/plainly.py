"""The paragraphs, headings, lists and code that make up most of a post, as Markdown without a tree being made of them.

What is told here is only a guess that is cheap: `gate.py` renders the Markdown and takes it when that gives, letter for
letter, the HTML that was foretold. Whatever is not of the plainest sort is left to the writer of Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from postdesk.core.tokens import entities
from postdesk.markup.lossless.cutting import Kind, Segment
from postdesk.markup.markdown import fenced
from postdesk.markup.spans import address, escape_start, escape_text

_IN_BLOCK = re.compile(
    r"<!-- wp:(?:paragraph|heading)(?: \{[^<>]*\})? -->\s*<(p|h[1-6])(?: [^<>]*)?>(.*)</\1>\s*"
    r"<!-- /wp:(?:paragraph|heading) -->\Z",
    re.DOTALL,
)
_LIST = re.compile(
    r"(<!-- wp:list(?: \{[^<>]*\})? -->\s*)?<([uo]l)(?: class=\"[^<>\"]*\")?>(.*)</\2>(\s*<!-- /wp:list -->)?\Z",
    re.DOTALL,
)
_ENTRY = re.compile(
    r"\s*(<!-- wp:list-item -->\s*)?<li>((?:(?!</?(?:li|ul|ol|p)\b|<!--).)*)</li>(\s*<!-- /wp:list-item -->)?\s*",
    re.DOTALL,
)
_CODE = re.compile(
    r"(<!-- wp:code(?: \{[^<>]*\})? -->\s*)?<pre(?: class=\"([^<>\"]*)\")?><code(?: class=\"([^<>\"]*)\")?>([^<>]*)"
    r"</code></pre>(\s*<!-- /wp:code -->)?\Z"
)
_ELEMENT = re.compile(r"<(p|h[1-6])(?: [^<>]*)?>(.*)</\1>\Z", re.DOTALL)
_SPAN = re.compile(
    r"<(strong|em|code)>([^<>]*)</\1>"
    r"|<a href=\"([^\"<>]*)\">((?:<code>[^<>]*</code>|[^<>]*))</a>"
    r"|(<a(?: [a-z-]+=\"[^\"<>&]*\")+>)([^<>]*)</a>"
    r"|<br ?/?>[ \t\r\n]*"
)
_MARKS = {"strong": "**", "em": "*"}
_WHITE = re.compile(r"[ \t\r\n\f]+")
_ANY_SPACE = re.compile(r"\s")
_LINE_END = re.compile(r"[ \t\f]*(?:\r\n|\n|\r)[ \t\r\n\f]*")
_SPACES = " \t\r\n\f"


@dataclass(frozen=True, slots=True)
class Guess:
    """Markdown, and what rendering it gives if all is as it looks. `runs_on`: another of the kind would be read as its
    continuation. `tried`: what is rendered instead, "" for the Markdown itself: code without its colours, which are no
    part of it."""

    markdown: str
    rendered: str
    runs_on: bool = False
    tried: str = ""


BETWEEN = Guess("Between.", "<p>Between.</p>")
"""Fit to stand between two that would be read as one."""


def guess(segment: Segment) -> Guess | None:
    """The Markdown of a paragraph, a heading, code or a flat list with nothing in it but text, emphasis, code, links
    and breaks; None for anything else. Both forms of the guess show what the segment shows."""
    if segment.kind is Kind.TEXT:
        return _paragraph(segment.source, breaks=True)
    if segment.kind is not Kind.BLOCK:
        return None
    if segment.name == "core/list" or segment.source.startswith(("<ul", "<ol")):
        return _list(segment)
    if segment.name == "core/code" or segment.source.startswith("<pre"):
        return _code(segment)
    if segment.name and segment.name not in _NAMES:
        return None
    found = (_IN_BLOCK if segment.name else _ELEMENT).match(segment.source)
    if found is None:
        return None
    if found[1] == "p":
        return None if segment.name == "core/heading" else _paragraph(found[2], breaks=False)
    return None if segment.name == "core/paragraph" else _heading(int(found[1][1]), found[2])


_NAMES = frozenset(["core/paragraph", "core/heading"])


def _paragraph(inner: str, *, breaks: bool) -> Guess | None:
    said = _said(inner.strip(_SPACES), breaks=breaks)
    if said is None or said[0].startswith(("http:", "https:")):
        return None
    markdown = escape_start(said[0])
    if markdown.startswith("&") or markdown.endswith("&nbsp;"):
        return None
    return Guess(markdown, f"<p>{said[1]}</p>")


def _heading(level: int, inner: str) -> Guess | None:
    said = _said(inner.strip(_SPACES), breaks=False)
    if said is None or said[0].endswith(("#", "}")) or "\n" in said[0]:
        return None
    return Guess(f"{'#' * level} {said[0]}", f"<h{level}>{said[1]}</h{level}>")


def _list(segment: Segment) -> Guess | None:
    """A list without lists in it."""
    found = _LIST.match(segment.source)
    if found is None or (found[1] is None) != (found[4] is None) or bool(found[1]) != bool(segment.name):
        return None
    lines: list[str] = []
    entries: list[str] = []
    delimited: set[bool] = set()
    place = found.start(3)
    while place < found.end(3):
        entry = _ENTRY.match(segment.source, place, found.end(3))
        if entry is None or (entry[1] is None) != (entry[3] is None):
            return None
        said = _said(entry[2].strip(_SPACES), breaks=False)
        if said is None or "\n" in said[0] or said[0].startswith(("http:", "https:")):
            return None
        delimited.add(entry[1] is not None)
        lines.append((f"{len(lines) + 1}. " if found[2] == "ol" else "- ") + escape_start(said[0]))
        entries.append(f"<li>{said[1]}</li>\n")
        place = entry.end()
    if len(delimited) != 1 or (True in delimited and not segment.name):
        return None
    return Guess("\n".join(lines), f"<{found[2]}>\n{''.join(entries)}</{found[2]}>", runs_on=True)


def _code(segment: Segment) -> Guess | None:
    found = _CODE.match(segment.source)
    if found is None or (found[1] is None) != (found[5] is None) or bool(found[1]) != bool(segment.name):
        return None
    text = entities(found[4])
    if len(_ANY_SPACE.findall(text)) != len(_ANY_SPACE.findall(found[4])):
        return None
    if not text or text[0] == "\n" or "\r" in text or text.removesuffix("\n")[-1:].isspace() or text == "\n":
        return None
    text = text.removesuffix("\n")
    named = f"{found[2] or ''} {found[3] or ''}"
    shown = f"<code>{escape(text, quote=False)}\n</code>"
    return Guess(
        fenced(text, named),
        f'<div class="language-text highlight"><pre><span></span>{shown}</pre></div>',
        tried=fenced(text, ""),
    )


def _said(inner: str, *, breaks: bool) -> tuple[str, str] | None:
    """Markdown and HTML of what stands in a line."""
    markdown: list[str] = []
    rendered: list[str] = []
    place = 0
    for span in _SPAN.finditer(inner):
        before, after = inner[place : span.start()], inner[span.end() : span.end() + 1]
        text = _text(before, breaks=breaks)
        if text is None:
            return None
        markdown.append(text[0])
        rendered.append(text[1])
        one = _span(span, before[-1:] or ("" if place == 0 else "x"), after)
        if one is None:
            return None
        markdown.append(one[0])
        rendered.append(one[1])
        place = span.end()
    text = _text(inner[place:], breaks=breaks)
    if text is None:
        return None
    whole = "".join(markdown) + text[0]
    return (whole, "".join(rendered) + text[1]) if whole and "\\\n\\\n" not in whole else None


def _text(written: str, *, breaks: bool) -> tuple[str, str] | None:
    if "<" in written or ">" in written:
        return None
    text = entities(written)
    if text is not written and _spaces(text) != _spaces(written):
        return None  # white space by its number is a word
    if breaks and ("\n" in text or "\r" in text):
        lines = _LINE_END.split(text)
        return (
            "\\\n".join(escape_text(_WHITE.sub(" ", line)) for line in lines),
            "<br>\n".join(escape(_WHITE.sub(" ", line), quote=False) for line in lines),
        )
    text = _WHITE.sub(" ", text)
    return escape_text(text), escape(text, quote=False)


def _spaces(text: str) -> int:
    return sum(map(text.count, _SPACES))


def _span(span: re.Match[str], before: str, after: str) -> tuple[str, str] | None:
    if span[1] == "code":
        return _code_in_line(span[2]) if before != "`" and after != "`" else None
    if span[1]:
        mark, text = _MARKS[span[1]], _text(span[2], breaks=False)
        clear = (not before or before in " (\n") and (not after or after in " .,;:!?)\n")
        if text is None or not clear or not text[0] or not (text[0][0] + text[0][-1]).isprintable():
            return None
        if not (text[0][0].isalnum() and text[0][-1].isalnum()):
            alone = (not before or before == " ") and (not after or after == " ")
            if not alone or text[0][0] in " *_~\\" or text[0][-1] in " *_~\\":
                return None
        return f"{mark}{text[0]}{mark}", f"<{span[1]}>{text[1]}</{span[1]}>"
    if span[3] is not None:
        return _link(entities(span[3]), span[4])
    if span[5]:
        text = _text(span[6], breaks=False)
        return None if text is None else (f"{span[5]}{text[0]}</a>", f"{span[5]}{text[1]}</a>")
    if not before or not after or after in _SPACES or before in _SPACES:
        return None
    return "\\\n", "<br>\n"


def _code_in_line(written: str) -> tuple[str, str] | None:
    code = entities(written)
    if not code or code != code.strip() or "`" in code or "\n" in code:
        return None
    return f"`{code}`", f"<code>{escape(code, quote=False)}</code>"


def _link(target: str, written: str) -> tuple[str, str] | None:
    if written.startswith("<code>"):
        text = _code_in_line(written[len("<code>") : -len("</code>")])
    else:
        text = _text(written, breaks=False)
    there = address(target)
    if text is None or there != target or not text[0] or text[0] != text[0].strip(" ") or "]" in written:
        return None
    shown = f'<a href="{escape(target)}">{text[1]}</a>'
    if entities(written) == target:
        return (f"<{target}>", shown) if "&" not in target and target.startswith("http") else None
    return f"[{text[0]}]({target})", shown
