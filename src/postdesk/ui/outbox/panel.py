"""The outbox as a window of rows: one per post that has not gone out yet, with its sentence and its buttons."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _


@dataclass(frozen=True, slots=True)
class WaitingPost:
    """One row. `key` is the job's id; `sentence` says what waits and why; the flags say which buttons make sense."""

    key: str
    title: str
    blog: str
    sentence: str
    level: str = "soft"  # soft, warn or bad
    can_retry: bool = True
    can_take_back: bool = True


class OutboxPanel(QDialog):
    """Told its rows; says which one is to be tried again or taken back. Not modal."""

    retry = Signal(str)
    take_back = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Outbox"))
        self.setModal(False)
        self.resize(520, 360)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        heading = QLabel(_("Outbox"))
        heading.setProperty("kind", "heading")
        column.addWidget(heading)
        self._empty = QLabel(
            _("Nothing waits. What you publish without a connection is kept here and goes out by itself.")
        )
        self._empty.setWordWrap(True)
        self._empty.setProperty("kind", "soft")
        column.addWidget(self._empty)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        ground = QWidget()
        self._rows = QVBoxLayout(ground)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addStretch()
        area.setWidget(ground)
        column.addWidget(area, 1)
        close = QPushButton(_("Close"))
        close.setProperty("kind", "quiet")
        close.clicked.connect(self.close)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def set_rows(self, rows: tuple[WaitingPost, ...]) -> None:
        """Show these."""
        while self._rows.count() > 1:
            item = self._rows.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._empty.setVisible(not rows)
        for index, row in enumerate(rows):
            self._rows.insertWidget(index, self._card(row))

    def _card(self, row: WaitingPost) -> QWidget:
        card = QFrame()
        card.setProperty("kind", "card")
        column = QVBoxLayout(card)
        title = _plain(row.title or _("Untitled"), "subheading")
        column.addWidget(title)
        column.addWidget(_plain(row.blog, "small"))
        column.addWidget(_plain(row.sentence, row.level))
        buttons = QHBoxLayout()
        buttons.addStretch()
        for words, wanted, signal in (
            (_("Take back"), row.can_take_back, self.take_back),
            (_("Try now"), row.can_retry, self.retry),
        ):
            button = QPushButton(words, card)  # shown below: without a parent it would be a window of its own
            button.setProperty("kind", "quiet")
            button.setAccessibleName(_("{what}: {title}").format(what=words, title=row.title))
            button.setVisible(wanted)
            button.clicked.connect(lambda _checked, s=signal: s.emit(row.key))
            buttons.addWidget(button)
        column.addLayout(buttons)
        return card


def _plain(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("kind", kind)
    return label
