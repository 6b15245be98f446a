"""Back to what the blog has: its newest version, or, where it does not tell and she asks for it, the one last in step.

As with a conversion the text is saved first and the receipt after it; a crash between leaves her the blog's text, and a
receipt that asks before anything newer is written over.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from postdesk.backends.base import RemotePost, hear
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, Gone, NotAllowed, NotReady, PasswordError, Refused
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.core.receipt import Receipt, Status
from postdesk.library.document import Document, new_text, read_document
from postdesk.publishing.compare import base_of, base_values, is_unchanged
from postdesk.publishing.converting import take_back_of
from postdesk.publishing.pulled import as_post, opened_of

if TYPE_CHECKING:
    from postdesk.publishing.desk import Desk


@dataclass(frozen=True, slots=True)
class BlogsVersion:
    """`post` is what the blog has, `receipt` what was known of it before, `after` what is once the text is saved.
    `asked`: the blog itself answered; `newer`: somebody had changed it there."""

    post: Post
    receipt: Receipt
    after: Receipt
    asked: bool
    newer: bool


def blogs_version(
    desk: Desk, document: Document, account: Account, cancel: Cancel, *, ask: bool = True
) -> BlogsVersion:
    """What the blog has of a post. Asks it: for a task. Without `ask` it is what it had when it was last asked. Raises
    NotReady for a post that it does not have, Cancelled, and, where it does not tell, BackendError and PasswordError,
    which say that nothing was changed."""
    receipt = desk.engine.receipt(document.post.id, account.id)
    if receipt is None or not receipt.base_hash:
        raise NotReady(
            _("“{blog}” does not have this post yet.").format(blog=account.name),
            _("Nothing was changed."),
            _("Publish it first."),
        )
    base = desk.receipts.base(receipt.base_hash) or ""
    there = _there(desk, account, receipt, cancel) if ask else None
    if there is not None and not is_unchanged(there, base):
        post, after = _newest(desk, document, account, receipt, there)
        return BlogsVersion(post, receipt, after, asked=True, newer=True)
    post, after = _in_step(desk, document, account, take_back_of(desk.receipts, receipt), base)
    return BlogsVersion(post, receipt, after, asked=there is not None, newer=False)


def _there(desk: Desk, account: Account, receipt: Receipt, cancel: Cancel) -> RemotePost:
    stays = _("Nothing was changed: your text is as you had it.")
    again = _("Publish the post again to put it back, or take what the blog had when it was last asked.")
    try:
        with closing(desk.connections.open(account)) as backend:
            hear(backend, cancel)
            there = backend.read(receipt.remote_id)
    except Gone as error:
        gone = _("“{blog}” does not have this post any more.").format(blog=account.name)
        raise Gone(gone, stays, again, details=error.details) from error
    except (BackendError, PasswordError) as error:
        error.means = stays
        if isinstance(error, PasswordError):
            error.todo = _("Look at the blog's settings, or take what it had when it was last asked.")
        elif not isinstance(error, Refused):  # that says what she can do about it
            error.todo = _("Ask it again later, or take what it had when it was last asked.")
        raise
    if there.status is Status.TRASHED:
        raise Gone(
            _("This post is in the trash of “{blog}”.").format(blog=account.name), stays, again
        )  # fmt: skip
    if there.rendered.strip() and not there.content.strip():
        raise NotAllowed(
            _("“{blog}” shows this post to readers, and does not give its text to you.").format(
                blog=account.name
            ),
            stays,
            _(
                "Ask whoever looks after the blog to let you edit it, or take what it had when it was last asked."
            ),
        )
    return there


def _newest(
    desk: Desk, document: Document, account: Account, receipt: Receipt, there: RemotePost
) -> tuple[Post, Receipt]:
    from postdesk.markup.lossless import open_post

    opened = open_post(there.content, classic=account.kind == "wordpress")
    post = _spelled(
        document, replace(as_post(there, document.post.id, opened.markdown), image=document.post.image)
    )
    after = replace(
        receipt, address=there.address, slug=there.slug, status=there.status, revision=there.revision,
        sent_hash=post.content_hash, base_hash=desk.receipts.put_base(base_of(there, there.slug)),
        map_hash=desk.receipts.put_base(opened.to_json()), updated_at=there.modified, aside="",
    )  # fmt: skip
    return post, after


def _in_step(
    desk: Desk, document: Document, account: Account, receipt: Receipt, base: str
) -> tuple[Post, Receipt]:
    """The post as it was when both were in step: as she had it, else as the base says."""
    known = desk.with_blog().last_in_step(document, account, receipt)
    if known is not None:
        return known, receipt
    from postdesk.markup.lossless import open_post

    values = base_values(base)
    content = str(values.get("content", ""))
    opened = opened_of(desk.receipts, receipt) or open_post(content, classic=account.kind == "wordpress")
    post = _spelled(
        document,
        replace(
            document.post, title=str(values.get("title", "")), body=opened.markdown,
            excerpt=str(values.get("excerpt", "")), tags=tuple(map(str, values.get("tags", ()))),
            categories=tuple(map(str, values.get("categories", ()))),
        ),
    )  # fmt: skip
    map_hash = desk.receipts.put_base(opened.to_json())
    return post, replace(receipt, sent_hash=post.content_hash, map_hash=map_hash)


def _spelled(document: Document, post: Post) -> Post:
    """The post as a file would have it."""
    return read_document(document.path, new_text(post), post.id).post
