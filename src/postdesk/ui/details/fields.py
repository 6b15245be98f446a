"""The widgets of the details drawer: told a post's fields and what the blog can do, they say what she changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QDateTime, QSignalBlocker, Qt, QTimeZone, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from postdesk.core.language import _
from postdesk.core.post import Visibility, slugify
from postdesk.ui.details.backlinks import Backlinks
from postdesk.ui.details.chips import ChipsField
from postdesk.ui.details.values import EVERYTHING, WIDTH, Details

_PICTURE_HEIGHT = 118  # px at 100 %


class _PictureButton(QPushButton):
    """Shows the featured picture; takes a dropped one."""

    dropped = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("featured")
        self.setAcceptDrops(True)
        self.setFixedHeight(_PICTURE_HEIGHT)
        self._picture: QPixmap | None = None

    def show_picture(self, picture: QPixmap | None, words: str) -> None:
        """`picture` fills the button; without one, `words` say what is there."""
        self._picture = picture
        self.setText("" if picture else words)
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, event: object) -> None:
        """The picture cut to the button's shape, with round corners."""
        super().paintEvent(event)  # type: ignore[arg-type]  # handed on as it came
        if self._picture is None or self._picture.isNull():
            return
        from PySide6.QtGui import QPainter, QPainterPath

        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().adjusted(1, 1, -1, -1), 7, 7)
        painter.setClipPath(shape)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.drawPixmap(left, top, size.width(), size.height(), self._picture)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only what may be a picture."""
        if event.mimeData().hasImage() or event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand it on; whoever owns the library decides."""
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData())


class DetailsFields(QScrollArea):
    """All fields below each other. `changed(Details)` comes at each edit; nothing is sent while values are shown by
    `set_details`.
    """

    changed = Signal(object)
    choose_picture = Signal()
    picture_dropped = Signal(object)  # QMimeData

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("details")
        self.setAccessibleName(_("Details"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(WIDTH - 60)
        self._details = Details()
        self._title = ""
        ground = QWidget(self)
        ground.setObjectName("detailsGround")
        ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(ground)
        column = QVBoxLayout(ground)
        column.setContentsMargins(18, 18, 18, 18)
        column.setSpacing(4)
        heading = QLabel(_("Details"))
        heading.setProperty("kind", "subheading")
        column.addWidget(heading)
        column.addSpacing(8)
        self._rows: dict[str, list[QWidget]] = {}

        self.slug = QLineEdit()
        self._add(column, "slug", _("Address"), self.slug)
        self.when_published = QCheckBox(_("When published"))
        self.date = QDateTimeEdit()
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat(_("d MMM yyyy, HH:mm"))
        self._add(column, "date", _("Date"), self.when_published, self.date)
        self.categories = ChipsField(_("Categories"))
        self._add(column, "categories", _("Categories"), self.categories)
        self.tags = ChipsField(_("Tags"))
        self._add(column, "tags", _("Tags"), self.tags)
        self.excerpt = QPlainTextEdit()
        self.excerpt.setFixedHeight(76)
        self.excerpt.setTabChangesFocus(True)
        self._add(column, "excerpt", _("Excerpt"), self.excerpt)
        self.picture = _PictureButton(ground)
        self.picture_remove = QPushButton(_("Remove picture"))
        self.picture_remove.setProperty("kind", "link")
        self.picture_remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.picture_remove)
        line.addStretch()
        self._add(column, "picture", _("Featured picture"), self.picture, beside)
        self.visibility = QComboBox()
        self._add(column, "visibility", _("Who can see it"), self.visibility)
        self.password = QLineEdit()
        self._add(column, "post_password", _("Password for readers"), self.password)
        self.backlinks = Backlinks(ground)
        column.addWidget(self.backlinks)
        column.addStretch()

        self.slug.textEdited.connect(lambda text: self._edit(slug=text.strip()))
        self.when_published.toggled.connect(self._date_toggled)
        self.date.dateTimeChanged.connect(self._date_edited)
        self.tags.changed.connect(lambda names: self._edit(tags=names))
        self.categories.changed.connect(lambda names: self._edit(categories=names))
        self.excerpt.textChanged.connect(lambda: self._edit(excerpt=self.excerpt.toPlainText().strip()))
        self.picture.clicked.connect(self.choose_picture)
        self.picture.dropped.connect(self.picture_dropped)
        self.picture_remove.clicked.connect(lambda: self._edit(image=""))
        self.visibility.currentIndexChanged.connect(self._visibility_edited)
        self.password.textEdited.connect(lambda text: self._edit(post_password=text))
        self.set_can(EVERYTHING)
        self.set_details(Details(), "")

    @property
    def details(self) -> Details:
        """What they show."""
        return self._details

    def set_details(self, details: Details, title: str) -> None:
        """Show these fields; `title` gives the address that an empty slug becomes. Sends no signal."""
        self._details = details
        self._title = title
        fields = (self.slug, self.when_published, self.date, self.excerpt, self.visibility, self.password)
        blocked = [QSignalBlocker(w) for w in fields]
        if self.slug.text().strip() != details.slug:
            self.slug.setText(details.slug)
        self.set_title(title)
        self.when_published.setChecked(details.date is None)
        moment = details.date or datetime.now().astimezone()
        self.date.setDateTime(
            QDateTime.fromSecsSinceEpoch(int(moment.timestamp()), QTimeZone.systemTimeZone())
        )
        self.tags.set_names(details.tags)
        self.categories.set_names(details.categories)
        if self.excerpt.toPlainText().strip() != details.excerpt:
            self.excerpt.setPlainText(details.excerpt)
        index = self.visibility.findData(details.visibility)
        if index < 0:  # set for another blog that can do it: shown, so that nothing is hidden from her
            self.visibility.addItem(_WORDS[details.visibility], details.visibility)
            index = self.visibility.count() - 1
        self.visibility.setCurrentIndex(index)
        self.password.setText(details.post_password)
        self._follow()
        del blocked

    def set_title(self, title: str) -> None:
        """The title changed: show the address that it gives."""
        self._title = title
        self.slug.setPlaceholderText(slugify(title) or _("From the title"))

    def set_thumbnail(self, picture: QPixmap | None, words: str) -> None:
        """The featured picture, or words for why it is not shown ("Choose or drop a picture", "Not found:
        …").
        """
        self.picture.show_picture(picture, words)

    def set_can(self, can: Iterable[str]) -> None:
        """What the chosen blog can do, of "excerpt", "tags", "categories", "picture", "private", "password",
        "pending".
        """
        able = frozenset(can)
        for name in ("excerpt", "tags", "categories", "picture"):
            for widget in self._rows[name]:
                widget.setVisible(name in able)
        choices = [
            Visibility.PUBLIC,
            *(v for v in (Visibility.PRIVATE, Visibility.PASSWORD, Visibility.PENDING) if v.value in able),
        ]
        with QSignalBlocker(self.visibility):
            self.visibility.clear()
            for choice in choices:
                self.visibility.addItem(_WORDS[choice], choice)
        self.set_details(self._details, self._title)

    def set_known(self, tags: Iterable[str], categories: Iterable[str]) -> None:
        """Names to complete from."""
        self.tags.set_known(tags)
        self.categories.set_known(categories)

    def set_read_only(self, read_only: bool) -> None:
        """Whether the fields can be changed at all."""
        for widgets in self._rows.values():
            for widget in widgets:
                if not isinstance(widget, QLabel):
                    widget.setEnabled(not read_only)

    def _add(self, column: QVBoxLayout, name: str, words: str, *widgets: QWidget) -> None:
        label = QLabel(words)
        label.setProperty("kind", "field")
        label.setBuddy(widgets[0])
        column.addWidget(label)
        for widget in widgets:
            widget.setAccessibleName(words)
            column.addWidget(widget)
        column.addSpacing(9)
        self._rows[name] = [label, *widgets]

    def _edit(self, **values: object) -> None:
        self._details = replace(self._details, **values)  # type: ignore[arg-type]  # named fields of Details
        self._follow()
        self.changed.emit(self._details)

    def _follow(self) -> None:
        self.date.setVisible(self._details.date is not None)
        asks = self._details.visibility is Visibility.PASSWORD
        for widget in self._rows["post_password"]:
            widget.setVisible(asks)
        self.picture_remove.setVisible(bool(self._details.image) and self.picture.isVisibleTo(self))

    def _date_toggled(self, when_published: bool) -> None:
        self._edit(date=None if when_published else self._chosen_date())

    def _date_edited(self) -> None:
        if not self.when_published.isChecked():
            self._edit(date=self._chosen_date())

    def _chosen_date(self) -> datetime:
        seconds = self.date.dateTime().toSecsSinceEpoch()
        return datetime.fromtimestamp(seconds - seconds % 60).astimezone()

    def _visibility_edited(self) -> None:
        chosen = self.visibility.currentData()
        self._edit(
            visibility=chosen,
            post_password=self._details.post_password if chosen is Visibility.PASSWORD else "",
        )


_WORDS = {
    Visibility.PUBLIC: _("Everyone"),
    Visibility.PRIVATE: _("Only editors of the blog"),
    Visibility.PASSWORD: _("Readers with a password"),
    Visibility.PENDING: _("Nobody yet: pending review"),
}
