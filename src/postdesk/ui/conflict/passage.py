"""One paragraph of one version, as plain text on a ground that says what became of it, changed words in bold."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.conflict.words import Words, plain_label
from postdesk.ui.style import restyle
from postdesk.ui.theme import TEXT_FAMILY

_TEXT_SIZE = 15  # px
_LONGEST = 20_000  # characters; a label lays all of its text out at once


class Passage(QFrame):
    """`side` is the version's title, for who hears the window; `note` stands small above the text. `marks` are the
    words in bold (see `Words`)."""

    def __init__(
        self,
        side: str,
        text: str | None,
        note: str,
        level: str,
        marks: Sequence[tuple[int, int]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "passage")
        self.setProperty("level", level)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 5, 10, 6)
        column.setSpacing(2)
        if note:
            small = plain_label(note)
            small.setProperty("kind", "small")
            column.addWidget(small)
        shown = text if text is not None else "—"
        if len(shown) > _LONGEST:
            shown = shown[:_LONGEST] + "…"
        self.marks = tuple((start, min(end, len(shown))) for start, end in marks if start < len(shown))
        self.words = Words(shown, self.marks) if self.marks else plain_label(shown)
        font = QFont(TEXT_FAMILY)
        font.setPixelSize(_TEXT_SIZE)
        self.words.setFont(font)
        if text is None:
            self.words.setProperty("kind", "faint")
        column.addWidget(self.words)
        column.addStretch(1)
        spoken = text if text is not None else _("not there")
        self.setAccessibleName(f"{side}: {spoken[:300]}")
        changed = ", ".join(shown[start:end] for start, end in self.marks)[:300]
        heard = _("{note}; these words: {words}").format(note=note, words=changed) if changed else note
        self.setAccessibleDescription(heard)

    def set_level(self, level: str) -> None:
        """Show another ground."""
        self.setProperty("level", level)
        restyle(self)
        restyle(self.words)

    def set_current(self, on: bool) -> None:
        """Show the ring of what is being decided."""
        self.setProperty("current", "true" if on else "false")
        restyle(self)
