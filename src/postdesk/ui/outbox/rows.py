"""What the outbox shows of a job: what waits and why, when it is tried next, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QLocale, QTime

from postdesk.core.language import _, ngettext
from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.plan import kilobytes, spoken
from postdesk.publishing.running import Running
from postdesk.publishing.state import is_gone_there, is_mergeable


@dataclass(frozen=True, slots=True)
class WaitingPost:
    """One row. `key` is the job's id; `words` say what waits and why in few, `sentence` in whole; `level` is "soft",
    "warn" or "bad". `next_try` (seconds since the epoch) is when it goes by itself, None for never; `can` names the
    buttons that make sense; `running` is how far it is while it is sent."""

    key: str
    title: str
    blog: str
    words: str
    sentence: str = ""
    level: str = "soft"
    next_try: float | None = None
    can: frozenset[str] = frozenset()
    running: Running | None = None

    def line(self, now: float) -> str:
        """Why it waits and when it goes, seen from `now`."""
        if self.running is not None:
            return _with_bytes(self.running)
        if self.next_try is None:
            return self.words
        return f"{self.words} · {next_words(self.next_try - now)}"


def row_of(
    job: Job, blog: str, running: Running | None, *, paused: bool, elsewhere: bool, now: float
) -> WaitingPost:  # fmt: skip
    """The row of a job. `paused`: the whole outbox is; `elsewhere`: another process sends, and has to be told."""
    words, level = _words(job, paused=paused, now=now)
    goes = job.state is JobState.WAITING and not paused and job.reason is not Reason.TIME
    can = _can(job) if running is None else {"open", "history", *(("stop",) if running.can_stop else ())}
    if elsewhere:
        can = can & {"open", "history"}
    return WaitingPost(
        job.id, job.title, blog, words, _sentence(job, running), level, job.due if goes else None, frozenset(can),
        running,
    )  # fmt: skip


def next_words(seconds: float) -> str:
    """When it is tried next."""
    if seconds <= 1:
        return _("next try now")
    if seconds < 60:
        return ngettext("next try in {count} second", "next try in {count} seconds", int(seconds)).format(
            count=int(seconds)
        )
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("next try in {count} minute", "next try in {count} minutes", minutes).format(
            count=minutes
        )
    hours = round(seconds / 3600)
    return ngettext("next try in {count} hour", "next try in {count} hours", hours).format(count=hours)


def _words(job: Job, *, paused: bool, now: float) -> tuple[str, str]:
    since = _clock(job.since, now)
    if job.state is JobState.RUNNING:
        return _("Being sent"), "soft"
    if job.state is JobState.FAILED:
        return {
            Reason.CONFLICT: _("Changed on the blog"),
            Reason.GONE: _("Not on the blog any more"),
            Reason.TRASHED: _("In the blog's trash"),
        }.get(job.reason, _("Not sent")), "bad"
    if job.state is JobState.PAUSED:
        return {
            Reason.ASKED: _("Paused"),
            Reason.SIGN_IN: _("Waits for the password"),
            Reason.BUSY: _("The blog asked for a long pause"),
        }.get(job.reason, _("Waits for you")), "warn"
    if paused:
        return _("The outbox is paused"), "warn"
    if job.reason is Reason.TIME:
        return _("Goes out {moment}").format(
            moment=spoken(datetime.fromtimestamp(job.due).astimezone())
        ), "soft"
    words = {
        Reason.NETWORK: _("No connection since {time}") if since else _("No connection"),
        Reason.UNKNOWN: _("No clear answer since {time}") if since else _("No clear answer"),
        Reason.BUSY: _("The blog is busy since {time}") if since else _("The blog is busy"),
    }.get(job.reason)
    return (words.format(time=since), "warn") if words else (_("Goes out in a moment"), "soft")


def _sentence(job: Job, running: Running | None) -> str:
    if running is not None and not running.can_stop:
        return _(
            "It is being changed on the blog and can't be stopped any more. When it is done, undo it, or take the post"
            " offline."
        )
    if job.state is JobState.RUNNING and running is None:
        return _("Another Post Desk sends it at this moment.")
    if job.state is JobState.WAITING and job.reason is Reason.TIME:
        return _("The blog cannot wait for that moment by itself: Post Desk has to be running then.")
    return job.sentence


def _can(job: Job) -> set[str]:
    if job.state is JobState.RUNNING:
        return {"open", "history"}
    can = {"take_back", "open", "history"}
    if job.state is JobState.WAITING:
        can |= {"pause", "now" if job.reason is Reason.TIME else "retry"}
    elif job.state is JobState.PAUSED:
        can |= {"resume"} if job.reason is Reason.ASKED else {"retry"}
        can |= {"sign_in"} if job.reason is Reason.SIGN_IN else set()
    elif is_mergeable(job):
        can |= {"compare"}
    elif is_gone_there(job):
        can |= {"as_new", "keep_draft"} | ({"restore"} if job.reason is Reason.TRASHED else set())
        can -= {"take_back"}
    else:
        can |= {"retry"}
    return can


def _with_bytes(running: Running) -> str:
    words = running.words or _("Being sent")
    if not running.size:
        return words
    return _("{what} · {sent} of {size}").format(
        what=words, sent=kilobytes(min(running.sent, running.size)), size=kilobytes(running.size)
    )


def _clock(moment: float, now: float) -> str:
    """The time of day, with the day where that is another one than now; "" when it is not known."""
    if not moment:
        return ""
    there = datetime.fromtimestamp(moment).astimezone()
    time = QLocale().toString(QTime(there.hour, there.minute), QLocale.FormatType.ShortFormat)
    return (
        time
        if there.date() == datetime.fromtimestamp(now).astimezone().date()
        else f"{there.day} {there:%b}, {time}"
    )
