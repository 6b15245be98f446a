"""Merges two machines' receipts of one post on one blog: what the blog said last counts, and no remote id is lost."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from postdesk.core import receipt as receipts
from postdesk.core.receipt import Receipt
from postdesk.library.git.merging import Merged

_ID: Final = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_LONGEST_ACCOUNT: Final = 55  # characters, so that with what is added to it an id is still one
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def merge_receipts(path: str, base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
    """One receipt out of two; `path` and the answer as `MergeFile` has them.

    The one that its blog spoke of last wins with all that belongs together (revision, address, state, what was sent);
    uploaded files of both count. Where they name two different posts on the blog, the other one stays as a receipt of
    its own, so that both can be seen. A file that is no receipt gives way to one that is; of two, both are kept.
    """
    ours, others = _read(mine), _read(theirs)
    if ours is None or others is None:
        if others is not None:
            return Merged(theirs)
        return Merged(mine) if ours is not None or _read(base or b"") is not None else Merged(mine, theirs)
    first, second = (ours, others) if _when(ours) >= _when(others) else (others, ours)
    won = {**second, **first}
    hashes = {m["content_hash"] for m in first["media"]}
    won["media"] = first["media"] + [m for m in second["media"] if m["content_hash"] not in hashes]
    for name in ("pictures", "file_hash", "newer"):  # they belong to what was sent
        if name not in first:
            won.pop(name, None)
    won["published_at"] = first["published_at"] or second["published_at"]
    if first["remote_id"] == second["remote_id"]:
        return Merged(_write(won))
    twin = {**second, "account_id": _beside(second)}
    name = PurePosixPath(path).name.split(".")[0]
    return Merged(_write(won), _write(twin), f"{name}.{twin['account_id']}.json")


def _read(data: bytes) -> dict[str, Any] | None:
    """A receipt's values, None for what is none: the file may have been made on another machine by anybody, and its ids
    become a part of a file's name."""
    try:
        values = json.loads(data)
        receipt = receipts.from_json(values)
        _write(values)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(values, dict) or not isinstance(values["media"], list):
        return None
    hashes = all(isinstance(m["content_hash"], str) for m in values["media"])
    ids = all(_ID.fullmatch(one) for one in (receipt.post_id, receipt.account_id))
    return values if hashes and ids else None


def _when(values: dict[str, Any]) -> datetime:
    receipt: Receipt = receipts.from_json(values)
    moment = receipt.updated_at or receipt.published_at or _NEVER
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _beside(values: dict[str, Any]) -> str:
    """An account's id under which no account is, the same for the same remote post."""
    mark = hashlib.sha256(str(values["remote_id"]).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    account = str(values["account_id"])
    return account if account.endswith(f"-{mark}") else f"{account[:_LONGEST_ACCOUNT]}-{mark}"


def _write(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return text.encode("utf-8", "backslashreplace")
