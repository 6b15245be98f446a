"""Carries out an import beside the window: looks, brings, tells how far it is, and can be stopped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.exchange.bring import Outlook, Summary, bring, default_folder, look_ahead
from postdesk.exchange.detect import open_source
from postdesk.exchange.values import Source
from postdesk.library.library import Library
from postdesk.ui.exchange.import_dialog import ImportDialog
from postdesk.ui.exchange.parts import News
from postdesk.ui.tasks import Tasks
from postdesk.ui.window import MainWindow

LANE = "exchange"


class Importing(QObject):
    """`brought()` when posts have come, whole or in part."""

    brought = Signal()

    def __init__(self, library: Library, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._library = library
        self._tasks = tasks
        self._window = window
        self._dialog: ImportDialog | None = None
        self._cancel = Cancel()
        self._news = News(self)
        self._news.told.connect(self._tell)

    def open(self) -> ImportDialog:
        """The window of an import; the one that is open already, if there is one."""
        if self._dialog is None:
            dialog = ImportDialog(self._window)
            dialog.look_for.connect(self._look)
            dialog.start.connect(self._start)
            dialog.stop.connect(self.stop)
            dialog.finished.connect(self._closed)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._dialog = dialog
        self._dialog.show()
        self._dialog.raise_()
        return self._dialog

    def stop(self) -> None:
        """End what runs after the post at hand; at quit, too."""
        self._cancel.set()

    def _look(self, name: str) -> None:
        self._cancel = cancel = Cancel()

        def look() -> tuple[Outlook, str]:
            source = open_source(Path(name).expanduser().absolute())
            return look_ahead(source, cancel), default_folder(source)

        self._tasks.run(look, self._seen, self._failed, lane=LANE)

    def _seen(self, found: tuple[Outlook, str]) -> None:
        if self._dialog is not None:
            self._dialog.show_coming(*found)

    def _start(self, name: str, folder: str) -> None:
        self._cancel = cancel = Cancel()

        def work() -> Summary:
            source: Source = open_source(Path(name).expanduser().absolute())
            return bring(self._library, source, folder, cancel, self._news.tell)

        self._tasks.run(work, self._done, self._failed, lane=LANE)

    def _done(self, summary: Summary) -> None:
        self.brought.emit()
        if self._dialog is not None:
            self._dialog.show_summary(summary)

    def _failed(self, error: Exception) -> None:
        self.brought.emit()
        if self._dialog is not None:
            sentence = error.sentence if isinstance(error, PostDeskError) else _broken(error)
            self._dialog.show_failure(sentence)

    def _tell(self, done: int, of: int, title: str) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(done, of, title)

    def _closed(self, _result: int) -> None:
        self._dialog = None


def _broken(error: Exception) -> str:
    return _(
        "The program met a fault of its own ({name}). What was imported stays. Please report it."
    ).format(name=type(error).__name__)
