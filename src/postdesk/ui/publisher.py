"""Publishing as the window sees it: the popover before, the header while, the toast after, and the outbox that
sends by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from postdesk.backends.base import Capability
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _, ngettext
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Level, Remark, blocks
from postdesk.publishing.run import Progress
from postdesk.ui.outbox import WaitingPost
from postdesk.ui.publish import Look, PublishPopover
from postdesk.ui.publish import Remark as Line
from postdesk.ui.tasks import Tasks

LANE = "publish"
_POLL = 2000  # ms between two looks at whether something is due
_log = logging.getLogger(__name__)

_FIXES = {
    "title": _("Write one"),
    "body": _("Write"),
    "pictures": _("Show"),
    "alt": _("Describe"),
    "date": _("Change"),
    "visibility": _("Change"),
    "featured": _("Change"),
    "categories": "",
    "tags": "",
}


class Publisher(QObject):
    """`changed`: where posts stand may be different now. `progress(words, fraction)` while something is sent, ("",
    None) at the end. `done(JobResult)` after each post. `fix(action, ref)`: she wants to mend what a remark named.
    `told`: a notice."""

    changed = Signal()
    progress = Signal(str, object)
    done = Signal(object)
    fix = Signal(str, str)
    told = Signal(str)
    _step = Signal(object)

    def __init__(
        self, desk: Desk, tasks: Tasks, popover: PublishPopover, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._popover = popover
        self._cancel: Cancel | None = None
        self._confirm: Callable[[datetime | None], None] | None = None
        self._remarks: tuple[Remark, ...] = ()
        self._looks = 0  # how many times it was looked at what publishing would do
        self._wake = QTimer(self, interval=_POLL)
        self._wake.timeout.connect(self.send_due)
        popover.confirmed.connect(self._confirmed)
        popover.asked.connect(self._asked)
        self._step.connect(self._stepped)

    def start(self) -> None:
        """Send what is due, now and from now on."""
        self.send_due()
        self._wake.start()

    def stop(self) -> None:
        """At quit: stop between two steps; the next start goes on."""
        self._wake.stop()
        self.cancel()

    def cancel(self) -> None:
        """Stop what is being sent, before its next step."""
        if self._cancel is not None:
            self._cancel.set()

    @property
    def is_sending(self) -> bool:
        """Whether something is being sent now."""
        return self._cancel is not None

    # --- before ---

    def look(self, document: Document, account: Account, intent: Intent) -> None:
        """Open the popover's looking state and fill it with what publishing this post would do."""
        heading = _heading(intent, account)
        self._popover.set_looking(heading)
        self._confirm = None
        self._looks += 1
        this = self._looks

        def show(remarks: tuple[Remark, ...]) -> None:
            if this != self._looks:
                return  # she asks about another post by now
            self._remarks = remarks
            stopped = blocks(remarks)
            button = (
                ""
                if stopped
                else {Intent.UPDATE: _("Update now"), Intent.SCHEDULE: _("Schedule")}.get(
                    intent, _("Publish now")
                )
            )
            can_wait = not stopped and intent is not Intent.UPDATE
            below = (
                _("This has to be mended first. Nothing was sent.")
                if stopped
                else _("Nothing goes out before you press the button.")
            )
            lines = tuple(
                Line(
                    r.level.value,
                    r.sentence,
                    f"{r.action}\n{r.ref}" if _FIXES.get(r.action) else "",
                    _FIXES.get(r.action, ""),
                )
                for r in remarks
            )
            self._popover.set_look(Look(heading, below, lines, button, can_schedule=can_wait))
            self._confirm = lambda when: self.submit(
                document, account, Intent.SCHEDULE if when else intent, when
            )

        def failed(error: Exception) -> None:
            if this == self._looks:
                self._popover.set_look(Look(heading, "", (Line("error", _sentence(error)),), ""))

        self._tasks.run(lambda: self._desk.preflight(document, account, intent), show, failed)

    def try_at_once(
        self, document: Document, account: Account, intent: Intent, otherwise: Callable[[], None]
    ) -> None:
        """Send without a look first; when preflight has something to say that must be mended, `otherwise()` shows
        it."""

        def go(remarks: tuple[Remark, ...]) -> None:
            if blocks(remarks):
                otherwise()
            else:
                self.submit(document, account, intent, None)

        self._tasks.run(lambda: self._desk.preflight(document, account, intent), go, self._tell)

    # --- sending ---

    def submit(self, document: Document, account: Account, intent: Intent, when: datetime | None) -> None:
        """Write the plan into the outbox and send it."""

        def submit() -> str:
            return self._desk.submit(self._desk.plan(document, account, intent, when))

        self._tasks.run(submit, self._submitted, self._tell, lane=LANE)

    def undo(self, result: JobResult) -> None:
        """The way back of what was just published."""
        self._tasks.run(lambda: self._desk.undo(result), self._submitted, self._tell, lane=LANE)

    def send_due(self, *, at_once: bool = False) -> None:
        """Send what is due; with `at_once` also what waits for the network."""
        if self._cancel is not None:
            return
        if at_once:
            self._desk.network_is_back()
        due = self._desk.next_due()
        if due is None or due > time.time():
            return
        self._cancel = cancel = Cancel()
        self._tasks.run(
            lambda: self._desk.run(cancel, self._step.emit), self._sent, self._stopped, lane="send"
        )

    def retry(self, job_id: str) -> None:
        """Try one again now."""
        self._do(lambda: self._desk.retry_now(job_id))

    def take_back(self, job_id: str) -> None:
        """Take one out of the outbox."""
        self._do(lambda: self._desk.take_back(job_id))

    def waiting(self) -> tuple[WaitingPost, ...]:
        """The outbox as rows."""
        names = {a.id: a.name for a in self._desk.accounts.all()}
        return tuple(_waiting(j, names.get(j.account_id, "")) for j in self._desk.jobs())

    def _do(self, what: Callable[[], None]) -> None:
        try:
            what()
        except PostDeskError as error:
            self.told.emit(error.sentence)
        self.changed.emit()
        self.send_due()

    def submitted(self) -> None:
        """Somebody else put a plan into the outbox: send it."""
        self._submitted("")

    def _submitted(self, _job_id: str) -> None:
        self.changed.emit()
        self.send_due()

    def _sent(self, results: tuple[JobResult, ...]) -> None:
        self._cancel = None
        self.progress.emit("", None)
        for result in results:
            self.done.emit(result)
        self.changed.emit()
        if any(r.kind is ResultKind.DONE for r in results):
            self.send_due()  # a newer text may have come while this one went out

    def _stopped(self, error: Exception) -> None:
        self._cancel = None
        self.progress.emit("", None)
        self._tell(error)

    def _stepped(self, progress: Progress) -> None:
        fraction = progress.step / progress.steps if progress.steps else None
        self.progress.emit(progress.words, fraction)

    def _confirmed(self, when: datetime | None) -> None:
        confirm, self._confirm = self._confirm, None
        if confirm is not None:
            confirm(when)

    def _asked(self, action: str) -> None:
        name, _line, ref = action.partition("\n")
        self._popover.close_popover()
        self.fix.emit(name, ref)

    def _tell(self, error: Exception) -> None:
        self.told.emit(_sentence(error))
        self.changed.emit()


def details_can(capabilities: frozenset[Capability]) -> frozenset[str]:
    """What the details drawer shows for a blog with these capabilities."""
    words = {
        Capability.EXCERPT: "excerpt",
        Capability.TAGS: "tags",
        Capability.CATEGORIES: "categories",
        Capability.FEATURED_PICTURE: "picture",
        Capability.PRIVATE: "private",
        Capability.PASSWORD: "password",
        Capability.PENDING: "pending",
    }
    return frozenset(words[c] for c in capabilities if c in words)


def done_words(result: JobResult, blog: str) -> str:
    """The toast's sentence after a post went out."""
    words = {
        Intent.UPDATE.value: _("Updated on {blog}"),
        Intent.SCHEDULE.value: _("Scheduled on {blog}"),
        Intent.UNPUBLISH.value: _("Taken offline; {blog} keeps it as a draft"),
        Intent.TRASH.value: _("Moved to the trash of {blog}"),
        Intent.RESTORE.value: _("{blog} has the version from before again"),
    }.get(result.intent, _("Published on {blog}"))
    return words.format(blog=blog)


def count_waiting(count: int) -> str:
    """The line at the sidebar's foot; "" for none."""
    return (
        ngettext(
            "{count} post waits for a connection · it goes out by itself",
            "{count} posts wait for a connection · they go out by themselves",
            count,
        )
        if count
        else ""
    )


def _heading(intent: Intent, account: Account) -> str:
    words = {Intent.UPDATE: _("Update on {blog}"), Intent.SCHEDULE: _("Schedule on {blog}")}.get(
        intent, _("Publish to {blog}")
    )
    return words.format(blog=account.name)


def _waiting(job: Job, blog: str) -> WaitingPost:
    failed = job.state is JobState.FAILED
    sentence = job.sentence or (
        _("It is being sent now.") if job.state is JobState.RUNNING else _("It goes out in a moment.")
    )
    running = job.state is JobState.RUNNING
    return WaitingPost(
        job.id,
        job.title,
        blog,
        sentence,
        "bad" if failed else "warn" if job.sentence else "soft",
        not running,
        not running,
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, PostDeskError):
        return error.sentence
    _log.error("publishing met a fault", exc_info=error)
    return _(
        "The program met a fault of its own. Nothing is repeated blindly, and your text is safe. "
        "Please report it with the log."
    )


__all__ = ["Level", "Publisher", "count_waiting", "details_can", "done_words"]
