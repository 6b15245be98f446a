"""Publishing as the window sees it: the popover before, the header while, the toast after, and the outbox that
sends by itself."""

from __future__ import annotations

import html
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
from postdesk.core.post import Post
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import Job, JobState
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent
from postdesk.publishing.preflight import Level, Remark, at_once, blocks
from postdesk.publishing.run import Progress
from postdesk.ui.looking import Looking
from postdesk.ui.outbox import WaitingPost
from postdesk.ui.publish import Look, PublishPopover
from postdesk.ui.publish import Remark as Line
from postdesk.ui.tasks import Tasks

LANE = "publish"
_MOST_TOLD = 12  # links in a tooltip
_POLL = 2000  # ms between two looks at whether something is due
_log = logging.getLogger(__name__)

_FIXES = {
    "title": _("Write one"),
    "body": _("Write"),
    "pictures": _("Show"),
    "alt": _("Describe"),
    "links": _("Show"),
    "marks": _("Show"),
    "date": _("Change"),
    "visibility": _("Change"),
    "featured": _("Change"),
    "slug": _("Change"),
    "categories": _("Change"),
    "tags": _("Change"),
    "account": _("Sign in"),
}


class Publisher(QObject):
    """`changed`: where posts stand may be different now. `progress(words, fraction)` while something is sent, ("",
    None) at the end. `done(JobResult)` after each post. `fix(action, remark)`: she wants to mend what a remark
    named. `held_up`: what she sent unseen has to be mended first. `told`: a notice."""

    changed = Signal()
    progress = Signal(str, object)
    done = Signal(object)
    fix = Signal(str, object)
    held_up = Signal()
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
        self._wish: tuple[datetime | None] | None = None  # pressed before there was anything to send
        self._looking = Looking(desk, tasks, self)
        self._remarks: tuple[Remark, ...] = ()
        self._looks = 0  # how many times it was looked at what publishing would do
        self._wake = QTimer(self, interval=_POLL)
        self._wake.timeout.connect(self.send_due)
        popover.confirmed.connect(self._confirmed)
        popover.asked.connect(self._asked)
        popover.closed.connect(self.stop_looking)
        self._step.connect(self._stepped)

    def start(self) -> None:
        """Send what is due, now and from now on."""
        self.send_due()
        self._wake.start()

    def stop(self) -> None:
        """At quit: stop between two steps; the next start goes on."""
        self._wake.stop()
        self.stop_looking()
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

    def open_look(self, post: Post, account: Account, intent: Intent) -> None:
        """What the popover shows while it opens: what the text itself tells. Its button can be pressed from now on."""
        self.stop_looking()
        remarks = at_once(post, intent, ask_links=self._desk.settings.ask_links)
        self._show(remarks, account, intent)

    def look(self, document: Document, account: Account, intent: Intent) -> None:
        """Fill the popover with what publishing this post would do, as it is found out."""
        self._looks += 1
        this = self._looks
        self._confirm = lambda when: self.try_at_once(
            document, account, Intent.SCHEDULE if when else intent, self.held_up.emit, when
        )

        def show(remarks: tuple[Remark, ...]) -> None:
            if this != self._looks:
                return  # she asks about another post by now
            self._show(remarks, account, intent)

        def found(remarks: tuple[Remark, ...]) -> None:
            if this != self._looks:
                return
            if not blocks(remarks):
                self._confirm = lambda when: self.submit(
                    document, account, Intent.SCHEDULE if when else intent, when
                )
            show(remarks)
            self._looking.start(document, account, intent, remarks, show)

        def failed(error: Exception) -> None:
            if this == self._looks:
                self._show((Remark(Level.ERROR, _sentence(error)),), account, intent)

        if self._wish is not None:
            self._popover.hide()
            self._confirmed(self._wish[0])
            return
        self._tasks.run(lambda: self._desk.preflight(document, account, intent), found, failed)

    def stop_looking(self) -> None:
        """The popover is closed, or speaks of something else: nobody is asked any more."""
        self._looks += 1
        self._confirm = self._wish = None
        self._looking.stop()

    def _show(self, remarks: tuple[Remark, ...], account: Account, intent: Intent) -> None:
        self._remarks = remarks
        stopped = blocks(remarks)
        button = {Intent.UPDATE: _("Update now"), Intent.SCHEDULE: _("Schedule")}.get(
            intent, _("Publish now")
        )
        below = (
            _("This has to be mended first. Nothing was sent.")
            if stopped
            else _("Nothing goes out before you press the button.")
        )
        can_wait = not stopped and intent is not Intent.UPDATE
        lines = tuple(_line(number, remark) for number, remark in enumerate(remarks))
        heading = _heading(intent, account)
        self._popover.set_look(Look(heading, below, lines, "" if stopped else button, can_schedule=can_wait))

    def try_at_once(
        self, document: Document, account: Account, intent: Intent, otherwise: Callable[[], None],
        when: datetime | None = None,
    ) -> None:  # fmt: skip
        """Send without a look first; when preflight has something to say that must be mended, `otherwise()` shows
        it."""

        def go(remarks: tuple[Remark, ...]) -> None:
            if blocks(remarks):
                otherwise()
            else:
                self.submit(document, account, intent, when)

        self._tasks.run(lambda: self._desk.preflight(document, account, intent, when), go, self._tell)

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
        confirm = self._confirm
        self.stop_looking()
        if confirm is not None:
            confirm(when)
        else:
            self._wish = (when,)  # the file is being saved: it goes out when that is done

    def _asked(self, action: str) -> None:
        name, _line, number = action.partition("\n")
        remark = self._remarks[int(number)]
        self._popover.close_popover()
        self.fix.emit(name, remark)

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


def _line(number: int, remark: Remark) -> Line:
    """A remark as the popover shows it; what it speaks of is told when the pointer rests on it."""
    told = [f"“{p.words or p.ref}” {p.why}" for p in remark.places[:_MOST_TOLD] if p.why]
    label = _FIXES.get(remark.action, "")
    return Line(
        remark.level.value, remark.sentence, f"{remark.action}\n{number}" if label else "", label, remark.key,
        html.escape("\n".join(told)).replace("\n", "<br>") if len(remark.places) > 1 else "",
    )  # fmt: skip


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
