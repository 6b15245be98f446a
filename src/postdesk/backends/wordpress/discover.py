"""Finds WordPress's REST interface from whatever address the writer pasted. No credential is sent here.

First by the links that the site itself gives (the `Link` header and the `<link>` of a page), then where the
interface usually lies: `wp-json/`, or `?rest_route=/` with plain permalinks, in the folder of the address
and in those above it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit, urlunsplit

import httpx2

from postdesk.backends.base import Found
from postdesk.backends.failures import shown_address
from postdesk.backends.http import Answer, exchange, read_json
from postdesk.backends.wordpress.refusals import code_of
from postdesk.backends.wordpress.wire import web_address
from postdesk.core.errors import BackendError, Intercepted, NotABlog, OutcomeUnknown, Unreachable
from postdesk.core.language import _
from postdesk.core.tokens import Kind, cut

KIND = "wordpress"

_REL = "https://api.w.org/"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_TAIL = re.compile(r"/(wp-admin|wp-login\.php|xmlrpc\.php|wp-json|index\.php|feed)(/.*)?$")
_TRACES = re.compile(rb"wp-content/|wp-includes/|content=[\"']WordPress", re.IGNORECASE)
_NAMED_ROOT = re.compile(r"<([^>]*)>\s*;\s*rel=\"?https://api\.w\.org/\"?")
_HOPS = 5
_DEADLINE_S = 20.0
_PAGE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page that an address led to, after redirects; `url` is where it ended."""

    url: str
    answer: Answer


def recognise(address: str, client: httpx2.Client) -> Found | None:
    """The blog at `address`, as pasted: with or without scheme, a post's, the administration's, `xmlrpc.php`.

    None when it is no web address at all. Raises `NotABlog`, `Intercepted`, `Unreachable`, `OutcomeUnknown`.
    """
    candidates = _candidates(address)
    failure: BackendError | None = None
    for url in candidates:
        try:
            return _look(url, client)
        except (Unreachable, Intercepted, OutcomeUnknown) as error:
            failure = failure or error  # what the encrypted address said counts for more
        except NotABlog as error:
            if len(candidates) == 1 or url.startswith("http://"):
                raise failure if isinstance(failure, Intercepted) else error from None
            failure = error
    if failure:
        raise failure
    return None


def _candidates(address: str) -> list[str]:
    """The addresses to try: as given, or encrypted first and then not."""
    text = address.strip().strip("<>")
    if not text or text.startswith(("/", ".", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        return []  # a folder
    given = _SCHEME.match(text)
    if given and given.group().lower() not in ("http://", "https://"):
        return []
    found = []
    for url in [text] if given else [f"https://{text}", f"http://{text}"]:
        try:
            parts = urlsplit(url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return []
        host = parts.hostname or ""
        if not re.search(r"[.:]", host) and host != "localhost":
            return []  # a word is no address
        named = f"[{host}]" if ":" in host else host
        path = _TAIL.sub("/", parts.path) or "/"
        found.append(urlunsplit((parts.scheme.lower(), named + port, path, "", "")))
    return found


def _look(url: str, client: httpx2.Client) -> Found:
    page = _page(url, client)
    closed: Answer | None = None
    for root in _roots(page):
        try:
            seen = _page(root, client)
            value = read_json(seen.answer)
        except (Intercepted, OutcomeUnknown, NotABlog):
            continue
        if _is_root(value):
            return _found(url, seen.url, value)
        if code_of(value) and code_of(value) != "rest_no_route":
            closed = seen.answer
    moved = urlsplit(page.url).hostname != urlsplit(url).hostname
    details = page.answer.details
    if closed is not None or _TRACES.search(page.answer.body):
        raise NotABlog(
            _("{address} is a WordPress blog, but its REST interface is closed.").format(
                address=shown_address(url)
            ),
            _("Nothing was changed there and no password was sent."),
            _(
                "Ask whoever runs the blog to open it for signed-in users (a security plug-in is the usual cause)."
            ),
            details=(closed or page.answer).details,
        )
    if page.answer.status == 511 or moved:
        raise Intercepted(
            _("{address} leads on to {other}, and there is no WordPress blog.").format(
                address=shown_address(url), other=shown_address(page.url)
            ),
            _("No password was sent."),
            _("If this network wants a sign-in, open a browser and sign in there; then try again."),
            details=details,
        )
    if page.answer.status >= 500:
        raise OutcomeUnknown(
            _("The server at {address} is in trouble (status {status}).").format(
                address=shown_address(url), status=page.answer.status
            ),
            _("No password was sent."),
            _("Try again in a few minutes."),
            details=details,
        )
    raise NotABlog(
        _("There is no WordPress blog at {address}.").format(address=shown_address(url)),
        _("Nothing was changed there and no password was sent."),
        _(
            "Open the blog in a browser and copy its address from there. If this network wants a sign-in,"
            " sign in first."
        ),
        details=details,
    )


def _page(url: str, client: httpx2.Client) -> _Seen:
    """The page at `url`, after at most five redirects; only web addresses are gone to. Nothing secret is
    sent."""
    for _hop in range(_HOPS):
        try:
            answer = exchange(client, "GET", url, deadline_s=_DEADLINE_S, limit_bytes=_PAGE_BYTES)
        except OutcomeUnknown as error:
            if "over" not in error.details:
                raise
            # A page longer than that: its links are not read, the usual places still are.
            return _Seen(url, Answer("GET", url, 200, httpx2.Headers({"content-type": "text/html"}), b""))
        target = answer.headers.get("location", "")
        if not 300 <= answer.status < 400 or not target:
            return _Seen(url, answer)
        url = web_address(urljoin(url, target))
        if not url:
            break
    raise NotABlog(
        _("{address} sends visitors round in circles.").format(address=shown_address(url)),
        _("Nothing was changed there and no password was sent."),
        _("Open the blog in a browser and copy the address that it shows there."),
    )


def _roots(page: _Seen) -> Iterator[str]:
    """Where the interface may be: named by the site first, then guessed, from the address's folder
    upwards."""
    given: list[str] = _NAMED_ROOT.findall(page.answer.headers.get("link", ""))
    if page.answer.body[:1] != b"{":
        given += _links(page.answer.body.decode("utf-8", "replace"))
    tried: set[str] = set()
    for link in given:
        root = web_address(urljoin(page.url, link))
        if root and root not in tried:
            tried.add(root)
            yield root
    parts = urlsplit(page.url)
    folders = [name for name in parts.path.split("/") if name]
    # The address's own folder, the two above it (a post's lie deeper), and the top.
    depths = sorted({len(folders), max(0, len(folders) - 1), 1 if folders else 0, 0}, reverse=True)
    for depth in depths:
        base = urlunsplit((parts.scheme, parts.netloc, "/".join(["", *folders[:depth], ""]), "", ""))
        for guess in (base + "wp-json/", base + "?rest_route=/"):
            if guess not in tried:
                tried.add(guess)
                yield guess


def _links(page: str) -> list[str]:
    """The addresses of `<link rel="https://api.w.org/" href="…">`."""
    found = []
    for kind, _start, _end, tag, attributes in cut(page):
        if kind is Kind.START and tag == "link":
            values = dict(attributes)
            if _REL in values.get("rel", "").split() and values.get("href"):
                found.append(values["href"])
    return found


def _is_root(value: Any) -> bool:
    names = value.get("namespaces") if isinstance(value, Mapping) else None
    return isinstance(names, list) and "wp/v2" in names


def _found(asked: str, root: str, value: Mapping[str, Any]) -> Found:
    parts = urlsplit(root)
    if "rest_route" in parse_qs(parts.query):
        base = re.sub(r"index\.php$", "", parts.path)
        root = urlunsplit((parts.scheme, parts.netloc, parts.path, "rest_route=/", ""))
    else:
        base = re.sub(r"wp-json/?$", "", parts.path)
        root = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    home = web_address(value.get("home"))
    if not home or urlsplit(home)[:2] != parts[:2]:
        home = urlunsplit((parts.scheme, parts.netloc, base, "", ""))
    return Found(
        kind=KIND,
        name=html.unescape(str(value.get("name") or "")) or str(parts.hostname),
        address=home,
        options=MappingProxyType({"api": root, "markup": "blocks"}),
        question=_question(asked, root, home),
    )


def _question(asked: str, root: str, home: str) -> str:
    """What she has to agree to before the account is made; "" for nothing."""
    sentences = []
    if urlsplit(asked)[:2] != urlsplit(root)[:2]:
        sentences.append(
            _("{address} redirects to {other}. Use {other}?").format(
                address=shown_address(asked), other=shown_address(home)
            )
        )
    if root.startswith("http://"):
        sentences.append(
            _(
                "The connection to {address} is not encrypted: others on the network can read your password."
                " Use it all the same?"
            ).format(address=shown_address(home))
        )
    return " ".join(sentences)
