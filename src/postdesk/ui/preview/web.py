"""The preview in the web engine: patches the page, one at a time, and brings it back when its process dies.

Long because the page has one state: whatever is on its way to it is void when it is loaded anew, in another look or
after a death.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from PySide6.QtWidgets import QVBoxLayout, QWidget

from postdesk.ui.preview import shell
from postdesk.ui.preview.content import Change, Spot, spot_values, values_of
from postdesk.ui.preview.engine import Page, Server, make_profile
from postdesk.ui.preview.look import FONTS, Look
from postdesk.ui.preview.surface import PictureSource
from postdesk.ui.preview.view import View
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme

_log = logging.getLogger(__name__)

_OURS = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
# How often the page may die within a minute before we stop bringing it back.
DEATHS = 4
WITHIN = 60.0
LOADING = 10_000
"""Milliseconds that a load may take: the engine may be starting on a busy machine."""
PATIENCE = 4000
"""Milliseconds that a patch may take, and `_MORE` for each million characters of HTML in it. The callback of a process
that died or hangs is never called."""
_MORE = 20_000


_TOUCHES = (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress)

Landed = Callable[[], None]


REST = 1500
"""Milliseconds without a change after which the engine may collect what was replaced,"""
MANY = 40
"""when there were so many changes."""
FRAME = 16
"""Milliseconds after which a page that answered with the place before a scroll is asked again,"""
TRIES = 200
"""so often at most."""


class WebSurface(QWidget):
    """Makes one change after the other. `lost`: the page is empty (its process died), and whatever was on its way to
    it never arrived. `failed`: the engine died too often, make another surface. `unfit`: posts cannot be read in the
    blog's look, or the engine dies of it; ours is shown."""

    place_activated = Signal(object)
    link_clicked = Signal(str)
    scrolled = Signal(int, float, float)
    touched = Signal()
    lost = Signal()
    failed = Signal()
    unfit = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._head = ("", "")
        self._pictures: PictureSource | None = None
        self._highlighting = ("", "")
        self._look: Look | None = None
        self._judged = True  # whether posts can be read in that look
        self._loaded = False
        self._next: tuple[Change, Landed] | None = None  # until the page is loaded
        self._flying = 0
        self._asking = False  # where the page stands
        self._moved = False  # since that was asked, or while a change was on its way
        self._tries = 0  # how often the page was asked since it scrolled
        self._placing = False  # a place is on its way to the page
        self._place: tuple[int, float, float] | None = None  # the next one
        self._revision = 0
        self._ended = 0  # the process that we ended, as it did not answer
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
        self._set_ground()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.setFocusProxy(self._view)

        self._page.link_clicked.connect(self.link_clicked)
        self._page.scrollPositionChanged.connect(self._page_scrolled)
        self._page.loadFinished.connect(self._load_finished)
        self._page.renderProcessTerminated.connect(self._terminated)
        self._watchdog = QTimer(self, singleShot=True)
        self._watchdog.timeout.connect(self._stuck)
        # Not inside the signal of its death, but at once after it.
        self._again = QTimer(self, singleShot=True, interval=0)
        self._again.timeout.connect(self._reload)
        self._later = QTimer(self, singleShot=True, interval=FRAME)
        self._later.timeout.connect(self._ask_place)
        self._replaced = 0  # changes since the engine collected what they replaced
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._collect)
        self._view.installEventFilter(self)
        self._watch_pointer()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)
        self._reload()

    # --- what the preview says -----------------------------------------------------------------------------------

    def show_head(self, title: str, byline: str, shown: Callable[[], None]) -> None:
        """The post's title and what stands below it."""
        self._head = (title, byline)
        if self._loaded:
            self._run(self._head_call(), lambda _answer: shown())

    def show_change(self, change: Change, landed: Landed) -> None:
        """Make this change, and say so. The one before has landed, or the page was lost since."""
        if not self._loaded:
            self._next = (change, landed)
            return
        self._revision += 1
        self._flying = revision = self._revision
        # ASCII JSON is an expression of JavaScript (ECMA-262, "JSON superset"); nothing in it can end the call.
        values = json.dumps(values_of(change, revision))
        self._watchdog.start(PATIENCE + len(values) * _MORE // 1_000_000)
        self._run(
            f"postdesk.patch({values})",
            lambda answer: self._landed(revision, change.count, answer, landed),
        )

    def show_spot(self, spot: Spot) -> None:
        """Bring a spot into view; nothing moves when it is there."""
        if self._loaded:
            self._run(f"postdesk.reveal({json.dumps(spot_values(spot))})")

    def show_place(self, at: int, part: float, height: float) -> None:
        """Bring the place `part` down in a piece to this height of the view. One at a time, the newest wins."""
        if not self._loaded:
            return
        if self._placing:
            self._place = (at, part, height)
            return
        self._placing = True
        self._run(f"postdesk.align({at},{part:.6f},{height:.6f})", self._aligned)

    def set_pictures(self, pictures: PictureSource) -> None:
        """Whom to ask for the pictures of the post."""
        self._pictures = pictures

    def set_highlighting(self, light: str, dark: str) -> None:
        """Style sheets for highlighted code."""
        self._highlighting = (light, dark)
        self._paint()

    def set_theme(self, theme: Theme) -> None:
        """Other colours, without a new load."""
        self._theme = theme
        self._judged = self._look is None
        self._set_ground()
        self._paint()
        self._judge()

    def set_look(self, look: Look | None) -> None:
        """The page of a blog, or our own (None). The page is loaded anew and empty: `lost` is sent."""
        if look == self._look:
            return
        self._take_look(look)
        if not self._over:
            self._reload()
            self.lost.emit()

    def _take_look(self, look: Look | None) -> None:
        self._look = look
        self._judged = look is None
        self._asking = self._placing = self._moved = False
        self._next = self._place = None
        self._set_ground()

    def _judge(self) -> None:
        """Look once whether what is on the page can be read."""
        if self._judged or not self._loaded or self._look is None:
            return
        self._judged = True
        look = self._look

        def judged(answer: object) -> None:
            if self._over or self._look is not look or answer == "":
                return
            _log.info("posts cannot be read in the look of the blog: %s", answer)
            self._drop_look()

        self._run(f"postdesk.unread({json.dumps(look.ground(self._theme.dark))})", judged)

    def _drop_look(self) -> None:
        self.set_look(None)
        self.unfit.emit()

    def shut(self) -> None:
        """End the engine's page; to be called before the application goes. Idempotent."""
        if self._over:
            return
        self._over = True
        self._loaded = False
        self._watchdog.stop()
        self._again.stop()
        self._later.stop()
        # At once and in this order: a profile that goes before its page leaves the engine with a page of nothing.
        for thing in (self._view, self._page, self._profile):
            if shiboken6.isValid(thing):
                shiboken6.delete(thing)

    def _set_ground(self) -> None:
        # What shows behind the page, and between the death of its process and the next frame.
        ground = QColor(self._theme.paper if self._look is None else self._look.ground(self._theme.dark))
        self._page.setBackgroundColor(ground)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, ground)
        for widget in (self, self._view):
            widget.setPalette(palette)
            widget.setAutoFillBackground(True)

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
        look = self._look
        if not name:
            return "text/html;charset=utf-8", shell.page(self._theme) if look is None else shell.blog_page(
                look
            )
        if look is not None and name.startswith("blog-") and not name.startswith(FONTS):
            return "text/css;charset=utf-8", shell.blog_sheet(name, look)
        if name == "page.css":
            return "text/css;charset=utf-8", shell.layout()
        if name == "theme.css":
            return "text/css;charset=utf-8", shell.theme_css(self._theme, look).encode("utf-8")
        if name.startswith("font/"):
            return "font/ttf", shell.font(name.removeprefix("font/"))
        raise KeyError(path)

    def _picture(self, address: str) -> tuple[str, bytes]:
        look, fonts = self._look, self._page.address + FONTS
        if look is not None and address.startswith(fonts):
            return look.font(address.removeprefix(fonts))
        if self._pictures is None:
            raise KeyError(address)
        return self._pictures.content(address)

    def _reload(self) -> None:
        if self._over:
            return
        self._loaded = False
        self._flying = 0
        self._watchdog.start(LOADING)
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
        self._run(shell.script(self._look))
        self._paint()
        self._run(self._head_call())
        waiting, self._next = self._next, None
        if waiting is not None:
            self.show_change(*waiting)

    def _head_call(self) -> str:
        return f"postdesk.head({json.dumps(self._head[0])},{json.dumps(self._head[1])})"

    def _paint(self) -> None:
        if self._loaded:
            dark, look = self._theme.dark, self._look
            if look is None:
                css = shell.colours_css(self._theme) + self._highlighting[dark]
            else:
                css, dark = shell.blog_css(self._theme, look), look.is_dark(dark)
            self._run(f"postdesk.paint({json.dumps(css)},{json.dumps(dark)})")

    def _landed(self, revision: int, count: int, answer: object, landed: Landed) -> None:
        if self._over or revision != self._flying:
            return
        self._watchdog.stop()
        self._flying = 0
        self._replaced += 1
        self._rest.start()
        if _parsed(answer) != {"revision": revision, "blocks": count}:
            self._fault("the preview page is not what it should be")
            return
        if count:
            self._judge()
        landed()
        if self._moved:
            self._ask_place()

    def _run(self, source: str, then: Callable[[object], None] | None = None) -> None:
        if then is None:
            self._page.runJavaScript(source, _OURS)
        else:
            self._page.runJavaScript(source, _OURS, then)

    def _aligned(self, _answer: object) -> None:
        self._placing = False
        place, self._place = self._place, None
        if place is not None and not self._over:
            self.show_place(*place)

    def _page_scrolled(self) -> None:
        self._tries = 0
        self._ask_place()

    def _ask_place(self) -> None:
        # A page whose process died reports a place before the death is told; it does not answer any more.
        if self._asking or self._flying:
            self._moved = True  # what is on its way may be of the place before
        elif self._loaded:
            self._asking, self._moved = True, False
            self._run("postdesk.place()", self._placed)

    def _placed(self, answer: object) -> None:
        self._asking = False
        place = _parsed(answer)
        if self._over or not self._loaded:
            return
        if not self._flying and isinstance(place, list):
            self.scrolled.emit(int(place[0]), float(place[1]), float(place[2]))
        if self._moved or self._flying:
            self._ask_place()
        elif isinstance(place, list) and self._is_behind(float(place[3])) and self._tries < TRIES:
            self._tries += 1
            self._later.start()

    def _is_behind(self, y: float) -> bool:
        # A wheel scrolls in the engine's compositor, which tells us at once; the page's own thread learns of it with
        # its next frame. The one counts in px of the window, the other in px of the page (seen with Qt 6, zoom 1 to
        # 1.5, 1 and 2 device pixels per px).
        return abs(y * (self._page.zoomFactor() or 1.0) - self._page.scrollPosition().y()) >= 1

    def _collect(self) -> None:
        """In a pause: with 1 MB of text it takes the page a quarter of a second."""
        if self._loaded and self._replaced >= MANY:
            self._replaced = 0
            self._run("globalThis.gc && gc()")

    # --- death ---------------------------------------------------------------------------------------------------

    def _terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if not self._over:
            self._fault(f"the preview's process ended ({status.name}, {code})")

    def _stuck(self) -> None:
        # A load would wait for the process that hangs; its end is told by `_terminated`.
        ended, self._ended = self._ended, self._page.renderProcessPid()
        if self._ended > 1 and self._ended != ended and _end(self._ended):
            _log.info("the preview page does not answer, and its process was ended")
            self._watchdog.start(PATIENCE)
            return
        self._fault("the preview page does not answer")

    def _fault(self, what: str) -> None:
        self._watchdog.stop()
        self._loaded = self._asking = self._placing = self._moved = False
        self._flying = 0
        self._next = self._place = None
        now = time.monotonic()
        self._faults.append(now)
        while now - self._faults[0] > WITHIN:
            self._faults.popleft()
        _log.info("%s; %d within a minute", what, len(self._faults))
        if self._look is not None and len(self._faults) > 1:
            self._take_look(None)  # it may be what the engine dies of
            QTimer.singleShot(0, self, self.unfit.emit)
        if len(self._faults) >= DEATHS:
            # Later: whoever hears it deletes the page, which must not happen inside one of the page's own signals.
            QTimer.singleShot(0, self, self.failed.emit)
            return
        self._again.start()
        self.lost.emit()

    # --- the pointer ---------------------------------------------------------------------------------------------

    def _watch_pointer(self) -> None:
        # Mouse events go to a child that the engine makes, and makes anew with every new process.
        proxy = self._view.focusProxy()
        if proxy is not None:
            proxy.removeEventFilter(self)
            proxy.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _TOUCHES:
            self.touched.emit()
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
        zoom = self._page.zoomFactor() or 1.0

        def found(answer: object) -> None:
            place = _parsed(answer)
            if not self._over and isinstance(place, list):
                self.place_activated.emit(Spot(*place))

        self._run(f"postdesk.under({position.x() / zoom:.2f},{position.y() / zoom:.2f})", found)


def _end(process: int) -> bool:
    try:
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError:
        return False
    return True


def _parsed(answer: object) -> object:
    try:
        return json.loads(answer) if isinstance(answer, str) else None
    except ValueError:
        return None
