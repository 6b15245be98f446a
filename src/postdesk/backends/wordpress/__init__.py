"""WordPress, over its REST interface with an application password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdesk.backends.base import Backend, BackendKind, Capability, Found
from postdesk.core.account import Account

if TYPE_CHECKING:
    import httpx2

CAPABILITIES = frozenset(Capability)


class _Kind:
    """A `BackendKind`."""

    kind = "wordpress"
    label = "WordPress"
    needs_password = True
    capabilities: frozenset[Capability] = CAPABILITIES

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        """See `discover.recognise`."""
        from postdesk.backends.wordpress import discover

        return discover.recognise(address, http)

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        """A connection; sends nothing yet."""
        from postdesk.backends.wordpress.backend import WordPress

        return WordPress(account, password, http)

    def free_space(self, account: Account) -> int | None:
        """The REST interface does not say (6.1, 7.1)."""
        return None


BACKEND: BackendKind = _Kind()
