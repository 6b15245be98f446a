"""Keeps editor and preview at the same place: whichever side the writer moves, the other one follows.

Both are scrolled so that one place of the text stands at the same height in both views: the place at the share that the
side she moves is scrolled by, so that the ends come together. What follows is not followed back.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer

from postdesk.ui.editor import Editor, places
from postdesk.ui.preview.preview import Preview

_FRAME = 16  # ms


class Sync(QObject):
    """Made once for an editor and a preview; a double click in the preview goes to the word in the text."""

    def __init__(self, editor: Editor, preview: Preview, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._text = editor.text
        self._preview = preview
        self._page_leads = False
        self._held = False  # the text moves on our behalf
        self._typing = False
        self._behind = False  # the text moved since the page was told
        self._missed = False  # the text moved while the page was hidden
        self._frame = QTimer(self, singleShot=True, interval=_FRAME)
        self._frame.timeout.connect(self._catch_up)
        self._typed = QTimer(self, singleShot=True, interval=0)
        self._typed.timeout.connect(self._end_typing)
        editor.lines_edited.connect(self._start_typing)
        self._text.verticalScrollBar().valueChanged.connect(self._text_moved)
        preview.touched.connect(self._touched)
        preview.scrolled.connect(self._page_moved)
        preview.line_activated.connect(self._go_to)
        preview.installEventFilter(self)

    @property
    def is_busy(self) -> bool:
        """Whether the page has just been moved, or will be."""
        return self._frame.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and self._missed:
            self._missed = False
            self._behind = True
            self._frame.start()
        return False

    # --- the text leads ---

    def _start_typing(self) -> None:
        # While she types the preview shows the place typed at, and stands still otherwise.
        self._typing = True
        self._page_leads = self._missed = self._behind = False
        self._typed.start()

    def _end_typing(self) -> None:
        self._typing = False

    def _text_moved(self) -> None:
        if self._held or self._typing:
            return
        self._page_leads = False
        if not self._preview.isVisible():
            self._missed = True
        elif self._frame.isActive():
            self._behind = True
        else:
            self._behind = True
            self._catch_up()

    def _catch_up(self) -> None:
        if not self._behind:
            return
        self._behind = False
        self._frame.start()
        height = places.share(self._text)
        self._preview.show_line(float(places.place_at(self._text, height)), height)

    # --- the page leads ---

    def _touched(self) -> None:
        self._page_leads = True
        self._behind = False

    def _page_moved(self, line: float, height: float) -> None:
        if self._page_leads:
            self._held = True
            places.scroll_to(self._text, line, height)
            self._held = False

    def _go_to(self, line: int, column: int) -> None:
        self._held = True
        places.go_to(self._text, line, column)
        self._held = False
        self._text.setFocus()
