"""What stands in a line - text, emphasis, code, links, pictures, breaks and tags - as Markdown and as what rendering
that gives, both at once and without a tree. None for all that is not of the plainest sort: this is a guess that is
cheap, and the gate's rendering tells whether it is right."""

from __future__ import annotations

import re
from html import escape

from postdesk.core.tokens import entities
from postdesk.markup.spans import address, emphasised, escape_text, is_address

Said = tuple[str, str]
"""Markdown, and the HTML that it gives."""

_TOKEN = re.compile(
    r"<code>([^<>]*)</code>"
    r"|(<br ?/?>[ \t\r\n]*)"
    r"|<(/)?([a-z]+)((?: [a-z-]+=\"[^\"<>]*\")*)( ?/)?>"
)
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_TAGGED = re.compile(r"<[^<>]*>")
_ODD = re.compile(r"[&<>\\`*\[\]{}~_!\t\r\n\f]|  ")
_SPACED = re.compile(r"[\t\r\n\f']|  ")
_WHITE = re.compile(r"[ \t\r\n\f]+")
_LINE_END = re.compile(r"[ \t\f]*(?:\r\n|\n|\r)[ \t\r\n\f]*")
_SPACES = " \t\r\n\f"
_MARKS = {"strong": "**", "em": "*"}
_TAGS = frozenset("a b i u s sup sub small span mark kbd cite q abbr ins strong em".split())
_DEEPEST = 8
_BREAK = ("\\\n", "<br>\n")


class _Element:
    """What is open: its tag ("" for the whole line), how its start was written ("" where that does not stay), a link's
    address and title, and what is in it so far. `waiting` is an emphasis that is over, until the letter after it is
    known."""

    __slots__ = ("at", "link", "markdown", "rendered", "tag", "waiting", "written")

    def __init__(self, tag: str, at: int, written: str = "", link: tuple[str, str] | None = None) -> None:
        self.tag = tag
        self.at = at  # where its inside begins in the source
        self.written = written
        self.link = link
        self.markdown: list[str] = []
        self.rendered: list[str] = []
        self.waiting: tuple[str, str, str] | None = None


def line(inner: str, *, breaks: bool) -> Said | None:
    """Markdown and HTML of what stands in a line. `breaks`: a line end is a break, as in classic text."""
    if "<" not in inner:
        return _text(inner, breaks=breaks)
    path = [_Element("", 0)]
    linked = 0  # how many links are open
    place = 0
    for token in _TOKEN.finditer(inner):
        if token.start() > place:
            said = _text(inner[place : token.start()], breaks=breaks, within=linked > 0)
            if said is None or not _add(path[-1], said):
                return None
        place = token.end()
        tag = token[4]
        if token[1] is not None:
            if inner[token.start() - 1 : token.start()] == "`" or inner.startswith("`", place):
                return None
            said = code(token[1])
        elif token[2]:
            before, after = inner[token.start() - 1 : token.start()], inner[place : place + 1]
            apart = token.start() and before not in _SPACES and after and after not in _SPACES
            said = _BREAK if apart and len(path) == 1 else None
        elif token[3]:
            if token[5] or len(path) == 1 or path[-1].tag != tag:
                return None
            element = path.pop()
            linked -= element.link is not None
            inside = inner[element.at : token.start()]
            if tag in _MARKS and not element.written:
                if not _take_emphasis(path[-1], element):
                    return None
                continue
            said = _closed(element, inside)
        elif tag == "img":
            said = picture(token[5])
        elif token[6] or tag not in _TAGS or len(path) > _DEEPEST:
            return None
        else:
            begun = _begun(tag, token[0], token[5], place)
            if begun is None or (tag == "a" and linked):
                return None
            if tag in _MARKS and not begun.written:
                if path[-1].waiting is not None and not _settle(path[-1], "*"):
                    return None
            elif path[-1].waiting is not None and not _settle(path[-1], "<" if begun.link is None else "["):
                return None
            linked += begun.link is not None
            path.append(begun)
            continue
        if said is None or not _add(path[-1], said):
            return None
    if place < len(inner):
        said = _text(inner[place:], breaks=breaks)
        if said is None or not _add(path[-1], said):
            return None
    if len(path) > 1 or (path[0].waiting is not None and not _settle(path[0], "")):
        return None
    whole = "".join(path[0].markdown)
    return (whole, "".join(path[0].rendered)) if whole and "\\\n\\\n" not in whole else None


def code(written: str) -> Said | None:
    """Code in a line."""
    text = entities(written)
    if not text or text != text.strip() or "`" in text or "\n" in text or "\r" in text:
        return None
    return f"`{text}`", f"<code>{escape(text, quote=False)}</code>"


def picture(attributes: str, caption: str = "") -> Said | None:
    """A picture of its attributes as they were written, and the Markdown of its words; what is shown is the `img`
    alone."""
    values = dict(reversed(_ATTRIBUTE.findall(attributes)))  # the first of two counts
    target, alt = entities(values.get("src", "")), entities(values.get("alt", ""))
    there = _destination(target)
    if not there or alt != _WHITE.sub(" ", alt).strip():
        return None
    titled = f' "{caption}"' if caption else ""
    return (
        f"![{escape_text(alt, within=True)}]({there}{titled})",
        f'<img alt="{_attribute(alt)}" src="{_attribute(target)}">',
    )


def linked_picture(attributes: str, target: str, caption: str = "") -> Said | None:
    """The same with a link around it; `target` as it was written."""
    shown = picture(attributes, caption)
    address_of = entities(target)
    there = _destination(address_of)
    if shown is None or not there:
        return None
    return f"[{shown[0]}]({there})", f'<a href="{_attribute(address_of)}">{shown[1]}</a>'


def words(written: str) -> Said | None:
    """Plain text in one line without spaces at its ends."""
    return _text(written.strip(_SPACES), breaks=False)


def _text(written: str, *, breaks: bool, within: bool = False) -> Said | None:
    if _ODD.search(written) is None:
        return (written, written) if written else None
    if "<" in written or ">" in written:
        return None
    text = entities(written)
    if text is not written and _spaces(text) != _spaces(written):
        return None  # white space by its number is a word
    if breaks and ("\n" in text or "\r" in text):
        lines = [_WHITE.sub(" ", one) for one in _LINE_END.split(text)]
        whole = "\\\n".join(escape_text(one, within=within) for one in lines)
        if "\\\n\\\n" in whole:
            return None
        return whole, "<br>\n".join(escape(one, quote=False) for one in lines)
    text = _WHITE.sub(" ", text)
    return escape_text(text, within=within), escape(text, quote=False)


def _spaces(text: str) -> int:
    return sum(map(text.count, _SPACES))


def _add(element: _Element, said: Said) -> bool:
    """Puts `said` at the end of what is in an element; False where an emphasis before it is not plain."""
    if element.waiting is not None and not _settle(element, said[0][:1]):
        return False
    element.markdown.append(said[0])
    element.rendered.append(said[1])
    return True


def _begun(tag: str, written: str, attributes: str, at: int) -> _Element | None:
    """The element that a start tag opens: a link, emphasis, or what stays a tag."""
    if not attributes:
        return None if tag == "a" else _Element(tag, at, "" if tag in _MARKS else written)
    found = _ATTRIBUTE.findall(attributes)
    names = [name for name, _value in found]
    if tag == "a" and names in (["href"], ["href", "title"], ["title", "href"]):
        values = {name: entities(value) for name, value in found}
        target, title = values["href"], values.get("title", "")
        if (target and not _destination(target)) or title != _WHITE.sub(" ", title).strip():
            return None
        if bool(title) != (len(names) > 1):
            return None
        return _Element(tag, at, written, (target, title))
    if "&" in attributes or (tag != "a" and not _stays(attributes, names)):
        return None
    return _Element(tag, at, written)


def _stays(attributes: str, names: list[str]) -> bool:
    """Whether a tag is written again as it was."""
    if _SPACED.search(attributes) or len(set(names)) != len(names):
        return False
    return not any(name.startswith("on") for name in names)


def _closed(element: _Element, inside: str) -> Said | None:
    """A link or a tag with what is in it."""
    if element.waiting is not None and not _settle(element, ""):
        return None
    markdown, rendered = "".join(element.markdown), "".join(element.rendered)
    if element.link is None:
        return f"{element.written}{markdown}</{element.tag}>", f"{element.written}{rendered}</{element.tag}>"
    if not markdown or markdown[0] == " " or markdown[-1] in " \n" or markdown.startswith("\\\n"):
        return None
    target, title = element.link
    plain = entities(_TAGGED.sub("", inside) if "<" in inside else inside)
    titled = f' title="{_attribute(title)}"' if title else ""
    shown = f'<a href="{_attribute(target)}"{titled}>{rendered}</a>'
    if plain == target and is_address(target):
        return (f"<{target}>", shown) if "<" not in inside and not title else None
    if title and title == plain:
        return (
            None
            if "&" in element.written
            else (f"{element.written}{markdown}</a>", f"{element.written}{rendered}</a>")
        )
    quoted = ' "' + escape_text(title).replace('"', '\\"') + '"' if title else ""
    return f"[{markdown}]({_destination(target)}{quoted})", shown


def _take_emphasis(outer: _Element, element: _Element) -> bool:
    """Lets an emphasis that is over wait for what follows it."""
    if element.waiting is not None and not _settle(element, ""):
        return False
    markdown = "".join(element.markdown)
    if not markdown or markdown[0] in " *_~\\" or markdown[-1] in " *_~\\":
        return False
    if not (markdown[0] + markdown[-1]).isprintable() or outer.tag == element.tag:
        return False
    outer.waiting = (element.tag, markdown, "".join(element.rendered))
    return True


def _settle(element: _Element, after: str) -> bool:
    """Puts the emphasis that waits down before the sign `after`; False where that is not plain."""
    assert element.waiting is not None  # noqa: S101  whoever calls has looked
    tag, markdown, rendered = element.waiting
    element.waiting = None
    before = element.markdown[-1][-1:] if element.markdown else ""
    if (before and before not in " (\n") or (after and after not in " .,;:!?)\n"):
        return False
    if not (_is_plain_edge(markdown[0]) and _is_plain_edge(markdown[-1])) and (before + after).strip(" "):
        return False
    element.markdown.append(emphasised(_MARKS[tag], markdown, before, after))
    element.rendered.append(f"<{tag}>{rendered}</{tag}>")
    return True


def _is_plain_edge(letter: str) -> bool:
    """Whether emphasis may begin or end with a letter whatever stands outside of it: in `_settle` that is white space
    or a sign."""
    return letter.isalnum() or letter in "`[])<>"


def _destination(target: str) -> str:
    """An address as a link has it, "" where Markdown would have another."""
    there = address(target)
    return there if there == target or there == f"<{target}>" else ""


def _attribute(text: str) -> str:
    return escape(text, quote=False).replace('"', "&quot;")
