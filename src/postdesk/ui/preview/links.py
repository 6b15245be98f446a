"""Which links may leave the preview: http, https and mailto, and of a mailto only what a letter needs.

A link to another post of hers (`post:`) stays in the window, and says which post it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from postdesk.core.language import _
from postdesk.markup.postlinks import SCHEME, post_id_of

_MAIL_FIELDS = ("subject", "body")


Titles = Callable[[str], str | None]
"""From a post's id to its title; "" where there is no such post, None where that is not known yet."""

_POST_LINK = re.compile(rf'<a href="{SCHEME}([0-9a-z_-]+)"')  # as `markup.clean` writes it


def followed(address: str) -> str | None:
    """What a click on a link of a post asks for: an address for the system, or `post:` and an id for the window; None
    when nothing may be opened."""
    post_id = post_id_of(address)
    return SCHEME + post_id if post_id else outgoing(address)


def titled(markup: str, titles: Titles) -> str:
    """Cleaned HTML whose links to posts say which post it is, or that there is none."""
    if f'"{SCHEME}' not in markup:
        return markup

    def place(match: re.Match[str]) -> str:
        title = titles(match[1])
        if title is None:
            return match[0]
        words = title or _("There is no such post in the library.")
        return f'{match[0]} class="{"" if title else "no-"}post" title="{html.escape(words)}"'

    return _POST_LINK.sub(place, markup)


def outgoing(address: str) -> str | None:
    """The address to hand to the system for a link of a post, or None when nothing may be opened.

    A mailto keeps its receivers, subject and body: `attach=` makes some mail programs send a file, and a line
    break in a field can become a header of its own (RFC 6068 section 7).
    """
    if any(ord(c) < 0x21 or ord(c) == 0x7F or c == "\\" for c in address):
        return None
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.lower()
        if scheme in ("http", "https"):
            return address if parts.hostname else None
        if scheme == "mailto" and not parts.netloc:
            return _letter(parts.path, parts.query)
    except ValueError:  # e.g. an unclosed bracket in the host
        return None
    return None


def _letter(path: str, query: str) -> str | None:
    fields = {name.lower(): value for name, value in reversed(parse_qsl(query, keep_blank_values=True))}
    receivers = ",".join(part for part in (unquote(path), fields.get("to", "")) if part)
    if "@" not in receivers or any(ord(c) < 0x21 for c in receivers):
        return None
    kept = [
        f"{name}={quote(' '.join(fields[name].split()), safe='')}" for name in _MAIL_FIELDS if name in fields
    ]
    return "mailto:" + quote(receivers, safe="@,+-_.") + ("?" + "&".join(kept) if kept else "")
