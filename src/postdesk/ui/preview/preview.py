"""The pane that shows the post while it is typed: first plain paper, then the web engine, or a simpler view.

The window tells it texts and lines; it never asks. Rendering happens in slices between other events, the newest
text wins, and nothing waits for a pause in typing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from postdesk.core.language import _
from postdesk.markup.render import Job, Rendered, RenderedBlock, Renderer
from postdesk.ui.preview.content import Content
from postdesk.ui.preview.pictures import Pictures
from postdesk.ui.preview.probe import Probe, is_root, needed
from postdesk.ui.preview.scheme import HOST, SCHEME, register_scheme
from postdesk.ui.preview.simple import SimpleSurface
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme

Resolve = Callable[[str], Path]

SLICE = 6.0
"""Milliseconds of rendering in one turn of the event loop."""
FIRST_LOOK = 0.05
"""Seconds after which a post that is not rendered yet is shown as far as it is."""
_PICTURES = f"{SCHEME}://{HOST}/picture/"


class Surface(Protocol):
    """What the pane needs of the view that shows the page."""

    @property
    def line_activated(self) -> SignalInstance: ...
    @property
    def link_clicked(self) -> SignalInstance: ...
    @property
    def shown(self) -> SignalInstance: ...

    def show_content(self, content: Content) -> None: ...
    def set_theme(self, theme: Theme) -> None: ...
    def show_line(self, line: int, at: float | None) -> None: ...
    def shut(self) -> None: ...


class Paper(QWidget):
    """Nothing but the ground that the post will stand on. `painted` comes after its first time on the screen."""

    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = QColor(theme.paper)
        self._told = False

    def set_theme(self, theme: Theme) -> None:
        """Another ground."""
        self._ground = QColor(theme.paper)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._ground)
        painter.end()
        if not self._told:
            self._told = True
            QTimer.singleShot(0, self, self.painted.emit)


class Preview(QWidget):
    """The post as the blog will show it.

    `cache`: the folder where it is remembered that the engine may start here; None asks anew each time.
    `tasks`: the door to worker threads, for pictures. Lines count from 0.
    """

    line_activated = Signal(int)
    """She double-clicked what this line of the text became."""
    link_clicked = Signal(str)
    """An http, https or mailto address that may be opened outside."""
    engine_failed = Signal(str)
    """A sentence for the window: why the simpler preview is shown."""
    shown = Signal()
    """The pane shows the newest text."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        cache: Path | None = None,
        tasks: Tasks | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Preview"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._theme = theme
        self._tasks = tasks or Tasks(self)
        self._cache = cache
        self._surface: Surface | None = None
        self._widget: QWidget | None = None
        self._started = False
        self._failure = ""
        self._serial = 0
        self._content = Content(0, "", "", Pictures(_PICTURES, None))
        self._resolve: Resolve | None = None
        self._renderer = Renderer()
        self._text: str | None = None
        self._line: int | None = None
        self._job: Job | None = None
        self._new = True
        self._opening = True
        self._begun = 0.0
        self._wish: tuple[int, float | None] | None = None

        self._paper = Paper(theme, self)
        self._paper.painted.connect(self.start_engine)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._paper)
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._render)

    # --- what the window says ------------------------------------------------------------------------------------

    def set_post(
        self,
        title: str,
        byline: str,
        body: str,
        document_path: Path | None = None,
        *,
        resolve: Resolve | None = None,
    ) -> None:
        """Show another post from its top. `body` is Markdown; `resolve` gives the file of a picture of the library, or
        raises PictureRefused (it is called on worker threads too). `document_path` is for `resolve`'s maker alone.
        """
        self._resolve = resolve
        self._begin(title, byline)
        self._renderer = Renderer()
        self.update_body(body)

    def update_body(self, text: str, line: int | None = None) -> None:
        """The text is now this; `line` is where she types. That place is brought into view."""
        self._text = text
        self._line = line
        self._turn.start()

    def update_title(self, title: str, byline: str) -> None:
        """Another title or byline for the same post."""
        if (title, byline) != (self._content.title, self._content.byline):
            self._show(replace(self._content, title=title, byline=byline, edited=None))

    def show_html(self, title: str, byline: str, html: str) -> None:
        """A post as a server has it: cleaned, and nothing in it acts or loads."""
        self._resolve = None
        self._begin(title, byline)
        self._text = None
        self._turn.stop()
        blocks = (RenderedBlock("html", html, 0, 0),) if html.strip() else ()
        self._show(replace(self._content, rendered=Rendered(blocks)))

    def refresh_pictures(self) -> None:
        """Files of the library have changed: look again whether the pictures are there."""
        self._serial += 1
        self._content = replace(
            self._content, serial=self._serial, pictures=Pictures(_PICTURES, self._resolve), edited=None
        )
        self._show(self._content)

    def set_theme(self, theme: Theme) -> None:
        """Light or dark."""
        self._theme = theme
        self._paper.set_theme(theme)
        if self._surface is not None:
            self._surface.set_theme(theme)

    def show_line(self, line: int, at: float | None = None) -> None:
        """Scroll so that `line` can be seen; with `at` (0 the upper edge, 1 the lower) so that it stands just there."""
        self._wish = (line, at)
        if self._surface is not None and not self._waiting():
            self._wish = None
            self._surface.show_line(line, at)

    # --- the engine ----------------------------------------------------------------------------------------------

    def start_engine(self) -> None:
        """Make the web engine's view; comes by itself after the first paint. Idempotent."""
        if self._started:
            return
        self._started = True
        if is_root():
            self._fall_back(
                _("The full preview is off: its engine refuses to run for the system administrator (root)."),
                _("Start Post Desk as an ordinary user to have it."),
            )
        elif needed():
            probe = Probe(self._cache, self)
            probe.answered.connect(self._probed)
            probe.start()
        else:
            self._probed(True)

    @property
    def is_simple(self) -> bool:
        """Whether the simpler preview is shown."""
        return isinstance(self._surface, SimpleSurface)

    @property
    def failure(self) -> str:
        """The sentence of `engine_failed`, "" while the engine serves."""
        return self._failure

    @property
    def surface(self) -> QWidget | None:
        """The view that shows the page, None before there is one."""
        return self._widget

    def _probed(self, allowed: bool) -> None:
        if not allowed:
            self._fall_back(
                _("The full preview is off: the system does not permit its engine's sandbox."),
                _("Ask who looks after this computer to permit user namespaces for Post Desk."),
            )
            return
        try:
            register_scheme()
            from postdesk.ui.preview.web import WebSurface

            surface = WebSurface(self._theme, self._tasks, self)
        except (ImportError, RuntimeError) as error:
            self._fall_back(
                _(
                    "The full preview is off: its engine (Qt WebEngine) could not be loaded ({reason})."
                ).format(reason=str(error).splitlines()[0][:120] if str(error) else type(error).__name__),
                _("Install Post Desk again with everything that belongs to it."),
            )
            return
        surface.failed.connect(self._died)
        self._adopt(surface, surface)

    def _died(self) -> None:
        self._fall_back(
            _("The full preview is off: its engine ended four times within a minute."),
            _("Start Post Desk again to try it once more."),
        )

    def _fall_back(self, happened: str, todo: str) -> None:
        old, widget = self._surface, self._widget
        simple = SimpleSurface(self._theme, self)
        self._adopt(simple, simple)
        if old is not None:
            old.shut()
        if widget is not None:
            widget.deleteLater()
        meaning = _("Your post is not affected; a simpler preview stands in.")
        self._failure = f"{happened} {meaning} {todo}"
        self.engine_failed.emit(self._failure)

    def _adopt(self, surface: Surface, widget: QWidget) -> None:
        had_focus = self._surface is not None and self.isAncestorOf(QApplication.focusWidget() or self._paper)
        self._surface, self._widget = surface, widget
        surface.line_activated.connect(self.line_activated)
        surface.link_clicked.connect(self.link_clicked)
        surface.shown.connect(self._on_shown)
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.setFocusProxy(widget)
        if had_focus:
            widget.setFocus()
        surface.show_content(self._content)

    # --- rendering -----------------------------------------------------------------------------------------------

    def _begin(self, title: str, byline: str) -> None:
        self._serial += 1
        self._job = None
        self._new = self._opening = True
        self._begun = time.monotonic()
        self._wish = None
        self._content = Content(self._serial, title, byline, Pictures(_PICTURES, self._resolve))

    def _waiting(self) -> bool:
        return self._text is not None or self._job is not None

    def _render(self) -> None:
        """One slice; then the next turn is for whatever else waits."""
        if not self.isVisible():
            return  # showEvent goes on
        if self._text is not None:
            line = self._line
            if line is None and self._wish is not None:
                line = self._wish[0]
            self._job = self._renderer.start(self._text, line or 0)
            self._text = None
        job = self._job
        if job is None:
            return
        done = job.step(SLICE)
        if done:
            self._job = None
            content = replace(
                self._content, rendered=job.rendered, edited=self._line, typed=not self._opening
            )
            self._new = self._opening = False
            self._show(content)
            if self._wish is not None and self._surface is not None:
                wish, self._wish = self._wish, None
                self._surface.show_line(*wish)
            return
        if self._new and time.monotonic() - self._begun > FIRST_LOOK:
            # What comes into view first is rendered by now; the rest stands as typed for a moment.
            self._new = False
            self._show(replace(self._content, rendered=job.rendered))
        self._turn.start()

    def _show(self, content: Content) -> None:
        self._content = content
        if self._surface is not None:
            self._surface.show_content(content)

    def _on_shown(self) -> None:
        if not self._waiting():
            self.shown.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._waiting():
            self._turn.start()

    def shut(self) -> None:
        """End the engine; for a window that closes while the application goes on."""
        self._turn.stop()
        if self._surface is not None:
            self._surface.shut()
