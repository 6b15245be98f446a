"""The one tree of errors, and the three-part sentence that every one of them carries.

PostDeskError
|-- SettingsError            a setting or an argument that cannot be used
|-- LibraryError             the writer's folder and its files
|   |-- FileChanged          the file on disk is not the one last read
|   |-- FileGone             the file was deleted or moved away
|   |-- NotWritable          read-only folder or file
|   |-- DiskFull             no space left (also a quota)
|   |-- NameTaken            another file has that name
|   |-- BrokenFrontMatter    the front matter does not parse
|   |-- PictureRefused       a picture that is missing, outside the library, or no picture
|   `-- LibraryInUse         another Post Desk has this library open
|-- PasswordError            the system keyring: missing, locked, slow, refused
|-- BackendError             a blog
|   |-- Unreachable          definitely not sent: no network, no such host, connection refused
|   |-- OutcomeUnknown       sent, but no definite answer of this interface came back
|   |-- Busy                 definitely not done, asked to come later (429, 503 with Retry-After)
|   |-- Refused              a definite no
|   |   |-- SignInRefused    who she is was not accepted
|   |   |-- NotAllowed       she may not do this there
|   |   |-- Gone             that post is not there any more
|   |   |-- ChangedMeanwhile somebody saved the post since it was compared
|   |   |-- TooLarge         a file over the server's limit
|   |   `-- MediaRefused     the server does not take this file
|   |-- NotABlog             the address does not lead to a blog of a kind we know
|   `-- Intercepted          something in between answered: captive portal, redirect, certificate
`-- PublishError             rules of publishing
    |-- Conflict             the post on the blog is not the one last in step
    |-- NotReady             preflight found what must be mended first
    `-- Cancelled            she took it back
"""

from __future__ import annotations

from enum import Enum


class Sent(Enum):
    """Whether anything reached the blog, as far as an error can tell."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    PART = "part"


class PostDeskError(Exception):
    """A failure that the writer can meet.

    `happened`, `means` and `todo` are whole, translated sentences: what happened, what it means for her post
    (did anything go out, is the text safe), what to do. They never hold a secret. `details` is technical text
    for the log and the details pane, already without secrets.
    """

    sent: Sent = Sent.NOTHING

    def __init__(self, happened: str, means: str = "", todo: str = "", *, details: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.means = means
        self.todo = todo
        self.details = details

    @property
    def sentence(self) -> str:
        """The three parts as one line of prose."""
        return " ".join(part for part in (self.happened, self.means, self.todo) if part)

    def __str__(self) -> str:
        return self.sentence


class SettingsError(PostDeskError):
    """A setting, an argument or a stored settings file that cannot be used."""


class LibraryError(PostDeskError):
    """Something about the writer's folder or one of its files."""


class FileChanged(LibraryError):
    """The file on disk is not the one that was last read; nothing was written over it."""


class FileGone(LibraryError):
    """The file was deleted or moved away; it was not created again."""


class NotWritable(LibraryError):
    """The folder or the file may not be written."""


class DiskFull(LibraryError):
    """No space left on the disk, or a quota is used up; the old file is whole."""


class NameTaken(LibraryError):
    """Another file has that name already."""


class BrokenFrontMatter(LibraryError):
    """The front matter does not parse; the file is not rewritten until it does."""


class PictureRefused(LibraryError):
    """A picture that is missing, lies outside the library, is too large to decode, or is none."""


class LibraryInUse(LibraryError):
    """Another running Post Desk has this library open."""


class LibraryAway(LibraryError):
    """There is nothing where the library was: its disk is not connected."""


class PasswordError(PostDeskError):
    """The system keyring could not do what was asked: missing, locked, too slow, or it refused."""


class BackendError(PostDeskError):
    """Something about a blog."""


class Unreachable(BackendError):
    """Definitely not sent: no network, no such host, connection refused, TLS failed."""


class OutcomeUnknown(BackendError):
    """Sent, but no definite answer of this interface came back; look before repeating."""

    sent = Sent.UNKNOWN


class Busy(BackendError):
    """Definitely not done; the server asks to come back later. `wait` is in seconds, None when it did not
    say.
    """

    def __init__(
        self, happened: str, means: str = "", todo: str = "", *, details: str = "", wait: float | None = None
    ) -> None:
        super().__init__(happened, means, todo, details=details)
        self.wait = wait


class Refused(BackendError):
    """A definite no of the blog's interface. `code` is the server's own word for it (e.g.
    `rest_cannot_edit`).
    """

    def __init__(
        self, happened: str, means: str = "", todo: str = "", *, details: str = "", code: str = ""
    ) -> None:
        super().__init__(happened, means, todo, details=details)
        self.code = code


class SignInRefused(Refused):
    """Who she is was not accepted: wrong or revoked password, or the server never saw it."""


class NotAllowed(Refused):
    """She may not do this on that blog."""


class Gone(Refused):
    """That post or file is not on the blog any more."""


class ChangedMeanwhile(Refused):
    """Somebody saved the post on the blog since it was compared; nothing was set."""


class TooLarge(Refused):
    """A file over the server's limit."""


class MediaRefused(Refused):
    """The server does not take this file: its kind, or it cannot read it."""


class NotABlog(BackendError):
    """The address leads to no blog of a kind we know, or its interface is closed."""


class Intercepted(BackendError):
    """Something that is not the blog answered: captive portal, redirect elsewhere, wrong certificate."""


class PublishError(PostDeskError):
    """A rule of publishing."""


class Conflict(PublishError):
    """The post on the blog is not the one that was last in step; nothing was overwritten."""


class NotReady(PublishError):
    """Preflight found something that must be mended before the post can go out."""


class Cancelled(PublishError):
    """The writer took it back, or stopped a long job."""
