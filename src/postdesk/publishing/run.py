"""One run of one job: what its steps share, how each of them is journalled, and what the run tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from postdesk.backends.base import Backend, RemotePost
from postdesk.core.cancel import Cancel
from postdesk.core.errors import BackendError, Busy, Conflict, Gone, Intercepted, OutcomeUnknown, Unreachable
from postdesk.core.language import _
from postdesk.core.receipt import Receipt
from postdesk.publishing.content import by_content
from postdesk.publishing.differences import Difference
from postdesk.publishing.job import Job, Sweep
from postdesk.publishing.journal import Journal
from postdesk.publishing.plan import Intent, Snapshot, marker_of
from postdesk.publishing.verify import Expected


class ReceiptStore(Protocol):
    """What the engine needs of library.receipts."""

    def get(self, post_id: str, account_id: str) -> Receipt | None:
        """The receipt, or None."""

    def for_post(self, post_id: str) -> tuple[Receipt, ...]:
        """Every receipt of a post."""

    def put(self, receipt: Receipt) -> None:
        """Keep it; on the disk when this returns."""

    def remove(self, post_id: str, account_id: str) -> None:
        """Forget it."""

    def put_base(self, text: str) -> str:
        """Keep a base; returns its hash."""

    def base(self, content_hash: str) -> str | None:
        """The base, or None."""


class ConflictFound(Conflict):
    """A `Conflict` with the post as the blog has it."""

    def __init__(self, remote: RemotePost, happened: str, means: str, todo: str) -> None:
        super().__init__(happened, means, todo)
        self.remote = remote


class FoundInTrash(Gone):
    """The post is in the blog's trash, and not by her."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `words` say what is being done; step `step` of `steps`; `sent` of `size` bytes of an
    upload."""

    job_id: str
    title: str
    words: str
    step: int
    steps: int
    sent: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job that is done. `remarks` are the sentences to tell her about what the blog made differently; `found` is all
    that it made differently, `told` what of it is told. `expected`: what readers are meant to get, None where that
    cannot be asked."""

    receipt: Receipt | None
    remarks: tuple[str, ...] = ()
    sweep: Sweep | None = None
    found: tuple[Difference, ...] = ()
    told: tuple[Difference, ...] = ()
    expected: Expected | None = None

    @property
    def written_down(self) -> tuple[str, ...]:
        """The sentences for the log, told or not."""
        return tuple(dict.fromkeys((*self.remarks, *(d.sentence for d in self.found))))


class Run:
    """One run of one job: what the steps share."""

    def __init__(
        self, job: Job, backend: Backend, cancel: Cancel, progress: Callable[[Progress], None]
    ) -> None:
        self.job = job
        self.snapshot = Snapshot.from_json(job.snapshot)
        self.marker = marker_of(job.post_id)
        self.backend = backend
        self.cancel = cancel
        self.pictures = by_content(self.snapshot.pictures)
        self.fresh = False  # the draft was made in this very run
        self.twins = False
        self._progress = progress
        self._step = 0

    @property
    def takes_away(self) -> bool:
        """Whether the job changes the post's state and not its words."""
        return self.snapshot.intent in (Intent.UNPUBLISH, Intent.TRASH)

    def say(self, words: str, sent: int = 0, size: int = 0) -> None:
        """Tell how far it is, and stop here when the writer asked to."""
        self.cancel.check()
        if not sent:
            self._step += 1
        steps = max(self._step, len(self.pictures) + 3)
        self._progress(Progress(self.job.id, self.job.title, words, self._step, steps, sent, size))


class Answer:
    """What a step wants written down with its answer."""

    remote_id: str | None = None


@contextmanager
def attempt(journal: Journal, job_id: str, step: str, sent: str = "") -> Iterator[Answer]:
    """Journal the intent, let the step happen, journal how it ended."""
    number = journal.begin(job_id, step, sent)
    answer = Answer()
    try:
        yield answer
    except (Unreachable, Busy) as error:
        journal.end(number, "unsent", error.details or error.happened)
        raise
    except (OutcomeUnknown, Intercepted) as error:
        journal.end(number, "unknown", error.details or error.happened)
        raise
    except BackendError as error:
        journal.end(number, "refused", error.details or error.happened)
        raise
    except Exception as error:
        journal.end(number, "unknown", type(error).__name__)
        raise
    journal.end(number, "done", remote_id=answer.remote_id)


def changed_there(run: Run, there: RemotePost) -> ConflictFound:
    """The error for a post that somebody else changed on the blog."""
    return ConflictFound(
        there,
        _("Somebody changed “{title}” on “{blog}” since you last had it.").format(
            title=there.title, blog=run.backend.account.name
        ),
        _("Nothing was overwritten there, and your text is safe here."),
        _("Compare the two, then choose which one stays."),
    )


def not_there(run: Run) -> Gone:
    """The error for a post that was deleted on the blog."""
    return Gone(
        _("“{title}” is not on “{blog}” any more: somebody deleted it there.").format(
            title=run.job.title, blog=run.backend.account.name
        ),
        _("Nothing was sent; your text is safe."),
        _("Publish it as a new post, or let it be a draft."),
    )


def in_trash(run: Run) -> FoundInTrash:
    """The error for a post that somebody put to the blog's trash."""
    return FoundInTrash(
        _("“{title}” is in the trash of “{blog}”.").format(
            title=run.job.title, blog=run.backend.account.name
        ),
        _("Nothing was sent; your text is safe."),
        _("Restore it there and try again, or publish it as a new post."),
        code="trashed",
    )
