"""Preflight: what the writer should know before she clicks. Warnings never block; errors do, with the way out.

Everything here is told without a server. What only servers know comes later: whether links answer (`links`), and what
the blog has already (`already`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _, ngettext
from postdesk.core.post import PAGE, Post
from postdesk.core.receipt import Receipt, Status
from postdesk.markup.outward import Outward
from postdesk.markup.pictures import find_pictures, without_code
from postdesk.publishing.content import Collected, Picture, by_content, is_remote
from postdesk.publishing.plan import (
    LIVE,
    Intent,
    Plan,
    Stands,
    StepKind,
    is_future,
    kilobytes,
    make_plan,
    missing_visibility,
    spoken,
    spoken_day,
    stands,
)
from postdesk.publishing.uploads import UNKNOWN, Limits

GOES_OUT = (Intent.PUBLISH, Intent.UPDATE, Intent.SCHEDULE)
LONGEST_TITLE = 250  # characters
LINKS, PICTURES, HOLD, PLAN = (
    "links",
    "pictures",
    "hold",
    "plan",
)  # keys of lines that change while they are read
COPY = "copy"  # the key of the line about a conflict copy that would be a second post
AFRESH = "afresh"  # the key of the line about blocks that are not as the blog has them
_WEB = re.compile(r"https?://", re.IGNORECASE)
_MARKS = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


class Level(Enum):
    """How much a remark matters."""

    OK = "ok"
    NOTE = "note"
    LOOKING = "looking"  # it is being found out
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in the post. `ref`: the reference of a picture or the address of a link, as the rendered text has it;
    `words` of the link; `why` it is meant, the rest of a sentence."""

    ref: str
    words: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the preflight. `action` names what mends it, for the window: "title", "body", "pictures", "alt",
    "links", "date", "original", "visibility", "featured", "categories", "tags", "slug", "account", "change", "" for
    none; `ref` the picture that is meant. `key`: what the line is about, where a later one takes its place. `places`:
    everything that it speaks of, to be gone through."""

    level: Level
    sentence: str
    action: str = ""
    ref: str = ""
    key: str = ""
    places: tuple[Place, ...] = ()


def at_once(
    post: Post, intent: Intent, *, ask_links: bool, there: Stands = Stands.NOWHERE
) -> tuple[Remark, ...]:
    """What can be told without reading a file, for the moment in which the popover opens: the lines that `check` will
    give, as far as they are known. `there`: where the post is on the blog. Quick, whatever the text's length."""
    if intent not in GOES_OUT:
        return ()
    remarks = _text(post)
    if any(r.level is Level.ERROR for r in remarks):
        return tuple(remarks)
    steps: list[Remark] = []
    if "![" in post.body or "<img" in post.body or post.image:
        steps.append(Remark(Level.LOOKING, _("Looking at the pictures…"), key=PICTURES))
    words = _words(intent, there, when=post.date, is_page=post.kind == PAGE)
    steps.append(Remark(Level.OK, words, key=PLAN))
    if ask_links and _WEB.search(post.body):
        steps.append(Remark(Level.LOOKING, _("Asking the links…"), key=LINKS))
    return (*steps, *remarks)


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
    not_there: tuple[Place, ...] = (),
    ask_links: bool = False,
    limits: Limits = UNKNOWN,
    original: str = "",
) -> tuple[Remark, ...]:
    """Everything to know before `intent`: errors, what will happen in words, then warnings. `twins` are other posts on
    the blog that another machine made from this one; `not_there` the links to posts that are not on that blog; their
    words are the post's title, "" for one that is nowhere. With `ask_links` there is a line for the links, whose places
    are to be asked. `limits` is what is known of the blog's room for files; `original` the post that
    this one is a conflict copy of, "" for none."""
    goes_out = intent in GOES_OUT
    remarks: list[Remark] = []
    if goes_out:
        remarks += _text(post)
        remarks += _pictures(post, collected, is_there, limits)
        if original and stands(receipt) is Stands.NOWHERE:
            words = _(
                "This is a conflict copy of “{name}”: it would be a second post on the blog. Merge the two instead, "
                "unless it is meant to be a post of its own"
            )
            remarks.append(Remark(Level.WARNING, words.format(name=original), "original", original, COPY))
    try:
        plan = make_plan(
            post, account, intent, pictures=collected.pictures, receipt=receipt, capabilities=capabilities, now=now,
            when=when, is_there=is_there,
        )  # fmt: skip
    except NotReady as error:
        way_out = "visibility" if missing_visibility(post, account) else "date"
        if post.kind == PAGE and receipt is None:
            way_out = ""  # a line of its file
        remarks.append(Remark(Level.ERROR, error.sentence, way_out if goes_out else ""))
    else:
        remarks += _plan(plan, stands(receipt))
        remarks += _afresh(collected)
    if goes_out:
        remarks += _links(collected.outward, not_there, account, ask_links=ask_links)
        remarks += _dates(when or post.date, receipt, now)
        remarks += _abilities(post, capabilities)
    for twin in twins:
        words = _("The blog has this post twice: another machine published it as {address}")
        remarks.append(Remark(Level.WARNING, words.format(address=twin.address or twin.remote_id)))
    return in_order(remarks)


def in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Errors, then what will happen, then warnings; otherwise as they are."""
    ranks = {Level.ERROR: 0, Level.WARNING: 2}
    # The links keep their line, whatever becomes of them: nothing moves while it is read.
    return tuple(sorted(remarks, key=lambda r: 1 if r.key == LINKS else ranks.get(r.level, 1)))


def blocks(remarks: tuple[Remark, ...]) -> bool:
    """Whether something has to be mended first."""
    return any(r.level is Level.ERROR for r in remarks)


def is_seen_first(remarks: tuple[Remark, ...]) -> bool:
    """Whether there is something that she sees before it goes out, also where she would send it unseen."""
    return blocks(remarks) or any(r.key in (AFRESH, COPY) and r.level is Level.WARNING for r in remarks)


def unreadable(problem: str) -> tuple[Remark, ...]:
    """The one line about a file whose front matter cannot be read: what would go out is not what she means."""
    return (Remark(Level.ERROR, problem, "body"),)


def _text(post: Post) -> list[Remark]:
    remarks = []
    if not post.title.strip():
        remarks.append(Remark(Level.WARNING, _("The post has no title"), "title"))
    elif len(post.title) > LONGEST_TITLE:
        words = _("The title is very long: {count} letters").format(count=len(post.title))
        remarks.append(Remark(Level.WARNING, words, "long title"))
    if not post.body.strip():
        remarks.append(Remark(Level.WARNING, _("The post has no text"), "body"))
    elif "<<<<<<< " in post.body and len({m[0] for m in _MARKS.finditer(without_code(post.body))}) == 2:
        words = _("The text has the marks of a merge in it (<<<<<<<)")
        remarks.append(Remark(Level.WARNING, words, "marks", "<<<<<<< "))
    if not post.title.strip() and not post.body.strip():
        remarks = [Remark(Level.ERROR, _("The post is empty: write a title or some text first."), "body")]
    return remarks


def _pictures(
    post: Post, collected: Collected, is_there: Callable[[str], bool], limits: Limits
) -> list[Remark]:
    remarks = [Remark(Level.ERROR, error.sentence, "pictures", ref) for ref, error in collected.refused]
    contents = by_content(collected.pictures)
    fresh = [p for p in contents if not is_there(p.content_hash)]
    there = len(contents) - len(fresh)
    if fresh:
        size = kilobytes(sum(p.size for p in fresh))
        if any(p.treatment.width for p in fresh):
            size = _("{size} before they are made smaller").format(size=size)
        words = ngettext("Upload {count} picture", "Upload {count} pictures", len(fresh))
        words = _("{upload} ({size})").format(upload=words, size=size)
        if there:
            rest = ngettext("{count} is there already", "{count} are there already", there)
            words = _("{upload}; {rest}").format(upload=words, rest=rest)
        remarks.append(Remark(Level.OK, words, key=PICTURES))
        remarks += _room(fresh, limits)
    elif there:
        words = ngettext("Its picture is there already", "All {count} pictures are there already", there)
        remarks.append(Remark(Level.OK, words, key=PICTURES))
    bare = {p.ref: Place(p.ref) for p in find_pictures(post.body) if not p.alt.strip()}
    if bare:
        words = ngettext("One picture has no description", "{count} pictures have no description", len(bare))
        places = tuple(bare.values())
        remarks.append(Remark(Level.WARNING, words, "alt", places[0].ref, "alt", places))
    if post.image and is_remote(post.image):
        words = _("The featured picture is an address elsewhere; only a file can be sent")
        remarks.append(Remark(Level.WARNING, words, "featured"))
    return remarks


def _plan(plan: Plan, there: Stands) -> list[Remark]:
    if plan.intent not in GOES_OUT:
        return [Remark(Level.OK, words) for words in plan.words]
    remarks = [Remark(Level.OK, s.words, key=HOLD) for s in plan.steps if s.kind is StepKind.HOLD]
    is_page = plan.snapshot.post.kind == PAGE
    words = _words(plan.intent, there, when=plan.snapshot.when, is_page=is_page)
    return [*remarks, Remark(Level.OK, words, key=PLAN)]


def _afresh(collected: Collected) -> list[Remark]:
    """Which blocks of a post that came from the blog are made anew; all of it is one click away."""
    made = collected.made
    if made is None or made.broken:
        return []
    count, losing = len(made.afresh), len(made.lost)
    if not count:
        words = _("What you did not touch goes back as it came")
        return [Remark(Level.NOTE, words, "change", key=AFRESH)]
    if losing == count:
        words = ngettext(
            "{count} block is made anew out of your text and loses a look that it had",
            "{count} blocks are made anew out of your text and lose looks that they had",
            count,
        )
    else:
        words = ngettext(
            "{count} block is made anew out of your text",
            "{count} blocks are made anew out of your text",
            count,
        )
        if losing:
            lost = ngettext(
                "{count} of them loses a look that it had", "{count} of them lose looks that they had", losing
            )
            words = _("{blocks}, {lost}").format(blocks=words, lost=lost)
    words = _("{blocks}; what you did not touch goes back as it came").format(blocks=words)
    return [Remark(Level.WARNING if losing else Level.NOTE, words, "change", key=AFRESH)]


def _words(intent: Intent, there: Stands, *, when: datetime | None, is_page: bool) -> str:
    """The steps of a plan in one sentence."""
    if intent is Intent.UPDATE:
        if is_page:
            return _("Compare with the blog, update the page, look it up again")
        return _("Compare with the blog, update the post, look it up again")
    if intent is Intent.SCHEDULE and when is not None:
        words = {
            Stands.LIVE: _("Compare with the blog, schedule it for {moment}, look it up again"),
            Stands.DRAFT: _("Update the draft on the blog, schedule it for {moment}, look it up again"),
            Stands.TRASH: _(
                "Take the post out of the trash there, schedule it for {moment}, look it up again"
            ),
            Stands.NOWHERE: _("Create the post, schedule it for {moment}, look it up again"),
        }
        return words[there].format(moment=spoken(when))
    return {
        Stands.LIVE: _("Compare with the blog, set it live, look it up again"),
        Stands.DRAFT: _("Update the draft on the blog, set it live, look it up again"),
        Stands.TRASH: _("Take the post out of the trash there, set it live, look it up again"),
        Stands.NOWHERE: _("Create the post, set it live, look it up again"),
    }[there]


def _room(pictures: list[Picture], limits: Limits) -> list[Remark]:
    """What the blog will hardly take, as far as it is known before it is sent."""
    remarks = []
    for picture in pictures:
        as_it_is = not picture.treatment.encodes
        if limits.too_large is not None and as_it_is and picture.size >= limits.too_large:
            words = _("“{name}” ({size}) may be too large: this blog refused a file of {limit}").format(
                name=picture.ref, size=kilobytes(picture.size), limit=kilobytes(limits.too_large)
            )
            remarks.append(Remark(Level.WARNING, words, "pictures", picture.ref))
    size = sum(p.size for p in pictures)
    if limits.free is not None and limits.free < 2 * size:  # a site keeps a smaller copy of each as well
        words = _("There may be no room for the pictures: {free} are left on the site's disk").format(
            free=kilobytes(limits.free)
        )
        remarks.append(Remark(Level.WARNING, words))
    return remarks


def _dates(when: datetime | None, receipt: Receipt | None, now: datetime) -> list[Remark]:
    live = receipt is not None and receipt.status in LIVE and receipt.status is not Status.SCHEDULED
    if when is None:
        return []
    words = ""
    if live and is_future(when, now):
        words = _("Its date is {day}: the blog may hide the post until then")
    elif when > now + timedelta(days=366):
        words = _("Its date is {day}, more than a year ahead")
    elif not live and (now - when).days >= 1:
        words = _("Its date is {day}: the post will appear among older ones")
    return [Remark(Level.WARNING, words.format(day=spoken_day(when)), "date")] if words else []


def _abilities(post: Post, capabilities: frozenset[Capability]) -> list[Remark]:
    remarks = []
    for wanted, capability, sentence, action in (
        (post.tags, Capability.TAGS, _("This blog has no tags; they stay here"), "tags"),
        (post.categories, Capability.CATEGORIES, _("This blog has no categories; they stay here"), "categories"),
        (post.excerpt, Capability.EXCERPT, _("This blog has no excerpts; yours stays here"), "excerpt"),
        (post.image, Capability.FEATURED_PICTURE, _("This blog shows no featured picture"), "featured"),
    ):  # fmt: skip
        if wanted and capability not in capabilities:
            remarks.append(Remark(Level.WARNING, sentence, action))
    if post.kind == PAGE and capabilities & {Capability.TAGS, Capability.CATEGORIES}:
        for wanted, sentence, action in (
            (post.tags, _("Pages have no tags; they stay here"), "tags"),
            (post.categories, _("Pages have no categories; they stay here"), "categories"),
        ):
            if wanted:
                remarks.append(Remark(Level.WARNING, sentence, action))
    return remarks


def _links(
    found: Outward, not_there: tuple[Place, ...], account: Account, *, ask_links: bool
) -> list[Remark]:
    remarks = []
    if found.links and ask_links:
        words = ngettext("Asking the link…", "Asking {count} links…", len(found.links))
        places = tuple(Place(link.address, link.words) for link in found.links)
        remarks.append(Remark(Level.LOOKING, words, key=LINKS, places=places))
    if len(not_there) > 1:
        words = ngettext(
            "{count} linked post is not published on this blog: its words go out without the link",
            "{count} linked posts are not published on this blog: their words go out without the links",
            len(not_there),
        )
        remarks.append(Remark(Level.WARNING, words, "links", not_there[0].ref, "posts", not_there))
    elif not_there:
        words = _("The linked post “{title}” is not published on “{blog}”: its words go out without the link")
        words = words.format(title=not_there[0].words, blog=account.name)
        if not not_there[0].words:
            words = _("A linked post is not in the library: its words go out without the link")
        remarks.append(Remark(Level.WARNING, words, "links", not_there[0].ref, "posts", not_there))
    if found.nowhere:
        why = _("leads to “{place}”, which is not in the post")
        places = tuple(Place(x.address, x.words, why.format(place=x.address[:80])) for x in found.nowhere)
        words = ngettext(
            "One link leads nowhere within the post",
            "{count} links lead nowhere within the post",
            len(places),
        )
        remarks.append(Remark(Level.WARNING, words, "links", places[0].ref, "places", places))
    return remarks
