"""A blog's password from the environment, for a shell without a keyring (a server, a build job).

It is meant for one blog, the one that the command names, and is never shown to another.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postdesk.publishing.connections import PasswordStore

VARIABLE = "POSTDESK_PASSWORD"


def take_from_environment() -> str:
    """The password in `VARIABLE`, "" for none; taken out, so that no child process inherits it."""
    return os.environ.pop(VARIABLE, "")


class OneBlog:
    """The keyring, but for one account (`account_id`, "" for none yet) the password that was given."""

    def __init__(self, kept: PasswordStore, password: str) -> None:
        self._kept = kept
        self._password = password
        self.account_id = ""

    def __repr__(self) -> str:
        return f"OneBlog({self.account_id!r})"

    @property
    def persistent(self) -> bool:
        """Whether passwords outlast this run."""
        return self._kept.persistent

    @property
    def remark(self) -> str:
        """Why they do not."""
        return self._kept.remark

    def get(self, account_id: str) -> str | None:
        """The password; the keyring is not asked for the one account."""
        return self._password if account_id == self.account_id else self._kept.get(account_id)

    def set(self, account_id: str, password: str) -> None:
        """Keep a password in the keyring."""
        self._kept.set(account_id, password)

    def forget(self, account_id: str) -> None:
        """Remove it from there."""
        self._kept.forget(account_id)
