"""Post Desk timed from inside, for `archive`: opens the real window on a library and says what took how long."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from postdesk import app

if TYPE_CHECKING:  # the program loads it when its window is painted
    from postdesk.ui.controller import Controller

_QUERIES = (
    "e", "et", "eta", "eta s", "eta sh", "eta shr", "nhe", "nhes", "cmfw", "tag:a1", "tag:a1 et", '"et ta"',
    "before:2015 hrd",
)  # fmt: skip
_ROUNDS = 3
_SAVES = 20
_BEAT = 5  # ms; a beat without a pause would take a processor for itself, and the interpreter from the other threads


def main() -> int:
    run, posts, began = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    listed: list[float] = []
    opened = app.open_window

    def open_window(*arguments: Any, **named: Any) -> app.Opened:
        window = opened(*arguments, **named)
        rows = window.window.sidebar.posts
        rows.modelReset.connect(
            lambda: listed.append(1000 * (time.time() - began)) if rows.rowCount() > 1 else None
        )
        window.window.sidebar.show_tab("all")
        return window

    app.open_window = open_window  # the first rows come before anybody is called
    if run == "plain":
        from postdesk.ui.preview.preview import Preview

        Preview.start_engine = lambda self: None  # type: ignore[method-assign]  # what memory is without it
    return app.run_window(
        [], then=lambda controller, _application: _Inside(controller, run, posts, began, listed)
    )


class _Inside:
    def __init__(
        self, controller: Controller, run: str, posts: int, began: float, listed: list[float]
    ) -> None:
        self._listed = listed
        self._desk, self._run, self._posts, self._began = controller, run, posts, began
        self._sidebar = controller.window.sidebar
        self._said: dict[str, float] = {}
        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._beat = QTimer(controller, interval=_BEAT)
        self._beat.timeout.connect(self._feel)
        self._beat.start()
        self._steps = self._all()
        self._step()

    def _feel(self) -> None:
        now = time.perf_counter()
        self._gaps.append(1000 * (now - self._last) - _BEAT)
        self._last = now

    def _step(self) -> None:
        """The next step, as soon as what the one before waits for is there."""
        try:
            ready = next(self._steps)
        except StopIteration:
            print(json.dumps(self._said), flush=True)
            os._exit(0)

        def look() -> None:
            if ready():
                self._step()
            else:
                QTimer.singleShot(2, self._desk, look)

        look()

    def _all(self) -> Iterator[Callable[[], bool]]:
        shelf, library = self._desk.shelf, self._desk.desk.library
        yield lambda: bool(self._listed)
        yield (
            lambda: (
                library.is_complete and not shelf.is_busy and self._sidebar.posts.rowCount() >= self._posts
            )
        )
        complete = time.time() - self._began
        if self._run == "first":
            yield lambda: not shelf.is_learning
            self._said["first index, whole"] = time.time() - self._began
            return
        if self._run == "plain":
            yield from self._search()
            yield from self._save()
            self._said = {"memory without the preview's engine": _memory()}
            return
        self._said["start to the list"] = self._listed[0]
        self._said["start to the whole list, ms"] = 1000 * complete
        yield self._still(2.0)
        self._said["longest block of the drawing thread at the start, ms"] = max(self._gaps)
        # Here, as nothing else goes on; the program looks in a task.
        began = time.perf_counter()
        library.look()
        self._said["re-scan, unchanged"] = 1000 * (time.perf_counter() - began)
        yield self._still(0.5)
        self._gaps.clear()
        yield from self._search()
        yield from self._save()
        self._said["memory of the window's process with the engine, MB"] = _memory()

    def _still(self, seconds: float) -> Callable[[], bool]:
        end = time.perf_counter() + seconds
        return lambda: time.perf_counter() > end

    def _search(self) -> Iterator[Callable[[], bool]]:
        took = []
        for query in _QUERIES * _ROUNDS:
            answers: list[str] = []
            self._desk.shelf.found.connect(lambda asked, _keys, answers=answers: answers.append(asked))
            began = time.perf_counter()
            self._sidebar.search_for(query)
            yield lambda query=query, answers=answers: query in answers  # type: ignore[misc]
            took.append(1000 * (time.perf_counter() - began))
            yield self._still(0.3)
        self._said["search, key to rows: p95"] = sorted(took)[int(0.95 * len(took))]
        self._said["search, key to rows: median, ms"] = sorted(took)[len(took) // 2]
        self._said["longest block of the drawing thread while searching, ms"] = max(self._gaps)
        self._sidebar.search_for("")

    def _save(self) -> Iterator[Callable[[], bool]]:
        session, editor = self._desk.session, self._desk.editor
        took = []
        for number in range(_SAVES):
            editor.insert_text(f"word {number} ")
            began = time.perf_counter()
            session.save()
            took.append(1000 * (time.perf_counter() - began))
            yield lambda: not session.is_dirty
        self._said["save, on the drawing thread: p95"] = sorted(took)[int(0.95 * _SAVES) - 1]


def _memory() -> float:
    """The window's own share (PSS), in MB."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
