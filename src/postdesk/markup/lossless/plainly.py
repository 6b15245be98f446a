"""The blocks that make up most of a post - paragraphs, headings, lists, quotations, code, pictures, marks - as Markdown
without a tree being made of them.

What is told here is only a guess that is cheap: `gate.py` renders the Markdown and takes it when that gives, letter for
letter, the HTML that was foretold. Whatever is not of the plainest sort is left to the writer of Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from postdesk.core.tokens import entities
from postdesk.markup.lossless.cutting import CAPTION, CAPTIONED, QUOTE, Kind, Segment
from postdesk.markup.lossless.foretelling import Said, line, linked_picture, picture, words
from postdesk.markup.markdown import fenced
from postdesk.markup.spans import escape_start

_IN_BLOCK = re.compile(
    r"<!-- wp:(?P<name>paragraph|heading)(?: \{[^<>]*\})? -->\s*<(?P<tag>p|h[1-6])(?: [^<>]*)?>(?P<inner>.*)</(?P=tag)>"
    r"\s*<!-- /wp:(?P=name) -->\Z",
    re.DOTALL,
)
_LIST = re.compile(r"(<!-- wp:list(?: \{[^<>]*\})? -->\s*)?<([uo]l)(?: class=\"[^<>\"]*\")?>")
_INNER_LIST = re.compile(
    r"(<!-- wp:list(?P<ordered> \{\"ordered\":true\})? -->\s*)?<([uo]l)(?: class=\"wp-block-list\")?>"
)
_LIST_END = re.compile(r"\s*</([uo]l)>(\s*<!-- /wp:list -->)?")
_ENTRY = re.compile(r"\s*(<!-- wp:list-item -->\s*)?<li>")
_ENTRY_ENDS = re.compile(r"</?(?:li|ul|ol|p)\b|<!--")
_ENTRY_END = re.compile(r"\s*</li>(\s*<!-- /wp:list-item -->)?")
_QUOTE = re.compile(
    r"(<!-- wp:quote(?: \{[^<>]*\})? -->\s*)?<blockquote(?: class=\"[^<>\"]*\")?>(.*)</blockquote>"
    r"(\s*<!-- /wp:quote -->)?\Z",
    re.DOTALL,
)
_IN_QUOTE = re.compile(
    r"\s*(<!-- wp:paragraph -->\s*)?<p>([^<]*(?:<(?!/p>)[^<]*)*)</p>(\s*<!-- /wp:paragraph -->)?\s*"
)
_TABLE = re.compile(
    r"(<!-- wp:table(?: \{[^<>]*\})? -->\s*<figure(?: class=\"[^\"<>]*\")?>)?<table(?: [^<>]*)?>\s*"
    r"<thead>(.*)</thead>\s*<tbody>(.*)</tbody>\s*</table>(</figure>\s*<!-- /wp:table -->)?\Z",
    re.DOTALL,
)
_ROW = re.compile(r"\s*<tr>([^<]*+(?:<(?!/tr>)[^<]*+)*+)</tr>\s*")
_CELL = re.compile(r"\s*<(t[hd])>([^<]*+(?:<(?!/t[hd]>)[^<]*+)*+)</\1>\s*")
_CODE = re.compile(
    r"(<!-- wp:code(?: \{[^<>]*\})? -->\s*)?<pre(?: class=\"([^<>\"]*)\")?><code(?: class=\"([^<>\"]*)\")?>([^<>]*)"
    r"</code></pre>(\s*<!-- /wp:code -->)?\Z"
)
_ELEMENT = re.compile(r"<(?P<tag>p|h[1-6])(?: [^<>]*)?>(?P<inner>.*)</(?P=tag)>\Z", re.DOTALL)
_IMAGE = r"(?:<a((?: [a-z-]+=\"[^\"<>]*\")+)>)?<img((?: [a-z-]+=\"[^\"<>]*\")+) ?/?>(</a>)?"
_ONLY_IMAGE = re.compile(rf"{_IMAGE}\Z")
_FIGURE = re.compile(
    rf"(<!-- wp:image(?: \{{[^<>]*\}})? -->\s*)?<figure(?: class=\"[^\"<>]*\")?>\s*{_IMAGE}\s*"
    r"(?:<figcaption(?: class=\"wp-element-caption\")?>([^<>]*)</figcaption>\s*)?</figure>(\s*<!-- /wp:image -->)?\Z"
)
_HREF = re.compile(r" href=\"([^\"]*)\"")
_MARK = re.compile(r"(?P<mark><!--(?:more(?: [^<>\n-]*[^<>\s-])?|nextpage)-->)\Z")
_IN_MARK = re.compile(
    r"<!-- wp:(?P<name>more|nextpage)(?: \{[^<>]*\})? -->\s*(?P<mark><!--(?P=name)-->)\s*<!-- /wp:(?P=name) -->\Z"
)
_RULE = re.compile(r"<hr(?: class=\"[^\"<>]*\")? ?/?>\Z")
_IN_RULE = re.compile(
    r"<!-- wp:separator(?: \{[^<>]*\})? -->\s*<hr(?: class=\"[^\"<>]*\")? ?/?>\s*<!-- /wp:separator -->\Z"
)
_NOTE = re.compile(
    r"<!-- wp:html -->\n(<!--(?!\s*(?:more\b|nextpage|noteaser|/?wp:|-|>))(?:[^<>\r\n-]|-(?!-))*-->)\n"
    r"<!-- /wp:html -->\Z"
)
_ONLY_PICTURE = re.compile(r"(?:<a href=\"[^<>\"]*\">)?<img [^<>]*>(?:</a>)?\Z")
_ANY_SPACE = re.compile(r"\s")
_SPACES = " \t\r\n\f"
_DEEPEST = 5  # lists in each other


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
    """The Markdown of a block of the plainest sort; None for anything else. Both forms of the guess show what the
    segment shows."""
    kind, name, source = segment.kind, segment.name, segment.source
    if kind is Kind.TEXT:
        return _text(source)
    if kind is not Kind.BLOCK:
        return None
    if name in _BY_NAME:
        return _BY_NAME[name](segment)
    if name:
        return None
    found = _ELEMENT.match(source)
    if found is not None:
        return _of_element(found)
    start = _START.match(source)
    return _BY_START[start[0]](segment) if start is not None else None


def _of_element(found: re.Match[str]) -> Guess | None:
    if found["tag"] == "p":
        return _paragraph(found["inner"], breaks=False)
    return _heading(int(found["tag"][1]), found["inner"])


def _in_block(segment: Segment) -> Guess | None:
    found = _IN_BLOCK.match(segment.source)
    if found is None or (found["tag"] == "p") != (found["name"] == "paragraph"):
        return None
    return _of_element(found)


def _text(source: str) -> Guess | None:
    found = _ONLY_IMAGE.match(source) if source.startswith(("<a", "<img")) else None
    shown = _picture(found[1], found[2], found[3], "", loose=False) if found is not None else None
    return shown if shown is not None else _paragraph(source, breaks=True)


def _paragraph(inner: str, *, breaks: bool) -> Guess | None:
    said = line(inner.strip(_SPACES), breaks=breaks)
    if said is None or said[0].startswith(("http:", "https:")):
        return None
    markdown = escape_start(said[0])
    if markdown.startswith("&") or markdown.endswith("&nbsp;"):
        return None
    if markdown.startswith(("![", "[!")) and _ONLY_PICTURE.match(said[1]):
        return None
    return Guess(markdown, f"<p>{said[1]}</p>")


def _heading(level: int, inner: str) -> Guess | None:
    said = line(inner.strip(_SPACES), breaks=False)
    if said is None or said[0].endswith(("#", "}")) or "\n" in said[0]:
        return None
    return Guess(f"{'#' * level} {said[0]}", f"<h{level}>{said[1]}</h{level}>")


# --- lists and quotations ---


def _list(segment: Segment) -> Guess | None:
    source = segment.source
    found = _LIST.match(source)
    if found is None or bool(found[1]) != bool(segment.name):
        return None
    read = _entries(source, found.end(), found[2], found[1] is not None, 0)
    if read is None or read[1] != len(source):
        return None
    return Guess("\n".join(read[0]), read[2].rstrip("\n"), runs_on=True)


def _entries(
    source: str, place: int, tag: str, delimited: bool, depth: int
) -> tuple[list[str], int, str] | None:
    """The lines of a list whose entries begin at `place`, where the list is over, and its HTML. `delimited`: whether
    the list stands between delimiters; its entries then do all, or none."""
    lines: list[str] = []
    shown: list[str] = []
    count = 0
    all_delimited: bool | None = None
    while (entry := _ENTRY.match(source, place)) is not None:
        marked = entry[1] is not None
        if all_delimited is None:
            all_delimited = marked
        ends = _ENTRY_ENDS.search(source, entry.end())
        if ends is None or marked is not all_delimited or (marked and not delimited):
            return None
        said = line(source[entry.end() : ends.start()].strip(_SPACES), breaks=False)
        if said is None or "\n" in said[0] or said[0].startswith(("http:", "https:")):
            return None
        count += 1
        lead = f"{count}. " if tag == "ol" else "- "
        lines.append(lead + escape_start(said[0]))
        inside = said[1]
        place = ends.start()
        inner = _INNER_LIST.match(source, place)
        if inner is not None:
            is_marked = inner[1] is not None
            if (
                depth == _DEEPEST
                or is_marked is not marked
                or (is_marked and bool(inner[2]) != (inner[3] == "ol"))
            ):
                return None
            read = _entries(source, inner.end(), inner[3], is_marked, depth + 1)
            if read is None:
                return None
            lines += [" " * len(lead) + one for one in read[0]]
            place = read[1]
            inside += ("\n" if inside.endswith(">") else "") + read[2]
        end = _ENTRY_END.match(source, place)
        if end is None or (end[1] is not None) != marked:
            return None
        shown.append(f"<li>{inside}</li>\n")
        place = end.end()
    over = _LIST_END.match(source, place)
    if over is None or over[1] != tag or (over[2] is not None) != delimited or not lines:
        return None
    return lines, over.end(), f"<{tag}>\n{''.join(shown)}</{tag}>\n"


def _quote(segment: Segment) -> Guess | None:
    """A quotation of nothing but paragraphs; in classic text one of a single line has no tag for it."""
    found = _QUOTE.match(segment.source)
    if (
        found is None
        or (found[1] is None) != (found[3] is None)
        or bool(found[1]) != (segment.name == "core/quote")
    ):
        return None
    if segment.name == QUOTE:
        inner = found[2].strip(_SPACES)
        paragraphs = [_paragraph(inner, breaks=False)] if "\n" not in inner and "\r" not in inner else []
    else:
        paragraphs = []
        place, end = found.span(2)
        delimited: set[bool] = set()
        while place < end:
            one = _IN_QUOTE.match(segment.source, place, end)
            if one is None or (one[1] is None) != (one[3] is None):
                return None
            delimited.add(one[1] is not None)
            paragraphs.append(_paragraph(one[2], breaks=False))
            place = one.end()
        if len(delimited) != 1 or (True in delimited and not segment.name):
            return None
    lines: list[str] = []
    shown: list[str] = []
    for paragraph in paragraphs:
        if paragraph is None:
            return None
        lines += [">"] if lines else []
        lines += [f"> {one}" for one in paragraph.markdown.split("\n")]
        shown.append(paragraph.rendered + "\n")
    return (
        Guess("\n".join(lines), f"<blockquote>\n{''.join(shown)}</blockquote>", runs_on=True)
        if lines
        else None
    )


def _table(segment: Segment) -> Guess | None:
    """A table with one row of heads, of which no cell has a look."""
    found = _TABLE.match(segment.source)
    if found is None or (found[1] is None) != (found[4] is None) or bool(found[1]) != bool(segment.name):
        return None
    heads, rows = _rows(segment.source, *found.span(2), "th"), _rows(segment.source, *found.span(3), "td")
    if heads is None or rows is None or len(heads) != 1 or any(len(row) != len(heads[0]) for row in rows):
        return None
    lines = ["| " + " | ".join(said[0].replace("|", "\\|") for said in row) + " |" for row in heads + rows]
    lines.insert(1, "| " + " | ".join("---" for _said in heads[0]) + " |")
    head, body = (
        "".join(_shown_row(row, tag) for row in part) for part, tag in ((heads, "th"), (rows, "td"))
    )
    return Guess("\n".join(lines), f"<table>\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table>")


def _rows(source: str, place: int, end: int, tag: str) -> list[list[Said]] | None:
    """What stands in the cells of each row from `place` to `end`; `tag` is that of a cell."""
    rows: list[list[Said]] = []
    while place < end:
        row = _ROW.match(source, place, end)
        if row is None:
            return None
        place = row.start(1)
        rows.append([])
        while place < row.end(1):
            cell = _CELL.match(source, place, row.end(1))
            if cell is None or cell[1] != tag:
                return None
            inner = cell[2].strip(_SPACES)
            said = line(inner, breaks=False) if inner else ("", "")
            if said is None or "\n" in said[0]:
                return None
            rows[-1].append(said)
            place = cell.end()
        place = row.end()
    return rows or None


def _shown_row(row: list[Said], tag: str) -> str:
    return "<tr>\n" + "".join(f"<{tag}>{said[1]}</{tag}>\n" for said in row) + "</tr>\n"


# --- code, pictures, marks ---


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


def _figure(segment: Segment) -> Guess | None:
    found = _FIGURE.match(segment.source)
    if found is None or (found[1] is None) != (found[6] is None) or bool(found[1]) != bool(segment.name):
        return None
    return _picture(found[2], found[3], found[4], found[5], loose=bool(segment.name))


def _caption(segment: Segment) -> Guess | None:
    found = CAPTIONED.match(segment.source)
    shown = _ONLY_IMAGE.match(found[2]) if found is not None else None
    if found is None or shown is None or "<" in found[3]:
        return None
    return _picture(shown[1], shown[2], shown[3], found[3], loose=False)


def _picture(
    link: str | None, attributes: str, end: str | None, caption: str | None, *, loose: bool
) -> Guess | None:
    """A picture and its words. `loose`: whether the link's looks stay with it; else it has to have none."""
    if (link is None) != (end is None):
        return None
    title = below = ""
    if caption is not None:
        said = words(caption)
        if said is None or said[0].strip("\u00a0 ") != said[0]:
            return None
        title, below = said[0].replace('"', '\\"'), f"<figcaption>{said[1]}</figcaption>"
    if link is None:
        shown = picture(attributes, title)
    else:
        href = _HREF.search(link)
        if href is None or (not loose and href[0] != link):
            return None
        shown = linked_picture(attributes, href[1], title)
    return Guess(shown[0], f"<figure>{shown[1]}{below}</figure>") if shown is not None else None


def _mark(segment: Segment) -> Guess | None:
    found = (_IN_MARK if segment.name else _MARK).match(segment.source)
    return Guess(found["mark"], found["mark"]) if found is not None else None


def _rule(segment: Segment) -> Guess | None:
    return Guess("***", "<hr>") if (_IN_RULE if segment.name else _RULE).match(segment.source) else None


def _note(segment: Segment) -> Guess | None:
    """A comment of a program, which nobody sees."""
    found = _NOTE.match(segment.source)
    return Guess(found[1], found[1]) if found is not None else None


_BY_NAME = {
    "core/paragraph": _in_block, "core/heading": _in_block, "core/list": _list, "core/quote": _quote, QUOTE: _quote,
    "core/table": _table, "core/code": _code, "core/image": _figure, CAPTION: _caption, "core/more": _mark,
    "core/nextpage": _mark, "core/separator": _rule, "core/html": _note,
}  # fmt: skip
_BY_START = {
    "<ul": _list, "<ol": _list, "<bl": _quote, "<ta": _table, "<pr": _code, "<fi": _figure, "<!-": _mark, "<hr": _rule,
}  # fmt: skip
_START = re.compile("|".join(_BY_START))
