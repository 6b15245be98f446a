"""Keys and what comes of them: when a letter shows in editor and preview, and whether its place is in view."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.bench.panes import regions
from tests.bench.picture import Area, Picture
from tests.bench.screen import BACKSPACE, CONTROL, END, ESCAPE, HOME, LEFT, RETURN, Screen

_PAUSE = 0.3  # s from a letter's last change to the next key; less than a caret stays visible after a key
_TURN = 10  # letters typed before as many are taken back
_LINE = 60  # px; what is higher is no line of text
_PROSE = "the boat left at noon and the quay was long "
_PARAGRAPH = 10 * len(_PROSE)


def go_to(screen: Screen, place: str, word: str) -> None:
    """Put the caret at the end of the line of that place (a key of `PLACES`)."""
    if place == "start":
        screen.press(HOME, CONTROL)
    elif place == "end":
        screen.press(END, CONTROL)
        time.sleep(0.5)
        screen.press(LEFT)  # the text ends with a line end
    else:
        screen.press(ord("f"), CONTROL)
        time.sleep(1.0)
        screen.type(word, 0.05)
        time.sleep(0.8)
        screen.press(RETURN)
        time.sleep(0.8)
        screen.press(ESCAPE)
    time.sleep(0.5)
    screen.press(END)
    time.sleep(0.3)


@dataclass(slots=True)
class _Watched:
    area: Area
    before: Picture
    seen: list[tuple[float, Picture]]

    def look(self, screen: Screen) -> bool:
        """Look again; returns whether it changed by a letter."""
        now = screen.look(self.area)
        if not now.differs_by_letter(self.seen[-1][1] if self.seen else self.before):
            return False
        self.seen.append((time.perf_counter(), now))
        return True

    def since(self) -> float | None:
        """When it came to look as it does at the end; None when it is as before. A flicker in between is not it."""
        if not self.seen or not self.seen[-1][1].differs_by_letter(self.before):
            return None
        last = self.seen[-1][1]
        return next(when for when, picture in self.seen if not picture.differs_by_letter(last))


def key_times(
    screen: Screen, areas: Sequence[Area], keys: int, limit: float, budget: float
) -> list[list[float | None]]:
    """For each area the ms from each key to the letter's change there; None where it did not come within `limit` s.
    Letters are typed and taken back in turn. Ends early after `budget` s (but not before five keys), or at a key that
    did not show somewhere."""
    times: list[list[float | None]] = [[] for _area in areas]
    end = time.perf_counter() + budget
    for number in range(keys):
        if number >= 5 and time.perf_counter() > end:
            break
        watched = [_Watched(area, screen.look(area), []) for area in areas]
        key = BACKSPACE if number // _TURN % 2 else ord("x")
        pressed = changed = time.perf_counter()
        screen.press(key)
        while True:
            for one in watched:
                if one.look(screen):
                    changed = time.perf_counter()
            now = time.perf_counter()
            if now - pressed > limit or (all(one.seen for one in watched) and now - changed > _PAUSE):
                break
            time.sleep(0.001)
        for one, found in zip(watched, times):
            since = one.since()
            found.append(None if since is None else 1000 * (since - pressed))
        if any(one[-1] is None for one in times):
            break
    return times


def keys_in_view(screen: Screen, settle: Callable[[Area], Picture], preview: Area, keys: int) -> int:
    """How many of so many letters could be seen in the preview after they were typed there. One more is typed: when
    the preview moves with a letter, the next one shows whether it moved to the right place."""
    before = settle(preview)
    steps = []
    for _letter in range(keys + 1):
        screen.press(ord("x"))
        now = settle(preview)
        steps.append(_step(before, now))
        before = now
    for _letter in range(keys + 1):
        screen.press(BACKSPACE)
        time.sleep(0.03)
    settle(preview)
    return sum(step == "letter" or (step == "moved" and after == "letter") for step, after in pairwise(steps))


def _step(before: Picture, now: Picture) -> str:
    """What happened in a pane: a "letter", it "moved", or nothing ("")."""
    changed = regions(before.changes(now))
    if any(one.height > _LINE and one.width > _LINE for one in changed) or len(changed) > 6:
        return "moved"
    return "letter" if any(one.height <= _LINE and one.width > 4 for one in changed) else ""


def type_prose(screen: Screen, keys: int, pause: float) -> None:
    """So many keys of words, sentences and paragraphs, one every `pause` s."""
    due = time.perf_counter()
    for number in range(keys):
        if number % _PARAGRAPH >= _PARAGRAPH - 2:
            screen.press(RETURN)
        else:
            screen.press(ord(_PROSE[number % len(_PROSE)]))
        due = max(due + pause, time.perf_counter())
        time.sleep(max(0.0, due - time.perf_counter()))
