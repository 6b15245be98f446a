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
"""Milliseconds from the last new address to the first question."""
AGAIN = 60.0
"""Seconds after which a site that did not answer may be asked once more."""
_LANE = "cards"


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
        self._looking: set[str] = set()  # being looked up, or asked for
        self._open: dict[str, Provider] = {}  # not in the cache
        self._failed: dict[str, float] = {}
        self._offered: set[str] = set()
        self._pictures: list[Path] = []
        self._start = f"{SCHEME}://{HOST}/card/{secrets.token_urlsafe(16)}/"
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self._ask)

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
        self._calm.start(0)

    def shut(self) -> None:
        """Ask nobody any more."""
        self._cancel.set()
        self._soon.stop()
        self._calm.stop()

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
        now = time.monotonic()
        fresh = [a for a in seen if a not in self._known and a not in self._looking and a not in self._open]
        fresh = [a for a in fresh if now - self._failed.get(a, -AGAIN) >= AGAIN]
        if not fresh:
            return
        if self._open:
            self._calm.start(CALM)  # something is being typed
        self._looking.update(fresh)

        def done(found: dict[str, Kept | None]) -> None:
            self._looking.difference_update(fresh)
            for address, kept in found.items():
                provider = provider_of(address)
                if kept is not None:
                    self._learn(address, kept)
                elif provider is not None:
                    self._open[address] = provider
            if any(found.values()):
                self.changed.emit()
            if self._open:
                self._calm.start(CALM)

        self._tasks.run(
            lambda: {a: self._desk().kept(a) for a in fresh}, done, self._not_looked(fresh), lane=_LANE
        )

    def _ask(self) -> None:
        """Ask where she allowed it, for what still stands in the text."""
        if self._cancel.is_set or not self._open:
            return
        text, answers = self._text(), self._answers()
        for address, provider in list(self._open.items()):
            if not _stands_in(address, text):
                del self._open[address]  # typed on, or another post: seen again it is looked up again
            elif answers.get(provider.slug):
                del self._open[address]
                self._looking.add(address)
                self._ask_for(address, provider)
            elif provider.slug not in answers and provider.slug not in self._offered:
                self._offered.add(provider.slug)
                self.wanted.emit(provider)

    def _ask_for(self, address: str, provider: Provider) -> None:
        def done(answer: Kept) -> None:
            self._looking.discard(address)
            self._learn(address, answer)
            self.changed.emit()

        self._tasks.run(
            lambda: self._desk().ask(provider, address, self._cancel),
            done,
            self._not_looked([address]),
            lane=_LANE,
        )

    def _not_looked(self, addresses: list[str]) -> Callable[[Exception], None]:
        """A card without a title is no trouble worth a sentence: it is tried again, and the log knows why."""

        def failed(error: Exception) -> None:
            self._looking.difference_update(addresses)
            self._failed |= dict.fromkeys(addresses, time.monotonic())
            if isinstance(error, PostDeskError):
                _log.info("no title for a card: %s", error.details or error.happened)
            else:
                _log.error("a card could not be looked up", exc_info=error)

        return failed

    def _learn(self, address: str, kept: Kept) -> None:
        source = ""
        if kept.picture is not None:
            source = f"{self._start}{len(self._pictures)}"
            self._pictures.append(kept.picture)
        self._known[address] = Known(kept.title, kept.author, source)

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
