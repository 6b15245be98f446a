"""Brings home the pictures that posts show from their blog, once each, so that they are there without a connection.

The text keeps the addresses, and so does what goes back (docs/decisions/034). A run may end anywhere, by a kill too:
a picture is saved whole or not at all, its record comes after it, and the next run goes on with what is missing. What a
blog refuses for good is written down, so that a whole archive asks for it once; asked for one post, everything is
asked again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from postdesk.backends.base import Backend
from postdesk.backends.fetching import Fetched, Outcome, fetch
from postdesk.backends.reader import is_same_site, is_web
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import (
    BackendError,
    Cancelled,
    DiskFull,
    FileGone,
    Gone,
    Intercepted,
    LibraryError,
    NotWritable,
    OutcomeUnknown,
    PostDeskError,
    Unreachable,
)
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.receipt import Receipt
from postdesk.library import names
from postdesk.library.blog_pictures import BlogPictures, Copy, featured_key, key_of, names_server
from postdesk.library.pictures import LARGEST, has_end, kind_of
from postdesk.markup.shown import Shown, shown_pictures
from postdesk.publishing.compare import base_values
from postdesk.publishing.journal import Journal
from postdesk.publishing.patience import Patience, T
from postdesk.publishing.whose import Whose, host_of

if TYPE_CHECKING:
    from postdesk.library.document import Document
    from postdesk.library.library import Library
    from postdesk.library.receipts import Receipts

RESERVE = 256 << 20
"""Bytes of the disk that pictures leave free: her words come first."""

_PATIENCE = Patience((20.0, 20.0), most=2, longest=120.0)  # for one picture; then until she comes again
_IN_VAIN = 5  # pictures in a row without an answer: then the blog is in trouble
_DATED = re.compile(r"/((?:19|20)[0-9]{2})/(0[1-9]|1[0-2])/[^/]+\Z")
_MADE_THERE = re.compile(r"\[[a-z]|/-->")
_GONE = "gone"


@dataclass(frozen=True, slots=True)
class At:
    """How far a run is: posts that were looked at, of how many, and pictures that came."""

    posts: int
    of: int
    came: int


Progress = Callable[[At], None]


@dataclass(slots=True)
class Brought:
    """How a run ended. `came`: new files; `there`: pictures that were here; `gone`: addresses at which the blog has
    nothing any more (a copy that is here stays); `elsewhere`: addresses of pictures that lie on other sites, which
    were left there; `problems`: (address or title, sentence). `failure`: why it ended before its end; the next run
    goes on."""

    came: list[Path] = field(default_factory=list)
    there: int = 0
    gone: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    failure: PostDeskError | None = None

    @property
    def cancelled(self) -> bool:
        """Whether she stopped it."""
        return isinstance(self.failure, Cancelled)


def _quiet(_at: At) -> None:
    return


class Bringing:
    """One run for one blog. `client` gives the one HTTP client; `connect` a connection to the blog, opened only where
    a question needs it: which file a number is. For a task. `pause` waits so many seconds, or until she stops it.
    `rendered` gives what readers get of a post by its number there, as far as that is here: what a
    blog makes of a gallery's numbers it alone knows."""

    def __init__(
        self, account: Account, library: Library, receipts: Receipts, journal: Journal,
        client: Callable[[], Any], connect: Callable[[], Backend], cancel: Cancel,
        pause: Callable[[float], object] | None = None, rendered: Callable[[str], str] = lambda _remote_id: "",
    ) -> None:  # fmt: skip
        self._account = account
        self._library = library
        self._pictures: BlogPictures = library.blog_pictures
        self._receipts = receipts
        self._client = client
        self._cancel = cancel
        self._pause = pause or cancel.wait
        self._rendered = rendered
        self._again = False
        self._done = Brought()
        self._whose = Whose(account, journal, connect, self._tell_locked_out)
        self._silent: set[str] = set()
        self._in_vain = 0
        self._seen: set[str] = set()
        self._counted: set[str] = set()

    def all(self, progress: Progress = _quiet) -> Brought:
        """The pictures of every post that came from the blog. Raises LibraryError where the library cannot be read;
        what else ends the run is its `failure`."""
        return self._run(lambda: self._every_post(progress))

    def one(self, document: Document, receipt: Receipt, progress: Progress = _quiet) -> Brought:
        """Those of one post; what is here is asked for again, as it may be another picture now."""
        self._again = True

        def run() -> None:
            progress(At(0, 1, 0))
            self._post(document, receipt, lambda: progress(At(0, 1, len(self._done.came))))

        return self._run(run)

    def _tell_locked_out(self, sentence: str) -> None:
        self._done.problems.append((self._account.name, sentence))

    def _run(self, work: Callable[[], None]) -> Brought:
        try:
            work()
        except BackendError as error:
            error.means = _("The pictures that came stay, and your text is safe.")
            error.todo = _("Bring them again later: it goes on where it was.")
            self._done.failure = error
        except (Cancelled, DiskFull, NotWritable) as error:
            self._done.failure = error
        finally:
            self._whose.close()
        return self._done

    def _every_post(self, progress: Progress) -> None:
        self._library.up_to_date()
        receipts = [r for r in self._receipts.all() if r.account_id == self._account.id and r.map_hash]
        for number, receipt in enumerate(receipts):
            self._cancel.check()

            def tell(number: int = number) -> None:
                progress(At(number, len(receipts), len(self._done.came)))

            tell()
            path = self._library.find(receipt.post_id)
            try:
                if path is not None:
                    self._post(self._library.read(path), receipt, tell)
            except FileGone:
                continue
            except (DiskFull, NotWritable):
                raise  # the next post would meet the same
            except LibraryError as error:
                self._done.problems.append((receipt.slug, error.sentence))
        progress(At(len(receipts), len(receipts), len(self._done.came)))

    def _post(self, document: Document, receipt: Receipt, tell: Callable[[], None]) -> None:
        values = base_values(self._receipts.base(receipt.base_hash) or "") if receipt.base_hash else {}
        content = values.get("content") if receipt.map_hash else ""
        there = shown_pictures("", content if isinstance(content, str) else "")
        # A name without a server is the blog's where the blog's own content has it; in her text it is a file of hers.
        here = [shown for shown in shown_pictures(document.post.body) if names_server(shown.ref)]
        base = receipt.address if is_web(receipt.address) else self._account.address
        self._featured(str(values.get("featured") or ""))
        made = self._rendered(receipt.remote_id) if there_made(content) else ""
        for shown in (*there, *here, *shown_pictures("", made)):
            self._cancel.check()
            self._picture(shown, document.post.id, base)
            tell()

    # --- one picture ------------------------------------------------------------------------------------------------

    def _picture(self, shown: Shown, post_id: str, base: str) -> None:
        key, address = key_of(shown.ref, post_id), absolute(base, shown.ref)
        if not key or not address:
            return
        own = key_of(address, "")  # the same for a picture by whatever name a post knows it
        if own not in self._seen:
            if not self._patiently(lambda: self._whose.is_hers(address, shown.number)):
                if address not in self._done.elsewhere:
                    self._done.elsewhere.append(address)
                return
            self._seen.add(own)
            self._bring(own, address)
        self._know_as(key, own)

    def _know_as(self, key: str, own: str) -> None:
        """What is known of an address is known by this name, too."""
        known = self._pictures.copy(own)
        if known is not None and key != own and self._pictures.copy(key) != replace(known, key=key):
            self._pictures.put(replace(known, key=key))

    def _featured(self, number: str) -> None:
        """The featured picture, of which a post tells only the number: its address is asked for once."""
        key = featured_key(self._account.address, number)
        if not key or key in self._seen:
            return
        self._seen.add(key)
        known = self._pictures.copy(key)
        if known is not None and not self._again and (known.why or self._pictures.has(key)):
            self._is_here(known)
            return
        try:
            address = self._patiently(lambda: self._whose.address_of(number))
        except Gone:
            self._pictures.put(Copy(key, why=_GONE))
            return
        own = key_of(address, "")
        if own and is_web(address):
            if own not in self._seen:
                self._seen.add(own)
                self._bring(own, address)
            self._know_as(key, own)

    def _bring(self, key: str, address: str) -> None:
        known = self._pictures.copy(key)
        here = known is not None and self._pictures.has(key)
        if known is not None and not self._again and (here or known.why):
            self._is_here(known)
            if known.why == _GONE:
                self._done.gone.append(address)
            return
        address = self._as_today(address)
        host = host_of(address)
        if host in self._silent:
            return
        try:
            got = self._fetch(address, known if here else None)
        except (Unreachable, Intercepted) as error:
            if is_same_site(address, self._account.address):
                raise
            self._silent.add(host)
            self._done.problems.append((address, error.sentence))
            return
        except OutcomeUnknown as error:
            self._in_vain += 1
            if self._in_vain >= _IN_VAIN:
                raise
            self._done.problems.append((address, error.sentence))
            return
        self._in_vain = 0
        if got.outcome is Outcome.UNCHANGED and known is not None and here:
            self._is_here(known)
        elif got.outcome is Outcome.CAME and is_whole(got):
            self._keep(key, address, got, known if here else None)
        else:
            self._refused(key, address, got, here=here)

    def _as_today(self, address: str) -> str:
        """An address as the blog has it now, whatever an old text says: its own host by today's name, and all others
        as browsers ask for what an encrypted page shows."""
        parts, home = urlsplit(address), urlsplit(self._account.address)
        if is_same_site(address, self._account.address):
            return parts._replace(scheme=home.scheme, netloc=home.netloc.rpartition("@")[2]).geturl()
        return (
            parts._replace(scheme=home.scheme).geturl()
            if home.scheme == "https" and parts.port is None
            else address
        )

    def _is_here(self, known: Copy) -> None:
        """Count a file once, under however many addresses it is known."""
        if known.file and known.file not in self._counted:
            self._counted.add(known.file)
            self._done.there += 1

    def _fetch(self, address: str, known: Copy | None) -> Fetched:
        return self._patiently(
            lambda: fetch(
                self._client(), address, self._whose.origins, self._cancel, limit=LARGEST,
                etag=known.etag if known else "", changed=known.changed if known else "",
            )
        )  # fmt: skip

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask again after the pause that the blog asks for; one that is too long ends the run."""
        return _PATIENCE.ask(ask, self._cancel, self._pause)

    def _keep(self, key: str, address: str, got: Fetched, known: Copy | None) -> None:
        digest = content_hash(got.data)
        if known is not None and known.content_hash == digest:
            self._is_here(known)
            return
        self._look_for_room(len(got.data))
        folder, name = self._place(address)
        made = self._pictures.keep(key, got.data, digest, folder, name, got.etag, got.changed)
        if made.file not in self._counted:
            self._counted.add(made.file)
            self._done.came.append(self._library.root / made.file)

    def _refused(self, key: str, address: str, got: Fetched, *, here: bool) -> None:
        """What did not come. A copy that is here stays: it may be the last one."""
        if got.outcome is Outcome.GONE:
            self._done.gone.append(address)
            if not here:
                self._pictures.put(Copy(key, why=_GONE))
            return
        why, sentence = {
            Outcome.CLOSED: ("closed", _("The blog does not give it to readers.")),
            Outcome.TOO_LARGE: (
                "too large",
                _("It is larger than {count} MB, and stays there.").format(count=LARGEST >> 20),
            ),
            Outcome.NOT_ASKED: (
                "not asked", _("Its address leads to a computer of your own network, which is not asked.")
            ),
        }.get(got.outcome, ("no picture", _("What came is no picture that can be shown.")))  # fmt: skip
        if got.outcome is Outcome.CAME and kind_of(got.data[:32]):
            why, sentence = "", _("It broke off before its end; the next time it is asked for again.")
        if why and not here:
            self._pictures.put(Copy(key, why=why))
        self._done.problems.append((address, sentence))

    def _place(self, address: str) -> tuple[Path, str]:
        """The folder and the name for a picture: as the blog has them, where it sorts by month."""
        path = urlsplit(address).path
        folder = self._library.root / names.file_stem(self._account.name) / _("Pictures")
        dated = _DATED.search(path)
        if dated is not None:
            folder = folder / dated[1] / dated[2]
        return folder, unquote(path).rpartition("/")[2].lstrip("~$") or "picture"

    def _look_for_room(self, size: int) -> None:
        try:
            free = shutil.disk_usage(self._library.root).free
        except OSError:
            return  # saving says it better
        if free - size < RESERVE:
            raise DiskFull(
                _("The disk has no room for more pictures."),
                _("Those that came stay, and your text is safe."),
                _("Make room, then bring them again: it goes on where it was."),
            )


def there_made(content: object) -> bool:
    """Whether a blog makes something of this content that only what readers get shows: of a shortcode, a block without
    an inside."""
    return isinstance(content, str) and _MADE_THERE.search(content) is not None


def is_whole(got: Fetched) -> bool:
    """Whether what came is a picture to its end. Where the server did not say how long it is, its own bytes tell: a
    connection that broke looks like one that was closed."""
    return bool(kind_of(got.data[:32])) and (got.is_framed or has_end(got.data))


def absolute(base: str, ref: str) -> str:
    """The web address that a reference in a post at `base` names, "" for none."""
    plain = "".join(c for c in ref.strip() if c not in "\t\r\n")
    try:
        address = urljoin(base, plain).partition("#")[0]
    except ValueError:
        return ""
    return address.replace(" ", "%20") if is_web(address) else ""
