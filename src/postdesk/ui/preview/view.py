"""The web engine's widget in the preview, with a menu of our own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMenu, QWidget

from postdesk.core.language import _
from postdesk.ui.preview.engine import Page
from postdesk.ui.preview.links import followed


class View(QWebEngineView):
    """The engine's widget with a menu of our own; it takes no drops."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setAccessibleName(_("Preview"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        request = self.lastContextMenuRequest()
        page = self.page()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        link = request.linkUrl().toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if followed(link) and isinstance(page, Page):
            _entry(menu, _("Open link"), lambda: page.click(link))
            menu.addSeparator()
        copy = _entry(menu, _("Copy"), lambda: page.triggerAction(QWebEnginePage.WebAction.Copy))
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setEnabled(bool(request.selectedText()))
        every = _entry(menu, _("Select all"), lambda: page.triggerAction(QWebEnginePage.WebAction.SelectAll))
        every.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
        menu.popup(event.globalPos())


def _entry(menu: QMenu, text: str, act: Callable[[], object]) -> QAction:
    entry = menu.addAction(text)
    entry.triggered.connect(lambda _checked=False: act())
    return entry
