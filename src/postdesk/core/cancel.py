"""A switch that a long job looks at, so that the writer can stop it."""

from __future__ import annotations

from threading import Event, Lock
from weakref import WeakSet

from postdesk.core.errors import Cancelled
from postdesk.core.language import _


class Cancel:
    """Set once from any thread; never unset. A job calls `check()` between its steps."""

    def __init__(self) -> None:
        self._event = Event()
        self._lock = Lock()
        self._parts: WeakSet[Cancel] = WeakSet()

    def set(self) -> None:
        """Ask the job to stop at its next check."""
        with self._lock:
            self._event.set()
            parts = list(self._parts)
        for part in parts:
            part.set()

    def part(self) -> Cancel:
        """A switch for one part of the job: set together with this one, or alone."""
        made = Cancel()
        with self._lock:
            self._parts.add(made)
            if self._event.is_set():
                made._event.set()
        return made

    @property
    def is_set(self) -> bool:
        """Whether the job was asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` or until set; returns whether it is set."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raise `Cancelled` when the job was asked to stop."""
        if self._event.is_set():
            raise Cancelled(_("Stopped."), _("What was already done stays as it is."))
