"""The window that renames a tag or a category: which one, to what, and every post that would change.

It knows no library: it is told names and changes, asks with `asked`, and says with `agreed` what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QProgressBar,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.library.tags import Change, Kind, tidy_name
from postdesk.ui.tags.models import Changes, Names

_PAUSE = 150  # ms without a key until what would change is looked for


class RenameDialog(QDialog):
    """`kind_chosen(Kind)`; `asked(old, new)`: what would change? `agreed(old, new, changes)`: do it. `stopped`: no
    more."""

    kind_chosen = Signal(object)
    asked = Signal(str, str)
    agreed = Signal(str, str, object)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setWindowTitle(_("Rename tag or category"))
        self.resize(760, 500)
        self._running = False
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("What to rename"))
        self.kind.addItem(_("Tags"), Kind.TAGS)
        self.kind.addItem(_("Categories"), Kind.CATEGORIES)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("Find a name"))
        self.filter.setAccessibleName(_("Find a name"))
        self.names = Names()
        self.list = QListView()
        self.list.setObjectName("names")
        self.list.setModel(self.names)
        self.list.setAccessibleName(_("Names, with the number of posts"))
        self.list.setUniformItemSizes(True)
        self.new_name = QLineEdit()
        self.new_name.setAccessibleName(_("New name"))
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.new_name.setCompleter(completer)
        self.changes = Changes()
        self.table = QTreeView()
        self.table.setObjectName("changes")
        self.table.setModel(self.changes)
        self.table.setAccessibleName(_("Posts that change"))
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.count = _label("soft")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.setAccessibleName(_("Progress"))
        self.cancel = _button(_("Cancel"), "quiet")
        self.do = _button(_("Rename"), "primary")
        self.do.setDefault(True)
        self._lay_out()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._ask)
        self.kind.currentIndexChanged.connect(lambda _n: self.kind_chosen.emit(self.chosen_kind))
        self.filter.textChanged.connect(self._filter)
        self.list.selectionModel().currentChanged.connect(lambda _new, _old: self._picked())
        self.new_name.textChanged.connect(lambda _text: self._wait())
        self.changes.marked.connect(self._say)
        self.do.clicked.connect(self._agree)
        self.cancel.clicked.connect(self.reject)
        self._say()

    @property
    def chosen_kind(self) -> Kind:
        """Tags or categories."""
        kind: Kind = self.kind.currentData()
        return kind

    @property
    def old(self) -> str:
        """The name that is to be another one, "" for none."""
        row = self.list.currentIndex().row()
        return self.names.shown[row][0] if 0 <= row < len(self.names.shown) else ""

    @property
    def new(self) -> str:
        """The other one; "" removes it."""
        return tidy_name(self.new_name.text())

    def set_names(self, names: Sequence[tuple[str, int]]) -> None:
        """The names of the chosen kind; the one that was chosen stays so where it is there, with what she typed."""
        old, typed = self.old, self.new_name.text()
        self._known.setStringList([name for name, _count in names])
        self.names.set_names(names, self.filter.text())
        self._point(next((n for n, pair in enumerate(self.names.shown) if pair[0] == old), 0))
        if old and self.old == old:
            self.new_name.setText(typed)

    def set_changes(self, changes: Sequence[Change]) -> None:
        """What would change."""
        if not self._running:
            self.changes.set_changes(changes)
            self._say()

    def set_progress(self, done: int, of: int) -> None:
        """So many posts are done; 0 of 0 when it has ended."""
        self._running = of > 0
        self.progress.setRange(0, max(1, of))
        self.progress.setValue(done)
        self._say()

    def reject(self) -> None:
        """Cancel, Escape, or the window is closed: what runs is stopped."""
        if self._running:
            self.stopped.emit()
        else:
            super().reject()

    # --- how ---

    def _lay_out(self) -> None:
        heading = _label("heading")
        heading.setText(_("Rename tag or category"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(10)
        column.addWidget(heading)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(6)
        right.setSpacing(6)
        left.addWidget(self.kind)
        left.addWidget(self.filter)
        left.addWidget(self.list, 1)
        below = _label("small")
        below.setText(_("The name of another one makes the two one. Leave it empty to remove it."))
        name = _label("field")
        name.setText(_("New name"))
        name.setBuddy(self.new_name)
        for part in (name, self.new_name, below, self.count):
            right.addWidget(part)
        right.addWidget(self.table, 1)
        both = QHBoxLayout()
        both.setSpacing(18)
        both.addLayout(left, 2)
        both.addLayout(right, 5)
        column.addLayout(both, 1)
        column.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.do)
        column.addLayout(buttons)

    def _filter(self, words: str) -> None:
        self.names.filter(words)
        self._point(0)

    def _point(self, row: int) -> None:
        self.list.setCurrentIndex(self.names.index(row))
        self._picked()

    def _picked(self) -> None:
        self.new_name.setText(self.old)
        self._wait()

    def _wait(self) -> None:
        self.changes.set_changes(())
        self._say()
        self._pause.start()

    def _ask(self) -> None:
        if self.old and self.new != self.old:
            self.asked.emit(self.old, self.new)

    def _agree(self) -> None:
        self.agreed.emit(self.old, self.new, self.changes.chosen)

    def _say(self) -> None:
        chosen, shown = len(self.changes.chosen), len(self.changes.all)
        for widget in (self.kind, self.filter, self.list, self.new_name, self.table):
            widget.setEnabled(not self._running)
        self.progress.setVisible(self._running)
        self.cancel.setText(_("Stop") if self._running else _("Cancel"))
        posts = ngettext("{count} post", "{count} posts", shown)
        self.count.setText(_("{chosen} of {posts}").format(chosen=chosen, posts=posts) if shown else "")
        if not self.new:
            words = ngettext("Remove from {count} post", "Remove from {count} posts", chosen)
        elif self.names.has(self.new) and self.new != self.old:
            words = ngettext("Merge in {count} post", "Merge in {count} posts", chosen)
        else:
            words = ngettext("Rename in {count} post", "Rename in {count} posts", chosen)
        self.do.setText(words if chosen else _("Rename"))
        self.do.setEnabled(bool(chosen) and not self._running)


def _label(kind: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(kind == "small")
    label.setProperty("kind", kind)
    return label


def _button(words: str, kind: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    return button
