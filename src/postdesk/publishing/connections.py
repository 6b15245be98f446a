"""Opens a connection to an account: its kind of blog, its password, the one HTTP client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from postdesk.backends.base import Backend
from postdesk.backends.reader import Visitor
from postdesk.backends.registry import Registry
from postdesk.core.account import Account
from postdesk.core.errors import PasswordError
from postdesk.core.language import _


class PasswordStore(Protocol):
    """What publishing, the window and the shell need of backends.passwords."""

    @property
    def persistent(self) -> bool:
        """Whether passwords outlast this run."""

    @property
    def remark(self) -> str:
        """The sentence that says why they do not, "" when they do."""

    def get(self, account_id: str) -> str | None:
        """The password, None when there is none; raises `PasswordError` when the keyring fails."""

    def set(self, account_id: str, password: str) -> None:
        """Keep a password; raises `PasswordError`."""

    def forget(self, account_id: str) -> None:
        """Remove it; an unknown account is no error. Raises `PasswordError`."""


class Connections:
    """`open` gives a connection. `http` gives the HTTP client, made at its first use (its import costs time at the
    start)."""

    def __init__(self, registry: Registry, passwords: PasswordStore, http: Callable[[], Any]) -> None:
        self._registry = registry
        self._passwords = passwords
        self._http = http

    def client(self) -> Any:
        """The one HTTP client, for what is asked without a password."""
        return self._http()

    def visitor(self) -> Visitor:
        """Who looks at pages as any reader does: without a password."""
        return Visitor(self._http)

    def open(self, account: Account) -> Backend:
        """A connection; sends nothing yet. `PasswordError` when the account's password is not here,
        `SettingsError` for a kind of blog that is not installed. May take 10 s when the keyring hangs: for a task."""
        kind = self._registry.kind(account.kind)
        password = ""
        if kind.needs_password:
            password = self._passwords.get(account.id) or ""
            if not password:
                raise PasswordError(
                    _("The password for “{blog}” is not known.").format(blog=account.name),
                    _("Nothing was sent; your text is safe."),
                    _("Type it in the blog's settings: what waits goes out then."),
                )
        # What needs no network does without the client: with it comes all of TLS.
        http: Any = self._http() if getattr(kind, "needs_network", True) else None
        return kind.open(account, password, http)
