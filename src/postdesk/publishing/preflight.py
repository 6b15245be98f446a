"""Preflight: what the writer should know before she clicks. Warnings never block; errors do, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _, ngettext
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.content import Collected, by_content, is_remote
from postdesk.publishing.plan import LIVE, Intent, is_future, kilobytes, make_plan, missing_visibility


class Level(Enum):
    """How much a remark matters."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the preflight. `action` names what mends it, for the window: "title", "body", "pictures", "alt",
    "date", "visibility", "featured", "categories", "tags", "" for none; `ref` the picture that is meant."""

    level: Level
    sentence: str
    action: str = ""
    ref: str = ""


def check(
    post: Post,
    account: Account,
    intent: Intent,
    collected: Collected,
    *,
    receipt: Receipt | None,
    capabilities: frozenset[Capability],
    now: datetime,
    when: datetime | None = None,
    is_there: Callable[[str], bool] = lambda _hash: False,
    twins: tuple[Receipt, ...] = (),
    not_there: tuple[str, ...] = (),
) -> tuple[Remark, ...]:
    """Everything to know before `intent`, errors first, then warnings, then what will happen in words. `twins` are
    other posts on the blog that another machine made from this one; `not_there` the titles of posts that are linked to
    and are not on that blog, "" for one that is nowhere."""
    remarks: list[Remark] = []
    for twin in twins:
        words = _("The blog has this post twice: another machine published it as {address}.")
        remarks.append(Remark(Level.WARNING, words.format(address=twin.address or twin.remote_id)))
    if intent in (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE):
        remarks += _text(post)
        remarks += _pictures(post, collected, is_there)
        remarks += _dates(when or post.date, receipt, now)
        remarks += _abilities(post, account, capabilities)
        remarks += _links(not_there, account)
    try:
        plan = make_plan(
            post, account, intent, pictures=collected.pictures, receipt=receipt, capabilities=capabilities, now=now,
            when=when, is_there=is_there,
        )  # fmt: skip
    except NotReady as error:
        if all(r.sentence != error.sentence for r in remarks):
            remarks.append(Remark(Level.ERROR, error.sentence))
    else:
        remarks += [Remark(Level.OK, words + ".") for words in plan.words]
    order = list(Level)
    return tuple(sorted(remarks, key=lambda r: -order.index(r.level)))


def blocks(remarks: tuple[Remark, ...]) -> bool:
    """Whether something has to be mended first."""
    return any(r.level is Level.ERROR for r in remarks)


def _text(post: Post) -> list[Remark]:
    remarks = []
    if not post.title.strip():
        remarks.append(Remark(Level.WARNING, _("The post has no title."), "title"))
    if not post.body.strip():
        remarks.append(Remark(Level.WARNING, _("The post has no text."), "body"))
    if not post.title.strip() and not post.body.strip():
        remarks = [Remark(Level.ERROR, _("The post is empty: write a title or some text first."), "body")]
    return remarks


def _pictures(post: Post, collected: Collected, is_there: Callable[[str], bool]) -> list[Remark]:
    remarks = [Remark(Level.ERROR, error.sentence, "pictures", ref) for ref, error in collected.refused]
    contents = by_content(collected.pictures)
    fresh = [p for p in contents if not is_there(p.content_hash)]
    if fresh:
        words = ngettext("{count} picture will be uploaded", "{count} pictures will be uploaded", len(fresh))
        remarks.append(Remark(Level.OK, f"{words} ({kilobytes(sum(p.size for p in fresh))})."))
    there = len(contents) - len(fresh)
    if there:
        words = ngettext(
            "{count} picture is on the blog already", "{count} pictures are on the blog already", there
        )
        remarks.append(Remark(Level.OK, f"{words}."))
    shown = [p for p in collected.pictures if p.ref != post.image]
    for picture in shown:
        if not picture.alt.strip():
            sentence = _("The picture “{name}” has no description for readers who can't see it.")
            remarks.append(Remark(Level.WARNING, sentence.format(name=picture.ref), "alt", picture.ref))
    if post.image and is_remote(post.image):
        remarks.append(
            Remark(
                Level.WARNING,
                _("The featured picture is an address elsewhere; only a file can be sent."),
                "featured",
            )
        )
    return remarks


def _dates(when: datetime | None, receipt: Receipt | None, now: datetime) -> list[Remark]:
    live = receipt is not None and receipt.status in LIVE and receipt.status is not Status.SCHEDULED
    if when is None:
        return []
    if live and is_future(when, now):
        return [
            Remark(
                Level.WARNING, _("Its date is in the future: the blog may hide the post until then."), "date"
            )
        ]
    if not live and (now - when).days >= 1:
        return [
            Remark(
                Level.WARNING, _("Its date is in the past: the post will appear among older ones."), "date"
            )
        ]
    return []


def _abilities(post: Post, account: Account, capabilities: frozenset[Capability]) -> list[Remark]:
    remarks = []
    for capability, error in missing_visibility(post, account):
        if capability not in capabilities:
            remarks.append(Remark(Level.ERROR, error.sentence, "visibility"))
    for wanted, capability, sentence, action in (
        (post.tags, Capability.TAGS, _("This blog has no tags; they stay here."), "tags"),
        (
            post.categories,
            Capability.CATEGORIES,
            _("This blog has no categories; they stay here."),
            "categories",
        ),
        (post.excerpt, Capability.EXCERPT, _("This blog has no excerpts; yours stays here."), "excerpt"),
        (post.image, Capability.FEATURED_PICTURE, _("This blog shows no featured picture."), "featured"),
    ):
        if wanted and capability not in capabilities:
            remarks.append(Remark(Level.WARNING, sentence, action))
    return remarks


def _links(not_there: tuple[str, ...], account: Account) -> list[Remark]:
    there_is_one = _(
        "The linked post “{title}” is not published on “{blog}”: its words go out without the link."
    )
    there_is_none = _("A linked post is not in the library: its words go out without the link.")
    return [
        Remark(
            Level.WARNING,
            there_is_one.format(title=title, blog=account.name) if title else there_is_none,
            "body",
        )
        for title in dict.fromkeys(not_there)
    ]
