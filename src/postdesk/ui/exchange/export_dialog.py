"""The window of an export: which posts, as what, how far it is, and where it went."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.exchange.leave import Export
from postdesk.ui.exchange.parts import bar, button, grow, label, listed, move, show_all
from postdesk.ui.style import restyle

_WIDTH = 460  # px
KINDS = (
    ("zip", _("Markdown with pictures (zip)"), ".zip"),
    ("html", _("One HTML page"), ".html"),
    ("pdf", _("PDF"), ".pdf"),
)


class ExportDialog(QDialog):
    """Knows neither the library nor the disk. `start(which, kind, path)`, with `which` "open" or "shown"; `stop()` ends
    it early; `reveal(path)` shows the file that came of it."""

    start = Signal(str, str, str)
    stop = Signal()
    reveal = Signal(str)

    def __init__(self, title: str, shown: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export"))
        self.setMinimumWidth(_WIDTH)
        self._running = False
        self._path = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.setSpacing(10)
        column.addWidget(label("heading", _("Export posts")))
        form = QFormLayout()
        form.setSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.which = QComboBox()
        if title:
            self.which.addItem(_("“{title}”").format(title=title[:60]), "open")
        if shown:
            words = ngettext("{count} post of the list", "All {count} posts of the list", shown)
            self.which.addItem(words, "shown")
        self.kind = QComboBox()
        for name, words, _suffix in KINDS:
            self.kind.addItem(words, name)
        for words, box in ((_("Posts"), self.which), (_("As"), self.kind)):
            field = label("field", words)
            field.setBuddy(box)
            box.setAccessibleName(words)
            form.addRow(field, box)
        column.addLayout(form)
        self.bar = bar(_("Exporting"))
        self.news = label("small")
        self.answer = label("")
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problems = label("small")
        for widget in (self.bar, self.news, self.answer, self.problems):
            column.addWidget(widget)
            widget.hide()
        column.addStretch()
        buttons = QHBoxLayout()
        self.shower = button(_("Show in file manager"), "quiet")
        self.shower.hide()
        self.cancel = button(_("Cancel"), "quiet")
        self.exporter = button(_("Export…"), "primary")
        self.exporter.setEnabled(self.which.count() > 0)
        buttons.addWidget(self.shower)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.exporter)
        column.addLayout(buttons)
        self._title = title
        self.exporter.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)
        self.shower.clicked.connect(lambda: self.reveal.emit(self._path))
        self.exporter.setFocus()

    def begin(self, path: str) -> None:
        """Export to that file."""
        self._path = path
        self._running = True
        self._set_busy(True)
        self._say("", "")
        self.start.emit(str(self.which.currentData()), str(self.kind.currentData()), path)

    def show_progress(self, done: int, of: int, title: str) -> None:
        """How far it is."""
        move(self.bar, done, of)
        self.news.setText(_("{done} of {of}: {title}").format(done=done, of=of, title=title[:80]))

    def show_result(self, made: Export) -> None:
        """It is on the disk."""
        self._set_busy(False)
        posts = ngettext("{count} post", "{count} posts", made.count)
        self._say("good", _("Exported to “{name}”: {posts}.").format(name=Path(self._path).name, posts=posts))
        self.problems.setText(listed(made.problems))
        self.problems.setVisible(bool(made.problems))
        self.shower.show()
        self.cancel.setText(_("Close"))
        grow(self)

    def show_failure(self, sentence: str) -> None:
        """Nothing was written."""
        self._set_busy(False)
        self._say("bad", sentence)
        grow(self)

    def reject(self) -> None:
        """Closing while it runs stops it first."""
        if self._running:
            self.cancel.setEnabled(False)
            self.stop.emit()
        else:
            super().reject()

    def _choose(self) -> None:
        name, words, suffix = KINDS[self.kind.currentIndex()]
        which = str(self.which.currentData())
        stem = (
            "".join(c if c.isalnum() or c in " -_.," else " " for c in self._title).strip()
            if which == "open"
            else ""
        )
        suggested = Path.home() / f"{stem or _('Posts')}{suffix}"
        path, _kind = QFileDialog.getSaveFileName(self, _("Export"), str(suggested), f"{words} (*{suffix})")
        if path:
            self.begin(path if Path(path).suffix else f"{path}.{name}")

    def _set_busy(self, busy: bool) -> None:
        if not busy:
            self._running = False
        for widget in (self.which, self.kind, self.exporter):
            widget.setEnabled(not busy)
        self.cancel.setEnabled(True)
        self.bar.setRange(0, 0)
        self.news.clear()
        show_all((self.bar, self.news), busy)

    def _say(self, kind: str, words: str) -> None:
        self.answer.setProperty("kind", kind)
        restyle(self.answer)
        self.answer.setText(words)
        self.answer.setVisible(bool(words))
