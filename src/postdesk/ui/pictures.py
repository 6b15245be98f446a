"""Pictures on their way into a post: dropped, pasted or chosen, copied beside it, put into the text or made its
featured one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from postdesk.core.language import _
from postdesk.library.library import Library
from postdesk.ui.details import DetailsDrawer
from postdesk.ui.editor import Editor
from postdesk.ui.preview.picture import read_image
from postdesk.ui.session import LANE, Session
from postdesk.ui.tasks import Tasks

_THUMBNAIL = 600  # px
_NONE = _("Choose or drop a picture")
_FILTER = _("Pictures (*.jpg *.jpeg *.png *.gif *.webp *.avif *.heic *.heif)")


class Pictures(QObject):
    """`told(error)`: a notice, e.g. that a file is no picture. `on_blog` gives a question for a task: what the featured
    picture that the blog has of a post is known by among the copies."""

    told = Signal(object)

    def __init__(
        self,
        library: Library,
        session: Session,
        tasks: Tasks,
        editor: Editor,
        details: DetailsDrawer,
        window: QWidget,
        on_blog: Callable[[str], Callable[[], str]],
    ) -> None:
        super().__init__(window)
        self._library = library
        self._session = session
        self._tasks = tasks
        self._editor = editor
        self._details = details
        self._window = window
        self._on_blog = on_blog
        self._featured_of: Path | None = None  # whose featured picture the drawer shows

    def choose(self) -> None:
        """Ask for files and put them into the text."""
        files, _chosen = QFileDialog.getOpenFileNames(self._window, _("Insert picture"), "", _FILTER)
        self.take([(Path(f).name, Path(f)) for f in files])

    def take(self, pictures: list[tuple[str, bytes | Path]], place: int | None = None) -> None:
        """Copy pictures (name, bytes or file) beside the post and put them into the text at `place` (UTF-16
        units)."""
        document = self._session.document
        if document is None or not pictures:
            return

        def put(references: list[str]) -> None:
            if self._session.document is not None and self._session.document.post.id == document.post.id:
                for number, reference in enumerate(references):
                    self._editor.insert_picture(reference, "", "", place if not number else None)

        self._tasks.run(
            lambda: [self._library.add_picture(document, name, data) for name, data in pictures],
            put,
            self.told.emit,
            lane=LANE,
        )

    def choose_featured(self) -> None:
        """Ask for the featured picture."""
        name, _chosen = QFileDialog.getOpenFileName(self._window, _("Featured picture"), "", _FILTER)
        if name:
            self._feature(Path(name))

    def featured_dropped(self, mime: QMimeData) -> None:
        """The first file that was dropped on the drawer."""
        local = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if local:
            self._feature(Path(local[0]))

    def show_featured(self) -> None:
        """The featured picture in the drawer, or why it is not there."""
        post, document = self._session.post, self._session.document
        if post is None or document is None:
            self._featured_of = None
            self._details.set_thumbnail(None, _NONE)
            return
        image, path, post_id, on_blog = post.image, document.path, post.id, self._on_blog(post.id)
        if not image and self._featured_of != path:
            self._details.set_thumbnail(None, _NONE)
        self._featured_of = path

        def resolve(ref: str) -> Path:
            if ref:
                return self._library.shown_picture(path, post_id, ref)
            return self._library.blog_pictures.file(on_blog())

        def load() -> QImage:
            return read_image(image, resolve, lambda size: _THUMBNAIL / size.width())

        def show(picture: QImage) -> None:
            if self._session.document is None or self._session.document.path != path:
                return
            words = image or _("The picture that the blog has; choose or drop another")
            self._details.set_thumbnail(None if picture.isNull() else QPixmap.fromImage(picture), words)

        def failed(error: Exception) -> None:
            self._details.set_thumbnail(None, str(getattr(error, "happened", error)) if image else _NONE)

        self._tasks.run(load, show, failed)

    def _feature(self, path: Path) -> None:
        document = self._session.document

        def added(reference: str) -> None:
            post = self._session.post
            if document is None or post is None or post.id != document.post.id:
                return  # she has gone on to another post
            shown = replace(self._details.details, image=reference)
            self._details.set_details(shown, self._editor.title())
            self._details.changed.emit(shown)
            self.show_featured()

        if document is not None:
            self._tasks.run(
                lambda: self._library.add_picture(document, path.name, path), added, self.told.emit, lane=LANE
            )
