"""The timeline of a post: what the journal, the receipts and the history know of its way to its blogs, in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from postdesk.backends.record import Exchange
from postdesk.core.language import _, ngettext
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.events import Event, EventKind
from postdesk.publishing.exchanges import Kept


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, and what was asked and answered for it, oldest first."""

    event: Event
    exchanges: tuple[Exchange, ...] = ()

    @property
    def words(self) -> str:
        """What happened, for the writer."""
        words, more = words_of(self.event), self.event.words
        return f"{words}: {more}" if more and self.event.kind not in _SAYS_ALL else words


_SAYS_ALL = (EventKind.CONFLICT, EventKind.GONE, EventKind.TRASHED, EventKind.STOPPED)
_WENT_OUT = (EventKind.PUBLISHED, EventKind.SCHEDULED, EventKind.UPDATED)


def timeline(
    post_id: str,
    events: Sequence[Event],
    receipts: Iterable[Receipt],
    first_version: float | None,
    now: float,
    log: Sequence[Kept] = (),
) -> tuple[Entry, ...]:
    """The entries, newest first. `first_version`: when the oldest version that is kept was there (seconds since the
    epoch). What the journal has lost is told as far as the receipts know it."""
    known = list(events)
    if first_version is not None:
        known.append(_made(post_id, "", EventKind.WRITTEN, first_version))
    for receipt in receipts:
        known += _from_receipt(receipt, [e for e in events if e.account_id == receipt.account_id], now)
    known.sort(key=lambda e: (e.ended, e.id))
    return tuple(Entry(e, _of(e, events, log)) for e in reversed(known))


def _from_receipt(receipt: Receipt, events: Sequence[Event], now: float) -> list[Event]:
    """What a receipt tells that no entry does."""
    post_id, account_id = receipt.post_id, receipt.account_id
    live = receipt.published_at.timestamp() if receipt.published_at else None
    found = []
    if live is not None and not any(e.kind in _WENT_OUT for e in events):
        kind = EventKind.SCHEDULED if live > now else EventKind.PUBLISHED
        updated = receipt.updated_at.timestamp() if receipt.updated_at else live
        found.append(_made(post_id, account_id, kind, updated if kind is EventKind.SCHEDULED else live))
        if kind is EventKind.PUBLISHED and updated > live + 60:
            found.append(_made(post_id, account_id, EventKind.UPDATED, updated))
    elif live is not None and receipt.status in (Status.SCHEDULED, Status.PUBLISHED) and live <= now:
        scheduled = [e for e in events if e.kind is EventKind.SCHEDULED and e.ended < live]
        later = [e for e in events if e.kind in (EventKind.PUBLISHED, EventKind.OFFLINE, EventKind.DELETED)]
        if scheduled and not any(scheduled[-1].ended < e.ended < live for e in later):
            found.append(_made(post_id, account_id, EventKind.WENT_LIVE, live))
    return found


def _of(event: Event, events: Sequence[Event], log: Sequence[Kept]) -> tuple[Exchange, ...]:
    """What was asked in the run that the entry tells of: after the job's entry before it."""
    if not event.id:
        return ()
    before = max((e.id for e in events if e.job_id == event.job_id and e.id < event.id), default=0)
    return tuple(k.exchange for k in log if k.job_id == event.job_id and before <= k.after < event.id)


def _made(post_id: str, account_id: str, kind: EventKind, moment: float) -> Event:
    return Event(0, moment, moment, 1, post_id, account_id, "", kind)


def words_of(event: Event) -> str:
    """The kind of an entry in words."""
    if event.kind is EventKind.WAITED and event.times > 1:
        return ngettext(
            "Tried {count} time, and waited", "Tried {count} times, and waited", event.times
        ).format(count=event.times)
    return {
        EventKind.WRITTEN: _("The first version that is kept here"),
        EventKind.SUBMITTED: _("Given to the outbox"),
        EventKind.RENEWED: _("A newer text took the place of the one that waited"),
        EventKind.PUBLISHED: _("Published"),
        EventKind.UPDATED: _("Updated"),
        EventKind.SCHEDULED: _("Scheduled"),
        EventKind.WENT_LIVE: _("Went live by itself"),
        EventKind.OFFLINE: _("Taken offline"),
        EventKind.DELETED: _("Moved to the blog's trash"),
        EventKind.UNDONE: _("Undone: what was there before was put back"),
        EventKind.CONFLICT: _("Changed on the blog by somebody else; nothing was overwritten"),
        EventKind.KEPT_MINE: _("Decided: your text replaces what is on the blog"),
        EventKind.MERGED: _("Conflict merged"),
        EventKind.GONE: _("Not on the blog any more; nothing was sent"),
        EventKind.TRASHED: _("In the blog's trash, and not by you; nothing was sent"),
        EventKind.AS_NEW: _("To be published as a new post"),
        EventKind.WAITED: _("Waited"),
        EventKind.FAILED: _("Not sent"),
        EventKind.STOPPED: _("Stopped by you"),
        EventKind.PAUSED: _("Paused"),
        EventKind.INTERRUPTED: _("The program ended in the middle; it goes on by itself"),
        EventKind.TAKEN_BACK: _("Taken back"),
    }[event.kind]
