"""Opening another post in the window that is open: by a click on its row, and by a second start with its file."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import HAND_EDITOR, HAND_PREVIEW, ROW_EDITOR, ROW_PREVIEW, SIZES, Figure, Row
from tests.bench.homes import LIMIT, Home
from tests.bench.panes import NotFound, locate, regions
from tests.bench.picture import Area, Picture
from tests.bench.post import LARGE, PLACES, SMALL
from tests.bench.program import Program
from tests.bench.screen import CONTROL, END, HOME, Screen
from tests.bench.subjects import PostDesk

_ROW = 25  # px; what is lower is no row with a mark, but a line of text
_OTHER = {SMALL: LARGE, LARGE: SMALL}  # there are two


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a post looks in both panes once it is there."""

    editor: Picture
    preview: Picture


class Opening:
    """Both posts of one library, opened in turn; `figures` fill up for both sizes."""

    def __init__(self, screen: Screen, subject: PostDesk, times: int) -> None:
        self.figures: dict[tuple[str, int], Figure] = {}
        self._screen = screen
        self._subject = subject
        self._times = times

    def run(self) -> dict[tuple[str, int], Figure]:
        """All of it. What cannot be measured says so in its figures."""
        print("Post Desk, opening one post after the other", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="postdesk-bench-", ignore_cleanup_errors=True) as folder:
            home = Home(self._screen, self._subject, SMALL, Path(folder))
            try:
                home.settle_in()
                home.renew()
                program = home.start()
                try:
                    self._open(home)
                finally:
                    home.end(program)
            except (TimeoutError, NotFound, OSError) as error:
                print(f"  {error}", file=sys.stderr)
                note = f"no answer within {LIMIT:.0f} s" if isinstance(error, TimeoutError) else str(error)
                for row in (ROW_EDITOR, ROW_PREVIEW, HAND_EDITOR, HAND_PREVIEW):
                    for size in SIZES:
                        self.figures.setdefault((row.words, size), Figure(note=note))
        return self.figures

    def _open(self, home: Home) -> None:
        screen = self._screen
        home.wait_for_window()
        home.rest()
        screen.press(END)
        panes = locate(screen, home.settle, True, after=PLACES["start"])
        if panes.preview is None:
            raise NotFound("no preview found")
        editor, preview = panes.strips()
        screen.press(HOME, CONTROL)
        list_of_posts = Area(
            panes.window.x, panes.window.y, panes.editor.x - panes.window.x, panes.window.height
        )
        rows = self._rows(home, list_of_posts, editor)
        shown: dict[int, _Shown] = {}
        for size in (SMALL, LARGE, SMALL):  # the first of them to come from where it is known what was shown
            old = _Shown(screen.look(editor), screen.look(preview))
            screen.click(*rows[size])
            screen.park()
            if shown:
                for one in (old.editor, old.preview):
                    screen.until(lambda one=one: not screen.look(one.area).alike(one), LIMIT)  # type: ignore[misc]
            home.rest()
            shown[size] = _Shown(screen.look(editor), screen.look(preview))

        for row_editor, row_preview, by_hand in (
            (ROW_EDITOR, ROW_PREVIEW, False),
            (HAND_EDITOR, HAND_PREVIEW, True),
        ):
            found: dict[tuple[Row, int], list[float]] = {}
            for _again in range(self._times):
                for size in (LARGE, SMALL):
                    self._wait(shown[_OTHER[size]])
                    home.rest()
                    began = time.perf_counter()
                    second = self._hand_over(home, size) if by_hand else None
                    if second is None:
                        screen.click(*rows[size])
                    text, page = self._wait(shown[size])
                    if second is not None:
                        second.wait(LIMIT)
                    found.setdefault((row_editor, size), []).append(1000 * (text - began))
                    found.setdefault((row_preview, size), []).append(1000 * (page - began))
            for (row, size), values in found.items():
                self.figures[row.words, size] = Figure(tuple(values))

    def _hand_over(self, home: Home, size: int) -> Program:
        return Program(
            self._subject.hand_over(home.path, size), self._screen.name, home.path, self._subject.environment
        )

    def _wait(self, shown: _Shown) -> tuple[float, float]:
        """When the post was seen in the editor and in the preview (`time.perf_counter`)."""
        text = page = 0.0

        def both() -> bool:
            nonlocal text, page
            if not text and self._screen.look(shown.editor.area).alike(shown.editor):
                text = time.perf_counter()
            if not page and self._screen.look(shown.preview.area).alike(shown.preview):
                page = time.perf_counter()
            return bool(text and page)

        self._screen.until(both, LIMIT)
        return text, page

    def _rows(self, home: Home, posts: Area, editor: Area) -> dict[int, tuple[int, int]]:
        """Where to click for either post: a second start opens the other one, and the mark in the list moves."""
        screen = self._screen
        home.rest()
        before, text = screen.look(posts), screen.look(editor)
        second = self._hand_over(home, LARGE)
        screen.until(lambda: not screen.look(editor).alike(text), LIMIT)
        second.wait(LIMIT)
        home.rest()
        marks = [
            one
            for one in regions(before.changes(screen.look(posts)))
            if one.height >= _ROW and one.width > posts.width / 2
        ]
        if not marks:
            raise NotFound("the rows of the posts were not found")
        top, bottom = min(one.y for one in marks), max(one.bottom for one in marks)
        middle = posts.x + marks[0].x + marks[0].width // 2
        upper, lower = (
            (middle, posts.y + top + (bottom - top) // 4),
            (middle, posts.y + bottom - (bottom - top) // 4),
        )
        screen.click(*upper)
        screen.park()
        home.rest()
        first = SMALL if screen.look(editor).alike(text) else LARGE
        return {first: upper, _OTHER[first]: lower}
