"""The engine: takes one job's steps on a blog so that each happens once, whatever gets lost between.

The rule of every step that changes the blog: the journal has the intent before the request leaves and the answer when
it comes; a run that starts again asks the blog first what the run before may have done. A post is made as an empty
draft under its marker and found by it; a picture by the hash in its name; going live is one write that can be
repeated; then the post is read again and compared. docs/publishing.md draws the states.

A run needs no memory but the journal, the receipts and the blog itself: it begins at the top every time.

Long because every intent is made of the same few steps, which are understood only together.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from postdesk.backends.base import Backend, Capability, Outgoing, RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.errors import ChangedMeanwhile, Gone, OutcomeUnknown
from postdesk.core.language import _
from postdesk.core.post import PAGE
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.publishing import looks, slipped, slugs
from postdesk.publishing.clocks import blogs_now, refuse_wrong_clock
from postdesk.publishing.compare import (
    as_outgoing,
    base_of,
    is_empty,
    is_ours,
    is_unchanged,
    outgoing_from_json,
    outgoing_json,
)
from postdesk.publishing.content import outgoing, sent_on
from postdesk.publishing.differences import Difference, differences, tell
from postdesk.publishing.job import Job, Sweep
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import LIVE, Intent, is_future, no_new_page, status_to_end_in
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
from postdesk.publishing.uploads import known_media, uploaded, uploaded_now
from postdesk.publishing.verify import expected_of

UNTRASH = "out of the trash"
"""What a job has `accepted` when a post that somebody put to the blog's trash is to come back; nothing else is."""

if TYPE_CHECKING:  # with it come Python-Markdown and Pygments
    from postdesk.markup.lossless import Opened

_SENDS = (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE)  # what sends her text, and not only a state
_LOOKS = 3  # how often one run looks and repeats after a lost answer, before the job waits


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
            except (OutcomeUnknown, ChangedMeanwhile):
                if look == _LOOKS:
                    raise
        raise AssertionError("the last look returns or raises")

    def sweep(self, sweep: Sweep, backend: Backend) -> None:
        """Put to the trash what arrived twice; see `looks.sweep_twins`."""
        looks.sweep_twins(sweep, backend, self._journal, self._receipts)

    def went_live(self, sweep: Sweep, backend: Backend) -> tuple[RemotePost, Receipt] | None:
        """A scheduled post after its moment; see `looks.went_live`. None where nothing waits for that moment any
        more."""
        receipt = self.receipt(sweep.post_id, sweep.account_id)
        if receipt is None or receipt.status is not Status.SCHEDULED or receipt.remote_id != sweep.keep:
            return None
        if receipt.published_at is not None and receipt.published_at > self._now():
            return None  # it was given a later one, which has a look of its own
        return looks.went_live(receipt, backend, self._receipts)

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
        clicked = datetime.fromtimestamp(run.job.made, UTC)
        refuse_wrong_clock(run.snapshot, there, run.backend, clicked, self._now())
        media = uploaded(run, self._journal, receipt)
        meant = self._outgoing(run, there, receipt, media)
        self._keep_before(run, there, receipt)
        run.say(_("Setting it on the blog"))
        written = self._write(run, there.remote_id, meant, there)
        if written.slug.startswith(run.marker) and meant.status in LIVE:
            # The blog made no address of its own out of this title.
            meant = replace(meant, slug=f"post-{run.marker[3:11]}")
            written = self._write(run, there.remote_id, meant)
        found = slipped.found(run, self._journal, self._receipts, there, written, receipt)
        done = self._verify(
            run, there.remote_id, meant, receipt, media, run.snapshot.post.content_hash, written
        )
        return replace(done, remarks=(*done.remarks, *found))

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
        written = self._write(run, there.remote_id, meant, there)
        return self._verify(
            run, there.remote_id, meant, receipt, receipt.media, run.snapshot.restore_hash, written
        )

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
            as_outgoing(there),
            status=Status.DRAFT,
            post_password=there.post_password or run.snapshot.post.post_password,
        )
        run.say(_("Taking it offline"))
        self._write(run, there.remote_id, meant, there)
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
            return self._is_gone(run, receipt, kept=Capability.TRASH in run.backend.capabilities)
        done = self._end(run, receipt, there, (), receipt.media, receipt.sent_hash, receipt.slug)
        # In the trash it may have another name; it comes back under its own.
        kept = replace(done.receipt or receipt, slug=receipt.slug, address=receipt.address)
        if Capability.TRASH not in run.backend.capabilities:
            kept = replace(kept, revision="")  # nobody takes it out of a trash there
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
            wanted = run.job.accepted in (UNTRASH, there.revision)  # she wants it out of the trash
            if there.status is not Status.TRASHED or trashed_by_us or wanted:
                self._journal.note(run.job.id, remote_id=known)
                if receipt is None:
                    self._first_receipt(run, there)
                return there
            if self._was_live(run, receipt):
                raise in_trash(run)
        if run.snapshot.post.kind == PAGE:
            raise no_new_page(run.snapshot.post.title)
        # Only an empty draft of ours is gone: nothing that anybody could miss.
        self._journal.note(run.job.id, remote_id="")
        self._receipts.remove(run.job.post_id, run.job.account_id)
        return self._create(run)

    def _create(self, run: Run) -> RemotePost:
        if run.snapshot.post.kind == PAGE:
            raise no_new_page(run.snapshot.post.title)
        # The first try only looks afterwards: what another machine, or a lost journal, made is found then, too.
        found: list[RemotePost] = []
        if any(a.step == "create" for a in self._journal.attempts(run.job.id)):
            run.say(_("Looking on the blog for an earlier try"))
            found = self._found(run)
        if found:
            run.twins = True  # it may have arrived twice
            there = run.backend.read(found[0].remote_id)
            self._journal.note(run.job.id, remote_id=there.remote_id, uncertain=True)
        else:
            run.say(_("Creating a draft"))
            with attempt(self._journal, run.job.id, "create") as answer:
                there = run.backend.create_draft(run.marker, run.snapshot.post.title)
                answer.remote_id = there.remote_id
            run.fresh = True
            # There may be an older one: then that is the post, and ours is swept.
            run.say(_("Looking on the blog for an earlier try"))
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
        if base is not None and is_unchanged(there, base, in_trash=_comes_back(run, receipt)):
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
        now = blogs_now(run.backend, self._now())
        was_live = there.status in LIVE or (receipt is not None and receipt.published_at is not None)
        slug = (
            slugs.kept(run, there, receipt, self._receipts)
            if was_live
            else slugs.first(post.slug, post.title)
        )
        can_schedule = Capability.SCHEDULE in run.backend.capabilities
        status = status_to_end_in(run.snapshot, there, now, can_schedule=can_schedule)
        date = post.date
        if date is None and there.status is Status.SCHEDULED and status is not Status.SCHEDULED:
            date = now  # "now" for a post that had a date to wait for
        if run.snapshot.intent is Intent.PUBLISH and is_future(date, now):
            date = now  # held here for its date, and then sent early
        opened = self._opened(run, receipt)
        meant = outgoing(
            post, run.snapshot.pictures, {m.content_hash: m for m in media}, run.backend.content_format,
            status=status, slug=slug, date=date, links=dict(run.snapshot.links), opened=opened,
        )  # fmt: skip
        if opened is not None and not post.image:
            # Of a post that came from the blog only the number of its featured picture is known.
            return replace(meant, featured=there.featured)
        # A featured picture that somebody chose on the blog is an address here, and is known there.
        there_already = (m.remote_id for m in (receipt.media if receipt else ()) if m.address == post.image)
        return meant if meant.featured else replace(meant, featured=next(there_already, ""))

    def _opened(self, run: Run, receipt: Receipt | None) -> Opened | None:
        """What the blog has of a post that came from there, in pieces: of the version that the text was merged with."""
        merged = run.snapshot.map_hash
        return opened_of(self._receipts, replace(receipt, map_hash=merged) if merged and receipt else receipt)

    def _keep_before(self, run: Run, there: RemotePost, receipt: Receipt | None) -> None:
        """Remember what was live before our first write, for undo."""
        kept = (*LIVE, Status.DRAFT) if run.snapshot.intent is Intent.TRASH else LIVE
        if run.job.before or there.status not in kept or self._may_have_written(run):
            return
        values = {
            "outgoing": outgoing_json(as_outgoing(there)),
            "sent_hash": receipt.sent_hash if receipt else "",
            "pictures": receipt.pictures if receipt else (),
            "version": there.version,
        }
        self._journal.note(run.job.id, before=json.dumps(values, ensure_ascii=False))

    def _may_have_written(self, run: Run) -> bool:
        sent = ("write", "trash")
        attempts = self._journal.attempts(run.job.id)
        return any(a.step in sent and a.outcome not in ("unsent", "refused") for a in attempts)

    def _write(self, run: Run, remote_id: str, meant: Outgoing, seen: RemotePost | None = None) -> RemotePost:
        """`seen` is what was compared: nothing else is overwritten."""
        others = Capability.MANY_WRITERS in run.backend.capabilities and not run.fresh
        with attempt(
            self._journal, run.job.id, "write", json.dumps(outgoing_json(meant), ensure_ascii=False)
        ):
            return run.backend.write(remote_id, meant, seen.revision if seen is not None and others else "")

    def _verify(
        self, run: Run, remote_id: str, meant: Outgoing, receipt: Receipt | None, media: tuple[MediaReceipt, ...],
        sent_hash: str, written: RemotePost | None = None,
    ) -> Outcome:  # fmt: skip
        """Read the post again and compare it; write once more where an older try of ours arrived after this one. Where
        somebody saved it after us, `written` is in step, and what is there by now a conflict."""
        run.say(_("Looking it up again"))
        with attempt(self._journal, run.job.id, "verify"):
            seen = run.backend.read(remote_id)
            if not is_ours(seen, meant):
                tried = [outgoing_from_json(json.loads(t)) for t in self._journal.tried(run.job)]
                if any(is_ours(seen, t) for t in tried):
                    self._write(run, remote_id, meant)
                    seen = run.backend.read(remote_id)
        if written is not None and slipped.is_newer(seen, written, run.backend):
            self._end(run, receipt, written, (), media, sent_hash, meant.slug)
            raise changed_there(run, seen)
        return self._end(run, receipt, seen, differences(meant, seen), media, sent_hash, meant.slug)

    def _end(
        self, run: Run, receipt: Receipt | None, there: RemotePost, found: tuple[Difference, ...],
        media: tuple[MediaReceipt, ...], sent_hash: str, asked_slug: str = "",
    ) -> Outcome:  # fmt: skip
        """The receipt and the base of what is there now, and the looks that are still to come."""
        now = self._now()
        first = receipt.published_at if receipt else None
        older = receipt.media if receipt else ()
        hashes = {m.content_hash for m in media}
        read_before = self._receipts.base(receipt.base_hash) if receipt and run.takes_away else None
        waiting = (
            receipt.aside if receipt and run.snapshot.intent not in _SENDS else ""
        )  # a conversion goes out later
        base = base_of(there, run.snapshot.post.slug or asked_slug, read_before or "")
        done = Receipt(
            run.job.post_id, run.job.account_id, there.remote_id, there.address, there.slug, there.status,
            there.revision, sent_hash, self._receipts.put_base(base),
            (*media, *(m for m in older if m.content_hash not in hashes)),
            (there.date or first or now) if there.status in LIVE else first, now,
            self._map_after(run, receipt, there, media), run.snapshot.pictures_after(receipt),
            kind=there.kind, aside=waiting,
        )  # fmt: skip
        self._receipts.put(done)
        if there.status is Status.SCHEDULED:
            self._journal.add_sweep(looks.live_look(done))
        told = tell(self._journal, run.job.account_id, found)
        before = (self._journal.job(run.job.id) or run.job).before
        outcome = Outcome(
            done, tuple(d.sentence for d in told), found=found, told=told,
            expected=expected_of(there, receipt, before, uploaded_now(run, self._journal, media)),
        )  # fmt: skip
        uncertain = self._is_uncertain(run)
        made = any(a.makes_new for a in self._journal.attempts(run.job.id))
        if not uncertain and not (made and Capability.MANY_WRITERS in run.backend.capabilities):
            return outcome  # on a blog behind a network, what had its answer may yet arrive twice
        sweep = Sweep(
            0, run.job.account_id, run.job.post_id, run.marker, there.remote_id,
            tuple(p.content_hash for p in run.pictures), self._clock() + looks.FIRST, 1 if uncertain else 0,
        )  # fmt: skip
        if uncertain:
            self.sweep(sweep, run.backend)
        return replace(outcome, sweep=sweep)

    def _map_after(
        self, run: Run, receipt: Receipt | None, there: RemotePost, media: tuple[MediaReceipt, ...]
    ) -> str:
        """The map of a post that came from the blog for what is there now; "" for any other. A conversion that has not
        gone out stays as it is: it is of her text, and not of what is there."""
        if receipt is not None and receipt.aside and run.snapshot.intent not in _SENDS:
            return receipt.map_hash
        opened = self._opened(run, receipt)
        if opened is None:
            return ""
        if run.snapshot.intent in _SENDS:
            by_content = {m.content_hash: m for m in media}
            by_ref = {p.ref: by_content[p.content_hash] for p in run.snapshot.pictures}
            opened = sent_on(opened, run.snapshot.post, by_ref, dict(run.snapshot.links)).opened
        return keep_map(self._receipts, opened, there.content)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _is_gone(self, run: Run, receipt: Receipt, *, kept: bool = True) -> Outcome:
        """The post is not there; on a blog that has no trash (`kept` false) that is what was asked for."""
        self._receipts.remove(receipt.post_id, receipt.account_id)
        return Outcome(None, (_("The post was not on the blog any more."),) if kept else ())

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


def _comes_back(run: Run, receipt: Receipt | None) -> bool:
    """Whether the post is to come out of the blog's trash."""
    return run.job.accepted == UNTRASH or (receipt is not None and receipt.status is Status.TRASHED)
