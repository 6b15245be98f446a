"""A run of HTML text as Markdown: emphasis, links, pictures and code in a line, and the signs that need a backslash."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from postdesk.markup.tree import VOID, Node

_SPACE = re.compile(r"[ \t\n\r\f]+")
_SIGNS = re.compile(
    r"[\\`*\[<{]|~(?=~)|(?<=~)~|&(?=#?[A-Za-z0-9]+;)|(?<![^\W_])_|_(?![^\W_])|\](?=[(\[:])|!(?=\[)"
)
_SIGNS_WITHIN = re.compile(rf"{_SIGNS.pattern}|\]")
_START = re.compile(r"(#{1,6}(?:\s|$)|>|[-+](?:\s|$)|[-=]+\s*$|:(?:\s|$)|\||~)|(\d{1,9})([.)])(?=\s|$)")
_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~"}
_FULL = {"**": "strong", "*": "em", "~~": "del"}
_AS_HTML = frozenset("sup sub kbd mark u ins small abbr q ruby rt rp bdo bdi dfn".split())
_SCHEME = re.compile(r"(?:https?|mailto|ftp|tel):|[^:/?#]*(?:[/?#]|\Z)", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"https?://[^\s<>\\\"']+")


def address(written: str) -> str:
    """An address as a Markdown destination; "" for none, and for one that would run something."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", written).strip()
    if not plain or not _SCHEME.match(plain):
        return ""
    plain = plain.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    plain = re.sub(r"[\s\"'`]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), plain)
    plain = re.sub(r"&(?=#?[A-Za-z0-9]+;)", "&amp;", plain)
    return f"<{plain}>" if "(" in plain or ")" in plain else plain


def is_address(text: str) -> bool:
    """Whether a link whose words are its address can be written as nothing but that."""
    return _PLAIN_ADDRESS.fullmatch(text) is not None and "&" not in text


def escape_text(text: str, *, within: bool = False) -> str:
    """Text in which no sign means anything to Markdown; white space as it is. `within`: it will stand in brackets."""
    signs = _SIGNS_WITHIN if within else _SIGNS
    return signs.sub(lambda m: "&amp;" if m[0] == "&" else "\\" + m[0], text)


def escape_start(text: str) -> str:
    """A paragraph of which no line begins a block of another kind, and no space at its ends is lost."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = _START.match(line)
        if found is not None and found[1]:
            lines[number] = "\\" + line
        elif found is not None:
            lines[number] = f"{found[2]}\\{line[found.end(2) :]}"
    whole = "\n".join(lines)
    start = len(whole) - len(whole.lstrip("\u00a0"))
    end = len(whole.rstrip("\u00a0"))
    if end <= start:
        return ""
    return "&nbsp;" * start + whole[start:end] + "&nbsp;" * (len(whole) - end)


def caption_of(node: Node) -> str | None:
    """A caption as plain text; None when it has a link or a look that a title in quotes cannot have."""
    for one in node.everything():
        if one.tag and one is not node and one.tag not in ("span", "br", "p", "font"):
            return None
    words = "".join(
        " " if one.tag == "br" else one.text for one in node.everything() if one.tag in ("", "br")
    )
    return _SPACE.sub(" ", words).strip(" ")


class Spans:
    """Writes runs of text. Nesting is as deep as the tree, which `simplify` keeps shallow."""

    def write(self, nodes: list[Node], *, breaks: bool = True) -> str:
        """A paragraph's text, without spaces at its ends. `breaks`: whether lines may be broken (not in a cell)."""
        text = self._run(nodes, breaks=breaks, linked=False)
        text = (
            re.sub(r" *\\\n *", "\\\\\n", _SPACE.sub(_one_space, text)) if breaks else _SPACE.sub(" ", text)
        )
        text = text.strip(" ")
        while text.startswith("\\\n"):
            text = text[2:].lstrip(" ")
        while text.endswith("\\\n"):
            text = text[:-2].rstrip(" ")
        return text

    def picture(self, node: Node, caption: str = "") -> str:
        """A picture, "" for one without an address."""
        target = address(node.attributes.get("src", ""))
        if node.attributes.get("src", "").strip().startswith("data:image/"):
            target = _SPACE.sub("", node.attributes["src"])
        if not target:
            return ""
        alt = _SPACE.sub(" ", node.attributes.get("alt", "")).strip()
        alt = escape_text(alt, within=True)
        if not caption:
            return f"![{alt}]({target})"
        quoted = escape_text(caption).replace('"', '\\"')
        return f'![{alt}]({target} "{quoted}")'

    def _run(self, nodes: list[Node], *, breaks: bool, linked: bool) -> str:
        parts: list[str] = []
        waiting: tuple[str, str] | None = None  # emphasis that waits for the letter after it
        for node in _merged(nodes):
            written = self._one(node, breaks=breaks, linked=linked)
            if not written:
                continue
            mark = _EMPHASIS.get(node.tag)
            if waiting is not None:
                follows = "*" if mark else written[:1]
                parts.append(emphasised(*waiting, _last(parts), follows))
                waiting = None
            if mark is None:
                parts.append(written)
                continue
            inner = written.strip(" \n\u00a0")
            if not inner or inner == "\\":
                parts.append(written)
                continue
            at = written.index(inner)
            if at:
                parts.append(written[:at])
            after = written[at + len(inner) :]
            if inner.endswith("\\") and after.startswith("\n") and not inner.endswith("\\\\"):
                inner, after = inner[:-1].rstrip(" "), "\\" + after
            if after:
                parts.append(emphasised(mark, inner, _last(parts), after[0]))
                parts.append(after)
            else:
                waiting = (mark, inner)
        if waiting is not None:
            parts.append(emphasised(*waiting, _last(parts), ""))
        return "".join(parts)

    def _one(self, node: Node, *, breaks: bool, linked: bool) -> str:
        tag = node.tag
        if not tag:
            return escape_text(_SPACE.sub(" ", node.text), within=linked)
        if tag == "br":
            return "\\\n" if breaks else " "
        if tag == "img":
            return self.picture(node)
        if tag in ("code", "tt"):
            return _code(node)
        if tag == "input":
            return "[x] " if "checked" in node.attributes else "[ ] "
        if tag == "a" and not linked:
            return self._link(node, breaks=breaks)
        inner = self._run(node.children, breaks=breaks, linked=linked)
        if tag in _AS_HTML and tag not in VOID and inner.strip():
            kept = "".join(
                f' {name}="{escape(node.attributes[name])}"'
                for name in ("title", "cite", "datetime", "dir", "lang")
                if node.attributes.get(name, "").isprintable() and node.attributes.get(name)
            )
            return f"<{tag}{kept}>{inner}</{tag}>"
        return inner

    def _link(self, node: Node, *, breaks: bool) -> str:
        target = address(node.attributes.get("href", ""))
        if not target:
            return self._run(node.children, breaks=breaks, linked=False)
        plain = node.plain()
        if plain == node.attributes["href"] and is_address(plain):
            return f"<{plain}>"
        text = _SPACE.sub(_one_space, self._run(node.children, breaks=breaks, linked=True))
        inner = text.strip(" ")
        if not inner or inner == "\\\n":
            return text
        lead, tail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
        if inner.endswith("\\\n"):
            inner, tail = inner[:-2].rstrip(" "), "\\\n"
        title = _SPACE.sub(" ", node.attributes.get("title", "")).strip()
        quoted = ""
        if title and title != plain:
            quoted = ' "' + escape_text(title).replace('"', '\\"') + '"'
        return f"{lead}[{inner}]({target}{quoted}){tail}"


def _one_space(found: re.Match[str]) -> str:
    return "\n" if "\n" in found[0] else " "


def _last(parts: list[str]) -> str:
    return parts[-1][-1] if parts else ""


def _merged(nodes: list[Node]) -> list[Node]:
    """The nodes with neighbours of one kind of emphasis put into one, and plain wrappers opened."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if last is not None and node.tag in _EMPHASIS and _EMPHASIS.get(last.tag) == _EMPHASIS[node.tag]:
            found[-1] = Node(last.tag, children=[*last.children, *node.children])
        elif last is not None and not node.tag and not last.tag:
            found[-1] = Node("", text=last.text + node.text)
        else:
            found.append(node)
    return found


def emphasised(mark: str, inner: str, before: str, after: str) -> str:
    """Emphasis between the letters `before` and `after` ("" for none), by marks where they would be read as such, else
    by tags (CommonMark 0.31.2, 6.2)."""
    opens = (
        not _is_sign(inner[0])
        or not before
        or before.isspace()
        or (_is_sign(before) and before not in "*~_\\")
    )
    closes = (
        not _is_sign(inner[-1]) or not after or after.isspace() or (_is_sign(after) and after not in "*~_")
    )
    clear = before not in ("*", "~", "\\") and after not in ("*", "~") and (mark != "~~" or "~" not in inner)
    nested = inner[0] == "*" or inner[-1] == "*"
    if opens and closes and clear and not (nested and mark == "*" and "**" not in inner):
        return f"{mark}{inner}{mark}"
    return f"<{_FULL[mark]}>{inner}</{_FULL[mark]}>"


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"


def _code(node: Node) -> str:
    """A span of code, with as many ticks as it needs."""
    text = _SPACE.sub(" ", "".join(" " if one.tag == "br" else one.text for one in node.everything()))
    if not text.strip():
        return text
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " "):
        text = f" {text} "
    return f"{ticks}{text}{ticks}"
