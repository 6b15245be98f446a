"""Conflicts with a blog: what somebody changed there is read, merged with hers, and what was made of both goes out.

Two things can have happened: the post was changed there (`meet`), or something slipped in between our last look and our
write (`meet_slipped`); what becomes of one that is gone there is the outbox's. Nothing here writes to her files; what
was decided is put into the text by whoever asked, and then sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from postdesk.backends.base import Backend, Capability, ContentFormat, RemotePost
from postdesk.core.account import Account
from postdesk.core.errors import LibraryError, NotReady
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.library.document import read_document
from postdesk.markup.gutenberg import Media
from postdesk.markup.lossless import Flavour
from postdesk.publishing.compare import base_values
from postdesk.publishing.content import is_remote
from postdesk.publishing.job import Job
from postdesk.publishing.meeting import BlogMeeting, Then, meet_blog
from postdesk.publishing.outbox import snapshot_of
from postdesk.publishing.plan import Intent, Snapshot
from postdesk.publishing.pulled import opened_of
from postdesk.publishing.slipped import Slipped
from postdesk.publishing.state import SENDS, in_step, is_mergeable
from postdesk.publishing.theirs import Dress, theirs_as_markdown, theirs_by_map

if TYPE_CHECKING:
    from postdesk.library.document import Document
    from postdesk.markup.merge import Choice
    from postdesk.publishing.desk import Desk

__all__ = ["Conflicts"]


class Conflicts:
    """All methods read the disk or ask the blog: for a task."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- changed there ---

    def meet(self, job_id: str, document: Document, post: Post) -> BlogMeeting:
        """What `post`, typed into `document`, and what the blog has now make together. Raises `NotReady` when there is
        nothing to decide any more, BackendErrors, LibraryErrors."""
        job = self._desk.journal.job(job_id)
        account = self._desk.accounts.get(job.account_id) if job is not None else None
        if job is None or account is None or not is_mergeable(job):
            raise _nothing_to_decide()
        receipt = self._desk.engine.receipt(job.post_id, job.account_id)
        with closing(self._desk.connections.open(account)) as backend:
            remote_id = job.remote_id or (receipt.remote_id if receipt is not None else "")
            there = backend.read(remote_id)
            who = _who(backend, there)
            then = self._then(job.post_id, account, receipt, document, post)
            featured = _featured(backend, there, then, self._references(job, receipt))
        dress = self._dress(account, backend.content_format, snapshot_of(job), receipt)
        opened = opened_of(self._desk.receipts, receipt)
        if opened is not None:
            dress = replace(dress, blocks=opened.flavour is Flavour.BLOCKS)
        return meet_blog(
            job.id, account.id, document, post, there, then, dress, featured=featured, opened=opened, who=who
        )

    def send(self, meeting: BlogMeeting, document: Document, choices: Sequence[Choice] = ()) -> str:
        """Put what was made of both, which is in `document` by now, into the outbox; returns the job's id. Only the
        version that was merged is written over: a still newer one is a conflict again. Raises what planning raises."""
        job = self._desk.journal.job(meeting.job_id)
        account = self._desk.accounts.get(meeting.account_id)
        if account is None:
            raise _nothing_to_decide()
        self._note_picture(meeting, document)
        snapshot = snapshot_of(job) if job is not None else None
        intent = snapshot.intent if snapshot is not None else Intent.UPDATE
        when = snapshot.when if snapshot is not None and intent is Intent.SCHEDULE else None
        plan = self._desk.plan(document, account, intent, when)
        map_hash = self._desk.receipts.put_base(meeting.map) if meeting.map else ""
        kept = replace(plan.snapshot, keep_status=meeting.stays_offline(choices), map_hash=map_hash)
        plan = replace(plan, snapshot=kept)
        return self._desk.outbox.submit(plan, accepted=meeting.there.revision)

    # --- slipped in ---

    def meet_slipped(self, one: Slipped, account: Account, document: Document, post: Post) -> BlogMeeting:
        """What `post` and a version that slipped in make together. Raises LibraryErrors."""
        receipt = self._desk.engine.receipt(post.id, account.id)
        before = replace(receipt, sent_hash=one.sent_hash, base_hash=one.base) if receipt else None
        then = self._then(post.id, account, before, document, post)
        snapshot = self._last_snapshot(post.id, account.id)
        with closing(self._desk.connections.open(account)) as backend:  # asks nothing
            dress = self._dress(account, backend.content_format, snapshot, receipt)
        compared = self._desk.receipts.base(one.there) or ""
        values = base_values(compared)
        opened = opened_of(self._desk.receipts, receipt)
        content = str(values.get("content", ""))
        if then.post is not None:
            # What was compared may be newer than what was in step: a colleague's, merged before.
            if opened is not None:
                dress = replace(dress, blocks=opened.flavour is Flavour.BLOCKS)
                body = theirs_by_map(opened, content, dress)[0]
            else:
                was = str(base_values(then.base).get("content", ""))
                body = theirs_as_markdown(then.post.body, was, content, dress)
            then = Then(replace(then.post, body=body.text) if body.certain else None, compared)
        there = RemotePost(
            receipt.remote_id if receipt else "", "", str(values.get("slug", "")),
            Status(values.get("status", Status.PUBLISHED.value)), "", one.revision.title, one.revision.content,
            excerpt=one.revision.excerpt, modified=one.revision.modified, author=one.revision.author,
        )  # fmt: skip
        return meet_blog(
            "", account.id, document, post, there, then, dress, featured={}, opened=opened,
            who=one.revision.author, only=("title", "excerpt"),
        )  # fmt: skip

    def last_in_step(self, document: Document, account: Account, receipt: Receipt) -> Post | None:
        """The post as it was when it and the blog were in step last; None where nobody knows it any more."""
        return self._then(document.post.id, account, receipt, document, document.post).post

    # --- how ---

    def _then(
        self, post_id: str, account: Account, receipt: Receipt | None, document: Document, post: Post
    ) -> Then:
        """What was in step last: by the journal, by her files, by their history."""
        base = (self._desk.receipts.base(receipt.base_hash) or "") if receipt and receipt.base_hash else ""
        if receipt is None:
            return Then(None, base)
        if not receipt.sent_hash:  # nothing but an empty draft ever was there
            values = base_values(base)
            nothing = base and not str(values.get("content", ""))
            return Then(Post(post_id, title=str(values.get("title", ""))) if nothing else None, base)
        sent = (
            snapshot_of(job).post
            for job in reversed(self._desk.journal.jobs())
            if job.post_id == post_id and job.account_id == account.id and job.intent in SENDS
        )
        found = next((one for one in sent if one.content_hash == receipt.sent_hash), None)
        if found is None:
            found = next((one for one in (post, document.post) if in_step(one, receipt)), None)
        return Then(found or self._of_history(receipt, document), base)

    def _of_history(self, receipt: Receipt, document: Document) -> Post | None:
        try:
            for data in self._desk.library.files_of(receipt.post_id):
                post = read_document(document.path, data, document.post.id).post
                if in_step(post, receipt):
                    return post
        except LibraryError:
            pass  # without the history everything that differs is asked
        return None

    def _last_snapshot(self, post_id: str, account_id: str) -> Snapshot | None:
        jobs = (j for j in reversed(self._desk.journal.jobs()) if j.post_id == post_id)
        return next((snapshot_of(j) for j in jobs if j.account_id == account_id and j.intent in SENDS), None)

    def _references(self, job: Job, receipt: Receipt | None) -> dict[str, str]:
        """The writer's own pictures by their ids on the blog, as her text names them."""
        media = receipt.media if receipt is not None else ()
        by_hash = {m.content_hash: m.remote_id for m in media if m.content_hash}
        found = {m.remote_id: m.address for m in media if not m.content_hash}
        for picture in snapshot_of(job).pictures:
            known = self._desk.journal.media(job.account_id, picture.content_hash)
            number = known.remote_id if known is not None else by_hash.get(picture.content_hash, "")
            if number:
                found[number] = picture.ref
        return found

    def _dress(
        self, account: Account, format_: ContentFormat, snapshot: Snapshot | None, receipt: Receipt | None
    ) -> Dress:
        media = {m.content_hash: m for m in (receipt.media if receipt is not None else ()) if m.content_hash}
        for picture in snapshot.pictures if snapshot is not None else ():
            known = self._desk.journal.media(account.id, picture.content_hash)
            if known is not None:
                media[picture.content_hash] = known
        pictures = snapshot.pictures if snapshot is not None else ()
        return Dress(
            {p.ref: media[p.content_hash].address for p in pictures if p.content_hash in media},
            {m.address: Media(m.remote_id, m.address, m.width, m.height) for m in media.values()},
            dict(snapshot.links) if snapshot is not None else {},
            format_ is ContentFormat.BLOCKS,
        )

    def _note_picture(self, meeting: BlogMeeting, document: Document) -> None:
        """A featured picture that somebody chose there: which one of the blog's an address is."""
        address = document.post.image
        receipt = self._desk.engine.receipt(document.post.id, meeting.account_id)
        if receipt is None or not meeting.there.featured or address != meeting.theirs.image:
            return
        if is_remote(address) and all(m.address != address for m in receipt.media):
            picture = MediaReceipt("", meeting.there.featured, address)
            self._desk.receipts.put(replace(receipt, media=(*receipt.media, picture)))


def _featured(backend: Backend, there: RemotePost, then: Then, references: dict[str, str]) -> dict[str, str]:
    """What the featured picture is here; one that somebody chose there is its address."""
    was = base_values(then.base).get("featured", there.featured)
    if there.featured and there.featured != was and there.featured not in references:
        return references | {there.featured: backend.medium(there.featured).address}
    return references


def _who(backend: Backend, there: RemotePost) -> str:
    """Who saved what is there; "" where the blog does not tell."""
    if Capability.REVISIONS not in backend.capabilities:
        return ""
    newest = next(iter(backend.revisions(there.remote_id, names=True)), None)
    return newest.author if newest is not None and newest.content == there.content else ""


def _nothing_to_decide() -> NotReady:
    return NotReady(
        _("There is nothing to decide about this post any more."),
        _("Nothing was sent, and nothing was changed."),
        _("Publish it or update it as usual."),
    )
