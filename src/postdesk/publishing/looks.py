"""The looks that come some time after a job: for twins that arrived late, and whether a scheduled post went live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from postdesk.backends.base import Backend, RemotePost
from postdesk.core.language import _
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.clocks import blogs_now
from postdesk.publishing.compare import base_of, base_values, is_empty, is_unchanged
from postdesk.publishing.job import Sweep
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import spoken
from postdesk.publishing.run import ReceiptStore

FIRST, LAST = 120.0, 3600.0  # seconds after the job; a proxy delivered a request 40 s late
LIVE_BY = 60.0  # seconds after its moment, when a scheduled post is looked up
LIVE_AGAIN = 300.0  # seconds until it is looked up once more


def again(sweep: Sweep, now: float) -> float | None:
    """When to look once more (seconds since the epoch), None for never."""
    return now + (LAST if sweep.marker else LIVE_AGAIN) if sweep.left > 0 else None


def live_look(receipt: Receipt) -> Sweep:
    """The look for a scheduled post after its moment. It has no marker: nothing is swept."""
    due = receipt.published_at.timestamp() + LIVE_BY if receipt.published_at else 0.0
    return Sweep(0, receipt.account_id, receipt.post_id, "", receipt.remote_id, (), due, 2)


def sweep_twins(sweep: Sweep, backend: Backend, journal: Journal, receipts: ReceiptStore) -> None:
    """Put to the trash what arrived twice: our own empty drafts under the marker, and files of the same content that
    nothing of ours refers to."""
    for twin in backend.find(sweep.marker):
        if twin.remote_id == sweep.keep or twin.status is not Status.DRAFT:
            continue
        if is_empty(backend.read(twin.remote_id)):  # somebody may have written in it: then it is hers
            backend.trash(twin.remote_id)
    used = {m.remote_id for r in receipts.for_post(sweep.post_id) for m in r.media}
    for content_hash in sweep.hashes:
        ours = journal.media(sweep.account_id, content_hash)
        if ours is None:
            continue
        found = backend.find_media(content_hash)
        if any(m.remote_id == ours.remote_id for m in found):
            for file in found:
                if file.remote_id != ours.remote_id and file.remote_id not in used:
                    backend.discard_media(file.remote_id)


def went_live(receipt: Receipt, backend: Backend, receipts: ReceiptStore) -> tuple[RemotePost, Receipt]:
    """A scheduled post after its moment, and its receipt, which then says what is true. What a colleague changed stays
    a conflict: the base is kept as it was."""
    there = backend.read(receipt.remote_id)
    if there.status is Status.PUBLISHED:
        base = receipts.base(receipt.base_hash) or ""
        if is_unchanged(there, base):
            asked = str(base_values(base).get("asked_slug", ""))
            receipt = replace(receipt, base_hash=receipts.put_base(base_of(there, asked)))
        receipt = replace(
            receipt, status=there.status, address=there.address, revision=there.revision,
            published_at=there.date or receipt.published_at,
        )  # fmt: skip
        receipts.put(receipt)
    return there, receipt


def still_early(there: RemotePost, backend: Backend, now: float) -> float:
    """In how many seconds the moment of a scheduled post comes by the blog's own clock, where this computer's has
    reached it already; 0.0 where it has come. `now` in seconds since the epoch."""
    if there.status is not Status.SCHEDULED or there.date is None:
        return 0.0
    by_blog = blogs_now(backend, datetime.fromtimestamp(now, UTC))
    left = (there.date - by_blog).total_seconds()
    return left + LIVE_BY if left > 0 else 0.0


def still_held(there: RemotePost, receipt: Receipt, blog: str) -> str:
    """What to tell of a scheduled post that its blog has not shown at its moment."""
    moment = receipt.published_at or there.date
    return _(
        "“{title}” was to go live {moment}, but “{blog}” still holds it. Some blogs publish only when somebody visits"
        " them: open the blog once, or publish the post now."
    ).format(title=there.title, moment=spoken(moment) if moment else "", blog=blog)
