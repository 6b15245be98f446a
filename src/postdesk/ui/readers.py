"""After something went out: what the blog made differently and what readers get, as toasts that can be silenced."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.core.language import _
from postdesk.publishing.desk import Desk
from postdesk.publishing.differences import Difference, Weight
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.ui.publisher import Publisher
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast, Toasts

LANE = "readers"
_log = logging.getLogger(__name__)

Choices = list[tuple[str, Callable[[], None]]]


class Readers(QObject):
    """Looks, after each publication, at the page as anybody gets it; nothing waits for that. `open_outside(address)`:
    she wants to see it herself."""

    open_outside = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, publisher: Publisher, toasts: Toasts) -> None:
        super().__init__(toasts)
        self._desk = desk
        self._tasks = tasks
        self._toasts = toasts
        self._cancel = Cancel()
        publisher.done.connect(self.look)

    def stop(self) -> None:
        """At quit: a look that is under way is left."""
        self._cancel.set()

    def look(self, result: JobResult) -> None:
        """Look at what was done as a reader, and tell what is not as it should be."""
        if result.kind is not ResultKind.DONE or result.expected is None:
            return
        cancel = self._cancel
        self._tasks.run(
            lambda: self._desk.look_as_reader(result, cancel),
            lambda told: self._told(result, told),
            self._failed,
            lane=LANE,
        )

    def silencing(self, account_id: str, told: Iterable[Difference]) -> Choices:
        """The choice "Don't tell again" for those of `told` that may be silenced; [] for none."""
        kinds = tuple(d.kind for d in told if d.weight is not Weight.ALWAYS)
        if not kinds:
            return []
        return [(_("Don’t Tell Again"), lambda: self._desk.tell_no_more(account_id, kinds))]

    def _told(self, result: JobResult, told: tuple[Difference, ...]) -> None:
        if not told:
            return
        choices: Choices = []
        if result.address:
            choices.append((_("View"), lambda: self.open_outside.emit(result.address)))
        choices += self.silencing(result.account_id, told)
        grave = any(d.weight is Weight.ALWAYS for d in told)
        self._toasts.say(Toast(" ".join(d.sentence for d in told), tuple(choices), stays=grave))

    @staticmethod
    def _failed(error: Exception) -> None:
        if not isinstance(error, Cancelled):  # what was done is done: the look alone failed
            _log.warning("A look as a reader failed: %s", error)
