"""Asks an address that a post links to whether it answers, so that no reader is led to a page that is not there.

The text may come from elsewhere, and the question goes to whoever it names: nothing of hers goes along (no cookie, no
password, no Referer), machines of this house are never asked, nothing of an answer is read but its head, and only what
is certain counts as a link that leads nowhere. docs/decisions/029 has the reasons.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from enum import Enum

import httpx2

from postdesk.backends.failures import causes
from postdesk.backends.transport import WATCH, DeadlinePassed, PrivateAddress, Watch, is_public_address
from postdesk.core.cancel import Cancel
from postdesk.core.language import _

PATIENCE_S = 8.0  # for one address, all its redirects and both ways of asking
MOST_REDIRECTS = 8
_LONGEST = 4000  # characters of an address
_LOCAL = frozenset(("local", "localhost", "internal", "lan", "home", "intranet", "corp", "arpa", "onion"))
_PORTS = (80, 443)  # and those above 1023: mail and its like are not asked as if they were pages
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_FOR_GOOD = frozenset((301, 308))
# Who is asked to sign in, to pay or to slow down is not told whether the page is there. 999 is LinkedIn's.
_CLOSED = frozenset((401, 402, 407, 429, 451, 999))
_NO_NETWORK = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN))
_CERTIFICATES = (
    10,
    62,
    64,
)  # run out, another name, another address: readers get a warning in the page's place

_HOST = re.compile(rb"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9.%_-]+)?\]?")

Origin = tuple[str, str, int]
"""Scheme, host and port, in lower case."""


class Reach(Enum):
    """What became of the question."""

    ANSWERED = "answered"
    NOTHING = "nothing"  # certain: readers get no page there
    NO_SERVER = "no server"  # nobody has that name, or it could not be looked up without a network
    SILENT = "silent"  # no answer in time, or a server in trouble
    CLOSED = "closed"  # it answers, but not to programs
    PRIVATE = "private"  # not asked: it leads to a machine of this house, which no reader can open
    NOT_ASKED = "not asked"
    NO_NETWORK = "no network"  # not even a name could be looked up


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer. `why`: the rest of a sentence that begins with the link, "" where there is nothing to say.
    `moved_to`: where it has moved for good, "" for nowhere else."""

    reach: Reach
    why: str = ""
    moved_to: str = ""


_PRIVATE = Reply(Reach.PRIVATE, _("leads to a computer of your own network"))


def origin_of(address: str) -> Origin | None:
    """Whom an address leads to, None where it is no web address."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError, TypeError):
        return None
    if url.scheme not in ("http", "https") or _HOST.fullmatch(url.raw_host) is None:
        return None
    return url.scheme, url.host.lower(), url.port or {"http": 80, "https": 443}[url.scheme]


def may_be_asked(address: str) -> bool:
    """Whether a stranger's `address` may be one of the public net, as far as itself tells; where its name leads is
    looked at where the connection is made."""
    return _not_to_be_asked(address) is None


def has_network() -> bool:
    """Whether this machine knows a way to the public net. Sends nothing."""
    for family, address in (
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET6, "2001:db8::1"),
    ):  # RFC 5737, 3849
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))  # of a datagram's socket this only looks for the way
                return True
        except OSError:
            continue
    return False


def ask(
    client: httpx2.Client,
    address: str,
    cancel: Cancel,
    *,
    own: frozenset[Origin] = frozenset(),
    seconds: float = PATIENCE_S,
) -> Reply:
    """Ask `address` by HEAD, and where that gets no page by GET for its first byte. `own` are her blogs, which may be
    on this machine. Raises `Cancelled` and nothing else."""
    watch = Watch(seconds, cancel)
    token = WATCH.set(watch)
    try:
        return _follow(client, address, watch, own)
    except (DeadlinePassed, httpx2.TimeoutException):
        return Reply(Reach.SILENT, _("did not answer in time"))
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, ValueError):
        return Reply(Reach.NOTHING, _("is no address that can be opened"))
    except httpx2.TransportError as error:
        return _of_failure(error, _host(address))
    finally:
        WATCH.reset(token)


def _follow(client: httpx2.Client, address: str, watch: Watch, own: frozenset[Origin]) -> Reply:
    if origin_of(address) is None:
        raise httpx2.InvalidURL("no web address")
    here, seen, for_good, with_cookies = address, {address}, True, False
    among_hers = True  # a stranger's redirect does not lead into her own house
    for _hop in range(MOST_REDIRECTS + 1):
        among_hers = among_hers and origin_of(here) in own
        if not among_hers and (why_not := _not_to_be_asked(here)) is not None:
            return why_not if here == address else Reply(Reach.NOT_ASKED)
        watch.public_only = not among_hers
        try:
            status, target, cookie = _asked(client, here, watch)
        except PrivateAddress:
            return _PRIVATE if here == address else Reply(Reach.NOT_ASKED)
        with_cookies = with_cookies or cookie
        if status not in _REDIRECTS or not target:
            moved = here if for_good and here != address and _is_elsewhere(address, here) else ""
            return _of_status(status, moved)
        for_good = for_good and status in _FOR_GOOD
        try:
            there = httpx2.URL(here).join(target).copy_with(fragment=None)
        except (httpx2.InvalidURL, ValueError):
            return Reply(Reach.CLOSED)
        if there.scheme not in ("http", "https"):
            return Reply(Reach.ANSWERED)  # to a program of the reader's
        here = str(there)
        if origin_of(here) is None:
            return Reply(Reach.CLOSED)
        if here in seen:
            break
        seen.add(here)
    # Some pages lead everybody in a circle who keeps no cookies.
    if with_cookies:
        return Reply(Reach.CLOSED)
    return Reply(Reach.NOTHING, _("leads in a circle"))


def _not_to_be_asked(address: str) -> Reply | None:
    """The reply in place of a question, None where the address may be one of the public net, as far as itself tells.
    Its name is looked up only where the connection is made."""
    origin = origin_of(address)
    if origin is None or len(address) > _LONGEST:
        return Reply(Reach.NOT_ASKED)
    host, port = origin[1].rstrip("."), origin[2]
    if port not in _PORTS and port < 1024:
        return Reply(Reach.NOT_ASKED)
    try:
        return None if is_public_address(str(ipaddress.ip_address(host.strip("[]")))) else _PRIVATE
    except ValueError:
        pass
    name, _dot, last = host.rpartition(".")
    # A number for a name, in any of the forms that systems read, ends in a number.
    return None if name and not last[:1].isdigit() and last not in _LOCAL else _PRIVATE


def _asked(client: httpx2.Client, address: str, watch: Watch) -> tuple[int, str, bool]:
    """The status, where it leads on to, and whether it came with a cookie."""
    try:
        answer = _head(client, "HEAD", address, watch)
        if answer[0] < 400 or answer[0] in _CLOSED:
            return answer
    except (httpx2.RemoteProtocolError, httpx2.ReadError):
        watch.wait()  # some servers drop whoever asks by HEAD
    return _head(client, "GET", address, watch)


def _head(client: httpx2.Client, method: str, address: str, watch: Watch) -> tuple[int, str, bool]:
    watch.wait()
    url = httpx2.URL(address).copy_with(username=None, password=None, fragment=None)
    headers = {"Accept": "*/*"} | ({"Range": "bytes=0-0"} if method == "GET" else {})
    answer = client.send(client.build_request(method, url, headers=headers), stream=True)
    try:
        return answer.status_code, answer.headers.get("location", ""), "set-cookie" in answer.headers
    finally:
        answer.close()  # its body is not read: it may have no end


def _of_status(status: int, moved: str) -> Reply:
    if status < 400 or status == 416:  # an empty page has no first byte
        return Reply(Reach.ANSWERED, moved_to=moved)
    if status in (404, 410):
        return Reply(Reach.NOTHING, _("leads to a page that is not there ({status})").format(status=status))
    if status in _CLOSED or status < 500:
        return Reply(Reach.CLOSED)
    return Reply(Reach.SILENT, _("leads to a server in trouble ({status})").format(status=status))


def _of_failure(error: Exception, host: str) -> Reply:
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _CERTIFICATES:
                words = _("leads to {host}, whose certificate is not valid").format(host=host)
                return Reply(Reach.NOTHING, words)
            return Reply(Reach.CLOSED)  # browsers find the missing ones of a chain by themselves
        if isinstance(cause, socket.gaierror):
            if cause.errno == socket.EAI_AGAIN:
                return Reply(Reach.NO_NETWORK)
            return Reply(Reach.NO_SERVER, _("leads to {host}, and there is no such server").format(host=host))
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return Reply(Reach.NO_NETWORK)
    return Reply(Reach.SILENT, _("did not answer"))


def _host(address: str) -> str:
    origin = origin_of(address)
    return origin[1][:200] if origin else ""


def _is_elsewhere(old: str, new: str) -> bool:
    """Whether an address has moved by more than the encryption, the "www." or the stroke at its end."""

    def bare(address: str) -> str:
        return address.partition("://")[2].removeprefix("www.").rstrip("/")

    return bare(old.partition("#")[0]) != bare(new)
