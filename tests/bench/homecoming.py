"""Post Desk while it brings a blog's posts home, timed from inside, for `pulling`: opens the real window on an empty
library, brings everything here, and says how long that took and whether the window waited."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from postdesk import app
from postdesk.core.account import Account

if TYPE_CHECKING:  # the program loads it when its window is painted
    from postdesk.ui.controller import Controller

_BEAT = 5  # ms
_REST = 3000  # ms from the window's start, so that what a start does is not counted
_KEY = 200  # ms between two letters that she types meanwhile
_LONG = 50  # ms that the drawing thread may take for anything


def main() -> int:
    address, user, password, posts = sys.argv[1:5]
    kept: list[_Pull] = []  # Qt holds no reference to it
    return app.run_window(
        [],
        then=lambda controller, _application: kept.append(
            _Pull(controller, address, user, password, int(posts))
        ),
    )


class _Pull:
    def __init__(self, controller: Controller, address: str, user: str, password: str, posts: int) -> None:
        self._controller, self._posts = controller, posts
        self._account = Account("a1", "wordpress", "Her blog", address, user)
        controller.desk.accounts.add(self._account)
        controller.desk.passwords.set(self._account.id, password)
        self._gaps: list[float] = []
        self._ended = 0.0
        self._error = ""
        self._beat = QTimer(controller, interval=_BEAT)
        self._beat.timeout.connect(self._feel)
        self._keys = QTimer(controller, interval=_KEY)
        self._keys.timeout.connect(self._type)
        QTimer.singleShot(_REST, controller, self._begin)

    def _begin(self) -> None:
        self._controller.window.sidebar.show_tab("all")
        self._controller.pulling.came.connect(self._came)
        self._controller.pulling.told.connect(lambda error: setattr(self, "_error", repr(error)))
        self._began = self._last = time.perf_counter()
        self._beat.start()
        self._keys.start()
        self._controller.pulling.pull(self._account)

    def _type(self) -> None:
        began = time.perf_counter()
        QTest.keyClicks(self._controller.editor.text, "x")
        self._gaps.append(1000 * (time.perf_counter() - began))

    def _feel(self) -> None:
        now = time.perf_counter()
        self._gaps.append(1000 * (now - self._last) - _BEAT)
        self._last = now
        if self._ended and self._controller.window.sidebar.posts.rowCount() >= self._posts:
            self._say(now)
        elif self._error or (self._ended and now - self._ended > 60):
            print(f"{self._error} {self._controller.window.sidebar.posts.rowCount()} rows", file=sys.stderr)
            os._exit(1)

    def _came(self) -> None:
        self._ended = time.perf_counter()

    def _say(self, now: float) -> None:
        rollup = Path("/proc/self/smaps_rollup").read_text()
        memory = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
        said = {
            "seconds": self._ended - self._began,
            "listed": now - self._began,
            "longest": max(self._gaps),
            "long": sum(gap > _LONG for gap in self._gaps),
            "memory": memory,
        }
        print(json.dumps(said), flush=True)
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
