"""A job in the outbox: what was asked for, where it is, and each attempt of a step, as plain values."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum


class JobState(Enum):
    """Where a job is. All but DONE and TAKEN_BACK are unfinished: a post has one of those per blog at most."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    TAKEN_BACK = "taken back"


class Reason(Enum):
    """Why a job waits, is paused or failed; decides what wakes it."""

    NONE = ""
    NEW = "new"
    NETWORK = "network"  # nothing reached the blog, or something in between answered
    BUSY = "busy"  # the blog asked to come later
    UNKNOWN = "unknown"  # no definite answer
    TIME = "time"  # the writer chose a moment
    SIGN_IN = "sign in"  # the account's password
    ASKED = "asked"  # the writer paused it
    CONFLICT = "conflict"
    GONE = "gone"
    TRASHED = "trashed"  # somebody put the post to the blog's trash
    REFUSED = "refused"


FOR_THE_BLOG = (Reason.NETWORK, Reason.UNKNOWN, Reason.BUSY)
"""What waits until the blog answers, or answers better."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the outbox. `snapshot` is JSON (publishing.plan writes and reads it), `later` a newer one that
    came while this one was running, "" for none. `remote_id` "" until the post is known on the blog. `before`:
    what the blog had before our first write (JSON, "" for nothing). `accepted`: a revision that the writer decided
    to overwrite. `uncertain`: some create or upload had no definite answer. `due`, `made` and `since` (when it came
    into its state for its reason; 0.0 where that is not known) are seconds since the epoch."""

    id: str
    post_id: str
    account_id: str
    title: str
    intent: str
    state: JobState
    reason: Reason
    sentence: str
    snapshot: str
    later: str
    remote_id: str
    before: str
    accepted: str
    uncertain: bool
    tries: int
    made: float
    due: float
    remarks: tuple[str, ...]
    address: str
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a step. `outcome` is "" (no answer was written down), "done", "unknown", "unsent" or
    "refused"; `sent` what was to be set (JSON) or ""; `answer` what came back, in short, without secrets."""

    id: int
    job_id: str
    step: str
    outcome: str
    sent: str
    answer: str

    @property
    def makes_new(self) -> bool:
        """Whether the step makes a second thing on the blog when it happens twice."""
        return self.step == "create" or self.step.startswith("upload:")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A look, some time after a job, for twins that arrived late. `keep` is the post that stays ("" for none),
    `left` how many looks follow this one."""

    id: int
    account_id: str
    post_id: str
    marker: str
    keep: str
    hashes: tuple[str, ...]
    due: float
    left: int = 0


def new_job_id() -> str:
    """A fresh job id: 12 hex digits, random."""
    return secrets.token_hex(6)
