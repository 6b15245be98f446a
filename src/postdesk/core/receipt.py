"""A receipt: what a blog said about a post. A draft holds what the writer wrote; the two are never mixed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any


class Status(Enum):
    """The state of a post on a blog."""

    DRAFT = "draft"
    PENDING = "pending"
    PRIVATE = "private"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TRASHED = "trashed"


LIVE = (Status.PUBLISHED, Status.PRIVATE, Status.PENDING, Status.SCHEDULED)
"""The states in which a post was given to the blog, as opposed to a draft or the trash."""


@dataclass(frozen=True, slots=True)
class MediaReceipt:
    """One uploaded file: `content_hash` is what it is known by, SHA-256 (hex) of her file, or of that and of what was
    done to it on its way; sizes in px, 0 when not known."""

    content_hash: str
    remote_id: str
    address: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `account_id` said about `post_id`.

    `revision` is opaque, compared for equality only; "" for a post that is gone there. `sent_hash` is
    `Post.content_hash` of what went out last. `base_hash` names the content that was last in step with the server
    (stored content-addressed beside the receipts). `map_hash` names the map of a post that came from the blog:
    which of her Markdown is which part of the content there; "" for a post that was written here. `pictures` are
    the files that went out last, as (reference in the text, SHA-256 of her file); () also when that is not known.
    `file_hash` is that of the post's file when it said what the blog has, "" for not known. `newer` is the revision
    that was seen there and did not come home, as she had changed the post here; "" for none. `kind` is as in
    `Post`. `aside` names what a conversion that did not go out yet has put aside, "" for none. Times are instants
    with an offset.
    """

    post_id: str
    account_id: str
    remote_id: str
    address: str = ""
    slug: str = ""
    status: Status = Status.DRAFT
    revision: str = ""
    sent_hash: str = ""
    base_hash: str = ""
    media: tuple[MediaReceipt, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    map_hash: str = ""
    pictures: tuple[tuple[str, str], ...] = ()
    file_hash: str = ""
    newer: str = ""
    kind: str = ""
    aside: str = ""

    @property
    def is_in_trash(self) -> bool:
        """Whether the blog keeps the post in its trash; one that is gone for good has no revision there."""
        return self.status is Status.TRASHED and bool(self.revision)


def to_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON values."""
    values: dict[str, Any] = {one.name: getattr(receipt, one.name) for one in fields(receipt)}
    values["status"] = receipt.status.value
    values["media"] = [asdict(m) for m in receipt.media]
    for name in ("published_at", "updated_at"):
        moment = getattr(receipt, name)
        values[name] = moment.isoformat() if moment else None
    return values


def from_json(values: dict[str, Any]) -> Receipt:
    """The receipt that `to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(values[name]) if values[name] else None

    return Receipt(
        post_id=str(values["post_id"]),
        account_id=str(values["account_id"]),
        remote_id=str(values["remote_id"]),
        address=str(values["address"]),
        slug=str(values["slug"]),
        status=Status(values["status"]),
        revision=str(values["revision"]),
        sent_hash=str(values["sent_hash"]),
        base_hash=str(values["base_hash"]),
        media=tuple(
            MediaReceipt(
                str(m["content_hash"]),
                str(m["remote_id"]),
                str(m["address"]),
                int(m["width"]),
                int(m["height"]),
            )
            for m in values["media"]
        ),
        published_at=moment("published_at"),
        updated_at=moment("updated_at"),
        map_hash=str(values.get("map_hash", "")),
        pictures=tuple((str(ref), str(content_hash)) for ref, content_hash in values.get("pictures", ())),
        file_hash=str(values.get("file_hash", "")),
        newer=str(values.get("newer", "")),
        kind=str(values.get("kind", "")),
        aside=str(values.get("aside", "")),
    )
