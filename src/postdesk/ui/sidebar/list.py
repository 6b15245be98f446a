"""The list of posts as a widget: how it takes keys and mouse, and how it lays out very many rows at once."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from postdesk.core.language import _
from postdesk.ui.actions import Actions
from postdesk.ui.sidebar.delegate import RowDelegate
from postdesk.ui.sidebar.rows import Posts
from postdesk.ui.theme import Theme

_UNEVEN = 2000  # rows up to which each is as high as its title needs; measuring more can be felt
_BATCH = 400  # rows laid out per turn of the event loop,
_MEASURED = 80  # and of those that have to be measured: some screens full


class PostList(QListView):
    """The list itself: arrows walk, Return opens, Delete asks for the trash, the menu key for the row's menu."""

    opened = Signal()

    def __init__(self, actions: Actions, posts: Posts, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("posts")
        self.setAccessibleName(_("Posts"))
        self.setModel(posts)
        self.rows = RowDelegate(theme, posts)
        self.setItemDelegate(self.rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setDragDropMode(QListView.DragDropMode.NoDragDrop)
        self._actions = actions
        self._entering = False
        self.menu = actions.menu("row", self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt tells."""
        self.rows.ring = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit()
        elif event.matches(QKeySequence.StandardKey.Delete) and self.currentIndex().isValid():
            self._actions.trigger("trash")
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A ring around the row is for the keyboard; the mouse knows where it is."""
        self.rows.ring = False
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt tells."""
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.opened.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes by keyboard sees where she is. With no row chosen, Qt would choose the first one, and so open
        its post."""
        by_mouse = event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if not by_mouse:
            self.rows.ring = True
        self._entering = True
        super().focusInEvent(event)
        self._entering = False

    def moveCursor(self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Qt asks which row a key leads to, and, when the list has just got the keyboard, which one to choose."""
        return QModelIndex() if self._entering else super().moveCursor(action, modifiers)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The row below the mouse is chosen first, so that the menu is always about the open post."""
        place = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
        index = self.indexAt(place)
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu.popup(self.viewport().mapToGlobal(place))

    def at_row(self, place: int, rows: int) -> None:
        """Prepare the next layout of a list of so many rows: it reaches row `place` at once, even far down."""
        self.rows.even = rows > _UNEVEN
        if self.uniformItemSizes() != self.rows.even:
            self.setUniformItemSizes(self.rows.even)
        # A layout in batches leaves the rows of later batches without a place for some turns of the event loop.
        self.setBatchSize(_BATCH if self.rows.even else max(_MEASURED, min(place + _MEASURED, _BATCH)))
        deep = place >= _BATCH
        mode = QListView.LayoutMode.SinglePass if deep else QListView.LayoutMode.Batched
        if self.layoutMode() != mode:
            self.setLayoutMode(mode)
