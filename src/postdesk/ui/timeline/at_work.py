"""The history of publishing at work: reads it in a task, shows it, and saves the report of a bug."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, qVersion

from postdesk.core.errors import PostDeskError
from postdesk.core.files import ANY, save_file
from postdesk.publishing.desk import Desk
from postdesk.publishing.report import Wanted, report
from postdesk.publishing.timeline import Entry
from postdesk.ui.tasks import Tasks
from postdesk.ui.timeline.report_dialog import ReportDialog
from postdesk.ui.timeline.window import TimelineWindow
from postdesk.ui.window import MainWindow


class Timelines(QObject):
    """One window at a time. `told(what)`: an error."""

    told = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._desk, self._tasks, self._window = desk, tasks, window
        self.view: TimelineWindow | None = None
        self.dialog: ReportDialog | None = None
        self._of = ("", "")
        self._entries: tuple[Entry, ...] = ()

    def open(self, post_id: str, title: str) -> None:
        """Show what happened to a post."""
        if self.view is not None:
            self.view.close()
        self._of = (post_id, title)
        view = self.view = TimelineWindow(title, self._window.theme, self._window)
        view.report_wanted.connect(self._report)
        view.destroyed.connect(lambda: self._gone(view))
        self.look()
        view.show()
        view.raise_()

    def look(self) -> None:
        """Read it again, as something has happened."""
        view, post_id = self.view, self._of[0]
        if view is None:
            return

        def read(entries: tuple[Entry, ...]) -> None:
            if self.view is view and entries != self._shown(view):
                self._entries = entries
                view.set_entries(entries, {a.id: a.name for a in self._desk.accounts.all()})

        self._tasks.run(lambda: self._desk.timeline(post_id), read, self.told.emit, lane="timeline")

    def _shown(self, view: TimelineWindow) -> tuple[Entry, ...] | None:
        return self._entries if view.tree.topLevelItemCount() else None

    def _gone(self, view: TimelineWindow) -> None:
        if self.view is view:
            self.view = None

    def _closed(self, dialog: ReportDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _report(self) -> None:
        post_id, title = self._of
        entries = self._entries
        used = {e.event.account_id for e in entries}
        accounts = [a for a in self._desk.accounts.all() if a.id in used]

        def make(wanted: Wanted) -> str:
            return report(post_id, title, entries, accounts, wanted, (f"Qt {qVersion()}",))

        dialog = self.dialog = ReportDialog(make, self.view)
        dialog.destroyed.connect(lambda: self._closed(dialog))

        def saved(path: str) -> None:
            if self.dialog is dialog:
                dialog.show_saved(path)

        def save(path: str, text: str) -> None:
            def failed(error: Exception) -> None:
                if self.dialog is dialog:
                    dialog.show_failure(error.sentence if isinstance(error, PostDeskError) else str(error))

            self._tasks.run(
                lambda: save_file(Path(path), text.encode("utf-8", "replace"), expected=ANY),
                lambda _hash: saved(path), failed,
            )  # fmt: skip

        dialog.save.connect(save)
        dialog.open()
