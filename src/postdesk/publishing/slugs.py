"""The last part of a post's address: chosen for the first publication, and kept from then on."""

from __future__ import annotations

from postdesk.backends.base import RemotePost
from postdesk.core.post import slugify
from postdesk.core.receipt import Receipt, Status
from postdesk.publishing.compare import base_values
from postdesk.publishing.run import ReceiptStore, Run


def first(slug: str, title: str) -> str:
    """The writer's own, else one made from the title."""
    return slug or slugify(title)


def kept(run: Run, there: RemotePost, receipt: Receipt | None, receipts: ReceiptStore) -> str:
    """The address of a post that was live stays, unless the writer changed the slug field since."""
    base = receipts.base(receipt.base_hash) if receipt and receipt.base_hash else None
    asked = str(base_values(base).get("asked_slug", "")) if base else ""
    wanted = run.snapshot.post.slug
    known = there.slug if not there.slug.startswith(run.marker) else ""
    if there.status is Status.TRASHED:  # WordPress gives it another name there (6.1, 7.1)
        known = receipt.slug if receipt else ""
    if wanted and wanted not in (asked, known):
        return wanted
    return known or first(wanted, run.snapshot.post.title)
