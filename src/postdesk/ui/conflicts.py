"""Brings two versions side by side into the window when she asks for it, and her decision back into the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.language import _
from postdesk.library.library import Library, Trashed
from postdesk.ui.editor import Editor
from postdesk.ui.session import LANE, Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.library.document import Document
    from postdesk.markup.merge import Choice
    from postdesk.ui.conflict import Comparison, ConflictView, Row
    from postdesk.ui.merging import Meeting

_COPY = "copy"  # the key of the banner about a conflict copy


class Conflicts(QObject):
    """One comparison at a time; another post, or Escape, closes it and leaves both versions where they are. `changed`
    when one is shown or closed, `files_changed` when a copy went to the trash or came back, `told(error)` a notice."""

    changed = Signal()
    files_changed = Signal()
    told = Signal(object)

    def __init__(
        self, library: Library, session: Session, tasks: Tasks, editor: Editor, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._library = library
        self._session = session
        self._tasks = tasks
        self._editor = editor
        self._window = window
        self.view: ConflictView | None = None
        self._listed = False  # the library was looked through
        self._offered: Path | None = None
        self._wanted: tuple[Path, Path] | None = (
            None  # a post that is being opened, and its copy to be compared
        )
        session.conflict.connect(self._compare)
        session.merged.connect(self._say_merged)
        session.opened.connect(self._opened)

    def merge_open(self) -> None:
        """The open post is a conflict copy: open the one that it is of, and show both side by side."""
        document = self._session.document
        if document is None:
            return
        copy = document.path

        def found(original: Path | None) -> None:
            open_now = self._session.document
            if original is not None and open_now is not None and open_now.path == copy:
                self._wanted = original, copy
                self._session.open(original, otherwise=self._want_none)

        self._tasks.run(lambda: self._library.original_of(copy), found, self._fail)

    def _want_none(self) -> None:
        self._wanted = None

    def _opened(self, document: Document | None) -> None:
        self.close()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and document is not None and document.path == wanted[0]:
            self._session.compare_copy(wanted[1])
        self.look_for_copies()

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

    def listed(self) -> None:
        """The library was looked through, for the first time or again."""
        self._listed = True
        self.look_for_copies()

    def look_for_copies(self) -> None:
        """Whether a cloud folder has put a conflict copy beside the open post; it is offered for merging."""
        document = self._session.document
        if document is None or not self._listed:
            return
        path = document.path
        self._tasks.run(
            lambda: self._library.conflict_copies(path), lambda found: self._offer(path, found), self._fail
        )

    def _offer(self, path: Path, copies: tuple[Path, ...]) -> None:
        document = self._session.document
        if document is None or document.path != path or self.view is not None:
            return
        if not copies:
            self._editor.hide_banner(_COPY)
            return
        copy = copies[0]
        if copy == self._offered and _COPY in self._editor.banners.banners():
            return
        self._offered = copy
        words = _(
            "“{name}” is a conflict copy of this post: it was changed in two places at once. "
            "Nothing was merged yet."
        ).format(name=copy.name)
        self._editor.show_banner(
            _COPY, "warn", words, [(_("Merge…"), lambda: self._session.compare_copy(copy))]
        )

    def _compare(self, meeting: Meeting) -> None:
        from postdesk.ui.conflict import rows_of

        self._tasks.run(lambda: rows_of(meeting.merged), lambda rows: self._put(meeting, rows), self._fail)

    def _put(self, meeting: Meeting, rows: tuple[Row, ...]) -> None:
        from postdesk.ui.conflict import Comparison

        document = self._session.document
        if document is None or document.post.id != meeting.document.post.id:
            return  # she has gone to another post meanwhile
        if meeting.is_copy:
            theirs = _("Conflict copy · {name}").format(name=meeting.there.path.name)
            sentence = _("Two machines changed this post at once")
        else:
            theirs = _("In the file · as the other program wrote it")
            sentence = _("Changed by another program while you were writing")
        view = self.show(Comparison(_("Here · as you wrote it"), theirs, sentence, rows))

        def decided(choices: tuple[Choice, ...]) -> None:
            self.close()
            if self._session.decide(meeting, choices) and meeting.is_copy:
                self._session.save(lambda _document: self._put_away(meeting))

        view.decided.connect(decided)

    def _put_away(self, meeting: Meeting) -> None:
        """The copy goes to the trash, unless it is another one by now."""
        copy = meeting.there

        def trash() -> Trashed | None:
            if self._library.read(copy.path).hash != copy.hash:
                return None
            return self._library.trash(copy.path)

        def trashed(what: Trashed | None) -> None:
            self._editor.hide_banner(_COPY)
            self.files_changed.emit()
            if what is None:
                self.look_for_copies()
                return
            words = _("Merged. The conflict copy is in the trash.")
            self._window.toasts.say(Toast(words, ((_("Undo"), lambda: self._bring_back(what)),)))

        self._tasks.run(trash, trashed, self._fail, lane=LANE)

    def _bring_back(self, what: Trashed) -> None:
        self._session.undo_merge()

        def restored(_document: object) -> None:
            self.files_changed.emit()
            self.look_for_copies()

        self._tasks.run(lambda: self._library.restore(what), restored, self._fail, lane=LANE)

    def _say_merged(self, sentence: str) -> None:
        self._window.toasts.say(Toast(sentence, ((_("Undo"), self._session.undo_merge),)))

    def _fail(self, error: Exception) -> None:
        self.told.emit(error)
