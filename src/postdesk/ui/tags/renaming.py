"""Carries a rename of a tag or category out, a few files at a time, so that what she types is saved in between.

The open post is changed where she writes, not under her hands: its text is never taken for another program's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _, ngettext
from postdesk.library.library import Library
from postdesk.library.tags import (
    Change,
    Kind,
    Outcome,
    changes_for,
    counts,
    names_of,
    post_with,
    rename_one,
    renamed,
    take_back_one,
)
from postdesk.ui.session import LANE, Session
from postdesk.ui.tags.dialog import RenameDialog
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast, Toasts

_AT_ONCE = 8  # files that one task changes: a save of hers waits for no more than these
_NAMED = 3  # posts that a sentence names


class Renaming(QObject):
    """`changed`: the list is another one. `told(error)`: a notice."""

    changed = Signal()
    told = Signal(object)

    def __init__(
        self, library: Library, session: Session, tasks: Tasks, toasts: Toasts, window: QWidget
    ) -> None:
        super().__init__(window)
        self._library, self._session, self._tasks, self._toasts = library, session, tasks, toasts
        self._window = window
        self._dialog: RenameDialog | None = None
        self._run: _Run | None = None
        self._next: list[_Run] = []

    @property
    def dialog(self) -> RenameDialog:
        """The window, made when it is first asked for."""
        if self._dialog is None:
            made = RenameDialog(self._window)
            made.kind_chosen.connect(lambda _kind: self._show_names())
            made.asked.connect(self._look)
            made.agreed.connect(self._rename)
            made.stopped.connect(self.stop)
            self._dialog = made
        return self._dialog

    def open(self) -> None:
        """Ask which name, and show what would change. What is typed goes into its file first."""
        self._session.save()
        self._show_names()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        self.dialog.filter.clear()
        self.dialog.filter.setFocus()

    def stop(self) -> None:
        """No more files; what was done stays done, and can be taken back."""
        for run in (self._run, *self._next):
            if run is not None:
                run.stopped = True

    # --- how ---

    def _show_names(self) -> None:
        kind = self.dialog.chosen_kind
        self._tasks.run(
            lambda: counts(self._library.summaries(), kind), self.dialog.set_names, self.told.emit, lane=LANE
        )

    def _look(self, old: str, new: str) -> None:
        kind = self.dialog.chosen_kind

        def found(changes: tuple[Change, ...]) -> None:
            if (self.dialog.chosen_kind, self.dialog.old, self.dialog.new) == (kind, old, new):
                self.dialog.set_changes(changes)

        self._tasks.run(
            lambda: changes_for(self._library.summaries(), kind, old, new), found, self.told.emit, lane=LANE
        )

    def _rename(self, old: str, new: str, changes: Sequence[Change]) -> None:
        kind = self.dialog.chosen_kind

        def ended(outcome: Outcome, stopped: bool) -> None:
            self.dialog.set_progress(0, 0)
            self.dialog.accept()
            self._say(kind, old, new, outcome, stopped)

        self._start(
            _Run(
                kind,
                list(changes),
                lambda change: rename_one(self._library, kind, change, old, new),
                lambda _change, names: renamed(names, old, new),
                self.dialog.set_progress,
                ended,
            )
        )

    def _take_back(self, kind: Kind, done: Sequence[Change]) -> None:
        def ended(outcome: Outcome, _stopped: bool) -> None:
            number = len(outcome.done)
            words = ngettext("Taken back in {count} post.", "Taken back in {count} posts.", number)
            self._toasts.say(Toast(" ".join((words, *_left(outcome))), stays=bool(outcome.skipped)))

        self._start(
            _Run(
                kind,
                list(done),
                lambda change: take_back_one(self._library, kind, change),
                lambda change, names: change.before if names == change.after else names,
                lambda _done, _of: None,
                ended,
            )
        )

    def _say(self, kind: Kind, old: str, new: str, outcome: Outcome, stopped: bool) -> None:
        posts = ngettext("{count} post", "{count} posts", len(outcome.done))
        words = _("“{old}” is now “{new}” in {posts}.") if new else _("“{old}” is removed from {posts}.")
        parts = [words.format(old=old, new=new, posts=posts)]
        if stopped:
            parts.append(_("Then it was stopped; the others are as they were."))
        undo = ((_("Undo"), partial(self._take_back, kind, outcome.done)),) if outcome.done else ()
        self._toasts.say(Toast(" ".join((*parts, *_left(outcome))), undo, stays=bool(outcome.skipped)))

    # --- step by step ---

    def _start(self, run: _Run) -> None:
        if self._run is not None:
            self._next.append(run)
            return
        self._run = run
        run.progress(0, run.all)
        self._step()

    def _step(self) -> None:
        run = self._run
        if run is None:
            return
        part: list[Change] = []
        while run.left and len(part) < _AT_ONCE and not run.stopped:
            change = run.left.pop(0)
            document = self._session.document
            if document is not None and document.post.id == change.post_id and not document.problem:
                run.outcome += self._in_the_open_post(run, change)
            elif self._session.holds(change.post_id):
                problem = _("Its newest words are not in the file yet.")
                run.outcome += Outcome(skipped=(replace(change, problem=problem),))
            else:
                part.append(change)
        if not part:
            self._end()
            return

        def failed(error: Exception) -> None:
            self.told.emit(error)
            run.stopped = True
            self._end()

        def done(outcome: tuple[Outcome, PostDeskError | None]) -> None:
            run.outcome += outcome[0]
            if outcome[1] is not None:
                failed(outcome[1])
                return
            run.progress(run.all - len(run.left), run.all)
            self._step()

        self._tasks.run(lambda: _do(run.one, part), done, failed, lane=LANE)

    def _in_the_open_post(self, run: _Run, change: Change) -> Outcome:
        post = self._session.post
        if post is None:
            return Outcome()
        before = names_of(post, run.kind)
        after = run.names(change, before)
        if after == before:
            return Outcome()
        self._session.change(lambda typed: post_with(typed, run.kind, after))
        self._session.save()
        return Outcome(done=(replace(change, before=before, after=after),))

    def _end(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.ended(run.outcome, run.stopped)
            self.changed.emit()
            if self._next:
                self._start(self._next.pop(0))


class _Run:
    """A rename on its way. `one` changes a file; `names` gives the open post's names from those it has."""

    def __init__(
        self,
        kind: Kind,
        changes: list[Change],
        one: Callable[[Change], Outcome],
        names: Callable[[Change, tuple[str, ...]], tuple[str, ...]],
        progress: Callable[[int, int], None],
        ended: Callable[[Outcome, bool], None],
    ) -> None:
        self.kind, self.left, self.all = kind, changes, len(changes)
        self.one, self.names, self.progress, self.ended = one, names, progress, ended
        self.outcome = Outcome()
        self.stopped = False


def _do(one: Callable[[Change], Outcome], changes: Sequence[Change]) -> tuple[Outcome, PostDeskError | None]:
    """What was done before a failure can still be taken back."""
    outcome = Outcome()
    for change in changes:
        try:
            outcome += one(change)
        except PostDeskError as error:
            return outcome, error
    return outcome, None


def _left(outcome: Outcome) -> list[str]:
    """Which posts were left as they were, and why the first of them was."""
    if not outcome.skipped:
        return []
    names = ", ".join(f"“{change.title}”" for change in outcome.skipped[:_NAMED])
    more = "…" if len(outcome.skipped) > _NAMED else ""
    words = ngettext(
        "{count} post was left as it is", "{count} posts were left as they are", len(outcome.skipped)
    )
    return [f"{words}: {names}{more}.", outcome.skipped[0].problem]
