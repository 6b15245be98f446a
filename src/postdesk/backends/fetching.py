"""Fetches a file of a blog as any reader gets it, so that it can be kept: without a password, a cookie or a Referer.

Redirects are followed here as a browser does, also to another host, where pictures often lie; but only her own blog may
be a machine of this house: anybody else's address has to be one of the public net, at every hop and where the
connection is made (`transport.Watch`). What came is bytes for the caller to judge; what a header calls them does not
count.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

import httpx2

from postdesk.backends.asking import MOST_REDIRECTS, Origin, may_be_asked, origin_of
from postdesk.backends.http import busy, exchange, not_json
from postdesk.backends.reader import next_address
from postdesk.backends.transport import PrivateAddress
from postdesk.core.cancel import Cancel
from postdesk.core.errors import OutcomeUnknown

PATIENCE_S = 180.0  # for one file, whole: a large one over a slow line
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}


class Outcome(Enum):
    """What became of the question."""

    CAME = "came"
    UNCHANGED = "unchanged"  # as when it came last
    GONE = "gone"  # certain: there is nothing at that address any more
    CLOSED = "closed"  # not for readers who are not signed in
    TOO_LARGE = "too large"
    NOT_ASKED = "not asked"  # it leads to a machine of this house, or to no server of the web


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer. `is_framed`: the server said how long it is, and so long it was; otherwise nobody knows whether it is
    whole. `etag` and `changed` are what the server calls this version of it ("" for nothing)."""

    outcome: Outcome
    data: bytes = b""
    is_framed: bool = True
    etag: str = ""
    changed: str = ""


def own_origins(address: str) -> frozenset[Origin]:
    """All that the blog at `address` may be asked as: with and without `www.`, encrypted or not."""
    origin = origin_of(address)
    if origin is None:
        return frozenset()
    scheme, host, port = origin
    bare = host.removeprefix("www.")
    ways = _PORTS.items() if port == _PORTS[scheme] else ((scheme, port),)
    return frozenset((s, h, p) for s, p in ways for h in (bare, f"www.{bare}"))


def fetch(
    client: httpx2.Client,
    address: str,
    own: frozenset[Origin],
    cancel: Cancel,
    *,
    limit: int,
    etag: str = "",
    changed: str = "",
) -> Fetched:
    """Fetch what is at `address`, at most `limit` bytes; `own` are the origins of her blog, which alone may be on this
    machine. `etag` and `changed` of a version that is here already spare its way. For a task. Raises `Busy` where the
    server asks to wait, and what `exchange` raises."""
    here, among_hers = address, True
    for _hop in range(MOST_REDIRECTS + 1):
        # A stranger's redirect does not lead into her own house.
        among_hers = among_hers and origin_of(here) in own
        if not among_hers and not may_be_asked(here):
            return Fetched(Outcome.NOT_ASKED)
        headers = {"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
        if etag:
            headers["If-None-Match"] = etag
        elif changed:
            headers["If-Modified-Since"] = changed
        try:
            answer = exchange(
                client, "GET", here, headers=headers, deadline_s=PATIENCE_S, limit_bytes=limit, cancel=cancel,
                public_only=not among_hers,
            )  # fmt: skip
        except PrivateAddress:
            return Fetched(Outcome.NOT_ASKED)
        except OutcomeUnknown as error:
            if error.details.endswith(f"over {limit} bytes"):
                return Fetched(Outcome.TOO_LARGE)
            raise
        status, told = answer.status, answer.headers
        if status in _REDIRECTS and told.get("location"):
            there = next_address(here, told["location"])
            if not there or (urlsplit(here).scheme == "https" and urlsplit(there).scheme != "https"):
                return Fetched(Outcome.CLOSED)
            here = there
            continue
        if status == 304:
            return Fetched(Outcome.UNCHANGED)
        if status in (404, 410):
            return Fetched(Outcome.GONE)
        if status == 429 or (status == 503 and "retry-after" in told):
            raise busy(answer)
        if status >= 500:
            raise not_json(answer)
        if status not in (200, 203):
            return Fetched(Outcome.CLOSED)
        said = "content-length" in told or "chunked" in told.get("transfer-encoding", "").lower()
        framed = said and "content-encoding" not in told
        return Fetched(
            Outcome.CAME, answer.body, framed, told.get("etag", "")[:200], told.get("last-modified", "")[:64]
        )
    return Fetched(Outcome.CLOSED)  # it leads in a circle
