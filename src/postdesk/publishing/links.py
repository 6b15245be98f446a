"""The links of a post, asked whether they answer: who is asked when, what is remembered for a while, and what it comes
to in one line."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from postdesk.core.cancel import Cancel
from postdesk.core.language import _, ngettext
from postdesk.publishing.preflight import LINKS, Level, Place, Remark

if TYPE_CHECKING:  # with it comes the HTTP client
    from postdesk.backends.asking import Reply

AT_A_TIME = 4  # servers; each gets one question after the other
BUDGET_S = 25.0  # for all links of a post
_KEPT_S = 600.0  # an answer
_SILENCE_KEPT_S = 60.0
_NO_NETWORK_KEPT_S = 3.0  # it may be there in a moment
_MOST_KEPT = 5000


class LinkAnswers:
    """Asks, and keeps what was answered for some minutes of this run. `client` gives the one HTTP client; `clock` is
    monotonic. Any thread may call; `ask` waits for servers."""

    def __init__(self, client: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[Reply, float]] = {}

    def known(self, links: Iterable[Place]) -> dict[str, Reply]:
        """What is known of these links, by their addresses."""
        now = self._clock()
        found = ((link.ref, self._kept.get(_bare(link.ref))) for link in links)
        return {ref: kept[0] for ref, kept in found if kept is not None and kept[1] > now}

    def to_ask(self, links: Iterable[Place]) -> list[tuple[str, ...]]:
        """The addresses that are not known, those of one server together."""
        from postdesk.backends.asking import origin_of

        wanted = tuple(links)
        known = self.known(wanted)
        servers: dict[object, dict[str, None]] = {}
        for link in wanted:
            if link.ref not in known:
                servers.setdefault(origin_of(link.ref), {})[_bare(link.ref)] = None
        return [tuple(addresses) for addresses in servers.values()]

    def ask(self, addresses: Iterable[str], own: Iterable[str], cancel: Cancel, end: float) -> None:
        """Ask one server for each of `addresses`, until `end` (monotonic). `own` are the addresses of her blogs. A
        server that once did not answer in time is not asked on. Raises `Cancelled`."""
        from postdesk.backends.asking import PATIENCE_S, Reach, ask, origin_of

        hers = frozenset(origin for blog in own if (origin := origin_of(blog)) is not None)
        silent: Reply | None = None
        for address in addresses:
            cancel.check()
            left = end - self._clock()
            if silent is not None:
                self._keep(address, silent)
            elif left > 0.5:  # s; what is not asked in time is not known
                reply = ask(self._client(), address, cancel, own=hers, seconds=min(PATIENCE_S, left))
                if reply.reach is Reach.SILENT and left < PATIENCE_S:
                    continue  # it did not get its time
                self._keep(address, reply)
                silent = reply if reply.reach is Reach.SILENT else None

    def end(self) -> float:
        """When a look that begins now has to be over."""
        return self._clock() + BUDGET_S

    def _keep(self, address: str, reply: Reply) -> None:
        from postdesk.backends.asking import Reach

        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        seconds = {
            Reach.SILENT: _SILENCE_KEPT_S,
            Reach.NOT_ASKED: _SILENCE_KEPT_S,
            Reach.NO_SERVER: _SILENCE_KEPT_S,
            Reach.NO_NETWORK: _NO_NETWORK_KEPT_S,
        }.get(reply.reach, _KEPT_S)
        self._kept[address] = (reply, self._clock() + seconds)


def somebody_answered(replies: Mapping[str, Reply]) -> bool:
    """Whether there is a connection, as far as the replies themselves tell."""
    from postdesk.backends.asking import Reach

    nobody = (Reach.NO_SERVER, Reach.NO_NETWORK, Reach.PRIVATE, Reach.NOT_ASKED)
    return any(r.reach not in nobody for r in replies.values())


def is_offline(replies: Mapping[str, Reply], blog_answered: bool | None) -> bool:
    """Whether no link was reached because there is no connection. `blog_answered`: None when it was not asked."""
    from postdesk.backends.asking import Reach, has_network, origin_of

    if somebody_answered(replies):
        return False
    if blog_answered is not None:
        return not blog_answered
    if any(r.reach is Reach.NO_NETWORK for r in replies.values()):
        return True
    # That several servers have gone at once is less likely than that nobody answers for their names.
    servers = {origin_of(address) for address, r in replies.items() if r.reach is Reach.NO_SERVER}
    return len(servers) > 1 or not has_network()


def verdict(links: tuple[Place, ...], replies: Mapping[str, Reply], *, offline: bool) -> Remark:
    """One line for all links. `replies` by address; one that is not in it was not reached in time."""
    from postdesk.backends.asking import Reach

    total = len(links)
    if offline:
        return Remark(Level.NOTE, _("The links were not asked: no connection"), key=LINKS)
    bad: list[Place] = []
    silent: list[Place] = []
    moved: list[Place] = []
    unknown = 0
    for link in links:
        reply = replies.get(link.ref)
        if reply is None or reply.reach in (Reach.NOT_ASKED, Reach.NO_NETWORK):
            unknown += 1
        elif reply.reach in (Reach.NOTHING, Reach.NO_SERVER, Reach.PRIVATE):
            bad.append(Place(link.ref, link.words, reply.why))
        elif reply.reach is Reach.SILENT:
            silent.append(Place(link.ref, link.words, reply.why))
        elif reply.moved_to:
            why = _("has moved for good to {address}").format(address=reply.moved_to[:300])
            moved.append(Place(link.ref, link.words, why))
    if bad or silent:
        return _of_silence(total, tuple(bad), tuple(silent))
    if moved and not unknown:
        words = ngettext("{count} has moved for good", "{count} have moved for good", len(moved))
        sentence = _("{answered}; {moved}").format(answered=_answered(total, 0), moved=words)
        return Remark(Level.OK, sentence, "links", key=LINKS, places=tuple(moved))
    return Remark(Level.OK if not unknown else Level.NOTE, _answered(total, unknown), key=LINKS)


def _answered(total: int, unknown: int) -> str:
    if unknown:
        words = ngettext(
            "{count} link was not reached in time", "{count} links were not reached in time", unknown
        )
        return words if unknown == total else _("{words}; the others have an answer").format(words=words)
    return ngettext("The link has an answer", "All {count} links have an answer", total)


def _of_silence(total: int, bad: tuple[Place, ...], silent: tuple[Place, ...]) -> Remark:
    places = (*bad, *silent)
    if len(places) == 1:
        sentence = sentence_of(places[0])
    else:
        words = (
            _("{count} of {all} links have no answer")
            if bad
            else _("{count} of {all} links did not answer in time")
        )
        sentence = words.format(count=len(places), all=total)
    return Remark(Level.WARNING, sentence, "links", places[0].ref, LINKS, places)


def sentence_of(place: Place) -> str:
    """What is to be said of one link, as a sentence without its stop."""
    return _("The link “{words}” {what}").format(words=place.words or place.ref[:80], what=place.why)


def as_written(place: Place, text: str) -> str:
    """What to look for in `text` (Markdown) for a place that the rendered text has: an address may be written otherwise
    there, and its words may be all that is found."""
    address = place.ref
    shorter = address.removeprefix("https:") if address.startswith("https://") else address
    for spelt in (
        address,
        html.escape(address),
        unquote(address),
        shorter.rstrip("/"),
        place.words.rstrip("…"),
    ):
        if spelt and spelt in text:
            return spelt
    return address


def _bare(address: str) -> str:
    """An address without the place in its page, which no server hears of."""
    return address.partition("#")[0]
