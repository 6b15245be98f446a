"""Whether a blog's machine picks up at all: the cheapest question that there is, and nothing is asked of the blog."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

_PATIENCE = 3.0  # seconds


def answers(address: str) -> bool:
    """Whether a connection to the machine at `address`, or to the proxy on the way there, can be made. Takes up to some
    seconds: for a task."""
    import urllib.request  # with it comes much that nobody needs who has a connection

    try:
        parts = urlsplit(address)
        if not urllib.request.proxy_bypass(parts.hostname or ""):
            proxies = urllib.request.getproxies()
            proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
            if proxy:
                parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if not parts.hostname:
            return False
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), _PATIENCE).close()
    except (OSError, ValueError):  # ValueError: no address, or a label over 63 characters
        return False
    return True
