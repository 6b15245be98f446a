"""The local site: a folder that becomes a complete static blog; needs no account and no network."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from postdesk.backends.base import Backend, Capability, Found
from postdesk.core.account import Account
from postdesk.core.language import _

if TYPE_CHECKING:
    import httpx2

CAPABILITIES = frozenset(
    {
        Capability.UNPUBLISH,
        Capability.TRASH,
        Capability.CATEGORIES,
        Capability.TAGS,
        Capability.EXCERPT,
        Capability.FEATURED_PICTURE,
    }
)


def folder_of(address: str) -> Path | None:
    """The folder that an address names (a path, or a file: address), or None when it is none."""
    address = address.strip()
    if address.lower().startswith("file:"):
        return Path(unquote(urlsplit(address).path))
    path = Path(address).expanduser()
    if path.is_absolute() or address.startswith("."):
        return path.absolute()
    return path.absolute() if address and path.is_dir() else None


class LocalSiteKind:
    """The plug-in: a folder on this computer."""

    kind = "local-site"
    label = _("Local site (a folder)")
    needs_password = False
    needs_network = False
    capabilities = CAPABILITIES

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        """A folder, there or to be made; looks at nothing else."""
        del http
        folder = folder_of(address)
        if folder is None or (folder.exists() and not folder.is_dir()):
            return None
        return Found(self.kind, folder.name or str(folder), str(folder))

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        """The site in the account's folder."""
        del password, http
        from postdesk.backends.local_site.backend import LocalSite

        return LocalSite(account)

    def free_space(self, account: Account) -> int | None:
        """What is free on the disk of the site's folder, or of where it will be made."""
        folder = Path(account.address)
        try:
            while not folder.exists() and folder != folder.parent:
                folder = folder.parent
            return shutil.disk_usage(folder).free
        except OSError:
            return None


BACKEND = LocalSiteKind()
