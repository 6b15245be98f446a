"""What a card says of the source it holds: its kind in words, its first words, and which picture stands for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urlsplit

from postdesk.core.language import _, ngettext
from postdesk.markup.cards import one_line

_ENOUGH = 20_000  # characters of a source that are read for its words
_COUNTED = 400_000  # characters of a source in which pictures are counted
_LONGEST = 160  # characters of the words: more than a line holds
_DELIMITER = re.compile(
    r"<!--\s{1,9}(?P<closer>/)?wp:(?P<name>[a-z][a-z0-9_-]{0,60}(?:/[a-z][a-z0-9_-]{0,60})?)"
    r"(?P<rest>(?:(?!-->).){0,4000}?)(?P<void>/)?-->",
    re.DOTALL,
)
_OPENING = re.compile(r"<!--\s{1,9}wp:(?P<name>[a-z][a-z0-9_-]{0,60}(?:/[a-z][a-z0-9_-]{0,60})?)\s")
_SHORTCODE = re.compile(r"\[([A-Za-z][\w-]{0,60})([^\[\]]{0,2000})\]")
_BARE = re.compile(r"https?://\S{1,2000}\Z")
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9-]{0,40})")
_NO_WORDS = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s{0,9}>|\Z)|</?[A-Za-z][^<>]{0,4000}>",
    re.DOTALL | re.IGNORECASE,
)
_IMG = re.compile(r"<img\b[^<>]{0,4000}>", re.IGNORECASE)
_FRAME = re.compile(r"<(?:iframe|embed|object)\b[^<>]{0,4000}", re.IGNORECASE)
_CODE = re.compile(r"<(?:script|style|form|svg|canvas)\b", re.IGNORECASE)
_URL = re.compile(r'"url":"([^"\\]{1,2000})"')
_GHOST = re.compile(r"<!--\s{0,9}kg-card-begin:\s{0,9}(\w{1,40})")


@dataclass(frozen=True, slots=True)
class CardWords:
    """Plain text, one line each, fit to be painted; `picture` is the `src` of the first picture as it stands, or ""."""

    kind: str
    words: str = ""
    picture: str = ""


def card_words(source: str) -> CardWords:
    """What the card of a source says. Reads its beginning, so that a source of megabytes costs what a page does."""
    head = source[:_ENOUGH].strip()
    picture = _picture(head)
    kind = _kind(source, head)
    return CardWords(one_line(kind, 80), _words(head), picture)


def _kind(source: str, head: str) -> str:
    if _DELIMITER.match(head) or _OPENING.match(head):
        return _block(source, head)
    ends = _ends(head) if len(source) <= _ENOUGH else None
    if ends is not None and ends != ([], []):
        return _frame(*ends)
    if ghost := _GHOST.match(head):
        return _("Card: {name}").format(name=ghost[1])
    if head.startswith("<!--"):
        return _comment(head)
    if (found := _SHORTCODE.match(head)) is not None:
        return _shortcode(found[1].lower(), found[2])
    if _BARE.match(head):
        return _embed(head)
    return _tagged(source, head)


def _block(source: str, head: str) -> str:
    ends = _ends(head) if len(source) <= _ENOUGH else ([], [])
    if ends != ([], []):
        return _frame(*ends)
    opening = _OPENING.match(head)
    name = _short_name(opening["name"] if opening else "")
    return _named(name, source, head)


def _named(name: str, source: str, head: str) -> str:
    """The kind of a whole block."""
    if name == "gallery":
        return _gallery(len(_IMG.findall(source[:_COUNTED])))
    if name == "embed" or name.startswith("core-embed/"):
        url = _URL.search(head)
        return _embed(url[1] if url else "")
    if name in ("html", "freeform"):
        return _tagged(source, head[head.find("-->") + 3 :].strip())
    if name == "shortcode":
        found = _SHORTCODE.search(head)
        return _shortcode(found[1].lower(), found[2]) if found else _("Shortcode")
    return _name_in_words(name)


def _ends(head: str) -> tuple[list[str], list[str]]:
    """The names of blocks that end here and began before, and of those that begin here and end later."""
    ended: list[str] = []
    begun: list[str] = []
    for found in _DELIMITER.finditer(head):
        if found["void"]:
            continue
        if not found["closer"]:
            begun.append(_short_name(found["name"]))
        elif begun:
            begun.pop()
        else:
            ended.append(_short_name(found["name"]))
    return ended, begun


def _frame(ended: list[str], begun: list[str]) -> str:
    """The kind of a source that holds one end of a container alone; of several, the outermost counts."""
    said = []
    if ended:
        said.append(_("End of {kind}").format(kind=_name_in_words(ended[-1])))
    if begun:
        said.append(_("Start of {kind}").format(kind=_name_in_words(begun[0])))
    return ", ".join(said)


def _tagged(source: str, head: str) -> str:
    found = _TAG.match(head)
    tag = found[1].lower() if found else ""
    if tag == "iframe" or (tag in _LOOSE and _FRAME.search(head)):
        frame = _FRAME.search(head)
        return _embed(_attribute(frame[0], "src") if frame else "")
    if tag in ("figure", "img", "a"):
        pictures = len(_IMG.findall(source[:_COUNTED]))
        if pictures:
            return _gallery(pictures) if pictures > 1 else _("Picture")
    if tag in _LOOSE and re.search(r"<table\b", head, re.IGNORECASE):
        return _("Table")
    if tag in _TAGS:
        return _TAGS[tag]()
    if not tag and head and not _CODE.search(head):
        return _("Text")
    return _("Code of the page")


def _shortcode(name: str, attributes: str) -> str:
    if name == "gallery":
        ids = re.search(r"\bids\s*=\s*[\"']?([\d,\s]*)", attributes)
        count = len([each for each in ids[1].split(",") if each.strip()]) if ids else 0
        return _gallery(count)
    if name in ("caption", "wp_caption"):
        return _("Picture with a caption")
    return _("Shortcode [{name}]").format(name=name)


def _comment(head: str) -> str:
    if head.startswith("<!--more"):
        return _("Read more")
    if head.startswith("<!--nextpage"):
        return _("Page break")
    rest = _NO_WORDS.sub("", head, count=1).strip()
    return _("Code of the page") if rest else _("Comment")


def _gallery(count: int) -> str:
    if not count:
        return _("Gallery")
    return ngettext("Gallery, {count} picture", "Gallery, {count} pictures", count).format(count=count)


def _embed(address: str) -> str:
    try:
        host = urlsplit(unescape(address)).hostname or ""
    except ValueError:
        host = ""
    return _("Embed: {host}").format(host=host.removeprefix("www.")) if host else _("Embed")


def _words(head: str) -> str:
    """The first words a reader would see, else what else tells one source from another."""
    shown = one_line(unescape(_NO_WORDS.sub(" ", head)), _LONGEST)
    if shown:
        return shown
    image = _IMG.search(head)
    if image is not None:
        alt = one_line(_attribute(image[0], "alt"), _LONGEST)
        return alt or one_line(
            unquote(_attribute(image[0], "src").split("?")[0].rpartition("/")[2]), _LONGEST
        )
    frame = _FRAME.search(head)
    if frame is not None:
        return one_line(_attribute(frame[0], "src"), _LONGEST)
    code = re.search(r"<(?:script|style)\b[^<>]{0,4000}>([^<]{1,2000})", head, re.DOTALL | re.IGNORECASE)
    if code is not None:
        return one_line(code[1], _LONGEST)
    url = _URL.search(head)
    return one_line(url[1], _LONGEST) if url else ""


def _picture(head: str) -> str:
    image = _IMG.search(head)
    return _attribute(image[0], "src") if image else ""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", tag, re.IGNORECASE)
    return unescape(found[1] or found[2] or found[3] or "").strip() if found else ""


def _short_name(name: str) -> str:
    return name.removeprefix("core/")


def _name_in_words(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]()
    if "/" in name:
        return _("Block “{name}”").format(name=name)
    return name.replace("-", " ").replace("_", " ").capitalize()


# What is only known by what stands in it.
_LOOSE = frozenset(["div", "p", "section", "article", "span", "center", "figure", "aside", "main"])
# A name is looked up when it is shown, as the language may not be known before.
_TAGS: dict[str, Callable[[], str]] = {
    "table": lambda: _("Table"),
    "form": lambda: _("Form"),
    "video": lambda: _("Video"),
    "audio": lambda: _("Sound"),
    "object": lambda: _("Embed"),
    "embed": lambda: _("Embed"),
    "svg": lambda: _("Drawing"),
    "details": lambda: _("Details"),
    "ul": lambda: _("List"),
    "ol": lambda: _("List"),
    "dl": lambda: _("List"),
    "blockquote": lambda: _("Quotation"),
    "pre": lambda: _("Preformatted text"),
    "hr": lambda: _("Separator"),
    "h1": lambda: _("Heading"),
    "h2": lambda: _("Heading"),
    "h3": lambda: _("Heading"),
    "h4": lambda: _("Heading"),
    "h5": lambda: _("Heading"),
    "h6": lambda: _("Heading"),
}
# WordPress' own blocks, by their names in block markup; those of 6.9.
_NAMES: dict[str, Callable[[], str]] = {
    "archives": lambda: _("Archives"),
    "audio": lambda: _("Sound"),
    "block": lambda: _("Pattern of the blog"),
    "button": lambda: _("Button"),
    "buttons": lambda: _("Buttons"),
    "calendar": lambda: _("Calendar"),
    "categories": lambda: _("List of categories"),
    "code": lambda: _("Code"),
    "column": lambda: _("Column"),
    "columns": lambda: _("Columns"),
    "cover": lambda: _("Cover"),
    "details": lambda: _("Details"),
    "file": lambda: _("File to download"),
    "footnotes": lambda: _("Footnotes"),
    "gallery": lambda: _("Gallery"),
    "group": lambda: _("Group"),
    "heading": lambda: _("Heading"),
    "image": lambda: _("Picture"),
    "latest-comments": lambda: _("Latest comments"),
    "latest-posts": lambda: _("Latest posts"),
    "list": lambda: _("List"),
    "list-item": lambda: _("Item of a list"),
    "math": lambda: _("Formula"),
    "media-text": lambda: _("Picture and text"),
    "more": lambda: _("Read more"),
    "nextpage": lambda: _("Page break"),
    "paragraph": lambda: _("Paragraph"),
    "preformatted": lambda: _("Preformatted text"),
    "pullquote": lambda: _("Pull quote"),
    "query": lambda: _("List of posts"),
    "quote": lambda: _("Quotation"),
    "rss": lambda: _("Feed"),
    "search": lambda: _("Search field"),
    "separator": lambda: _("Separator"),
    "social-links": lambda: _("Links to social sites"),
    "spacer": lambda: _("Space"),
    "table": lambda: _("Table"),
    "tag-cloud": lambda: _("Tag cloud"),
    "verse": lambda: _("Verse"),
    "video": lambda: _("Video"),
}
