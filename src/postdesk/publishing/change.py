"""What publishing would change on a blog: the content that it has beside the content that would go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import unified_diff

from postdesk.backends.base import ContentFormat
from postdesk.core.account import Account
from postdesk.core.errors import NotReady
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import MediaReceipt, Receipt
from postdesk.publishing.compare import base_values
from postdesk.publishing.content import Picture, content_for, sent_on
from postdesk.publishing.pulled import Bases, opened_of


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is what the blog had when it was last in step, `after` what would go out; pictures that are not uploaded
    yet have the writer's own names in it. `afresh`: the blocks of a post that came from the blog that are not made out
    of what is there; `lost`: of these the attributes (name="value") that the block had whose place they took. `broken`:
    it would not look as meant, and does not go out."""

    before: str
    after: str
    afresh: tuple[str, ...] = ()
    broken: bool = False
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The difference, line by line, as `diff -u` shows it."""
        found = unified_diff(
            self.before.splitlines(), self.after.splitlines(), _("on the blog"), _("here"), lineterm=""
        )
        return tuple(found)


def change_of(
    post: Post, account: Account, receipt: Receipt | None, bases: Bases, pictures: tuple[Picture, ...],
    media_of: Callable[[str], MediaReceipt | None], links: tuple[tuple[str, str], ...],
) -> Change:  # fmt: skip
    """The change for a post on a blog; `media_of` gives what the blog has of a picture's content. Raises `NotReady`."""
    base = bases.base(receipt.base_hash) if receipt is not None and receipt.base_hash else None
    if receipt is None or base is None:
        raise NotReady(
            _("“{blog}” does not have this post yet.").format(blog=account.name),
            _("Nothing was sent."),
            _("“postdesk render” shows what would go out."),
        )
    before = str(base_values(base).get("content", ""))
    there = {m.content_hash: m for m in receipt.media}
    by_ref = {}
    for picture in pictures:
        found = there.get(picture.content_hash) or media_of(picture.content_hash)
        if found is not None:
            by_ref[picture.ref] = found
    opened = opened_of(bases, receipt)
    if opened is not None:
        sent = sent_on(opened, post, by_ref, dict(links))
        return Change(before, sent.opened.content, sent.afresh, sent.broken, sent.lost)
    blocks = account.kind == "wordpress" and account.options.get("markup") != "html"
    content_format = ContentFormat.BLOCKS if blocks else ContentFormat.HTML
    return Change(before, content_for(post, by_ref, dict(links), content_format))
