"""The frame in which a blog shows a post: of a whole page the elements around the text and the title, and where its
style sheets are.

The text is found by its letters, not by names that themes use for it: the innermost element that has all of the post in
it. What is beside it (menus, comments, other posts) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import urljoin

from postdesk.markup.appearance.sheets import harmless_style
from postdesk.markup.tree import Node, parse, write

SLOT = "data-pd"
"""The attribute that marks the elements of a frame: `content` takes the text, `tail` the footnotes, `title` the
title."""

LARGEST = 200_000
"""Characters of a frame; no page needs a hundredth of that."""

_DEEPEST = 80
_ENDS = 160  # letters from the beginning and the end of a post by which it is known
_LEAST = 60  # letters of a post that can be known by them
_LEFT_OUT = frozenset("script style noscript template svg iframe textarea select".split())
_CONTAINERS = frozenset("body div main article section header footer aside hgroup".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_TITLES = _HEADINGS | {"p", "div", "span"}
_SILENT = re.compile(r"[\W_]+")
_ATTRIBUTE = re.compile(r"(?:class|id|lang|dir|role|data-(?!pd)[a-z0-9-]{1,40})\Z")
_LONGEST = 4000  # characters of an attribute


@dataclass(frozen=True, slots=True)
class Frame:
    """`root` are the attributes of the page's `html` element, `body` the HTML of its body."""

    root: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True, slots=True)
class Style:
    """A style sheet of a page: by its `address`, or as it stands there (`text`); for which `media`."""

    address: str = ""
    text: str = ""
    media: str = ""


def frame_of(page: str, rendered: str, title: str) -> Frame | None:
    """The frame around a post in `page`; None where its text is not found. `rendered`: the post's HTML as the server
    gives it; `title` may hold character references. Never raises for what is in the page."""
    nodes = parse(page)
    html = next((node for node in nodes if node.tag == "html"), Node("html", children=nodes))
    body = next((node for node in html.everything() if node.tag == "body"), None)
    if body is None:
        return None
    letters = _letters(rendered_text(rendered))
    if len(letters) < _LEAST:
        return None
    text = _Text(letters[:_ENDS], letters[-_ENDS:], _first_root(rendered))
    chain = _chain(body, text)
    if chain is None:
        return None
    heading = _heading(body, chain[-1], _letters(unescape(title)))
    frame = Frame(tuple(_kept(html).items()), write(_pruned(chain, heading)))
    return frame if len(frame.body) + len(root_attributes(frame)) <= LARGEST else None


def styles_of(page: str, address: str) -> tuple[Style, ...]:
    """The page's style sheets in their order, as a browser that runs its scripts would have them at the end: some are
    linked as for a printer, or to be loaded early, until a script says otherwise."""
    found = []
    for node in Node("#", children=parse(page)).everything():
        given = node.attributes
        media = given.get("media", "")[:_LONGEST]
        late = "media" in given.get("onload", "") or "rel" in given.get("onload", "")
        if media.strip().lower() == "print" and late:
            media = ""
        if node.tag == "style":
            found.append(Style(text="".join(child.text for child in node.children), media=media))
        elif node.tag == "link" and "disabled" not in given:
            kinds = given.get("rel", "").lower().split()
            early = "preload" in kinds and given.get("as", "").lower() == "style" and late
            if (
                ("stylesheet" in kinds or early)
                and "alternate" not in kinds
                and given.get("href", "").strip()
            ):
                try:
                    found.append(Style(urljoin(address, given["href"].strip()), media=media))
                except ValueError:
                    continue
    return tuple(found)


def rendered_text(html: str) -> str:
    """The text that a reader sees of HTML."""
    return _plain(Node("#", children=parse(html)))


@dataclass(frozen=True, slots=True)
class _Text:
    """By what the text is known."""

    first: str
    last: str
    root: tuple[str, str]  # name and class of the only element that has all of it, "" where there are several

    def is_in(self, node: Node) -> bool:
        letters = _letters(_plain(node))
        at = letters.find(self.first)
        return at >= 0 and letters.find(self.last, at) >= 0


def _first_root(rendered: str) -> tuple[str, str]:
    roots = [node for node in parse(rendered) if node.tag not in ("", "!", "?")]
    return (roots[0].tag, roots[0].attributes.get("class", "")) if len(roots) == 1 else ("", "")


def _chain(body: Node, text: _Text) -> list[Node] | None:
    """From the body down to the element that holds the post's blocks."""
    if not text.is_in(body):
        return None
    chain = [body]
    while len(chain) < _DEEPEST:
        inner = next(
            (n for n in chain[-1].children if n.tag and n.tag not in _LEFT_OUT and text.is_in(n)), None
        )
        if inner is None or (inner.tag not in _CONTAINERS and "-" not in inner.tag):
            break
        if text.root[0] and text.root == (inner.tag, inner.attributes.get("class", "")):
            break  # the post's own outermost block
        chain.append(inner)
    return chain


def _heading(body: Node, content: Node, title: str) -> list[Node] | None:
    """From the body down to the element that shows the title."""
    if not title:
        return None
    found: list[Node] | None = None
    waiting: list[tuple[Node, list[Node]]] = [(body, [body])]
    while waiting:
        node, chain = waiting.pop()
        for child in reversed(node.children):
            if child is content or not child.tag or child.tag in _LEFT_OUT or len(chain) >= _DEEPEST:
                continue
            if child.tag in _HEADINGS and _letters(_plain(child)) == title:
                found = [*chain, child]
                if child.tag == "h1" or any("title" in name for name in child.classes):
                    return found
            waiting.append((child, [*chain, child]))
    return found


def _pruned(chain: list[Node], heading: list[Node] | None) -> Node:
    """The body with what leads to the text and to the title."""
    kept = {id(node) for node in [*chain, *(heading or ())]}

    def copy(node: Node) -> Node:
        made = Node(_tag(node.tag), attributes=_kept(node))
        if node is chain[-1]:
            made.attributes[SLOT] = "content"
        elif heading is not None and node is heading[-1]:
            made.attributes[SLOT] = "title"
        for child in node.children:
            if id(child) not in kept:
                continue
            if child is chain[-1] and heading is None:
                made.children.append(Node("h1", attributes={"class": "entry-title", SLOT: "title"}))
            made.children.append(copy(child))
            if child is chain[-1]:
                tail = {name: value for name, value in _kept(child).items() if name != "id"}
                made.children.append(Node(_tag(child.tag), attributes={**tail, SLOT: "tail"}))
        return made

    body = copy(chain[0])
    if len(chain) == 1:  # the text stands in the body itself
        inner = Node("div", attributes={SLOT: "content"})
        del body.attributes[SLOT]
        if heading is None:
            body.children.append(Node("h1", attributes={"class": "entry-title", SLOT: "title"}))
        body.children += [inner, Node("div", attributes={SLOT: "tail"})]
    return body


def _tag(tag: str) -> str:
    return tag if tag in _CONTAINERS | _TITLES else "div"


def _kept(node: Node) -> dict[str, str]:
    kept = {
        name: value
        for name, value in node.attributes.items()
        if _ATTRIBUTE.match(name) and len(value) <= _LONGEST
    }
    style = node.attributes.get("style", "")
    if style and len(style) <= _LONGEST and (written := harmless_style(style)):
        kept["style"] = written
    return kept


def root_attributes(frame: Frame, skipped: Iterable[str] = ()) -> str:
    """The attributes of the `html` element as HTML."""
    return "".join(f' {name}="{escape(value)}"' for name, value in frame.root if name not in skipped)


def _plain(node: Node) -> str:
    """The text below a node, without what is not seen."""
    parts = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if not one.tag:
            parts.append(one.text)
        elif one.tag not in _LEFT_OUT:
            waiting.extend(reversed(one.children))
    return "".join(parts)


def _letters(text: str) -> str:
    return _SILENT.sub("", text)
