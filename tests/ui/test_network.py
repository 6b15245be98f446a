"""When the network is back what waits for it goes at once: the system tells, or the blog picks up again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from postdesk.backends.reach import answers
from postdesk.core.account import Account
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.ui.network import Network
from postdesk.ui.tasks import Tasks


@dataclass
class Accounts:
    known: dict[str, Account]

    def get(self, account_id: str) -> Account | None:
        return self.known.get(account_id)


@dataclass
class Waiting:
    """As much of a desk as is asked for: what waits for which blog."""

    accounts: Accounts
    reason: Reason = Reason.NETWORK
    asked: list[str] = field(default_factory=list)

    def jobs(self, *, texts: bool = True) -> tuple[Job, ...]:
        assert not texts
        return tuple(
            Job(a, "p", a, "T", "publish", JobState.WAITING, self.reason, "", "", "", "", "", "", False, 1, 0.0, 0.0,
                (), "")
            for a in self.accounts.known
        )  # fmt: skip


class Machine:
    """A port that somebody listens at, or nobody."""

    def __init__(self) -> None:
        with closing(socket.socket()) as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = sock.getsockname()[1]
        self._listening: socket.socket | None = None

    def up(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))

    def down(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.down()


def _network(machine: Machine, reason: Reason = Reason.NETWORK) -> tuple[Network, Tasks, list[str]]:
    account = Account("a1", "wordpress", "Blog", f"http://127.0.0.1:{machine.port}/blog")
    tasks = Tasks()
    network = Network(cast(Desk, Waiting(Accounts({"a1": account}), reason)), tasks)
    heard: list[str] = []
    network.back.connect(heard.append)
    return network, tasks, heard


def _knock(qtbot: QtBot, network: Network, tasks: Tasks) -> None:
    network.knock()
    qtbot.waitUntil(lambda: tasks.busy == 0, timeout=20_000)


def test_a_blog_that_picks_up_again_is_told_once(qtbot: QtBot, machine: Machine) -> None:
    network, tasks, heard = _network(machine)
    _knock(qtbot, network, tasks)
    assert heard == []
    machine.up()
    _knock(qtbot, network, tasks)
    assert heard == ["a1"]
    _knock(qtbot, network, tasks)
    assert heard == ["a1"], "from then on the waits between two tries hold"
    machine.down()
    _knock(qtbot, network, tasks)
    machine.up()
    _knock(qtbot, network, tasks)
    assert heard == ["a1", "a1"]


def test_a_machine_that_always_picks_up_tells_nothing(qtbot: QtBot, machine: Machine) -> None:
    machine.up()
    network, tasks, heard = _network(machine)
    for _time in range(3):
        _knock(qtbot, network, tasks)
    assert heard == []


def test_nobody_is_asked_while_nothing_waits_for_the_network(machine: Machine) -> None:
    network, tasks, _heard = _network(machine, Reason.BUSY)
    network.knock()
    assert tasks.busy == 0


def test_the_system_tells_when_it_is_online_again(machine: Machine) -> None:
    from PySide6.QtNetwork import QNetworkInformation

    network, _tasks, heard = _network(machine)
    network._changed(QNetworkInformation.Reachability.Online)
    assert heard == [], "it was so before"
    network._changed(QNetworkInformation.Reachability.Disconnected)
    network._changed(QNetworkInformation.Reachability.Local)
    assert heard == []
    network._changed(QNetworkInformation.Reachability.Online)
    assert heard == [""]


def test_listening_to_the_system_does_no_harm_where_it_tells_nothing(machine: Machine) -> None:
    network, _tasks, _heard = _network(machine)
    network.start()
    network.stop()


def test_knocking_at_the_proxy_where_there_is_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{machine.port}")
    assert not answers("http://blog.example/")
    machine.up()
    assert answers("http://blog.example/")


@pytest.mark.parametrize(
    "address", ["", "no address", "http://[", "/home/site", "http://" + "a" * 70 + ".example"]
)
def test_what_is_no_address_does_not_answer(address: str) -> None:
    assert not answers(address)
