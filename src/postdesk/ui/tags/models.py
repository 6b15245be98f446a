"""The two lists of the window that renames: the names with their counts, and the posts with what would change."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from postdesk.core.language import _, ngettext
from postdesk.library.tags import Change

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class Names(QAbstractListModel):
    """Names and in how many posts each is; of these, the ones that have what was typed."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[tuple[str, int], ...] = ()
        self.shown: list[tuple[str, int]] = []

    def set_names(self, names: Sequence[tuple[str, int]], words: str) -> None:
        """Show those of `names` that have the words."""
        self._all = tuple(names)
        self.filter(words)

    def filter(self, words: str) -> None:
        """Show those that have the words."""
        wanted = words.casefold().split()
        self.beginResetModel()
        self.shown = [pair for pair in self._all if all(word in pair[0].casefold() for word in wanted)]
        self.endResetModel()

    def has(self, name: str) -> bool:
        """Whether some post has this name, shown or not."""
        return any(name == known for known, _count in self._all)

    def rowCount(self, parent: _Index | None = None) -> int:
        """Qt asks."""
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Qt asks."""
        if not 0 <= index.row() < len(self.shown):
            return None
        name, count = self.shown[index.row()]
        if role == _Role.DisplayRole:
            return f"{name}  ({count})"
        if role == _Role.AccessibleTextRole:
            return f"{name}, " + ngettext("{count} post", "{count} posts", count)
        return None


class Changes(QAbstractTableModel):
    """The posts, each with a mark that she can take away, and what would change. `marked` says that she did."""

    marked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._changes: tuple[Change, ...] = ()
        self._left_out: set[int] = set()

    def set_changes(self, changes: Sequence[Change]) -> None:
        """Show these, all of them marked but for those that cannot be done."""
        self.beginResetModel()
        self._changes, self._left_out = tuple(changes), set()
        self.endResetModel()

    @property
    def chosen(self) -> tuple[Change, ...]:
        """What she wants to be done."""
        return tuple(c for n, c in enumerate(self._changes) if not c.problem and n not in self._left_out)

    @property
    def all(self) -> tuple[Change, ...]:
        """Everything that is shown."""
        return self._changes

    def rowCount(self, parent: _Index | None = None) -> int:
        """Qt asks."""
        return 0 if parent is not None and parent.isValid() else len(self._changes)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Qt asks."""
        return 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Qt asks."""
        if role == _Role.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return (_("Post"), _("Change"))[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Qt asks."""
        change = self._changes[index.row()]
        if role == _Role.CheckStateRole and index.column() == 0 and not change.problem:
            return Qt.CheckState.Unchecked if index.row() in self._left_out else Qt.CheckState.Checked
        if role == _Role.DisplayRole:
            return change.title if index.column() == 0 else spoken(change)
        if role == _Role.ToolTipRole:
            return f"<qt>{html.escape(change.title)}<br>{html.escape(spoken(change))}</qt>"
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Qt tells: she took a mark away, or set it again."""
        if role != _Role.CheckStateRole:
            return False
        (self._left_out.discard if Qt.CheckState(value) is Qt.CheckState.Checked else self._left_out.add)(
            index.row()
        )
        self.dataChanged.emit(index, index, [role])
        self.marked.emit()
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Qt asks."""
        if self._changes[index.row()].problem:
            return Qt.ItemFlag.ItemIsSelectable
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags


def spoken(change: Change) -> str:
    """What changes, in a few words."""
    if change.problem:
        return change.problem
    gone = [name for name in change.before if name not in change.after]
    come = [name for name in change.after if name not in change.before]
    if not come:
        return _("without {names}").format(names=", ".join(gone))
    return f"{', '.join(gone)} → {', '.join(come)}"
