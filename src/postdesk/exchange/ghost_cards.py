"""What Ghost's editors wrote (Mobiledoc, Lexical) as Markdown, for posts whose HTML is not in the export.

Sources: the Mobiledoc format 0.3.x (bustle/mobiledoc-kit, MOBILEDOC.md); Lexical's serialised nodes with Ghost's cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from postdesk.markup.markdown import to_markdown

_DEEPEST = 30
_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (16, "code"), (32, "sub"), (64, "sup"))


def from_mobiledoc(values: Any) -> str:
    """The Markdown of a Mobiledoc. Raises ValueError, TypeError, KeyError for what is none."""
    if not isinstance(values, dict):
        raise ValueError("no Mobiledoc")
    pieces = _Pieces()
    for section in values.get("sections", []):
        if section[0] == 10:
            name, payload = values["cards"][section[1]][:2]
            pieces.card(str(name), payload if isinstance(payload, dict) else {})
        elif section[0] == 1:
            pieces.html(
                f"<{escape(str(section[1]))}>{_markers(section[2], values)}</{escape(str(section[1]))}>"
            )
        elif section[0] == 2:
            pieces.html(_picture({"src": section[1]}))
        elif section[0] == 3:
            rows = "".join(f"<li>{_markers(row, values)}</li>" for row in section[2])
            pieces.html(f"<{escape(str(section[1]))}>{rows}</{escape(str(section[1]))}>")
    return pieces.result()


def _markers(markers: Any, values: Mapping[str, Any]) -> str:
    out: list[str] = []
    opened: list[str] = []
    for kind, opening, closing, value in markers:
        for number in opening:
            markup = values["markups"][number]
            pairs = markup[1] if len(markup) > 1 else []
            attributes = "".join(
                f' {n}="{escape(str(v))}"' for n, v in zip(pairs[::2], pairs[1::2]) if n == "href"
            )
            out.append(f"<{escape(str(markup[0]))}{attributes}>")
            opened.append(escape(str(markup[0])))
        if kind == 1:
            atom = values["atoms"][value]
            out.append("<br>" if atom[0] == "soft-return" else escape(str(atom[1])))
        else:
            out.append(escape(str(value), quote=False))
        for _number in range(int(closing)):
            if opened:
                out.append(f"</{opened.pop()}>")
    return "".join(out)


def from_lexical(values: Any) -> str:
    """The Markdown of Lexical's nodes. Raises ValueError, TypeError, KeyError for what is none."""
    root = values.get("root") if isinstance(values, dict) else None
    if not isinstance(root, dict):
        raise ValueError("no Lexical")
    pieces = _Pieces()
    for node in root.get("children", []):
        kind = str(node.get("type", ""))
        if kind in _LEXICAL_TEXT:
            pieces.html(_lexical(node, 0))
        else:
            pieces.card(kind, node)
    return pieces.result()


_LEXICAL_TEXT = frozenset(
    [
        "paragraph",
        "heading",
        "extended-heading",
        "quote",
        "extended-quote",
        "aside",
        "list",
        "text",
        "extended-text",
        "link",
    ]
)
_TAGS = {
    "paragraph": "p",
    "quote": "blockquote",
    "extended-quote": "blockquote",
    "aside": "blockquote",
    "listitem": "li",
}


def _lexical(node: Mapping[str, Any], depth: int) -> str:
    kind = str(node.get("type", ""))
    if kind in ("text", "extended-text"):
        html = escape(str(node.get("text", "")), quote=False)
        format_ = node.get("format", 0)
        for bit, tag in _FORMATS:
            if isinstance(format_, int) and format_ & bit:
                html = f"<{tag}>{html}</{tag}>"
        return html
    if kind == "linebreak":
        return "<br>"
    children = node.get("children", [])
    inner = "".join(_lexical(child, depth + 1) for child in children) if depth < _DEEPEST else ""
    if kind in ("link", "autolink"):
        return f'<a href="{escape(str(node.get("url", "")))}">{inner}</a>'
    if kind == "list":
        ordered = node.get("listType") == "number"
        return f'<ol start="{node.get("start", 1)}">{inner}</ol>' if ordered else f"<ul>{inner}</ul>"
    tag = _TAGS.get(kind) or (str(node.get("tag", "h2")) if "heading" in kind else "")
    return f"<{escape(tag)}>{inner}</{escape(tag)}>" if tag else inner


class _Pieces:
    """Markdown and HTML one after the other, as Markdown in the end."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._waiting: list[str] = []

    def html(self, html: str) -> None:
        """Some more blocks of HTML."""
        self._waiting.append(html)

    def markdown(self, text: str) -> None:
        """Some Markdown as it is."""
        self._settle()
        if text.strip():
            self._done.append(text.strip("\n"))

    def card(self, name: str, values: Mapping[str, Any]) -> None:
        """One of Ghost's cards. Of one that is not known all texts stay."""
        if name in ("markdown", "card-markdown"):
            self.markdown(str(values.get("markdown", "")))
        elif name == "image":
            self.html(_picture(values))
        elif name == "gallery":
            for picture in values.get("images", []):
                self.html(_picture({**picture, "src": picture.get("src") or picture.get("fileName", "")}))
        elif name in ("code", "codeblock"):
            language = escape(str(values.get("language") or ""))
            code = escape(str(values.get("code", "")), quote=False)
            self.html(f'<pre class="lang-{language}">{code}</pre>')
        elif name in ("hr", "horizontalrule"):
            self.html("<hr>")
        elif name in ("embed", "bookmark", "video") and values.get("url"):
            self.html(f"<p>{escape(str(values['url']), quote=False)}</p>")
        elif name in ("html", "embed"):
            self.html(str(values.get("html", "")))
        else:
            for key in ("heading", "header", "calloutText", "content", "text", "html"):
                if isinstance(values.get(key), str) and values[key].strip():
                    self.html(f"<p>{values[key]}</p>")

    def result(self) -> str:
        """All of it."""
        self._settle()
        return "\n\n".join(self._done) + "\n" if self._done else ""

    def _settle(self) -> None:
        if self._waiting:
            text = to_markdown("".join(self._waiting)).strip("\n")
            if text:
                self._done.append(text)
            self._waiting = []


def _picture(values: Mapping[str, Any]) -> str:
    caption = str(values.get("caption") or "")
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    image = f'<img src="{escape(str(values.get("src", "")))}" alt="{escape(str(values.get("alt") or ""))}">'
    if values.get("href"):
        image = f'<a href="{escape(str(values["href"]))}">{image}</a>'
    return f"<figure>{image}{words}</figure>"
