"""The list of posts as values: the library's files and each blog's own posts, with where each of them stands.

Everything here is gathered in tasks; the sidebar is told the rows. Other programs' changes to the library are
noticed by a look every moment (a walk over the files' times and sizes) and by the system's own notices where it
has them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.errors import PostDeskError
from postdesk.library.context import Context
from postdesk.library.library import Changes
from postdesk.library.query import read_query
from postdesk.publishing.desk import Desk
from postdesk.ui.beginning import first_rows
from postdesk.ui.filing import Filing
from postdesk.ui.finding import contexts, find_rows
from postdesk.ui.gathering import Gathered, gather, path_of
from postdesk.ui.sidebar.listing import Found
from postdesk.ui.sidebar.switcher import Blog
from postdesk.ui.tasks import Tasks

LOOK = 900  # ms between two looks at the library, and so many times as long as one takes:
_RARELY = 20
_SLICE = (
    0.4  # s for the first part of a library that is looked at for the first time; the next ones are longer
)
_LONGER = 1.5
_SOON = 0.15  # s from a notice of the system to a look
_SELDOM = 8  # times as long as a look or the gathering of rows takes is nothing of it done, while files keep changing
_LONGEST = 1.0  # s: whatever she saves meanwhile waits for a part
_WATCHED = 1000  # folders whose changes the system tells at once; the looks find those in others
_LEARNT = (200, 500)  # posts that the index learns at once: the first are there soon
_TELL = 400  # ms between two words of how many posts can be searched,
_MUCH = 1000  # posts that cannot be, from which on anything is said of it
_AGAIN = 2  # s between two searches for what she looks for, while more and more can be found
_MERGE = 120  # ms between two parts of the index that are merged, each in some 20 ms
_STILL = 5  # s after a search in which nothing is merged


class Shelf(QObject):
    """Gathers the rows. `gathered(Gathered)` after every change; `changed_outside(Changes)` when other programs
    did something to the library; `found(query, Found | None)` answers a search, `explained(query, contexts)` says
    where it was found; `told(sentence)` is a notice; `stirred`: some file in a folder with posts is another one;
    `searchable(done, of)`: while many posts are read, how many of them can be searched, and at last that all can."""

    gathered = Signal(object)
    changed_outside = Signal(object)
    found = Signal(str, object)
    explained = Signal(str, object)
    told = Signal(str)
    stirred = Signal()
    searchable = Signal(int, int)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._blog = ""
        self._busy = False
        self._again = False
        self._looking = False
        self._missing = False  # the library could not be looked at, and she was told
        self._filing = Filing(desk.receipts.filings, tasks, self._filed, self._say)
        self._query = ""
        self._asked = 0  # searches so far: the answer to an older one comes too late
        self._order = desk.settings.order
        self._gathered: Gathered | None = None
        self._slice = _SLICE
        self._took = self._looked_at = 0.0  # how long the last look took, and when it ended
        self._shown_at = 0.0  # when rows were asked for last because of a look, and
        self._rest = 0.0  # how long that is to be left alone, in s
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._show_what_came)
        self._learning = False
        self._came = False  # something was found since it began to
        self._learnt = 0  # batches, one after the other
        self._started = False  # the list has begun to come
        self._has_looked = False
        self._stale = False  # something was found that the list does not show
        self._quitting = Cancel()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon)
        self._hint = QTimer(self, singleShot=True)
        self._hint.timeout.connect(self.look)
        self._searched = -math.inf  # when she searched last
        self._telling = QTimer(self, interval=_TELL)
        self._telling.timeout.connect(self._tell)
        self._told_of = False  # that not all can be searched
        self._merging = QTimer(self, singleShot=True, interval=_MERGE)
        self._merging.timeout.connect(self._merge)

    def start(self, beginning: Gathered | None = None) -> None:
        """Look at the library for the first time, and from now on. `beginning` are the first rows, where they are there
        already."""
        self._watcher.addPath(str(self._desk.library.root))
        desk, library, blog, order = self._desk, self._desk.library, self._blog, self._order

        def begun(gathered: Gathered | None) -> None:
            if gathered is not None and not self._quitting.is_set:
                self._take(gathered)
            self._tasks.run(library.recall, recalled, not_recalled, lane="library")

        def recalled(_nothing: None) -> None:
            # Not before: the rest of the list would be missing from it.
            self._started = self._gathered is not None
            self.refresh()
            # What is remembered comes first where there is something, as the two would take turns.
            if not self._busy:
                self._look_first()

        def not_recalled(error: Exception) -> None:
            self._say(error)
            recalled(None)

        def not_begun(error: Exception) -> None:
            self._say(error)
            begun(None)

        if beginning is not None:
            begun(beginning)
            return
        # In no lane: another one may be reading the post that she opens, which needs the whole list.
        self._tasks.run(
            lambda: first_rows(library, desk.accounts, desk.archive, blog, order), begun, not_begun
        )

    def stop(self) -> None:
        """At quit."""
        self._quitting.set()
        for timer in (self._timer, self._later, self._hint, self._telling, self._merging):
            timer.stop()

    def set_order(self, order: str) -> None:
        """Sort by one of `core.settings.ORDERS`."""
        if order != self._order:
            self._order = order
            self.refresh()

    def set_blog(self, account_id: str) -> None:
        """Show one blog's view of things, or ("") that of all."""
        self._blog = account_id
        self.refresh()

    def refresh(self) -> None:
        """Gather the rows anew; while one gathering runs, the next waits for it."""
        if self._busy or not self._started:
            self._again = self._busy
            return
        self._busy = True
        blog, order, before = self._blog, self._order, self._gathered

        def gather_rows() -> tuple[Gathered, float]:
            began = time.monotonic()
            return gather(self._desk, blog, order, before), time.monotonic() - began

        self._tasks.run(gather_rows, self._show, self._not_gathered)

    def _look_first(self) -> None:
        """The first look, once."""
        if not (self._has_looked or self._quitting.is_set):
            self._has_looked = True
            self.look()

    def look(self) -> None:
        """See what other programs did to the library."""
        if self._looking:
            return
        self._looking = True
        self._timer.stop()
        library, budget = self._desk.library, self._slice

        def look() -> tuple[Changes, bool, float]:
            began, first = time.monotonic(), not library.is_complete
            return library.look(budget), first, time.monotonic() - began

        self._tasks.run(look, self._looked, self._look_failed, lane="library")

    def search(self, query: str) -> None:
        """Find posts by their text too; the answer comes as `found`, for the newest query only."""
        self._query = query
        self._asked += 1
        number = self._asked
        gathered, asked = self._gathered, read_query(query)
        if not asked or gathered is None:
            self.found.emit(query, None)
            return
        self._searched = time.monotonic()

        def answered(found: Found) -> None:
            if self._asked == number:
                self.found.emit(query, found)

        self._tasks.run(
            lambda: find_rows(self._desk.library, gathered.searchable, asked, lambda: self._asked != number),
            answered,
            self._say,
        )

    def explain(self, query: str, keys: Sequence[str]) -> None:
        """Where in these posts `query` was found; the answer comes as `explained`."""
        words = read_query(query).wanted
        paths = {key: path for key in keys if (path := path_of(key)) is not None}

        def answered(lines: dict[str, Context]) -> None:
            if self._query == query:
                self.explained.emit(query, lines)

        if words and paths:
            self._tasks.run(lambda: contexts(paths, words), answered, self._say)

    def blogs(self) -> tuple[Blog, ...]:
        """The blogs for the switcher."""
        return tuple(
            Blog(a.id, a.name, a.options.get("address") or a.address) for a in self._desk.accounts.all()
        )

    @property
    def is_busy(self) -> bool:
        """Whether rows are being gathered."""
        return self._busy or self._again

    @property
    def is_learning(self) -> bool:
        """Whether the index is being taught."""
        return self._learning

    def _soon(self, _folder: str) -> None:
        # At once, but where one notice follows the other most of the time is left for other things.
        since = time.monotonic() - self._looked_at
        if not self._hint.isActive():
            self._hint.start(round(1000 * max(_SOON, _SELDOM * self._took - since)))
        self.stirred.emit()

    def _take(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self.gathered.emit(gathered)

    def _show(self, made: tuple[Gathered, float]) -> None:
        gathered, seconds = made
        self._busy = False
        if self._desk.library.is_complete:
            self._rest = _SELDOM * seconds
        self._take(gathered)
        self._look_first()
        if self._query:
            self.search(self._query)
        titles = gathered.listing.titles
        if self._desk.library.is_complete and not titles.is_ready:
            self._tasks.run(titles.prepare, failed=self._say)
        self._gather_again()

    def _not_gathered(self, error: Exception) -> None:
        self._busy = False
        self._say(error)
        self._look_first()
        self._gather_again()

    def _gather_again(self) -> None:
        if self._again:
            self._again = False
            self.refresh()

    def _say(self, error: Exception) -> None:
        self.told.emit(error.sentence if isinstance(error, PostDeskError) else str(error))

    def _looked(self, looked: tuple[Changes, bool, float]) -> None:
        changes, first, seconds = looked
        self._looking = self._missing = False
        self._took, self._looked_at = seconds, time.monotonic()
        complete = self._desk.library.is_complete
        self._stale = self._stale or bool(changes) or not self._started
        self._started = True
        told = replace(changes, added=0) if first else changes
        if told:
            self.changed_outside.emit(told)
        if self._stale:
            # While a large library or a blog's posts come in parts, the rows are not made anew for each of them.
            left = self._rest - (time.monotonic() - self._shown_at)
            if left <= 0 or (complete and first):
                self._rest = _LONGER * (self._rest + seconds)
                self._show_what_came()
            elif complete and not self._quitting.is_set:
                self._later.start(round(1000 * left))
        if self._quitting.is_set:
            return
        self._learn()
        if complete:
            self._filing.look()
            self._watch()
            self._timer.start(max(LOOK, round(_RARELY * 1000 * seconds)))
        else:
            self._slice = min(_LONGEST, _LONGER * self._slice)
            self.look()

    def _filed(self) -> None:
        if not self._quitting.is_set:
            self.refresh()

    def _show_what_came(self) -> None:
        self._later.stop()
        self._stale = False
        self._shown_at = time.monotonic()
        self.refresh()

    def _learn(self) -> None:
        """Let the index follow, step by step."""
        if self._quitting.is_set or self._learning:
            self._came = True
            return
        self._learning, self._came = True, False
        if not self._telling.isActive():
            self._telling.start()
        most = _LEARNT[min(self._learnt, len(_LEARNT) - 1)]
        self._tasks.run(
            lambda: self._desk.library.index_more(most, self._quitting),
            self._was_learnt,
            self._not_learnt,
            lane="index",
        )

    def _was_learnt(self, more: bool) -> None:
        self._learning = False
        self._learnt += 1
        if (more or self._came) and not self._quitting.is_set:
            self._learn()
            return
        self._learnt = 0
        if self._query and not self._busy:
            self.search(self._query)
        if not self._quitting.is_set:
            self._merging.start()

    def _not_learnt(self, error: Exception) -> None:
        self._learning = False
        self._say(error)

    def _tell(self) -> None:
        """Say how many posts can be searched, where that is not soon all; and look again for what she looks for."""
        done, of = self._desk.library.searchable
        is_over = not self._learning and self._desk.library.is_complete
        if not is_over and (self._told_of or of - done >= _MUCH):
            self._told_of = True
            self.searchable.emit(min(done, of - 1), of)
            if self._query and not self._busy and time.monotonic() - self._searched > _AGAIN:
                self.search(self._query)
        elif is_over:
            self._telling.stop()
            if self._told_of:
                self._told_of = False
                self.searchable.emit(of, of)

    def _merge(self) -> None:
        """Let the index put what it learnt in order, a little at a time, while there is nothing to learn."""
        if time.monotonic() - self._searched < _STILL:
            self._merging.start()
        elif not (self._quitting.is_set or self.is_learning):
            self._tasks.run(self._desk.library.merge_index, self._was_merged, self._say, lane="index")

    def _was_merged(self, more: bool) -> None:
        if more and not self._quitting.is_set:
            self._merging.start()

    def _watch(self) -> None:
        there = set(self._watcher.directories())
        come = [folder for folder in self._desk.library.watched[:_WATCHED] if folder not in there]
        if come:
            self._watcher.addPaths(come)

    def _look_failed(self, error: Exception) -> None:
        self._looking = False
        self._timer.start(LOOK)
        if not self._missing:  # not at every look
            self._missing = True
            self._say(error)
            if not self._started:  # the posts of the blogs are there all the same
                self._started = True
                self.refresh()
