"""The posts that the list shows, as values, and the model that filters a hundred thousand of them while she types.

The filter is our own: QSortFilterProxyModel asks each row for its text across the language border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from postdesk.core.language import _, ngettext
from postdesk.ui.sidebar.when import when_words

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole

#: The filters in order, by key; `Row.tab` is one of the first three, "outbox" takes what is waiting.
TABS = ("drafts", "scheduled", "published", "all", "outbox")


@dataclass(frozen=True, slots=True)
class Row:
    """One post in the list. `key` is unique and opaque. `when` is seconds since 1970 (UTC) or None. `tab` is "drafts",
    "scheduled" or "published". `state` is said only when there is something to say ("Waiting"), in the colour of
    `level` ("", "warn" or "bad"). `words` counts words, 0 where unknown; `blog` stands in their place when given.
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
        self._shown: Sequence[int] = ()
        self._tab = "drafts"
        self._query = ""
        self._found: frozenset[str] = frozenset()

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

    def set_filter(self, tab: str, query: str = "", found: Collection[str] = ()) -> None:
        """Show the rows of a tab whose title has every word of `query`, or whose key is in `found` (what a search of
        the texts gave for the same query).
        """
        self._tab, self._query, self._found = tab, query, frozenset(found)
        self.beginResetModel()
        self._shown = self._filtered()
        self.endResetModel()

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
        words = self._query.casefold().split()
        if not words:
            return places
        if self._searched is None:
            self._searched = [row.title.casefold() for row in rows]
        titles, found = self._searched, self._found
        for word in words:
            matching = [at for at in places if word in titles[at]]
            if found:
                kept = set(matching)
                matching = [at for at in places if at in kept or rows[at].key in found]
            places = matching
        return places
