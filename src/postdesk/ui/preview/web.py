"""The preview in the web engine: patches the page, one at a time, and brings it back when its process dies."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QMouseEvent
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from postdesk.core.language import _
from postdesk.markup.render import Rendered
from postdesk.ui.preview import shell
from postdesk.ui.preview.content import Content, block_of, changes, line_of
from postdesk.ui.preview.engine import Page, Server, make_profile
from postdesk.ui.preview.links import outgoing
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme

_log = logging.getLogger(__name__)

_OURS = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
# How often the page may die within a minute before we stop bringing it back.
DEATHS = 4
WITHIN = 60.0
PAUSE = 80
"""Milliseconds between the death of the page's process and the next load."""
PATIENCE = 10_000
"""Milliseconds that a patch may take. The callback of a process that died is never called."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is on the page, as far as it has said so."""

    serial: int
    title: str
    byline: str
    rendered: Rendered


_NOTHING = _Shown(-1, "", "", Rendered())


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
        if outgoing(link) and isinstance(page, Page):
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


class WebSurface(QWidget):
    """Shows `Content`; the newest wins. `failed` says that the engine died too often: make another surface."""

    line_activated = Signal(int)
    link_clicked = Signal(str)
    failed = Signal()
    shown = Signal()
    """The page is the newest content."""

    def __init__(self, theme: Theme, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._content: Content | None = None
        self._shown = _NOTHING
        self._loaded = False
        self._flying = 0
        self._revision = 0
        self._scroll: float | None = None
        self._seen = 0.0
        self._wish: tuple[int, float | None] | None = None
        self._faults: deque[float] = deque()
        self._over = False

        profile = make_profile()
        self._server = Server(self._pages, self._picture, tasks, profile)
        from postdesk.ui.preview.scheme import SCHEME

        profile.installUrlSchemeHandler(SCHEME.encode("ascii"), self._server)
        # Children die in the order in which they came: the page has to go before its profile.
        self._page = Page(profile, theme.paper, self)
        profile.setParent(self)
        self._profile = profile
        self._view = View(self)
        self._view.setPage(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.setFocusProxy(self._view)

        self._page.link_clicked.connect(self.link_clicked)
        self._page.scrollPositionChanged.connect(self._scrolled)
        self._page.loadFinished.connect(self._load_finished)
        self._page.renderProcessTerminated.connect(self._terminated)
        self._watchdog = QTimer(self, singleShot=True, interval=PATIENCE)
        self._watchdog.timeout.connect(self._stuck)
        self._again = QTimer(self, singleShot=True, interval=PAUSE)
        self._again.timeout.connect(self._reload)
        self._view.installEventFilter(self)
        self._watch_pointer()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)
        self._reload()

    # --- what the preview says -----------------------------------------------------------------------------------

    def show_content(self, content: Content) -> None:
        """Make the page this content, as soon as the patch in flight has landed."""
        # A line that was typed at and not shown yet is not forgotten over a later change of the title.
        waiting = self._content
        if waiting and content.edited is None and waiting.serial == content.serial and self._flying:
            content = replace(content, edited=waiting.edited, typed=waiting.typed)
        if waiting is None or waiting.serial != content.serial:
            self._scroll = None
            self._wish = None
        self._content = content
        self._pump()

    def set_theme(self, theme: Theme) -> None:
        """Other colours, without a new load."""
        self._theme = theme
        self._page.setBackgroundColor(theme.paper)
        if self._loaded:
            css = json.dumps(shell.colours_css(theme))
            self._run(f"postdesk.paint({css},{json.dumps(theme.dark)})")

    def show_line(self, line: int, at: float | None) -> None:
        """Bring `line` (from 0) into view, or to `at` (0 to 1) of the view's height."""
        self._wish = (line, at)
        if not self._flying:
            self._grant()

    def shut(self) -> None:
        """End the engine's page; to be called before the application goes. Idempotent."""
        if self._over:
            return
        self._over = True
        self._loaded = False
        self._watchdog.stop()
        self._again.stop()
        # At once and in this order: a profile that goes before its page leaves the engine with a page of nothing.
        for thing in (self._view, self._page, self._profile):
            if shiboken6.isValid(thing):
                shiboken6.delete(thing)

    @property
    def page(self) -> Page:
        """The engine's page, for tests."""
        return self._page

    @property
    def view(self) -> View:
        """The engine's widget."""
        return self._view

    # --- the page ------------------------------------------------------------------------------------------------

    def _pages(self, path: str) -> tuple[str, bytes]:
        root = QUrl(self._page.address).path()
        if not path.startswith(root):
            raise KeyError(path)
        name = path[len(root) :]
        if not name:
            return "text/html;charset=utf-8", shell.page(self._theme)
        if name == "page.css":
            return "text/css;charset=utf-8", shell.layout()
        if name == "theme.css":
            return "text/css;charset=utf-8", shell.theme_css(self._theme).encode("utf-8")
        if name.startswith("font/"):
            return "font/ttf", shell.font(name.removeprefix("font/"))
        raise KeyError(path)

    def _picture(self, address: str) -> tuple[str, bytes]:
        content = self._content
        if content is None:
            raise KeyError(address)
        return content.pictures.content(address)

    def _reload(self) -> None:
        if self._over:
            return
        self._loaded = False
        self._flying = 0
        self._shown = _NOTHING
        self._watchdog.start()
        self._page.open()

    def _load_finished(self, fine: bool) -> None:
        # A refused navigation and a jump to a footnote end with this signal too; the page is still the one it was.
        if self._over or self._loaded:
            return
        self._watchdog.stop()
        if not fine:
            self._fault("the preview page did not load")
            return
        self._loaded = True
        self._run(shell.script())
        self._pump()

    def _pump(self) -> None:
        """Send what is newest, if the page is ready for it."""
        content = self._content
        if content is None or not self._loaded or self._flying or self._over:
            return
        before = self._shown
        fresh = before.serial != content.serial
        old = Rendered() if fresh else before.rendered
        ops, tail, touched = changes(old, content.rendered, content.pictures)
        self._revision += 1
        patch: dict[str, Any] = {"revision": self._revision, "ops": ops}
        if fresh:
            patch["fresh"] = True
            if self._scroll is not None:
                patch["scroll"] = self._scroll
        if fresh or before.title != content.title:
            patch["title"] = content.title
        if fresh or before.byline != content.byline:
            patch["byline"] = content.byline
        if tail is not None:
            patch["tail"] = tail
        if not fresh and content.typed and touched is not None:
            found = block_of(content.rendered, content.edited) if content.edited is not None else None
            patch["at"] = list(found or (touched, 0.5))
        if len(patch) == 2 and not ops:
            self._shown = replace(before, rendered=content.rendered)
            self._grant()
            self.shown.emit()
            return
        self._flying = self._revision
        self._watchdog.start()
        landing = _Shown(content.serial, content.title, content.byline, content.rendered)
        revision = self._revision

        def landed(answer: object) -> None:
            self._landed(revision, landing, answer)

        # ASCII JSON is an expression of JavaScript (ECMA-262, "JSON superset"); nothing in it can end the call.
        self._run(f"postdesk.patch({json.dumps(patch)})", landed)

    def _landed(self, revision: int, landing: _Shown, answer: object) -> None:
        if self._over or revision != self._flying:
            return
        self._watchdog.stop()
        self._flying = 0
        expected = {"revision": revision, "blocks": len(landing.rendered.blocks)}
        if _parsed(answer) != expected:
            self._fault("the preview page is not what it should be")
            return
        self._shown = landing
        self._scroll = None
        newest = self._content
        if newest is not None and (newest.serial, newest.title, newest.byline, newest.rendered) != (
            landing.serial,
            landing.title,
            landing.byline,
            landing.rendered,
        ):
            self._pump()
        else:
            self._grant()
            self.shown.emit()

    def _grant(self) -> None:
        """Scroll to the line that was asked for last."""
        if self._wish is None or not self._loaded or self._shown is _NOTHING:
            return
        line, at = self._wish
        self._wish = None
        found = block_of(self._shown.rendered, line)
        if found is None:
            return
        if at is None:
            self._run(f"postdesk.reveal({found[0]},{found[1]:.4f})")
        else:
            self._run(f"postdesk.align({found[0]},{found[1]:.4f},{at:.4f})")

    def _run(self, source: str, then: Callable[[object], None] | None = None) -> None:
        if then is None:
            self._page.runJavaScript(source, _OURS)
        else:
            self._page.runJavaScript(source, _OURS, then)

    # --- death ---------------------------------------------------------------------------------------------------

    def _scrolled(self, position: QPointF) -> None:
        # A page whose process died reports 0 before the death is told.
        if self._loaded and self._page.renderProcessPid():
            self._seen = position.y()

    def _terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if not self._over:
            self._fault(f"the preview's process ended ({status.name}, {code})")

    def _stuck(self) -> None:
        self._fault("the preview page does not answer")

    def _fault(self, what: str) -> None:
        self._watchdog.stop()
        self._loaded = False
        self._flying = 0
        if self._shown is not _NOTHING and self._content and self._shown.serial == self._content.serial:
            self._scroll = self._seen
        self._shown = _NOTHING
        now = time.monotonic()
        self._faults.append(now)
        while now - self._faults[0] > WITHIN:
            self._faults.popleft()
        _log.info("%s; %d within a minute", what, len(self._faults))
        if len(self._faults) >= DEATHS:
            # Later: whoever hears it deletes the page, which must not happen inside one of the page's own signals.
            QTimer.singleShot(0, self, self.failed.emit)
        else:
            self._again.start()

    # --- the pointer ---------------------------------------------------------------------------------------------

    def _watch_pointer(self) -> None:
        # Mouse events go to a child that the engine makes, and makes anew with every new process.
        proxy = self._view.focusProxy()
        if proxy is not None:
            proxy.removeEventFilter(self)
            proxy.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.ChildAdded and watched is self._view:
            QTimer.singleShot(0, self, self._watch_again)
        elif kind is QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            if event.button() is Qt.MouseButton.LeftButton and watched is not self._view:
                self._ask_line(event.position())
        elif kind in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            # A file dropped here is for the window, never a page to go to.
            event.ignore()
            return True
        return False

    def _watch_again(self) -> None:
        if not self._over:
            self._watch_pointer()

    def _ask_line(self, position: QPointF) -> None:
        rendered = self._shown.rendered
        zoom = self._page.zoomFactor() or 1.0

        def found(answer: object) -> None:
            place = _parsed(answer)
            if not self._over and isinstance(place, list):
                line = line_of(rendered, int(place[0]), float(place[1]))
                if line is not None:
                    self.line_activated.emit(line)

        self._run(f"postdesk.under({position.x() / zoom:.2f},{position.y() / zoom:.2f})", found)


def _parsed(answer: object) -> object:
    try:
        return json.loads(answer) if isinstance(answer, str) else None
    except ValueError:
        return None
