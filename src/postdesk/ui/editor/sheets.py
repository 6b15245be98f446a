"""What can be undone in the posts that she has left: Qt keeps the steps in a document, so those documents are kept.

A document is kept only where something can be undone in it, for the posts that she left last, and as long as all of
them together are no larger than a few long posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from postdesk.ui.editor.exact import from_document
from postdesk.ui.editor.spacing import SpacedLayout

POSTS = 30  # how many are kept
UNITS = 2_000_000  # UTF-16 units that all of them may hold together, with what their steps hold
_STEP = 24  # units that one step takes beside its letters, about


@dataclass(eq=False)
class Sheet:
    """A document of a field, with its layout. `hidden` has 1 for each line that is hidden in it while it is not shown;
    `written` is how many UTF-16 units were written into it since it was filled: Qt keeps them all for its steps."""

    document: QTextDocument
    layout: SpacedLayout
    hidden: bytes = b""
    written: int = 0

    @property
    def has_steps(self) -> bool:
        """Whether something can be undone or done again in it."""
        return self.document.isUndoAvailable() or self.document.isRedoAvailable()

    @property
    def size(self) -> int:
        """UTF-16 units that it holds, about."""
        steps = self.document.availableUndoSteps() + self.document.availableRedoSteps()
        return self.document.characterCount() + self.written + _STEP * steps

    def text(self) -> str:
        """Its text exactly, lines ended by LF."""
        return from_document(self.document.toRawText())

    def rest(self) -> None:
        """It is not shown any more: what its lines look like is forgotten, and made anew when they show again."""
        self.document.markContentsDirty(0, self.document.characterCount())


def lay(field: QPlainTextEdit, sheet: Sheet, before: Sheet | None) -> None:
    """Shows a sheet in a field, with the look of the one before it. The field's cursor is at its start then."""
    was = field.document()
    option = was.defaultTextOption()
    option.setWrapMode(field.wordWrapMode())
    sheet.document.setDefaultTextOption(option)
    sheet.document.setDefaultFont(was.defaultFont())
    if before is not None:
        sheet.layout.step, sheet.layout.closed_height = before.layout.step, before.layout.closed_height
        # What Qt knows of the old document's places must not be asked of the new one.
        field.setExtraSelections([])
        field.verticalScrollBar().setValue(0)
        composed = field.textCursor().block().layout()
        if composed.preeditAreaText():
            composed.setPreeditArea(-1, "")
    field.setDocument(sheet.document)


class Left:
    """The sheets of posts that she has left, by the posts' keys: title and text of each, None where nothing can be
    undone."""

    def __init__(self, most: int = POSTS, units: int = UNITS) -> None:
        self._most = most
        self._units = units
        self._sheets: dict[str, tuple[Sheet | None, Sheet | None]] = {}  # those left last are the last

    def keep(self, key: str, title: Sheet | None, text: Sheet | None) -> None:
        """She has left a post. What is too large, or was left longest ago, is given up."""
        give_up(*self.take(key))
        if sum(sheet.size for sheet in (title, text) if sheet is not None) > self._units:
            give_up(title, text)
        elif title is not None or text is not None:
            self._sheets[key] = title, text
        while len(self._sheets) > self._most or self.size > self._units:
            give_up(*self.take(next(iter(self._sheets))))

    def take(self, key: str) -> tuple[Sheet | None, Sheet | None]:
        """Title and text of a post, which are not kept here any more."""
        return self._sheets.pop(key, (None, None))

    def rename(self, old: str, new: str) -> None:
        """A post has another key now."""
        if old in self._sheets:
            self._sheets[new] = self._sheets.pop(old)

    @property
    def size(self) -> int:
        """UTF-16 units that all of them hold, about."""
        return sum(sheet.size for sheets in self._sheets.values() for sheet in sheets if sheet is not None)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of which posts, the one that she left last at the end."""
        return tuple(self._sheets)


def give_up(*sheets: Sheet | None) -> None:
    """Nothing can be undone in these any more; their memory is given back."""
    for sheet in sheets:
        if sheet is not None:
            sheet.document.deleteLater()
