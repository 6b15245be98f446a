"""The fixtures that hand real servers to tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.faults import FaultProxy
from tests.servers.keyrings import KeyringSession, State
from tests.servers.running import Servers
from tests.servers.wordpress import WordPress

FaultProxies = Callable[[str], FaultProxy]
KeyringSessions = Callable[[State], KeyringSession]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """All servers of the run: `servers.wordpress(version, prefix="")` starts one, or gives the one that runs."""
    running = Servers()
    yield running
    running.end()


@pytest.fixture(scope="session")
def wordpress_61(servers: Servers) -> WordPress:
    """WordPress 6.1, the oldest that Post Desk is tested with."""
    return servers.wordpress("6.1")


@pytest.fixture(scope="session")
def wordpress_newest(servers: Servers) -> WordPress:
    """The newest WordPress there is."""
    return servers.wordpress("newest")


@pytest.fixture(scope="session", params=["6.1", "newest"])
def wordpress(request: pytest.FixtureRequest, servers: Servers) -> WordPress:
    """Both, one after the other: a test that asks for this runs twice."""
    return servers.wordpress(request.param)


@pytest.fixture(scope="session")
def wordpress_on_sqlite(servers: Servers) -> WordPress:
    """The newest WordPress with its database in a file."""
    return servers.wordpress("newest", database="sqlite")


@pytest.fixture(scope="session")
def wordpress_in_folder(servers: Servers) -> WordPress:
    """The newest WordPress below /blog of its host."""
    return servers.wordpress("newest", "/blog")


@pytest.fixture
def fault_proxy() -> Iterator[FaultProxies]:
    """`fault_proxy(upstream)` starts a proxy in front of the server at `upstream`; it ends with the test."""
    proxies: list[FaultProxy] = []

    def start(upstream: str) -> FaultProxy:
        proxies.append(FaultProxy(upstream))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.close()


@pytest.fixture
def keyring_session() -> Iterator[KeyringSessions]:
    """`keyring_session(state)` starts a session whose keyring is in that state; it ends with the test."""
    sessions: list[KeyringSession] = []
    folders: list[Path] = []

    def start(state: State = "unlocked") -> KeyringSession:
        folders.append(Path(tempfile.mkdtemp(prefix="pd-keyring-")))
        sessions.append(KeyringSession(folders[-1], state))
        return sessions[-1]

    yield start
    for session in sessions:
        session.end()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
