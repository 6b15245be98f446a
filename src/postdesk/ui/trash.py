"""The window that brings a post back from the library's trash: title, day and first words of each, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QLocale, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.library.context import beginning
from postdesk.library.document import load_document
from postdesk.library.library import Trashed
from postdesk.ui.labels import plain_label
from postdesk.ui.sidebar.when import when_words
from postdesk.ui.theme import Theme, ui_font

_WIDTH, _HEIGHT, _ROW = 560, 480, 54  # px
_MOST = 500  # posts that are offered
_WORDS, _DAY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Thrown:
    """A post in the trash as she knows it. `at` is when it went there."""

    trashed: Trashed
    title: str
    at: datetime
    words: str


def look(found: Sequence[Trashed]) -> list[Thrown]:
    """What the posts in the trash say; reads each, so it belongs into a task. A file that can't be read has its name
    for a title."""
    return [_look(trashed) for trashed in found[:_MOST]]


class TrashWindow(QDialog):
    """`chosen(Thrown)`: this one is to come back."""

    chosen = Signal(object)

    def __init__(self, thrown: Sequence[Thrown], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.setWindowTitle(_("Restore from trash"))
        self.resize(_WIDTH, _HEIGHT)
        self._thrown = tuple(thrown)
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Posts in the trash"))
        self._drawn = _Rows(theme)
        self.list.setItemDelegate(self._drawn)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        now, locale = datetime.now(UTC).astimezone(), QLocale()
        for one in self._thrown:
            row = QListWidgetItem(one.title)
            day = when_words(one.at, now, locale)
            row.setData(_WORDS, one.words)
            row.setData(_DAY, day)
            row.setData(
                Qt.ItemDataRole.AccessibleTextRole, ". ".join(filter(None, (one.title, day, one.words)))
            )
            self.list.addItem(row)
        self.restore = QPushButton(_("Restore"), self)
        self.restore.setProperty("kind", "primary")
        self.restore.setDefault(True)
        cancel = QPushButton(_("Cancel"), self)
        cancel.setProperty("kind", "quiet")
        cancel.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(plain_label(_("Restore from trash"), "heading"))
        column.addWidget(plain_label(_("The post comes back to the top of the library."), "soft"))
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.restore)
        column.addLayout(buttons)
        self.list.itemDoubleClicked.connect(lambda _row: self._choose())
        self.restore.clicked.connect(self._choose)
        cancel.clicked.connect(self.reject)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def _choose(self) -> None:
        place = self.list.currentRow()
        if place >= 0:
            self.accept()
            self.chosen.emit(self._thrown[place])


class _Rows(QStyledItemDelegate):
    """A title with its day at the end of the line, and the first words below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._title, self._small = ui_font(13, QFont.Weight.DemiBold), ui_font(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt asks."""
        return QSize(0, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt asks for one row."""
        theme, box = self._theme, option.rect.adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        if picked or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pick if picked else theme.hover))
            painter.drawRoundedRect(box, 7, 7)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 7, 7)
        inner = box.adjusted(10, 7, -10, -7)
        half, day = inner.height() // 2, str(index.data(_DAY))
        beside = QFontMetrics(self._small).horizontalAdvance(day) + 14
        first = QRect(inner.left(), inner.top(), inner.width(), half)
        second = first.translated(0, half)
        start = Qt.AlignmentFlag.AlignLeading
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        _draw(painter, first, title, self._title, theme.ink, start, inner.width() - beside)
        _draw(painter, first, day, self._small, theme.soft, Qt.AlignmentFlag.AlignTrailing, beside)
        _draw(painter, second, str(index.data(_WORDS)), self._small, theme.soft, start, inner.width())
        painter.restore()


def _draw(
    painter: QPainter, box: QRect, text: str, font: QFont, colour: str, side: Qt.AlignmentFlag, room: int
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def _look(trashed: Trashed) -> Thrown:
    place = trashed.place
    try:
        at = datetime.strptime(place.parent.name[:15], "%Y%m%d-%H%M%S").astimezone()
    except (ValueError, OverflowError, OSError):
        at = (
            datetime.fromtimestamp(place.stat().st_mtime, UTC).astimezone()
            if place.exists()
            else datetime.now(UTC)
        )
    try:
        post = load_document(place).post
    except PostDeskError:
        return Thrown(trashed, place.stem, at, "")
    words = beginning(post.body) or _("No text")
    return Thrown(trashed, " ".join(post.title.split())[:400] or place.stem, at, words)
