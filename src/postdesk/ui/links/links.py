"""Links between posts at work: the picker's search and what it puts into the text, and a click on such a link."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from postdesk.backends.base import RemotePost
from postdesk.core.language import _
from postdesk.library.index import Summary
from postdesk.library.library import Library
from postdesk.library.query import read_query
from postdesk.markup.postlinks import SCHEME
from postdesk.ui.editor import Editor
from postdesk.ui.finding import Shelved, find_keys
from postdesk.ui.links.picker import LinkPicker
from postdesk.ui.palette.entries import Entry
from postdesk.ui.session import Session
from postdesk.ui.shelf import Gathered
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme
from postdesk.ui.window import MainWindow

_MOST = 60  # posts that the picker lists
_LONGEST = 120  # characters of a selection that are searched for


class Links(QObject):
    """`opened(path)`: she wants to see that post. `told(sentence)`: a notice."""

    opened = Signal(object)
    told = Signal(object)

    def __init__(
        self, library: Library, session: Session, tasks: Tasks, editor: Editor, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._library, self._session, self._tasks, self._editor = library, session, tasks, editor
        self._window = window
        self._gathered: Gathered | None = None
        self._picker: LinkPicker | None = None
        self._query = ""
        self._found: dict[str, Shelved] = {}

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
        found = self._gathered.named.get(post_id)
        if found is None:
            return "" if self._library.is_complete else None
        return found[1]

    def follow(self, post_id: str) -> None:
        """A link to this post was clicked."""
        found = self._named.get(post_id)
        if found is None:
            self.told.emit(_("This link leads to a post that is not in the library."))
        else:
            self.opened.emit(found[0])

    def open(self) -> None:
        """Ask which post the selection is to lead to."""
        words = self._editor.text.textCursor().selectedText()
        searched = words if len(words) <= _LONGEST and "\u2029" not in words else ""
        self.picker.open_picker(self._editor, searched)

    # --- how ---

    @property
    def _named(self) -> Mapping[str, tuple[Path, str]]:
        return self._gathered.named if self._gathered is not None else {}

    def _search(self, words: str) -> None:
        self._query = words
        gathered = self._gathered
        if gathered is None:
            self.picker.set_entries([])
            return
        asked = read_query(words)
        if not asked:
            self._show(words, gathered.shelved)
            return

        def find() -> tuple[Shelved, ...]:
            keys = find_keys(
                self._library, gathered.shelved, gathered.words, asked, lambda: self._query != words
            )
            return tuple(one for one in gathered.shelved if one.row.key in keys)

        self._tasks.run(find, partial(self._show, words), self.told.emit)

    def _show(self, words: str, found: tuple[Shelved, ...]) -> None:
        if words != self._query:
            return
        here = str(self._session.document.path) if self._session.document is not None else ""
        shown: list[Shelved] = []
        for one in found:
            if (one.file != here if one.file else _address(one)) and len(shown) < _MOST:
                shown.append(one)
        self._found = {one.row.key: one for one in shown}
        self.picker.set_entries([_entry(one) for one in shown])

    def _put(self, entry: Entry) -> None:
        one = self._found[entry.name]
        if isinstance(one.facts, Summary):
            self._link(one.facts.path, entry.text)
        else:
            self._editor.link_to(_address(one), entry.text)

    def _link(self, path: Path, title: str) -> None:
        """A file that does not name its post's id gets it first: the link has to mean the same everywhere."""
        library = self._library

        def post_id() -> str:
            return library.carry_id(library.read(path)).post.id

        self._tasks.run(
            post_id, lambda named: self._editor.link_to(SCHEME + named, title), self.told.emit, lane="library"
        )


def _address(one: Shelved) -> str:
    return one.facts.address if isinstance(one.facts, RemotePost) else ""


def _entry(one: Shelved) -> Entry:
    words = {"drafts": _("Draft"), "scheduled": _("Scheduled")}.get(one.row.tab, "")
    aside = words if one.file else " · ".join(one.blogs) or _("On the blog")
    return Entry("post", one.row.key, one.row.title, aside)
