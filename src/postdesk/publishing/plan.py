"""A plan: what one click will do, in steps that can be shown in words, with a snapshot of what goes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from postdesk.backends.base import Capability, Outgoing, RemotePost
from postdesk.core import post as posts
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _, ngettext
from postdesk.core.post import PAGE, Post, Visibility
from postdesk.core.receipt import LIVE as LIVE
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.compare import outgoing_from_json, outgoing_json
from postdesk.publishing.content import Picture, by_content, picture_from_json, picture_json

_SOON = timedelta(seconds=60)  # a date this near is now: clocks differ


class Intent(Enum):
    """What the writer wants. RESTORE puts back what the blog had before (undo)."""

    PUBLISH = "publish"
    UPDATE = "update"
    SCHEDULE = "schedule"
    UNPUBLISH = "unpublish"
    TRASH = "trash"
    RESTORE = "restore"


class StepKind(Enum):
    """One kind of step of a plan."""

    HOLD = "hold"
    LOOK = "look"
    CREATE = "create"
    UPLOAD = "upload"
    WRITE = "write"
    TRASH = "trash"
    VERIFY = "verify"


class Stands(Enum):
    """Where a post is on a blog before a plan is carried out."""

    NOWHERE = "nowhere"
    DRAFT = "draft"
    LIVE = "live"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and what it does in the writer's words."""

    kind: StepKind
    words: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a job needs, as it was at the click. `restore` is set for RESTORE only, with the content
    hash that the post had when it was in step with that version ("" when never), and the pictures as `Receipt` has
    them. `links` are the addresses on that blog of the posts that this one links to, by id: what goes out is the same
    at every try. `keep_status`: the post stays in the state that somebody gave it there. `map_hash` names the map of
    what it was merged with, for a post that came from the blog."""

    post: Post
    account_id: str
    intent: Intent
    when: datetime | None = None
    pictures: tuple[Picture, ...] = ()
    restore: Outgoing | None = None
    restore_hash: str = ""
    links: tuple[tuple[str, str], ...] = ()
    restore_pictures: tuple[tuple[str, str], ...] = ()
    keep_status: bool = False
    map_hash: str = ""

    def pictures_after(self, receipt: Receipt | None) -> tuple[tuple[str, str], ...]:
        """The files that are out once this has been carried out, as `Receipt.pictures`."""
        if self.intent is Intent.RESTORE:
            return self.restore_pictures
        if self.intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
            return tuple((p.ref, p.source) for p in self.pictures)
        return receipt.pictures if receipt else ()

    def to_json(self) -> str:
        """The snapshot as JSON text, for the journal."""
        values = {
            "post": posts.to_json(self.post), "account_id": self.account_id, "intent": self.intent.value,
            "when": self.when.isoformat() if self.when else None, "pictures": [picture_json(p) for p in self.pictures],
            "restore": outgoing_json(self.restore) if self.restore else None, "restore_hash": self.restore_hash,
            "links": self.links, "restore_pictures": self.restore_pictures, "keep_status": self.keep_status,
            "map_hash": self.map_hash,
        }  # fmt: skip
        return json.dumps(values, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Snapshot:
        """The snapshot that `to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""
        values: dict[str, Any] = json.loads(text)
        return Snapshot(
            posts.from_json(values["post"]), str(values["account_id"]), Intent(values["intent"]),
            datetime.fromisoformat(values["when"]) if values["when"] else None,
            tuple(picture_from_json(p) for p in values["pictures"]),
            outgoing_from_json(values["restore"]) if values["restore"] else None, str(values["restore_hash"]),
            tuple((str(post_id), str(address)) for post_id, address in values.get("links", ())),
            tuple((str(ref), str(source)) for ref, source in values.get("restore_pictures", ())),
            bool(values.get("keep_status", False)), str(values.get("map_hash", "")),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen. `hold_until`: the outbox keeps it until then because the blog cannot (the program must
    run)."""

    account: Account
    snapshot: Snapshot
    steps: tuple[Step, ...]
    hold_until: datetime | None = None

    @property
    def intent(self) -> Intent:
        """What it comes to: PUBLISH of a post that is live is an UPDATE, and so on."""
        return self.snapshot.intent

    @property
    def words(self) -> tuple[str, ...]:
        """One line per step."""
        return tuple(s.words for s in self.steps)


def marker_of(post_id: str) -> str:
    """The marker under which a post is made on any blog: "pd-" and 16 hex digits.

    It depends on nothing but the post's id: a second machine, where the same blog has another account id, and a
    program that lost its journal look for the same marker. The blog is implied by where one looks.
    """
    return "pd-" + hashlib.sha256(f"post desk {post_id}".encode()).hexdigest()[:16]


def make_plan(
    post: Post,
    account: Account,
    intent: Intent,
    *,
    pictures: tuple[Picture, ...],
    receipt: Receipt | None,
    capabilities: frozenset[Capability],
    now: datetime,
    when: datetime | None = None,
    is_there: Callable[[str], bool] = lambda _hash: False,
    links: tuple[tuple[str, str], ...] = (),
) -> Plan:
    """The plan for `intent`. `when`: an instant that overrides the post's date. `is_there` tells whether a content
    hash is on that blog already. Raises `NotReady` when the blog cannot do it, or there is nothing to do it with."""
    when = when or post.date
    if intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
        intent = _settle(intent, receipt, when, now)
        if when is not None:
            post = replace(post, date=when)
        if post.kind == PAGE and (receipt is None or not receipt.remote_id):
            raise no_new_page(post.title)
        for capability, problem in missing_visibility(post, account):
            if capability not in capabilities:
                raise problem
    elif receipt is None or not receipt.remote_id:
        raise NotReady(
            _("“{title}” is not on “{blog}”.").format(title=post.title, blog=account.name),
            _("Nothing was sent."),
            _("There is nothing to take away there."),
        )
    elif intent is Intent.UNPUBLISH and Capability.UNPUBLISH not in capabilities:
        raise _cannot(account, _("take a post offline"))
    elif intent is Intent.TRASH and not capabilities & {Capability.TRASH, Capability.DELETE}:
        raise _cannot(account, _("delete a post"))
    hold = when if intent is Intent.SCHEDULE and Capability.SCHEDULE not in capabilities else None
    if hold is not None:
        intent = Intent.PUBLISH
    hides = intent is Intent.UPDATE and goes_offline(when, receipt, capabilities, now)
    steps = _steps(
        intent,
        account,
        pictures,
        stands(receipt),
        hold,
        when,
        is_there,
        hides=hides,
        keeps=Capability.TRASH in capabilities,
        is_page=post.kind == PAGE,
    )
    shown = pictures if intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE) else ()
    return Plan(account, Snapshot(post, account.id, intent, when, shown, links=links), steps, hold)


def stands(receipt: Receipt | None) -> Stands:
    """Where a post is, by what its blog said last. One that went offline is a draft there."""
    if receipt is None or not receipt.remote_id:
        return Stands.NOWHERE
    if receipt.status is Status.TRASHED:
        return Stands.TRASH if receipt.is_in_trash else Stands.NOWHERE
    return Stands.LIVE if receipt.status in LIVE else Stands.DRAFT


def missing_visibility(post: Post, account: Account) -> tuple[tuple[Capability, NotReady], ...]:
    """The capability that the post's visibility needs, with the error for a blog without it."""
    needs = {
        Visibility.PRIVATE: (Capability.PRIVATE, _("show a post to its writers only")),
        Visibility.PASSWORD: (Capability.PASSWORD, _("protect a post with a password")),
        Visibility.PENDING: (Capability.PENDING, _("hold a post for review")),
    }
    need = needs.get(post.visibility)
    return ((need[0], _cannot(account, need[1])),) if need else ()


def no_new_page(title: str) -> NotReady:
    """The error for a page that would become a post on a blog that does not have it."""
    return NotReady(
        _("“{title}” is a page, and the blog does not have it.").format(title=title),
        _("Nothing was sent: Post Desk makes posts only, and updates pages that are there."),
        _(
            "Make the page on the blog and bring it here, or take “type: page” out of the file to publish it as a post."
        ),
    )


def is_future(when: datetime | None, now: datetime) -> bool:
    """Whether a date is far enough ahead to wait for."""
    return when is not None and when > now + _SOON


def status_to_end_in(
    snapshot: Snapshot, there: RemotePost, now: datetime, *, can_schedule: bool = True
) -> Status:
    """The state to end in: the visibility's own, else later, else public. A post that is live and gets a date to come
    is offline until then, where the blog can do that."""
    if snapshot.keep_status and there.status is not Status.TRASHED:
        return there.status
    own = {Visibility.PRIVATE: Status.PRIVATE, Visibility.PENDING: Status.PENDING}.get(
        snapshot.post.visibility
    )
    if own is not None:
        return own
    if snapshot.intent is Intent.SCHEDULE:
        return (
            Status.SCHEDULED
            if is_future(snapshot.post.date, now + timedelta(seconds=-60))
            else Status.PUBLISHED
        )
    if snapshot.intent is Intent.UPDATE and there.status is Status.SCHEDULED:
        later = snapshot.post.date or there.date
        return Status.SCHEDULED if is_future(later, now) else Status.PUBLISHED
    if snapshot.intent is Intent.UPDATE and there.status is Status.PUBLISHED and can_schedule:
        moved = _is_moved(snapshot.post.date, there.date, now)
        return Status.SCHEDULED if moved else Status.PUBLISHED
    return Status.PUBLISHED


def goes_offline(
    date: datetime | None, receipt: Receipt | None, capabilities: frozenset[Capability], now: datetime
) -> bool:
    """Whether an update with this date takes a live post away from its readers until then."""
    public = receipt is not None and receipt.status is Status.PUBLISHED
    return (
        public
        and receipt is not None
        and Capability.SCHEDULE in capabilities
        and _is_moved(date, receipt.published_at, now)
    )


def _is_moved(date: datetime | None, live_since: datetime | None, now: datetime) -> bool:
    """Whether a live post gets a date to come that it does not have yet."""
    if date is None or not is_future(date, now):
        return False
    return live_since is None or abs(date - live_since) > _SOON


def spoken(moment: datetime) -> str:
    """A moment as the writer reads it, in this computer's time zone."""
    return moment.astimezone().strftime("%d %B %Y, %H:%M").lstrip("0")


def spoken_day(moment: datetime) -> str:
    """Its day as the writer reads it, in this computer's time zone."""
    return moment.astimezone().strftime("%d %B %Y").lstrip("0")


def kilobytes(size: int) -> str:
    """A size in bytes as the writer reads it."""
    return f"{max(1, round(size / 1000))} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _settle(intent: Intent, receipt: Receipt | None, when: datetime | None, now: datetime) -> Intent:
    """What the intent comes to, given where the post is and its date."""
    if intent is Intent.SCHEDULE and when is None:
        raise NotReady(
            _("This post has no date to go out at."),
            _("Nothing was sent."),
            _("Give it a date, or publish it now."),
        )
    public = receipt is not None and receipt.status in LIVE and receipt.status is not Status.SCHEDULED
    if public:
        return Intent.UPDATE
    if is_future(when, now):
        scheduled = receipt is not None and receipt.status is Status.SCHEDULED
        return Intent.UPDATE if scheduled and intent is Intent.UPDATE else Intent.SCHEDULE
    return Intent.PUBLISH


def _steps(
    intent: Intent, account: Account, pictures: tuple[Picture, ...], there: Stands, hold: datetime | None,
    when: datetime | None, is_there: Callable[[str], bool], *, hides: bool, keeps: bool, is_page: bool,
) -> tuple[Step, ...]:  # fmt: skip
    blog = account.name
    if intent is Intent.TRASH:
        words = (
            _("Move the post to the trash of “{blog}”")
            if keeps
            else _("Delete the post from “{blog}” for good")
        )
        if is_page and keeps:
            words = _("Move the page to the trash of “{blog}”")
        return (Step(StepKind.TRASH, words.format(blog=blog)),)
    if intent is Intent.UNPUBLISH:
        return (
            Step(StepKind.WRITE, _("Take the post offline; “{blog}” keeps it as a draft").format(blog=blog)),
            Step(StepKind.VERIFY, _("Look it up again")),
        )
    steps: list[Step] = []
    if hold is not None:
        waiting = _("Wait here until {moment}; Post Desk has to be running then").format(moment=spoken(hold))
        steps.append(Step(StepKind.HOLD, waiting))
    if there in (Stands.LIVE, Stands.DRAFT):
        steps.append(Step(StepKind.LOOK, _("See whether somebody changed it on the blog")))
    else:
        words = _("Create a draft on “{blog}”")
        if there is Stands.TRASH:
            words = _("Take it out of the trash of “{blog}”")
        steps.append(Step(StepKind.CREATE, words.format(blog=blog)))
    fresh = [p for p in by_content(pictures) if not is_there(p.content_hash)]
    if fresh:
        words = ngettext("Upload {count} picture", "Upload {count} pictures", len(fresh))
        steps.append(Step(StepKind.UPLOAD, f"{words} ({kilobytes(sum(p.size for p in fresh))})"))
    if hides and when is not None:
        words = _("Take it offline, and show it again from {moment} on").format(moment=spoken(when))
        steps.append(Step(StepKind.WRITE, words))
    elif intent is Intent.UPDATE:
        steps.append(Step(StepKind.WRITE, _("Update the page") if is_page else _("Update the post")))
    elif intent is Intent.SCHEDULE and when is not None:
        words = _("Schedule it for {moment}")
        if there is Stands.DRAFT:
            words = _("Update the draft that is there and schedule it for {moment}")
        steps.append(Step(StepKind.WRITE, words.format(moment=spoken(when))))
    elif there is Stands.DRAFT:
        steps.append(Step(StepKind.WRITE, _("Update the draft that is there and set it live")))
    else:
        steps.append(Step(StepKind.WRITE, _("Set it live")))
    steps.append(Step(StepKind.VERIFY, _("Look it up again and compare")))
    return tuple(steps)


def _cannot(account: Account, what: str) -> NotReady:
    return NotReady(
        _("“{blog}” cannot {what}.").format(blog=account.name, what=what),
        _("Nothing was sent."),
        _("Choose something else in the post's details, or another blog."),
    )
