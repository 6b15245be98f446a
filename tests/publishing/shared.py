"""A kind of blog with several writers, as a plug-in: `SERVER` is what it has, `BLOGS` who answers for it."""

from __future__ import annotations

import httpx2

from postdesk.backends.base import Backend, Capability, Found
from postdesk.core.account import Account
from tests.publishing.fake_blog import ALL, FakeBlog, Server

BLOG = Account("b10600000001", "shared", "Blog", "https://blog.example", "anna")
SERVER = Server()
BLOGS: list[FakeBlog] = []


class SharedKind:
    """A kind of blog with several writers."""

    kind = "shared"
    label = "Shared"
    needs_password = False
    capabilities: frozenset[Capability] = ALL

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        return None

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        return BLOGS[-1]


BACKEND = SharedKind()
