"""Whose a picture is: which servers belong to a blog, so that its own pictures are fetched and no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from postdesk.backends.base import Backend
from postdesk.backends.fetching import own_origins
from postdesk.backends.reader import is_same_site
from postdesk.core.account import Account
from postdesk.core.errors import Busy, Cancelled, Gone, PostDeskError, Unreachable
from postdesk.publishing.journal import Journal

_HOSTS = "hosts of pictures"  # what the journal keeps by that name: where else the blog's pictures lie
_QUESTIONS = 3  # about one server, whether it is the blog's


class Whose:
    """The servers of one blog. `connect` opens a connection to it, where a question needs one. `told(sentence)` hears
    once why such questions have no answer."""

    def __init__(
        self, account: Account, journal: Journal, connect: Callable[[], Backend], told: Callable[[str], None]
    ) -> None:
        self.origins = own_origins(account.address)
        self._account = account
        self._journal = journal
        self._connect = connect
        self._told = told
        self._hosts = self._known()
        self._asked: dict[str, int] = {}
        self._backend: Backend | None = None
        self._locked_out = False

    def is_hers(self, address: str, number: str) -> bool:
        """Whether what lies at `address` is the blog's: on its own server, on one below it, or on one where its files
        are known to lie. Where a text says which of the blog's files it is (`number`), the blog is asked. Raises
        `Cancelled`, `Busy`, `Unreachable`."""
        host, home = host_of(address), host_of(self._account.address)
        if is_same_site(address, self._account.address) or (home and host.endswith(f".{home}")):
            return True
        if host in self._hosts:
            return True
        if not number or self._asked.get(host, 0) >= _QUESTIONS:
            return False
        try:
            self.address_of(number)
        except Gone:
            pass
        self._asked[host] = self._asked.get(host, 0) + 1
        return host in self._hosts

    def address_of(self, number: str) -> str:
        """The address of one of the blog's files, "" where it cannot be told now. Where one lies others may lie, too:
        that is remembered. Raises `Gone`, `Cancelled`, `Busy`, `Unreachable`."""
        if self._locked_out:
            return ""
        try:
            if self._backend is None:
                self._backend = self._connect()
            address = self._backend.medium(number).address
        except (Gone, Cancelled, Busy, Unreachable):
            raise
        except PostDeskError as error:
            # Whoever gets no answer to this one (no password, no right to ask) gets none to the next.
            self._locked_out = True
            self._told(error.sentence)
            return ""
        host = host_of(address)
        if host and host not in self._hosts:
            self._hosts.add(host)
            self._journal.learn(self._account.id, _HOSTS, json.dumps(sorted(self._hosts)))
        return address

    def close(self) -> None:
        """Let go of the connection."""
        if self._backend is not None:
            self._backend.close()

    def _known(self) -> set[str]:
        try:
            known = json.loads(self._journal.learnt(self._account.id, _HOSTS) or "[]")
        except ValueError:
            return set()
        return {host for host in known if isinstance(host, str)} if isinstance(known, list) else set()


def host_of(address: str) -> str:
    """The name of the server, without `www.`; "" for none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
