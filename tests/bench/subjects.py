"""What can be measured: Post Desk, a bare Qt window, and (in `peers`) other editors with a preview beside the text."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tests.bench.post import LARGE, SMALL, long_post
from tests.bench.screen import CONTROL, Screen


class Subject(Protocol):
    """A program with a text to type in. Where its panes are, nobody says: the bench finds them by looking."""

    @property
    def name(self) -> str:
        """As the tables call it."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that it needs beside those of every program here."""

    def prepare(self, home: Path, size: int) -> None:
        """Write its settings and the post of `size` bytes into an empty home."""

    def command(self, home: Path, size: int, *, first: bool) -> list[str]:
        """Starts it with the post of `size` bytes open. `first`: in this home it has never run."""

    def quit(self, screen: Screen) -> bool:
        """Ask it to end as its user does; False where it is simply ended."""


class PostDesk:
    """The program of this checkout. From its second start on it comes up with the post that was open."""

    name = "Post Desk"

    @property
    def environment(self) -> Mapping[str, str]:
        """Its own, and what its engine needs for root."""
        return {"QT_QPA_PLATFORM": "xcb", **sandbox()}

    def prepare(self, home: Path, size: int) -> None:
        """A library with a post of either size, so that there is another row to click at."""
        for one in (SMALL, LARGE):
            path = self.post(home, one)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\ntitle: The {path.stem} one\n---\n\n{long_post(one)}", "utf-8")

    def command(self, home: Path, size: int, *, first: bool) -> list[str]:
        """With the post named at the first start, and without any after it."""
        start = [sys.executable, "-m", "postdesk", "--home", str(home)]
        return [*start, str(self.post(home, size))] if first else start

    def hand_over(self, home: Path, size: int) -> list[str]:
        """A second start, which hands the post to the window that is open."""
        return self.command(home, size, first=True)

    def post(self, home: Path, size: int) -> Path:
        """The file of that size."""
        return home / "documents" / "Post Desk" / ("small.md" if size == SMALL else "large.md")

    def quit(self, screen: Screen) -> bool:
        """Ctrl+Q: it saves where she was."""
        screen.press(ord("q"), CONTROL)
        return True


class BareWindow:
    """A text field alone in a window, by the same Python: what no Qt program in Python can go below."""

    name = "bare Qt window"
    environment: Mapping[str, str] = {"QT_QPA_PLATFORM": "xcb"}

    def prepare(self, home: Path, size: int) -> None:
        """Nothing."""

    def command(self, home: Path, size: int, *, first: bool) -> list[str]:
        """Empty, whatever the size."""
        return [sys.executable, "-c", _BARE]

    def quit(self, screen: Screen) -> bool:
        """It has nothing to save."""
        return False


_BARE = """
from PySide6.QtWidgets import QApplication, QPlainTextEdit
application = QApplication([])
text = QPlainTextEdit()
text.setGeometry(0, 0, 1200, 800)
text.show()
text.setFocus()
application.exec()
"""


def sandbox() -> Mapping[str, str]:
    """Chromium's sandbox does not start for root, and the writer is not root. For the bench only."""
    if os.geteuid() != 0:
        return {}
    return {"QTWEBENGINE_DISABLE_SANDBOX": "1", "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox"}
