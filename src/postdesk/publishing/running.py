"""A job while it is being sent: which of its steps it is at, and until when it can be stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from postdesk.core.cancel import Cancel
from postdesk.core.language import _, ngettext
from postdesk.publishing.content import by_content
from postdesk.publishing.job import Job
from postdesk.publishing.plan import Intent, Snapshot, StepKind
from postdesk.publishing.run import Progress

_STEPS = {
    "create": StepKind.LOOK,
    "upload": StepKind.UPLOAD,
    "write": StepKind.WRITE,
    "trash": StepKind.WRITE,
    "verify": StepKind.VERIFY,
}
"""The step of the plan that a journalled attempt belongs to, by its name before the colon."""


@dataclass(frozen=True, slots=True)
class Running:
    """A job that is being sent. `steps` in the writer's words; those before `at` are done. `words` say what is being
    done now; `sent` of `size` bytes of an upload (0, 0 else). `can_stop` until the change that readers see is on its
    way."""

    job_id: str
    post_id: str
    account_id: str
    title: str
    steps: tuple[str, ...]
    at: int = 0
    words: str = ""
    sent: int = 0
    size: int = 0
    can_stop: bool = True

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1: by steps, and within an upload by its bytes."""
        part = self.sent / self.size if self.size else 0.0
        return min(1.0, (self.at + part) / max(1, len(self.steps)))


class Sending:
    """Follows one run of a job; any thread may ask. `cancel` is that of the whole run."""

    def __init__(self, job: Job, cancel: Cancel) -> None:
        try:
            steps = _steps(Snapshot.from_json(job.snapshot))
        except (KeyError, TypeError, ValueError):
            steps = ()  # the run itself says that it cannot be read
        self._kinds = tuple(kind for kind, _words in steps)
        self.cancel = cancel.part()
        self.stopped = False
        self._lock = Lock()
        self._now = Running(
            job.id, job.post_id, job.account_id, job.title, tuple(words for _kind, words in steps)
        )

    @property
    def now(self) -> Running:
        """How far it is."""
        return self._now

    def begin(self, step: str) -> None:
        """An attempt of that name is about to be written down. Raises `Cancelled` when she has stopped it."""
        kind = _STEPS.get(step.partition(":")[0])
        with self._lock:
            if self.stopped:
                self.cancel.check()
            if kind in (StepKind.WRITE, StepKind.VERIFY):
                self._now = replace(self._now, can_stop=False)
            if kind in self._kinds:
                at = max(self._now.at, self._kinds.index(kind))
                self._now = replace(self._now, at=at, sent=0, size=0)

    def tell(self, progress: Progress) -> None:
        """It says what it is doing."""
        with self._lock:
            self._now = replace(self._now, words=progress.words, sent=progress.sent, size=progress.size)

    def stop(self) -> bool:
        """Stop before the next step; False when it is too late for that."""
        with self._lock:
            if not self._now.can_stop:
                return False
            self.stopped = True
        self.cancel.set()
        return True


def _steps(snapshot: Snapshot) -> tuple[tuple[StepKind, str], ...]:
    look, again = (
        (StepKind.LOOK, _("Look at the post on the blog")),
        (StepKind.VERIFY, _("Look it up again and compare")),
    )
    change = {
        Intent.PUBLISH: _("Set it live"),
        Intent.UPDATE: _("Update the post"),
        Intent.SCHEDULE: _("Schedule it"),
        Intent.UNPUBLISH: _("Take it offline"),
        Intent.TRASH: _("Move it to the blog's trash"),
        Intent.RESTORE: _("Put back what was there before"),
    }[snapshot.intent]
    count = len(by_content(snapshot.pictures))
    if snapshot.intent in (Intent.PUBLISH, Intent.SCHEDULE):
        look = (StepKind.LOOK, _("Make a draft on the blog"))
    words = ngettext("Upload {count} picture", "Upload {count} pictures", count).format(count=count)
    pictures = ((StepKind.UPLOAD, words),) if count else ()
    return (look, *pictures, (StepKind.WRITE, change), again)
