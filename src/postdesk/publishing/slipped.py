"""What slipped in: a version that somebody saved on the blog between our last look and our write.

The window is one request long, and no server closes it. The blog's own count of versions tells that somebody was in it,
without another question; only then the versions are asked for. What is found is written into the journal, with what it
was made from, so that it can be merged into her text whenever she wants.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postdesk.backends.base import Backend, Capability, Outgoing, RemotePost, Revision
from postdesk.core.errors import NotABlog, Refused
from postdesk.core.language import _
from postdesk.core.receipt import Receipt
from postdesk.publishing.compare import as_outgoing, base_of, is_ours, outgoing_from_json
from postdesk.publishing.journal import Journal
from postdesk.publishing.run import ReceiptStore, Run

__all__ = ["Slipped", "forget", "found", "is_newer", "kept", "look", "remark", "remember"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slipped:
    """`revision` is what somebody saved; `there` names what it was made from (a base, see `compare.base_of`). `base`
    and `sent_hash` are those of the receipt before: what was in step then."""

    revision: Revision
    there: str
    base: str
    sent_hash: str


def look(
    backend: Backend, there: RemotePost, written: RemotePost, since: str, ours: Iterable[Outgoing]
) -> tuple[Revision, ...]:
    """Versions that were saved after the one with the id `since` and are neither ours nor what we compared, the newest
    first. `there` is what was compared, `written` the answer of the write. Costs a request only when the blog counts
    more versions than we saved. A blog that does not let her see them is no failure: the post is out. Raises what else
    asking a blog may: then the job runs again, and looks again."""
    if Capability.REVISIONS not in backend.capabilities or min(there.versions, written.versions) < 0:
        return ()
    more = written.versions - there.versions
    if since == there.version and (more == 1 or (more == 0 and written.version == there.version)):
        return ()
    try:
        versions = backend.revisions(written.remote_id, names=True)
    except (Refused, NotABlog) as error:
        _log.info("The versions on the blog could not be looked through: %s", error.details or error.happened)
        return ()
    known = {_words(there.title, there.content, there.excerpt)}
    known |= {_words(one.title, one.content, one.excerpt) for one in ours}
    known.add(_words(written.title, written.content, written.excerpt))
    found = []
    for version in versions:
        if version.id == since or _is_older(version, there):
            break
        if _words(version.title, version.content, version.excerpt) not in known:
            found.append(version)
    return tuple(found)


def found(
    run: Run,
    journal: Journal,
    receipts: ReceiptStore,
    there: RemotePost,
    written: RemotePost,
    receipt: Receipt | None,
) -> tuple[str, ...]:
    """What somebody saved between the last look of a run and its write, noted; remarks for her, () for nothing."""
    if run.fresh or receipt is None:
        return ()
    tried = [outgoing_from_json(json.loads(text)) for text in journal.tried(run.job)]
    since = there.version
    if any(is_ours(there, one) for one in tried[:-1]):  # an earlier write of this job, unheard of
        before = (journal.job(run.job.id) or run.job).before
        since = str(json.loads(before).get("version", since)) if before else since
    versions = look(run.backend, there, written, since, tried)
    if not versions:
        return ()
    compared = receipts.put_base(base_of(there, ""))
    noted = [Slipped(one, compared, receipt.base_hash, receipt.sent_hash) for one in versions]
    remember(journal, run.job.account_id, run.job.post_id, noted)
    return (remark(versions),)


def is_newer(seen: RemotePost, written: RemotePost, backend: Backend) -> bool:
    """Whether somebody saved the post after our write: the blog has another version than the one it answered with."""
    others = {Capability.MANY_WRITERS, Capability.REVISIONS} <= backend.capabilities
    return others and seen.version != written.version and not is_ours(seen, as_outgoing(written))


def remark(found: Iterable[Revision]) -> str:
    """A sentence for her."""
    who = next((version.author for version in found if version.author), "")
    if who:
        return _("{who} changed it in the same moment; that version is kept in the blog's revisions.").format(
            who=who
        )
    return _("Somebody changed it in the same moment; that version is kept in the blog's revisions.")


def remember(journal: Journal, account_id: str, post_id: str, found: Iterable[Slipped]) -> None:
    """Write down what slipped in, beside what is known already. Raises PublishError."""
    there = kept(journal, account_id, post_id)
    ids = {one.revision.id for one in there}
    every = (*(one for one in found if one.revision.id not in ids), *there)
    _put(journal, account_id, post_id, every)


def kept(journal: Journal, account_id: str, post_id: str) -> tuple[Slipped, ...]:
    """What slipped in and was neither brought back nor left, the newest first."""
    try:
        values = json.loads(journal.learnt(account_id, _name(post_id)) or "[]")
        return tuple(_from_json(one) for one in values)
    except (ValueError, KeyError, TypeError):
        return ()


def forget(journal: Journal, account_id: str, post_id: str, revision_id: str) -> None:
    """She has it in her text, or left it. Raises PublishError."""
    rest = [one for one in kept(journal, account_id, post_id) if one.revision.id != revision_id]
    _put(journal, account_id, post_id, rest)


def _put(journal: Journal, account_id: str, post_id: str, every: Iterable[Slipped]) -> None:
    values = [_to_json(one) for one in every]
    journal.learn(account_id, _name(post_id), json.dumps(values, ensure_ascii=False) if values else "")


def _name(post_id: str) -> str:
    return f"slipped in {post_id}"


def _to_json(one: Slipped) -> dict[str, Any]:
    version = one.revision
    return {
        "id": version.id, "title": version.title, "content": version.content, "excerpt": version.excerpt,
        "modified": version.modified.isoformat() if version.modified else None, "author": version.author,
        "there": one.there, "base": one.base, "sent_hash": one.sent_hash,
    }  # fmt: skip


def _from_json(values: dict[str, Any]) -> Slipped:
    modified = values["modified"]
    return Slipped(
        Revision(
            str(values["id"]), str(values["title"]), str(values["content"]), str(values["excerpt"]),
            datetime.fromisoformat(modified) if modified else None, str(values["author"]),
        ),
        str(values["there"]), str(values["base"]), str(values["sent_hash"]),
    )  # fmt: skip


def _words(title: str, content: str, excerpt: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in (title, content, excerpt))


def _is_older(version: Revision, there: RemotePost) -> bool:
    """Whether it was saved before what was compared; versions of one second are told apart by their ids alone."""
    return version.modified is not None and there.modified is not None and version.modified < there.modified
