"""The slow looks before publishing: the links are asked, and the blog, while the popover is open."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled
from postdesk.library.document import Document
from postdesk.publishing.already import BlogLook
from postdesk.publishing.desk import Desk
from postdesk.publishing.links import AT_A_TIME, is_offline, somebody_answered, verdict
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import LINKS, Level, Place, Remark, in_order
from postdesk.ui.tasks import Tasks

_log = logging.getLogger(__name__)
Show = Callable[[tuple[Remark, ...]], None]


@dataclass
class _Look:
    """One look: what is known so far, and who waits for it."""

    remarks: tuple[Remark, ...]
    show: Show
    cancel: Cancel = field(default_factory=Cancel)
    links: tuple[Place, ...] = ()
    servers: deque[tuple[str, ...]] = field(default_factory=deque)
    asking: int = 0  # tasks that ask links
    blog: BlogLook | None = None


class Looking(QObject):
    """Asks links and blog for one post at a time. Questions to servers run in lanes of their own: one that hangs holds
    up the next look, and nothing else."""

    _told = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._look: _Look | None = None

    def start(
        self, document: Document, account: Account, intent: Intent, remarks: tuple[Remark, ...], show: Show
    ) -> None:
        """Find out what `remarks` leave open; `show(remarks)` each time when more is known, the last time when all
        is."""
        self.stop()
        asked = next((r for r in remarks if r.key == LINKS and r.level is Level.LOOKING), None)
        look = self._look = _Look(remarks, show, links=asked.places if asked is not None else ())
        cancel = look.cancel

        def blog() -> BlogLook:
            return self._desk.look_on_blog(document, account, intent, cancel)

        self._tasks.run(
            blog,
            lambda found: self._blog_told(look, found),
            lambda error: self._blog_failed(look, error),
            lane="look",
        )
        if look.links:
            self._ask(look)

    def stop(self) -> None:
        """Nobody waits any more: what is asked is given up."""
        if self._look is not None:
            self._look.cancel.set()
            self._look = None

    # --- the links ---

    def _ask(self, look: _Look) -> None:
        links, cancel = self._desk.links, look.cancel
        look.servers.extend(links.to_ask(look.links))
        own = tuple(a.address for a in self._desk.accounts.all())
        end = links.end()

        def work() -> None:
            # Taken from one end by all lanes: a slow server holds up none but its own links.
            while not cancel.is_set:
                try:
                    server = look.servers.popleft()
                except IndexError:
                    return
                links.ask(server, own, cancel, end)

        look.asking = min(AT_A_TIME, len(look.servers))
        for lane in range(look.asking):
            self._tasks.run(
                work,
                lambda _none: self._asked(look),
                lambda error: self._not_asked(look, error),
                lane=f"links {lane}",
            )
        if not look.asking:
            self._links_told(look)

    def _not_asked(self, look: _Look, error: Exception) -> None:
        if not isinstance(error, Cancelled):
            _log.error("asking links met a fault", exc_info=error)
        self._asked(look)

    def _asked(self, look: _Look) -> None:
        look.asking -= 1
        if not look.asking:
            self._links_told(look)

    def _links_told(self, look: _Look) -> None:
        """All were asked; whether there is a connection at all is told by the blog, where it is asked."""
        if look is not self._look or look.asking or not look.links:
            return
        replies = self._desk.links.known(look.links)
        if look.blog is None and not somebody_answered(replies):
            return  # the blog's answer decides whether it is they who are away
        offline = is_offline(replies, look.blog.answered if look.blog is not None else None)
        line = verdict(look.links, replies, offline=offline)
        look.remarks = tuple(line if r.key == LINKS else r for r in look.remarks)
        look.show(look.remarks)

    # --- the blog ---

    def _blog_told(self, look: _Look, found: BlogLook) -> None:
        if look is not self._look:
            return
        look.blog = found
        if found.remarks:
            new = {r.key for r in found.remarks}
            look.remarks = in_order(
                (*(r for r in look.remarks if not r.key or r.key not in new), *found.remarks)
            )
            look.show(look.remarks)
        self._links_told(look)

    def _blog_failed(self, look: _Look, error: Exception) -> None:
        if not isinstance(error, Cancelled):
            _log.error("looking at the blog met a fault", exc_info=error)
        self._blog_told(look, replace(BlogLook(), answered=None))
