"""The timeline of a post as a quiet list: days, what happened, and below each entry what was asked and answered."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QLocale, Qt, QTime, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from postdesk.backends.record import Exchange
from postdesk.core.language import _
from postdesk.publishing.events import EventKind
from postdesk.publishing.report import exchange_line, exchange_text
from postdesk.publishing.timeline import Entry
from postdesk.ui.sidebar.when import day_words
from postdesk.ui.theme import CODE_FAMILY, Theme

_WIDTH, _HEIGHT = 760, 600  # px
_EXCHANGE = Qt.ItemDataRole.UserRole
_BAD = (EventKind.CONFLICT, EventKind.GONE, EventKind.TRASHED, EventKind.FAILED)
_WARN = (EventKind.WAITED, EventKind.INTERRUPTED, EventKind.STOPPED, EventKind.PAUSED)


class TimelineWindow(QDialog):
    """Told the entries, newest first; `report_wanted`: she wants to save them for a bug report."""

    report_wanted = Signal()

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("History of publishing “{title}”").format(title=title or _("Untitled")))
        self.resize(_WIDTH, _HEIGHT)
        self._theme = theme
        heading = QLabel(title or _("Untitled"))
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setProperty("kind", "heading")
        heading.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("timeline")
        self.tree.setAccessibleName(_("What happened"))
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(3)
        self.tree.setRootIsDecorated(True)
        self.tree.setUniformRowHeights(False)
        self.tree.setWordWrap(True)
        self.tree.setIndentation(18)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(_("Request and answer"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        font = QFont(CODE_FAMILY)
        font.setPixelSize(12)
        self.text.setFont(font)
        self.text.hide()
        self.nothing = QLabel(_("This post was not published yet, so there is nothing to tell."))
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setProperty("kind", "soft")
        self.nothing.setWordWrap(True)
        self.saver = _button(_("Save for a Bug Report…"))
        self.closer = _button(_("Close"))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.tree)
        split.addWidget(self.text)
        split.setSizes([340, 220])
        split.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.addWidget(self.saver)
        foot.addStretch()
        foot.addWidget(self.closer)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(self.nothing)
        column.addWidget(split, 1)
        column.addLayout(foot)
        self._split = split
        self.tree.currentItemChanged.connect(lambda now, _before: self._chosen(now))
        self.saver.clicked.connect(self.report_wanted)
        self.closer.clicked.connect(self.close)
        self.set_entries((), {})

    def set_entries(self, entries: Sequence[Entry], blogs: Mapping[str, str]) -> None:
        """Show these; `blogs` are the names of accounts by id."""
        self.tree.clear()
        self.nothing.setVisible(not entries)
        self._split.setVisible(bool(entries))
        self.saver.setEnabled(bool(entries))
        locale, day = QLocale(), ""
        for entry in entries:
            moment = datetime.fromtimestamp(entry.event.ended).astimezone()
            words = day_words(moment, locale, year=True)
            if words != day:
                day = words
                self._add_day(words)
            self._add(entry, moment, blogs.get(entry.event.account_id, ""), locale)
        first = self.tree.topLevelItem(1)
        if first is not None:
            self.tree.setCurrentItem(first)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours from the next time on."""
        self._theme = theme

    # --- how ---

    def _add_day(self, words: str) -> None:
        row = QTreeWidgetItem([words])
        row.setFlags(Qt.ItemFlag.ItemIsEnabled)
        row.setFirstColumnSpanned(True)
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        row.setFont(0, font)
        self.tree.addTopLevelItem(row)
        row.setFirstColumnSpanned(True)

    def _add(self, entry: Entry, moment: datetime, blog: str, locale: QLocale) -> None:
        time = locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)
        row = QTreeWidgetItem([time, entry.words, blog])
        kind = entry.event.kind
        colour = self._theme.bad if kind in _BAD else self._theme.warn if kind in _WARN else self._theme.ink
        row.setForeground(1, QColor(colour))
        row.setToolTip(1, html.escape(entry.words))
        for column in (0, 2):
            row.setForeground(column, QColor(self._theme.soft))
        for column in range(3):
            row.setTextAlignment(column, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        row.setData(
            0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(w for w in (time, entry.words, blog) if w)
        )
        self.tree.addTopLevelItem(row)
        for exchange in entry.exchanges:
            child = QTreeWidgetItem(["", exchange_line(exchange)])
            child.setForeground(1, QColor(self._theme.soft))
            child.setData(0, _EXCHANGE, exchange)
            child.setData(0, Qt.ItemDataRole.AccessibleTextRole, exchange_line(exchange))
            row.addChild(child)

    def _chosen(self, row: QTreeWidgetItem | None) -> None:
        exchange = row.data(0, _EXCHANGE) if row is not None else None
        there = isinstance(exchange, Exchange)
        self.text.setVisible(there)
        if isinstance(exchange, Exchange):
            self.text.setPlainText(exchange_text(exchange))


def _button(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("kind", "quiet")
    button.setAutoDefault(False)
    return button
