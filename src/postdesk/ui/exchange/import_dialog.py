"""The window of an import: what was chosen, what will come, where to, how far it is, and how it ended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.exchange.bring import Outlook, Summary
from postdesk.ui.exchange.parts import bar, button, grow, label, listed, move, show_all
from postdesk.ui.style import restyle

_WIDTH = 520  # px
_LINE = 64  # characters of a title
_KINDS = {
    "markdown": _("Markdown files"),
    "wordpress": _("WordPress export"),
    "ghost": _("Ghost export"),
    "html": _("HTML pages"),
}


class ImportDialog(QDialog):
    """Knows neither the library nor the disk. `look_for(path)` asks what is there; `start(path, folder)` begins;
    `stop()` ends it early."""

    look_for = Signal(str)
    start = Signal(str, str)
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.setMinimumWidth(_WIDTH)
        self._running = False
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.setSpacing(10)
        column.addWidget(label("heading", _("Import posts")))
        column.addWidget(
            label(
                "soft",
                _("A folder of Markdown or HTML files, a WordPress export (.xml) or a Ghost export (.json)."),
            )
        )
        row = QHBoxLayout()
        self.path = QLineEdit()
        self.path.setAccessibleName(_("File or folder"))
        self.path.setPlaceholderText(_("File or folder"))
        self.choose_file = button(_("File…"), "quiet")
        self.choose_folder = button(_("Folder…"), "quiet")
        row.addWidget(self.path, 1)
        row.addWidget(self.choose_file)
        row.addWidget(self.choose_folder)
        column.addLayout(row)

        self.coming = label("")
        self.titles = label("soft")
        self.titles.setWordWrap(False)  # a title a line: the layout then knows its height
        column.addWidget(self.coming)
        column.addWidget(self.titles)
        self._where = label("field", _("Into the folder"))
        self.folder = QLineEdit()
        self.folder.setAccessibleName(_("Into the folder"))
        self.folder.setPlaceholderText(_("The library itself"))
        self._where.setBuddy(self.folder)
        column.addWidget(self._where)
        column.addWidget(self.folder)

        self.bar = bar(_("Importing"))
        self.news = label("small")
        column.addWidget(self.bar)
        column.addWidget(self.news)
        self.answer = label("")
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.answer)
        self.problems = label("small")
        self.problems.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._scroll = _scrolling(self.problems)
        column.addWidget(self._scroll)
        column.addStretch()

        buttons = QHBoxLayout()
        buttons.addStretch()
        self.cancel = button(_("Cancel"), "quiet")
        self.importer = button(_("Import"), "primary")
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.importer)
        column.addLayout(buttons)

        self.path.returnPressed.connect(self._look)
        self.choose_file.clicked.connect(self._choose_file)
        self.choose_folder.clicked.connect(self._choose_folder)
        self.importer.clicked.connect(self._start)
        self.folder.returnPressed.connect(self.importer.click)
        self.cancel.clicked.connect(self.reject)
        self._show(coming=False)
        self.bar.hide()
        self.news.hide()
        self._say("", "")
        self.path.setFocus()

    def show_coming(self, outlook: Outlook, folder: str) -> None:
        """What an import would bring; `folder` is where to, unless she says otherwise."""
        self._set_busy(False)
        kind = _KINDS.get(outlook.kind, outlook.kind)
        count = outlook.count or 0
        posts = ngettext("{count} post", "{count} posts", count)
        self.coming.setText(_("{kind} “{name}”: {posts}").format(kind=kind, name=outlook.name, posts=posts))
        more = ["…"] if count > len(outlook.titles) else []
        self.titles.setText("\n".join([*(one[:_LINE] for one in outlook.titles), *more]))
        self.folder.setText(folder)
        self._say("", "")
        self.problems.setText(listed(outlook.problems))
        self._scroll.setVisible(bool(outlook.problems))
        self._show(coming=True)
        self.importer.setEnabled(count > 0)
        self.importer.setFocus()
        grow(self)

    def show_progress(self, done: int, of: int, title: str) -> None:
        """How far it is."""
        move(self.bar, done, of)
        self.news.setText(
            _("{done} of {of}: {title}").format(done=done, of=of, title=title[:80]) if of > 0 else title
        )

    def show_summary(self, summary: Summary) -> None:
        """How it ended."""
        self._set_busy(False)
        made, left = len(summary.made), len(summary.left)
        parts = [ngettext("{count} post imported.", "{count} posts imported.", made)]
        if summary.there:
            parts.append(ngettext("{count} was there already.", "{count} were there already.", summary.there))
        if left:
            parts.append(
                ngettext(
                    "{count} is not as in the source any more; it was left as it is here.",
                    "{count} are not as in the source any more; they were left as they are here.",
                    left,
                )
            )
        if summary.cancelled:
            parts.append(_("Stopped. Import again to go on; nothing comes twice."))
        self._say("warn" if summary.cancelled else "good", " ".join(parts))
        rows = [_("Left as it is: {title}").format(title=title) for title in summary.left[:20]]
        self.problems.setText("\n".join([*rows, *filter(None, [listed(summary.problems)])]))
        self._scroll.setVisible(bool(self.problems.text()))
        self._show(coming=False)
        self.importer.hide()
        self.cancel.setText(_("Close"))
        self.cancel.setFocus()
        grow(self)

    def show_failure(self, sentence: str) -> None:
        """It could not be looked at, or not be done."""
        self._set_busy(False)
        self._show(coming=bool(self.coming.text()))
        self._say("bad", sentence)
        grow(self)

    def reject(self) -> None:
        """Closing while it runs stops it first."""
        if self._running:
            self.cancel.setEnabled(False)
            self.stop.emit()
        else:
            super().reject()

    def _look(self) -> None:
        if self.path.text().strip():
            self.coming.clear()
            self._show(coming=False)
            self._say("", "")
            self._set_busy(True)
            self.look_for.emit(self.path.text().strip())

    def _start(self) -> None:
        if not self._running:
            self._set_busy(True)
            self._running = True
            self.start.emit(self.path.text().strip(), self.folder.text().strip())

    def _choose_file(self) -> None:
        kinds = _("Exports and pages (*.xml *.json *.html *.htm *.md);;All files (*)")
        name, _kind = QFileDialog.getOpenFileName(self, _("Import a file"), str(Path.home()), kinds)
        self._chosen(name)

    def _choose_folder(self) -> None:
        self._chosen(QFileDialog.getExistingDirectory(self, _("Import a folder"), str(Path.home())))

    def _chosen(self, name: str) -> None:
        if name:
            self.path.setText(name)
            self._look()

    def _set_busy(self, busy: bool) -> None:
        if not busy:
            self._running = False
        for widget in (self.path, self.choose_file, self.choose_folder, self.folder, self.importer):
            widget.setEnabled(not busy)
        self.cancel.setEnabled(True)
        self.bar.setRange(0, 0)
        self.news.clear()
        show_all((self.bar, self.news), busy)
        grow(self)

    def _show(self, *, coming: bool) -> None:
        show_all((self.coming, self.titles, self._where, self.folder, self.importer), coming)
        if not coming:
            self._scroll.setVisible(bool(self.problems.text()))

    def _say(self, kind: str, words: str) -> None:
        self.answer.setProperty("kind", kind)
        restyle(self.answer)
        self.answer.setText(words)
        self.answer.setVisible(bool(words))


def _scrolling(words: QLabel) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(words)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setMaximumHeight(140)
    area.setAccessibleName(_("What did not come whole"))
    words.setAlignment(Qt.AlignmentFlag.AlignTop)
    return area
