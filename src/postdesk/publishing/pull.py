"""Brings the posts of a blog home: each one a readable file, a receipt, a base, and the map that takes it back.

A post's id is made from the blog's address and the post's number there, so a pull that was stopped or killed anywhere
is simply begun again: what has a file is found by its id, what has a receipt is compared and left alone. What she
changed here is never written over; a post that changed on both sides is told and waits for her.

Three things go on at once: the next page is asked for, the one before it is opened in processes of their own, and the
one before that is written (decision 033).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from postdesk.backends.base import Backend, Page, RemotePost, hear
from postdesk.core.account import Account
from postdesk.core.ahead import Ahead
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, Gone, Refused
from postdesk.core.language import _
from postdesk.core.receipt import Status
from postdesk.publishing.arriving import Arrivals, Lot, Pulled
from postdesk.publishing.journal import Journal
from postdesk.publishing.openers import Openers
from postdesk.publishing.patience import Patience, T
from postdesk.publishing.place import MOST_BEGUN, Place, highest, new_ones

if TYPE_CHECKING:
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts

__all__ = ["Pulled", "pull"]

_PLACE = "pull"  # what the journal keeps by that name: how far the pull of a blog is
_FEW = 10  # posts that may be missing on a blog before it is taken for a fault of the blog
_SHARE = 0.2
_MOST_AGAIN = 20  # posts that are asked for one by one
_PATIENCE = Patience((5.0, 15.0, 60.0), most=20)  # for one page

Progress = Callable[[int, int], None]
"""How many posts were looked at, and how many there are (-1: the blog does not say)."""

Waits = Callable[[float], None]
"""The blog is busy and is asked again after so many seconds. Called from another thread."""


def pull(
    account: Account, backend: Backend, library: Library, receipts: Receipts, journal: Journal, cancel: Cancel,
    progress: Progress = lambda _n, _of: None, *, everything: bool = False, waits: Waits = lambda _s: None,
) -> Pulled:  # fmt: skip
    """Fetch what changed on the blog since the last complete pull, or `everything`. Raises what the backend raises,
    DiskFull and NotWritable; what was made until then stays."""
    openers = Openers()
    try:
        return _Pull(account, backend, library, receipts, journal, cancel, progress, waits, openers).run(
            everything=everything
        )
    finally:
        openers.close()


class _Pull:
    def __init__(
        self, account: Account, backend: Backend, library: Library, receipts: Receipts, journal: Journal,
        cancel: Cancel, progress: Progress, waits: Waits, openers: Openers,
    ) -> None:  # fmt: skip
        self._account = account
        self._backend = backend
        self._journal = journal
        self._cancel = cancel
        self._asking = cancel.part()  # set alone when something else goes wrong
        self._progress = progress
        self._waits = waits
        self._openers = openers
        self._receipts = receipts
        self._library = library
        self._arrivals = Arrivals(account, library, receipts)
        self._done = self._arrivals.done
        self._ahead: Ahead[Page] | None = None
        self._untold = ""  # how far it is, once what was written is on the disk

    def run(self, *, everything: bool) -> Pulled:
        """Page after page. A pull that was stopped goes on with its page."""
        before = hear(self._backend, self._asking)
        self._arrivals.look()
        if not self._arrivals.known:
            self._openers.begin()  # all of the blog is new here
        place = self._place()
        since = None if everything else place.moment
        if not place.cursor or (everything and not place.everything):
            place = replace(place.anew(), everything="yes" if everything else "")
        whole = since is None and not place.cursor
        seen: set[str] = set()
        try:
            page = self._asked(place.cursor, since)
            if place.is_passed(page):
                place = place.anew()
                whole = since is None
                page = self._asked("", since)
            begun = 1
            lot = self._given(page)
            ahead = self._ask(page, since)
            while True:
                seen.update(post.remote_id for post in (*page.posts, *page.left_out))
                place = place.after(page)
                opened = self._openers.take(self._cancel)
                following, failure = _outcome(ahead)
                if following is not None and begun < MOST_BEGUN and place.is_passed(following):
                    # Posts went between two pages. What came already comes again, and does no harm.
                    begun += 1
                    place, following = place.anew(), self._asked("", since)
                if following is not None:
                    ahead = self._ask(following, since)
                    coming = self._given(following)
                self._arrivals.take(lot, opened, self._cancel, self._progress, self._tell)
                self._cancel.check()
                self._untold = place.to_json()
                if failure is not None:
                    raise failure
                if following is None:
                    break
                page, lot = following, coming
            self._look_again(seen)
            if since is None:
                self._untold = replace(place, reached=str(highest(seen)), front="", top="").to_json()
            if whole:
                self._notice_gone(seen)
            elif since is not None:
                self._look_for_new(place)
        except Cancelled:
            self._done.cancelled = True
        finally:
            self._asking.set()
            if self._ahead is not None:
                self._ahead.leave()
            if before is not None:
                hear(self._backend, before)
            self._arrivals.settle()
            self._tell()
        return self._done

    # --- asking ---

    def _ask(self, page: Page, since: datetime | None) -> Ahead[Page] | None:
        """Begin to ask for the page after this one; None when it was the last."""
        if not page.next:
            return None
        self._ahead = Ahead(lambda: self._asked(page.next, since))
        return self._ahead

    def _asked(self, cursor: str, since: datetime | None) -> Page:
        return self._patiently(lambda: self._backend.posts(cursor, since, content=True))

    def _patiently(self, ask: Callable[[], T]) -> T:
        """What the blog answers. One that is busy is asked again when it wants to be."""

        def wait(seconds: float) -> None:
            self._waits(seconds)
            self._asking.wait(seconds)

        return _PATIENCE.ask(ask, self._asking, wait)

    def _read(self, remote_id: str) -> RemotePost:
        return self._patiently(lambda: self._backend.read(remote_id))

    def _given(self, page: Page) -> Lot:
        lot = self._arrivals.lot(page)
        self._openers.give(lot.unopened)
        return lot

    def _look_again(self, seen: set[str]) -> None:
        """Posts that changed here and there the last time: she may have made up her mind meanwhile."""
        undecided = [
            r.remote_id for r in self._arrivals.known.values() if r.newer and r.remote_id not in seen
        ]
        for remote_id in undecided[:_MOST_AGAIN]:
            self._cancel.check()
            try:
                post = self._read(remote_id)
            except Refused:
                continue
            if post.status is not Status.TRASHED:
                lot = self._given(Page((post,)))
                self._arrivals.take(
                    lot, self._openers.take(self._cancel), self._cancel, lambda _n, _of: None, self._tell
                )

    def _look_for_new(self, place: Place) -> None:
        """Posts that are new there without being changed lately; see `new_ones`."""

        def ask(cursor: str) -> Page:
            self._cancel.check()
            return self._asked(cursor, None)

        for page, behind in new_ones(place, ask):
            lot = self._given(page)
            wanted = tuple(post for post in page.posts if post.remote_id in lot.wanted)
            opened = self._openers.take(self._cancel)
            lot = replace(lot, page=replace(page, posts=wanted, left_out=()))
            self._arrivals.take(lot, opened, self._cancel, lambda _n, _of: None, self._tell)
            self._cancel.check()
            self._untold = behind.to_json()

    # --- what is gone ---

    def _notice_gone(self, seen: set[str]) -> None:
        """Posts that the blog had and has no more. A blog that shows far too little is not believed."""
        known = self._arrivals.known
        missing = [
            r for remote_id, r in known.items() if remote_id not in seen and r.status is not Status.TRASHED
        ]
        if len(missing) > max(_FEW, _SHARE * len(known)):
            sentence = _("The blog does not show {count} posts that it had. Nothing was changed here for that: look at "
                         "the blog itself first.")  # fmt: skip
            self._done.problems.append((self._account.name, sentence.format(count=len(missing))))
            return
        for receipt in missing:
            self._cancel.check()
            revision = receipt.revision
            try:
                if self._read(receipt.remote_id).status is not Status.TRASHED:
                    continue
            except Gone:
                revision = ""
            except Refused:
                continue  # she may not see it: that is not gone
            self._receipts.put(replace(receipt, status=Status.TRASHED, revision=revision))
            self._done.gone.append(self._library.title_of(receipt.post_id) or receipt.slug)

    # --- how far it is ---

    def _place(self) -> Place:
        return Place.from_json(self._journal.learnt(self._account.id, _PLACE))

    def _tell(self) -> None:
        """What was written until now is on the disk: the next pull need not begin before that."""
        note, self._untold = self._untold, ""
        if note:
            self._journal.learn(self._account.id, _PLACE, note)


def _outcome(ahead: Ahead[Page] | None) -> tuple[Page | None, Exception | None]:
    """The next page, or why there is none."""
    if ahead is None:
        return None, None
    try:
        return ahead.result(), None
    except Exception as error:
        return None, error
