"""The picker of a post to link to: a field to search in and the posts that fit, the newest first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.overlay import Overlay
from postdesk.ui.palette.entries import Entries, Entry
from postdesk.ui.palette.palette import EntryDelegate
from postdesk.ui.theme import Theme

_WIDTH, _ROW, _MOST_ROWS = 520, 34, 9  # px, px, rows seen at once
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_PageDown: _MOST_ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _MOST_ROWS,
}


class LinkPicker(Overlay):
    """`searched(words)` asks for what fits, `set_entries` answers; `chosen(Entry)`; `left` without one."""

    searched = Signal(str)
    chosen = Signal(object)
    left = Signal()

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host, theme, name="palette", radius=12)
        self._over: QWidget = host
        self.field = QLineEdit(self.card)
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText(_("Link to a post: its title, or words of it"))
        self.field.setAccessibleName(_("Link to a post"))
        self.entries = Entries()
        self.list = QListView(self.card)
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(_("Posts"))
        self.list.setModel(self.entries)
        self._drawn = EntryDelegate(theme)
        self.list.setItemDelegate(self._drawn)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel(_("No other post has these words."), self.card)
        self.nothing.setProperty("kind", "soft")
        self.nothing.setContentsMargins(10, 6, 10, 10)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        for widget in (self.field, self.list, self.nothing):
            column.addWidget(widget)
        self.field.textChanged.connect(self.searched)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda _index: self._choose())
        self.setAccessibleName(_("Link to a post"))

    def open_picker(self, over: QWidget, words: str = "") -> None:
        """Show it above the widget `over`, with something to search for already."""
        self._over = over
        self.field.setText(words)
        self.field.selectAll()
        self.searched.emit(words)
        self.float_up()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_entries(self, entries: list[Entry]) -> None:
        """The posts that fit."""
        self.entries.set_entries(entries)
        self.list.setVisible(bool(entries))
        self.nothing.setVisible(not entries)
        if entries:
            self._point(0)
        if self.isVisible():
            self.place()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        super().set_theme(theme)
        self._drawn.theme = theme

    def place(self) -> None:
        """At the top of what it is about, in the middle."""
        over, margin = self._over, self.margin
        width = min(_WIDTH, over.width() - 24)
        rows = max(1, min(_MOST_ROWS, self.entries.rowCount()))
        self.list.setFixedHeight(rows * _ROW)
        self.setFixedWidth(width + 2 * margin)
        self._frame.activate()
        self.resize(width + 2 * margin, self.sizeHint().height())
        at = over.mapTo(self.host, QPoint(0, 0)) if self.host.isAncestorOf(over) else QPoint(0, 0)
        self.move(at.x() + (over.width() - self.width()) // 2, at.y() + 10 - margin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that walk the list or end it come while the field has the keyboard."""
        if watched is self.field:
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._key(event)
            if isinstance(event, QFocusEvent) and event.lostFocus():
                kept = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
                if event.reason() not in kept:
                    self.hide()  # she went elsewhere by herself
        return super().eventFilter(watched, event)

    # --- how ---

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.hide()
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key in _STEPS:
            self._walk(_STEPS[key])
        else:
            return False
        return True

    def _walk(self, by: int) -> None:
        count = self.entries.rowCount()
        if count:
            at = self.list.currentIndex().row() + by
            self._point(at % count if abs(by) == 1 else min(max(at, 0), count - 1))

    def _point(self, place: int) -> None:
        index = self.entries.index(place)
        self.list.setCurrentIndex(index)
        # The keyboard stays in the field: a screen reader hears the line as the field's description.
        self.field.setAccessibleDescription(index.data(Qt.ItemDataRole.AccessibleTextRole) or "")

    def _choose(self) -> None:
        entry = self.entries.entry(self.list.currentIndex().row())
        if entry is not None:
            self.hide()
            self.chosen.emit(entry)
