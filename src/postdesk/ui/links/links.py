"""Links between posts at work: the picker's search and what it puts into the text, and a click on such a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.language import _
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.library.query import read_query
from postdesk.library.receipts import Receipts
from postdesk.markup.postlinks import SCHEME
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.details.values import LinkedFrom
from postdesk.ui.editor import Editor
from postdesk.ui.finding import Searchable, find_rows
from postdesk.ui.gathering import Gathered, file_key, path_of
from postdesk.ui.links.back import Linked, look_back, make_link_in, take_link_back
from postdesk.ui.links.picker import LinkPicker
from postdesk.ui.palette.entries import Entry
from postdesk.ui.session import LANE, Session
from postdesk.ui.sidebar.listing import in_order
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

_SOON = 300  # ms until a change of the list is followed
_MOST = 60  # posts that the picker lists
_LONGEST = 120  # characters of a selection that are searched for


class Links(QObject):
    """`opened(path)`: she wants to see that post. `told(sentence)`: a notice."""

    opened = Signal(object)
    told = Signal(object)

    def __init__(
        self,
        library: Library,
        receipts: Receipts,
        session: Session,
        tasks: Tasks,
        editor: Editor,
        details: DetailsDrawer,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._library, self._receipts, self._session = library, receipts, session
        self._tasks, self._editor, self._details = tasks, editor, details
        self._window = window
        self._gathered: Gathered | None = None
        self._picker: LinkPicker | None = None
        self._query = ""
        self._found: dict[str, Path | str] = {}  # files, and addresses of posts on a blog
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(self._look_back)
        details.looked_at.connect(self.look_back)
        details.post_wanted.connect(self.opened)
        details.link_wanted.connect(self._link_there)

    @property
    def picker(self) -> LinkPicker:
        """The picker, made when it is first asked for."""
        if self._picker is None:
            made = LinkPicker(self._window.toasts.host, self._window.theme)
            made.searched.connect(self._search)
            made.chosen.connect(self._put)
            made.left.connect(self._editor.focus_text)
            self._picker = made
        return self._picker

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        if self._picker is not None:
            self._picker.set_theme(theme)

    def set_gathered(self, gathered: Gathered) -> None:
        """The posts are others now."""
        self._gathered = gathered

    def title_of(self, post_id: str) -> str | None:
        """The title of a post of the library; "" for none, None while the library is still looked through."""
        if self._gathered is None:
            return None
        found = self._gathered.post(post_id)
        if found is None:
            return "" if self._library.is_complete else None
        return found[1]

    def follow(self, post_id: str) -> None:
        """A link to this post was clicked."""
        found = self._gathered.post(post_id) if self._gathered is not None else None
        if found is None:
            self.told.emit(_("This link leads to a post that is not in the library."))
        else:
            self.opened.emit(found[0])

    def look_back(self) -> None:
        """Find who links to the open post and who names it, if anybody looks; soon, and once for many reasons."""
        if self._details.isVisible():
            self._soon.start()

    def open(self) -> None:
        """Ask which post the selection is to lead to."""
        words = self._editor.text.textCursor().selectedText()
        searched = words if len(words) <= _LONGEST and "\u2029" not in words else ""
        self.picker.open_picker(self._editor, searched)

    # --- who links here ---

    def _look_back(self) -> None:
        post, document, gathered = self._session.post, self._session.document, self._gathered
        if post is None or document is None or gathered is None:
            self._details.set_backlinks((), ())
            return
        here = document.path

        def found(both: tuple[tuple[LinkedFrom, ...], tuple[LinkedFrom, ...]]) -> None:
            if self._session.document is not None and self._session.document.path == here:
                self._details.set_backlinks(*both)

        self._tasks.run(
            lambda: look_back(self._library, self._receipts, post, here, gathered.title_at),
            found,
            self.told.emit,
        )

    def _link_there(self, path: Path) -> None:
        """Make the first mention of the open post in that file a link, unless she is there by then."""

        def done(what: Linked | None) -> None:
            if what is None:
                self.told.emit(_("The words are not there any more. Nothing was changed."))
            else:
                words = _("Linked in “{title}”").format(title=what.title)
                undo = (_("Undo"), partial(self._unlink, what))
                self._window.toasts.say(Toast(words, (undo,)))
            self._learn()

        def saved(target: Document) -> None:
            self._tasks.run(
                lambda: make_link_in(self._library, path, target.post), done, self.told.emit, lane=LANE
            )

        self._session.save_with_id(saved)

    def _unlink(self, what: Linked) -> None:
        document = self._session.document
        if document is not None and document.path == what.path:
            self.told.emit(_("That post is open by now: take the link away in its text."))
            return

        def done(taken: bool) -> None:
            if not taken:
                self.told.emit(_("That post was changed meanwhile, and is as it was left."))
            self._learn()

        self._tasks.run(lambda: take_link_back(self._library, what), done, self.told.emit, lane=LANE)

    def _learn(self) -> None:
        """The index knows the link, or knows that it is gone, before it is asked again."""
        self._tasks.run(
            self._library.index_more, lambda _more: self.look_back(), self.told.emit, lane="index"
        )

    # --- how ---

    def _search(self, words: str) -> None:
        self._query = words
        gathered = self._gathered
        if gathered is None:
            self.picker.set_entries([])
            return
        asked = read_query(words)
        if not asked:
            self._show(words, gathered, gathered.listing.order)
            return

        def find() -> Sequence[int]:
            found = find_rows(self._library, gathered.searchable, asked, lambda: self._query != words).flags
            slots = [slot for slot in gathered.listing.order if found[slot]]
            # Whoever names a post means its title: those first, and of them where a word begins so.
            from postdesk.library.context import fold, pattern  # loaded with the first search

            folded, words_of = gathered.listing.titles.folded, [fold(word) for word in asked.wanted]
            starts = [pattern([word]) for word in asked.wanted]

            def rank(slot: int) -> int:
                title = folded[slot]
                if not all(word in title for word in words_of):
                    return 2
                return 0 if all(start is None or start.search(title) for start in starts) else 1

            return in_order(slots, rank) if words_of else slots

        self._tasks.run(find, partial(self._show, words, gathered), self.told.emit)

    def _show(self, words: str, gathered: Gathered, found: Iterable[int]) -> None:
        if words != self._query:
            return
        listing = gathered.listing
        here = file_key(self._session.document.path) if self._session.document is not None else ""
        self._found = {}
        entries: list[Entry] = []
        for slot in found:
            key = listing.key_of(slot)
            target = path_of(key) or gathered.searchable.remote[slot - listing.files].address
            if target and key != here:
                self._found[key] = target
                entries.append(_entry(gathered.searchable, slot))
                if len(entries) == _MOST:
                    break
        self.picker.set_entries(entries)

    def _put(self, entry: Entry) -> None:
        target = self._found[entry.name]
        if isinstance(target, Path):
            self._link(target, entry.text)
        else:
            self._editor.link_to(target, entry.text)

    def _link(self, path: Path, title: str) -> None:
        """A file that does not name its post's id gets it first: the link has to mean the same everywhere."""
        library = self._library

        def post_id() -> str:
            return library.carry_id(library.read(path)).post.id

        self._tasks.run(
            post_id, lambda named: self._editor.link_to(SCHEME + named, title), self.told.emit, lane=LANE
        )


def _entry(searchable: Searchable, slot: int) -> Entry:
    row = searchable.listing.row(slot)
    words = {"drafts": _("Draft"), "scheduled": _("Scheduled")}.get(row.tab, "")
    aside = (
        words
        if slot < searchable.listing.files
        else " · ".join(searchable.blogs.get(slot)) or _("On the blog")
    )
    return Entry("post", row.key, row.title or _("Untitled"), aside)
