"""Her post and what a blog has of it by now: what the two make together, and what is hers to decide.

The text is merged by block and the front matter by key (`merge_files`), both against what was in step last. Of the
blog's fields only those count that changed there since: what a blog gave by itself (an address, a date) is nobody's
change. Nothing is written and nothing is sent here.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from postdesk.backends.base import RemotePost
from postdesk.core.language import _, ngettext
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import Status
from postdesk.library.document import Document, as_saved, read_document
from postdesk.markup.blocks import split
from postdesk.markup.lossless import Opened
from postdesk.markup.merge import Choice, Merged
from postdesk.publishing.compare import base_of, base_values, password_mark
from postdesk.publishing.merge_files import MergedFiles, merge_files
from postdesk.publishing.plan import LIVE
from postdesk.publishing.theirs import Dress, Theirs, theirs_as_markdown, theirs_by_map

__all__ = ["BlogMeeting", "Then", "meet_blog"]


@dataclass(frozen=True, slots=True)
class Then:
    """What was in step last: `post` as it was sent, None where nobody knows it any more, and `base`, what the blog had
    then (see `compare.base_of`), "" for not known."""

    post: Post | None
    base: str


@dataclass(frozen=True, slots=True)
class FieldOfBoth:
    """A field as each of the two has it, as a line of text, and whether each has changed it."""

    label: str
    mine: str
    theirs: str
    mine_changed: bool
    theirs_changed: bool

    @property
    def by_both(self) -> bool:
        """Whether both changed it."""
        return self.mine_changed and self.theirs_changed

    @property
    def by_her(self) -> bool:
        """Whether only she changed it."""
        return self.mine_changed and not self.theirs_changed


@dataclass(frozen=True, slots=True)
class BlogMeeting:
    """`document` is the file as it was read, `post` what she has made of it, `there` what the blog has, `before` what
    both come from. `who` changed it on the blog, "" for nobody knows. Without `related` nobody knows what both were
    made from; without `is_sure` something on the blog may not be said by the Markdown. `asks_state`: somebody took the
    post offline, and whether it stays so is the first question. `map` is that of what the blog has (JSON), for a post
    that came from there, "" for any other."""

    job_id: str
    account_id: str
    document: Document
    post: Post
    there: RemotePost
    before: Post
    theirs: Post
    merged: MergedFiles
    related: bool
    is_sure: bool
    asks_state: bool = False
    who: str = ""
    map: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether the two make one without a question, and without a doubt."""
        return self.related and self.is_sure and self.merged.is_clean and not self.asks_state

    def result(self, choices: Sequence[Choice] = ()) -> Post:
        """The post once everything is decided, in the order of the questions: the state, then those of `merged`; what
        has no choice keeps hers."""
        data = self.merged.resolve(choices[1:] if self.asks_state else choices)
        return read_document(self.document.path, data, self.document.post.id, self.document).post

    def stays_offline(self, choices: Sequence[Choice] = ()) -> bool:
        """Whether the post is to keep the state that the blog gave it."""
        return self.asks_state and bool(choices) and choices[0] is Choice.THEIRS

    @property
    def fields(self) -> tuple[FieldOfBoth, ...]:
        """The fields in which the two differ and nothing is to decide."""
        decided = {conflict.key for conflict in self.merged.keys}
        found = []
        for name, label in _LABELS.items():
            before, mine, theirs = (_spoken(getattr(p, name)) for p in (self.before, self.post, self.theirs))
            if mine != theirs and not decided & {name, ""}:
                found.append(FieldOfBoth(label, mine, theirs, mine != before, theirs != before))
        return tuple(found)

    def told(self, blog: str) -> str:
        """What came from the blog, in a sentence; "" for nothing."""
        count = sum(
            not piece.conflict and piece.theirs not in (piece.base, piece.mine)
            for piece in self.merged.body.pieces
        )
        result = self.result()
        names = [
            label.lower()
            for name, label in _LABELS.items()
            if getattr(result, name) != getattr(self.post, name)
        ]
        said = []
        if count and self.who:
            words = ngettext(
                "{count} paragraph changed by {{who}} on {{blog}} was kept.",
                "{count} paragraphs changed by {{who}} on {{blog}} were kept.",
                count,
            )
            said.append(words.format(who=self.who, blog=blog))
        elif count:
            words = ngettext(
                "{count} paragraph changed on {{blog}} was kept.",
                "{count} paragraphs changed on {{blog}} were kept.",
                count,
            )
            said.append(words.format(blog=blog))
        if names:
            said.append(_("Taken over from {blog}: {names}.").format(blog=blog, names=", ".join(names)))
        return " ".join(said)


def meet_blog(
    job_id: str,
    account_id: str,
    document: Document,
    post: Post,
    there: RemotePost,
    then: Then,
    dress: Dress,
    *,
    featured: Mapping[str, str],
    opened: Opened | None = None,
    who: str = "",
    only: tuple[str, ...] = (),
) -> BlogMeeting:
    """What `post`, typed into `document`, and the blog's `there` make together. `featured`: references of pictures by
    their ids on the blog. `opened` is the map of a post that came from there. `only` these fields of `there` are known,
    () for all. Raises BrokenFrontMatter when the file's front matter cannot take a field."""
    values = base_values(then.base)
    map_ = ""
    if opened is not None:
        text, now = theirs_by_map(opened, there.content, dress)
        map_ = now.to_json()
    elif then.post is not None:
        text = theirs_as_markdown(then.post.body, str(values.get("content", "")), there.content, dress)
    else:
        # Where nobody knows what both come from, what is alike to hers is hers, letter by letter.
        text = theirs_as_markdown(post.body, dress.of(post.body), there.content, dress)
    before = then.post or _fields_before(values, post)
    theirs = _with_fields(values, before if values else post, there, featured, only)
    theirs = replace(theirs, id=post.id, body=text.text)
    password_before, password_there = _passwords(values, post, there)
    before = replace(before, id=post.id, post_password=password_before)
    theirs = replace(theirs, post_password=password_there)
    if then.post is None:
        before = replace(before, body="")
    merged = merge_files(as_saved(document, before), as_saved(document, post), as_saved(document, theirs))
    merged = _in_doubt(merged, text)
    was_live = values.get("status") in {status.value for status in LIVE}
    return BlogMeeting(
        job_id, account_id, document, post, there, before, theirs, merged,
        related=then.post is not None, is_sure=text.certain and not text.doubtful,
        asks_state=was_live and there.status is Status.DRAFT, who=who, map=map_,
    )  # fmt: skip


def _in_doubt(merged: MergedFiles, text: Theirs) -> MergedFiles:
    """What may not say all that the blog has is taken by nobody but her."""
    if not text.doubtful:
        return merged
    doubtful = {block.text.strip() for whole in text.doubtful for block in split(whole)}
    pieces = tuple(
        replace(piece, result=None, conflict=True)
        if piece.theirs is not None and piece.theirs != piece.mine and piece.theirs.strip() in doubtful
        else piece
        for piece in merged.body.pieces
    )
    body: Merged = replace(merged.body, pieces=pieces, whole=None)
    return replace(merged, body=body, _whole=None)


# --- fields ---


def _with_fields(
    values: Mapping[str, Any],
    post: Post,
    there: RemotePost,
    featured: Mapping[str, str],
    only: tuple[str, ...],
) -> Post:
    """`post` with what changed on the blog since it had `values`."""
    now = base_values(base_of(there, ""))
    changed = {name for name in now if name != "asked_slug" and now[name] != values.get(name, now[name])}
    if not values:
        changed = {"title", "excerpt", "tags", "categories", "visibility"}
    if only:
        changed &= set(only)
    found: dict[str, Any] = {}
    if "title" in changed:
        found["title"] = html.unescape(there.title)
    if "excerpt" in changed:
        found["excerpt"] = there.excerpt.strip()
    if "slug" in changed and there.status not in (Status.TRASHED, Status.DRAFT):
        found["slug"] = there.slug
    if "date" in changed and there.status not in (Status.TRASHED, Status.DRAFT):
        found["date"] = there.date
    for name in ("tags", "categories"):
        if name in changed:
            found[name] = _names(getattr(post, name), values.get(name), getattr(there, name))
    if "featured" in changed and (not there.featured or there.featured in featured):
        found["image"] = featured.get(there.featured, "")
    if "visibility" in changed and there.status not in (Status.TRASHED, Status.DRAFT):
        found["visibility"] = there.visibility
    return replace(post, **found)


def _passwords(values: Mapping[str, Any], post: Post, there: RemotePost) -> tuple[str, str]:
    """The readers' password before and on the blog. Of the one before only its mark is known."""
    known, hers = values.get("post_password"), post.post_password
    if known is None and values and values.get("visibility") != Visibility.PASSWORD.value:
        known = password_mark("")  # it had none
    if not there.post_password or known is None or known == password_mark(there.post_password):
        return hers, hers
    return hers if password_mark(hers) == known else "", there.post_password


def _names(post: tuple[str, ...], before: Any, there: tuple[str, ...]) -> tuple[str, ...]:
    """Hers, without what was taken away on the blog, and with what was added."""
    if not isinstance(before, list):
        return there
    known = {str(name).casefold() for name in before}
    now = {name.casefold() for name in there}
    kept = tuple(name for name in post if name.casefold() in now or name.casefold() not in known)
    mine = {name.casefold() for name in kept}
    return (*kept, *(n for n in there if n.casefold() not in known and n.casefold() not in mine))


def _fields_before(values: Mapping[str, Any], post: Post) -> Post:
    """What was in step, as far as the blog's own record says: fields that are as they were there are as hers are, so
    that they are no question."""
    if not values:
        return replace(
            Post(post.id),
            slug=post.slug,
            date=post.date,
            image=post.image,
            visibility=post.visibility,
            kind=post.kind,
        )
    return replace(
        post,
        title=html.unescape(str(values.get("title", ""))),
        excerpt=str(values.get("excerpt", "")).strip(),
        tags=tuple(str(n) for n in values.get("tags", ())),
        categories=tuple(str(n) for n in values.get("categories", ())),
    )


def _spoken(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return str(getattr(value, "value", value) or "")


_LABELS = {
    "title": _("Title"),
    "slug": _("Address"),
    "date": _("Date"),
    "tags": _("Tags"),
    "categories": _("Categories"),
    "excerpt": _("Excerpt"),
    "image": _("Featured picture"),
    "visibility": _("Visibility"),
}
