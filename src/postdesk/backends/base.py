"""What a backend is: one kind of blog, what it can do as data, and the calls that publishing makes.

A backend folder exports `BACKEND`, a `BackendKind`, under the entry point group `postdesk.backends`. Wire
formats live in its `wire.py` (pure functions), the I/O in its `backend.py` with the HTTP client that it is
given. A backend keeps no state of publishing: every call below can be repeated, and `create_draft` and
`upload` can be looked up by their marker first.

Every call may raise `BackendError`s (core.errors) and `Cancelled`. The rule that all else rests on: only a
definite answer of this interface is a success or a `Refused`/`Busy`; nothing sent is `Unreachable`;
everything else is `OutcomeUnknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.post import Visibility
from postdesk.core.receipt import Status

if TYPE_CHECKING:  # every part imports this module, and the client is needed only when something is sent
    import httpx2


class Capability(Enum):
    """One thing that a kind of blog can do; the window shows only what the account's backend has."""

    SCHEDULE = "schedule"  # the blog itself publishes at a future date
    UNPUBLISH = "unpublish"
    TRASH = "trash"  # delete is to a trash it can come back from
    DELETE = "delete"  # delete is for good: asked about before it is done
    CATEGORIES = "categories"
    TAGS = "tags"
    EXCERPT = "excerpt"
    FEATURED_PICTURE = "featured picture"
    PRIVATE = "private"
    PASSWORD = "password"  # noqa: S105  the name of a capability, not a secret
    PENDING = "pending"
    MANY_WRITERS = "many writers"  # somebody else may change a post there: compare before writing
    REVISIONS = "revisions"  # the blog keeps the versions that were saved over, and says how many


class ContentFormat(Enum):
    """What `Outgoing.content` has to be for an account."""

    HTML = "html"
    BLOCKS = "blocks"  # WordPress block markup


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything that is set on the blog in one repeatable write.

    `content` is in the account's `ContentFormat`, with the blog's own picture addresses in it. `status` is
    the state to end in. `date`: an instant with an offset, or None to leave it to the blog (first
    publication) or as it is (update). `slug` "" leaves it to the blog. `featured` is a remote media id or "".
    Tags and categories are names as the writer has them; missing ones are made.
    """

    title: str
    content: str
    status: Status
    slug: str = ""
    date: datetime | None = None
    excerpt: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    featured: str = ""
    visibility: Visibility = Visibility.PUBLIC
    post_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post as the blog has it. `content` is what an editor there would get (raw), `rendered` what readers
    get (HTML, "" where not asked for). `revision` is opaque and changes whenever somebody saves. Dates are
    instants with offset. `featured` is a remote media id or "". `author` is a display name or "".
    `versions` is how many versions the blog keeps of it and `version` the id of the newest, -1 and "" where it does
    not say. `kind` and `post_password` as in `Post`; the password is "" where the blog does not tell it.
    `guid` is what the blog calls it in its feeds and exports, "" where it was not asked for.
    """

    remote_id: str
    address: str
    slug: str
    status: Status
    revision: str
    title: str
    content: str = ""
    rendered: str = ""
    excerpt: str = ""
    date: datetime | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    featured: str = ""
    author: str = ""
    visibility: Visibility = Visibility.PUBLIC
    versions: int = -1
    version: str = ""
    kind: str = ""
    post_password: str = field(default="", repr=False)
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a post that the blog keeps, as somebody saved it. `author` is a display name, "" where it is not
    known or was not asked for."""

    id: str
    title: str
    content: str
    excerpt: str = ""
    modified: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file to upload. `name` carries the marker (`pd-<16 hex of the content hash>-<plain name>.<ext>`). `ref` is
    what the writer calls it, "" when that is the file's own name."""

    path: Path
    name: str
    content_hash: str
    kind: str  # MIME type, from the file's first bytes
    size: int  # bytes
    alt: str = ""
    caption: str = ""
    ref: str = ""

    @property
    def called(self) -> str:
        """The file's name for a sentence: the writer's own, as its bytes may lie in a copy named otherwise."""
        return self.ref.rpartition("/")[2] or self.path.name


@dataclass(frozen=True, slots=True)
class RemoteMedia:
    """An uploaded file as the blog has it. `address` is checked: http(s) only. Sizes in px, 0 when not known.
    `sizes` maps a size's name to (address, width, height) where the blog made smaller copies."""

    remote_id: str
    address: str
    width: int = 0
    height: int = 0
    alt: str = ""
    caption: str = ""
    sizes: Mapping[str, tuple[str, int, int]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a blog's posts. `next` is an opaque cursor, "" at the end; `total` is -1 when the blog does
    not say. `left_out` are posts, without content, that it has and cannot give. `as_of` is
    what the blog's clock said, where it says that.
    """

    posts: tuple[RemotePost, ...]
    next: str = ""
    total: int = -1
    left_out: tuple[RemotePost, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """The answer to "does it work?", in words: site title, who she is there, what she may not do, what to
    know.
    """

    site: str
    user: str
    remarks: tuple[str, ...] = ()
    may_make_categories: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A blog found at an address that the writer pasted. `address` is its home as readers see it, `options`
    go into the account. `question` is a sentence to be answered with yes before the account is made ("" for
    none), e.g. that the address redirects to another one, or is not encrypted."""

    kind: str
    name: str
    address: str
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    question: str = ""


class Backend(Protocol):
    """An open connection to one account. Not thread-safe: one user at a time. `cancel` may be looked at
    inside a call. One that asks a server may have `answered`, a datetime or None: what the server's
    clock said at its last answer, where that is certain.

    `progress` of upload is called with bytes sent so far.
    """

    account: Account
    capabilities: frozenset[Capability]
    content_format: ContentFormat

    def check(self) -> Connection:
        """Sign in and look round; changes nothing."""

    def find(self, marker: str) -> tuple[RemotePost, ...]:
        """Every post that `create_draft(marker)` may have made, oldest first, whatever its state, trash
        included.
        """

    def create_draft(self, marker: str, title: str) -> RemotePost:
        """Make an empty draft that can be found by `marker`. The only call that must never be repeated
        blindly.
        """

    def read(self, remote_id: str) -> RemotePost:
        """The post with content and rendered; `Gone` when it is not there; TRASHED posts are returned as
        such.
        """

    def write(self, remote_id: str, outgoing: Outgoing, seen: str = "") -> RemotePost:
        """Set all of it; the same again changes nothing. Returns the post as the blog has it now, with
        content. With `seen`, the revision that was compared, a blog with many writers looks once more right
        before: `ChangedMeanwhile`, and nothing is set, when it is another one by now.
        """

    def trash(self, remote_id: str) -> None:
        """Delete to the blog's trash, or for good where it has none; a post that is there already, or gone, is a
        success."""

    def revisions(self, remote_id: str, *, names: bool = False) -> tuple[Revision, ...]:
        """The newest versions that the blog keeps of a post (at most 20), the one saved last first; () where it
        keeps none. `names`: with those who saved them.
        """

    def medium(self, remote_id: str) -> RemoteMedia:
        """An uploaded file by its id; `Gone` when it is not there."""

    def find_media(self, content_hash: str) -> tuple[RemoteMedia, ...]:
        """Every file that an upload of this content may have made (the hash is in its name), oldest first."""

    def upload(self, file: MediaFile, progress: Callable[[int], None], cancel: Cancel) -> RemoteMedia:
        """Send a file. Must not be repeated blindly. `TooLarge` and `MediaRefused` name the file."""

    def describe_media(self, remote_id: str, alt: str, caption: str) -> None:
        """Set alt text and caption (plain text); repeatable."""

    def discard_media(self, remote_id: str) -> None:
        """Delete a file that turned out to be a twin; gone already is a success. One that a post shows stays."""

    def posts(self, cursor: str = "", since: datetime | None = None, *, content: bool = False) -> Page:
        """A page of all posts (any state but trash); `since` limits to those changed after it, and some of those before
        may be among them. What was made last comes first, in an order that stays from page to page; a post may come
        twice. With `rendered`, without `content`; the other way round when `content` is asked for, and then the
        blog's pages follow the posts. Cursor "" starts."""

    def in_the_way(self, slug: str, when: datetime | None = None) -> tuple[RemotePost, ...]:
        """The posts, in any state but the trash, that keep a new one, dated `when` (None: now), from getting an address
        that ends in `slug`. Without content; tags, categories and author may be left out."""

    def categories(self) -> tuple[str, ...]:
        """The names of the blog's categories, for completion; () where there are none."""

    def tags(self) -> tuple[str, ...]:
        """The names of the blog's most used tags (at most 200), for completion."""

    def close(self) -> None:
        """Let go of connections."""


class BackendKind(Protocol):
    """The plug-in itself: one kind of blog. One that is no server says `needs_network = False`, and is opened without
    a client."""

    kind: str
    label: str
    needs_password: bool
    capabilities: frozenset[Capability]

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        """Look whether `address` (as the writer pasted it) leads to a blog of this kind. None: clearly not.
        Raises NotABlog, Intercepted, Unreachable with a sentence when it nearly is, or cannot be told."""

    def open(self, account: Account, password: str, http: httpx2.Client) -> Backend:
        """A connection; sends nothing yet."""

    def free_space(self, account: Account) -> int | None:
        """How many bytes may still be put there, None when that cannot be told without asking a server. For a
        task."""


def hear(backend: Backend, cancel: Cancel) -> Cancel | None:
    """Let a backend with slow calls look at `cancel` during each of them. Returns what it looked at before, None for
    one whose calls are short, which looks at nothing."""
    before = getattr(backend, "cancel", None)
    if not isinstance(before, Cancel):
        return None
    backend.cancel = cancel  # type: ignore[attr-defined]  # no part of what every backend is
    return before
