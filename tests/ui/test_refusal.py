"""A start without the library's folder: nothing is begun in its place unless she says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from postdesk.core.folders import under
from postdesk.library.connected import away
from postdesk.library.library import Library
from postdesk.ui.refusal import wants_anew


@pytest.mark.parametrize(("key", "wanted"), [("&Start Anew", True), ("&Quit", False), ("", False)])
def test_she_is_asked_and_leaving_is_what_return_does(
    qtbot: QtBot, tmp_path: Path, key: str, wanted: bool
) -> None:
    seen: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.extend([box.text(), box.informativeText()])
        if key:
            next(button for button in box.buttons() if button.text() == key).click()
        else:
            QTest.keyClick(box, Qt.Key.Key_Return)

    QTimer.singleShot(0, answer)
    assert wants_anew(away(tmp_path / "Post Desk")) is wanted
    assert seen[0] == "The folder “Post Desk” is empty or not connected."
    assert "Connect the disk again" in seen[1]
    assert "start anew" in seen[1]


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_where_nobody_can_be_asked_the_program_ends_and_writes_nothing_there(
    tmp_path: Path, left: str
) -> None:
    folders = under(tmp_path)
    root = folders.documents / "Post Desk"
    library = Library(root, folders)
    library.open()
    library.new("Storm")
    library.look()
    library.close()
    root.rename(tmp_path / "away")
    if left != "nothing":
        root.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "postdesk", "--home", str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 7
    assert "not connected" in ended.stderr
    assert not root.exists() or list(root.iterdir()) == []
    told = subprocess.run(
        [sys.executable, "-m", "postdesk", "list", "--home", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert told.returncode == 7
    assert "not connected" in told.stderr
