"""Brings the posts of a blog home: each one a readable file, a receipt, a base, and the map that takes it back.

A post's id is made from the blog's address and the post's number there, so a pull that was stopped or killed anywhere
is simply begun again: what has a file is found by its id, what has a receipt is compared and left alone. What she
changed here is never written over; a post that changed on both sides is told and waits for her.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.backends.base import Backend, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, DiskFull, FileGone, Gone, LibraryError, NotWritable
from postdesk.core.language import _
from postdesk.core.post import Post, Visibility
from postdesk.core.receipt import Receipt, Status
from postdesk.library import names
from postdesk.library.document import Document, new_text, read_document
from postdesk.publishing.compare import base_of, is_unchanged
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import LIVE
from postdesk.publishing.pulled import as_post, pulled_id

if TYPE_CHECKING:
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts
    from postdesk.markup.lossless import Opened

_PLACE = "pull"  # what the journal keeps by that name: how far the pull of a blog is
_OVERLAP = timedelta(minutes=5)  # clocks of blogs jump; the same post twice does no harm
_FEW = 10  # posts that may be missing on a blog before it is taken for a fault of the blog
_SHARE = 0.2

Progress = Callable[[int, int], None]
"""How many posts were looked at, and how many there are (-1: the blog does not say)."""


@dataclass(slots=True)
class Pulled:
    """How a pull ended. `made`: new files; `updated`: files that the blog had changed and she had not; `there`: as they
    were; `both`: titles of posts that changed here and there, which were left; `gone`: titles of posts that are not on
    the blog any more, whose files stay; `problems`: (title, sentence)."""

    made: list[Path] = field(default_factory=list)
    updated: list[Path] = field(default_factory=list)
    there: int = 0
    both: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    cancelled: bool = False

    @property
    def seen(self) -> int:
        """Posts that were looked at."""
        return len(self.made) + len(self.updated) + self.there + len(self.both) + len(self.problems)


def pull(
    account: Account, backend: Backend, library: Library, receipts: Receipts, journal: Journal, cancel: Cancel,
    progress: Progress = lambda _n, _of: None, *, everything: bool = False,
) -> Pulled:  # fmt: skip
    """Fetch what changed on the blog since the last complete pull, or `everything`. Raises what the backend raises,
    DiskFull and NotWritable; what was made until then stays."""
    return _Pull(account, backend, library, receipts, journal, cancel, progress).run(everything=everything)


class _Pull:
    def __init__(
        self, account: Account, backend: Backend, library: Library, receipts: Receipts, journal: Journal,
        cancel: Cancel, progress: Progress,
    ) -> None:  # fmt: skip
        self._account = account
        self._backend = backend
        self._library = library
        self._receipts = receipts
        self._journal = journal
        self._cancel = cancel
        self._progress = progress
        self._done = Pulled()
        self._known: dict[str, Receipt] = {}
        self._new: dict[str, Path] = {}  # files that the library has not looked at yet

    def run(self, *, everything: bool) -> Pulled:
        """Page after page. A pull that was stopped goes on with its page."""
        self._library.up_to_date()
        self._known = {r.remote_id: r for r in self._receipts.all() if r.account_id == self._account.id}
        place = self._place()
        since = None if everything or not place["since"] else datetime.fromisoformat(place["since"])
        cursor = "" if everything and not place["everything"] else place["cursor"]
        newest = place["newest"] if cursor else ""
        whole = since is None and not cursor
        seen: set[str] = set()
        total = -1
        try:
            while True:
                self._cancel.check()
                page = self._backend.posts(cursor, since, content=True)
                total = page.total
                for remote in page.posts:
                    self._cancel.check()
                    seen.add(remote.remote_id)
                    self._take(remote, self._known.get(remote.remote_id))
                    self._progress(self._done.seen, total)
                newest = max([newest, *(_utc(p.modified) for p in page.posts if p.modified)])
                ended = not page.next or page.next == cursor
                after = (datetime.fromisoformat(newest) - _OVERLAP).isoformat() if newest else ""
                cursor = "" if ended else page.next
                self._note(
                    cursor, after if ended else place["since"], newest, everything=everything and not ended
                )
                if ended:
                    break
            if whole:
                self._notice_gone(seen, total)
        except Cancelled:
            self._done.cancelled = True
        return self._done

    def _take(self, remote: RemotePost, receipt: Receipt | None) -> None:
        try:
            if remote.visibility is Visibility.PASSWORD:
                sentence = _(
                    "It has a password for readers, which the blog does not tell; it stays there alone."
                )
                self._done.problems.append((remote.title, sentence))
            elif receipt is None:
                self._make(remote)
            else:
                self._compare(remote, receipt)
        except (DiskFull, NotWritable):
            raise  # the next post would meet the same
        except LibraryError as error:
            self._done.problems.append((remote.title, error.sentence))

    def _make(self, remote: RemotePost) -> None:
        """A post that has no receipt: its file first, so that a receipt never speaks of a file that is not there."""
        post_id = pulled_id(self._account.address, remote.remote_id)
        post, opened = self._opened(remote, post_id)
        data = new_text(post)
        path = self._find(post_id)
        if path is None:
            year = f"{post.date.year:04}" if post.date else _("Undated")
            stem = names.file_stem(post.slug or post.title)
            folder = self._library.root / names.file_stem(self._account.name) / year
            path = self._library.take_in(folder, f"{post.date:%Y-%m-%d}-{stem}" if post.date else stem, data)
            self._done.made.append(path)
            self._new[post_id] = path
        else:
            self._done.there += 1  # a pull ended between this file and its receipt
        self._keep(remote, post_id, read_document(path, data, post_id).post.content_hash, opened)

    def _compare(self, remote: RemotePost, receipt: Receipt) -> None:
        base = self._receipts.base(receipt.base_hash) if receipt.base_hash else None
        if base is not None and is_unchanged(remote, base):
            self._done.there += 1
            return
        path = self._find(receipt.post_id)
        document = self._read(path) if path is not None else None
        if document is None or not receipt.map_hash:
            # Without a file she has thrown it away here; without a map it was written here, and updating it asks.
            self._done.both.append(remote.title)
            return
        post, opened = self._opened(remote, receipt.post_id)
        new = read_document(document.path, new_text(post), post.id).post
        # A featured picture that she chose here is a file of hers; of the blog's only the number is known.
        new = replace(new, image=document.post.image)
        if document.post.content_hash == new.content_hash:
            self._done.there += 1  # a pull ended between this file and its receipt
        elif document.post.content_hash == receipt.sent_hash and not receipt.aside:
            self._library.save(document, new)
            self._done.updated.append(document.path)
        else:
            self._done.both.append(remote.title)
            return
        self._keep(remote, receipt.post_id, new.content_hash, opened, receipt)

    def _find(self, post_id: str) -> Path | None:
        return self._new.get(post_id) or self._library.find(post_id)

    def _read(self, path: Path) -> Document | None:
        try:
            return self._library.read(path)
        except FileGone:
            return None

    def _opened(self, remote: RemotePost, post_id: str) -> tuple[Post, Opened]:
        from postdesk.markup.lossless import open_post

        opened = open_post(remote.content, classic=self._account.kind == "wordpress")
        return as_post(remote, post_id, opened), opened

    def _keep(
        self, remote: RemotePost, post_id: str, sent_hash: str, opened: Opened, before: Receipt | None = None
    ) -> None:
        first = remote.date or remote.modified
        receipt = Receipt(
            post_id, self._account.id, remote.remote_id, remote.address, remote.slug, remote.status,
            remote.revision, sent_hash, self._receipts.put_base(base_of(remote, remote.slug)),
            before.media if before else (), first if remote.status in LIVE else None, remote.modified,
            self._receipts.put_base(opened.to_json()), before.pictures if before else (),
        )  # fmt: skip
        self._receipts.put(receipt)
        self._known[remote.remote_id] = receipt

    def _notice_gone(self, seen: set[str], total: int) -> None:
        """Posts that the blog had and has no more. A blog that shows far too little is not believed."""
        missing = [
            r
            for remote_id, r in self._known.items()
            if remote_id not in seen and r.status is not Status.TRASHED
        ]
        if not missing or (total >= 0 and len(seen) < total):
            return  # posts moved from page to page meanwhile: the next pull sees them
        if len(missing) > max(_FEW, _SHARE * len(self._known)):
            sentence = _("The blog does not show {count} posts that it had. Nothing was changed here for that: look at "
                         "the blog itself first.")  # fmt: skip
            self._done.problems.append((self._account.name, sentence.format(count=len(missing))))
            return
        for receipt in missing:
            self._cancel.check()
            try:
                if self._backend.read(receipt.remote_id).status is not Status.TRASHED:
                    continue
            except Gone:
                pass
            self._receipts.put(replace(receipt, status=Status.TRASHED))
            self._done.gone.append(self._library.title_of(receipt.post_id) or receipt.slug)

    def _place(self) -> dict[str, str]:
        found: dict[str, str] = {"since": "", "cursor": "", "newest": "", "everything": ""}
        text = self._journal.learnt(self._account.id, _PLACE)
        if text:
            found |= {name: str(value) for name, value in json.loads(text).items()}
        return found

    def _note(self, cursor: str, since: str, newest: str, *, everything: bool) -> None:
        values = {
            "since": since,
            "cursor": cursor,
            "newest": newest,
            "everything": "yes" if everything else "",
        }
        self._journal.learn(self._account.id, _PLACE, json.dumps(values))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
