"""The small pictures on the cards of the open post: files of the library, read in a task; nothing is ever fetched."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from postdesk.core.errors import PostDeskError
from postdesk.ui.editor import Editor
from postdesk.ui.editor.card_look import thumb
from postdesk.ui.preview.picture import Resolve, read_image
from postdesk.ui.tasks import Tasks

_SIDE = 144  # device px: sharp on a screen of triple density, too
_LANE = "pictures of cards"  # one after the other


class CardPictures(QObject):
    """Made once for the window; told where the pictures of the post are that was opened."""

    def __init__(self, tasks: Tasks, editor: Editor) -> None:
        super().__init__(editor)
        self._tasks = tasks
        self._editor = editor
        self._resolve: Resolve | None = None
        editor.picture_wanted.connect(self._find)

    def set_post(self, resolve: Resolve | None) -> None:
        """Another post is open: `resolve` gives the file of a picture that it names, and raises PictureRefused."""
        self._resolve = resolve
        self.look_again()

    def look_again(self) -> None:
        """Files came or went."""
        self._editor.text.forget_pictures()

    def _find(self, src: str) -> None:
        resolve = self._resolve
        if resolve is None:
            return

        def show(image: QImage | None) -> None:
            if self._resolve is resolve:  # she may have gone on to another post
                self._editor.set_picture(src, image)

        self._tasks.run(lambda: _small(src, resolve), show, lane=_LANE)


def _small(src: str, resolve: Resolve) -> QImage | None:
    """The picture as a small square; None where it is not one of the library."""
    try:
        image = read_image(src, resolve, lambda size: _SIDE / min(size.width(), size.height()))
    except (PostDeskError, OSError, ValueError):
        return None
    return None if image.isNull() else thumb(image, _SIDE)
