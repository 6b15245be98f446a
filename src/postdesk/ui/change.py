"""The window that shows what publishing will change in the content that a blog has: its lines, old and new."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QListWidget, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.publishing.change import Change, Line
from postdesk.ui.change_lines import ChangeLines, shown
from postdesk.ui.labels import plain_label
from postdesk.ui.theme import Theme

_BLOCKS = 5  # rows of blocks that show without scrolling
_FIRST = 120  # characters of each
_MOST = 5_000  # lines shown; nobody reads more


class ChangeWindow(QDialog):
    """Not modal. `lines` are those of the change (`lines_of`)."""

    def __init__(
        self, change: Change, lines: Sequence[Line], title: str, blog: str, theme: Theme,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("What Will Change"))
        self.resize(760, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(plain_label(_("What will change on {blog}").format(blog=blog), "heading"))
        column.addWidget(plain_label(title or _("Untitled"), "soft"))
        self.words = plain_label(_summary(change), "warn" if change.broken else "soft")
        column.addWidget(self.words)
        self.blocks = QListWidget(self)
        self.blocks.setAccessibleName(_("Blocks that are made afresh"))
        self.blocks.setWordWrap(True)
        self.blocks.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lost = dict(change.lost)
        for block in () if change.broken else change.afresh[:_MOST]:
            self.blocks.addItem(_row(block, lost.get(block, ())))
        rows = min(self.blocks.count(), _BLOCKS)
        self.blocks.setFixedHeight(
            rows * self.blocks.sizeHintForRow(0) + 2 * self.blocks.frameWidth() if rows else 0
        )
        self.blocks.setVisible(rows > 0)
        column.addWidget(self.blocks)
        self.lines = ChangeLines(lines[:_MOST], theme, self)
        column.addWidget(self.lines, 1)
        close = QPushButton(_("Close"), self)
        close.setProperty("kind", "quiet")
        close.setDefault(True)
        close.clicked.connect(self.close)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        (self.lines if self.lines.count() else close).setFocus()


def _summary(change: Change) -> str:
    if change.broken:
        return _(
            "A frame around some of the blocks has lost its beginning or its end, or something stands behind a block "
            "that the blog’s own text never closes. The post does not go out like this: undo the change, or remove "
            "both ends of the frame."
        )
    if not change.lines:
        return _("Nothing of its text will change; every byte stays as it is.")
    if not change.afresh:
        return _("Everything else stays as it is, byte for byte.")
    words = ngettext(
        "{count} block is made afresh out of your text, without what the blog may have known of it; "
        "everything else stays as it is:",
        "{count} blocks are made afresh out of your text, without what the blog may have known of them; "
        "everything else stays as it is:",
        len(change.afresh),
    )
    return words.format(count=len(change.afresh))


def _row(block: str, lost: tuple[str, ...]) -> str:
    """The first line of a block that says something, and what the one before it had, without what would steer a
    widget."""
    first = next((line for line in block.split("\n") if any(map(str.isalnum, line))), block.split("\n", 1)[0])
    words = first[:_FIRST]
    if lost:
        words += " — " + _("lost: {names}").format(names=", ".join(lost))[:_FIRST]
    return shown(words)
