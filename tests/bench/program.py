"""The program under the bench: its process, its memory, and a bare Qt window to compare it with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

MARK = "Here she types:"

#: The least that Qt needs to show a letter: what no start of a Qt program in Python can beat.
BARE = """
from PySide6.QtWidgets import QApplication, QPlainTextEdit
application = QApplication([])
text = QPlainTextEdit()
text.resize(1200, 800)
text.move(0, 0)
text.show()
text.setFocus()
application.exec()
"""

_SENTENCE = (
    "The first boat left at 6:10 this morning with eleven people on it, and by noon the queue at the north quay was "
    "half a mile long. "
)


def long_post(size: int = 42_000) -> str:
    """A post of about `size` bytes with headings, quotations in quotations, lists and links; `MARK` in its middle."""
    parts: list[str] = []
    number = length = 0
    while length < size:
        number += 1
        part = [
            f"## Part {number}",
            (_SENTENCE * 3).strip(),
            f"> {_SENTENCE.strip()}\n>\n> > {_SENTENCE[:90].strip()}",
            "- one item\n- another item with **weight** and a [link](https://example.org/)",
        ]
        if length < size / 2 <= length + sum(map(len, part)):
            part.append(MARK)
        parts += part
        length += sum(len(p) + 2 for p in part)
    return "---\ntitle: The bench\n---\n\n" + "\n\n".join(parts) + "\n"


class Program:
    """One run of a command on a display; `started` is when (`time.perf_counter`)."""

    def __init__(self, command: list[str], display: str, home: Path) -> None:
        environment = {**os.environ, "DISPLAY": display, "POSTDESK_HOME": str(home), "QT_QPA_PLATFORM": "xcb"}
        environment.pop("WAYLAND_DISPLAY", None)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Chromium's sandbox does not start for root, and the writer is not root. For the bench only.
            environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(home / "stderr.txt").open("ab"),
        )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def end(self) -> None:
        """End it, and wait until it has."""
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self, seconds: float = 20) -> None:
        """Wait until it ends by itself."""
        self._process.wait(seconds)

    def memory(self) -> float:
        """The proportional share of memory of it and all its children, in MB."""
        return sum(_pss(pid) for pid in _family(self._process.pid)) / 1024


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


def _pss(pid: int) -> int:
    """KB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
