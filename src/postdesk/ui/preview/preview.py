"""The pane that shows the post while it is typed: first plain paper, then the web engine, or a simpler view.

The window tells it texts and lines; it never asks. A process of its own renders (`rendering.py`); one patch at a time
goes to the page, the newest text wins, and nothing waits for a pause in typing.

Long because everything meets here: what the window says, what the process answers and what the view tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from postdesk.core.language import _
from postdesk.ui.preview.content import Change, Splice, Spot, dressed
from postdesk.ui.preview.links import Titles, titled
from postdesk.ui.preview.look import AS_IT_IS, Look, has_content
from postdesk.ui.preview.paper import Paper
from postdesk.ui.preview.pictures import Pictures, placeholder
from postdesk.ui.preview.probe import Probe, is_root, needed
from postdesk.ui.preview.rendering import Message, Rendering
from postdesk.ui.preview.renewal import Renewal
from postdesk.ui.preview.returns import Returns
from postdesk.ui.preview.scheme import HOST, SCHEME, register_scheme
from postdesk.ui.preview.surface import Cards, Sources, Surface
from postdesk.ui.preview.whereabouts import Whereabouts
from postdesk.ui.tasks import Tasks
from postdesk.ui.theme import Theme

Resolve = Callable[[str], Path]

_PICTURES = f"{SCHEME}://{HOST}/picture/"
_PICTURE_MARKS = ("<img", "<IMG")
_CARD_MARKS = ("<p>http", "<p>HTTP")
_POST_MARKS = ('"post:',)


class Preview(QWidget):
    """The post as the blog will show it.

    `cache`: the folder where it is remembered that the engine may start here; None asks anew each time.
    `tasks`: the door to worker threads, for pictures. Lines count from 0.
    """

    line_activated = Signal(int, int)
    """She double-clicked what this place of the text became: a line, and the characters before the place in it."""
    touched = Signal()
    """She acts on the page: wheel, mouse or keys."""
    scrolled = Signal(float, float)
    """The page moved: this line (3.25: a quarter down in line 3) is at this height of the view, 0 to 1."""
    link_clicked = Signal(str)
    """An http, https or mailto address that may be opened outside."""
    engine_failed = Signal(str)
    """A sentence for the window: why the simpler preview is shown."""
    shown = Signal()
    """The pane shows the newest text."""
    look_failed = Signal(object)
    """Posts cannot be read in this look of a blog: they are shown in our own."""

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
        self._wanted = False
        self._started = False
        self._failure = ""
        self._simple = False
        self._resolve: Resolve | None = None
        self._pictures = Pictures(_PICTURES, None)
        self._cards: Cards | None = None
        self._titles: Titles = lambda _post_id: None
        self._look: Look | None = None
        self._rendered: dict[str, str] = {}
        self._kept = ""
        self._head = ("", "")
        self._fresh = True  # nothing of this post is on the page
        self._hashes: list[int] = []  # of the HTML of the page's pieces
        self._renewal: Renewal | None = None
        self._flying = False  # a change is on its way to the page
        self._unseen: tuple[str, int | None, int] | None = None  # typed while the pane was hidden
        self._returns = Returns()
        self._styles: tuple[str, str] | None = None

        self._rendering = Rendering(self)
        self._where = Whereabouts(self._rendering)
        self._rendering.patched.connect(self._patched)
        self._rendering.current.connect(self._current)
        self._rendering.styled.connect(self._styled)
        self._rendering.lost.connect(self._renew)
        self._rendering.failed.connect(self._not_rendered)
        self._paper = Paper(theme, self)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._paper)

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
        self._begin(title, byline, resolve)
        self._rendering.open(self._returns.flat(body))

    def update_body(self, text: str, line: int | None = None, column: int = 0) -> None:
        """The text is now this; in `line`, behind `column` characters, she types. That place is brought into view."""
        if not self.isVisible():
            self._unseen = (text, line, column)
            return
        self._unseen = None
        text = self._returns.flat(text)
        if line is not None:
            line = self._returns.page_line(line)
        if self._rendering.update(text, line or 0) and line is not None:
            self._where.type(line, column)
        if self._rendering.is_settled and not self._flying:
            QTimer.singleShot(0, self, self._say_shown)  # the page has it already

    def update_title(self, title: str, byline: str) -> None:
        """Another title or byline for the same post."""
        if (title, byline) != self._head:
            self._head = (title, byline)
            if self._surface is not None and not self._fresh:
                self._surface.show_head(title, byline, self._say_shown)

    def show_html(self, title: str, byline: str, html: str, resolve: Resolve | None = None) -> None:
        """A post as a server has it: cleaned, and nothing in it acts or loads; `resolve` gives the file that is here of
        a picture there."""
        self._begin(title, byline, resolve)
        self._rendering.show_html(html)

    def refresh_pictures(self) -> None:
        """Files of the library have changed: look again whether the pictures are there."""
        self._take_pictures(Pictures(_PICTURES, self._resolve))
        self._rendering.again(_PICTURE_MARKS)

    def set_titles(self, titles: Titles) -> None:
        """Who knows the titles of her other posts; given again, it knows others."""
        self._titles = titles
        self._rendering.again(_POST_MARKS)

    def set_cards(self, cards: Cards) -> None:
        """Who makes cards of bare addresses, and tells when it knows more about some."""
        self._cards = cards
        cards.changed.connect(self._cards_changed)
        self._take_pictures(self._pictures)
        self._cards_changed()

    def set_theme(self, theme: Theme) -> None:
        """Light or dark."""
        self._theme = theme
        self._paper.set_theme(theme)
        if self._surface is not None:
            self._surface.set_theme(theme)

    def set_rendered(self, rendered: Mapping[str, str]) -> None:
        """What the blog's server made of cards of the post, by their digests (`markup.rawcards`): cleaned HTML whose
        pictures have stand-ins."""
        if rendered != self._rendered:
            self._rendered = dict(rendered)
            self._rendering.again((), cards=True)

    def set_kept(self, kept: str) -> None:
        """The map of the open post as `Rendering.keep` takes it, "" for none: its blocks are shown as they look on the
        blog. On a page of our own only the alignment shows: colours of a light blog could not be read on a dark
        one."""
        if kept != self._kept:
            self._kept = kept
            self._rendering.keep(kept, self.look is not None)

    def set_look(self, look: Look | None) -> None:
        """Show posts as this blog does, or as we do (None)."""
        if look != self._look:
            self._look = look
            if self._surface is not None:
                self._surface.set_look(look)
            self._dress_anew()

    def _dress_anew(self) -> None:
        if self._kept:
            self._rendering.keep(self._kept, self.look is not None)

    @property
    def look(self) -> Look | None:
        """The look in which posts are shown, None for our own."""
        return self._look if not self._simple else None

    def show_line(self, line: float, at: float | None = None) -> None:
        """Scroll so that `line` can be seen; with `at` (0 the upper edge, 1 the lower) so that it stands just there.

        3 is the middle of line 3, 3.25 a quarter down in it.
        """
        line = self._returns.page_line(int(line)) + (0.5 if isinstance(line, int) else line - int(line))
        self._where.want(line, at)
        if self._rendering.is_settled and not self._flying:
            self._grant()
        else:
            self._rendering.look_at(int(line))

    # --- the engine ----------------------------------------------------------------------------------------------

    def start_engine(self) -> None:
        """Start what renders and make the web engine's view, as soon as the pane can be seen. Idempotent.

        It takes the processor for some 0.3 s: whoever calls lets her have her window first.
        """
        self._wanted = True
        if self._started or not self.isVisible():
            return
        self._started = True
        self._rendering.start()
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
        return self._simple

    @property
    def failure(self) -> str:
        """The sentence of `engine_failed`, "" while the engine serves."""
        return self._failure

    @property
    def surface(self) -> QWidget | None:
        """The view that shows the page, None before there is one."""
        return self._widget

    @property
    def rendering(self) -> Rendering:
        """The process that renders."""
        return self._rendering

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
            surface.unfit.connect(self._unfit)
            surface.set_look(self._look)
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

    def _unfit(self) -> None:
        look, self._look = self._look, None
        if look is not None:
            self._dress_anew()
            self.look_failed.emit(look)

    def _died(self) -> None:
        self._fall_back(
            _("The full preview is off: its engine ended four times within a minute."),
            _("Start Post Desk again to try it once more."),
        )

    def _fall_back(self, happened: str, todo: str) -> None:
        from postdesk.ui.preview.simple import SimpleSurface

        old, widget = self._surface, self._widget
        simple = SimpleSurface(self._theme, self)
        self._simple = True
        meaning = _("Your post is not affected; a simpler preview stands in.")
        self._failure = f"{happened} {meaning} {todo}"
        self._adopt(simple, simple)
        if old is not None:
            old.shut()
        if widget is not None:
            widget.deleteLater()
        self._dress_anew()
        self.engine_failed.emit(self._failure)

    def _not_rendered(self) -> None:
        self._failure = " ".join(
            (
                _("The preview is off: the process that renders it ended again and again."),
                _("Your post is not affected."),
                _("Start Post Desk again to try it once more."),
            )
        )
        self.engine_failed.emit(self._failure)

    def _adopt(self, surface: Surface, widget: QWidget) -> None:
        had_focus = self._surface is not None and self.isAncestorOf(QApplication.focusWidget() or self._paper)
        self._surface, self._widget = surface, widget
        surface.place_activated.connect(self._place_activated)
        surface.link_clicked.connect(self.link_clicked)
        surface.lost.connect(self._lost)
        surface.touched.connect(self.touched)
        surface.scrolled.connect(self._scrolled)
        self._take_pictures(self._pictures)
        if self._styles is not None:
            surface.set_highlighting(*self._styles)
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.setFocusProxy(widget)
        if had_focus:
            widget.setFocus()
        self._lost()

    # --- rendering -----------------------------------------------------------------------------------------------

    def _begin(self, title: str, byline: str, resolve: Resolve | None) -> None:
        self._resolve = resolve
        self._take_pictures(Pictures(_PICTURES, resolve))
        self._head = (title, byline)
        self._unseen = None
        self._kept = ""
        self._where.forget()
        self._empty()

    def _take_pictures(self, pictures: Pictures) -> None:
        self._pictures = pictures
        if self._surface is not None:
            cards = self._cards
            self._surface.set_pictures(pictures if cards is None else Sources(pictures, cards))

    def _cards_changed(self) -> None:
        self._rendering.again(_CARD_MARKS)

    def _dressed(self, html: str) -> str:
        html = titled(dressed(html, self._pictures), self._titles)
        return html if self._cards is None else self._cards.placed(html)

    def _shown(self, html: str, card: str = "", name: str = "") -> str:
        """The HTML of a piece. `card` and `name`: of one in the blog's own source."""
        if not card:
            return self._dressed(html)
        shown = self._dressed(self._rendered.get(card, html))
        if name and not has_content(shown):
            shown = f"<p>{placeholder(_('Shown by the blog: {name}').format(name=name))}</p>"
        return shown if self._look is None else AS_IT_IS + shown

    def _empty(self) -> None:
        """Whatever is on the page is not the post's, or will come once more."""
        self._where.clear()
        self._hashes = []
        self._renewal = None
        self._fresh = True
        self._flying = False

    def _renew(self) -> None:
        """Another process renders the post from the beginning: the page stays until it has."""
        if self._fresh:
            self._empty()
        else:
            self._renewal = Renewal()

    def _lost(self) -> None:
        """The page is empty: she is to find it where she left it."""
        line = self._where.lose()
        self._empty()
        self._rendering.anew(line)

    def _patched(self, message: Message) -> None:
        surface = self._surface
        if surface is None:
            return  # whoever comes asks for everything
        renewal = self._renewal
        lines = self._where.pieces if renewal is None else renewal.lines
        found = []
        for at, removed, pieces in message["splices"]:
            lines.splice(at, removed, [(first, last) for _html, first, last, *_card in pieces])
            found.append(
                Splice(at, removed, tuple(self._shown(html, *card) for html, _first, _last, *card in pieces))
            )
        lines.shift(message["shifts"])
        splices = tuple(found)
        tail = message["tail"] and self._dressed(message["tail"])
        if renewal is not None:
            renewal.take(splices, tail)
            if not message["whole"]:
                self._rendering.landed()
                return
            splices, tail = renewal.difference(self._hashes), renewal.tail
            self._where.pieces, self._renewal = renewal.lines, None
        for splice in splices:
            self._hashes[splice.at : splice.at + splice.removed] = map(hash, splice.pieces)
        if tail is not None:
            self._where.tail = bool(tail)
        self._send(surface, splices, tail)

    def _send(self, surface: Surface, splices: tuple[Splice, ...], tail: str | None) -> None:
        if self._fresh:
            surface.show_head(*self._head, _nothing)
        change = Change(splices, tail, self._fresh, len(self._where.pieces), self._where.typed())
        self._fresh = False
        self._flying = True
        surface.show_change(change, self._landed)

    def _landed(self) -> None:
        self._flying = False
        self._rendering.landed()
        self._grant()
        if self._rendering.is_settled:
            self._where.seen()
            self._say_shown()

    def _current(self) -> None:
        """Nothing has to change for the newest text."""
        if self._renewal is not None:  # a post without a piece
            self._patched({"splices": [], "shifts": [], "tail": "", "whole": True})
        elif self._fresh and self._surface is not None:
            self._send(self._surface, (), "")
        elif not self._flying:
            spot = self._where.typed()
            if spot is not None and self._surface is not None:
                self._surface.show_spot(spot)
            self._where.seen()
            self._grant()
            self._say_shown()

    def _say_shown(self) -> None:
        if self._rendering.is_settled and not self._flying and not self._fresh and self._surface is not None:
            self.shown.emit()

    def _grant(self) -> None:
        """Scroll to the line that was asked for last."""
        if self._surface is not None and not self._fresh:
            self._where.grant(self._surface, self._rendering.is_settled)

    def _styled(self, light: str, dark: str) -> None:
        self._styles = (light, dark)
        if self._surface is not None:
            self._surface.set_highlighting(light, dark)

    def _scrolled(self, at: int, part: float, height: float) -> None:
        place = self._where.stand(at, part, height)
        if place is not None:
            line, height = place
            self.scrolled.emit(self._returns.text_line(int(line)) + line % 1, height)

    def _place_activated(self, spot: Spot) -> None:
        place = self._where.source_of(spot)
        if place is not None:
            self.line_activated.emit(self._returns.text_line(place[0]), place[1])

    # --- what Qt tells -------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._catch_up)

    def _catch_up(self) -> None:
        if self._wanted:
            self.start_engine()
        if self._unseen is not None and self.isVisible():
            self.update_body(*self._unseen)

    def shut(self) -> None:
        """End the engine and what renders; for a window that closes while the application goes on."""
        self._rendering.shut()
        if self._surface is not None:
            self._surface.shut()


def _nothing(*_: Any) -> None:
    """For who does not wait."""
