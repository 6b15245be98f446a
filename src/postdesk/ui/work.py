"""Work that goes on while she writes: the status bar tells it, and a click there or its command stops it."""

from __future__ import annotations

from postdesk.core.cancel import Cancel
from postdesk.ui.window import MainWindow


class Work:
    """One run at a time. `action` is the command that begins it, and stops it while it goes on; `begins` and `stops`
    are its words then, "" for an action whose words stay."""

    def __init__(self, window: MainWindow, action: str = "", begins: str = "", stops: str = "") -> None:
        self._window = window
        self._action, self._begins, self._stops = action, begins, stops
        self._cancel: Cancel | None = None
        self._words = ""
        window.status.work_clicked.connect(self._clicked)

    @property
    def is_busy(self) -> bool:
        """Whether it goes on."""
        return self._cancel is not None

    def begin(self) -> Cancel:
        """The switch for a run that begins now."""
        self._cancel = Cancel()
        self._name(self._stops)
        return self._cancel

    def say(self, words: str) -> None:
        """How far it is; nothing once it is over."""
        if self._cancel is not None:
            self._words = words
            self._window.status.set_work(words)

    def stop(self) -> None:
        """Ask it to stop; what it did until then stays."""
        if self._cancel is not None:
            self._cancel.set()

    def over(self) -> None:
        """It has ended, whichever way."""
        shown = self._is_told
        self._cancel, self._words = None, ""
        self._name(self._begins)
        if shown:
            self._window.status.set_work("")

    @property
    def _is_told(self) -> bool:
        """Whether the status bar speaks of this and not of other work."""
        return bool(self._words) and self._window.status.work.accessibleName() == self._words

    def _clicked(self) -> None:
        if self._is_told:
            self.stop()

    def _name(self, words: str) -> None:
        if words:
            self._window.actions_table.set_text(self._action, words)
