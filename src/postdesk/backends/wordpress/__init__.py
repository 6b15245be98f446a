"""WordPress, over its REST interface with an application password."""

from __future__ import annotations

import httpx2

from postdesk.backends.base import Backend, BackendKind, Capability, Found
from postdesk.backends.wordpress import discover
from postdesk.backends.wordpress.backend import CAPABILITIES, WordPress
from postdesk.core.account import Account


class _Kind:
    """A `BackendKind`."""

    kind = discover.KIND
    label = "WordPress"
    needs_password = True
    capabilities: frozenset[Capability] = CAPABILITIES

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        """See `discover.recognise`."""
        return discover.recognise(address, http)

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        """A connection; sends nothing yet."""
        return WordPress(account, password, http)


BACKEND: BackendKind = _Kind()
