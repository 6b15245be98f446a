"""Publishing as the window sees it: the popover before, the header while, the toast after, and the outbox that
sends by itself. Long because a click, what is looked up meanwhile and what is sent are told to one popover and one
header."""

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
from postdesk.core.receipt import Status
from postdesk.library.document import Document
from postdesk.publishing.desk import Desk
from postdesk.publishing.job import JobState
from postdesk.publishing.outbox import WENT_LIVE, JobResult
from postdesk.publishing.plan import Intent, stands
from postdesk.publishing.preflight import HOLD, PLAN, Level, Remark, at_once, blocks, in_order, is_seen_first
from postdesk.publishing.running import Running
from postdesk.ui.looking import Looking
from postdesk.ui.outbox import WaitingPost, row_of
from postdesk.ui.publish import Look, PublishPopover
from postdesk.ui.publish import Remark as Line
from postdesk.ui.tasks import Tasks

LANE = "publish"
_MOST_TOLD = 12  # links in a tooltip
_POLL = 2000  # ms between two looks at whether something is due
_MOST = 12  # blogs that are sent to at a time
_STILL = 150  # ms that a moment stands in the popover before its plan is made
_PLANS = "plans"
_BREATH = 60  # ms between two times that it is told how far what is sent is
_log = logging.getLogger(__name__)

_FIXES = {
    "title": _("Write one"),
    "long title": _("Shorten it"),
    "body": _("Write"),
    "pictures": _("Show"),
    "alt": _("Describe"),
    "links": _("Show"),
    "marks": _("Show"),
    "date": _("Change"),
    "visibility": _("Change"),
    "featured": _("Change"),
    "original": _("Merge…"),
    "slug": _("Change"),
    "categories": _("Change"),
    "tags": _("Change"),
    "account": _("Sign in"),
    "change": _("Show…"),
}


class Publisher(QObject):
    """`changed`: where posts stand may be different now. `running`: how far what is sent is has changed (`now_running`
    has it). `done(JobResult)` after each post. `fix(action, remark)`: she wants to mend what a remark named. `held_up`:
    what she sent unseen has to be mended first. `moment_chosen(datetime)`: it is to go out then. `told`: a notice."""

    changed = Signal()
    running = Signal()
    done = Signal(object)
    fix = Signal(str, object)
    held_up = Signal()
    told = Signal(str)
    moment_chosen = Signal(object)
    _step = Signal()

    def __init__(
        self, desk: Desk, tasks: Tasks, popover: PublishPopover, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._popover = popover
        self._sends: list[tuple[str, Cancel]] = []  # the account of each task that sends, and what stops it
        self._ready = 0  # how many that she has sent are being made ready for the outbox
        self._fresh: set[str] = set()  # jobs that came into the outbox just now, and are about to be sent
        self._stopped = False
        self._not_renewed: dict[str, str] = {}  # by post id: why its newest text does not go out, said once
        self._confirm: Callable[[datetime | None], None] | None = None
        self._wish: tuple[datetime | None] | None = None  # pressed before there was anything to send
        self._looking = Looking(desk, tasks, self)
        self._remarks: tuple[Remark, ...] = ()
        self._about: tuple[Document, Account, Intent] | None = None  # what she asks about
        self._moment: datetime | None = None  # that she looks at, to publish at
        self._at_a_time: tuple[Remark, ...] = ()  # what the plan comes to then
        self._still = QTimer(self, singleShot=True, interval=_STILL)
        self._still.timeout.connect(self._look_at_time)
        self._looks = 0  # how many times it was looked at what publishing would do
        self._wake = QTimer(self, interval=_POLL)
        self._wake.timeout.connect(self.send_due)
        self._breath = QTimer(self, singleShot=True, interval=_BREATH)
        self._breath.timeout.connect(self._tell_running)
        self._were_running: set[str] = set()
        popover.confirmed.connect(self._confirmed)
        popover.timed.connect(self._another_time)
        popover.asked.connect(self._asked)
        popover.closed.connect(self.stop_looking)
        self._step.connect(self._stepped)

    def start(self) -> None:
        """Send what is due, now and from now on."""
        self.send_due()
        self._wake.start()

    def stop(self) -> None:
        """At quit: stop between two steps; the next start goes on."""
        self._stopped = True
        self._wake.stop()
        self.stop_looking()
        for _account_id, cancel in self._sends:
            cancel.set()

    @property
    def now_running(self) -> tuple[Running, ...]:
        """What is being sent, and how far it is."""
        return self._desk.running()

    @property
    def is_sending(self) -> bool:
        """Whether something is on its way, from her click to the blog's answer."""
        return bool(self._ready or self._fresh or self._desk.running())

    # --- before ---

    def open_look(self, post: Post, account: Account, intent: Intent) -> None:
        """What the popover shows while it opens: what the text itself tells. Its button can be pressed from now on."""
        self.stop_looking()
        there = stands(self._desk.receipt(post.id, account))
        remarks = at_once(post, intent, ask_links=self._desk.settings.ask_links, there=there)
        self._show(remarks, account, intent)

    def look(self, document: Document, account: Account, intent: Intent) -> None:
        """Fill the popover with what publishing this post would do, as it is found out."""
        self._looks += 1
        this = self._looks
        self._about = document, account, intent
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
            self._look_at_time()
            self._looking.start(document, account, intent, remarks, show)

        def failed(error: Exception) -> None:
            if this == self._looks:
                self._show((Remark(Level.ERROR, _sentence(error)),), account, intent)

        if self._wish is not None:
            self._popover.hide()
            self._confirmed(self._wish[0])
            return
        if not self._popover.isVisible():
            return  # closed while the file was being saved: nobody is to be asked
        self._tasks.run(lambda: self._desk.preflight(document, account, intent), found, failed)

    def stop_looking(self) -> None:
        """The popover is closed, or speaks of something else: nobody is asked any more."""
        self._looks += 1
        self._confirm = self._wish = self._about = self._moment = None
        self._at_a_time = ()
        self._still.stop()
        self._looking.stop()

    def _show(self, remarks: tuple[Remark, ...], account: Account, intent: Intent) -> None:
        if self._at_a_time:
            others = [remark for remark in remarks if remark.key not in (HOLD, PLAN)]
            remarks = in_order((*others, *self._at_a_time))
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
        heading = _heading(Intent.SCHEDULE if self._at_a_time else intent, account)
        self._popover.set_look(Look(heading, below, lines, "" if stopped else button, can_schedule=can_wait))

    def try_at_once(
        self, document: Document, account: Account, intent: Intent, otherwise: Callable[[], None],
        when: datetime | None = None,
    ) -> None:  # fmt: skip
        """Send without a look first; when preflight has something to say that must be mended, or seen, `otherwise()`
        shows it."""

        def go(remarks: tuple[Remark, ...]) -> None:
            self._ready -= 1
            if is_seen_first(remarks):
                otherwise()
            else:
                self.submit(document, account, intent, when)

        self._ready += 1
        self._tasks.run(lambda: self._desk.preflight(document, account, intent, when), go, self._not_ready)

    # --- sending ---

    def submit(self, document: Document, account: Account, intent: Intent, when: datetime | None) -> None:
        """Write the plan into the outbox and send it."""

        def submit() -> str:
            return self._desk.submit(self._desk.plan(document, account, intent, when))

        self._hand_over(submit)

    def undo(self, result: JobResult | str) -> None:
        """The way back of what was done (its result, or its job's id)."""
        self._hand_over(lambda: self._desk.undo(result))

    def _hand_over(self, submit: Callable[[], str]) -> None:
        def submitted(job_id: str) -> None:
            self._ready -= 1
            self._submitted(job_id)

        self._ready += 1
        self._tasks.run(submit, submitted, self._not_ready, lane=LANE)

    def _not_ready(self, error: Exception) -> None:
        self._ready -= 1
        self._tell(error)

    def send_due(self, *, at_once: bool = False) -> None:
        """Send what is due, to each blog for itself; with `at_once` also what waits for the network."""
        if self._stopped:
            return
        if at_once:
            self._desk.network_is_back()
        sent_to = {account_id for account_id, _cancel in self._sends}
        for account_id in self._desk.due_accounts():
            if account_id not in sent_to and len(self._sends) < _MOST:
                self._send(account_id)

    def network_is_back(self, account_id: str) -> None:
        """A blog that could not be reached may be there again; "": any of them."""
        self._desk.network_is_back(account_id)
        self.send_due()

    def _send(self, account_id: str, job_id: str | None = None) -> None:
        send = (account_id, Cancel())

        def over(results: tuple[JobResult, ...]) -> None:
            self._sends.remove(send)
            self._fresh.clear()
            self._sent(results)

        def failed(error: Exception) -> None:
            self._sends.remove(send)
            self._fresh.clear()
            self._tell_running()
            self._tell(error)

        self._sends.append(send)
        self._tasks.run(
            lambda: self._desk.run(send[1], lambda _step: self._step.emit(), job_id, account_id),
            over, failed, lane=f"send:{account_id}",
        )  # fmt: skip

    def retry(self, job_id: str) -> None:
        """Try one now, even while the outbox is paused."""
        self._go(job_id, self._desk.retry_now)

    def resume(self, job_id: str) -> None:
        """Let one that she paused go on."""
        self._go(job_id, self._desk.resume)

    def _go(self, job_id: str, how: Callable[[str], None]) -> None:
        self._do(lambda: how(job_id))
        job = self._desk.journal.job(job_id)
        if (
            self._desk.outbox.is_paused
            and job is not None
            and job.state is JobState.WAITING
            and not self._stopped
        ):
            self._send(job.account_id, job_id)

    def pause(self, job_id: str) -> None:
        """Keep one until she wants it to go on."""
        self._do(lambda: self._desk.pause(job_id))

    def pause_all(self, paused: bool) -> None:
        """Let nothing go out by itself, or let it again."""
        outbox = self._desk.outbox
        self._do(outbox.pause_all if paused else outbox.resume_all)

    def stop_job(self, job_id: str) -> None:
        """Stop one that is being sent."""
        self._do(lambda: self._desk.stop(job_id))

    def take_back(self, job_id: str) -> None:
        """Take one out of the outbox."""
        self._do(lambda: self._desk.take_back(job_id))

    def publish_as_new(self, job_id: str) -> None:
        """Make one that is gone on the blog anew there."""
        self._do(lambda: self._desk.publish_as_new(job_id))

    def restore_there(self, job_id: str) -> None:
        """The post is in the blog's trash and comes out of it with the text that waits."""
        self._do(lambda: self._desk.restore_there(job_id))

    def keep_as_draft(self, job_id: str) -> None:
        """Let one that is gone on the blog be a draft here."""
        self._do(lambda: self._desk.keep_as_draft(job_id))

    def renew(self, document: Document) -> None:
        """She changed a post: where it waits, the newest text takes the place of the one from before."""
        post_id = document.post.id
        if not any(j.post_id == post_id for j in self._desk.jobs(texts=False)):
            return

        def renewed(did: bool) -> None:
            self._not_renewed.pop(post_id, None)
            if did:
                self.changed.emit()

        def failed(error: Exception) -> None:
            words = (
                _("The newest text does not go out yet; the one from before waits.") + " " + _sentence(error)
            )
            if self._not_renewed.get(post_id) != words:
                self._not_renewed[post_id] = words
                self.told.emit(words)

        self._tasks.run(lambda: self._desk.renew(document), renewed, failed, lane=LANE)

    def waiting(self) -> tuple[WaitingPost, ...]:
        """The outbox as rows."""
        names = {a.id: a.name for a in self._desk.accounts.all()}
        running = {r.job_id: r for r in self._desk.running()}
        paused, elsewhere, now = self._desk.outbox.is_paused, self.is_sent_elsewhere, time.time()
        return tuple(
            row_of(
                j, names.get(j.account_id, ""), running.get(j.id), paused=paused, elsewhere=elsewhere, now=now
            )
            for j in self._desk.jobs(texts=False)
        )

    @property
    def is_paused(self) -> bool:
        """Whether the whole outbox is paused."""
        return self._desk.outbox.is_paused

    @property
    def is_sent_elsewhere(self) -> bool:
        """Whether another window is sending."""
        return self._desk.outbox.is_sent_elsewhere()

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

    def _submitted(self, job_id: str) -> None:
        if job_id and not self.is_paused:
            self._fresh.add(job_id)
        self.changed.emit()
        if self.is_paused:
            self.told.emit(_("The outbox is paused. The post waits in it until you let it go on."))
        self.send_due()
        if not self._sends:
            self._fresh.clear()  # its hour is still to come, or its blog is not asked for now

    def _sent(self, results: tuple[JobResult, ...]) -> None:
        self._tell_running()
        for result in results:
            self.done.emit(result)
        self.changed.emit()
        self.send_due()  # a newer text may have come while this one went out

    def _stepped(self) -> None:
        if not self._breath.isActive():
            self._breath.start()

    def _tell_running(self) -> None:
        self.running.emit()
        now = {r.job_id for r in self._desk.running()}
        were, self._were_running = self._were_running, now
        if now - were:
            self.changed.emit()  # what waited is being sent

    def _confirmed(self, when: datetime | None) -> None:
        confirm = self._confirm
        self.stop_looking()
        if when is not None:
            self.moment_chosen.emit(when)  # the post itself gets that date
        elif confirm is not None:
            confirm(None)
        else:
            self._wish = (when,)  # the file is being saved: it goes out when that is done

    def _another_time(self, when: datetime) -> None:
        """She looks at another moment to publish at."""
        self._moment = when
        self._still.start()

    def _look_at_time(self) -> None:
        """The plan says what the moment that she looks at comes to."""
        if self._about is None or self._moment is None:
            return  # the file is being saved; nothing was said about it yet
        document, account, intent = self._about
        this, when = self._looks, self._moment

        def found(remarks: tuple[Remark, ...]) -> None:
            if this == self._looks and when == self._moment:
                self._at_a_time = tuple(remark for remark in remarks if remark.key in (HOLD, PLAN))
                self._show(self._remarks, account, intent)

        self._tasks.run(
            lambda: self._desk.preflight(document, account, Intent.SCHEDULE, when),
            found,
            lambda _error: None,
            lane=_PLANS,
        )

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
    ended = result.receipt.status if result.receipt is not None else None
    intent = result.intent
    if ended is Status.SCHEDULED and intent == Intent.UPDATE.value:
        intent = Intent.SCHEDULE.value
    elif ended is Status.PUBLISHED and intent == Intent.SCHEDULE.value:
        intent = Intent.PUBLISH.value  # its moment came before it went out
    words = {
        Intent.UPDATE.value: _("Updated on {blog}"),
        Intent.SCHEDULE.value: _("Scheduled on {blog}"),
        Intent.UNPUBLISH.value: _("Taken offline; {blog} keeps it as a draft"),
        Intent.TRASH.value: _("Moved to the trash of {blog}"),
        Intent.RESTORE.value: _("{blog} has the version from before again"),
        WENT_LIVE: _("“{title}” is public on {blog} now"),
    }.get(intent, _("Published on {blog}"))
    return words.format(blog=blog, title=result.title)


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


def _sentence(error: Exception) -> str:
    if isinstance(error, PostDeskError):
        return error.sentence
    _log.error("publishing met a fault", exc_info=error)
    return _(
        "The program met a fault of its own. Nothing is repeated blindly, and your text is safe. "
        "Please report it with the log."
    )


__all__ = ["Level", "Publisher", "count_waiting", "details_can", "done_words"]
