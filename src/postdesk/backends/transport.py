"""The sockets below the HTTP client: every wait is short, so that a deadline and the writer's "stop" count.

httpx2 limits each wait for a socket, not the whole exchange: a server that sends one byte a second keeps it
busy for ever. Here every wait is cut into slices of a quarter of a second, between which the running
exchange's `Watch` is asked.
"""

from __future__ import annotations

import ipaddress
import selectors
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2

from postdesk.core.cancel import Cancel

SLICE = 0.25  # seconds between two looks at the watch
CONNECT_S = 10.0  # a server that takes longer to pick up is as good as away


class DeadlinePassed(Exception):
    """The whole exchange took longer than it was given."""


class PrivateAddress(Exception):
    """The name leads to a machine of this house, and this exchange is for public ones only."""


class Watch:
    """What one exchange may take: until when (monotonic clock), and whether the writer still wants it.

    `sending` becomes true with the first byte of the request that may have left this machine. With `public_only` no
    connection is made to an address that is not on the public net: looked at where the connection is made, so that a
    name which leads elsewhere a moment later leads nowhere.
    """

    def __init__(self, seconds: float, cancel: Cancel, *, public_only: bool = False) -> None:
        self._end = time.monotonic() + seconds
        self._cancel = cancel
        self.sending = False
        self.public_only = public_only

    def wait(self) -> float:
        """How long the next wait may be, in seconds. Raises `DeadlinePassed` or `Cancelled`."""
        self._cancel.check()
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlinePassed
        return min(SLICE, left)


# The exchange that runs in this thread. The client is shared by threads, and httpcore2 hands nothing of ours
# down to a socket.
WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


def _wait() -> float:
    watch = WATCH.get()
    return watch.wait() if watch else SLICE


class _Stream(httpcore2.NetworkStream):
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            self._socket.settimeout(_wait())
            try:
                return self._socket.recv(max_bytes)
            except TimeoutError:
                continue
            except OSError as error:
                raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        watch = WATCH.get()
        while view:
            self._socket.settimeout(_wait())
            if watch:
                watch.sending = True
            try:
                # OpenSSL wants the same bytes again after a wait: the slice must not depend on the clock.
                view = view[self._socket.send(view[:65536]) :]
            except TimeoutError:
                continue
            except OSError as error:
                raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        if isinstance(self._socket, ssl.SSLSocket):
            self.close()
            raise httpcore2.ProxyError("TLS inside TLS")
        # Not in slices: truststore (macOS, Windows) looks at the certificate after a handshake in one go.
        _wait()
        self._socket.settimeout(CONNECT_S)
        try:
            return _Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        except TimeoutError as error:
            self.close()
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            self.close()
            raise httpcore2.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _ready(self._socket, selectors.EVENT_READ, 0)
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "socket":
            return self._socket
        return None


def _ready(sock: socket.socket, event: int, seconds: float) -> bool:
    if sock.fileno() < 0:
        return True  # closed counts as readable: there is an end to be read
    with selectors.DefaultSelector() as selector:
        selector.register(sock, event)
        return bool(selector.select(seconds))


def is_public_address(address: str) -> bool:
    """Whether a numeric address is one of the public net, also where it is an IPv4 address in another dress."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        inner = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
        if number in _NAT64:
            inner.append(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
        if any(one is not None and not one.is_global for one in inner):
            return False
    return number.is_global and not number.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052


class _Network(httpcore2.NetworkBackend):
    """Opens connections, in slices. `direct`: to whom the address names, not to a proxy."""

    def __init__(self, *, direct: bool) -> None:
        self._direct = direct

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label over 63 characters
            raise httpcore2.ConnectError(str(error)) from error
        watch = WATCH.get()
        # A proxy is of this house as often as not; what it may reach is its own affair.
        public_only = self._direct and watch is not None and watch.public_only
        if public_only and not all(is_public_address(str(place[0])) for *_rest, place in addresses):
            raise PrivateAddress
        failure: OSError = OSError("no address")
        for family, kind, protocol, _name, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                self._connect(sock, address)
            except OSError as error:
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
            else:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Stream(sock)
        kind_of = httpcore2.ConnectTimeout if isinstance(failure, TimeoutError) else httpcore2.ConnectError
        raise kind_of(str(failure)) from failure

    def _connect(self, sock: socket.socket, address: Any) -> None:
        sock.setblocking(False)
        try:
            sock.connect(address)
        except BlockingIOError:
            end = time.monotonic() + CONNECT_S
            while not _ready(sock, selectors.EVENT_WRITE, _wait()):
                if time.monotonic() > end:
                    raise TimeoutError("connecting took too long") from None
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, "connection refused or lost") from None


class _Route(httpx2.HTTPTransport):
    """Direct connections, or those through one proxy."""

    def __init__(self, proxy: str | None) -> None:
        super().__init__(proxy=proxy)
        # httpx2 has no public way to hand a network backend to its pool (2.16). A test with a slow server
        # notices when this name goes.
        self._pool._network_backend = _Network(direct=proxy is None)


class Transport(httpx2.BaseTransport):
    """Sends a request directly or through the proxy that the environment or the platform names for it."""

    def __init__(self) -> None:
        self._routes: dict[str, _Route] = {}
        self._passed: set[tuple[str, str]] = set()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        proxy = _proxy_for(request.url)
        if proxy not in self._routes:
            try:
                self._routes[proxy] = _Route(proxy or None)
            except (ImportError, ValueError) as error:  # SOCKS, or no address at all
                raise httpx2.ProxyError("this kind of proxy is not supported") from error
        route = self._routes[proxy]
        if proxy and request.url.scheme == "http" and "authorization" in request.headers:
            stopped = self._stopped_by_proxy(route, proxy, request)
            if stopped is not None:
                return stopped
        return route.handle_request(request)

    def _stopped_by_proxy(self, route: _Route, proxy: str, request: httpx2.Request) -> httpx2.Response | None:
        """The proxy's 407, if that is what it answers. An unencrypted request goes to the proxy whole, so the
        blog's password would be shown to one that only wants its own: ask without it first, once per blog."""
        origin = (proxy, request.url.netloc.decode())
        if origin in self._passed:
            return None
        # Said explicitly: an answer to HEAD has no body, so nothing is left unread on the connection.
        answer = route.handle_request(httpx2.Request("HEAD", request.url, extensions=request.extensions))
        if answer.status_code == 407:
            return answer
        answer.close()
        self._passed.add(origin)
        return None

    def close(self) -> None:
        for route in self._routes.values():
            route.close()


def _proxy_for(url: httpx2.URL) -> str:
    """The proxy's address for `url`, "" for none: environment first, then what macOS and Windows have set."""
    if urllib.request.proxy_bypass(url.host):
        return ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
