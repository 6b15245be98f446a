"""The real window on a home of the test's own, in this process or as a program that can be killed."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from postdesk.core.folders import Folders, under
from postdesk.library.recovery import Recovery
from postdesk.ui.theme import load_fonts
from tests.end_to_end.blog import Blog
from tests.end_to_end.writer import Writer
from tests.servers.faults import FaultProxy
from tests.servers.fixtures import FaultProxies
from tests.servers.wordpress import WordPress


@pytest.fixture
def folders(home: Path) -> Folders:
    """Where this test's program keeps everything."""
    return under(home)


@pytest.fixture
def without_preview(folders: Folders) -> None:
    """She had sent the preview away the last time, which makes windows open sooner."""
    Recovery(folders.state).save_session({"panes": ["sidebar"]})


@pytest.fixture
def closed_window(qapp: QApplication, folders: Folders) -> Generator[Writer, None, None]:
    """A writer who has not started the program yet; whatever she opens is closed with the test."""
    sheet, font, palette = qapp.styleSheet(), qapp.font(), qapp.palette()
    load_fonts()
    writer = Writer(qapp, folders)
    yield writer
    writer.close()
    qapp.setStyleSheet(sheet)
    qapp.setFont(font)
    qapp.setPalette(palette)


@pytest.fixture
def writer(closed_window: Writer) -> Writer:
    """A writer at her window, at the first start."""
    closed_window.open()
    return closed_window


@pytest.fixture
def site(wordpress_newest: WordPress) -> WordPress:
    """A WordPress without a post."""
    wordpress_newest.reset_posts()
    return wordpress_newest


@pytest.fixture
def blog(site: WordPress) -> Generator[Blog, None, None]:
    """The same, as somebody else sees it."""
    colleague = Blog(site)
    yield colleague
    colleague.close()


@pytest.fixture
def proxy(site: WordPress, fault_proxy: FaultProxies) -> FaultProxy:
    """What lies between her and the blog."""
    return fault_proxy(site.base_url)
