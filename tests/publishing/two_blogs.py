"""A kind of blog in memory with a server for each account, for tests with more than one."""

from __future__ import annotations

from postdesk.backends.base import Backend, Capability
from postdesk.core.account import Account
from tests.publishing.fake_blog import ALL, FakeBlog, Fault, Server

ONE = Account("b10600000001", "fake", "Blog", "https://blog.example", "anna")
TWO = Account("b10600000002", "fake", "Other", "https://other.example", "anna")
SERVERS: dict[str, Server] = {}
FAULTS: list[Fault] = []
CAN: list[frozenset[Capability]] = [ALL]


class FakeKind:
    """A kind of blog in memory, one server for each account."""

    kind = "fake"
    label = "Fake"
    needs_password = True

    @property
    def capabilities(self) -> frozenset[Capability]:
        return CAN[0]

    def recognise(self, address: str, http: object) -> None:
        return None

    def open(self, account: Account, password: str, http: object) -> Backend:
        server = SERVERS.setdefault(account.id, Server())
        return FakeBlog(server, [FAULTS.pop()] if FAULTS else [], account=account, capabilities=CAN[0])


BACKEND = FakeKind()
