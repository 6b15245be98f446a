"""A blog as a reader who is not signed in gets it: a page's text and whether a picture answers, asked politely.

No password, no cookie. Redirects are followed here and nowhere else, as a browser does, but only on the same site: what
a page on the internet sends on to another host, which may be a machine of this house, is named and not asked. What
comes back is text to compare with, never shown; files that a page names (`file`) are for whoever makes them harmless
first. Blogs on this computer or in this house are asked like any other: it is the writer who named them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from postdesk.core.cancel import Cancel

if TYPE_CHECKING:  # with it comes all of TLS
    import httpx2

LARGEST_PAGE = 4 * 1024 * 1024  # bytes
PATIENCE_S = 15.0  # for one exchange, whole
_HOPS = 5
_FIRST_BYTES = 64 * 1024  # of a picture, from a server that knows no HEAD and sends all of it
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset=["']?([\w-]{1,40})""", re.IGNORECASE)
# Python has encodings that are none of a page, and some whose cost grows faster than their text.
_ENCODING = re.compile(
    r"utf-?8|utf-?16|us-ascii|(iso-?8859|windows|cp)-?\d{1,4}|koi8-[ru]|gb(k|2312|18030)|big5|shift[_-]jis|"
    r"euc-(jp|kr)|macintosh"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TELL_A_CACHE = (
    "x-cache",
    "cf-cache-status",
    "x-proxy-cache",
    "x-litespeed-cache",
    "x-cache-status",
    "x-varnish-cache",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a reader got. `status` of the last answer; `text` the page's HTML ("" for none); `elsewhere` the host to
    which it sends readers on, "" for none; `cached` whether something in front of the blog says that it kept this."""

    status: int
    text: str = ""
    elsewhere: str = ""
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came: where from after all redirects, its media type in lower case, its bytes, and all of the
    header that tells its encoding."""

    address: str
    kind: str
    body: bytes
    content_type: str

    @property
    def text(self) -> str:
        """The bytes as text, by the encoding that they came with or begin with, else UTF-8."""
        return decoded(self.body.removeprefix(b"\xef\xbb\xbf"), {"content-type": self.content_type})


class Visitor:
    """Asks over the one HTTP client, which `http` gives. For a task: every call waits for a server, `PATIENCE_S` at
    most. Raises the `BackendError`s of `http.exchange`, and `Cancelled`."""

    def __init__(self, http: Callable[[], httpx2.Client]) -> None:
        self._http = http

    def page(self, address: str, cancel: Cancel, *, fresh: str = "") -> Visit:
        """The page at `address`. `fresh`: a word that makes the address one that no cache has seen."""
        from postdesk.backends.http import exchange

        if fresh:
            address += ("&" if "?" in address else "?") + "fresh=" + fresh
        headers = {"Accept": "text/html,application/xhtml+xml"}
        if fresh:
            headers["Cache-Control"] = "no-cache"
        for _hop in range(_HOPS):
            answer = exchange(
                self._http(), "GET", address, headers=headers, deadline_s=PATIENCE_S, limit_bytes=LARGEST_PAGE,
                cancel=cancel,
            )  # fmt: skip
            to = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not to:
                return Visit(
                    answer.status, decoded(answer.body, answer.headers), cached=is_kept(answer.headers)
                )
            there = next_address(address, to)
            if not is_same_site(address, there):
                return Visit(answer.status, elsewhere=_host(there))
            address = there
        return Visit(answer.status)

    def picture(self, address: str, cancel: Cancel) -> int:
        """The status with which a picture answers, 0 where a page came in its place; as few of its bytes as the server
        lets us have."""
        from postdesk.backends.http import exchange
        from postdesk.core.errors import OutcomeUnknown

        status = 0
        for method, headers in (("HEAD", {}), ("GET", {"Range": "bytes=0-31"})):
            for _hop in range(_HOPS):
                try:
                    answer = exchange(
                        self._http(), method, address, headers={"Accept": "image/*", **headers}, deadline_s=PATIENCE_S,
                        limit_bytes=_FIRST_BYTES, cancel=cancel,
                    )  # fmt: skip
                except OutcomeUnknown as error:
                    if "bytes" in error.details and method == "GET":
                        return 200  # it has more to give than was asked for
                    raise
                status = answer.status
                to = answer.headers.get("location", "")
                if status not in (301, 302, 303, 307, 308) or not to:
                    break
                there = next_address(address, to)
                if not is_same_site(address, there):
                    return 200  # a store of files elsewhere: a browser goes there, and it is not ours to ask
                address = there
            if status not in (400, 403, 404, 405, 501):  # some servers answer only a GET rightly
                return 0 if answer.headers.get("content-type", "").startswith("text/html") else status
        return status

    def file(
        self, address: str, home: str, cancel: Cancel, *, accept: str, limit_bytes: int, seconds: float
    ) -> Fetched | None:
        """A file that a page of the blog at `home` names; None where there is none, it is longer than `limit_bytes`,
        or is not ours to ask for: on another host only machines of the public net are asked, and a page that came
        encrypted gets nothing that does not."""
        from postdesk.backends.http import exchange
        from postdesk.backends.transport import PrivateAddress
        from postdesk.core.errors import BackendError

        for _hop in range(_HOPS + 1):
            if not is_web(address) or (home.startswith("https:") and not address.startswith("https:")):
                return None
            try:
                answer = exchange(
                    self._http(), "GET", address, headers={"Accept": accept}, deadline_s=seconds,
                    limit_bytes=limit_bytes, cancel=cancel, public_only=not is_neighbour(home, address),
                )  # fmt: skip
            except (BackendError, PrivateAddress):
                return None
            to = answer.headers.get("location", "")
            if answer.status in (301, 302, 303, 307, 308) and to:
                address = next_address(address, to)
                continue
            said = answer.headers.get("content-type", "")
            kind = said.partition(";")[0].strip().lower()
            return Fetched(address, kind, answer.body, said) if answer.status == 200 else None
        return None


def is_neighbour(home: str, address: str) -> bool:
    """Whether a blog at `home` may send us to `address` wherever that is: its own site, or this computer where the
    blog is on this computer, too."""
    return is_same_site(home, address) or (_is_here(home) and _is_here(address))


def _is_here(address: str) -> bool:
    try:
        name = urlsplit(address).hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_web(address: str) -> bool:
    """Whether there is a page at `address` that can be asked for."""
    try:
        parts = urlsplit(address)
        return parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def next_address(address: str, to: str) -> str:
    """Where a redirect from `address` leads, "" for nowhere."""
    try:
        there = urljoin(address, to)
    except ValueError:
        return ""
    return there if is_web(there) else ""


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one site: the same host with or without `www.`, and the same port or both the
    usual one."""
    try:
        a, b = urlsplit(one), urlsplit(other)
        return _name(a) == _name(b) != "" and _port(a) == _port(b)
    except ValueError:
        return False


def is_kept(headers: Mapping[str, str]) -> bool:
    """Whether an answer says that it came from a cache (RFC 9111 `Age`, and what servers call it)."""
    age = headers.get("age", "").strip()
    if age.isascii() and age.isdigit() and int(age[:12]) > 0:
        return True
    return any("hit" in headers.get(name, "").lower() for name in _TELL_A_CACHE)


def decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """A page's text by the encoding that it says it has, UTF-8 where it says none that pages have."""
    said = re.search(r"charset=\"?([\w-]{1,40})", headers.get("content-type", ""), re.IGNORECASE)
    declared = None if said else _DECLARED.search(body[:2048])
    name = said[1] if said else declared[1].decode("ascii") if declared else "utf-8"
    if not _ENCODING.fullmatch(name.lower()):
        name = "utf-8"
    try:
        return body.decode(name, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _name(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def _port(parts: SplitResult) -> int | None:
    usual = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return None if usual else parts.port


def _host(address: str) -> str:
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return "?"
    return "".join(c for c in name if c.isprintable())[:100] or "?"
