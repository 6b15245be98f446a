"""The foot of the details: the posts that link to this one, and those that name it and could."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from postdesk.core.language import _, ngettext
from postdesk.ui.details.values import LinkedFrom

_MOST = 12  # posts of either kind
_LONGEST = 34  # letters of a title; the rest is in its accessible name


class Backlinks(QWidget):
    """`post_wanted(Path)`: open it. `link_wanted(Path)`: make the link there."""

    post_wanted = Signal(object)
    link_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Links to this post"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._shown: tuple[tuple[LinkedFrom, ...], tuple[LinkedFrom, ...]] = (), ()
        self.hide()

    def set_found(self, linking: Sequence[LinkedFrom], naming: Sequence[LinkedFrom]) -> None:
        """Show these."""
        found = tuple(linking), tuple(naming)
        if found == self._shown:
            return
        self._shown = found
        while (place := self._column.takeAt(0)) is not None:
            widget = place.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if linking:
            self._label("field", ngettext("{count} post links here", "{count} posts link here", len(linking)))
        for one in linking[:_MOST]:
            self._title(one)
        if naming:
            self._label("field", _("Named without a link"))
        for one in naming[:_MOST]:
            self._title(one)
            self._label("small", one.line)
            link = self._button(_("Link"), _("Link in {title}").format(title=one.title), "quiet")
            link.clicked.connect(lambda _checked, path=one.path: self.link_wanted.emit(path))
        self.setVisible(bool(linking or naming))

    def _title(self, one: LinkedFrom) -> None:
        words = one.title if len(one.title) <= _LONGEST else one.title[: _LONGEST - 1].rstrip() + "…"
        title = self._button(words, _("Open {title}").format(title=one.title), "link")
        title.clicked.connect(lambda _checked, path=one.path: self.post_wanted.emit(path))

    def _button(self, words: str, name: str, kind: str) -> QPushButton:
        button = QPushButton(words.replace("&", "&&"), self)
        button.setProperty("kind", kind)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(name)
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        return button

    def _label(self, kind: str, words: str) -> None:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("kind", kind)
        self._column.addWidget(label)
