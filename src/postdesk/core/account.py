"""An account: a blog that the writer can publish to."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Account:
    """A blog. `kind` names the backend ("local-site", "wordpress"); `address` is what the writer sees and
    readers open (for a local site the folder's path); `user` is "" where none is needed. `options` holds what
    the backend found or was told at set-up (strings only, never a secret), e.g. WordPress: `api`, `markup`.

    `id` is made once and never reused: receipts and the keyring entry are filed under it.
    """

    id: str
    kind: str
    name: str
    address: str
    user: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def plain_address(address: str) -> str:
    """A web address without what may differ for one and the same page: scheme, `www.`, capitals, the last slash."""
    return re.sub(r"\Ahttps?://(?:www\.)?", "", address.strip()).rstrip("/").lower()


def new_account_id() -> str:
    """A fresh account id: 12 hex digits, random."""
    return secrets.token_hex(6)
