"""The window that shows what publishing will change in the content that a blog has: its lines, old and new."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.publishing.change import Change
from postdesk.ui.labels import plain_label

_NAMED = 4  # blocks of which is said what is lost
_MOST = 5_000  # lines shown; nobody reads more


class ChangeWindow(QDialog):
    """Not modal. Lines that go are marked with a minus, lines that come with a plus, as everywhere."""

    def __init__(self, change: Change, title: str, blog: str, parent: QWidget | None = None) -> None:
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
        self.lines = QListWidget(self)
        self.lines.setAccessibleName(_("Lines that change"))
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setWordWrap(True)
        self.lines.setUniformItemSizes(False)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for line in change.lines[2 : _MOST + 2]:
            row = QListWidgetItem(_shown(line), self.lines)
            row.setData(Qt.ItemDataRole.AccessibleTextRole, _spoken(line))
            if line[:1] in "+-":
                font = self.lines.font()
                font.setBold(line[:1] == "+")
                font.setStrikeOut(line[:1] == "-")
                row.setFont(font)
            else:
                row.setForeground(self.palette().placeholderText())
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
        "{count} block is made afresh out of your text; everything else stays as it is.",
        "{count} blocks are made afresh out of your text; everything else stays as it is.",
        len(change.afresh),
    )
    return "\n".join([f"{words} “{_first(change.afresh[0])}”", *_lost(change)])


def _lost(change: Change) -> list[str]:
    """What blocks had that others take the place of now."""
    said = _("Lost of “{block}”: {names}")
    lines = [
        said.format(block=_first(block), names=", ".join(names)) for block, names in change.lost[:_NAMED]
    ]
    return ["".join(c if c.isprintable() else "�" for c in line)[:200] for line in lines]


def _first(block: str) -> str:
    return block.split("\n", 1)[0][:80]


def _shown(line: str) -> str:
    """A line of foreign text without what would steer a widget or the direction of letters."""
    sign = {"+": "+ ", "-": "− ", " ": "  "}.get(line[:1], "")
    rest = line[1:] if sign else line
    return sign + "".join(letter if letter.isprintable() else "�" for letter in rest.expandtabs(4))


def _spoken(line: str) -> str:
    words = {"+": _("Comes: {line}"), "-": _("Goes: {line}")}.get(line[:1], "{line}")
    return words.format(line=_shown(line)[2:])
