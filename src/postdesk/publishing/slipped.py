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
from postdesk.publishing.journal import Journal

__all__ = ["Slipped", "forget", "kept", "look", "remark", "remember"]

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
