"""The bar that finds and replaces, above the text."""

from __future__ import annotations

import re
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.style import restyle

# A repetition inside a repeated group, `(a+)+`: Python's matcher may try every way to share the letters out, for years.
_ENDLESS = re.compile(r"\((?:[^()\\]|\\.)*(?:[+*]|\{\d*,\d*\})(?:[^()\\]|\\.)*\)(?:[+*]|\{)")


def pattern(words: str, *, case: bool, whole: bool, regex: bool) -> re.Pattern[str] | None:
    """What is searched for; None when there are no words, or the regular expression is none or would never end."""
    if not words or (regex and _ENDLESS.search(words)):
        return None
    source = words if regex else re.escape(words)
    if whole:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    try:
        return re.compile(source, (0 if case else re.IGNORECASE) | re.MULTILINE)
    except (re.error, RecursionError, OverflowError):
        return None


class FindBar(QWidget):
    """What is asked for as signals; the editor looks, and tells the count."""

    changed = Signal()  # the words or how they are meant
    next_asked = Signal()
    previous_asked = Signal()
    replace_asked = Signal()
    replace_all_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Find and replace"))
        self.words = _field(_("Find"))
        self.replacement = _field(_("Replace with"))
        self.count = QLabel()
        self.count.setProperty("kind", "small")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.case = _toggle("Aa", _("Match case"))
        self.whole = _toggle("ab|", _("Whole words"))
        self.regex = _toggle(".*", _("Regular expression"))
        self.previous = _button("↑", _("Previous (Shift+F3)"), "icon")
        self.next = _button("↓", _("Next (F3)"), "icon")
        self.close_button = _button("×", _("Close (Esc)"), "icon")
        self.replace_one = _button(_("Replace"), _("Replace this one and go to the next"), "quiet")
        self.replace_all = _button(_("Replace All"), _("Replace every one; one step to undo"), "quiet")
        self._lay()
        self.words.textChanged.connect(lambda _words: self.changed.emit())
        for button in (self.case, self.whole, self.regex):
            button.toggled.connect(lambda _on: self.changed.emit())
        self.previous.clicked.connect(self.previous_asked)
        self.next.clicked.connect(self.next_asked)
        self.replace_one.clicked.connect(self.replace_asked)
        self.replace_all.clicked.connect(self.replace_all_asked)
        self.close_button.clicked.connect(self.closed)
        self.hide()

    def wanted(self) -> re.Pattern[str] | None:
        """The pattern that is asked for."""
        return pattern(
            self.words.text(),
            case=self.case.isChecked(),
            whole=self.whole.isChecked(),
            regex=self.regex.isChecked(),
        )

    def tell(self, place: int, total: int) -> None:
        """Shows "3 of 12"; `place` 0: the cursor is at none of them."""
        broken = bool(self.words.text()) and self.wanted() is None
        if broken:
            sentence = _("Not a usable expression")
        elif not self.words.text():
            sentence = ""
        elif not total:
            sentence = _("Not found")
        elif place:
            sentence = _("{place} of {total}").format(place=place, total=total)
        else:
            sentence = _("{total} found").format(total=total)
        self.count.setText(sentence)
        self.words.setAccessibleDescription(sentence)
        bad = "true" if broken or (self.words.text() and not total) else "false"
        if self.words.property("invalid") != bad:
            self.words.setProperty("invalid", bad)
            restyle(self.words)

    def tell_searching(self) -> None:
        """A long text is not searched through yet."""
        self.count.setText("…")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.replacement.hasFocus():
                self.replace_asked.emit()
            else:
                (self.previous_asked if back else self.next_asked).emit()
        else:
            super().keyPressEvent(event)

    def _lay(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 8)
        rows.setSpacing(6)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(4)
            rows.addLayout(row)
        upper.addWidget(self.words, 1)
        upper.addWidget(self.count)
        for button in (self.case, self.whole, self.regex, self.previous, self.next, self.close_button):
            upper.addWidget(button)
        lower.addWidget(self.replacement, 1)
        lower.addWidget(self.replace_one)
        lower.addWidget(self.replace_all)
        stops = (
            *(self.words, self.replacement, self.case, self.whole, self.regex, self.previous, self.next),
            *(self.close_button, self.replace_one, self.replace_all),
        )
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field


def _button(text: str, name: str, kind: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setProperty("kind", kind)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAutoDefault(False)
    return button


def _toggle(text: str, name: str) -> QPushButton:
    button = _button(text, name, "icon")
    button.setCheckable(True)
    return button
