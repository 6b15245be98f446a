"""Whether the library is backed up, and the commands that do it: Sync, and making the library a git repository.

Nothing here runs git for a library that is none, nor before the window is painted and the first post is open.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, PostDeskError, Unreachable
from postdesk.core.language import _
from postdesk.ui.session import Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.library.git.state import Backup as State
    from postdesk.library.git.sync import Step, Synced

LANE = "git"
_SOON = 2000  # ms from a change in the library to the next question to git


class Backup(QObject):
    """`came`: other machines' files are in the library now. `changed`: `conditions` are others. `told(what)`: a
    notice."""

    came = Signal()
    changed = Signal()
    told = Signal(object)
    _at = Signal(object, int)

    def __init__(self, root: Path, session: Session, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._root = root
        self._session = session
        self._tasks = tasks
        self._window = window
        self._state: State | None = None
        self._offline = False
        self._registered = False
        self._looking = False
        self._cancel: Cancel | None = None  # of the sync that runs
        self._stopped = False
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(self.look)
        self._at.connect(self._say_step)

    @property
    def conditions(self) -> frozenset[str]:
        """Which of the actions' conditions hold: "git" for a repository, "no git" where it can be made one."""
        if self._state is None or self._cancel is not None:
            return frozenset({"git"} if self._cancel is not None else ())
        if self._state.is_repository:
            return frozenset({"git"})
        return frozenset({"no git"} if self._state.kind.value == "no repository" else ())

    @property
    def is_busy(self) -> bool:
        """Whether a sync runs, or git is being asked."""
        return self._cancel is not None or self._looking or self._soon.isActive()

    def start(self) -> None:
        """Look for the first time, and from now on."""
        self.look()

    def stop(self) -> None:
        """At quit: a sync that runs is stopped; the next one goes on."""
        self._stopped = True
        self._soon.stop()
        if self._cancel is not None:
            self._cancel.set()

    def connected(self) -> None:
        """There is a connection, whatever the last sync met."""
        if self._offline:
            self._offline = False
            self.look_soon()

    def look_soon(self) -> None:
        """Something in the library may have changed."""
        if not self._stopped and self._state is not None and self._state.is_repository:
            self._soon.start()

    def look(self) -> None:
        """See how the library stands with git."""
        if self._looking or self._stopped or self._cancel is not None:
            return
        self._looking = True
        root, register = self._root, not self._registered

        def work() -> State:
            from postdesk.library.git.repository import register as registered
            from postdesk.library.git.run import Git
            from postdesk.library.git.state import state

            found = state(root)
            if register and found.is_repository:
                registered(
                    Git(root, unasked=True)
                )  # a clone carries none of it, and she may merge in a terminal
            return found

        self._tasks.run(work, self._show, self._not_looked, lane=LANE)

    # --- sync ---

    def sync(self) -> None:
        """Back the library up; while that runs, stop it. What is typed is saved first."""
        if self._cancel is not None:
            self._cancel.set()
            return
        if self._session.is_dirty:
            self._session.save(lambda _document: self._sync())
        else:
            self._sync()

    def _sync(self) -> None:
        if self._cancel is not None or self._stopped:
            return
        self._soon.stop()
        cancel = self._cancel = Cancel()
        root, at = self._root, self._at.emit
        self._window.status.set_backup(_("Syncing…"))
        self._window.actions_table.set_text("sync", _("Stop S&yncing"))

        def work() -> Synced:
            from postdesk.library.git.sync import sync
            from postdesk.publishing.merging import merge_file

            return sync(root, merge_file, cancel, at)

        self._tasks.run(work, self._synced, self._not_synced, lane=LANE)

    def _say_step(self, step: Step, percent: int) -> None:
        if self._cancel is None:
            return
        words = {
            "save": _("Saving in git…"),
            "fetch": _("Fetching…"),
            "merge": _("Merging…"),
            "send": _("Sending…"),
        }[step.value]
        if percent:
            words = _("{words} {percent} %").format(words=words, percent=percent)
        self._window.status.set_backup(words)

    def _synced(self, synced: Synced) -> None:
        from postdesk.library.git.sync import spoken

        self._ended(offline=False)
        copy = self._root / synced.copies[0] if synced.copies else None
        choices = ((_("Show It"), lambda: self._session.open(copy)),) if copy is not None else ()
        self._window.toasts.say(Toast(spoken(synced), choices))
        self.came.emit()

    def _not_synced(self, error: Exception) -> None:
        self._ended(offline=isinstance(error, Unreachable))
        if isinstance(error, Cancelled):
            if not self._stopped:
                words = _("The sync was stopped. What it did already stays; the next one goes on.")
                self._window.toasts.say(Toast(words))
        else:
            self._tell(error)
        self.came.emit()

    def _ended(self, *, offline: bool) -> None:
        self._cancel = None
        self._offline = offline
        self._window.actions_table.set_text("sync", _("S&ync"))
        self.look()

    # --- one click makes a repository ---

    def make(self) -> None:
        """Ask for the address to back up to, which may be none, and make the library a git repository."""
        from postdesk.ui.repository_dialog import RepositoryDialog

        dialog = RepositoryDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._make)
        dialog.show()

    def _make(self, address: str) -> None:
        if self._session.is_dirty:
            self._session.save(lambda _document: self._make_it(address))
        else:
            self._make_it(address)

    def _make_it(self, address: str) -> None:
        cancel, root = Cancel(), self._root
        self._window.status.set_backup(_("Saving in git…"))

        def work() -> None:
            from postdesk.library.git.repository import make_repository

            make_repository(root, cancel, address=address)

        def made(_none: Any) -> None:
            if address:
                self.look()
                self._sync()
            else:
                self._window.toasts.say(
                    Toast(
                        _(
                            "The library is a git repository now. Nothing leaves this machine until it has an address."
                        )
                    )
                )
                self.look()

        def failed(error: Exception) -> None:
            self._tell(error)
            self.look()

        self._tasks.run(work, made, failed, lane=LANE)

    # --- how ---

    def _show(self, state: State) -> None:
        from postdesk.library.git.state import spoken

        self._looking = False
        self._registered = self._registered or state.is_repository
        self._state = state
        if state.is_backed_up:
            self._offline = False
        if self._cancel is None:
            stands = not self._offline and state.kind.value == "ready"
            words = spoken(state, offline=self._offline)
            self._window.status.set_backup(words, "" if stands else "warn")
        self._window.actions_table.action("make_repository").setVisible(not state.is_repository)
        self.changed.emit()

    def _not_looked(self, error: Exception) -> None:
        self._looking = False
        self._window.status.set_backup(_("Not backed up: git cannot read the library"), "warn")
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        if not isinstance(error, PostDeskError) or not error.details:
            self.told.emit(error)
            return
        choices = ((_("Details"), lambda: self._show_details(error)),)
        self._window.toasts.say(Toast(error.sentence, choices, stays=True))

    def _show_details(self, error: PostDeskError) -> None:
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(_("What git said"))
        box.setText(error.happened)
        box.setInformativeText(error.details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
