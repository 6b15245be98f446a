"""Links from post to post, `[words](post:<id>)`: found in rendered HTML, and given the address of a blog."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

SCHEME = "post:"
_ID = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}\Z")
# Possessive, and of limited length, so that a page of opened quotation marks costs no more than its length.
_TAG = re.compile(r"""<a\s(?:[^<>"']++|"[^"]{0,4000}+"|'[^']{0,4000}+'){0,100}+>|</a\s*>""", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def post_id_of(address: str) -> str:
    """The id of the post that an address leads to, "" for any other address."""
    post_id = address.strip()[len(SCHEME) :] if address.strip()[: len(SCHEME)].lower() == SCHEME else ""
    return post_id if _ID.match(post_id) else ""


def linked_posts(page: str) -> tuple[str, ...]:
    """The ids of the posts that `page` (HTML) links to, each once, in its order."""
    if SCHEME not in page.lower():
        return ()
    found = (_target(tag[0]) for tag in _TAG.finditer(page))
    return tuple(dict.fromkeys(post_id_of(target) for target in found if post_id_of(target)))


def with_addresses(page: str, addresses: Mapping[str, str]) -> str:
    """`page` (HTML) with every link to a post leading to its address; of one that has none the words stay alone."""
    if SCHEME not in page.lower():
        return page
    bare = False

    def exchanged(match: re.Match[str]) -> str:
        nonlocal bare
        tag = match[0]
        if tag[1] == "/":
            was, bare = bare, False
            return "" if was else tag
        target = _target(tag)
        if not target.strip().lower().startswith(SCHEME):
            bare = False
            return tag
        address = addresses.get(post_id_of(target))
        bare = not address
        return _HREF.sub(lambda _old: f'href="{html.escape(address)}"', tag, count=1) if address else ""

    return _TAG.sub(exchanged, page)


def _target(tag: str) -> str:
    found = _HREF.search(tag)
    return html.unescape(found[1] or found[2] or found[3] or "") if found else ""
