"""What becomes here of the posts that a blog shows: a new file, a changed one, nothing, or a word to the writer.

A page of them is written together: files and what receipts point to first, receipts when all of that is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from postdesk.backends.base import Page, RemotePost
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import DiskFull, FileGone, LibraryError, NotWritable
from postdesk.core.files import Save, Together
from postdesk.core.language import _
from postdesk.core.post import Visibility
from postdesk.core.receipt import MediaReceipt, Receipt, Status
from postdesk.library import names
from postdesk.library.document import Document, new_text, read_document
from postdesk.library.receipts import Packed
from postdesk.publishing.accounts import is_on
from postdesk.publishing.compare import base_of, is_unchanged
from postdesk.publishing.doubles import Doubles, Likeness
from postdesk.publishing.opener import Ready, Unopened, open_posts
from postdesk.publishing.plan import LIVE
from postdesk.publishing.pulled import as_post, pulled_id
from postdesk.publishing.state import in_step

if TYPE_CHECKING:
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts


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


@dataclass(frozen=True, slots=True)
class Lot:
    """A page, the remote ids of the posts that are as they were, and those of the posts that have to be opened, in the
    order of `unopened`."""

    page: Page
    same: frozenset[str]
    wanted: tuple[str, ...]
    unopened: tuple[Unopened, ...]


@dataclass(slots=True)
class _Batch:
    """What a page comes to. `files` are (place, the post's own bytes, receipt); `receipts` those of files that are
    there."""

    bases: list[Packed] = field(default_factory=list)
    files: list[tuple[tuple[Path, str], bytes, Receipt]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


class Arrivals:
    """Of one pull. `done` says what became of the posts, `looked` how many there were; `known` are the receipts of the
    blog by remote id."""

    def __init__(self, account: Account, library: Library, receipts: Receipts) -> None:
        self.done = Pulled()
        self.looked = 0
        self.known: dict[str, Receipt] = {}
        # What other machines filed under their ids for this blog.
        self._others: dict[tuple[str, str], Receipt] = {}
        self._account = account
        self._library = library
        self._receipts = receipts
        self._together = Together()
        self._seen: set[str] = set()  # remote ids
        self._new: dict[str, Path] = {}  # files that the library has not looked at yet
        self._doubles = Doubles(account, library)

    def look(self) -> None:
        """See what is here. To be called first."""
        there = self._library.catch_up()
        receipts = self._receipts.all()
        self.known = {r.remote_id: r for r in receipts if r.account_id == self._account.id}
        self._others = {
            (r.remote_id, r.address): replace(r, account_id=self._account.id)
            for r in receipts
            if r.account_id != self._account.id and is_on(r.address, self._account.address)
        }
        self._doubles.learn(there, (r.post_id for r in receipts))

    def lot(self, page: Page) -> Lot:
        """The posts of a page that have to be opened: those that are new or are not as they were."""
        coming = [post for post in page.posts if _is_told(post) and post.remote_id not in self._seen]
        same = frozenset(post.remote_id for post in coming if self._is_as_before(post))
        wanted = [post for post in coming if post.remote_id not in same]
        classic = self._account.kind == "wordpress"
        return Lot(
            page,
            same,
            tuple(post.remote_id for post in wanted),
            tuple(Unopened(post.content, classic, base_of(post, post.slug)) for post in wanted),
        )

    def take(
        self, lot: Lot, opened: Sequence[Ready], cancel: Cancel, progress: Callable[[int, int], None],
        settled: Callable[[], None],
    ) -> None:  # fmt: skip
        """Do what each post of the page asks for. `progress` is told how many there were until now, and how many there
        are; `settled` when all that was taken before is on the disk. A set `cancel` ends it after the post at hand.
        Raises DiskFull, NotWritable."""
        ready = dict(zip(lot.wanted, opened, strict=True))
        batch = _Batch()
        for post in lot.page.left_out:
            if post.remote_id in self._seen:
                continue
            self._seen.add(post.remote_id)
            sentence = _(
                "The blog does not give its text: it may be too long, or not for you to read. It stays there alone."
            )
            self.done.problems.append((post.title, sentence))
        for post in lot.page.posts:
            if cancel.is_set:
                break
            if post.remote_id not in self._seen:  # else it moved from page to page meanwhile
                if post.remote_id in lot.same:
                    self._same(post, batch)
                else:
                    self._take(post, ready.get(post.remote_id), batch)
                self._seen.add(post.remote_id)
                self.looked += 1
            progress(self.looked, lot.page.total)
        self._write(batch, settled)

    def settle(self) -> None:
        """Wait until all that was taken is on the disk."""
        self._together.settle()

    # --- one post ---

    def _take(self, remote: RemotePost, ready: Ready | None, batch: _Batch) -> None:
        try:
            if not _is_told(remote):
                sentence = _(
                    "It has a password for readers, which the blog does not tell; it stays there alone."
                )
                self.done.problems.append((remote.title, sentence))
            elif self._is_as_before(remote):
                self._same(remote, batch)
            else:
                classic = self._account.kind == "wordpress"
                ready = (
                    ready or open_posts([Unopened(remote.content, classic, base_of(remote, remote.slug))])[0]
                )
                receipt = self._known(remote)
                if receipt is None:
                    self._make(remote, ready, batch)
                else:
                    self._compare(remote, receipt, ready, batch)
        except (DiskFull, NotWritable):
            raise  # the next post would meet the same
        except LibraryError as error:
            self.done.problems.append((remote.title, error.sentence))

    def _same(self, remote: RemotePost, batch: _Batch) -> None:
        """It is on the blog as it was when both were in step."""
        self.done.there += 1
        receipt = self._known(remote)
        if receipt is None:
            return
        # Somebody took a change there back, or the post out of the trash.
        status = remote.status if receipt.status is Status.TRASHED else receipt.status
        if receipt.newer or status is not receipt.status:
            batch.receipts.append(replace(receipt, newer="", status=status))

    def _make(self, remote: RemotePost, ready: Ready, batch: _Batch) -> None:
        """A post that has no receipt: its file first, so that a receipt never speaks of a file that is not there."""
        post_id = pulled_id(self._account.address, remote.remote_id)
        path = self._find(post_id)
        other = self._doubles.find(remote) if path is None else ""
        found = self._find(other) if other else None
        document = self._read(found) if found is not None else None
        if document is not None:
            self._adopt(remote, ready, document, batch)
            return
        post = as_post(remote, post_id, ready.markdown)
        data = new_text(post)
        made = read_document(Path(), data, post_id)
        receipt = self._receipt(remote, post_id, made.post.content_hash, made.hash, ready)
        batch.bases += _bases(ready)
        if path is None:
            year = f"{post.date.year:04}" if post.date else _("Undated")
            stem = names.file_stem(post.slug or post.title)
            folder = self._library.root / names.file_stem(self._account.name) / year
            place = (folder, f"{post.date:%Y-%m-%d}-{stem}" if post.date else stem)
            batch.files.append((place, data, receipt))
        else:
            self.done.there += 1  # a pull ended between this file and its receipt
            batch.receipts.append(receipt)

    def _adopt(self, remote: RemotePost, ready: Ready, document: Document, batch: _Batch) -> None:
        """A post that came here in another way: it gets its receipt, and its text only where she did not touch it."""
        post_id = document.post.id
        likeness = self._doubles.compare(document, remote, ready)
        media: tuple[MediaReceipt, ...] = ()
        if remote.featured and document.post.image.startswith(("https:", "http:")):
            # What the other way knew as an address is a picture of the blog.
            media = (MediaReceipt("", remote.featured, document.post.image),)
        if likeness is Likeness.OTHER:
            first = (remote.date or remote.modified) if remote.status in LIVE else None
            # Not in step: updating it asks which one stays, and publishing it makes no second post.
            batch.receipts.append(
                Receipt(post_id, self._account.id, remote.remote_id, remote.address, remote.slug, remote.status,
                        media=media, published_at=first, updated_at=remote.modified, newer=remote.revision)
            )  # fmt: skip
            self.done.both.append(remote.title)
            return
        saved = document
        if likeness is Likeness.AS_MADE:
            new = read_document(
                document.path, new_text(as_post(remote, post_id, ready.markdown)), post_id
            ).post
            saved = self._library.save(document, replace(new, image=document.post.image))
            self.done.updated.append(document.path)
        else:
            self.done.there += 1
        saved = self._library.carry_id(saved)
        batch.bases += _bases(ready)
        batch.receipts.append(
            replace(self._receipt(remote, post_id, saved.post.content_hash, saved.hash, ready), media=media)
        )

    def _compare(self, remote: RemotePost, receipt: Receipt, ready: Ready, batch: _Batch) -> None:
        path = self._find(receipt.post_id)
        document = self._read(path) if path is not None else None
        if document is None or not receipt.map_hash:
            # Without a file she has thrown it away here; without a map it was written here, and updating it asks.
            self._both(remote, receipt, batch)
            return
        post = as_post(remote, receipt.post_id, ready.markdown)
        new = read_document(document.path, new_text(post), post.id).post
        # A featured picture that she chose here is a file of hers; of the blog's only the number is known.
        new = replace(new, image=document.post.image)
        if document.post.content_hash == new.content_hash:
            self.done.there += 1  # a pull ended between this file and its receipt
        elif in_step(document.post, receipt):
            document = self._library.save(document, new)
            self.done.updated.append(document.path)
        else:
            self._both(remote, receipt, batch)
            return
        batch.bases += _bases(ready)
        batch.receipts.append(
            self._receipt(remote, receipt.post_id, new.content_hash, document.hash, ready, receipt)
        )

    def _both(self, remote: RemotePost, receipt: Receipt, batch: _Batch) -> None:
        """It changed on both sides: nothing is written but that."""
        self.done.both.append(remote.title)
        if receipt.newer != remote.revision:
            batch.receipts.append(replace(receipt, newer=remote.revision))

    def _receipt(
        self, remote: RemotePost, post_id: str, sent_hash: str, file_hash: str, ready: Ready,
        before: Receipt | None = None,
    ) -> Receipt:  # fmt: skip
        first = remote.date or remote.modified
        return Receipt(
            post_id, self._account.id, remote.remote_id, remote.address, remote.slug, remote.status, remote.revision,
            sent_hash, ready.base_digest, before.media if before else (), first if remote.status in LIVE else None,
            remote.modified, ready.map_digest, before.pictures if before else (), file_hash, kind=remote.kind,
        )  # fmt: skip

    # --- together ---

    def _write(self, batch: _Batch, settled: Callable[[], None]) -> None:
        saves = self._receipts.bases_as_saves(batch.bases)
        paths = self._library.places(place for place, _data, _receipt in batch.files)
        saves += [
            Save(path, data, new=True)
            for path, (_place, data, _receipt) in zip(paths, batch.files, strict=True)
        ]
        if not saves:
            self._together.settle()
            settled()
        else:
            refused = self._together.put(saves)[len(saves) - len(paths) :]
            settled()
            for number, (place, data, receipt) in enumerate(batch.files):
                # Somebody else was quicker with that name: the post gets another one.
                path = self._library.take_in(*place, data) if refused[number] else paths[number]
                self.done.made.append(path)
                self._new[receipt.post_id] = path
                batch.receipts.append(receipt)
        if batch.receipts:
            self._together.put([self._receipts.as_save(receipt) for receipt in batch.receipts])
            for receipt in batch.receipts:
                self._receipts.filings.saw(receipt)
            self.known |= {receipt.remote_id: receipt for receipt in batch.receipts}

    # --- how ---

    def _is_as_before(self, remote: RemotePost) -> bool:
        receipt = self._known(remote)
        base = self._receipts.base(receipt.base_hash) if receipt is not None and receipt.base_hash else None
        return base is not None and is_unchanged(remote, base)

    def _known(self, remote: RemotePost) -> Receipt | None:
        return self.known.get(remote.remote_id) or self._others.get((remote.remote_id, remote.address))

    def _find(self, post_id: str) -> Path | None:
        return self._new.get(post_id) or self._library.find(post_id)

    def _read(self, path: Path) -> Document | None:
        try:
            return self._library.read(path)
        except FileGone:
            return None


def _is_told(remote: RemotePost) -> bool:
    """Whether all of it is known."""
    return remote.visibility is not Visibility.PASSWORD or bool(remote.post_password)


def _bases(ready: Ready) -> tuple[Packed, Packed]:
    return Packed(ready.base_digest, ready.base_data), Packed(ready.map_digest, ready.map_data)
