"""A second start hands its files to the first window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from postdesk.ui.instance import Instance, hand_over

_SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from postdesk.ui.instance import hand_over

app = QCoreApplication([])
sys.exit(0 if hand_over(Path(sys.argv[1]), sys.argv[2:]) else 3)
"""


def test_a_second_start_reaches_the_first_window(qtbot: QtBot, tmp_path: Path) -> None:
    first = Instance(tmp_path)
    with qtbot.waitSignal(first.asked) as asked:
        second = subprocess.Popen([sys.executable, "-c", _SECOND, str(tmp_path), "a.md", "b.md"])
    assert asked.args == [["a.md", "b.md"]]
    qtbot.waitUntil(lambda: second.poll() is not None)
    assert second.returncode == 0
    first.close()


def test_without_a_first_window_nobody_answers(qtbot: QtBot, tmp_path: Path) -> None:
    assert not hand_over(tmp_path / "other", [])
