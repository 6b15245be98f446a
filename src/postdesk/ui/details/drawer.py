"""The details drawer as the window holds it: told a post's fields, and filled with widgets when she first looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.details.values import EVERYTHING, WIDTH, Details, LinkedFrom

if TYPE_CHECKING:
    from postdesk.ui.details.fields import DetailsFields


class DetailsDrawer(QWidget):
    """The drawer. `changed(Details)` comes at each edit; nothing is sent while values are shown by `set_details`.

    Most starts do not show it, and its widgets take longer to make than the rest of the window: it keeps what it is
    told and makes them when it is shown, or asked for them.
    """

    changed = Signal(object)
    choose_picture = Signal()
    picture_dropped = Signal(object)  # QMimeData
    looked_at = Signal()  # it is shown
    post_wanted = Signal(object)  # the file of a post that links here
    link_wanted = Signal(object)  # the file of a post that names this one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setAccessibleName(_("Details"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(WIDTH - 60)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._fields: DetailsFields | None = None
        self._details, self._title = Details(), ""
        self._can: frozenset[str] = EVERYTHING
        self._known: tuple[tuple[str, ...], tuple[str, ...]] = (), ()
        self._thumbnail: tuple[QPixmap | None, str] = None, ""
        self._read_only = False
        self._backlinks: tuple[tuple[LinkedFrom, ...], tuple[LinkedFrom, ...]] = (), ()

    @property
    def fields(self) -> DetailsFields:
        """The widgets, made at the first look."""
        if self._fields is None:
            from postdesk.ui.details.fields import DetailsFields

            made = DetailsFields(self)
            made.set_can(self._can)
            made.set_known(*self._known)
            made.set_thumbnail(*self._thumbnail)
            made.set_details(self._details, self._title)
            made.set_read_only(self._read_only)
            made.backlinks.set_found(*self._backlinks)
            made.backlinks.post_wanted.connect(self.post_wanted)
            made.backlinks.link_wanted.connect(self.link_wanted)
            made.changed.connect(self._edited)
            made.choose_picture.connect(self.choose_picture)
            made.picture_dropped.connect(self.picture_dropped)
            self._fields = made
            self._column.addWidget(made)
        return self._fields

    @property
    def details(self) -> Details:
        """What it shows."""
        return self._details

    def take_typed(self) -> None:
        """Tags and categories that she has not ended with a comma or Return count from now on."""
        if self._fields is not None:
            self._fields.tags.take_typed()
            self._fields.categories.take_typed()

    def set_details(self, details: Details, title: str) -> None:
        """Show these fields; `title` gives the address that an empty slug becomes. Sends no signal."""
        self._details, self._title = details, title
        if self._fields is not None:
            self._fields.set_details(details, title)

    def set_title(self, title: str) -> None:
        """The title changed: show the address that it gives."""
        self._title = title
        if self._fields is not None:
            self._fields.set_title(title)

    def set_thumbnail(self, picture: QPixmap | None, words: str) -> None:
        """The featured picture, or words for why it is not shown ("Choose or drop a picture", "Not found: …")."""
        self._thumbnail = picture, words
        if self._fields is not None:
            self._fields.set_thumbnail(picture, words)

    def set_can(self, can: Iterable[str]) -> None:
        """What the chosen blog can do, of "excerpt", "tags", "categories", "picture", "private", "password",
        "pending".
        """
        self._can = frozenset(can)
        if self._fields is not None:
            self._fields.set_can(self._can)

    def set_known(self, tags: Iterable[str], categories: Iterable[str]) -> None:
        """Names to complete from."""
        self._known = tuple(tags), tuple(categories)
        if self._fields is not None:
            self._fields.set_known(*self._known)

    def set_backlinks(self, linking: Iterable[LinkedFrom], naming: Iterable[LinkedFrom]) -> None:
        """The posts that link to this one, and those that name it without a link."""
        self._backlinks = tuple(linking), tuple(naming)
        if self._fields is not None:
            self._fields.backlinks.set_found(*self._backlinks)

    def set_read_only(self, read_only: bool) -> None:
        """Whether the fields can be changed at all."""
        self._read_only = read_only
        if self._fields is not None:
            self._fields.set_read_only(read_only)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt tells: now they are needed."""
        super().showEvent(event)
        self.fields.show()
        self.looked_at.emit()

    def _edited(self, details: Details) -> None:
        self._details = details
        self.changed.emit(details)
