"""The sidebar: blog switcher, search, filters, the list of posts, and what waits for a connection.

It is told rows and blogs and says what the writer chose; the list itself is in `list.py`, `rows.py` and `delegate.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QLocale, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QStackedWidget, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.actions import Actions
from postdesk.ui.sidebar.list import PostList
from postdesk.ui.sidebar.listing import TABS, Found, Listing
from postdesk.ui.sidebar.nothing import words_for_filter, words_for_search
from postdesk.ui.sidebar.reading import ReadingLine
from postdesk.ui.sidebar.rows import Posts, local_now
from postdesk.ui.sidebar.switcher import Blog, Switcher
from postdesk.ui.sidebar.tabs import Tabs
from postdesk.ui.sidebar.waiting import WaitingBox
from postdesk.ui.theme import Theme

if TYPE_CHECKING:
    from postdesk.library.context import Context

_STILL = 60  # ms without scrolling until it is asked where a query was found in what she sees
_MINUTE = 60_000  # ms: "5 minutes ago" goes on counting


class Sidebar(QWidget):
    """Everything at the left. Keys of rows and ids of blogs are opaque to it.

    `row_chosen`: a row became the current one by her hand. `row_opened`: Return or a double click; she wants to
    write. `search_changed`: the text as it is typed; titles are filtered already, `set_found` says more. `looked_at`:
    the query, and the keys of rows that she sees and that do not show where it was found. `left`: Escape in an empty
    search field or in the list; she wants back to the text.
    """

    row_chosen = Signal(str)
    row_opened = Signal(str)
    tab_changed = Signal(str)
    search_changed = Signal(str)
    looked_at = Signal(str, object)
    blog_chosen = Signal(str)
    left = Signal()

    def __init__(
        self,
        actions: Actions,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet("QWidget#sidebar { border: none; }")  # the splitter beside it is the line
        self.setAccessibleName(_("Sidebar"))
        self._actions = actions
        self._telling = False
        self._key = ""
        self._following = True  # she has not chosen a filter since the chosen post was opened or sent
        self._query = ""
        self._answered = False  # it is known what the texts have of the query
        self.posts = Posts(now)
        self.switcher = Switcher(actions, theme, self)
        self.search = QLineEdit(self)
        self.search.setObjectName("search")
        self.search.setAccessibleName(_("Search posts"))
        self.search.setClearButtonEnabled(False)
        self.tabs = Tabs(theme, self)
        self.list = PostList(actions, self.posts, theme, self)
        self.nothing = QLabel(self)
        self.nothing.setObjectName("nothing")
        self.nothing.setProperty("kind", "soft")
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.nothing.setContentsMargins(10, 12, 10, 0)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.nothing)
        self.reading = ReadingLine(self)
        self.waiting = WaitingBox(theme, self)
        self.waiting.hide()
        self._lay()
        self.switcher.chosen.connect(self.blog_chosen)
        self.tabs.chosen.connect(self._on_tab)
        self.search.textEdited.connect(self._on_search)
        self.search.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.opened.connect(self._on_opened)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.waiting.clicked.connect(lambda: actions.trigger("outbox"))
        self._look = QTimer(self, singleShot=True, interval=_STILL)
        self._look.timeout.connect(self._say_looked_at)
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._look.start())
        self._clock = QTimer(self)
        self._clock.setInterval(_MINUTE)
        self._clock.timeout.connect(lambda: self.list.viewport().update())
        self._clock.start()
        self.set_rows(Listing())

    # --- what the window tells ---

    def set_rows(self, listing: Listing) -> None:
        """Take these rows, in the order as they should stand; the chosen row and the place scrolled to stay."""
        with _Kept(self) as kept:
            kept.made_anew = self.posts.set_rows(listing)
        self._count()
        self._reveal()

    def set_blogs(self, blogs: Sequence[Blog], current: str) -> None:
        """The blogs there are, and the id of the chosen one ("": all)."""
        self.switcher.set_blogs(blogs, current)

    def set_waiting(self, sentence: str) -> None:
        """Say at the foot what waits ("": nothing does). `waiting_words` has the usual sentence."""
        self.waiting.setText(sentence)
        self.waiting.setAccessibleName(sentence or _("Outbox"))
        self.waiting.setVisible(bool(sentence))
        self.waiting.updateGeometry()

    def set_searchable(self, done: int, of: int) -> None:
        """So many of the posts can be searched by what they say; said at the foot until it is all."""
        self.reading.tell(done, of)
        self._say_nothing()

    def set_found(self, query: str, found: Found | None) -> None:
        """Rows that a search of the texts found; dropped when she has typed on meanwhile."""
        if query == self._query:
            with _Kept(self) as kept:
                kept.made_anew = True
                self._filter(found if query else None)
            self._say_nothing()
            self._look.start()

    def set_contexts(self, query: str, contexts: Mapping[str, Context]) -> None:
        """Where a query was found in some of the rows."""
        if query == self._query:
            self.posts.set_contexts(contexts)

    @property
    def query(self) -> str:
        """What is searched for, "" for nothing."""
        return self._query

    def search_for(self, query: str) -> None:
        """Search as if she had typed it."""
        self.search.setText(query)
        self._on_search(query)

    def _say_looked_at(self) -> None:
        if not self._query or not self.posts.rowCount():
            return
        first = self.list.indexAt(QPoint(20, 2)).row()
        last = self.list.indexAt(QPoint(20, self.list.viewport().height() - 2)).row()
        last = self.posts.rowCount() - 1 if last < 0 else last
        keys = self.posts.without_context(range(max(0, first), min(last, max(0, first) + 60) + 1))
        if keys:
            self.looked_at.emit(self._query, keys)

    def select(self, key: str) -> None:
        """Show the row of this key as the chosen one ("": none); `row_chosen` is not sent."""
        self._key = key
        self._point()
        self._reveal()

    def follow(self) -> None:
        """The chosen post was opened, or sent somewhere, by her: the list shows the filter that it is in, now and after
        changes, until she chooses a filter."""
        self._following = True
        self._reveal()

    @property
    def selected(self) -> str:
        """The key of the chosen post, shown by the filter or not; "" when there is none."""
        return self._key

    def shown(self) -> list[str]:
        """The keys of the rows that the list shows, in their order."""
        return self.posts.keys()

    def beside(self) -> Iterator[str]:
        """The keys of the rows that are shown below the chosen one, the nearest first, and then of those above; where
        it is not shown, of all from the first one on."""
        at = self.posts.place(self._key) if self._key else -1
        places = (*range(at + 1, self.posts.rowCount()), *range(at - 1, -1, -1))
        return (self.posts.row(place).key for place in places)

    def show_tab(self, tab: str) -> None:
        """Show the posts of a filter of `rows.TABS`."""
        self.tabs.choose(tab)
        self._show_tab(tab)

    def go_to_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def step(self, by: int) -> None:
        """Choose the next (1) or previous (-1) row of those shown, as the arrows do."""
        count = self.posts.rowCount()
        if count:
            at = self.posts.place(self._key)
            place = (0 if by > 0 else count - 1) if at < 0 else min(max(at + by, 0), count - 1)
            self.list.setCurrentIndex(self.posts.index(place))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.switcher, self.tabs):
            part.set_theme(theme)
        self.list.rows.theme = theme
        self.waiting.theme = theme
        self.list.viewport().update()
        self.waiting.update()

    # --- what she does ---

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Escape, Down and Return in the search field; Escape in the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self._escape()
                return True
            if watched is self.search and key == Qt.Key.Key_Down:
                self._into_list()
                return True
            if watched is self.search and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._into_list()
                self._on_opened()
                return True
        return False

    def _escape(self) -> None:
        if self._query:
            self.search.clear()
            self._on_search("")
        else:
            self.left.emit()

    def _into_list(self) -> None:
        if self.posts.rowCount():
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.posts.index(0))
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_opened(self) -> None:
        if self.list.currentIndex().isValid():
            self.row_opened.emit(self._key)

    def _on_current(self, now: QModelIndex, _before: QModelIndex) -> None:
        if not self._telling and now.isValid():
            self._key = self.posts.row(now.row()).key
            self.row_chosen.emit(self._key)

    def _on_tab(self, tab: str) -> None:
        self._following = False
        if self._query:  # it shows posts of all filters: she has had enough of it
            self.search.clear()
            self._query = ""
            self.tabs.rest(False)
            self.search_changed.emit("")
        self._show_tab(tab)

    def _show_tab(self, tab: str) -> None:
        self._show(at_top=False)
        self._count()
        self.tab_changed.emit(tab)

    def _on_search(self, text: str) -> None:
        self._query = text.strip()
        self.tabs.rest(bool(self._query))
        self._show(at_top=bool(self._query))
        self._reveal()
        self.search_changed.emit(self._query)

    # --- how ---

    def _lay(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(10, 0, 10, 0)
        inner.setSpacing(0)
        inner.addWidget(self.switcher)
        inner.addSpacing(4)
        inner.addWidget(self.search)
        inner.addSpacing(10)
        inner.addWidget(self.tabs)
        inner.addSpacing(6)
        inner.addWidget(self._pages, 1)
        inner.addWidget(self.reading)
        layout.addLayout(inner, 1)
        layout.addWidget(self.waiting)

    def _filter(self, found: Found | None = None) -> None:
        self._answered = found is not None
        self._telling = True
        self.posts.set_filter(self.tabs.current, self._query, found)
        self._telling = False

    def _show(self, *, at_top: bool) -> None:
        """Other rows, from the first one on; unless `at_top` from where the chosen one is, if it is among them."""
        self._filter()
        if at_top or self.posts.place(self._key) < 0:
            self.list.setAutoScroll(False)
            self._point()
            self.list.setAutoScroll(True)
            self.list.scrollToTop()
        else:
            self._point()
        self._say_nothing()

    def _reveal(self) -> None:
        """Show the filter that the chosen post is in, unless she chose another one."""
        if self._following and self._key and not self._query and self.posts.place(self._key) < 0:
            slot = self.posts.listing.slot_of(self._key)
            if slot >= 0:
                self.show_tab(TABS[self.posts.listing.tabs[slot]])

    def _point(self, reach: int = -1) -> None:
        """Let the list show the chosen row as chosen, if it shows it at all; lay it out as far as row `reach`, and as
        that row if it goes there."""
        place = self.posts.place(self._key) if self._key else -1
        self.list.at_row(max(reach, place if self.list.hasAutoScroll() else -1), self.posts.rowCount())
        self._telling = True
        if place < 0:
            self.list.selectionModel().clear()
        else:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.posts.index(place), flag)
        self._telling = False

    def _count(self) -> None:
        counts = self.posts.listing.counts()
        self.tabs.set_counts(counts)
        many = counts["all"]
        shown = QLocale().toString(many)
        words = ngettext("Search {count} post…", "Search {count} posts…", many).replace(str(many), shown, 1)
        self.search.setPlaceholderText(words if many else _("Search posts…"))
        self._say_nothing()

    def _say_nothing(self) -> None:
        if self.posts.rowCount():
            self._pages.setCurrentWidget(self.list)
            return
        if self._query:
            so_far = not self.reading.isHidden()
            words = words_for_search(self._query, answered=self._answered, so_far=so_far)
        else:
            new = self._actions.action("new").shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            words = words_for_filter(self.tabs.current, new)
        self.nothing.setText(words)
        had = self.list.hasFocus()
        self._pages.setCurrentWidget(self.nothing)
        if had:
            self.search.setFocus()


class _Kept:
    """While the rows are replaced: keeps the chosen row and what is on top of the visible part."""

    def __init__(self, sidebar: Sidebar) -> None:
        self._sidebar = sidebar
        self.made_anew = False
        view = sidebar.list
        top = view.indexAt(QPoint(20, 2))
        scrolled = view.verticalScrollBar().value() > 0
        self._top = sidebar.posts.row(top.row()).key if scrolled and top.isValid() else ""
        self._above = view.visualRect(top).top() if self._top else 0

    def __enter__(self) -> _Kept:
        self._sidebar._telling = True
        return self

    def __exit__(self, *_error: object) -> None:
        sidebar, view = self._sidebar, self._sidebar.list
        sidebar._telling = False
        if not self.made_anew:
            return
        place = sidebar.posts.place(self._top) if self._top else -1
        view.setAutoScroll(False)
        sidebar._point(place)
        view.setAutoScroll(True)
        if place >= 0:
            view.scrollTo(sidebar.posts.index(place), QListView.ScrollHint.PositionAtTop)
            bar = view.verticalScrollBar()
            bar.setValue(bar.value() - self._above)
        else:
            view.scrollToTop()
