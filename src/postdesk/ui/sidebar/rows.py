"""The model of the list: filters a hundred thousand posts while she types, and makes the rows that are looked at.

The filter is our own: QSortFilterProxyModel asks each row for its text across the language border.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from postdesk.core.language import _, ngettext
from postdesk.ui.sidebar.listing import TABS, Found, Listing, Row, flagged
from postdesk.ui.sidebar.when import month_words, when_words

if TYPE_CHECKING:
    from postdesk.library.context import Context

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole
_MOST_TOLD = 60  # changed rows that are told one by one


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
        self._listing = Listing()
        self._contexts: Mapping[str, Context] = {}
        self.months = True
        self._shown: Sequence[int] = ()  # slots
        self._tab = "drafts"
        self._query = ""
        self._found: Found | None = None
        self._counted: dict[str, tuple[int, int]] = {}  # by key: listed words, counted words

    # --- what the window tells ---

    def set_rows(self, listing: Listing) -> bool:
        """Take these rows. True when the list was made anew, False when only some texts changed in place."""
        old, self._listing = self._listing, listing
        shown = self._filtered()
        if (
            old.keys == listing.keys
            and old.files == listing.files
            and old.columns is listing.columns
            and array("l", shown) == array("l", self._shown)
        ):
            changed = list(islice(listing.changed(old), _MOST_TOLD))
            if len(changed) < _MOST_TOLD:
                for slot in changed:
                    if (place := _place(shown, slot)) >= 0:
                        self.dataChanged.emit(self.index(place), self.index(place))
            elif shown:
                self.dataChanged.emit(self.index(0), self.index(len(shown) - 1))
            return False
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        return True

    def set_filter(self, tab: str, query: str = "", found: Found | None = None) -> None:
        """Show the rows of a tab; of a query those whose title has every word, until it is known what was `found` for
        it: then those.
        """
        if query != self._query:
            self._contexts = {}
        self._tab, self._query, self._found = tab, query, found
        self.beginResetModel()
        self._shown = self._filtered()
        self.endResetModel()

    def set_counted(self, key: str, words: int) -> None:
        """The words of a post that is open, as the status bar has them: they hold until its file has others."""
        slot = self._listing.slot_of(key)
        if slot < 0:
            return
        counted = self._listing.words[slot], words
        if self._counted.get(key) != counted:
            self._counted[key] = counted
            if (place := _place(self._shown, slot)) >= 0:
                self.dataChanged.emit(self.index(place), self.index(place))

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
        month = _month(self._listing.moment(self._shown[place]))
        if month is None or (place and month == _month(self._listing.moment(self._shown[place - 1]))):
            return ""
        return month_words(*month, self.locale)

    # --- what the list asks ---

    @property
    def listing(self) -> Listing:
        """Every row, shown or not."""
        return self._listing

    def row(self, place: int) -> Row:
        """The row shown at `place`, 0 on top."""
        return self._listing.row(self._shown[place])

    def keys(self) -> list[str]:
        """The keys of the rows that are shown."""
        return [self._listing.key_of(slot) for slot in self._shown]

    def place(self, key: str) -> int:
        """Where the row of this key is shown, or -1."""
        slot = self._listing.slot_of(key)
        return _place(self._shown, slot) if slot >= 0 else -1

    def line(self, row: Row) -> str:
        """The row's second line as of now."""
        listed, counted = self._counted.get(row.key, (-1, 0))
        if listed == row.words:
            row = replace(row, words=counted)
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
        listing = self._listing
        slots = listing.order
        if not self._query.strip():
            if self._tab == "all":
                return slots
            if self._tab == "outbox":
                return [slot for slot in slots if slot in listing.waiting]
            tab = TABS.index(self._tab)
            return flagged(slots, bytes(map(tab.__eq__, listing.tabs)))
        # Who searches, searches everything.
        if self._found is not None and (found := self._found.on(listing)) is not None:
            return flagged(slots, found)
        # Loaded with the first search.
        from postdesk.library.context import fold
        from postdesk.library.query import read_query

        return listing.titled([fold(word) for word in read_query(self._query).wanted])


def _place(shown: Sequence[int], slot: int) -> int:
    try:
        return shown.index(slot)
    except ValueError:
        return -1


def _month(moment: float | None) -> tuple[int, int] | None:
    if not moment:
        return None
    there = datetime.fromtimestamp(moment, UTC).astimezone()
    return there.year, there.month
