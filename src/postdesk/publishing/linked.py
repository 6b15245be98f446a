"""Where the posts that a post links to are on a blog, from what that blog said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from postdesk.core.receipt import Receipt, Status
from postdesk.markup.postlinks import SCHEME
from postdesk.publishing.preflight import Place

if TYPE_CHECKING:
    from postdesk.library.library import Library


def find_links(
    post_ids: Iterable[str], receipt_of: Callable[[str], Receipt | None]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The addresses of these posts by id, and the ids of those that readers cannot open; `receipt_of` says what that
    blog said about a post."""
    found: list[tuple[str, str]] = []
    missing: list[str] = []
    for post_id in post_ids:
        receipt = receipt_of(post_id)
        if receipt is not None and receipt.status is Status.PUBLISHED and receipt.address:
            found.append((post_id, receipt.address))
        else:
            missing.append(post_id)
    return tuple(found), tuple(missing)


def missing_links(post_ids: Iterable[str], library: Library) -> tuple[Place, ...]:
    """The links to these posts with the posts' titles, "" for one that is not in the library."""
    return tuple(Place(f"{SCHEME}{post_id}", library.title_of(post_id) or "") for post_id in post_ids)
