"""What the status bar tells for as long as it is true, and what a click on it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from postdesk.ui.status import StatusBar


@dataclass(frozen=True, slots=True)
class _Notice:
    sentence: str
    lead: Callable[[], object]


class Below(QObject):
    """One notice for each matter; the newest is shown, and when it is over, the one before it."""

    def __init__(self, status: StatusBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._status = status
        self._notices: dict[str, _Notice] = {}
        status.notice_clicked.connect(self._clicked)

    def say(self, matter: str, sentence: str, lead: Callable[[], object]) -> None:
        """Tell a sentence about a matter in the place of what was told of it; a click calls `lead()`."""
        self._notices.pop(matter, None)
        self._notices[matter] = _Notice(sentence, lead)
        self._show()

    def over(self, *matters: str) -> None:
        """What was told of these is not true any more."""
        for matter in matters:
            self._notices.pop(matter, None)
        self._show()

    @property
    def matters(self) -> tuple[str, ...]:
        """What something is told about, the newest last."""
        return tuple(self._notices)

    def _show(self) -> None:
        matter = next(reversed(self._notices), "")
        self._status.set_notice(self._notices[matter].sentence if matter else "", matter)

    def _clicked(self, matter: str) -> None:
        if matter in self._notices:
            self._notices[matter].lead()
