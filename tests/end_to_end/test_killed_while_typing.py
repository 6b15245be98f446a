"""SIGKILL at random moments while she types: the next window has every character older than a second."""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from postdesk.core.files import ANY, save_file
from postdesk.core.folders import under
from postdesk.library.recovery import Recovery
from tests.end_to_end.program import Keyboard, Program

KILLS = 50
_SAFE_S = 1.0  # what was typed longer ago than this is never lost
_SAVES_S = 1.5  # after a pause of this length the file itself is written: an interesting moment to die in


@dataclass
class Typed:
    """What was pressed in one run, each key with the moment when the X server had it."""

    keys: list[tuple[str, float]] = field(default_factory=list)

    def before(self, moment: float) -> str:
        return "".join(letter for letter, at in self.keys if at <= moment)

    @property
    def all(self) -> str:
        return "".join(letter for letter, _at in self.keys)


@pytest.fixture
def keyboard(qapp: QApplication) -> Generator[Keyboard, None, None]:
    """On the tests' own display."""
    keys = Keyboard()
    yield keys
    keys.close()


def test_the_next_window_has_every_character_older_than_a_second(home: Path, keyboard: Keyboard) -> None:
    chance = random.Random(20261122)
    post = home / "documents" / "Post Desk" / "live.md"
    save_file(post, b"---\ntitle: Live\n---\n\nStart:\n", expected=ANY, parents=True)
    recovery = Recovery(under(home).state)
    lost: list[str] = []
    before, typed, killed_at = "", Typed(), 0.0
    for start in range(KILLS + 1):
        # Without the preview the program starts sooner; the first and the last starts have it.
        recovery.save_session({} if start in (0, 1, KILLS) else {"panes": ["sidebar"]})
        program = Program(home, post)
        try:
            if start:
                lost += _missing(f"kill {start}", before, typed, killed_at, program.ready.body)
            before, typed = program.ready.body, Typed()
            if start < KILLS:
                keyboard.go_to(program.ready.window)
                _type(keyboard, typed, chance)
        finally:
            killed_at = time.monotonic()
            program.kill()
    assert lost == []
    assert len(before) > KILLS * 20, "hardly anything was typed"
    assert not list(post.parent.glob("*conflict*"))


def _type(keyboard: Keyboard, typed: Typed, chance: random.Random) -> None:
    """Type until the moment of the kill. One run in four pauses at the end, for about as long as the program waits
    before it writes the file."""
    letters, pace = _letters(chance), chance.uniform(0.008, 0.04)
    end = time.monotonic() + chance.uniform(0.6, 2.4)
    while time.monotonic() < end:
        letter = next(letters)
        typed.keys.append((letter, keyboard.press(letter)))
        time.sleep(pace * chance.random())
    if chance.random() < 0.25:
        time.sleep(_SAVES_S + chance.uniform(-0.05, 0.15))


def _letters(chance: random.Random) -> Iterator[str]:
    """Words without end, a new line now and then."""
    while True:
        for _word in range(chance.randrange(3, 12)):
            for _letter in range(chance.randrange(1, 9)):
                yield chance.choice("abcdefghijklmnopqrstuvwxyz0123456789")
            yield " "
        yield "x"
        yield "\n"


def _missing(when: str, before: str, typed: Typed, killed_at: float, after: str) -> list[str]:
    """What the next window should have and has not, in words."""
    if not after.startswith(before):
        return [f"{when}: what was there before is not: {after[-80:]!r} after {before[-80:]!r}"]
    new = after[len(before) :]
    if not typed.all.startswith(new):
        return [f"{when}: {new[-80:]!r} was never typed; this was: {typed.all[:80]!r}"]
    safe = typed.before(killed_at - _SAFE_S)
    if len(new) < len(safe):
        return [f"{when}: {len(safe) - len(new)} characters older than a second of {len(safe)}"]
    return []
