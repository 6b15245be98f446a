"""The cards of videos and posts in the preview: what is known about each address, asked for only where she allowed it.

First the cache on this machine is looked at. A site is asked when she has said yes to it, and when the address has
stood still in the text for a second: what is half typed is nobody's business.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.core.cancel import Cancel
from postdesk.core.embeds import Provider, provider_of
from postdesk.core.errors import PostDeskError
from postdesk.markup.cards import NOTHING, Known, place
from postdesk.ui.preview.picture import PASSED_ON, look, read
from postdesk.ui.preview.scheme import HOST, SCHEME
from postdesk.ui.tasks import Tasks

if TYPE_CHECKING:
    import httpx2

    from postdesk.backends.oembed import Kept, OEmbed

_log = logging.getLogger(__name__)

CALM = 1000
"""Milliseconds that an address must have stood in the text before anybody is asked about it."""
AGAIN = 60.0
"""Seconds after which a site that did not answer is asked once more; twice as many after each further time."""
SELDOM = 3600.0
"""Seconds that are the most."""
_SHELF, _QUESTIONS = "cards", "questions about cards"  # lanes: the cache must not wait for a slow site


class Embeds(QObject):
    """Puts cards into the preview's HTML, and serves their pictures.

    `folder` is in the cache. `http` makes the one HTTP client at its first use. `answers` gives what she said about
    each site, by its slug. `text` gives the open post's Markdown. `endpoints` and `may_load` are for tests.
    """

    changed = Signal()
    """More is known: blocks with a bare address look different now."""
    wanted = Signal(object)
    """A card could have a title and a picture if this site (a Provider) could be asked; once for each in a run."""

    def __init__(
        self,
        tasks: Tasks,
        folder: Path,
        http: Callable[[], object],
        answers: Callable[[], Mapping[str, bool]],
        text: Callable[[], str],
        parent: QObject | None = None,
        *,
        endpoints: Mapping[str, str] | None = None,
        may_load: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._folder = folder
        self._http = http
        self._answers = answers
        self._text = text
        self._endpoints = endpoints
        self._may_load = may_load
        self._oembed: OEmbed | None = None
        self._cancel = Cancel()
        self._known: dict[str, Known] = {}
        self._seen: dict[str, None] = {}  # on the page, and not looked up yet
        self._looking: set[str] = set()  # being looked up in the cache
        self._open: dict[str, tuple[Provider, float]] = {}  # not in the cache; since when (seconds)
        self._asking: dict[str, str] = {}  # by site, one address at a time
        self._pauses: dict[str, tuple[float, float]] = {}  # by site: until when, how long the next one is
        self._offered: set[str] = set()
        self._pictures: list[Path] = []
        self._start = f"{SCHEME}://{HOST}/card/{secrets.token_urlsafe(16)}/"
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self._ask)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._ask)
        self._tell = QTimer(self, singleShot=True, interval=50)
        self._tell.timeout.connect(self.changed)

    # --- for the preview -----------------------------------------------------------------------------------------

    def placed(self, markup: str) -> str:
        """A block's HTML, cleaned and with its pictures in place, with a card for each bare address."""
        return place(markup, self._of)

    def content(self, address: str, *, as_it_is: bool = True) -> tuple[str, bytes]:
        """Media type and bytes of a card's picture; raises PictureRefused, KeyError for any other address, and for a
        picture that is to be decoded here.

        Fit for a worker thread.
        """
        if not as_it_is:
            raise KeyError(address)
        path = self._served(address)
        return read(path.name, lambda _name: path)

    def size(self, address: str) -> tuple[int, int] | None:
        """None: the simpler preview, which asks, draws no pictures of cards. It would have to decode them in the
        window's own process, and whoever sent them is a stranger; the engine does that in its cage."""
        return None

    # --- for the window ------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        """She has answered about a site."""
        self._pauses.clear()
        self._calm.start(0)

    def shut(self) -> None:
        """Ask nobody any more."""
        self._cancel.set()
        for timer in (self._soon, self._calm, self._later, self._tell):
            timer.stop()

    # --- how -----------------------------------------------------------------------------------------------------

    def _of(self, address: str) -> Known:
        known = self._known.get(address)
        if known is None:
            self._seen[address] = None
            if not self._soon.isActive() and not self._cancel.is_set:
                self._soon.start()
        return known or NOTHING

    def _look(self) -> None:
        """Look the new addresses up in the cache."""
        seen, self._seen = list(self._seen), {}
        busy = {*self._known, *self._looking, *self._open, *self._asking.values()}
        fresh = [address for address in seen if address not in busy]
        if not fresh:
            return
        self._looking.update(fresh)

        def done(found: dict[str, Kept | None]) -> None:
            self._looking.difference_update(fresh)
            for address, kept in found.items():
                provider = provider_of(address)
                if kept is not None:
                    self._learn(address, kept)
                elif provider is not None:
                    self._open[address] = provider, time.monotonic()
            if self._open and not self._cancel.is_set:
                self._calm.start(CALM)

        def failed(error: Exception) -> None:
            self._looking.difference_update(fresh)
            self._known |= dict.fromkeys(fresh, NOTHING)  # once is enough
            _log.error("cards could not be looked up", exc_info=error)

        self._tasks.run(lambda: {a: self._desk().kept(a) for a in fresh}, done, failed, lane=_SHELF)

    def _ask(self) -> None:
        """Ask where she allowed it, for what still stands in the text; each site one question at a time."""
        if self._cancel.is_set or not self._open:
            return
        text, answers, now = self._text(), self._answers(), time.monotonic()
        waits: list[float] = []
        for address, (provider, since) in list(self._open.items()):
            slug = provider.slug
            until = max(self._pauses.get(slug, (now, AGAIN))[0], since + CALM / 1000)
            if not _stands_in(address, text):
                del self._open[address]  # typed on, or another post: seen again it is looked up again
            elif slug not in answers:
                if slug not in self._offered:
                    self._offered.add(slug)
                    self.wanted.emit(provider)
            elif answers[slug] and not self._asking:  # one at a time: before the next one she may say no
                if until > now:
                    waits.append(until - now)
                else:
                    self._ask_for(address, provider)
        if waits:
            self._later.start(int(min(waits) * 1000) + 1)

    def _ask_for(self, address: str, provider: Provider) -> None:
        slug = provider.slug
        del self._open[address]
        self._asking[slug] = address

        def done(answer: Kept) -> None:
            self._pauses.pop(slug, None)
            self._learn(address, answer)
            go_on()

        def failed(error: Exception) -> None:
            # A card without a title is no trouble worth a sentence: it is tried again, and the log knows why.
            _until, pause = self._pauses.get(slug, (0.0, AGAIN))
            self._pauses[slug] = (time.monotonic() + pause, min(2 * pause, SELDOM))
            if isinstance(error, PostDeskError):
                self._open[address] = provider, time.monotonic()
                _log.info("no title for a card: %s", error.details or error.happened)
            else:
                self._known[address] = NOTHING
                _log.error("a card's title could not be asked for", exc_info=error)
            go_on()

        def go_on() -> None:
            del self._asking[slug]
            if not self._cancel.is_set:
                self._calm.start(0)

        self._tasks.run(
            lambda: self._desk().ask(provider, address, self._cancel), done, failed, lane=_QUESTIONS
        )

    def _learn(self, address: str, kept: Kept) -> None:
        source = ""
        if kept.picture is not None:
            source = f"{self._start}{len(self._pictures)}"
            self._pictures.append(kept.picture)
        self._known[address] = Known(kept.title, kept.author, source)
        if not self._cancel.is_set:
            self._tell.start()

    def _served(self, address: str) -> Path:
        number = address.removeprefix(self._start)
        if number == address or not number.isascii() or not number.isdigit() or len(number) > 9:
            raise KeyError(address)
        if int(number) >= len(self._pictures):
            raise KeyError(address)
        return self._pictures[int(number)]

    # --- on the worker's side; a lane runs one job at a time --------------------------------------------------------

    def _desk(self) -> OEmbed:
        from postdesk.backends import oembed  # with it comes the HTTP client; most posts have no video

        if self._oembed is None:
            self._oembed = oembed.OEmbed(
                lambda: cast("httpx2.Client", self._http()),
                self._folder,
                _fits,
                endpoints=self._endpoints,
                may_load=self._may_load or oembed.is_public,
            )
        return self._oembed


def _fits(file: Path) -> bool:
    """Whether a file is a picture that the page may have as it is. It is looked at, not decoded."""
    try:
        found = look(file.name, lambda _name: file)
    except (PostDeskError, OSError):
        return False
    return found.width * found.height <= PASSED_ON


def _stands_in(address: str, text: str) -> bool:
    """Whether a line of `text` (Markdown) is this address, a quotation's marks before it or not."""
    return (
        address in text
        and re.search(rf"^[ \t>]*{re.escape(address)}[ \t\r]*$", text, re.MULTILINE) is not None
    )
