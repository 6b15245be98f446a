"""Typewriter mode: the line that is typed in stays at its height, and the text moves under it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit

_SHARE = 0.5  # of the field's height that is above the line, as where Qt centres


def scroll_to_height(field: QPlainTextEdit, share: float, step: float) -> None:
    """Scrolls until the cursor's line is at `share` of the field's height, as near as whole lines allow; `step` is the
    usual distance of two lines in px."""
    bar = field.verticalScrollBar()
    for _again in range(3):  # lines are not all equally high: headings, other scripts
        over = field.cursorRect().center().y() - field.viewport().height() * share
        lines = round(over / step)
        before = bar.value()
        bar.setValue(before + lines)
        if not lines or bar.value() == before:
            break


class Typewriter:
    """Holds the line of a field while it is on. A click leaves the text where it is: what is under the mouse stays."""

    def __init__(self, field: QPlainTextEdit, step: Callable[[], float]) -> None:
        self._field = field
        self._step = step
        self.on = False
        self.pressed = False  # a mouse button is down

    def set_on(self, on: bool) -> None:
        """Holds from now on, or no longer."""
        self.on = on
        self._field.setCenterOnScroll(on)  # which also makes room below the last line
        self.hold()

    def hold(self) -> None:
        """Puts the cursor's line where it belongs."""
        if self.on and not self.pressed:
            scroll_to_height(self._field, _SHARE, self._step())
