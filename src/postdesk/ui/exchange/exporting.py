"""Carries out an export beside the window, of the open post or of all that the list shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from postdesk.core.cancel import Cancel
from postdesk.core.errors import PostDeskError
from postdesk.core.files import ANY, save_file
from postdesk.core.language import _
from postdesk.exchange.leave import Export, as_page, as_zip
from postdesk.library.library import Library
from postdesk.ui.exchange.export_dialog import ExportDialog
from postdesk.ui.exchange.importing import LANE
from postdesk.ui.exchange.parts import News
from postdesk.ui.exchange.pdf import as_pdf
from postdesk.ui.reveal import reveal
from postdesk.ui.tasks import Tasks
from postdesk.ui.window import MainWindow

_MAKERS: dict[str, Callable[[Library, Sequence[Path], Cancel, Callable[[int, int, str], None]], Export]] = {
    "zip": as_zip,
    "html": as_page,
    "pdf": as_pdf,
}


class Exporting(QObject):
    """Opened with what there is to export; what is typed has to be on the disk by then."""

    def __init__(self, library: Library, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._library = library
        self._tasks = tasks
        self._window = window
        self._dialog: ExportDialog | None = None
        self._cancel = Cancel()
        self._news = News(self)
        self._news.told.connect(self._tell)

    def open(self, title: str, here: Path | None, shown: Sequence[Path]) -> ExportDialog:
        """The window of an export: `here` is the open post, titled `title`; `shown` those of the list."""
        if self._dialog is not None:
            self._dialog.raise_()
            return self._dialog
        dialog = ExportDialog((title or _("Untitled")) if here is not None else "", len(shown), self._window)
        chosen = {"open": [here] if here is not None else [], "shown": list(shown)}
        dialog.start.connect(lambda which, kind, path: self._start(chosen[which], kind, Path(path)))
        dialog.stop.connect(self.stop)
        dialog.reveal.connect(lambda path: reveal(Path(path)))
        dialog.finished.connect(self._closed)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.show()
        return dialog

    def stop(self) -> None:
        """End what runs; nothing is written then."""
        self._cancel.set()

    def _start(self, paths: Sequence[Path], kind: str, target: Path) -> None:
        self._cancel = cancel = Cancel()

        def work() -> Export:
            made = _MAKERS[kind](self._library, paths, cancel, self._news.tell)
            save_file(
                target, made.data, expected=ANY
            )  # the dialog of the system has asked about one that is there
            return made

        self._tasks.run(work, self._done, self._failed, lane=LANE)

    def _done(self, made: Export) -> None:
        if self._dialog is not None:
            self._dialog.show_result(made)

    def _failed(self, error: Exception) -> None:
        if self._dialog is not None:
            words = _("The program met a fault of its own ({name}). Nothing was exported. Please report it.")
            fault = words.format(name=type(error).__name__)
            self._dialog.show_failure(error.sentence if isinstance(error, PostDeskError) else fault)

    def _tell(self, done: int, of: int, title: str) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(done, of, title)

    def _closed(self, _result: int) -> None:
        self._dialog = None
