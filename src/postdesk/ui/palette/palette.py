"""The command palette: type a few letters of any command or post, press Return."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.ui.actions import Actions
from postdesk.ui.overlay import Overlay
from postdesk.ui.palette.entries import Entries, Entry, EntryRole, action_entries, post_entries, used
from postdesk.ui.sidebar.listing import Listing
from postdesk.ui.sidebar.rows import Index
from postdesk.ui.theme import Theme, ui_font

_WIDTH, _ROW, _MOST_ROWS, _FROM_TOP = 580, 34, 10, 64  # px, px, rows seen at once, px
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _MOST_ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _MOST_ROWS,
}


class EntryDelegate(QStyledItemDelegate):
    """A line: the name at the start, the shortcut or the kind at the end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt asks."""
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt asks."""
        entry: Entry = index.data(EntryRole)
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        if picked or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.pick if picked else self.theme.hover))
            painter.drawRoundedRect(box, 7, 7)
        inner = box.adjusted(10, 0, -10, 0)
        small, normal = ui_font(12), ui_font(13)
        aside = QFontMetrics(small).horizontalAdvance(entry.aside) + 12 if entry.aside else 0
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(normal)
        painter.setPen(QColor(self.theme.ink))
        text = " ".join(entry.text.split())
        text = QFontMetrics(normal).elidedText(text, Qt.TextElideMode.ElideRight, int(inner.width()) - aside)
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignLeading), text)
        painter.setFont(small)
        painter.setPen(QColor(self.theme.soft))
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignTrailing), entry.aside)
        painter.restore()


class Palette(Overlay):
    """Opens above the window, gives the keyboard back when it closes. A query that begins with ">" means commands
    alone. `post_chosen` carries a post's key; a chosen command is triggered in the table of actions.
    """

    post_chosen = Signal(str)

    def __init__(self, host: QWidget, actions: Actions, theme: Theme) -> None:
        super().__init__(host, theme, name="palette", radius=12)
        self._actions = actions
        self._posts = Listing()
        self._before: QWidget | None = None
        self.recent: list[str] = []
        self.field = QLineEdit(self.card)
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText(_("Type a command or a post’s title"))
        self.field.setAccessibleName(_("Command palette"))
        self.entries = Entries()
        self.list = QListView(self.card)
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(_("Commands and posts"))
        self.list.setModel(self.entries)
        self._drawn = EntryDelegate(theme)
        self.list.setItemDelegate(self._drawn)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel(_("Nothing is called that."), self.card)
        self.nothing.setProperty("kind", "soft")
        self.nothing.setContentsMargins(10, 6, 10, 10)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.setAccessibleName(_("Command palette"))

    def set_posts(self, posts: Listing) -> None:
        """The posts that can be opened, in the order of the list."""
        self._posts = posts

    def open_palette(self, query: str = "") -> None:
        """Show it, empty or with something typed already."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.field.setText(query)
        self._search(query)
        self.float_up()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Hide it; the keyboard goes back to where it was."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def shown(self) -> list[Entry]:
        """The lines that it offers now, best first."""
        lines = (self.entries.entry(place) for place in range(self.entries.rowCount()))
        return [line for line in lines if line is not None]

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        super().set_theme(theme)
        self._drawn.theme = theme

    def place(self) -> None:
        """Near the top, in the middle."""
        margin = self.margin
        width = min(_WIDTH, self.host.width() - 32)
        rows = max(1, min(_MOST_ROWS, self.entries.rowCount(), (self.host.height() - 200) // _ROW))
        self.list.setFixedHeight(rows * _ROW)
        self.setFixedWidth(width + 2 * margin)
        self._frame.activate()
        self.resize(width + 2 * margin, self.sizeHint().height())
        self.move(
            (self.host.width() - self.width()) // 2, max(0, min(_FROM_TOP, self.host.height() // 8) - margin)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that walk the list or end it come while the field has the keyboard."""
        if watched is self.field:
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._key(event)
            if isinstance(event, QFocusEvent) and event.lostFocus():
                kept = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
                if event.reason() not in kept and self.isVisible():
                    self._before = None  # she went elsewhere by herself
                    self.hide()
        return super().eventFilter(watched, event)

    # --- how ---

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key in _STEPS:
            self._walk(_STEPS[key])
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._walk(1 if key == Qt.Key.Key_Tab else -1)
        else:
            return False
        return True

    def _walk(self, by: int) -> None:
        count = self.entries.rowCount()
        if not count:
            return
        at = self.list.currentIndex().row() + by
        # A single step goes round; a page stops at the end.
        self._point(at % count if abs(by) == 1 else min(max(at, 0), count - 1))

    def _point(self, place: int) -> None:
        index = self.entries.index(place)
        self.list.setCurrentIndex(index)
        # The keyboard stays in the field: a screen reader hears the line as the field's description.
        self.field.setAccessibleDescription(index.data(Qt.ItemDataRole.AccessibleTextRole) or "")

    def _search(self, text: str) -> None:
        commands_only = text.startswith(">")
        query = text.lstrip(">").strip()
        lines = action_entries(self._actions, query, self.recent)
        if not commands_only:
            lines += post_entries(self._posts, query)
        self.entries.set_entries(lines)
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines)
        if lines:
            self._point(0)
        if self.isVisible():
            self.place()

    def _choose(self, *_clicked: object) -> None:
        entry = self.entries.entry(self.list.currentIndex().row())
        if entry is None:
            return
        self.close_palette()
        if entry.kind == "post":
            self.post_chosen.emit(entry.name)
        else:
            self.recent = used(self.recent, entry.name)
            self._actions.trigger(entry.name)
