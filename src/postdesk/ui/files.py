"""What the File menu does to the open post's file: new, rename, duplicate, trash and its undo, show in the file
manager."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.core.settings import save_settings
from postdesk.library.document import Document
from postdesk.library.library import Trashed
from postdesk.publishing.desk import Desk
from postdesk.ui.gathering import path_of
from postdesk.ui.reveal import reveal
from postdesk.ui.session import LANE, Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

T = TypeVar("T")
_NEAR = 200  # rows around a post; posts that are only on a blog have no file to be opened


class Files(QObject):
    """`changed`: the list of files is another one. `made(document)`: a new post is shown. `told(error)`: a notice."""

    changed = Signal()
    made = Signal(object)
    told = Signal(object)

    def __init__(self, desk: Desk, session: Session, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._desk = desk
        self._session = session
        self._tasks = tasks
        self._window = window
        self._trashed: Trashed | None = None
        # The posts that were made in this run, and the one of last time: only those are taken away when she leaves
        # them empty.
        self._new: set[str] = {session.document.post.id} if session.document is not None else set()
        session.left_empty.connect(self._take_away)

    def open_newest(self) -> None:
        """The post that was changed last, or a new one where there is none."""
        self._run(
            self._desk.library.newest,
            lambda path: self._session.open(path, otherwise=self.new) if path is not None else self.new(),
        )

    def new(self) -> None:
        """A new draft; the open one, if it is new and has no word yet."""
        here = self._session.document
        if here is not None and here.post.id in self._new and self._session.is_empty:
            self.made.emit(here)
            return
        self._session.leave()

        def show(document: Document) -> None:
            self._new.add(document.post.id)
            self._session.show(document)
            self.made.emit(document)
            self.changed.emit()

        self._run(self._desk.library.new, show)

    def _take_away(self, document: Document) -> None:
        """She has gone on from a new post without having written in it: nothing of it stays."""
        post_id = document.post.id
        if post_id not in self._new:
            return

        def take_away() -> bool:
            waits = any(job.post_id == post_id for job in self._desk.jobs(texts=False))
            if waits or self._desk.receipts.for_post(post_id):
                return False
            return self._desk.library.take_away_empty(document)

        def taken(done: bool) -> None:
            if done:
                self._new.discard(post_id)
                self.changed.emit()

        self._run(take_away, taken)

    def rename(self) -> None:
        """Ask for another name of the file."""
        document = self._session.document
        if document is None:
            return
        name, agreed = QInputDialog.getText(
            self._window, _("Rename"), _("Name of the file"), QLineEdit.EchoMode.Normal, document.path.stem
        )
        if agreed and name.strip():
            self._session.rename(name.strip())

    def duplicate(self) -> None:
        """A copy beside it, with an id of its own."""

        def show(document: Document) -> None:
            self._session.show(document)
            self.changed.emit()

        self._session.save(lambda d: self._run(lambda: self._desk.library.duplicate(d), show))

    def trash(self) -> None:
        """Into the library's trash; the toast brings it back."""

        def trash(document: Document) -> None:
            is_open = self._session.post is not None and self._session.post.id == document.post.id
            beside = self._beside(document.path) if is_open else None
            if is_open:
                self._session.close_post()
            # Asked first: what cannot be told of its blogs must not stand in the way of what is done.
            self._run(
                lambda: (self._desk.stays_on(document.post.id), self._desk.library.trash(document.path)),
                lambda done: trashed(*done, is_open, beside),
            )

        def trashed(blogs: tuple[str, ...], what: Trashed, was_open: bool, beside: Path | None) -> None:
            self._trashed = what
            words = _("Moved to the trash")
            if blogs:
                words = _("Moved to the trash here; on {blogs} it stays as it is").format(
                    blogs=", ".join(f"“{blog}”" for blog in blogs)
                )
            self._window.toasts.say(Toast(words, ((_("Undo"), self.restore),)))
            self.changed.emit()
            if was_open and beside is not None:
                self._session.open(beside, otherwise=self.open_newest)
            elif was_open:
                self.open_newest()

        self._session.save(trash)

    def _beside(self, path: Path) -> Path | None:
        """The file of the post nearest to this one in the list, among those that she sees there."""
        rows = islice(self._window.sidebar.beside(), _NEAR)
        return next((there for key in rows if (there := path_of(key)) is not None and there != path), None)

    def restore(self) -> None:
        """Bring back what went to the trash last."""
        what, self._trashed = self._trashed, None

        def show(document: Document) -> None:
            self._session.show(document)
            self.changed.emit()

        if what is not None:
            self._run(lambda: self._desk.library.restore(what), show)

    def restore_from_trash(self) -> None:
        """Ask which of the posts in the trash comes back."""

        from postdesk.ui.trash import Thrown, TrashWindow, look  # seldom asked for

        def chosen(thrown: Thrown) -> None:
            self._trashed = thrown.trashed
            self.restore()

        def ask(found: list[Thrown]) -> None:
            if not found:
                self._window.toasts.say(Toast(_("The trash is empty.")))
                return
            window = TrashWindow(found, self._window.theme, self._window)
            window.chosen.connect(chosen)
            window.show()

        self._run(lambda: look(self._desk.library.trashed()), ask)

    def show_in_folder(self) -> None:
        """Show the file in the system's file manager."""
        if self._session.document is not None:
            reveal(self._session.document.path)

    def open_library(self) -> None:
        """Choose another folder as the library; it is opened at the next start."""
        here = self._desk.library.root
        folder = QFileDialog.getExistingDirectory(self._window, _("Open library"), str(here.parent))
        if folder and Path(folder) != here:
            self._desk.settings = replace(self._desk.settings, library=folder)
            try:
                save_settings(self._desk.folders, self._desk.settings)
            except PostDeskError as error:
                self.told.emit(error)
                return
            words = _("The library “{name}” opens at the next start.").format(name=Path(folder).name)
            self._window.toasts.say(Toast(words))

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._tasks.run(work, done, self.told.emit, lane=LANE)
