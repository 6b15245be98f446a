"""The second wall of the preview: HTML with everything taken out that runs, loads, sends, or leaves the page.

The first wall is the engine's settings and the page's content security policy; this one holds without them. It keeps
a list of what may stay (elements, attributes, schemes of links) and writes the page anew from what `tokens` read, so
that what was not understood cannot come out. What comes out is balanced: no element reaches beyond its
block.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable

from postdesk.core import tokens
from postdesk.core.language import _
from postdesk.markup.postlinks import SCHEME, post_id_of

Picture = Callable[[str], str | None]
Style = Callable[[str], str]

_VOID = frozenset(["br", "hr", "img", "wbr", "col", "input"])
# Gone with everything inside.
_DROPPED = frozenset(
    "script style iframe frame frameset object embed applet noscript noembed noframes template svg math canvas audio "
    "video portal select textarea title head xmp plaintext dialog marquee fencedframe".split()
)
# Of these only what is inside stays, as for every element that is not known.
_KEPT = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn "
    "div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd li main mark nav ol p pre "
    "q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u "
    "ul var wbr".split()
)
_EVERYWHERE = frozenset(["class", "dir", "lang", "title"])
_OWN: dict[str, frozenset[str]] = {
    "a": frozenset(["href"]),
    "img": frozenset(["alt", "width", "height"]),
    "input": frozenset(["checked", "disabled"]),
    "ol": frozenset(["start", "reversed", "type"]),
    "li": frozenset(["value"]),
    "td": frozenset(["colspan", "rowspan", "align"]),
    "th": frozenset(["colspan", "rowspan", "align", "scope"]),
    "col": frozenset(["span"]),
    "colgroup": frozenset(["span"]),
    "details": frozenset(["open"]),
    "time": frozenset(["datetime"]),
    "blockquote": frozenset(["cite"]),
    "q": frozenset(["cite"]),
}
_NUMERIC = frozenset(["width", "height", "colspan", "rowspan", "span", "start", "value"])
_LONGEST_STYLE = 2000  # characters
_LIMIT = 200  # open elements; deeper ones are left out, what is inside them stays
_ALIGNED = re.compile(r"text-align:\s*(left|right|center)\s*;?\Z", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_REMOTE = re.compile(r"(?:https?:)?[/\\]{2}", re.IGNORECASE)
# Browsers take these out of addresses, or read over them, before they look for the scheme.
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
# The page's own names (ids, classes of its frame) are not for the writer's text.
_ANCHOR = re.compile(r"(?:fn|fnref\d*):[^\s\"'<>]{1,200}\Z")


def clean(html: str, picture: Picture, remote_allowed: bool, style: Style | None = None) -> str:
    """`html` made harmless. Never raises.

    `picture` gets the reference of a picture as it is in the text and gives the address under which the preview
    serves it, or None where it is not to be shown; it decides about remote pictures too, and is asked for them only
    when `remote_allowed`. One without encryption is shown only from another place. A picture that is not shown leaves
    a sentence in its place. `style` makes a style attribute harmless; without it only the alignment of cells stays.
    """
    cleaner = _Cleaner(picture, remote_allowed, style)
    try:
        tokens.read(html, cleaner)
    except Exception:
        # A parser that stumbles has shown nothing yet that was not checked; the rest is shown as text.
        return cleaner.result() + _as_text(html)
    return cleaner.result()


def safe_link(address: str) -> str | None:
    """`address` if it leads to the web, to a mail to be written, to another post of hers, or to a place on the same
    page; otherwise None.

    Of a mail only the addressee, the subject and the text are kept.
    """
    plain = _INVISIBLE.sub("", address)
    if plain.startswith("#"):
        return plain
    if post_id := post_id_of(plain):
        return SCHEME + post_id
    if not _LINK.match(plain):
        return None
    if plain[:7].lower() == "mailto:":
        return _mail(plain)
    return plain


def _mail(address: str) -> str | None:
    """A mailto: address without attachments and further headers."""
    addressee, _mark, query = address.partition("?")
    if re.search(r"%0[ad]", addressee, re.IGNORECASE):
        return None
    kept = []
    for part in query.split("&"):
        name, _equals, value = part.partition("=")
        if name.lower() in ("subject", "body") and not re.search(r"%0[ad]", value, re.IGNORECASE):
            kept.append(f"{name.lower()}={value}")
    return addressee + ("?" + "&".join(kept) if kept else "")


def _as_text(source: str) -> str:
    return f'<pre class="as-typed">{html.escape(source, quote=False)}</pre>'


class _Cleaner:
    """Writes anew what `tokens.read` tells."""

    def __init__(self, picture: Picture, remote_allowed: bool, style: Style | None) -> None:
        self._style = style
        self._picture = picture
        self._remote_allowed = remote_allowed
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []
        self._dropped: Counter[str] = Counter()  # how often each is in `_dropping`

    def result(self) -> str:
        """What is there, with all that is open closed."""
        return "".join(self._out) + "".join(f"</{tag}>" for tag in reversed(self._open))

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        if tag in _DROPPED and tag not in ("embed", "frame"):  # these two have no inside
            self._dropping.append(tag)
            self._dropped[tag] += 1
        if self._dropping or tag not in _KEPT or (tag not in _VOID and len(self._open) >= _LIMIT):
            return
        values = dict(reversed(attributes))  # the first of two wins, as in browsers
        if tag == "img":
            self._image(values)
            return
        if tag == "input" and values.get("type", "").strip().lower() != "checkbox":
            return
        written = self._attributes(tag, values)
        if tag == "input":
            written = ' type="checkbox" disabled' + (" checked" if "checked" in values else "")
        self._out.append(f"<{tag}{written}>")
        if tag not in _VOID:
            self._open.append(tag)

    def end(self, tag: str) -> None:
        if self._dropping:
            while self._dropped[tag]:  # the innermost one of its name, and whatever is open in it
                gone = self._dropping.pop()
                self._dropped[gone] -= 1
                if gone == tag:
                    break
            return
        if tag not in self._open:
            return
        while True:
            closed = self._open.pop()
            self._out.append(f"</{closed}>")
            if closed == tag:
                break

    def text(self, words: str) -> None:
        if not self._dropping:
            self._out.append(html.escape(words, quote=False))

    def _attributes(self, tag: str, values: dict[str, str]) -> str:
        allowed = _OWN.get(tag, frozenset())
        written = []
        for name, value in reversed(values.items()):
            if name == "href" and tag == "a":
                address = safe_link(value)
                if address is not None:
                    written.append(("href", address))
            elif name == "cite":
                continue
            elif name == "id":
                if _ANCHOR.match(value):
                    written.append((name, value))
            elif name == "style":
                aligned = _ALIGNED.match(value.strip())
                if aligned is not None and tag in ("td", "th"):
                    written.append(("style", f"text-align: {aligned[1].lower()};"))
                elif (
                    self._style is not None and len(value) <= _LONGEST_STYLE and (kept := self._style(value))
                ):
                    written.append((name, kept))
            elif name in _NUMERIC:
                if name in allowed and value.isascii() and value.isdigit() and len(value) <= 4:
                    written.append((name, value))
            elif name in allowed or name in _EVERYWHERE:
                written.append((name, value))
        return "".join(f' {name}="{html.escape(value)}"' for name, value in written)

    def _image(self, values: dict[str, str]) -> None:
        reference = values.get("src", "")
        alt = values.get("alt", "")
        plain = _INVISIBLE.sub("", reference)
        remote = _REMOTE.match(plain) is not None
        address = None
        refusal = _("Picture not in the library")
        if remote and not self._remote_allowed:
            refusal = _("Picture on the web, not loaded")
        elif plain and (remote or not _SCHEME.match(plain)):
            address = self._picture(reference)
            if remote and plain[:8].lower() != "https://":
                refusal = _("Picture without a safe address, not loaded")
                if address is not None and _REMOTE.match(address):
                    address = None  # a copy may be shown in its place
        if address is None:
            words = f"{refusal}: {alt}" if alt else refusal
            self._out.append(
                f'<span class="no-picture" title="{html.escape(plain[:300])}">{html.escape(words)}</span>'
            )
            return
        written = self._attributes("img", values)
        self._out.append(f'<img src="{html.escape(address)}"{written}>')
