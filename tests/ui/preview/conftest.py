"""A real preview engine, a library with pictures, a secret beside it, and a server that notes who called."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from postdesk.ui.preview.preview import Preview
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import load_theme
from tests.ui.preview.stage import PATIENCE, Canary, Opener, Reader, picture


@pytest.fixture
def canary() -> Generator[Canary, None, None]:
    server = Canary()
    yield server
    server.stop()


@pytest.fixture
def opener(qapp: object) -> Generator[Opener, None, None]:
    """Catches everything that anybody asks the desktop to open."""
    receiver = Opener()
    schemes = ("http", "https", "mailto", "file", "smb", "ftp", "ms-msdt", "data", "javascript")
    for scheme in schemes:
        QDesktopServices.setUrlHandler(scheme, receiver, "open")  # type: ignore[arg-type]  # a str in fact
    yield receiver
    for scheme in schemes:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def library(tmp_path: Path, qapp: object) -> Path:
    """A library with one good picture; a secret picture lies outside, and a link inside leads to it."""
    root = tmp_path / "library"
    root.mkdir()
    picture(root / "pic.png")
    picture(tmp_path / "secret.png", "#ff0000", 77, 33)
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "evil.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'PWNED\'"/>'
    )
    return root


@pytest.fixture
def reader(qtbot: QtBot) -> Generator[Reader, None, None]:
    """A shown preview whose engine has started."""
    preview = Preview(load_theme(False), tasks=(tasks := Tasks()))
    qtbot.addWidget(preview)
    preview.resize(600, 700)
    preview.show()
    preview.start_engine()
    qtbot.waitUntil(lambda: preview.surface is not None, timeout=PATIENCE)
    found = Reader(qtbot, preview)
    found.show("Ready.")
    yield found
    preview.shut()
    tasks.wait(2000)
