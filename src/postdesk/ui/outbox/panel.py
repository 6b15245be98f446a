"""The outbox as a window: on the left what has not gone out yet, on the right one of them in whole."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.ui.labels import plain_label
from postdesk.ui.outbox.detail import Detail
from postdesk.ui.outbox.model import OutboxDelegate, OutboxRows
from postdesk.ui.outbox.rows import WaitingPost
from postdesk.ui.theme import Theme

_WIDTH, _HEIGHT, _LIST = 780, 460, 300  # px
_TICK = 1000  # ms


class OutboxPanel(QDialog):
    """Told its rows; not modal. `pressed(name, job id)`: what she wants done with one, by the names of `BUTTONS`.
    `pause_all(bool)`: nothing is to go out by itself, or it is again. `clock`: seconds since the epoch."""

    pressed = Signal(str, str)
    pause_all = Signal(bool)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Outbox"))
        self.setModal(False)
        self.resize(_WIDTH, _HEIGHT)
        self.rows = OutboxRows(clock)
        self._paused = False
        self.list = QListView()
        self.list.setObjectName("outboxList")
        self.list.setAccessibleName(_("What has not gone out yet"))
        self.list.setModel(self.rows)
        self._delegate = OutboxDelegate(theme, self.rows)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedWidth(_LIST)
        self.detail = Detail()
        self.nothing = plain_label(
            _("Nothing waits. What you publish without a connection is kept here and goes out by itself."),
            "soft",
        )
        self.summary = plain_label("", "small")
        self.notice = QFrame()
        self.notice.setProperty("kind", "banner")
        self.notice.setProperty("level", "warn")
        self._notice = plain_label("", "")
        inside = QHBoxLayout(self.notice)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self._notice)
        self.pauser = QPushButton()
        self.pauser.setProperty("kind", "quiet")
        self.pauser.setAutoDefault(False)
        self.closer = QPushButton(_("Close"))
        self.closer.setProperty("kind", "quiet")
        self.closer.setAutoDefault(False)
        self._lay()
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self._ticked)
        self.list.selectionModel().currentChanged.connect(lambda *_moved: self._show())
        self.list.activated.connect(self._open)
        self.rows.dataChanged.connect(lambda *_what: self._show())
        self.detail.pressed.connect(self.pressed)
        self.pauser.clicked.connect(lambda: self.pause_all.emit(not self._paused))
        self.closer.clicked.connect(self.close)
        self.set_paused(False)
        self.set_rows(())
        self.set_notice("")

    def set_rows(self, rows: tuple[WaitingPost, ...]) -> None:
        """Show these. The one that is chosen stays so for as long as it is there."""
        busy: QWidget | None = self.focusWidget()
        place = self.list.currentIndex().row()
        self.rows.set_rows(rows)
        there = self.rows.rowCount()
        if there and not self.list.currentIndex().isValid():
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.rows.index(max(0, min(place, there - 1))), flag)
        for widget in (self.list, self.detail):
            widget.setVisible(bool(there))
        self.nothing.setVisible(not there)
        going = sum(r.running is not None for r in rows)
        parts = [_("{count} being sent").format(count=going)] if going else []
        if there - going:
            parts.append(_("{count} waiting").format(count=there - going))
        self.summary.setText(" · ".join(parts))
        self._show()
        if busy is not None and self.isVisible() and (busy.isHidden() or not busy.isEnabled()):
            (self.list if there else self.closer).setFocus()

    def set_paused(self, paused: bool) -> None:
        """Whether the whole outbox is paused."""
        self._paused = paused
        self.pauser.setText(_("Let All Go On") if paused else _("Pause All"))
        self.pauser.setAccessibleName(self.pauser.text())

    def set_notice(self, sentence: str) -> None:
        """What holds for all of them, "" for nothing."""
        self._notice.setText(sentence)
        self._notice.setAccessibleName(sentence)
        self.notice.setVisible(bool(sentence))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._delegate.theme = theme
        self.list.viewport().update()

    def choose(self, key: str) -> None:
        """Choose the row of a job, if it is there."""
        place = self.rows.place(key)
        if place >= 0:
            self.list.setCurrentIndex(self.rows.index(place))

    def showEvent(self, event: object) -> None:
        """Qt tells: time is only followed while anybody looks."""
        super().showEvent(event)  # type: ignore[arg-type]  # handed on as it came
        self._ticked()
        self._tick.start()
        (self.list if self.rows.rowCount() else self.closer).setFocus()

    def hideEvent(self, event: object) -> None:
        """Qt tells."""
        self._tick.stop()
        super().hideEvent(event)  # type: ignore[arg-type]  # handed on as it came

    def changeEvent(self, event: QEvent) -> None:
        """Qt tells."""
        if event.type() is QEvent.Type.FontChange:
            self.list.doItemsLayout()
        super().changeEvent(event)

    # --- how ---

    def _lay(self) -> None:
        head = QHBoxLayout()
        heading = plain_label(_("Outbox"), "heading")
        heading.setWordWrap(False)
        head.addWidget(heading)
        head.addSpacing(8)
        head.addWidget(self.summary, 1)
        head.addWidget(self.pauser)
        middle = QHBoxLayout()
        middle.setSpacing(22)
        middle.addWidget(self.list)
        middle.addWidget(self.detail, 1)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.closer)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.notice)
        column.addLayout(middle, 1)
        column.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(foot)

    def _ticked(self) -> None:
        self.rows.tick()

    def _show(self) -> None:
        place = self.list.currentIndex().row()
        row = self.rows.row(place)
        self.detail.show_row(row, self.rows.line(place) if row is not None else "")

    def _open(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if row is not None:
            self.pressed.emit("open", row.key)
