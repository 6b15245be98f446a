"""A field of several names (tags, categories): each a chip, the next one typed with completion."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QPushButton, QSizePolicy, QWidget

from postdesk.core.language import _
from postdesk.ui.details.flow import FlowLayout


class ChipsField(QFrame):
    """Comma, semicolon or Return ends a name, and so does `take_typed`; Backspace in the empty field takes the last one
    back for editing.
    """

    changed = Signal(tuple)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self._what = name
        self._names: list[str] = []
        self._chips: list[QPushButton] = []
        self._layout = FlowLayout(self)
        self._layout.setContentsMargins(6, 5, 6, 5)
        self._field = QLineEdit(self)
        self._field.setProperty("kind", "bare")
        self._field.setAccessibleName(name)
        self._field.setMinimumWidth(70)
        self._field.installEventFilter(self)
        self._field.textEdited.connect(self._typed)
        self._field.editingFinished.connect(self.take_typed)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._chosen, Qt.ConnectionType.QueuedConnection)
        self._field.setCompleter(completer)
        self._layout.addWidget(self._field)
        self.setFocusProxy(self._field)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def names(self) -> tuple[str, ...]:
        """The names, in her order."""
        return tuple(self._names)

    def set_names(self, names: Iterable[str]) -> None:
        """Show these; sends no signal."""
        given = list(dict.fromkeys(n.strip() for n in names if n.strip()))
        if given != self._names:
            self._names = given
            self._show()

    def set_known(self, names: Iterable[str]) -> None:
        """What to complete from."""
        self._known.setStringList(sorted(set(names), key=str.casefold))

    def take_typed(self) -> None:
        """A name that she has not ended is one of them from now on."""
        names = [n.strip() for n in self._field.text().replace(";", ",").split(",")]
        new = [n for n in names if n and n.casefold() not in {o.casefold() for o in self._names}]
        self._field.clear()
        if new:
            self._names += new
            self._show()
            self.changed.emit(self.names())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Backspace in the empty field edits the last name; Return ends one."""
        if watched is self._field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Backspace and not self._field.text() and self._names:
                last = self._names.pop()
                self._show()
                self._field.setText(last)
                self.changed.emit(self.names())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.take_typed()
                return True
        return super().eventFilter(watched, event)

    def _typed(self, text: str) -> None:
        if text and text[-1] in ",;":
            self._field.setText(text[:-1])
            self.take_typed()

    def _chosen(self, text: str) -> None:
        self._field.setText(text)
        self.take_typed()

    def _remove(self, name: str) -> None:
        self._names.remove(name)
        self._show()
        self._field.setFocus()
        self.changed.emit(self.names())

    def _show(self) -> None:
        for chip in self._chips:
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for index, name in enumerate(self._names):
            chip = QPushButton(name.replace("&", "&&") + "  ×", self)
            chip.setProperty("kind", "chip")
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setAccessibleName(_("Remove {name} from {what}").format(name=name, what=self._what))
            chip.clicked.connect(lambda _checked, n=name: self._remove(n))
            self._layout.insert(index, chip)
            chip.show()
            self._chips.append(chip)
        self.updateGeometry()
