"""The history at work: shows the versions of the open post, brings them back, and holds the history to its budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.ui.session import LANE, Session
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

if TYPE_CHECKING:
    from postdesk.library.history import Version
    from postdesk.markup.changes import Passage
    from postdesk.ui.history import HistoryWindow, Shown

MEGABYTE = 1_000_000
_AFTER, _EVERY = 20_000, 3_600_000  # ms: after the start, and from then on, old versions go
_FIRST = 80  # characters of a paragraph in the list of differences


class Versions(QObject):
    """One window at a time, for one post; it closes when another post is opened. `told(what)`: an error, a sentence.
    `link_clicked`: see `GuardedBrowser`."""

    told = Signal(object)
    link_clicked = Signal(str)

    def __init__(self, desk: Desk, session: Session, tasks: Tasks, window: MainWindow) -> None:
        super().__init__(window)
        self._desk, self._session, self._tasks, self._window = desk, session, tasks, window
        self.view: HistoryWindow | None = None
        self._versions: tuple[Version, ...] = ()  # the oldest first
        self._post_id = ""
        self._looked: tuple[int, Post, Post, tuple[Passage, ...]] | None = None
        self._looking = Cancel()  # stops the reading of a version that nobody waits for any more
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.tidy)
        session.opened.connect(self._opened)

    def start(self) -> None:
        """Let old versions go from now on."""
        QTimer.singleShot(_AFTER, self, self.tidy)
        self._timer.start()

    def stop(self) -> None:
        """At quit."""
        self._timer.stop()
        self.close()

    def tidy(self) -> None:
        """Old versions go, within the budget."""
        budget = self._desk.settings.history * MEGABYTE
        self._tasks.run(lambda: self._desk.tidy_history(budget), failed=self.told.emit, lane="history")

    def open(self) -> None:
        """The history of the open post. What is typed is saved first, so that it is in it."""
        document = self._session.document
        if document is None:
            return
        post_id = document.post.id

        def found(versions: tuple[Version, ...]) -> None:
            open_now = self._session.document
            if open_now is None or open_now.post.id != post_id:
                return
            if versions and versions[0].hash == open_now.hash:  # the text of now is no older version
                versions = versions[1:]
            if not versions:
                self._window.toasts.say(Toast(_("This post has no older versions yet.")))
                return
            self._show(document, tuple(reversed(versions)))

        self._session.save()
        self._tasks.run(lambda: self._desk.library.versions(post_id), found, self.told.emit, lane=LANE)

    def close(self) -> None:
        """Close the window, if there is one."""
        view, self.view = self.view, None
        if view is not None:
            view.close()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        if self.view is not None:
            self.view.set_theme(theme)

    def _opened(self, document: Document | None) -> None:
        if document is None or document.post.id != self._post_id:
            self.close()

    def _show(self, document: Document, versions: tuple[Version, ...]) -> None:
        from postdesk.ui.history import HistoryWindow, Moment

        self.close()
        self._versions, self._post_id, self._looked = versions, document.post.id, None
        moments = [Moment(version.at, version.size) for version in versions]
        view = HistoryWindow(document.post.title, moments, self._window.theme, self._window)
        view.wanted.connect(self._read)
        view.whole.connect(self._bring_whole)
        view.part.connect(self._bring_part)
        view.page.link_clicked.connect(self.link_clicked)
        view.destroyed.connect(self._gone)
        self.view = view
        view.show()

    def _gone(self) -> None:
        self._looking.set()
        self.view = None

    def _read(self, place: int) -> None:
        document, now = self._session.document, self._session.post
        if document is None or now is None or self.view is None or place >= len(self._versions):
            return
        version, library = self._versions[place], self._desk.library
        self._looking.set()
        looking = self._looking = Cancel()

        def read() -> tuple[Post, tuple[Passage, ...], Shown]:
            from postdesk.markup.changes import compare

            looking.check()
            old = library.read_version(version, document)
            passages = compare(old.body, now.body)
            return old, passages, _shown(old, now, passages, looking)

        def answered(answer: tuple[Post, tuple[Passage, ...], Shown]) -> None:
            old, passages, shown = answer
            if self.view is not None and self.view.place == place:
                self._looked = place, old, now, passages
                self.view.show_version(place, shown)

        def failed(error: Exception) -> None:
            if not isinstance(error, Cancelled):  # she looks at another version by now
                self.told.emit(error)

        self._tasks.run(read, answered, failed)

    def _bring_whole(self, place: int) -> None:
        looked, post = self._looked, self._session.post
        if looked is None or looked[0] != place or post is None:
            return
        old = looked[1]
        if self._session.take_words(replace(post, title=old.title, body=old.body)):
            self._say(_("That version’s title and text are back. What you had is in the history."))
            self._read(place)

    def _bring_part(self, place: int, number: int) -> None:
        looked, post = self._looked, self._session.post
        if looked is None or looked[0] != place or post is None:
            return
        if post.body != looked[2].body:  # she has typed on: the places are others now
            self._read(place)
            return
        from postdesk.markup.changes import State, bring_back

        differing = [passage for passage in looked[3] if passage.state is not State.SAME]
        titled = looked[1].title != looked[2].title  # the title stands first in the list
        if titled and not number:
            taken = replace(post, title=looked[1].title)
        else:
            taken = replace(post, body=bring_back(post.body, differing[number - titled]))
        if self._session.take_words(taken):
            self._say(_("The paragraph is back. What you had is in the history."))
            self._read(place)

    def _say(self, sentence: str) -> None:
        self._window.toasts.say(Toast(sentence))


def _shown(old: Post, now: Post, passages: tuple[Passage, ...], looking: Cancel) -> Shown:
    from postdesk.markup.card_words import card_words
    from postdesk.markup.changes import State, shown
    from postdesk.markup.counts import words
    from postdesk.markup.rawcards import source_of
    from postdesk.ui.history import Shown as Values

    said = {State.CHANGED: _("Changed"), State.GONE: _("Gone since"), State.NEW: _("New since")}
    changes = []
    if old.title != now.title:
        changes.append((_("Title"), old.title[:_FIRST], 0, True))
    page = shown(old.body, now.body, passages, looking.check)
    pieces: list[str] = []
    notes = sum(map(len, page.passages))  # the piece in which they stand
    for passage, parts in zip(passages, page.passages):
        if passage.state is not State.SAME:
            text = passage.old if passage.old is not None else passage.new or ""
            card = source_of(text)
            if card is not None:  # as its row in the editor says it
                known = card_words(card)
                text = f"{known.kind}: {known.words}" if known.words else known.kind
            first = " ".join(text[: 4 * _FIRST].split())[:_FIRST]
            piece = notes if page.notes and not any(parts) else len(pieces)  # a footnote's text shows there
            changes.append((said[passage.state], first, piece, passage.old is not None))
        pieces += parts
    return Values(old.title, (*pieces, page.notes), tuple(changes), words(old.body))
