"""The search at work: the menu in its field (saved searches, what can be asked for), the order of the list, and what
was found marked in the text."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu

from postdesk.core.language import _
from postdesk.core.settings import ORDERS
from postdesk.library.context import Wanted, pattern
from postdesk.library.query import read_query
from postdesk.publishing.desk import Desk
from postdesk.ui.editor import Editor
from postdesk.ui.icons import icon
from postdesk.ui.preferences import Preferences
from postdesk.ui.shelf import Shelf
from postdesk.ui.theme import Theme
from postdesk.ui.window import MainWindow

_LONGEST = 60  # characters of a saved search's name


def hints() -> tuple[tuple[str, str], ...]:
    """What can be asked for beside words: what to type, and what it finds."""
    return (
        ('"…"', _("these words one after the other")),
        ("-", _("not this word")),
        ("tag:", _("posts with a tag")),
        ("category:", _("posts of a category")),
        ("blog:", _("posts on a blog")),
        ("state:draft", _("drafts; or scheduled, published, waiting")),
        ("after:2026-01", _("from this year, month or day on")),
        ("before:2026", _("before this year, month or day")),
        ("has:picture", _("posts that show a picture")),
        ("links:", _("posts that link to an address")),
    )


class Searches(QObject):
    """Joins the sidebar's search to the shelf, to the settings and to the editor. Made once."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        editor: Editor,
        shelf: Shelf,
        preferences: Preferences,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._desk, self._window, self._editor = desk, window, editor
        self._shelf, self._preferences = shelf, preferences
        sidebar = window.sidebar
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self._fill)
        self._button = QAction(sidebar.search)
        self._button.setToolTip(_("Saved searches, and what can be searched for"))
        self._button.triggered.connect(self.show_menu)
        sidebar.search.addAction(self._button, QLineEdit.ActionPosition.TrailingPosition)
        sidebar.search_changed.connect(self._changed)
        self.set_theme(theme)
        self.set_order(desk.settings.order)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._button.setIcon(icon("chevron-down", theme.soft))

    # --- the order ---

    def set_order(self, order: str) -> None:
        """Sort the list by one of `core.settings.ORDERS`, and remember it."""
        if order != self._desk.settings.order:
            self._preferences.set_order(order)
        for name in ORDERS:
            self._window.actions_table.set_checked(f"sort_{name}", name == order)
        self._window.sidebar.posts.months = order != "title"
        self._shelf.set_order(order)

    # --- the menu ---

    def show_menu(self) -> None:
        """Below the search field, or in the middle of a window whose sidebar is hidden."""
        field = self._window.sidebar.search
        if field.isVisible():
            self.menu.popup(field.mapToGlobal(QPoint(0, field.height() + 2)))
        else:
            self.menu.popup(self._window.mapToGlobal(self._window.rect().center()))

    def _fill(self) -> None:
        for old in self.menu.findChildren(QMenu):
            old.deleteLater()
        self.menu.clear()
        sidebar, searches = self._window.sidebar, self._desk.settings.searches
        for name in sorted(searches, key=str.casefold):
            self.menu.addAction(_plain(name), partial(sidebar.search_for, searches[name]))
        if searches:
            self.menu.addSeparator()
        saving = self.menu.addAction(_("Save This Search…"), self.save)
        saving.setEnabled(bool(sidebar.query) and sidebar.query not in searches.values())
        if searches:
            removing = self.menu.addMenu(_("Remove"))
            for name in sorted(searches, key=str.casefold):
                removing.addAction(_plain(name), partial(self.remove, name))
        asking = self.menu.addMenu(_("What Can Be Searched For"))
        for typed, words in hints():
            asking.addAction(f"{_plain(typed)}\t{words}", partial(self._insert, typed))

    def save(self) -> None:
        """Keep what is searched for now under a name that she gives."""
        query = self._window.sidebar.query
        if not query:
            self._window.sidebar.go_to_search()
            return
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(_("Save Search"))
        dialog.setLabelText(_("Name"))
        dialog.setTextValue(query[:_LONGEST])
        dialog.textValueSelected.connect(partial(self._save, query))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def remove(self, name: str) -> None:
        """Forget a saved search."""
        kept = {one: typed for one, typed in self._desk.settings.searches.items() if one != name}
        self._preferences.set_searches(kept)

    def _save(self, query: str, name: str) -> None:
        name = " ".join(name.split())[:_LONGEST]
        if name:
            self._preferences.set_searches({**self._desk.settings.searches, name: query})

    def _insert(self, typed: str) -> None:
        field = self._window.sidebar.search
        before = field.text().rstrip()
        quoted = typed.startswith('"')
        added = '""' if quoted else typed
        self._window.sidebar.search_for(f"{before} {added}".lstrip())
        field.setFocus()
        field.setCursorPosition(len(field.text()) - quoted)

    # --- marks in the text ---

    def wanted(self) -> Wanted | None:
        """What was searched for, as the editor looks for it; None for nothing."""
        found = pattern(read_query(self._window.sidebar.query).wanted)
        return None if found is None else Wanted(found)

    def opened(self) -> None:
        """Another post is shown."""
        wanted = self.wanted()
        self._editor.mark(wanted, show=wanted is not None)

    def _changed(self, query: str) -> None:
        if not query:
            self._editor.mark(None)


def _plain(name: str) -> str:
    """A name in a menu, where `&` would underline a letter."""
    return name.replace("&", "&&").replace("\t", " ")
