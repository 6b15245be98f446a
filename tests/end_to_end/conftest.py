"""The real window on a home of the test's own, in this process or as a program that can be killed."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from postdesk.core.folders import Folders, under
from postdesk.ui.theme import load_fonts
from tests.end_to_end.writer import Writer


@pytest.fixture
def folders(home: Path) -> Folders:
    """Where this test's program keeps everything."""
    return under(home)


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
