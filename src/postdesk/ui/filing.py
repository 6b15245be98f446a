"""Looks at what other programs did to the receipts, after the looks at the library and in none of its lanes: nothing
that she saves waits for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from postdesk.library.filings import Filings
from postdesk.ui.tasks import Tasks

_SELDOM = 8  # times as long as a look takes is none, while receipts keep changing


class Filing:
    """`changed` is called when the list has to say something else, `failed` once for each trouble that lasts."""

    def __init__(
        self,
        filings: Filings,
        tasks: Tasks,
        changed: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._filings, self._tasks = filings, tasks
        self._changed, self._failed = changed, failed
        self._looking = self._told = False
        self._again = -math.inf  # when they may be looked at again

    def look(self) -> None:
        """Begin a look, unless it is too soon."""
        if self._looking or time.monotonic() < self._again:
            return
        self._looking = True

        def look() -> tuple[bool, float]:
            began = time.monotonic()
            return self._filings.look(), time.monotonic() - began

        self._tasks.run(look, self._looked, self._not_looked)

    def _looked(self, looked: tuple[bool, float]) -> None:
        are_other, seconds = looked
        self._looking = self._told = False
        self._again = time.monotonic() + _SELDOM * seconds
        if are_other:
            self._changed()

    def _not_looked(self, error: Exception) -> None:
        self._looking = False
        if not self._told:  # not at every look
            self._told = True
            self._failed(error)
