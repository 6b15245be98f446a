"""The outline: the headings of the open post in a list that is typed into; the arrow keys show each place in the text,
Return stays there, Escape goes back to where she was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
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
from postdesk.markup.outline import Heading
from postdesk.ui.editor import Editor
from postdesk.ui.overlay import Overlay
from postdesk.ui.theme import Theme, ui_font

_WIDTH, _ROW, _MOST_ROWS, _INDENT = 420, 30, 12, 18  # px, px, rows seen at once, px per level
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_PageDown: _MOST_ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _MOST_ROWS,
}
_HeadingRole = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


def fitting(headings: Sequence[Heading], query: str) -> list[Heading]:
    """The headings that have every word of the query, in the text's order."""
    words = query.casefold().split()
    return [each for each in headings if all(word in each.text.casefold() for word in words)]


def section(headings: Sequence[Heading], line: int) -> int:
    """Which of the headings a line stands under; 0 for one before the first."""
    return max((place for place, each in enumerate(headings) if each.line <= line), default=0)


class OutlinePopup(Overlay):
    """Told headings; `pointed` and `chosen` carry a heading's line, `left` says that she wants none of them."""

    pointed = Signal(int)
    chosen = Signal(int)
    left = Signal()

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host, theme, name="palette", radius=12)
        self._headings: tuple[Heading, ...] = ()
        self._over: QWidget = host
        self.field = QLineEdit(self.card)
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText(_("Go to a heading"))
        self.field.setAccessibleName(_("Outline"))
        self.rows = _Rows()
        self.list = QListView(self.card)
        self.list.setObjectName("paletteList")
        self.list.setAccessibleName(_("Headings"))
        self.list.setModel(self.rows)
        self._drawn = _Drawn(theme, self.rows)
        self.list.setItemDelegate(self._drawn)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel(self.card)
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setWordWrap(True)
        self.nothing.setProperty("kind", "soft")
        self.nothing.setContentsMargins(10, 6, 10, 10)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.field.textEdited.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda _index: self._choose())
        self.setAccessibleName(_("Outline"))

    def open_outline(self, headings: Sequence[Heading], line: int, over: QWidget) -> None:
        """Show these headings above the widget `over`; the one that `line` stands under is pointed at, and nothing
        moves until she asks for it."""
        self._over = over
        self.field.clear()
        self.set_headings(headings)
        self._point(section(self._headings, line))
        self.float_up()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_headings(self, headings: Sequence[Heading]) -> None:
        """The headings are others now."""
        self._headings = tuple(headings)
        self._show()

    @property
    def shown(self) -> list[Heading]:
        """The headings that it offers now."""
        return self.rows.headings

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        super().set_theme(theme)
        self._drawn.theme = theme

    def place(self) -> None:
        """At the top of what it is about, in its upper half: the place that is shown stays in sight below."""
        over, margin = self._over, self.margin
        width = min(_WIDTH, over.width() - 24)
        room = max(1, (over.height() // 2 - 80) // _ROW)
        rows = max(1, min(_MOST_ROWS, len(self.shown), room))
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
                    self.hide()  # she went elsewhere by herself, and stays where she went
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

    def _filter(self) -> None:
        self._show()
        if self.shown:
            self._point(0)
            self.pointed.emit(self.shown[0].line)

    def _show(self) -> None:
        found = fitting(self._headings, self.field.text())
        self.rows.set_headings(found)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.nothing.setText(
            _("No heading has these words.")
            if self._headings
            else _("This post has no headings yet. A line that begins with “# ” is one.")
        )
        if self.isVisible():
            self.place()

    def _walk(self, by: int) -> None:
        count = len(self.shown)
        if count:
            at = self.list.currentIndex().row() + by
            self._point(at % count if abs(by) == 1 else min(max(at, 0), count - 1))
            self.pointed.emit(self.shown[self.list.currentIndex().row()].line)

    def _point(self, place: int) -> None:
        index = self.rows.index(place)
        self.list.setCurrentIndex(index)
        # The keyboard stays in the field: a screen reader hears the line as the field's description.
        self.field.setAccessibleDescription(index.data(Qt.ItemDataRole.AccessibleTextRole) or "")

    def _choose(self) -> None:
        place = self.list.currentIndex().row()
        if 0 <= place < len(self.shown):
            self.hide()
            self.chosen.emit(self.shown[place].line)


class Outline(QObject):
    """Joins the popup to the editor: what is pointed at shows in the text, and Escape shows again what did before."""

    def __init__(self, host: QWidget, theme: Theme, editor: Editor) -> None:
        super().__init__(host)
        self._host, self._theme, self._editor = host, theme, editor
        self._popup: OutlinePopup | None = None
        self._place = editor.place()

    @property
    def popup(self) -> OutlinePopup:
        """The list, made when it is first asked for."""
        if self._popup is None:
            self._popup = OutlinePopup(self._host, self._theme)
            self._popup.pointed.connect(self._editor.show_line)
            self._popup.chosen.connect(self._go)
            self._popup.left.connect(self._go_back)
            self._editor.lines_edited.connect(self._follow)
        return self._popup

    def open(self) -> None:
        """Show the headings of the open post."""
        if not self.popup.isVisible():
            self._place = self._editor.place()
        line = self._editor.text.textCursor().blockNumber()
        self.popup.open_outline(self._editor.headings(), line, self._editor)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        if self._popup is not None:
            self._popup.set_theme(theme)

    def _go(self, line: int) -> None:
        self._editor.show_line(line)
        self._editor.focus_text()

    def _go_back(self) -> None:
        self._editor.go_back_to(self._place)
        self._editor.focus_text()

    def _follow(self) -> None:
        if self.popup.isVisible():
            self.popup.set_headings(self._editor.headings())


class _Rows(QAbstractListModel):
    """The headings that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[Heading] = []
        self.top = 1

    def set_headings(self, headings: list[Heading]) -> None:
        """Show others."""
        self.beginResetModel()
        self.headings = headings
        self.top = min((each.level for each in headings), default=1)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Qt asks."""
        return 0 if parent is not None and parent.isValid() else len(self.headings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt asks."""
        if not 0 <= index.row() < len(self.headings):
            return None
        heading = self.headings[index.row()]
        if role == _HeadingRole:
            return heading
        if role == Qt.ItemDataRole.DisplayRole:
            return heading.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _("{heading}, level {level}").format(heading=heading.text, level=heading.level)
        return None


class _Drawn(QStyledItemDelegate):
    """A line: the heading's words, further in the deeper it is."""

    def __init__(self, theme: Theme, rows: _Rows) -> None:
        super().__init__()
        self.theme = theme
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Qt asks."""
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Qt asks."""
        heading: Heading = index.data(_HeadingRole)
        box = QRectF(option.rect)
        depth = heading.level - self._rows.top
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        if picked or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.pick if picked else self.theme.hover))
            painter.drawRoundedRect(box, 7, 7)
        inset = min(depth, 5) * _INDENT
        from_right = option.direction == Qt.LayoutDirection.RightToLeft
        inner = box.adjusted(10 + (0 if from_right else inset), 0, -10 - (inset if from_right else 0), 0)
        font = ui_font(13)
        if not depth:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.ink if depth < 2 or picked else self.theme.soft))
        text = " ".join(heading.text.split())
        text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(inner.width()))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(inner, int(middle | Qt.TextFlag.TextSingleLine), text)
        painter.restore()
