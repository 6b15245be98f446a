"""The engine: takes one job's steps on a blog so that each happens once, whatever gets lost between.

The rule of every step that changes the blog: the journal has the intent before the request leaves and the answer when
it comes; a run that starts again asks the blog first what the run before may have done. A post is made as an empty
draft under its marker and found by it; a picture by the hash in its name; going live is one write that can be
repeated; then the post is read again and compared. docs/publishing.md draws the states.

A run needs no memory but the journal, the receipts and the blog itself: it begins at the top every time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from postdesk.backends.base import Backend, Capability, Outgoing, RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Gone, OutcomeUnknown
from postdesk.core.language import _
from postdesk.core.post import slugify
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.publishing.compare import (
    as_outgoing,
    base_of,
    base_values,
    differences,
    is_empty,
    is_ours,
    is_unchanged,
    outgoing_from_json,
    outgoing_json,
)
from postdesk.publishing.content import outgoing, sent_on
from postdesk.publishing.job import Job, Sweep
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import LIVE, Intent, is_future, status_to_end_in
from postdesk.publishing.pulled import keep_map, opened_of
from postdesk.publishing.run import (
    Outcome,
    Progress,
    ReceiptStore,
    Run,
    attempt,
    changed_there,
    in_trash,
    not_there,
)
from postdesk.publishing.uploads import known_media, uploaded

_LOOKS = 3  # how often one run looks and repeats after a lost answer, before the job waits
_FIRST_SWEEP, _LAST_SWEEP = 120.0, 3600.0  # seconds after the job; a proxy delivered a request 40 s late


class Engine:
    """Runs jobs on an open backend. `clock`: seconds since the epoch. `same_blog(receipt, account_id)`: whether a
    receipt that another machine filed under its own account id is about this account's blog."""

    def __init__(
        self,
        journal: Journal,
        receipts: ReceiptStore,
        clock: Callable[[], float],
        same_blog: Callable[[Receipt, str], bool] = lambda _receipt, _account_id: False,
    ) -> None:
        self._journal = journal
        self._receipts = receipts
        self._clock = clock
        self._same_blog = same_blog

    def run(
        self, job: Job, backend: Backend, cancel: Cancel, progress: Callable[[Progress], None]
    ) -> Outcome:
        """Take the job to its end. Raises `BackendError`s, `ConflictFound`, `Cancelled`, `LibraryError`s; all of
        them leave a job that can be run again."""
        steps = {
            Intent.PUBLISH: self._publish,
            Intent.UPDATE: self._publish,
            Intent.SCHEDULE: self._publish,
            Intent.UNPUBLISH: self._unpublish,
            Intent.TRASH: self._trash,
            Intent.RESTORE: self._restore,
        }
        for look in range(1, _LOOKS + 1):
            job = self._journal.job(job.id) or job
            run = Run(job, backend, cancel, progress)
            try:
                return steps[run.snapshot.intent](run)
            except OutcomeUnknown:
                if look == _LOOKS:
                    raise
        raise AssertionError("the last look returns or raises")

    def sweep(self, sweep: Sweep, backend: Backend) -> None:
        """Put to the trash what arrived twice: our own empty drafts under the marker, and files of the same
        content that nothing of ours refers to."""
        for twin in backend.find(sweep.marker):
            if twin.remote_id == sweep.keep or twin.status is not Status.DRAFT:
                continue
            if is_empty(backend.read(twin.remote_id)):  # somebody may have written in it: then it is hers
                backend.trash(twin.remote_id)
        used = {m.remote_id for r in self._receipts.for_post(sweep.post_id) for m in r.media}
        for content_hash in sweep.hashes:
            ours = self._journal.media(sweep.account_id, content_hash)
            if ours is None:
                continue
            found = backend.find_media(content_hash)
            if any(m.remote_id == ours.remote_id for m in found):
                for file in found:
                    if file.remote_id != ours.remote_id and file.remote_id not in used:
                        backend.discard_media(file.remote_id)

    def receipt(self, post_id: str, account_id: str) -> Receipt | None:
        """The receipt of a post on a blog; one that another machine filed under its own id for that blog counts."""
        own = self._receipts.get(post_id, account_id)
        if own is not None:
            return own
        for other in self._receipts.for_post(post_id):
            if other.account_id != account_id and self._same_blog(other, account_id):
                return replace(other, account_id=account_id)
        return None

    # --- intents ------------------------------------------------------------------------------------------------

    def _publish(self, run: Run) -> Outcome:
        there = self._target(run)
        receipt = self._receipt(run)
        self._refuse_conflict(run, there, receipt)
        media = uploaded(run, self._journal, receipt)
        meant = self._outgoing(run, there, receipt, media)
        self._keep_before(run, there, receipt)
        run.say(_("Setting it on the blog"))
        written = self._write(run, there.remote_id, meant)
        if written.slug.startswith(run.marker) and meant.status in LIVE:
            # The blog made no address of its own out of this title.
            meant = replace(meant, slug=f"post-{run.marker[3:11]}")
            self._write(run, there.remote_id, meant)
        return self._verify(run, there.remote_id, meant, receipt, media, run.snapshot.post.content_hash)

    def _restore(self, run: Run) -> Outcome:
        meant = run.snapshot.restore
        receipt = self._receipt(run)
        if meant is None or receipt is None:
            return Outcome(receipt)
        there = run.backend.read(receipt.remote_id)
        self._refuse_conflict(run, there, receipt)
        self._keep_before(run, there, receipt)
        meant = replace(meant, post_password=run.snapshot.post.post_password)
        run.say(_("Putting back what was there before"))
        self._write(run, there.remote_id, meant)
        return self._verify(run, there.remote_id, meant, receipt, receipt.media, run.snapshot.restore_hash)

    def _unpublish(self, run: Run) -> Outcome:
        receipt = self._receipt(run)
        if receipt is None:
            return Outcome(None)
        run.say(_("Looking it up on the blog"))
        try:
            there = run.backend.read(receipt.remote_id)
        except Gone:
            return self._is_gone(run, receipt)
        if there.status is Status.TRASHED:
            return self._end(run, receipt, there, (), receipt.media, receipt.sent_hash)
        self._keep_before(run, there, receipt)
        # What is there is written back with another state: nobody's change is touched.
        meant = replace(
            as_outgoing(there), status=Status.DRAFT, post_password=run.snapshot.post.post_password
        )
        run.say(_("Taking it offline"))
        self._write(run, there.remote_id, meant)
        return self._verify(run, there.remote_id, meant, receipt, receipt.media, receipt.sent_hash)

    def _trash(self, run: Run) -> Outcome:
        receipt = self._receipt(run)
        if receipt is None:
            return Outcome(None)
        run.say(_("Looking it up on the blog"))
        try:
            self._keep_before(run, run.backend.read(receipt.remote_id), receipt)
            run.say(_("Moving it to the blog's trash"))
            with attempt(self._journal, run.job.id, "trash"):
                run.backend.trash(receipt.remote_id)
            run.say(_("Looking it up again"))
            there = run.backend.read(receipt.remote_id)
        except Gone:
            return self._is_gone(run, receipt)
        done = self._end(run, receipt, there, (), receipt.media, receipt.sent_hash, receipt.slug)
        # In the trash it may have another name; it comes back under its own.
        kept = replace(done.receipt or receipt, slug=receipt.slug, address=receipt.address)
        self._receipts.put(kept)
        return replace(done, receipt=kept)

    # --- steps --------------------------------------------------------------------------------------------------

    def _target(self, run: Run) -> RemotePost:
        """The post on the blog as it is now: known, found by its marker, or made."""
        receipt = self._receipt(run)
        known = run.job.remote_id or (receipt.remote_id if receipt else "")
        if not known:
            return self._create(run)
        run.say(_("Looking it up on the blog"))
        trashed_by_us = receipt is not None and receipt.status is Status.TRASHED
        try:
            there = run.backend.read(known)
        except Gone:
            if self._was_live(run, receipt):
                raise not_there(run) from None
        else:
            if there.status is not Status.TRASHED or trashed_by_us:
                self._journal.note(run.job.id, remote_id=known)
                if receipt is None:
                    self._first_receipt(run, there)
                return there
            if self._was_live(run, receipt):
                raise in_trash(run)
        # Only an empty draft of ours is gone: nothing that anybody could miss.
        self._journal.note(run.job.id, remote_id="")
        self._receipts.remove(run.job.post_id, run.job.account_id)
        return self._create(run)

    def _create(self, run: Run) -> RemotePost:
        run.say(_("Looking on the blog for an earlier try"))
        found = self._found(run)
        if found:
            run.twins = True  # there was an earlier try that this journal may know nothing of
            there = run.backend.read(found[0].remote_id)
            self._journal.note(run.job.id, remote_id=there.remote_id, uncertain=True)
        else:
            run.say(_("Creating a draft"))
            with attempt(self._journal, run.job.id, "create") as answer:
                there = run.backend.create_draft(run.marker, run.snapshot.post.title)
                answer.remote_id = there.remote_id
            run.fresh = True
            # Another machine may have been as quick: then the older draft is the post, and ours is swept.
            found = self._found(run)
            run.twins = any(p.remote_id != there.remote_id for p in found)  # or it was delivered twice
            if found and found[0].remote_id != there.remote_id:
                run.fresh = False
                there = run.backend.read(found[0].remote_id)
                self._journal.note(run.job.id, remote_id=there.remote_id, uncertain=True)
        self._first_receipt(run, there)
        return there

    def _first_receipt(self, run: Run, there: RemotePost) -> None:
        """Write down where the post is as soon as it is anywhere: without the journal, it is found again by this."""
        empty = there.status is Status.DRAFT and is_empty(there)
        self._receipts.put(
            Receipt(
                run.job.post_id, run.job.account_id, there.remote_id, there.address, there.slug,
                Status.DRAFT if empty else there.status, there.revision if empty else "",
                base_hash=self._receipts.put_base(base_of(there, "")) if empty else "",
            )
        )  # fmt: skip

    def _found(self, run: Run) -> list[RemotePost]:
        """What lies under the marker, a post that is live before drafts, the oldest first; the trash is left
        alone."""
        found = [p for p in run.backend.find(run.marker) if p.status is not Status.TRASHED]
        return sorted(found, key=lambda p: p.status not in LIVE)

    def _refuse_conflict(self, run: Run, there: RemotePost, receipt: Receipt | None) -> None:
        if run.fresh or Capability.MANY_WRITERS not in run.backend.capabilities:
            return
        if run.job.accepted and run.job.accepted == there.revision:
            return
        base = self._receipts.base(receipt.base_hash) if receipt and receipt.base_hash else None
        if base is not None and is_unchanged(there, base):
            return
        if base is None and receipt is not None and receipt.revision and receipt.revision == there.revision:
            return
        if base is None and there.status is Status.DRAFT and is_empty(there):
            return
        if any(is_ours(there, outgoing_from_json(json.loads(t))) for t in self._journal.tried(run.job)):
            return
        media = known_media(run, self._journal, receipt)
        if media is not None and run.snapshot.restore is None:
            # A journal that was lost: what is there may be what the try that it knew of has set. Before the first
            # publication nobody but us had a text to put there, so a filtered one counts.
            never_live = receipt is not None and receipt.published_at is None
            if is_ours(there, self._outgoing(run, there, receipt, media), exact=not never_live):
                return
        raise changed_there(run, there)

    def _outgoing(
        self, run: Run, there: RemotePost, receipt: Receipt | None, media: tuple[MediaReceipt, ...]
    ) -> Outgoing:
        post = run.snapshot.post
        now = datetime.fromtimestamp(self._clock(), UTC)
        was_live = there.status in LIVE or (receipt is not None and receipt.published_at is not None)
        slug = self._slug(run, there, receipt) if was_live else post.slug or slugify(post.title)
        status = status_to_end_in(run.snapshot, there, now)
        date = post.date
        if date is None and there.status is Status.SCHEDULED and status is not Status.SCHEDULED:
            date = now  # "now" for a post that had a date to wait for
        if run.snapshot.intent is Intent.PUBLISH and is_future(date, now):
            date = now  # held here for its date, and then sent early
        opened = opened_of(self._receipts, receipt)
        meant = outgoing(
            post, run.snapshot.pictures, {m.content_hash: m for m in media}, run.backend.content_format,
            status=status, slug=slug, date=date, links=dict(run.snapshot.links), opened=opened,
        )  # fmt: skip
        # Of a post that came from the blog only the number of its featured picture is known.
        return replace(meant, featured=there.featured) if opened is not None and not post.image else meant

    def _slug(self, run: Run, there: RemotePost, receipt: Receipt | None) -> str:
        """The address of a post that was live stays, unless the writer changed the slug field since."""
        base = self._receipts.base(receipt.base_hash) if receipt and receipt.base_hash else None
        asked = str(base_values(base).get("asked_slug", "")) if base else ""
        wanted = run.snapshot.post.slug
        kept = there.slug if not there.slug.startswith(run.marker) else ""
        if there.status is Status.TRASHED:  # WordPress gives it another name there (6.1, 7.1)
            kept = receipt.slug if receipt else ""
        if wanted and wanted not in (asked, kept):
            return wanted
        return kept or wanted or slugify(run.snapshot.post.title)

    def _keep_before(self, run: Run, there: RemotePost, receipt: Receipt | None) -> None:
        """Remember what was live before our first write, for undo."""
        if run.job.before or there.status not in LIVE or self._journal.tried(run.job):
            return
        values = {
            "outgoing": outgoing_json(as_outgoing(there)),
            "sent_hash": receipt.sent_hash if receipt else "",
        }
        self._journal.note(run.job.id, before=json.dumps(values, ensure_ascii=False))

    def _write(self, run: Run, remote_id: str, meant: Outgoing) -> RemotePost:
        with attempt(
            self._journal, run.job.id, "write", json.dumps(outgoing_json(meant), ensure_ascii=False)
        ):
            return run.backend.write(remote_id, meant)

    def _verify(
        self, run: Run, remote_id: str, meant: Outgoing, receipt: Receipt | None, media: tuple[MediaReceipt, ...],
        sent_hash: str,
    ) -> Outcome:  # fmt: skip
        """Read the post again and compare it; write once more where an older try of ours arrived after this one."""
        run.say(_("Looking it up again"))
        with attempt(self._journal, run.job.id, "verify"):
            seen = run.backend.read(remote_id)
            if not is_ours(seen, meant):
                tried = [outgoing_from_json(json.loads(t)) for t in self._journal.tried(run.job)]
                if any(is_ours(seen, t) for t in tried):
                    self._write(run, remote_id, meant)
                    seen = run.backend.read(remote_id)
        return self._end(run, receipt, seen, differences(meant, seen), media, sent_hash, meant.slug)

    def _end(
        self, run: Run, receipt: Receipt | None, there: RemotePost, remarks: tuple[str, ...],
        media: tuple[MediaReceipt, ...], sent_hash: str, asked_slug: str = "",
    ) -> Outcome:  # fmt: skip
        """The receipt and the base of what is there now, and the look for twins where an answer was lost."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        first = receipt.published_at if receipt else None
        older = receipt.media if receipt else ()
        hashes = {m.content_hash for m in media}
        read_before = self._receipts.base(receipt.base_hash) if receipt and run.takes_away else None
        base = base_of(there, run.snapshot.post.slug or asked_slug, read_before or "")
        done = Receipt(
            run.job.post_id, run.job.account_id, there.remote_id, there.address, there.slug, there.status,
            there.revision, sent_hash, self._receipts.put_base(base),
            (*media, *(m for m in older if m.content_hash not in hashes)),
            first or (there.date or now if there.status in LIVE else None), now,
            self._map_after(run, receipt, there, media),
        )  # fmt: skip
        self._receipts.put(done)
        uncertain = self._is_uncertain(run)
        made = any(a.makes_new for a in self._journal.attempts(run.job.id))
        if not uncertain and not (made and Capability.MANY_WRITERS in run.backend.capabilities):
            return Outcome(
                done, remarks
            )  # on a blog behind a network, what had its answer may yet arrive twice
        sweep = Sweep(
            0, run.job.account_id, run.job.post_id, run.marker, there.remote_id,
            tuple(p.content_hash for p in run.pictures), self._clock() + _FIRST_SWEEP, 1 if uncertain else 0,
        )  # fmt: skip
        if uncertain:
            self.sweep(sweep, run.backend)
        return Outcome(done, remarks, sweep)

    def _map_after(
        self, run: Run, receipt: Receipt | None, there: RemotePost, media: tuple[MediaReceipt, ...]
    ) -> str:
        """The map of a post that came from the blog for what is there now; "" for any other."""
        opened = opened_of(self._receipts, receipt)
        if opened is None:
            return ""
        if run.snapshot.intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
            by_content = {m.content_hash: m for m in media}
            by_ref = {p.ref: by_content[p.content_hash] for p in run.snapshot.pictures}
            opened = sent_on(opened, run.snapshot.post, by_ref, dict(run.snapshot.links)).opened
        return keep_map(self._receipts, opened, there.content)

    def _is_gone(self, run: Run, receipt: Receipt) -> Outcome:
        self._receipts.remove(receipt.post_id, receipt.account_id)
        return Outcome(None, (_("The post was not on the blog any more."),))

    def _is_uncertain(self, run: Run) -> bool:
        job = self._journal.job(run.job.id) or run.job
        return run.twins or job.uncertain or any(
            a.outcome in ("", "unknown") and a.makes_new for a in self._journal.attempts(job.id)
        )  # fmt: skip

    def _was_live(self, run: Run, receipt: Receipt | None) -> bool:
        if receipt is not None and receipt.status is Status.TRASHED:
            return False  # she put it there herself: publishing again makes it anew
        return (receipt is not None and receipt.published_at is not None) or bool(
            self._journal.tried(run.job)
        )

    def _receipt(self, run: Run) -> Receipt | None:
        return self.receipt(run.job.post_id, run.job.account_id)


def sweep_again(sweep: Sweep, now: float) -> float | None:
    """When to look for late twins once more (seconds since the epoch), None for never."""
    return now + _LAST_SWEEP if sweep.left > 0 else None
