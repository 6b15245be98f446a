"""Rewrites the page's HTML into the small part of HTML that Qt's text documents can draw well."""

from __future__ import annotations

import html
from collections.abc import Callable

from postdesk.core.tokens import read
from postdesk.ui.theme import CODE_FAMILY, PAGE_FAMILY, UI_FAMILY, Theme

QUOTE_STEP = 20
"""Indentation of one level of quotation in px; the bars are drawn from it (`simple.py`)."""

# tag -> what Qt gets for it
_KEPT = {
    **{
        tag: tag
        for tag in [
            "p",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "tr",
            "td",
            "th",
            "thead",
            "tbody",
            "div",
            "center",
        ]
    },
    **{tag: tag for tag in ["i", "b", "sup", "sub", "small", "big", "code", "s", "u"]},
    **dict.fromkeys(["em", "cite", "var", "dfn", "q"], "i"),
    **dict.fromkeys(["kbd", "samp", "tt"], "code"),
    **dict.fromkeys(["del", "strike"], "s"),
    **dict.fromkeys(
        ["figure", "section", "article", "header", "footer", "main", "aside", "details", "address"], "div"
    ),
    "strong": "b",
    "ins": "u",
}
_CLASSED = {
    "figcaption": ("p", "caption"),
    "caption": ("p", "caption"),
    "summary": ("p", "summary"),
    "mark": ("span", "mark"),
}
_SPANS = {"span", "abbr", "time", "font", "label", "bdi", "bdo"}
_ALIGNED = frozenset("td th p h1 h2 h3 h4 h5 h6 div figure ul ol".split())
_VOID = {"br", "hr", "wbr"}
_SILENT = {
    "script",
    "style",
    "title",
    "template",
    "iframe",
    "object",
    "noscript",
    "svg",
    "math",
    "textarea",
    "select",
}
_SILENT |= {"video", "audio", "canvas"}

Measure = Callable[[str], tuple[int, int] | None]


def rewrite(markup: str, name: str, measure: Measure, width: int) -> str:
    """`markup` for Qt with an anchor `name` at its first character.

    `measure` gives the size in px of a picture address of ours, None for any other; pictures are drawn at most
    `width` px wide.
    """
    writer = _Writer(name, measure, width)
    read(markup, writer)
    return writer.finished()


def style_sheet(theme: Theme, highlighting: str) -> str:
    """The style sheet for `rewrite`'s output (QTextDocument's subset of CSS)."""
    page, ui = f"font-family:'{PAGE_FAMILY}'", f"font-family:'{UI_FAMILY}'"
    return f"""
p, li, dd, dt, td, th, div {{ {page}; color:{theme.ink}; line-height:26px; }}
p {{ margin:0px 0px 13px 0px; }}
p.title {{ font-size:29px; font-weight:700; line-height:35px; margin:0px 0px 6px 0px; }}
p.byline {{ {ui}; font-size:12px; line-height:18px; color:{theme.soft}; margin:0px 0px 16px 0px; }}
p.caption {{ {ui}; font-size:12px; line-height:18px; color:{theme.soft}; margin:5px 0px 14px 0px; }}
p.summary, dt {{ font-weight:600; }}
h1, h2, h3, h4, h5, h6 {{ {page}; color:{theme.ink}; font-weight:600; }}
h1 {{ font-size:25px; margin:16px 0px 9px 0px; }}
h2 {{ font-size:21px; margin:14px 0px 9px 0px; }}
h3 {{ font-size:18px; margin:8px 0px 9px 0px; }}
h4, h5, h6 {{ font-size:16px; margin:8px 0px 9px 0px; }}
ul, ol {{ margin:0px 0px 13px 0px; }}
li {{ margin:0px 0px 3px 0px; }}
blockquote p, blockquote li, blockquote div {{ color:{theme.soft}; }}
blockquote {{ margin:0px 0px 13px {QUOTE_STEP}px; }}
a {{ color:{theme.link}; text-decoration:none; }}
code, pre {{ font-family:'{CODE_FAMILY}','DejaVu Sans Mono',monospace; font-size:13px; color:{theme.ink}; }}
code {{ background-color:{theme.code_ground}; }}
pre {{ margin:0px; line-height:20px; }}
span.mark {{ background-color:{theme.mark}; }}
a.no-post {{ color:{theme.bad}; }}
span.no-picture {{ {ui}; font-size:12px; color:{theme.soft}; background-color:{theme.side}; }}
td, th {{ {ui}; font-size:14px; line-height:20px; border-bottom:1px solid {theme.line}; padding:5px 14px 5px 0px; }}
th {{ font-weight:600; color:{theme.soft}; text-align:left; }}
td.code {{ background-color:{theme.code_ground}; border:0px; padding:10px 14px 10px 14px; }}
{highlighting.replace(".highlight ", "pre ")}
"""


class _Writer:
    def __init__(self, name: str, measure: Measure, width: int) -> None:
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._name = name
        self._measure = measure
        self._width = width
        self._quotes = 0
        self._silent = 0
        self._pre = 0

    def finished(self) -> str:
        while self._open:
            self._out.append(self._open.pop()[1])
        return "".join(self._out)

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        values = dict(attributes)
        if tag in _SILENT:
            self._push(tag, "", "")
            self._silent += 1
            return
        if self._silent:
            return
        identity = values.get("id", "")
        if identity and not identity.startswith("pd-"):
            self._out.append(f'<a name="{html.escape(identity)}"></a>')
        if tag == "img":
            self._picture(values.get("src", ""))
        elif tag == "input":
            if values.get("type") == "checkbox":
                self.text("☑ " if "checked" in values else "☐ ")
        elif tag in _VOID:
            self._out.append(f"<{tag}>" if tag != "wbr" else "")
        elif tag == "a":
            self._anchor()
            self._push(tag, f'<a href="{html.escape(values.get("href", ""))}">', "</a>")
        elif tag == "blockquote":
            self._quotes += 1
            self._push(
                tag, f'<blockquote style="margin-left:{QUOTE_STEP}px;margin-right:0px">', "</blockquote>"
            )
        elif tag == "pre":
            self._pre += 1
            self._push(
                tag,
                '<table width="100%" cellspacing="0" style="margin-bottom:13px"><tr><td class="code"><pre>',
                "</pre></td></tr></table>",
            )
        elif tag == "code" and self._pre:
            self._push(tag, "", "")
        elif tag == "table":
            self._push(tag, '<table cellspacing="0" cellpadding="0" style="margin-bottom:13px">', "</table>")
        elif tag == "dd":
            # Qt's own indentation of a description would be taken for a quotation's.
            self._push(tag, '<div style="margin-left:9px;margin-bottom:8px">', "</div>")
        elif tag in _CLASSED:
            kept, css = _CLASSED[tag]
            self._push(tag, f'<{kept} class="{css}">', f"</{kept}>")
        elif tag in _SPANS:
            css = html.escape(values.get("class", ""))
            self._push(tag, f'<span class="{css}">', "</span>")
        elif tag in _KEPT:
            self._push(tag, f"<{_KEPT[tag]}{self._attributes(tag, values)}>", f"</{_KEPT[tag]}>")

    def end(self, tag: str) -> None:
        """An element ends, or none does."""
        if not any(name == tag for name, _closing in self._open):
            return
        while self._open:
            name, closing = self._open.pop()
            self._out.append(closing)
            if name in _SILENT:
                self._silent -= 1
            elif name == "blockquote":
                self._quotes -= 1
            elif name == "pre":
                self._pre -= 1
            if name == tag:
                return

    def text(self, words: str) -> None:
        """Text between tags."""
        if self._silent:
            return
        if words.strip():
            self._anchor()
        self._out.append(html.escape(words))

    def _push(self, tag: str, opening: str, closing: str) -> None:
        self._open.append((tag, closing))
        self._out.append(opening)

    def _anchor(self) -> None:
        if self._name:
            self._out.append(f'<a name="{self._name}"></a>')
            self._name = ""

    def _attributes(self, tag: str, values: dict[str, str]) -> str:
        kept = "".join(
            f' {name}="{html.escape(values[name])}"'
            for name in ("align", "dir", "start", "type", "colspan", "rowspan")
            if name in values
        )
        style = values.get("style", "").replace(" ", "").lower()
        if style.startswith("text-align:") and tag in _ALIGNED and "align" not in values:
            kept += f' align="{html.escape(style.removeprefix("text-align:").rstrip(";"))}"'
        return kept

    def _picture(self, src: str) -> None:
        size = self._measure(src)
        if size is None:
            return
        self._anchor()
        room = max(40, self._width - QUOTE_STEP * self._quotes)
        width = min(size[0], room)
        height = max(1, round(size[1] * width / size[0]))
        self._out.append(f'<img src="{html.escape(src)}" width="{width}" height="{height}">')
