"""What happened to a post on its way to a blog, for people: the entries of its timeline, kept in the journal.

An entry is written in the same commit as what it tells. The same wait again and again is one entry, with how often.
Kept are the newest 200 entries of a post, and 50,000 in all (some 10 MB); the oldest go first.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import Enum

from postdesk.publishing.job import Job, JobState, Reason
from postdesk.publishing.plan import Intent

MOST_OF_A_POST = 200
MOST = 50_000
_TIDIED = 100  # entries until it is looked again whether there are too many in all


class EventKind(Enum):
    """What happened."""

    WRITTEN = "written"  # the first version here; known from the history, never journalled
    SUBMITTED = "submitted"
    RENEWED = "renewed"  # a newer text took the place of the one that waited
    PUBLISHED = "published"
    UPDATED = "updated"
    SCHEDULED = "scheduled"
    WENT_LIVE = "went live"  # by itself, at its hour; known from the receipt, never journalled
    OFFLINE = "offline"
    DELETED = "deleted"
    UNDONE = "undone"
    CONFLICT = "conflict"
    KEPT_MINE = "kept mine"
    MERGED = "merged"
    GONE = "gone"
    TRASHED = "trashed there"  # by somebody else
    AS_NEW = "as new"
    WAITED = "waited"
    FAILED = "failed"
    STOPPED = "stopped"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline. `began` and `ended` are seconds since the epoch, the same but for a wait that was met
    `times` times. `words` is a sentence that came with it, "" for none. `id` is 0 and `job_id` "" for what was not
    journalled."""

    id: int
    began: float
    ended: float
    times: int
    post_id: str
    account_id: str
    job_id: str
    kind: EventKind
    words: str = ""


DONE = {
    Intent.PUBLISH.value: EventKind.PUBLISHED,
    Intent.UPDATE.value: EventKind.UPDATED,
    Intent.SCHEDULE.value: EventKind.SCHEDULED,
    Intent.UNPUBLISH.value: EventKind.OFFLINE,
    Intent.TRASH.value: EventKind.DELETED,
    Intent.RESTORE.value: EventKind.UNDONE,
}
"""What a job that is done was, by its intent."""

_BY_REASON = {
    Reason.CONFLICT: EventKind.CONFLICT,
    Reason.GONE: EventKind.GONE,
    Reason.TRASHED: EventKind.TRASHED,
    Reason.ASKED: EventKind.PAUSED,
    Reason.SIGN_IN: EventKind.WAITED,
    Reason.BUSY: EventKind.WAITED,
    Reason.NETWORK: EventKind.WAITED,
    Reason.UNKNOWN: EventKind.WAITED,
    Reason.REFUSED: EventKind.FAILED,
}


def kind_of(state: JobState, reason: Reason) -> EventKind | None:
    """The entry for a job that came into a state; None for what says nothing to her (it is simply due)."""
    return _BY_REASON.get(reason) if state in (JobState.WAITING, JobState.PAUSED, JobState.FAILED) else None


def add(db: sqlite3.Connection, now: float, job: Job, kind: EventKind, words: str = "") -> float:
    """Write an entry, within the transaction of what it tells; returns since when that has been so."""
    last = db.execute(
        "select id, began, times, kind, words from events where job_id=? order by id desc limit 1", (job.id,)
    ).fetchone()
    began, times = now, 1
    if last is not None and kind is EventKind.WAITED and tuple(last[3:]) == (kind.value, words):
        began, times = last[1], last[2] + 1
        # Made anew, not changed: what was asked in between belongs to the entry that follows it by number.
        db.execute("delete from events where id=?", (last[0],))
    number = (
        db.execute(
            "insert into events(began, ended, times, post_id, account_id, job_id, kind, words) values(?,?,?,?,?,?,?,?)",
            (began, now, times, job.post_id, job.account_id, job.id, kind.value, words),
        ).lastrowid
        or 0
    )
    db.execute(
        "delete from events where post_id=? and id not in"
        " (select id from events where post_id=? order by id desc limit ?)",
        (job.post_id, job.post_id, MOST_OF_A_POST),
    )  # fmt: skip
    if number % _TIDIED == 0:
        db.execute(
            "delete from events where id not in (select id from events order by id desc limit ?)", (MOST,)
        )
    return float(began)


def of_post(db: sqlite3.Connection, post_id: str) -> tuple[Event, ...]:
    """The entries of a post, oldest first."""
    rows = db.execute(f"{_SELECT} where post_id=? order by id", (post_id,)).fetchall()
    return tuple(_event(r) for r in rows)


def last_of_job(db: sqlite3.Connection, job_id: str) -> int:
    """The number of a job's newest entry, 0 for none."""
    row = db.execute("select coalesce(max(id), 0) from events where job_id=?", (job_id,)).fetchone()
    return int(row[0])


_SELECT = "select id, began, ended, times, post_id, account_id, job_id, kind, words from events"


def _event(row: tuple[object, ...]) -> Event:
    values: list[object] = list(row)
    values[7] = EventKind(row[7])
    return Event(*values)  # type: ignore[arg-type]  # as `add` wrote them
