"""What the palette offers for a query: commands that can be given now, recent ones first, and posts by title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence

from postdesk.core.language import _
from postdesk.library.context import fold
from postdesk.ui.actions import ACTIONS, MENUS, Actions, plain
from postdesk.ui.palette.rank import score
from postdesk.ui.sidebar.listing import Listing

_MOST_POSTS = 30
_MOST_RECENT = 12
EntryRole = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: an action's name or a post's key, what is read, and at the right a shortcut, or where it is found."""

    kind: str  # "action" or "post"
    name: str
    text: str
    aside: str = ""


def action_entries(actions: Actions, query: str, recent: Sequence[str]) -> list[Entry]:
    """The enabled actions that fit, best first; without a query the recent ones, then the rest as in the menus."""
    menus = {path: plain(text) for path, text in MENUS}
    ranked: list[tuple[float, int, Entry]] = []
    for place, listed in enumerate(ACTIONS):
        action = actions.action(listed.name)
        if not listed.palette or not action.isEnabled():
            continue
        text = plain(action.text())
        best = score(query, text)
        if query:
            # Other words for it, and its menu, count less than its name.
            more = score(query, listed.words)
            there = score(query, f"{menus.get(listed.menu, '')} {text}")
            scores = [best, None if more is None else more - 60, None if there is None else there - 70]
            known = [value for value in scores if value is not None]
            if not known:
                continue
            best = max(known)
        bonus = 0.0
        if listed.name in recent:
            bonus = 12.0 - recent.index(listed.name)
        elif not query:
            bonus = -100.0
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if action.isCheckable() and action.isChecked():
            keys = _("{keys}  ✓").format(keys=keys).strip()
        # Where it stands tells commands of like names apart, and is where she finds it the next time.
        keys = keys or actions.where(listed.name)
        ranked.append(((best or 0.0) + bonus, -place, Entry("action", listed.name, text, keys)))
    ranked.sort(key=lambda row: (row[0], row[1]), reverse=True)
    return [entry for _score, _place, entry in ranked]


def post_entries(posts: Listing, query: str) -> list[Entry]:
    """Posts whose title has every word of the query, in the order of the list."""
    words = fold(query).split()
    found: list[Entry] = []
    if not words:
        return found
    first, rest, folded = words[0], words[1:], posts.titles.folded
    for slot in posts.order:
        text = folded[slot]
        if first in text and all(word in text for word in rest):
            title = posts.titles.texts[slot] or _("Untitled")
            found.append(Entry("post", posts.key_of(slot), title, _("Post")))
            if len(found) == _MOST_POSTS:
                break
    return found


def used(recent: Iterable[str], name: str) -> list[str]:
    """The names used lately, `name` now the latest."""
    return [name, *(other for other in recent if other != name)][:_MOST_RECENT]


class Entries(QAbstractListModel):
    """The lines that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    def set_entries(self, entries: list[Entry]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, place: int) -> Entry | None:
        """The line at `place`, None where there is none."""
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Qt asks."""
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt asks."""
        entry = self.entry(index.row())
        if entry is None:
            return None
        if role == EntryRole:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.text}, {entry.aside}" if entry.aside else entry.text
        return None
