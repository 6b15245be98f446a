"""The posts that the list shows, as values, and the model that filters a hundred thousand of them while she types.

The filter is our own: QSortFilterProxyModel asks each row for its text across the language border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from postdesk.core.language import _, ngettext
from postdesk.ui.sidebar.when import month_words, when_words

if TYPE_CHECKING:
    from postdesk.library.context import Context

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole

#: The filters in order, by key; `Row.tab` is one of the first three, "outbox" takes what is waiting.
TABS = ("drafts", "scheduled", "published", "all", "outbox")


@dataclass(frozen=True, slots=True)
class Row:
    """One post in the list. `key` is unique and opaque. `when` is seconds since 1970 (UTC) or None. `tab` is "drafts",
    "scheduled" or "published". `state` is said only when there is something to say ("Waiting"), in the colour of
    `level` ("", "warn" or "bad"). `words` counts words, 0 where unknown; `blog` stands in their place when given.
    `moment` is what the list is sorted by when that is not `when`.
    """

    key: str
    title: str
    when: float | None = None
    tab: str = "drafts"
    words: int = 0
    blog: str = ""
    state: str = ""
    level: str = ""
    waiting: bool = False
    moment: float | None = None


def local_now() -> datetime:
    """This moment, in the offset of the writer's clock."""
    return datetime.now(UTC).astimezone()


def second_line(row: Row, now: datetime, locale: QLocale) -> str:
    """What stands below the title: when · state · blog or words."""
    parts = []
    if row.when is not None:
        moment = datetime.fromtimestamp(row.when, UTC)
        parts.append(when_words(moment, now, locale, changed=row.tab != "scheduled"))
    if row.state:
        parts.append(row.state)
    if row.blog:
        parts.append(row.blog)
    elif row.words and not row.state:
        # The plural rule takes the number, the writer reads it with her thousands separator.
        counted = ngettext("{count} word", "{count} words", row.words)
        parts.append(counted.replace(str(row.words), locale.toString(row.words), 1))
    return " · ".join(parts)


class Posts(QAbstractListModel):
    """The rows of one filter and one search, in the order that they were given."""

    def __init__(self, now: Callable[[], datetime] = local_now) -> None:
        super().__init__()
        self._now = now
        self.locale = QLocale()
        self._rows: tuple[Row, ...] = ()
        self._searched: list[str] | None = None
        self._contexts: Mapping[str, Context] = {}
        self.months = True
        self._shown: Sequence[int] = ()
        self._tab = "drafts"
        self._query = ""
        self._found: frozenset[str] | None = None

    # --- what the window tells ---

    def set_rows(self, rows: Sequence[Row]) -> bool:
        """Take these rows. True when the list was made anew, False when only some texts changed in place."""
        old, self._rows = self._rows, tuple(rows)
        self._searched = None
        shown = self._filtered()
        same = len(old) == len(self._rows) and list(shown) == list(self._shown)
        if same and all(a is b or a.key == b.key for a, b in zip(old, self._rows, strict=True)):
            new = self._rows
            changed = [n for n, at in enumerate(shown) if old[at] is not new[at] and old[at] != new[at]]
            for place in changed:
                index = self.index(place)
                self.dataChanged.emit(index, index)
            return False
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        return True

    def set_filter(self, tab: str, query: str = "", found: Collection[str] | None = None) -> None:
        """Show the rows of a tab; of a query those whose title has every word, until it is known what was `found` for
        it: then the rows with these keys, and of a query of words alone those with such a title, too.
        """
        if query != self._query:
            self._contexts = {}
        self._tab, self._query = tab, query
        self._found = None if found is None else frozenset(found)
        self.beginResetModel()
        self._shown = self._filtered()
        self.endResetModel()

    def set_contexts(self, contexts: Mapping[str, Context]) -> None:
        """Where the query was found in some of the rows: shown in place of their second line."""
        self._contexts = {**self._contexts, **contexts}
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def context(self, row: Row) -> Context | None:
        """Where the query was found in a row's post, as far as that is known."""
        return self._contexts.get(row.key)

    def without_context(self, places: Iterable[int]) -> list[str]:
        """The keys of the rows at these places of which it is not known."""
        there = [self.row(place).key for place in places if 0 <= place < len(self._shown)]
        return [key for key in there if key not in self._contexts]

    def heading(self, place: int) -> str:
        """The month that begins at this place of the published posts, "" elsewhere."""
        if self._tab != "published" or self._query.strip() or not self.months:
            return ""
        month = _month(self.row(place))
        if month is None or (place and month == _month(self.row(place - 1))):
            return ""
        return month_words(*month, self.locale)

    # --- what the list asks ---

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, shown or not."""
        return self._rows

    def counts(self) -> dict[str, int]:
        """How many rows each tab has, whatever is searched for."""
        counted = Counter(row.tab for row in self._rows)
        return {
            **{tab: counted[tab] for tab in TABS[:3]},
            "all": len(self._rows),
            "outbox": sum(row.waiting for row in self._rows),
        }

    def row(self, place: int) -> Row:
        """The row shown at `place`, 0 on top."""
        return self._rows[self._shown[place]]

    def place(self, key: str) -> int:
        """Where the row of this key is shown, or -1."""
        for place, at in enumerate(self._shown):
            if self._rows[at].key == key:
                return place
        return -1

    def line(self, row: Row) -> str:
        """The row's second line as of now."""
        return second_line(row, self._now(), self.locale)

    def rowCount(self, parent: Index | None = None) -> int:
        """Qt asks."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt asks: the title, the row itself, or both lines as one sentence for a screen reader."""
        if not 0 <= index.row() < len(self._shown):
            return None
        row = self.row(index.row())
        if role == RowRole:
            return row
        title = row.title or _("Untitled")
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            line = self.line(row)
            return f"{title}. {line}" if line else title
        return None

    # --- how ---

    def _filtered(self) -> Sequence[int]:
        rows = self._rows
        places: Sequence[int]
        if self._tab == "all" or self._query.strip():  # who searches, searches everything
            places = range(len(rows))
        elif self._tab == "outbox":
            places = [at for at, row in enumerate(rows) if row.waiting]
        else:
            tab = self._tab
            places = [at for at, row in enumerate(rows) if row.tab == tab]
        if not self._query.strip():
            return places
        # Loaded with the first search.
        from postdesk.library.context import fold
        from postdesk.library.query import read_query

        query = read_query(self._query)
        if not query:
            return places
        plain = not query.filters and not any(term.phrase or term.excluded for term in query.terms)
        words = [fold(word) for word in query.wanted]
        if self._found is not None and not plain:
            return [at for at in places if rows[at].key in self._found]
        if self._searched is None:
            self._searched = [fold(row.title) for row in rows]
        titles, found = self._searched, self._found
        titled = places
        for word in words:
            titled = [at for at in titled if word in titles[at]]
        if not found:
            return titled
        kept = set(titled)
        return [at for at in places if at in kept or rows[at].key in found]


def _month(row: Row) -> tuple[int, int] | None:
    moment = row.when if row.moment is None else row.moment
    if not moment:
        return None
    there = datetime.fromtimestamp(moment, UTC).astimezone()
    return there.year, there.month
