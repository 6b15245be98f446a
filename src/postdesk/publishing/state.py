"""Where a post stands on a blog, in the words of the header, and what the one button will do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.plan import Intent, Snapshot, is_future, spoken


class StateKind(Enum):
    """Where a post stands on a blog."""

    DRAFT = "draft"
    CHANGED = "changed"
    PUBLISHED = "published"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    RUNNING = "running"
    CONFLICT = "conflict"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PostState:
    """`words` for the header; `button` is the label of the one button, `intent` what it does (None: nothing now).
    `sentence` has the whole of what went wrong or is waited for, "" else. `address` is the public page, "" for
    none. `job_id` names the unfinished job, "" for none; `next_try` (seconds since the epoch) when it is tried
    again by itself."""

    kind: StateKind
    words: str
    button: str
    intent: Intent | None = None
    sentence: str = ""
    address: str = ""
    job_id: str = ""
    next_try: float | None = None


def state_of(
    post: Post, receipt: Receipt | None, job: Job | None, now: datetime, *, replaced: bool = False
) -> PostState:
    """The state of a post, from what the blog said last and the job that is under way. `replaced`: one of its pictures
    is another file than the one that went out."""
    settled = _settled(post, receipt, now, replaced)
    if job is None:
        return settled
    here = replace(settled, job_id=job.id, sentence=job.sentence)
    if job.state is JobState.RUNNING:
        return replace(
            here, kind=StateKind.RUNNING, words=_("Publishing…"), button=_("Publishing…"), intent=None
        )
    if job.reason is Reason.CONFLICT:
        button = _("Compare…") if is_mergeable(job) else here.button
        return replace(here, kind=StateKind.CONFLICT, words=_("Changed on the blog"), button=button)
    if job.state is JobState.FAILED:
        words = _("Not published: {sentence}").format(sentence=job.sentence)
        return replace(here, kind=StateKind.FAILED, words=words)
    waiting = replace(here, kind=StateKind.WAITING, button=_("Waiting…"), intent=None)
    changed = can_renew(job) and job.snapshot and not is_same(Snapshot.from_json(job.snapshot), post)
    return replace(waiting, **_waiting(job, _(" · changed since") if changed else ""))


def _waiting(job: Job, more: str) -> dict[str, Any]:
    """What a job that waits says; `more` at the end of its words."""
    if job.state is JobState.PAUSED:
        return {"words": (_("Paused") if job.reason is Reason.ASKED else _("Waiting for you")) + more}
    if job.reason is Reason.TIME:
        moment = spoken(datetime.fromtimestamp(job.due).astimezone())
        return {
            "words": _("Goes out {moment}").format(moment=moment) + more,
            "sentence": _("The post goes out {moment}. Post Desk has to be running then.").format(
                moment=moment
            ),
            "next_try": job.due,
        }
    reasons = {
        Reason.NETWORK: _("Waiting for connection"),
        Reason.UNKNOWN: _("Waiting for the blog's answer"),
        Reason.BUSY: _("The blog is busy; waiting"),
    }
    return {"words": reasons.get(job.reason, _("Waiting")) + more, "next_try": job.due}


def can_renew(job: Job) -> bool:
    """Whether a newer text may take the place of the one that waits."""
    waits = job.state in (JobState.WAITING, JobState.PAUSED, JobState.FAILED)
    goes_out = job.intent in (Intent.PUBLISH.value, Intent.UPDATE.value, Intent.SCHEDULE.value)
    return waits and goes_out and job.reason not in (Reason.CONFLICT, Reason.GONE, Reason.TRASHED)


def is_same(waiting: Snapshot, post: Post) -> bool:
    """Whether what waits is what the post says now; a moment that was chosen for it is no difference."""
    there = waiting.post
    if waiting.when is not None and post.date is None:
        there = replace(there, date=None)
    return there.content_hash == post.content_hash


SENDS = (Intent.PUBLISH.value, Intent.UPDATE.value, Intent.SCHEDULE.value)
"""What jobs that send a text are for."""


def is_mergeable(job: Job) -> bool:
    """Whether a job stands still because somebody changed the post there, and has a text to be merged with theirs."""
    return job.state is JobState.FAILED and job.reason is Reason.CONFLICT and job.intent in SENDS


def is_gone_there(job: Job) -> bool:
    """Whether a job stands still because the post that it sends a text to is gone there, or in the trash."""
    return job.reason in (Reason.GONE, Reason.TRASHED) and job.intent in SENDS


def in_step(post: Post, receipt: Receipt) -> bool:
    """Whether what the writer has is what went out last. An address or a date that only the blog had given, and
    the draft took over from it, is no change; a conversion is one, even of the same words."""
    if receipt.aside:
        return False
    versions = [post]
    if post.slug and post.slug == receipt.slug:
        versions.append(replace(post, slug=""))
    if post.date is not None and receipt.published_at is not None and post.date == receipt.published_at:
        versions += [replace(v, date=None) for v in versions]
    return any(v.content_hash == receipt.sent_hash for v in versions)


def _settled(post: Post, receipt: Receipt | None, now: datetime, replaced: bool) -> PostState:
    later = is_future(post.date, now)
    first = _("Schedule") if later else _("Publish")
    first_intent = Intent.SCHEDULE if later else Intent.PUBLISH
    if receipt is None or receipt.status in (Status.DRAFT, Status.TRASHED):
        there = receipt is not None and receipt.is_in_trash
        words = _("Draft · in the blog's trash") if there else _("Draft")
        return PostState(StateKind.DRAFT, words, first, first_intent)
    address = receipt.address
    if replaced or not in_step(post, receipt):
        words = (
            _("Changed since scheduled")
            if receipt.status is Status.SCHEDULED
            else _("Changed since published")
        )
        if receipt.newer:
            words = _("Changed here and on the blog")
        return PostState(StateKind.CHANGED, words, _("Update"), Intent.UPDATE, address=address)
    if receipt.status is Status.SCHEDULED:
        when = post.date or receipt.published_at
        if when is None or when > now:
            words = _("Scheduled for {moment}").format(moment=spoken(when)) if when else _("Scheduled")
            return PostState(StateKind.SCHEDULED, words, _("Update"), Intent.UPDATE, address=address)
        words = _("Was to go live {moment}; not looked up yet").format(moment=spoken(when))
        return PostState(StateKind.SCHEDULED, words, _("Update"), Intent.UPDATE, address=address)
    special = {Status.PENDING: _("Waiting for review"), Status.PRIVATE: _("Published privately")}
    return PostState(
        StateKind.PUBLISHED,
        special.get(receipt.status, _("Published")),
        _("Update"),
        Intent.UPDATE,
        address=address,
    )
