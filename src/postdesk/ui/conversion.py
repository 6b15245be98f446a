"""The window that shows what converting a post will do, block by block, before anything is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _, ngettext
from postdesk.publishing.converting import Conversion, Form, Row
from postdesk.ui.labels import plain_label

_MOST = 2_000  # rows shown; nobody reads more


class ConversionWindow(QDialog):
    """Not modal: she may look at the text meanwhile. `agreed` when she says yes."""

    agreed = Signal()

    def __init__(self, conversion: Conversion, title: str, blog: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        blocks = conversion.form is Form.BLOCKS
        heading = _("Convert to Blocks") if blocks else _("Convert to Markdown")
        self.setWindowTitle(heading)
        self.resize(720, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(plain_label(heading, "heading"))
        column.addWidget(plain_label(title or _("Untitled"), "soft"))
        self.words = plain_label(_summary(conversion, blog), "warn" if conversion.losing else "soft")
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        self.rows = QListWidget(self)
        self.rows.setAccessibleName(_("Blocks that become others"))
        self.rows.setWordWrap(True)
        self.rows.setSpacing(4)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        shown = conversion.rows if blocks else conversion.losing
        for row in shown[:_MOST]:
            QListWidgetItem(_shown(row, becomes=blocks), self.rows)
        column.addWidget(self.rows, 1)
        self.rows.setVisible(bool(shown))
        if not shown:
            column.addStretch(1)
        soft = _("Nothing goes out before you update the post, and it can be undone until then.")
        column.addWidget(plain_label(soft, "soft"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.cancel = QPushButton(_("Cancel"), self)
        self.cancel.setProperty("kind", "quiet")
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.close)
        self.convert = QPushButton(_("Convert"), self)
        self.convert.setProperty("kind", "primary")
        self.convert.setAutoDefault(False)
        self.convert.clicked.connect(self._agree)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.convert)
        column.addLayout(buttons)
        (self.rows if shown else self.cancel).setFocus()

    def _agree(self) -> None:
        self.agreed.emit()
        self.close()


def _summary(conversion: Conversion, blog: str) -> str:
    if conversion.form is Form.BLOCKS:
        words = ngettext(
            "{count} block becomes block markup; nothing of it is lost.",
            "{count} blocks become block markup; nothing of them is lost.",
            len(conversion.rows),
        )
        if not conversion.as_html:
            return words
        stay = ngettext(
            "{count} that no other block can say is a Custom HTML block.",
            "{count} that no other block can say are Custom HTML blocks.",
            conversion.as_html,
        )
        return f"{words} {stay}"
    if not conversion.losing:
        return _("Nothing will be lost: Markdown says all that “{blog}” has.").format(blog=blog)
    return ngettext(
        "Of {count} block something will be lost that the blog has and Markdown cannot say:",
        "Of {count} blocks something will be lost that the blog has and Markdown cannot say:",
        len(conversion.losing),
    )


def _shown(row: Row, *, becomes: bool) -> str:
    """A row of foreign text, without what would steer a widget or the direction of letters."""
    first = _("{words} — becomes: {kind}") if becomes else _("{kind}: {words}")
    lines = [first.format(words=row.words, kind=row.kind), *(f"    − {one}" for one in row.lost)]
    return "\n".join("".join(c if c.isprintable() else "�" for c in line) for line in lines)
