"""Puts the look that a block has on the blog on what was rendered of it: classes and styles on its outermost elements.

Where what was rendered is another element than the look is of (a paragraph became a list), it stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

Element = tuple[str, tuple[tuple[str, str], ...]]
"""The name of an element, and its attributes: class, style, width and height."""
Look = tuple[Element, ...]
"""What a block has around it, from the outside in."""
KeptPiece = tuple[str, Look]
"""A block of a post as it came from the blog: its Markdown and its look, () for one that looks as a new one would."""

_MARK = ' data-pd="kept"'
"""On elements that have their look from the blog: the page adds nothing to them that only a new block would have."""
_LONGEST = 2000  # characters of a style
_LONGEST_CLASS = 200
_MOST_CLASSES = 60
_OPENING = re.compile(r"\s*(?:<a(?:\s[^<>]*)?>\s*)?<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>")
_OWN_CLASS = re.compile(r'\sclass="([^"]*)"')
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_AROUND = frozenset(["div", "figure"])
# The window looks for these: a bare address becomes a card, on the blog too.
_ADDRESS = re.compile(r"<p>http[^\s<]*</p>\Z", re.IGNORECASE)
_CODE = re.compile(r'<div class="[^"<>]*\bhighlight\b[^"<>]*">\s*(?=<pre[\s>])')
_FIGURE = re.compile(r"<figure>\s*(?=<(?:img|a)\b)")
_ALIGNMENT = re.compile(r"(?:^|;)\s*text-align\s*:\s*(left|right|center|justify|start|end)\b", re.IGNORECASE)
_PLAIN = re.compile(r"text-align:[a-z]{3,7}")
_ALIGNING = re.compile(r"(?:has-text-align-|align)(left|right|center)\Z")


def wear(html: str, look: Look) -> str:
    """`html`, cleaned and of one block, with the look. Styles are made harmless here; nothing else of it can act."""
    if not look or _ADDRESS.match(html):
        return html
    skipped = _skipped(html, look[0][0])
    at = len(skipped)
    before, inside, after = "", [skipped], ""
    for place, (tag, attributes) in enumerate(look):
        found = _OPENING.match(html, at)
        if found is not None and _is_same(tag, found[1]):
            start = found.start(2)
            inside += [html[at:start], _merged(found[2], attributes), _MARK, ">"]
            at = found.end()
        elif at == 0 and tag in _AROUND and place + 1 < len(look):
            before += f"<{tag}{_written(attributes)}{_MARK}>"
            after = f"</{tag}>" + after
        elif place == 0 or at == len(skipped):
            return html
        else:
            break
    return before + "".join(inside) + html[at:] + after


def aligned(look: Look) -> Look:
    """What is left of a look on a page that has not the blog's: how its text is aligned."""
    content = next((place for place, (tag, _a) in enumerate(look) if tag != "div"), len(look) - 1)
    if any(tag == "table" for tag, _attributes in look):
        return ()
    side = next((found for _tag, attributes in look if (found := _side(dict(attributes)))), "")
    tag = look[content][0] if look[content][0] != "img" else "figure"  # a picture is rendered in one
    return ((tag, (("style", f"text-align:{side}"),)),) if side else ()


def _side(values: dict[str, str]) -> str:
    found = _ALIGNMENT.search(values.get("style", "")[:_LONGEST])
    if found is not None:
        return found[1].lower()
    names = values.get("class", "").split()[:_MOST_CLASSES]
    return next((found[1] for name in names if (found := _ALIGNING.match(name))), "")


def _skipped(html: str, tag: str) -> str:
    """What was rendered around the element that a look begins with, where the blog has nothing."""
    pattern = {"pre": _CODE, "img": _FIGURE}.get(tag)
    found = pattern.match(html) if pattern is not None else None
    return found[0] if found is not None else ""


def _is_same(tag: str, rendered: str) -> bool:
    return tag == rendered or (tag in _HEADINGS and rendered in _HEADINGS)


def _merged(own: str, attributes: tuple[tuple[str, str], ...]) -> str:
    """The attributes of what was rendered with those of a look."""
    values = dict(attributes)
    found = _OWN_CLASS.search(own)
    if found is not None and "class" in values:
        more = [name for name in values["class"].split() if name not in found[1].split()]
        values["class"] = " ".join([found[1], *more])
        own = own[: found.start()] + own[found.end() :]
    names = [name for name in values if f" {name}=" not in own]
    return own + _written(tuple((name, values[name]) for name in names))


@lru_cache(maxsize=2000)
def _written(attributes: tuple[tuple[str, str], ...]) -> str:
    written = ""
    for name, value in attributes:
        if name == "class":
            # Names of our own page are not for the blog's elements.
            names = (n for n in value.split()[:_MOST_CLASSES] if len(n) <= _LONGEST_CLASS)
            value = " ".join(name for name in names if not name.startswith("pd-"))
        elif name == "style":
            value = _harmless(value)
        elif not (name in ("width", "height") and value.isascii() and value.isdigit() and len(value) <= 4):
            continue
        written += f' {name}="{escape(value)}"' if value else ""
    return written


def _harmless(style: str) -> str:
    if _PLAIN.fullmatch(style):
        return style
    if len(style) > _LONGEST:
        return ""
    from postdesk.markup.appearance.sheets import style_in_place  # for few posts

    return style_in_place(style)
