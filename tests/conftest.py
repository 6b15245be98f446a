"""What holds for every test: its own home, no real keyring, and no log line that nobody expected.

A line of level WARNING or above in Python's log fails the test that caused it, unless the test said with
`expect_log` that it would come. Qt's log lines and Python's warnings are held to the same by pyproject.toml.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

ExpectLog = Callable[..., None]

_EXPECTED = pytest.StashKey[list["_Expected"]]()


# A run that decides about a change has to say the same when it is run again; everywhere else each run tries new
# examples, and what it finds is written into the test as an @example.
settings.register_profile("repeatable", derandomize=True, deadline=None)
# A busy machine is no fault of the program.
settings.register_profile("anew", deadline=None)
settings.load_profile("repeatable" if os.environ.get("CI") else "anew")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that is marked `alone` has the machine for itself: the other process waits between two of its tests."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return (yield)
    import fcntl

    places = [Path(tempfile.gettempdir()) / f"postdesk-tests-{run}.{name}" for name in ("gate", "machine")]
    with places[0].open("a") as gate, places[1].open("a") as machine:
        is_alone = item.get_closest_marker("alone") is not None
        fcntl.flock(gate, fcntl.LOCK_EX)  # whoever waits to be alone lets nobody by
        fcntl.flock(machine, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        if not is_alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Gives the run folders of its own before anything asks the platform for them."""
    home = Path(tempfile.mkdtemp(prefix="postdesk-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for variable in (
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ):
        folder = home / variable.lower()
        folder.mkdir(mode=0o700)
        os.environ[variable] = str(folder)
    os.environ["POSTDESK_HOME"] = str(home / "postdesk")
    # A dead address: nothing reaches the keyring of whoever runs the tests, and no bus is started for us.
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home}/no-bus"
    os.environ["LANGUAGE"] = "C"
    # No test asks a proxy of the machine for a server on loopback.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    if sys.platform == "linux" and os.geteuid() == 0:
        # Chromium's sandbox does not start for root. For tests only: the program itself never sets this.
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"


@pytest.fixture(autouse=True, scope="session")
def _nobody_outside() -> Generator[None, None, None]:
    """Nothing leaves this machine: a post's links are asked before it is published, and those of the tests lead
    everywhere. Whoever is not on loopback cannot be looked up, as without a network."""
    lookup = socket.getaddrinfo

    def here_only(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")
        if name.strip("[]") in ("localhost", "::1") or name.startswith("127."):
            return lookup(host, *rest, **more)
        raise socket.gaierror(socket.EAI_AGAIN, f"tests ask nobody outside: {name}")

    socket.getaddrinfo = here_only
    yield
    socket.getaddrinfo = lookup


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own that the program takes for all that it keeps (`POSTDESK_HOME`)."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("POSTDESK_HOME", str(folder))
    return folder


# --- log lines ------------------------------------------------------------------------------------------


class _Expected:
    """A log line that a test announced, and whether it came."""

    def __init__(self, pattern: str, level: int) -> None:
        self.pattern = re.compile(pattern)
        self.level = level
        self.came = False

    def fits(self, record: logging.LogRecord) -> bool:
        return record.levelno >= self.level and self.pattern.search(record.getMessage()) is not None


class _Listener(logging.Handler):
    """Keeps what was logged at WARNING and above while it listens."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expect_log(request: pytest.FixtureRequest) -> ExpectLog:
    """`expect_log(pattern, level=logging.WARNING)`: a line like this will be logged, once or more.

    `pattern` is a regular expression searched for in the line's text. If no such line comes the test fails.
    """
    expected = request.node.stash.setdefault(_EXPECTED, [])

    def announce(pattern: str, level: int = logging.WARNING) -> None:
        expected.append(_Expected(pattern, level))

    return announce


def _listen(item: pytest.Item) -> Generator[None, object, object]:
    listener = _Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        result = yield
    finally:
        root.removeHandler(listener)
    expected = item.stash.get(_EXPECTED, [])
    unexpected = []
    for record in listener.records:
        fitting = [line for line in expected if line.fits(record)]
        for line in fitting:
            line.came = True
        if not fitting:
            unexpected.append(f"{record.levelname} {record.name}: {record.getMessage()}")
    if unexpected:
        pytest.fail("Unexpected log lines:\n" + "\n".join(unexpected), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _listen(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _listen(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    result = yield from _listen(item)
    missing = [line.pattern.pattern for line in item.stash.get(_EXPECTED, []) if not line.came]
    if missing:
        pytest.fail("Log lines that were expected and did not come:\n" + "\n".join(missing), pytrace=False)
    return result
