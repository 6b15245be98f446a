"""Everything that is measured of one program with one post: starts, keys, the place in view, and memory."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import (
    KEY_EDITOR,
    KEY_PREVIEW,
    LETTER,
    MEMORY,
    MEMORY_AFTER,
    PAINTED,
    PREVIEWED,
    SHOWN,
    SIZES,
    VISIBLE,
    Figure,
    Row,
)  # fmt: skip
from tests.bench.homes import LIMIT, Home
from tests.bench.keys import go_to, key_times, keys_in_view, type_prose
from tests.bench.panes import NotFound, Panes, locate
from tests.bench.picture import Area, Picture
from tests.bench.post import PLACES
from tests.bench.screen import EMPTY, END, Screen
from tests.bench.subjects import Subject

_KEYS_A_SECOND = 20
_IN_VIEW = 6  # letters at each place
_SILENT = f"no answer within {LIMIT:.0f} s"
_OUT_OF_VIEW = "the place is not in view"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done: starts of each kind, keys timed, keys typed for the memory, and seconds for slow keys."""

    starts: int = 5
    keys: int = 30
    typed: int = 1000
    budget: float = 40.0


class Measurement:
    """One program with one post on one display; `figures` fill up."""

    def __init__(self, screen: Screen, subject: Subject, size: int, plan: Plan, preview: bool = True) -> None:
        self.figures: dict[tuple[str, int], Figure] = {}
        self._screen = screen
        self._subject = subject
        self._size = size
        self._plan = plan
        self._preview = preview
        self._look: _Look | None = None

    def run(self) -> dict[tuple[str, int], Figure]:
        """All of it. What cannot be measured says so in its figure."""
        tell(f"{self._subject.name}, {SIZES.get(self._size, 'empty')}")
        with tempfile.TemporaryDirectory(prefix="postdesk-bench-", ignore_cleanup_errors=True) as folder:
            home = Home(self._screen, self._subject, self._size, Path(folder))
            self._part((MEMORY, KEY_EDITOR, KEY_PREVIEW, *VISIBLE.values()), lambda: self._write(home))
            look = self._look
            if look is not None:
                self._part((PAINTED, SHOWN, PREVIEWED, LETTER), lambda: self._starts(home, look))
        return self.figures

    def _set(self, row: Row, values: Iterable[float], unit: str = "ms", note: str = "", of: int = 0) -> None:
        self.figures[row.words, self._size] = Figure(tuple(values), unit, note, of)

    def _part(self, rows: Iterable[Row], part: Callable[[], None]) -> None:
        try:
            part()
        except (TimeoutError, NotFound, OSError) as error:
            tell(f"  {error}")
            for row in rows:
                if (row.words, self._size) not in self.figures:
                    self._set(row, (), note=_SILENT if isinstance(error, TimeoutError) else str(error))

    # --- keys and memory ---

    def _write(self, home: Home) -> None:
        """Open it, find the panes, type at every place."""
        home.settle_in()
        home.renew()
        program = home.start()
        try:
            home.wait_for_window()
            opened = home.rest()
            self._set(MEMORY, [program.memory()], "MB")
            self._screen.press(END)
            word = PLACES["start"] if self._preview else ""
            panes = locate(self._screen, home.settle, self._preview, after=word)
            tell(
                f"  panes: {_columns(panes.editor)} and {_columns(panes.preview)} of {_columns(panes.window)}"
            )
            self._look = _Look.of(opened, panes)
            if self._preview:
                self._in_view(panes, home)
                self._keys(panes, home)
            if self._plan.typed and self._preview:
                type_prose(self._screen, self._plan.typed, 1 / _KEYS_A_SECOND)
                home.rest()
                self._set(MEMORY_AFTER, [program.memory()], "MB", f"({self._plan.typed:,} keys)")
            if not program.running:
                raise NotFound("the program ended while letters were typed")
        finally:
            home.end(program)

    def _in_view(self, panes: Panes, home: Home) -> None:
        for place, row in VISIBLE.items():
            if panes.preview is None:
                self._set(row, (), note="no preview found")
                continue
            go_to(self._screen, place, PLACES[place])
            home.rest()
            seen = keys_in_view(self._screen, home.settle, panes.preview, _IN_VIEW)
            self._set(row, [seen], "keys", of=_IN_VIEW)

    def _keys(self, panes: Panes, home: Home) -> None:
        """In the middle of the text. The preview's share is left out where the place is not in view there."""
        go_to(self._screen, "middle", PLACES["middle"])
        home.rest()
        here = locate(self._screen, home.settle, True, after=PLACES["middle"], tries=2)
        areas = [here.editor_line.room(12, here.window)]
        if here.preview_line is not None:
            areas.append(here.preview_line.room(12, here.window))
        times = key_times(self._screen, areas, self._plan.keys, LIMIT, self._plan.budget)
        for row, found in zip((KEY_EDITOR, KEY_PREVIEW), times):
            good = [value for value in found if value is not None]
            self._set(
                row, good, note="" if len(good) == len(found) else f"then {_SILENT}" if good else _SILENT
            )
        if here.preview_line is None:
            self._set(KEY_PREVIEW, (), note=_OUT_OF_VIEW)

    # --- the start ---

    def _starts(self, home: Home, look: _Look) -> None:
        found: dict[Row, list[float]] = {PAINTED: [], SHOWN: [], LETTER: [], PREVIEWED: []}
        for _again in range(self._plan.starts):
            home.renew()
            program = home.start()
            when: dict[Row, float] = {}
            try:
                self._start(look, when)
            except TimeoutError:
                tell(f"  a start showed only: {', '.join(row.words for row in when) or 'nothing'}")
            finally:
                home.end(program)
            for row, at in when.items():
                found[row].append(1000 * (at - program.started))
        if not self._preview:
            del found[PREVIEWED], found[SHOWN]  # an empty window shows its text when it is painted
        for row, values in found.items():
            silent = _SILENT if row is not PREVIEWED or look.strips[1:] else "no preview found"
            self._set(row, values, note="" if len(values) == self._plan.starts else silent)

    def _start(self, look: _Look, when: dict[Row, float]) -> None:
        """Put down when (`time.perf_counter`) the window was painted, its text shown, and a letter typed there
        seen. Raises TimeoutError."""
        screen, text = self._screen, look.strips[0]
        last = 0.0

        def focused() -> None:
            nonlocal last
            if time.perf_counter() - last > 0.03:
                screen.focus()
                last = time.perf_counter()

        def painted() -> bool:
            focused()
            return screen.look(text.area).share_of(EMPTY) < 0.02

        def shown() -> bool:
            focused()
            return screen.look(text.area).alike(text)

        when[PAINTED] = screen.until(painted, LIMIT)
        when[SHOWN] = screen.until(shown, LIMIT)
        before, pressed = screen.look(look.line), 0.0

        def letter() -> bool:
            nonlocal pressed
            if time.perf_counter() - pressed > 0.03:
                screen.focus()
                screen.press(ord("x"))
                pressed = time.perf_counter()
            return screen.look(look.line).differs_by_letter(before)

        when[LETTER] = screen.until(letter, LIMIT)
        for strip in look.strips[1:]:
            when[PREVIEWED] = screen.until(lambda strip=strip: screen.look(strip.area).alike(strip), LIMIT)  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Look:
    """How a window looks once it has started: parts of its panes, and the line that is typed at."""

    strips: tuple[Picture, ...]
    line: Area

    @classmethod
    def of(cls, picture: Picture, panes: Panes) -> _Look:
        line = panes.editor_line.area
        whole = Area(panes.editor.x, line.y - 3, min(panes.editor.width, 400), line.height + 6)
        return cls(tuple(picture.cut(strip) for strip in panes.strips()), whole.within(panes.window))


def tell(words: str) -> None:
    """Say how far it is, apart from the tables."""
    print(words, file=sys.stderr, flush=True)


def _columns(area: Area | None) -> str:
    return "none" if area is None else f"{area.x} to {area.right}"
