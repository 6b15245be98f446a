"""Brings two versions side by side into the window when she asks for it, and her decision back into the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.language import _
from postdesk.ui.session import Session
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.ui.conflict import Comparison, ConflictView
    from postdesk.ui.merging import Meeting


class Conflicts(QObject):
    """One comparison at a time; another post, or Escape, closes it and leaves both versions where they are. `changed`
    when one is shown or closed."""

    changed = Signal()

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.view: ConflictView | None = None
        session.conflict.connect(self._compare)
        session.merged.connect(self._say_merged)
        session.opened.connect(lambda _document: self.close())

    def step(self, by: int) -> None:
        """To the next difference or the one before."""
        if self.view is not None:
            self.view.step(by)

    def close(self) -> None:
        """Leave it for later."""
        view, self.view = self.view, None
        if view is not None:
            self._window.set_cover(None)
            view.deleteLater()
            self._window.go_to_editor()
            self.changed.emit()

    def show(self, comparison: Comparison) -> ConflictView:
        """Show two versions; whoever asks listens to the view's `decided`."""
        from postdesk.ui.conflict import ConflictView

        self.close()
        view = self.view = ConflictView(comparison)
        view.closed.connect(self.close)
        self._window.set_cover(view)
        # After the button that was pressed for it has handed the keyboard on.
        QTimer.singleShot(0, view, view.begin)
        self.changed.emit()
        return view

    def _compare(self, meeting: Meeting) -> None:
        from postdesk.ui.conflict import Comparison, rows_of

        view = self.show(
            Comparison(
                _("Mine · as it is here"),
                _("Theirs · as it is in the file"),
                _("Changed by another program while you were writing"),
                rows_of(meeting.merged),
            )
        )

        def decided(choices: object) -> None:
            self.close()
            self._session.decide(meeting, choices)  # type: ignore[arg-type]

        view.decided.connect(decided)

    def _say_merged(self, sentence: str) -> None:
        self._window.toasts.say(Toast(sentence, ((_("Undo"), self._session.undo_merge),)))
