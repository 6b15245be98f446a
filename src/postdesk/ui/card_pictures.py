"""The small pictures on the cards of the open post: files of the library, read in a task; nothing is ever fetched."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QObject
from PySide6.QtGui import QImage, QImageReader

from postdesk.core.errors import PostDeskError
from postdesk.ui.editor import Editor
from postdesk.ui.editor.card_look import thumb
from postdesk.ui.preview.picture import Resolve, read
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
        _kind, content = read(src, resolve, as_it_is=False)
    except (PostDeskError, OSError, ValueError):
        return None
    buffer = QBuffer()
    buffer.setData(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    least = min(size.width(), size.height())
    if least > _SIDE:
        reader.setScaledSize(size * (_SIDE / least))
    image = reader.read()
    return None if image.isNull() else thumb(image, _SIDE)
